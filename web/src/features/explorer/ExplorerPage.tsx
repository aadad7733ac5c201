import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconCheck,
  IconChevronDown,
  IconDownload,
  IconFileSpreadsheet,
  IconFileTypeCsv,
  IconLink,
  IconListDetails,
  IconPhoto,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useRef, useState } from "react";
import { toProblem } from "@/api/problem";
import type { EChartsType } from "@/charts/engine";
import { NoData } from "@/features/overview/OverviewPage";
import { breakdownQuery, seriesQuery } from "@/features/overview/queries";
import { narrow, parseFilters, writeFilters } from "@/features/scope/filters";
import { useScope, useSetScope } from "@/features/scope/useScope";
import { useMay, useMe } from "@/features/session/queries";
import { Delta, MoneyDelta } from "@/ui/Delta";
import { daysBetween } from "@/ui/dates";
import { useDark } from "@/ui/Entity";
import { Explain } from "@/ui/Explain";
import { Money } from "@/ui/Money";
import { PageHeader } from "@/ui/Panel";
import { BreakdownTable } from "./BreakdownTable";
import { ChargesDrawer } from "./ChargesDrawer";
import { Controls } from "./Controls";
import { ExplorerChart } from "./ExplorerChart";
import e from "./explorer.module.css";
import { exportCharges } from "./queries";
import { defaultGranularity, type ExplorerSearch } from "./search";

const DEFAULT_BY = ["ServiceName"];

export function ExplorerPage() {
  const me = useMe();
  return me.has_data ? (
    <Explorer />
  ) : (
    <>
      <PageHeader title="Explorer" />
      <NoData />
    </>
  );
}

function Explorer() {
  const search = useSearch({ from: "/frame/explorer" });
  const navigate = useNavigate({ from: "/explorer" });
  const scope = useScope();
  const { setFilters } = useSetScope();
  const by = search.by ?? DEFAULT_BY;
  const grain = search.gran ?? defaultGranularity(daysBetween(scope.window.start, scope.window.end));
  const chart = search.chart ?? "bars";
  const top = search.top ?? 7;
  const [limit, setLimit] = useState(50);
  const series = useQuery({
    ...seriesQuery(scope.query, by, grain, top),
    enabled: chart !== "treemap",
  });
  const breakdown = useQuery(breakdownQuery(scope.query, by, limit, search.sort ?? "cost"));
  const canvas = useRef<EChartsType | null>(null);
  const [hot, setHot] = useState<string | null>(null);

  const change = (patch: Partial<ExplorerSearch>) =>
    void navigate({ search: (previous) => ({ ...previous, ...patch }), replace: true });
  const openItems = useCallback(
    (key: readonly (string | null)[] | null) =>
      void navigate({
        search: (previous) => ({
          ...previous,
          items: true,
          drill: key ? writeFilters(narrow([], by, key)) : undefined,
        }),
      }),
    [navigate, by],
  );
  const narrowTo = (key: readonly (string | null)[]) => void setFilters(narrow(scope.filters, by, key));
  const total = breakdown.data?.total;
  const currency = breakdown.data?.currency ?? "USD";

  return (
    <>
      <PageHeader
        title="Explorer"
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconListDetails size={15} />}
              onClick={() => openItems(null)}
            >
              Line items
            </Button>
            <CopyLink />
            <ExportMenu by={by} canvas={canvas} hasCanvas={chart !== "table"} />
          </>
        }
      />
      <div className={e.page}>
        <section className={e.panel} aria-label="Chart">
          <Controls by={by} grain={grain} chart={chart} top={top} onChange={change} />
          <div className={e.total}>
            {total && breakdown.data ? (
              <>
                <span className={e.totalFigure}>
                  <Explain
                    title="Total of these charges"
                    computed={breakdown.data.computed}
                    onLineItems={() => openItems(null)}
                  >
                    <Money amount={total.amount} currency={currency} shape="compact" />
                  </Explain>
                </span>
                <Delta share={total.change_share} />
                <span className="muted">
                  <MoneyDelta change={total.change} currency={currency} /> against{" "}
                  <Money amount={total.previous_amount} currency={currency} shape="compact" /> in the window
                  before
                </span>
              </>
            ) : (
              <span className={e.totalFigure}>&nbsp;</span>
            )}
          </div>
          <ExplorerChart
            kind={chart}
            grain={grain}
            by={by}
            series={series}
            breakdown={breakdown}
            hot={hot}
            onReady={(made) => {
              canvas.current = made;
            }}
            onPick={narrowTo}
          />
        </section>
        <BreakdownTable
          by={by}
          breakdown={breakdown}
          sort={search.sort ?? "cost"}
          scope={scope}
          onSort={(sort) => change({ sort: sort === "cost" ? undefined : sort })}
          onNarrow={narrowTo}
          onItems={openItems}
          onHover={setHot}
          onMore={limit < 1000 ? () => setLimit(limit === 50 ? 200 : 1000) : undefined}
        />
      </div>
      <ChargesDrawer
        opened={search.items === true}
        scope={scope}
        drill={parseFilters(search.drill ?? [])}
        onClose={() =>
          void navigate({ search: (previous) => ({ ...previous, items: undefined, drill: undefined }) })
        }
      />
    </>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  return (
    <Button
      variant="default"
      leftSection={copied ? <IconCheck size={15} color="var(--good)" /> : <IconLink size={15} />}
      onClick={() => {
        void navigator.clipboard?.writeText(window.location.href).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 1500);
        });
      }}
    >
      {copied ? "Copied" : "Copy link"}
    </Button>
  );
}

function ExportMenu({
  by,
  canvas,
  hasCanvas,
}: {
  readonly by: string[];
  readonly canvas: React.RefObject<EChartsType | null>;
  readonly hasCanvas: boolean;
}) {
  const scope = useScope();
  const dark = useDark();
  const may = useMay("analyst");
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      const problem = toProblem(error);
      notifications.show({ color: "red", title: problem.detail, message: problem.remedy });
    } finally {
      setBusy(false);
    }
  };
  const png = () => {
    const url = canvas.current?.getDataURL({
      type: "png",
      pixelRatio: 2,
      backgroundColor: dark ? "#15171b" : "#ffffff",
    });
    if (!url) return;
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = `costs_${scope.query.start}_${scope.query.end}.png`;
    anchor.click();
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="default"
          loading={busy}
          leftSection={<IconDownload size={15} />}
          rightSection={<IconChevronDown size={14} />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>This table</Menu.Label>
        <Menu.Item
          leftSection={<IconFileTypeCsv size={16} />}
          disabled={!may}
          onClick={() => void run(() => exportCharges(scope.query, "csv", by))}
        >
          Table as CSV
        </Menu.Item>
        <Menu.Item leftSection={<IconPhoto size={16} />} disabled={!hasCanvas} onClick={png}>
          Chart as PNG
        </Menu.Item>
        <Menu.Label>All line items behind it</Menu.Label>
        <Menu.Item
          leftSection={<IconFileTypeCsv size={16} />}
          disabled={!may}
          onClick={() => void run(() => exportCharges(scope.query, "csv"))}
        >
          Line items as CSV
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileSpreadsheet size={16} />}
          disabled={!may}
          onClick={() => void run(() => exportCharges(scope.query, "parquet"))}
        >
          Line items as Parquet
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
