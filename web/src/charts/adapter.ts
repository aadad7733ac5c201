/**
 * The one place where exact money text becomes floating-point numbers: pixels need no cents.
 * Nothing that comes out of here is ever shown as a figure or added up.
 */

import type { Series, SeriesGroup } from "@/api/types";
import { addDays, addMonths } from "@/ui/dates";

/** Null stays null: a gap in a chart, not a zero. */
export function toNumber(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

export function toNumbers(texts: readonly (string | null)[]): (number | null)[] {
  return texts.map(toNumber);
}

/** Width of a bar relative to the largest amount, 0..1. */
export function relative(text: string | null, largest: string | null): number {
  const value = Math.abs(toNumber(text) ?? 0);
  const limit = Math.abs(toNumber(largest) ?? 0);
  return limit > 0 ? Math.min(value / limit, 1) : 0;
}

export interface Layer {
  readonly name: string;
  readonly key: readonly (string | null)[];
  readonly other: boolean;
  readonly texts: readonly (string | null)[];
  readonly values: readonly (number | null)[];
  readonly total: string | null;
}

export interface TimeChart {
  readonly buckets: readonly string[];
  readonly layers: readonly Layer[];
  readonly totals: readonly (string | null)[];
  readonly ghost: readonly (number | null)[];
  readonly ghostTexts: readonly (string | null)[];
  readonly currency: string;
}

function layer(group: SeriesGroup): Layer {
  return {
    name: group.label,
    key: group.key,
    other: group.other,
    texts: group.values,
    values: toNumbers(group.values),
    total: group.total,
  };
}

/** A series as chart layers; the previous window is cut or padded to the same number of buckets. */
export function timeChart(series: Series): TimeChart {
  const length = series.buckets.length;
  const previous = Array.from({ length }, (_, index) => series.previous_totals[index] ?? null);
  return {
    buckets: series.buckets,
    layers: series.groups.map(layer),
    totals: series.totals,
    ghost: toNumbers(previous),
    ghostTexts: previous,
    currency: series.currency,
  };
}

/** Points of a sparkline as an SVG path in a box of `width` × `height`; gaps stay gaps. */
export function sparkPath(
  texts: readonly (string | null)[],
  width: number,
  height: number,
  inset = 1.5,
): string {
  const values = toNumbers(texts);
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return "";
  const high = Math.max(...known);
  const spread = high - Math.min(...known);
  // At least a quarter of the height stands for a quarter of the amount: noise is not a trend.
  const span = Math.max(spread, Math.abs(high) * 0.25) || 1;
  const low = high === 0 && spread === 0 ? 0 : (high + Math.min(...known)) / 2 - span / 2;
  const step = values.length > 1 ? (width - 2 * inset) / (values.length - 1) : 0;
  let path = "";
  let pen = false;
  values.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    const x = (inset + index * step).toFixed(1);
    const y = (height - inset - ((value - low) / span) * (height - 2 * inset)).toFixed(1);
    path += `${pen ? "L" : "M"}${x} ${y}`;
    pen = true;
  });
  return path;
}

/** Which buckets end after the last day with data: their bars are still growing. */
export function incompleteBuckets(
  buckets: readonly string[],
  grain: "day" | "week" | "month",
  dataUntil: string | null,
): boolean[] {
  if (!dataUntil) return buckets.map(() => false);
  return buckets.map((bucket) => {
    const last =
      grain === "day" ? bucket : grain === "week" ? addDays(bucket, 6) : addDays(addMonths(bucket, 1), -1);
    return last > dataUntil && bucket <= dataUntil;
  });
}
