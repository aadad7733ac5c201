import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconDownload, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { download } from "@/api/client";
import { toProblem } from "@/api/problem";
import type { Load, LoadTotal } from "@/api/types";
import { COST_KIND_TEXT, type CostKind } from "@/features/scope/scope";
import { Copy } from "@/ui/Copy";
import { instant } from "@/ui/dates";
import { byteSize, decimal, exactMoney } from "@/ui/money";
import { SideSheet } from "@/ui/SideSheet";
import { ErrorState, Notice, Pill } from "@/ui/States";
import { FaultNotice } from "./FaultNotice";
import { periodsText } from "./LoadTable";
import { loadQuery } from "./queries";
import s from "./sources.module.css";
import { STATUS } from "./words";

export function LoadDrawer({
  id,
  onClose,
}: {
  readonly id: string | undefined;
  readonly onClose: () => void;
}) {
  return (
    <SideSheet label="Load" opened={id !== undefined} onClose={onClose}>
      {id && <LoadDetails id={id} onClose={onClose} />}
    </SideSheet>
  );
}

function LoadDetails({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const load = useQuery(loadQuery(id));
  if (load.error) return <ErrorState error={load.error} retry={() => void load.refetch()} />;
  if (!load.data) {
    return (
      <div className={s.details} aria-busy="true">
        <Skeleton h={24} w={240} />
        <Skeleton h={80} />
        <Skeleton h={160} />
      </div>
    );
  }
  return <Details load={load.data} onClose={onClose} />;
}

function seconds(load: Load): string | null {
  if (!load.started_at || !load.finished_at) return null;
  const spent = (Date.parse(load.finished_at) - Date.parse(load.started_at)) / 1000;
  return spent < 1 ? "under a second" : `${spent.toFixed(spent < 10 ? 1 : 0)} s`;
}

function Details({ load, onClose }: { readonly load: Load; readonly onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const rejects = async () => {
    setBusy(true);
    try {
      await download(`/api/v1/loads/${load.id}/rejects`, `rejects-${load.part}.csv`);
    } catch (error) {
      const problem = toProblem(error);
      notifications.show({ color: "red", title: problem.detail, message: problem.remedy });
    } finally {
      setBusy(false);
    }
  };
  const facts: [string, string | null][] = [
    ["Source", load.source_name],
    ["Format", load.format],
    ["Size", byteSize(load.bytes)],
    ["Billing months", periodsText(load.billing_periods)],
    ["Received", instant(load.created_at)],
    ["Took", seconds(load)],
  ];
  return (
    <article className={s.details}>
      <header className={s.detailsHead}>
        <div style={{ minWidth: 0, flex: 1 }}>
          <h1 className={s.detailsTitle}>{load.part}</h1>
          <div className={s.file}>
            <span className="mono clip" title={load.file}>
              {load.file}
            </span>
            <Copy value={load.file} label="Copy the place" />
          </div>
        </div>
        <Pill tone={STATUS[load.status].tone}>{STATUS[load.status].label}</Pill>
        <ActionIcon onClick={onClose} aria-label="Close">
          <IconX size={17} />
        </ActionIcon>
      </header>
      <p className="muted">{STATUS[load.status].says}</p>
      {load.error && <FaultNotice fault={load.error} />}
      {load.warnings.map((warning) => (
        <Notice key={warning.code + warning.message} tone="warn">
          {warning.message}
          {warning.count !== null && (
            <div className="num muted">{decimal(warning.count)} rows are concerned.</div>
          )}
        </Notice>
      ))}
      <section className={s.counts} aria-label="Rows">
        <div>
          <span className={`num ${s.count}`}>{decimal(load.rows_read)}</span> rows read
        </div>
        <div>
          <span className={`num ${s.count}`}>{decimal(load.rows_kept)}</span> kept
        </div>
        <div data-bad={load.rows_rejected > 0}>
          <span className={`num ${s.count}`}>{decimal(load.rows_rejected)}</span> rejected
          {load.has_rejects && (
            <Button
              variant="default"
              size="compact-xs"
              ml={8}
              loading={busy}
              leftSection={<IconDownload size={13} />}
              onClick={() => void rejects()}
            >
              Rows with reasons
            </Button>
          )}
        </div>
      </section>
      {load.totals.map((total) => (
        <Reconciliation
          key={total.currency}
          kept={total}
          own={load.source_totals.find((other) => other.currency === total.currency)}
        />
      ))}
      <dl className={s.facts}>
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="num">{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </article>
  );
}

const KINDS: readonly CostKind[] = ["billed", "effective", "list", "contracted"];

/** What was kept beside what the file itself adds up to. Equality is of the text: every digit. */
function Reconciliation({ kept, own }: { readonly kept: LoadTotal; readonly own: LoadTotal | undefined }) {
  const write = (amount: string | null | undefined) =>
    amount === null || amount === undefined ? "–" : exactMoney(amount, kept.currency);
  return (
    <section aria-label={`Totals in ${kept.currency}`}>
      <h2 className={s.sectionTitle}>Totals in {kept.currency}</h2>
      <table className={s.reconcile}>
        <thead>
          <tr>
            <th scope="col">Cost</th>
            <th scope="col">The file's own</th>
            <th scope="col">Kept</th>
            <th scope="col">
              <span className="sr">Agree</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {KINDS.map((kind) => (
            <tr key={kind}>
              <th scope="row">{COST_KIND_TEXT[kind].short}</th>
              <td className="num">{write(own?.[kind])}</td>
              <td className="num">{write(kept[kind])}</td>
              <td>
                {own?.[kind] != null &&
                  (own[kind] === kept[kind] ? (
                    <IconCircleCheck size={16} color="var(--good)" aria-label="equal" />
                  ) : (
                    <span className={s.differs}>differs</span>
                  ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
