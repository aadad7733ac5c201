import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { incompleteBuckets, timeChart } from "@/charts/adapter";
import { Chart } from "@/charts/Chart";
import { timeOption } from "@/charts/options";
import { defaultGranularity } from "@/features/explorer/search";
import { narrow, writeFilters } from "@/features/scope/filters";
import { type Scope, useSetScope } from "@/features/scope/useScope";
import { addDays, daysBetween, windowLabel } from "@/ui/dates";
import { Dot, groupColor, useDark } from "@/ui/Entity";
import { Explain } from "@/ui/Explain";
import { Money } from "@/ui/Money";
import { Panel } from "@/ui/Panel";
import { ErrorState } from "@/ui/States";
import o from "./overview.module.css";
import { PROVIDERS as BY, providersQuery } from "./queries";

const HEIGHT = 280;
const WORD = { day: "Daily", week: "Weekly", month: "Monthly" } as const;

/** How much is spent each day, and on which cloud? */
export function TrendPanel({ scope }: { readonly scope: Scope }) {
  const dark = useDark();
  const navigate = useNavigate();
  const { patch } = useSetScope();
  const grain = defaultGranularity(daysBetween(scope.window.start, scope.window.end));
  const series = useQuery(providersQuery(scope.query, scope.window));
  const drawn = useMemo(() => {
    if (!series.data) return null;
    const colors = series.data.groups.map((group) =>
      groupColor(BY, group.key, group.label, dark, group.other),
    );
    const chart = timeChart(series.data);
    return {
      colors,
      option: timeOption(chart, {
        kind: "bars",
        grain: series.data.granularity,
        colors,
        dark,
        drag: true,
        incomplete: incompleteBuckets(
          series.data.buckets,
          series.data.granularity,
          series.data.computed.data_until,
        ),
      }),
    };
  }, [series.data, dark]);

  return (
    <Panel
      title={`${WORD[grain]} cost by provider`}
      note={
        <>
          <span className={o.ghostMark} aria-hidden="true" />{" "}
          {windowLabel(scope.previous.start, scope.previous.end)}
        </>
      }
      actions={
        series.data && (
          <ul className={o.legend} aria-label="Providers">
            {series.data.groups.map((group, at) => (
              <li key={group.label}>
                <Dot color={drawn?.colors[at] ?? ""} />
                <span>{group.label}</span>
                <Explain
                  title={group.label}
                  computed={series.data.computed}
                  note={`Charges of ${group.label} in these dates.`}
                  onLineItems={() =>
                    void navigate({
                      to: "/explorer",
                      search: { items: true, drill: writeFilters(narrow([], BY, group.key)) } as never,
                    })
                  }
                >
                  <Money amount={group.total} currency={series.data.currency} shape="compact" />
                </Explain>
              </li>
            ))}
          </ul>
        )
      }
    >
      {series.error && !series.data ? (
        <ErrorState error={series.error} retry={() => void series.refetch()} />
      ) : drawn ? (
        <Chart
          option={drawn.option}
          height={HEIGHT}
          label={`${WORD[grain]} cost by provider; drag to zoom into dates. The same figures are in the Explorer's table.`}
          onClick={(at) => {
            const group = series.data?.groups[at];
            if (!group || group.other) return;
            void navigate({
              to: "/explorer",
              search: {
                by: ["ServiceName"],
                filter: writeFilters(narrow(scope.filters, BY, group.key)),
              },
            });
          }}
          onRange={(from, to) => {
            const start = series.data?.buckets[from];
            const last = series.data?.buckets[to];
            if (!start || !last) return;
            void patch({ range: undefined, start, end: bucketEnd(last, grain) });
          }}
          onReset={() => void patch({ range: undefined, start: undefined, end: undefined })}
        />
      ) : (
        <Skeleton h={HEIGHT} />
      )}
    </Panel>
  );
}

export function bucketEnd(bucket: string, grain: "day" | "week" | "month"): string {
  if (grain === "day") return addDays(bucket, 1);
  if (grain === "week") return addDays(bucket, 7);
  return `${addDays(`${bucket.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
}
