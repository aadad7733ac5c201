/** What ECharts is told to draw. Pure functions of the data, the colours and the theme. */

import type { EChartsCoreOption } from "echarts/core";
import { longDay, monthLabel, shortDay, weekDay } from "@/ui/dates";
import { axisMoney, percent, tableMoney } from "@/ui/money";
import { type TimeChart, toNumber } from "./adapter";

export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly ghost: string;
  readonly shade: string;
}

export function ink(dark: boolean): Ink {
  return dark
    ? {
        text: "#ebecef",
        muted: "#8f949f",
        line: "#23262c",
        surface: "#1b1d23",
        ghost: "#a6aab4",
        shade: "rgba(255,255,255,0.05)",
      }
    : {
        text: "#17181c",
        muted: "#6b6e78",
        line: "#ececf0",
        surface: "#ffffff",
        ghost: "#6b6e78",
        shade: "rgba(20,22,30,0.045)",
      };
}

const FONT = '"Inter Variable", system-ui, sans-serif';

export type Grain = "day" | "week" | "month";

export function bucketTitle(bucket: string, grain: Grain): string {
  if (grain === "month") return monthLabel(bucket);
  return grain === "week" ? `Week of ${longDay(bucket)}` : weekDay(bucket);
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char] ?? char,
  );
}

function row(color: string, name: string, amount: string, share: string, strong = false): string {
  const dot = color
    ? `<span style="width:8px;height:8px;border-radius:2.5px;background:${color};flex:none"></span>`
    : `<span style="width:8px;flex:none"></span>`;
  return `<div style="display:flex;align-items:center;gap:8px;line-height:20px;${strong ? "font-weight:600" : ""}">${dot}<span style="flex:1;max-width:220px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">${escapeHtml(name)}</span><span style="font-variant-numeric:tabular-nums;margin-left:16px">${amount}</span><span style="font-variant-numeric:tabular-nums;width:46px;text-align:right;opacity:.65">${share}</span></div>`;
}

/** All layers of one bucket, largest first, with their shares, and the window before. */
export function bucketTooltip(
  chart: TimeChart,
  colors: readonly string[],
  index: number,
  grain: Grain,
): string {
  const bucket = chart.buckets[index];
  if (bucket === undefined) return "";
  const total = chart.totals[index] ?? null;
  const whole = toNumber(total) ?? 0;
  const rows = chart.layers
    .map((layer, at) => ({
      name: layer.name,
      text: layer.texts[index] ?? null,
      value: layer.values[index] ?? null,
      color: colors[at] ?? "",
    }))
    .filter((item) => item.value !== null && item.value !== 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
    .map((item) =>
      row(
        item.color,
        item.name,
        tableMoney(item.text ?? "0", chart.currency),
        whole > 0 ? percent((item.value ?? 0) / whole) : "",
      ),
    )
    .join("");
  const before = chart.ghostTexts[index] ?? null;
  const foot = [
    row("", "Total", total === null ? "–" : tableMoney(total, chart.currency), "", true),
    before === null ? "" : row("", "Window before", tableMoney(before, chart.currency), ""),
  ].join("");
  return `<div style="min-width:220px"><div style="font-weight:600;margin-bottom:6px">${bucketTitle(bucket, grain)}</div>${rows}<div style="border-top:1px solid currentColor;opacity:.15;margin:6px 0"></div>${foot}</div>`;
}

function tooltipBox(colors: Ink) {
  return {
    backgroundColor: colors.surface,
    borderColor: colors.line,
    borderWidth: 1,
    borderRadius: 8,
    padding: [10, 12],
    confine: true,
    transitionDuration: 0,
    textStyle: { color: colors.text, fontSize: 12.5, fontFamily: FONT },
    extraCssText: "box-shadow:0 8px 24px rgb(16 18 24 / 14%);",
  };
}

function axisDay(bucket: string, grain: Grain): string {
  return grain === "month" ? monthLabel(bucket) : shortDay(bucket);
}

export interface TimeOptions {
  readonly kind: "bars" | "lines" | "area";
  readonly grain: Grain;
  readonly colors: readonly string[];
  readonly dark: boolean;
  /** Buckets that are still filling: hatched. */
  readonly incomplete?: readonly boolean[];
  readonly ghost?: boolean;
  readonly drag?: boolean;
}

function hatch(dark: boolean) {
  return {
    symbol: "rect",
    color: dark ? "rgba(21,23,27,0.55)" : "rgba(255,255,255,0.6)",
    dashArrayX: [1, 0],
    dashArrayY: [3, 4],
    rotation: -Math.PI / 4,
  };
}

export function timeOption(chart: TimeChart, how: TimeOptions): EChartsCoreOption {
  const colors = ink(how.dark);
  const bars = how.kind === "bars";
  const layers = chart.layers.map((layer, at) => {
    const color = how.colors[at] ?? colors.ghost;
    const common = { name: layer.name, data: layer.values, emphasis: { focus: "series" as const } };
    if (bars) {
      return {
        ...common,
        data: layer.values.map((value, index) =>
          how.incomplete?.[index] ? { value, itemStyle: { decal: hatch(how.dark) } } : value,
        ),
        type: "bar" as const,
        stack: "cost",
        barCategoryGap: chart.buckets.length > 45 ? "18%" : "28%",
        barMaxWidth: 46,
        itemStyle: {
          color,
          borderColor: how.dark ? "#15171b" : "#ffffff",
          borderWidth: chart.buckets.length > 45 ? 0 : 0.5,
        },
        blur: { itemStyle: { opacity: 0.25 } },
      };
    }
    return {
      ...common,
      type: "line" as const,
      stack: how.kind === "area" ? "cost" : undefined,
      symbol: "circle",
      symbolSize: 5,
      showSymbol: chart.buckets.length < 3,
      lineStyle: { width: how.kind === "area" ? 1 : 2, color },
      itemStyle: { color },
      areaStyle: how.kind === "area" ? { color, opacity: how.dark ? 0.55 : 0.6 } : undefined,
    };
  });
  const ghost =
    how.ghost !== false && chart.ghost.some((value) => value !== null)
      ? [
          {
            name: "Window before",
            type: "line" as const,
            data: chart.ghost,
            symbol: "none",
            silent: true,
            z: 5,
            lineStyle: { color: colors.ghost, width: 1.5, type: [4, 4] as unknown as "dashed" },
            itemStyle: { color: colors.ghost },
          },
        ]
      : [];
  return {
    textStyle: { fontFamily: FONT },
    grid: { left: 4, right: 6, top: 14, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      axisPointer: bars
        ? { type: "shadow", shadowStyle: { color: colors.shade } }
        : { type: "line", lineStyle: { color: colors.muted, width: 1, type: "solid" } },
      ...tooltipBox(colors),
      formatter: (params: unknown) => {
        const first = Array.isArray(params) ? (params[0] as { dataIndex?: number }) : undefined;
        return bucketTooltip(chart, how.colors, first?.dataIndex ?? -1, how.grain);
      },
    },
    xAxis: {
      type: "category",
      data: chart.buckets,
      boundaryGap: bars,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colors.line } },
      axisLabel: {
        color: colors.muted,
        fontSize: 11.5,
        hideOverlap: true,
        margin: 10,
        formatter: (bucket: string) => axisDay(bucket, how.grain),
      },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      axisLabel: {
        color: colors.muted,
        fontSize: 11.5,
        formatter: (value: number) => axisMoney(value, chart.currency),
      },
      splitLine: { lineStyle: { color: colors.line } },
    },
    ...(how.drag
      ? {
          toolbox: { show: false },
          brush: {
            xAxisIndex: 0,
            toolbox: [],
            brushStyle: {
              color: "rgba(74,118,236,0.16)",
              borderColor: "rgba(74,118,236,0.5)",
              borderWidth: 1,
            },
          },
        }
      : {}),
    series: [...layers, ...ghost],
  };
}

