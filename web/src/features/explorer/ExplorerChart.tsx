import { Button, Skeleton } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { Breakdown, Series } from "@/api/types";
import { incompleteBuckets, timeChart } from "@/charts/adapter";
import { Chart } from "@/charts/Chart";
import type { EChartsType } from "@/charts/engine";
import { type Tile, timeOption, treemapOption } from "@/charts/options";
import { bucketEnd } from "@/features/overview/TrendPanel";
import { useScope, useSetScope } from "@/features/scope/useScope";
import { groupColor, useDark } from "@/ui/Entity";
import { EmptyState, ErrorState } from "@/ui/States";
import { groupTitle } from "./BreakdownTable";
import e from "./explorer.module.css";
import { PivotTable } from "./PivotTable";
import type { ChartKind, Granularity } from "./search";

const HEIGHT = 340;

export function ExplorerChart({
  kind,
  grain,
  by,
  series,
  breakdown,
  hot,
  onReady,
  onPick,
}: {
  readonly kind: ChartKind;
  readonly grain: Granularity;
  readonly by: string[];
  readonly series: UseQueryResult<Series>;
  readonly breakdown: UseQueryResult<Breakdown>;
  /** The label of the group under the pointer in the table. */
  readonly hot: string | null;
  readonly onReady: (chart: EChartsType | null) => void;
  readonly onPick: (key: readonly (string | null)[]) => void;
}) {
  const dark = useDark();
  const scope = useScope();
  const { patch, setFilters } = useSetScope();
  const canvas = useRef<EChartsType | null>(null);
  const treemap = kind === "treemap";
  const query = treemap ? breakdown : series;

  const colors = useMemo(
    () =>
      series.data?.groups.map((group) =>
        groupColor(series.data.group_by, group.key, group.label, dark, group.other),
      ) ?? [],
    [series.data, dark],
  );
  const option = useMemo(() => {
    if (treemap) {
      if (!breakdown.data) return null;
      const tiles: Tile[] = breakdown.data.rows.map((row, index) => ({
        name: groupTitle(row.labels),
        amount: row.amount,
        share: row.share,
        change: row.change_share,
        index,
      }));
      return treemapOption(tiles, breakdown.data.currency, dark);
    }
    if (!series.data || kind === "table") return null;
    return timeOption(timeChart(series.data), {
      kind,
      grain: series.data.granularity,
      colors,
      dark,
      drag: true,
      ghost: kind !== "lines",
      incomplete: incompleteBuckets(
        series.data.buckets,
        series.data.granularity,
        series.data.computed.data_until,
      ),
    });
  }, [treemap, kind, series.data, breakdown.data, colors, dark]);

  useEffect(() => {
    const made = canvas.current;
    if (!made || made.isDisposed() || treemap) return;
    made.dispatchAction({ type: "downplay" });
    if (hot !== null) made.dispatchAction({ type: "highlight", seriesName: hot });
  }, [hot, treemap]);

  if (query.error && !query.data) {
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  }
  if (breakdown.data && breakdown.data.groups === 0 && !breakdown.isPlaceholderData) {
    return (
      <EmptyState
        icon={<IconFilterOff size={22} />}
        title="Nothing was charged here"
        actions={
          scope.filters.length > 0 && (
            <Button variant="default" onClick={() => void setFilters([])}>
              Clear the filters
            </Button>
          )
        }
      >
        No line item falls in these dates and filters.
      </EmptyState>
    );
  }
  if (kind === "table") {
    return series.data ? <PivotTable series={series.data} colors={colors} /> : <Skeleton h={HEIGHT} />;
  }
  if (!option) return <Skeleton h={HEIGHT} />;
  return (
    <div className={e.chart} data-stale={query.isPlaceholderData}>
      <Chart
        key={treemap ? "treemap" : "time"}
        option={option}
        height={HEIGHT}
        label={
          treemap
            ? "Treemap: area is cost, colour is change. The table below has the same figures."
            : "Cost over time by group. The table view has the same figures; drag to zoom, double-click to reset."
        }
        onReady={(made) => {
          canvas.current = made;
          onReady(made);
        }}
        onClick={(at, _index, data) => {
          if (treemap) {
            const tile = (data as { tile?: Tile } | null)?.tile;
            const row = tile ? breakdown.data?.rows[tile.index] : undefined;
            if (row) onPick(row.key);
            return;
          }
          const group = series.data?.groups[at];
          if (group && !group.other) onPick(group.key);
        }}
        onRange={
          treemap
            ? undefined
            : (from, to) => {
                const start = series.data?.buckets[from];
                const last = series.data?.buckets[to];
                if (start && last) {
                  void patch({ range: undefined, start, end: bucketEnd(last, grain) });
                }
              }
        }
        onReset={() => void patch({ range: undefined, start: undefined, end: undefined })}
      />
      {treemap && (
        <p className={e.hint}>
          Area is cost; warm has risen and cool has fallen against the window before. Click to filter by{" "}
          {by.length > 1 ? "the group" : "it"}.
        </p>
      )}
    </div>
  );
}
