import { Button, Popover, SegmentedControl, Select, Tooltip } from "@mantine/core";
import {
  type Icon,
  IconChartAreaLine,
  IconChartBar,
  IconChartLine,
  IconChartTreemap,
  IconPlus,
  IconTable,
  IconX,
} from "@tabler/icons-react";
import { useState } from "react";
import { useDimensionLabel } from "@/features/scope/FilterChips";
import { DimensionList } from "@/features/scope/FilterEditor";
import e from "./explorer.module.css";
import { CHARTS, type ChartKind, type ExplorerSearch, type Granularity, TOPS } from "./search";

const CHART_ICONS: Record<ChartKind, { icon: Icon; label: string }> = {
  bars: { icon: IconChartBar, label: "Stacked bars" },
  lines: { icon: IconChartLine, label: "Lines" },
  area: { icon: IconChartAreaLine, label: "Stacked area" },
  treemap: { icon: IconChartTreemap, label: "Treemap" },
  table: { icon: IconTable, label: "Table over time" },
};

function GroupBy({
  by,
  onChange,
}: {
  readonly by: readonly string[];
  readonly onChange: (by: string[]) => void;
}) {
  const label = useDimensionLabel();
  const [open, setOpen] = useState<number | null>(null);
  const set = (at: number, name: string | null) => {
    const next = [...by];
    if (name === null) next.splice(at, 1);
    else next[at] = name;
    setOpen(null);
    onChange(next);
  };
  const places = by.length < 3 ? [...by, null] : [...by];
  return (
    <div className={e.groupBy}>
      <span className={e.controlLabel}>Group by</span>
      {places.map((name, at) => (
        <span key={name ?? "new"} className={name === null ? undefined : e.by}>
          <Popover
            opened={open === at}
            onChange={(opened) => setOpen(opened ? at : null)}
            position="bottom-start"
            trapFocus
            returnFocus
          >
            <Popover.Target>
              {name === null ? (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-sm"
                  leftSection={<IconPlus size={14} />}
                  aria-haspopup="dialog"
                  aria-expanded={open === at}
                  onClick={() => setOpen(open === at ? null : at)}
                >
                  {at === 0 ? "Choose" : "Then by"}
                </Button>
              ) : (
                <button
                  type="button"
                  aria-haspopup="dialog"
                  aria-expanded={open === at}
                  onClick={() => setOpen(open === at ? null : at)}
                >
                  {label(name)}
                </button>
              )}
            </Popover.Target>
            <Popover.Dropdown p={0} aria-label="Group by">
              {open === at && <DimensionList without={by} onPick={(picked) => set(at, picked)} />}
            </Popover.Dropdown>
          </Popover>
          {name !== null && by.length > 1 && (
            <button
              type="button"
              className={e.byClose}
              aria-label={`Do not group by ${label(name)}`}
              onClick={() => set(at, null)}
            >
              <IconX size={13} />
            </button>
          )}
        </span>
      ))}
    </div>
  );
}

export function Controls({
  by,
  grain,
  chart,
  top,
  onChange,
}: {
  readonly by: readonly string[];
  readonly grain: Granularity;
  readonly chart: ChartKind;
  readonly top: number;
  readonly onChange: (patch: Partial<ExplorerSearch>) => void;
}) {
  return (
    <div className={e.controls}>
      <GroupBy by={by} onChange={(next) => onChange({ by: next })} />
      <div className={e.controlsRight}>
        <Select
          size="xs"
          w={92}
          aria-label="How many groups to draw"
          value={String(top)}
          data={TOPS.map((value) => ({ value: String(value), label: `Top ${value}` }))}
          onChange={(value) => onChange({ top: value === "7" ? undefined : Number(value) })}
        />
        <SegmentedControl
          size="xs"
          aria-label="Granularity"
          value={grain}
          disabled={chart === "treemap"}
          onChange={(value) => onChange({ gran: value as Granularity })}
          data={[
            { value: "day", label: "Day" },
            { value: "week", label: "Week" },
            { value: "month", label: "Month" },
          ]}
        />
        <SegmentedControl
          size="xs"
          aria-label="Chart"
          value={chart}
          onChange={(value) => onChange({ chart: value === "bars" ? undefined : (value as ChartKind) })}
          data={CHARTS.map((kind) => {
            const { icon: KindIcon, label } = CHART_ICONS[kind];
            return {
              value: kind,
              label: (
                <Tooltip label={label}>
                  <span className={e.chartIcon}>
                    <KindIcon size={16} aria-hidden="true" />
                    <span className="sr">{label}</span>
                  </span>
                </Tooltip>
              ),
            };
          })}
        />
      </div>
    </div>
  );
}
