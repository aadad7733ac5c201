/** What part of the cost a page looks at: dates, cost kind and filters. All of it lives in the URL. */

import { addDays, addMonths, daysBetween, isDay, monthStart } from "@/ui/dates";

export const COST_KINDS = ["effective", "billed", "list", "contracted"] as const;
export type CostKind = (typeof COST_KINDS)[number];

export const PRESETS = [
  { id: "mtd", label: "Month to date" },
  { id: "last-month", label: "Last month" },
  { id: "7d", label: "Last 7 days" },
  { id: "30d", label: "Last 30 days" },
  { id: "90d", label: "Last 90 days" },
  { id: "qtd", label: "Quarter to date" },
  { id: "ytd", label: "Year to date" },
  { id: "12m", label: "Last 12 months" },
  { id: "all", label: "All data" },
] as const;
export type PresetId = (typeof PRESETS)[number]["id"];

export interface ScopeSearch {
  range?: PresetId;
  start?: string;
  end?: string;
  cost?: CostKind;
  filter?: string[];
}

/** Days with charges, both ends inclusive. */
export interface DataWindow {
  readonly first_day: string;
  readonly last_day: string;
}

export interface DayWindow {
  readonly start: string;
  readonly end: string;
}

const isPreset = (value: unknown): value is PresetId => PRESETS.some((preset) => preset.id === value);
const isCostKind = (value: unknown): value is CostKind => COST_KINDS.some((kind) => kind === value);

export function asList(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === "string");
  return typeof value === "string" ? [value] : [];
}

/** The scope in a query string; what makes no sense is dropped rather than failing the page. */
export function parseScope(raw: Record<string, unknown>): ScopeSearch {
  const scope: ScopeSearch = {};
  if (isDay(raw.start) && isDay(raw.end) && raw.start < raw.end) {
    scope.start = raw.start;
    scope.end = raw.end;
  } else if (isPreset(raw.range)) {
    scope.range = raw.range;
  }
  if (isCostKind(raw.cost)) scope.cost = raw.cost;
  const filter = asList(raw.filter);
  if (filter.length) scope.filter = filter;
  return scope;
}

/** The days a preset means, given the days that have data. */
export function presetWindow(preset: PresetId, data: DataWindow): DayWindow {
  const end = addDays(data.last_day, 1);
  const month = monthStart(data.last_day);
  switch (preset) {
    case "mtd":
      return { start: month, end };
    case "last-month":
      return { start: addMonths(month, -1), end: month };
    case "7d":
      return { start: addDays(end, -7), end };
    case "30d":
      return { start: addDays(end, -30), end };
    case "90d":
      return { start: addDays(end, -90), end };
    case "qtd": {
      const offset = (Number(month.slice(5, 7)) - 1) % 3;
      return { start: addMonths(month, -offset), end };
    }
    case "ytd":
      return { start: `${month.slice(0, 4)}-01-01`, end };
    case "12m":
      return { start: addMonths(month, -11), end };
    case "all":
      return { start: data.first_day, end };
  }
}

export function scopeWindow(scope: ScopeSearch, data: DataWindow): DayWindow {
  if (scope.start && scope.end) return { start: scope.start, end: scope.end };
  return presetWindow(scope.range ?? "mtd", data);
}

/** What a window is compared with, as the API does: the same days of the month before for a month that
 * is still running, whole months with whole months, else as many days just before. */
export function previousWindow(window: DayWindow): DayWindow {
  const { start, end } = window;
  const length = daysBetween(start, end);
  const wholeStart = start.endsWith("-01");
  if (wholeStart && end < addMonths(start, 1)) {
    const before = addMonths(start, -1);
    const last = addDays(before, length);
    return { start: before, end: last < start ? last : start };
  }
  if (wholeStart && end.endsWith("-01")) {
    const months =
      (Number(end.slice(0, 4)) - Number(start.slice(0, 4))) * 12 +
      Number(end.slice(5, 7)) -
      Number(start.slice(5, 7));
    return { start: addMonths(start, -months), end: start };
  }
  return { start: addDays(start, -length), end: start };
}

export function presetLabel(scope: ScopeSearch): string {
  if (scope.start && scope.end) return "Custom";
  return PRESETS.find((preset) => preset.id === (scope.range ?? "mtd"))?.label ?? "";
}

export const COST_KIND_TEXT: Record<CostKind, { label: string; short: string; says: string }> = {
  effective: {
    label: "Effective cost",
    short: "Effective",
    says: "After every discount, with commitments and up-front fees spread over the days that use them. Best for judging what something costs to run.",
  },
  billed: {
    label: "Billed cost",
    short: "Billed",
    says: "What the invoice says, on the day it was charged. Best for matching the invoice.",
  },
  list: {
    label: "List cost",
    short: "List",
    says: "At public prices, before any discount. Best for seeing what discounts are worth.",
  },
  contracted: {
    label: "Contracted cost",
    short: "Contracted",
    says: "At your negotiated prices, before commitment discounts. Best for judging commitments.",
  },
};
