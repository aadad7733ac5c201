import { Skeleton } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import type { EChartsCoreOption } from "echarts/core";
import { useEffect, useRef, useState } from "react";
import type { EChartsType } from "./engine";

export interface ChartHandlers {
  /** A click on a mark: its series' index and its place in the data. */
  readonly onClick?: (series: number, index: number, data: unknown) => void;
  /** A drag over the category axis: first and last bucket, inclusive. */
  readonly onRange?: (from: number, to: number) => void;
  readonly onReset?: () => void;
}

interface ChartProps extends ChartHandlers {
  readonly option: EChartsCoreOption;
  readonly height: number;
  /** What the chart shows, for those who can't see it. */
  readonly label: string;
  readonly onReady?: (chart: EChartsType | null) => void;
}

interface BrushEvent {
  areas?: { coordRange?: [number, number] }[];
}

/** A canvas that draws `option`. The engine arrives lazily; until then the chart's place is kept. */
export function Chart({ option, height, label, onClick, onRange, onReset, onReady }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const still = useReducedMotion();
  const handlers = useRef<ChartHandlers>({});
  const ready = useRef(onReady);
  useEffect(() => {
    handlers.current = { onClick, onRange, onReset };
    ready.current = onReady;
  });

  useEffect(() => {
    let alive = true;
    let made: EChartsType | null = null;
    let observer: ResizeObserver | null = null;
    void import("./engine").then(({ init }) => {
      if (!alive || !place.current) return;
      made = init(place.current, null, { renderer: "canvas" });
      made.on("click", (event) => {
        const { seriesIndex, dataIndex, data } = event as {
          seriesIndex?: number;
          dataIndex?: number;
          data?: unknown;
        };
        handlers.current.onClick?.(seriesIndex ?? 0, dataIndex ?? 0, data);
      });
      made.on("brushEnd", (event) => {
        const range = (event as BrushEvent).areas?.[0]?.coordRange;
        made?.dispatchAction({ type: "brush", areas: [] });
        if (range && range[1] > range[0]) handlers.current.onRange?.(range[0], range[1]);
      });
      made.getZr().on("dblclick", () => handlers.current.onReset?.());
      observer = new ResizeObserver(() => made?.resize());
      observer.observe(place.current);
      setChart(made);
      ready.current?.(made);
    });
    return () => {
      alive = false;
      observer?.disconnect();
      made?.dispose();
      ready.current?.(null);
    };
  }, []);

  const ranges = onRange !== undefined;
  useEffect(() => {
    if (!chart || chart.isDisposed()) return;
    chart.setOption({ animation: !still, animationDuration: 140, ...option }, { notMerge: true });
    if (ranges) {
      chart.dispatchAction({
        type: "takeGlobalCursor",
        key: "brush",
        brushOption: { brushType: "lineX", brushMode: "single" },
      });
    }
  }, [chart, option, still, ranges]);

  return (
    <div style={{ position: "relative", height }}>
      {!chart && <Skeleton h={height} style={{ position: "absolute", inset: 0 }} />}
      <div ref={place} role="img" aria-label={label} style={{ height, width: "100%" }} />
    </div>
  );
}
