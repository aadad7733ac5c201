import { asList } from "@/features/scope/scope";

export const GRANULARITIES = ["day", "week", "month"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export const CHARTS = ["bars", "lines", "area", "treemap", "table"] as const;
export type ChartKind = (typeof CHARTS)[number];

export const TOPS = [5, 7, 10, 15] as const;

export interface ExplorerSearch {
  by?: string[];
  gran?: Granularity;
  chart?: ChartKind;
  top?: number;
  sort?: "cost" | "change";
  /** The drawer of line items is open. */
  items?: boolean;
  /** What the drawer narrows the scope by, beyond the page's own filters. */
  drill?: string[];
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((item) => item === value);
}

export function parseExplorer(raw: Record<string, unknown>): ExplorerSearch {
  const search: ExplorerSearch = {};
  const by = [...new Set(asList(raw.by))].slice(0, 3);
  if (by.length) search.by = by;
  const gran = oneOf(GRANULARITIES, raw.gran);
  if (gran) search.gran = gran;
  const chart = oneOf(CHARTS, raw.chart);
  if (chart) search.chart = chart;
  const top = Number(raw.top);
  if (TOPS.some((value) => value === top)) search.top = top;
  const sort = oneOf(["cost", "change"] as const, raw.sort);
  if (sort) search.sort = sort;
  if (raw.items === true || raw.items === "1") search.items = true;
  const drill = asList(raw.drill);
  if (drill.length) search.drill = drill;
  return search;
}

/** Days are shown up to a quarter, weeks up to a year, months beyond. */
export function defaultGranularity(days: number): Granularity {
  if (days <= 100) return "day";
  return days <= 250 ? "week" : "month";
}