export interface Tile {
  readonly name: string;
  readonly amount: string | null;
  readonly share: number | null;
  readonly change: number | null;
  readonly index: number;
}

/** Warm where cost rose, cool where it fell, stronger with the change. */
export function changeColor(change: number | null, dark: boolean): string {
  if (change === null) return dark ? "#3a3e48" : "#c9cbd2";
  const strength = Math.min(Math.abs(change) / 0.4, 1);
  const from = dark ? [58, 62, 72] : [214, 216, 222];
  const rise = dark ? [176, 86, 40] : [222, 128, 78];
  const fall = dark ? [24, 128, 114] : [74, 170, 156];
  const to = change > 0 ? rise : fall;
  const mixed = from.map((value, at) => Math.round(value + ((to[at] ?? value) - value) * strength));
  return `rgb(${mixed.join(",")})`;
}

/** Area is cost, colour is change. */
export function treemapOption(tiles: readonly Tile[], currency: string, dark: boolean): EChartsCoreOption {
  const colors = ink(dark);
  return {
    textStyle: { fontFamily: FONT },
    tooltip: {
      ...tooltipBox(colors),
      formatter: (params: unknown) => {
        const tile = (params as { data?: { tile?: Tile } }).data?.tile;
        if (!tile) return "";
        const share = tile.share === null ? "" : percent(tile.share);
        const amount = tile.amount === null ? "–" : tableMoney(tile.amount, currency);
        const change =
          tile.change === null
            ? "new or unknown"
            : `${tile.change >= 0 ? "+" : "−"}${percent(Math.abs(tile.change))}`;
        return `<div style="min-width:200px"><div style="font-weight:600;margin-bottom:6px">${escapeHtml(tile.name)}</div>${row("", "Cost", amount, share)}${row("", "Against the window before", change, "")}</div>`;
      },
    },
    series: [
      {
        type: "treemap",
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        width: "100%",
        height: "100%",
        left: 0,
        top: 0,
        itemStyle: { gapWidth: 2, borderWidth: 0, borderColor: dark ? "#15171b" : "#ffffff" },
        label: {
          color: dark ? "#ffffff" : "#17181c",
          fontSize: 12.5,
          fontFamily: FONT,
          lineHeight: 17,
          formatter: (params: unknown) => {
            const tile = (params as { data?: { tile?: Tile } }).data?.tile;
            if (!tile) return "";
            return `${tile.name}\n${tile.amount === null ? "–" : tableMoney(tile.amount, currency)}`;
          },
        },
        data: tiles
          .map((tile) => ({ tile, value: Math.max(toNumber(tile.amount) ?? 0, 0) }))
          .filter((item) => item.value > 0)
          .map(({ tile, value }) => ({
            name: tile.name,
            value,
            tile,
            label: { show: (tile.share ?? 0) >= 0.012 },
            itemStyle: { color: changeColor(tile.change, dark) },
          })),
      },
    ],
  };
}
