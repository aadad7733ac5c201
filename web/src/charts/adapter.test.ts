import { expect, it } from "vitest";
import type { Series } from "@/api/types";
import { incompleteBuckets, relative, sparkPath, timeChart, toNumber } from "./adapter";
import { bucketTooltip, changeColor, timeOption, treemapOption } from "./options";

const series: Series = {
  window: { start: "2026-11-01", end: "2026-11-03" },
  granularity: "day",
  cost_kind: "effective",
  currency: "USD",
  group_by: ["ServiceName"],
  buckets: ["2026-11-01", "2026-11-02"],
  groups: [
    { key: ["S3"], label: "S3", other: false, total: "3.5", values: ["1.5", "2"] },
    { key: ["<b>EC2"], label: "<b>EC2", other: false, total: "30", values: ["10", null] },
    { key: [], label: "Other", other: true, total: "1", values: ["1", "0"] },
  ],
  totals: ["12.5", null],
  previous_window: { start: "2026-10-30", end: "2026-11-01" },
  previous_totals: ["7"],
  computed: {
    formula: "Σ",
    charges: 3,
    source: "rollup",
    data_until: "2026-11-02",
    loaded_at: null,
    snapshot: "1",
    currencies: ["USD"],
    rates: [],
  },
};

it("an unknown amount is a gap, not a zero", () => {
  expect(toNumber(null)).toBeNull();
  expect(toNumber("")).toBeNull();
  expect(toNumber("abc")).toBeNull();
  expect(toNumber("-12.5")).toBe(-12.5);
  expect(timeChart(series).layers[1]?.values).toEqual([10, null]);
});

it("the window before is aligned by position, and padded", () => {
  expect(timeChart(series).ghost).toEqual([7, null]);
});

it("the tooltip sorts by value, shows shares, and trusts no label", () => {
  const html = bucketTooltip(timeChart(series), ["red", "green", "grey"], 0, "day");
  expect(html.indexOf("EC2")).toBeLessThan(html.indexOf("S3"));
  expect(html).toContain("&lt;b&gt;EC2");
  expect(html).toContain("80.0%");
  expect(html).toContain("$12.50");
  expect(html).toContain("Sun, Nov 1, 2026");
});

it("bars stack and the window before is a line", () => {
  const option = timeOption(timeChart(series), {
    kind: "bars",
    grain: "day",
    colors: ["red", "green", "grey"],
    dark: false,
    incomplete: [false, true],
  }) as { series: { type: string; stack?: string; data: unknown[] }[] };
  expect(option.series.map((item) => item.type)).toEqual(["bar", "bar", "bar", "line"]);
  expect(option.series[0]?.stack).toBe("cost");
  expect(option.series[0]?.data[1]).toHaveProperty("itemStyle.decal");
});

it("a treemap draws positive amounts only, warm where cost rose", () => {
  const option = treemapOption(
    [
      { name: "a", amount: "10", share: 1, change: 0.4, index: 0 },
      { name: "credit", amount: "-4", share: null, change: null, index: 1 },
    ],
    "USD",
    false,
  ) as { series: { data: { name: string }[] }[] };
  expect(option.series[0]?.data.map((item) => item.name)).toEqual(["a"]);
  expect(changeColor(0.4, false)).not.toBe(changeColor(-0.4, false));
});

it("the month that is still running is incomplete", () => {
  expect(incompleteBuckets(["2026-10-01", "2026-11-01"], "month", "2026-11-22")).toEqual([false, true]);
  expect(incompleteBuckets(["2026-11-09", "2026-11-16"], "week", "2026-11-22")).toEqual([false, false]);
  expect(incompleteBuckets(["2026-11-22"], "day", "2026-11-22")).toEqual([false]);
});

it("bars and sparklines take their lengths from text", () => {
  expect(relative("5", "10")).toBe(0.5);
  expect(relative(null, "10")).toBe(0);
  expect(relative("5", "0")).toBe(0);
  expect(sparkPath(["1", null, "2", "3"], 30, 10)).toMatch(/^M[\d. ]+M[\d. ]+L[\d. ]+$/);
  expect(sparkPath(["1"], 30, 10)).toBe("");
});
