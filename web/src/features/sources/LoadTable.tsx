import { Button, Skeleton, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { Load, LoadStatus } from "@/api/types";
import { ago, instant, monthLabel } from "@/ui/dates";
import { Money } from "@/ui/Money";
import { decimal } from "@/ui/money";
import { useRowKeys } from "@/ui/rowKeys";
import { EmptyState, ErrorState, Pill } from "@/ui/States";
import { loadsQuery } from "./queries";
import s from "./sources.module.css";
import { STATUS } from "./words";

export function periodsText(periods: readonly string[]): string {
  const first = periods[0];
  const last = periods[periods.length - 1];
  if (!first || !last) return "–";
  return first === last ? monthLabel(first) : `${monthLabel(first)} – ${monthLabel(last)}`;
}

export function Reconciled({ load }: { readonly load: Load }) {
  if (load.reconciled === null) return null;
  return load.reconciled ? (
    <Tooltip label="The totals of the rows kept equal the file's own, to the last decimal.">
      <span className={s.agrees}>
        <IconCircleCheck size={15} aria-hidden="true" /> agrees
      </span>
    </Tooltip>
  ) : (
    <Tooltip label="The totals differ from the file's own; see the details.">
      <span className={s.differs}>
        <IconAlertTriangle size={15} aria-hidden="true" /> differs
      </span>
    </Tooltip>
  );
}

const SKELETONS = ["a", "b", "c", "d", "e"] as const;

export function LoadTable({
  source,
  status,
  onOpen,
}: {
  readonly source: string | undefined;
  readonly status: LoadStatus | undefined;
  readonly onOpen: (id: string) => void;
}) {
  const table = useRef<HTMLDivElement>(null);
  useRowKeys(table);
  const loads = useInfiniteQuery({
    ...loadsQuery(source, status),
    refetchInterval: (query) =>
      query.state.data?.pages[0]?.loads.some((load) => load.status === "running" || load.status === "pending")
        ? 3000
        : false,
  });
  const rows = loads.data?.pages.flatMap((page) => page.loads) ?? [];
  if (loads.error && !loads.data) {
    return <ErrorState error={loads.error} retry={() => void loads.refetch()} />;
  }
  if (!loads.data) {
    return (
      <div className={s.skeleton} aria-busy="true">
        {SKELETONS.map((key) => (
          <Skeleton key={key} h={28} />
        ))}
      </div>
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState small icon={<IconHistory size={20} />} title="No load yet">
        {source || status
          ? "Nothing fits; choose another source or result."
          : "Each delivered file appears here with what became of it."}
      </EmptyState>
    );
  }
  return (
    <div ref={table}>
      <table className={s.loads} data-stale={loads.isPlaceholderData}>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Result</th>
            <th scope="col">Billing months</th>
            <th scope="col">Rows kept</th>
            <th scope="col">Billed</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((load) => (
            <tr
              key={load.id}
              data-row
              tabIndex={0}
              className={s.load}
              onClick={() => onOpen(load.id)}
              onKeyDown={(event) => {
                if (event.key === "Enter") onOpen(load.id);
              }}
            >
              <td>
                <div className={`clip ${s.loadName}`} title={load.file}>
                  {load.part}
                </div>
                <div className={`clip ${s.sub}`}>
                  {[load.source_name, load.format].filter(Boolean).join(" · ")}
                </div>
              </td>
              <td>
                <span className={s.result}>
                  <Pill tone={STATUS[load.status].tone}>{STATUS[load.status].label}</Pill>
                  <Reconciled load={load} />
                  {load.warnings.length > 0 && (
                    <Tooltip label={load.warnings[0]?.message ?? ""} multiline maw={280}>
                      <IconAlertTriangle size={15} className={s.warned} aria-label="has warnings" />
                    </Tooltip>
                  )}
                </span>
              </td>
              <td className="muted">{periodsText(load.billing_periods)}</td>
              <td className="num">
                {load.status === "rejected" ? (
                  <span className="faint">nothing</span>
                ) : (
                  <>
                    {decimal(load.rows_kept)}
                    {load.rows_rejected > 0 && (
                      <span className={s.rejected}> −{decimal(load.rows_rejected)}</span>
                    )}
                  </>
                )}
              </td>
              <td>
                <span className={s.loadTotal}>
                  {load.totals.slice(0, 3).map((total) => (
                    <Money key={total.currency} amount={total.billed} currency={total.currency} light />
                  ))}
                  {load.totals.length === 0 && <span className="faint">–</span>}
                </span>
              </td>
              <td className="muted" title={instant(load.created_at)}>
                {ago(load.finished_at ?? load.created_at)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {loads.hasNextPage && (
        <div className={s.more}>
          <Button
            variant="default"
            loading={loads.isFetchingNextPage}
            onClick={() => void loads.fetchNextPage()}
          >
            Earlier loads
          </Button>
        </div>
      )}
    </div>
  );
}
