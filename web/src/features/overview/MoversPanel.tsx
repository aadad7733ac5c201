import { SegmentedControl, Skeleton, Tooltip } from "@mantine/core";
import { IconArrowsExchange } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Mover } from "@/api/types";
import { narrow, writeFilters } from "@/features/scope/filters";
import type { Scope } from "@/features/scope/useScope";
import { Delta, MoneyDelta } from "@/ui/Delta";
import { windowLabel } from "@/ui/dates";
import { Entity } from "@/ui/Entity";
import { Explain } from "@/ui/Explain";
import { Money } from "@/ui/Money";
import { isZero, signedMoney } from "@/ui/money";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorState } from "@/ui/States";
import o from "./overview.module.css";
import { moversQuery } from "./queries";

const REASONS: Record<Mover["reason"], { label: string; says: string }> = {
  usage: { label: "Usage", says: "More or less of it was used, at about the same rate." },
  rate: { label: "Rate", says: "The price of a unit changed, not the amount used." },
  mixed: { label: "Usage and rate", says: "Both the amount used and the price of a unit changed." },
  new: { label: "New", says: "It did not exist in the window before." },
  gone: { label: "Gone", says: "It existed in the window before and no longer does." },
  other: { label: "Fees, credits, tax", says: "Charges without a quantity changed: fees, credits, taxes." },
};

const EFFECTS = [
  ["usage", "usage_effect"],
  ["rate", "rate_effect"],
  ["new", "new_effect"],
  ["gone", "gone_effect"],
  ["fees, credits, tax", "other_effect"],
] as const;

function Reason({ mover, currency }: { readonly mover: Mover; readonly currency: string }) {
  const reason = REASONS[mover.reason];
  const parts = EFFECTS.flatMap(([name, field]) => {
    const amount = mover[field];
    return amount && !isZero(amount) ? [`${name} ${signedMoney(amount, currency)}`] : [];
  });
  return (
    <Tooltip
      multiline
      maw={300}
      label={
        <>
          {reason.says}
          {parts.length > 0 && <div className="num">{parts.join(" · ")}</div>}
        </>
      }
    >
      <span className={o.reason} data-reason={mover.reason}>
        {reason.label}
      </span>
    </Tooltip>
  );
}

const BY = [
  { value: "ServiceName", label: "Services" },
  { value: "SubAccountId", label: "Accounts" },
  { value: "RegionId", label: "Regions" },
];
const ROWS = ["a", "b", "c", "d", "e", "f"] as const;

/** What changed most, and why? */
export function MoversPanel({ scope }: { readonly scope: Scope }) {
  const [by, setBy] = useState("ServiceName");
  const navigate = useNavigate();
  const movers = useQuery(moversQuery(scope.query, [by], 8));
  return (
    <Panel
      title="What changed most"
      note={`against ${windowLabel(scope.previous.start, scope.previous.end)}`}
      actions={<SegmentedControl size="xs" aria-label="Changes by" value={by} onChange={setBy} data={BY} />}
    >
      {movers.error && !movers.data ? (
        <ErrorState small error={movers.error} retry={() => void movers.refetch()} />
      ) : !movers.data ? (
        <div aria-busy="true">
          {ROWS.map((key) => (
            <Skeleton key={key} h={26} my={12} />
          ))}
        </div>
      ) : movers.data.rows.length === 0 ? (
        <EmptyState small icon={<IconArrowsExchange size={20} />} title="Nothing to compare yet">
          The window before has no charges. Choose other dates, or load earlier bills.
        </EmptyState>
      ) : (
        <div className={o.movers} data-stale={movers.isPlaceholderData}>
          {movers.data.rows.map((mover) => (
            <div key={mover.key.join("|")} className={o.mover}>
              <Link
                className={o.moverName}
                to="/explorer"
                search={
                  {
                    by: [by === "ServiceName" ? "SubAccountId" : "ServiceName"],
                    filter: writeFilters(narrow(scope.filters, [by], mover.key)),
                  } as never
                }
              >
                <Entity dimension={by} value={mover.key[0] ?? null} label={mover.label} />
              </Link>
              <Reason mover={mover} currency={movers.data.currency} />
              <span className={o.moverAmounts}>
                <Money amount={mover.before} currency={movers.data.currency} shape="compact" light />
                <span className="faint"> → </span>
                <Money amount={mover.after} currency={movers.data.currency} shape="compact" light />
              </span>
              <span className={o.moverChange}>
                <Explain
                  title={`Change of ${mover.label}`}
                  computed={movers.data.computed}
                  formula="usage = (q₁ − q₀)(r₀ + r₁)/2,  rate = (r₁ − r₀)(q₀ + q₁)/2, per SKU"
                  note={
                    <>
                      {REASONS[mover.reason].says}
                      <span style={{ display: "grid", gridTemplateColumns: "1fr auto", marginTop: 6 }}>
                        {EFFECTS.map(([name, field]) => {
                          const amount = mover[field];
                          return amount === null || isZero(amount) ? null : (
                            <span key={name} style={{ display: "contents" }}>
                              <span>{name}</span>
                              <span className="num" style={{ textAlign: "right" }}>
                                {signedMoney(amount, movers.data.currency)}
                              </span>
                            </span>
                          );
                        })}
                      </span>
                    </>
                  }
                  onLineItems={() =>
                    void navigate({
                      to: "/explorer",
                      search: { items: true, drill: writeFilters(narrow([], [by], mover.key)) } as never,
                    })
                  }
                >
                  <MoneyDelta change={mover.change} currency={movers.data.currency} />
                </Explain>
              </span>
              <span className={o.moverShare}>
                <Delta share={mover.change_share} why="New: there was nothing before." />
              </span>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}
