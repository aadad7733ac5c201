import { Button, Drawer, SegmentedControl, Skeleton } from "@mantine/core";
import { IconFileSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useRef, useState } from "react";
import type { Charge } from "@/api/types";
import { useDimensionLabel } from "@/features/scope/FilterChips";
import { type Filter, writeFilters } from "@/features/scope/filters";
import { COST_KIND_TEXT, type CostKind } from "@/features/scope/scope";
import type { Scope } from "@/features/scope/useScope";
import { Copy } from "@/ui/Copy";
import { longDay, monthLabel, shortDay, windowLabel } from "@/ui/dates";
import { Money } from "@/ui/Money";
import { decimal, exactMoney } from "@/ui/money";
import { useRowKeys } from "@/ui/rowKeys";
import { EmptyState, ErrorState, Pill } from "@/ui/States";
import e from "./explorer.module.css";
import { chargesQuery } from "./queries";

const COST_FIELD = {
  effective: "EffectiveCost",
  billed: "BilledCost",
  list: "ListCost",
  contracted: "ContractedCost",
} as const satisfies Record<CostKind, keyof Charge>;

const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] as const;

/** The bill's own lines behind a figure, each traced to its file and row. */
export function ChargesDrawer({
  opened,
  scope,
  drill,
  onClose,
}: {
  readonly opened: boolean;
  readonly scope: Scope;
  readonly drill: readonly Filter[];
  readonly onClose: () => void;
}) {
  const label = useDimensionLabel();
  return (
    <Drawer.Root opened={opened} onClose={onClose} size="min(1040px, 100%)" position="right">
      <Drawer.Overlay />
      <Drawer.Content aria-label="Line items">
        <Drawer.Header className={e.drawerHead}>
          <div>
            <Drawer.Title>
              <span className={e.drawerTitle}>Line items</span>
            </Drawer.Title>
            <div className="muted">
              {windowLabel(scope.window.start, scope.window.end)}
              {[
                ...scope.filters.filter((f) => !drill.some((d) => d.dimension === f.dimension)),
                ...drill,
              ].map((filter) => (
                <Fragment key={`${filter.dimension}${filter.op}`}>
                  {" · "}
                  {label(filter.dimension)} {filter.op === "in" ? "" : `${filter.op} `}
                  <span style={{ color: "var(--text)" }}>{filter.values.join(", ")}</span>
                </Fragment>
              ))}
            </div>
          </div>
          <Drawer.CloseButton aria-label="Close" />
        </Drawer.Header>
        <Drawer.Body className={e.drawerBody}>
          {opened && <ChargeList scope={scope} drill={drill} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function ChargeList({ scope, drill }: { readonly scope: Scope; readonly drill: readonly Filter[] }) {
  const [sort, setSort] = useState<"date" | "cost">("cost");
  const [open, setOpen] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  useRowKeys(list);
  const kept = scope.filters.filter((f) => !drill.some((d) => d.dimension === f.dimension));
  const query = { ...scope.query, filter: writeFilters([...kept, ...drill]) };
  const charges = useInfiniteQuery(chargesQuery(query, sort));
  const field = COST_FIELD[scope.cost];
  const rows = charges.data?.pages.flatMap((page) => page.charges) ?? [];

  if (charges.error && !charges.data) {
    return <ErrorState error={charges.error} retry={() => void charges.refetch()} />;
  }
  return (
    <div ref={list}>
      <div className={e.chargeTools}>
        <span className="muted">
          {COST_KIND_TEXT[scope.cost].label}, in the currency it was billed in, exactly as delivered.
        </span>
        <SegmentedControl
          size="xs"
          aria-label="Sort by"
          value={sort}
          onChange={(value) => setSort(value as "date" | "cost")}
          data={[
            { value: "cost", label: "Largest first" },
            { value: "date", label: "Newest first" },
          ]}
        />
      </div>
      {!charges.data ? (
        ROWS.map((key) => <Skeleton key={key} h={34} my={6} />)
      ) : rows.length === 0 ? (
        <EmptyState icon={<IconFileSearch size={22} />} title="No line items">
          Nothing was charged in these dates and filters.
        </EmptyState>
      ) : (
        <table className={e.charges} data-stale={charges.isPlaceholderData}>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">What</th>
              <th scope="col">Account</th>
              <th scope="col">Category</th>
              <th scope="col">Quantity</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((charge) => {
              const id = `${charge.load_id}|${charge.part}|${charge.source_row}|${charge.ChargePeriodStart}`;
              const shown = open === id;
              return (
                <Fragment key={id}>
                  <tr
                    data-row
                    tabIndex={-1}
                    className={e.charge}
                    onClick={() => setOpen(shown ? null : id)}
                    onKeyDown={(event) => {
                      if (event.key === "Enter" && event.target === event.currentTarget) {
                        setOpen(shown ? null : id);
                      }
                    }}
                  >
                    <td className="num">{shortDay(charge.ChargePeriodStart)}</td>
                    <td>
                      <button type="button" className={`clip ${e.chargeWhat}`} aria-expanded={shown}>
                        {charge.ServiceName}
                      </button>
                      <div className={`clip ${e.chargeSub}`}>
                        {charge.ResourceName ?? charge.ResourceId ?? charge.ChargeDescription ?? ""}
                      </div>
                    </td>
                    <td className="clip">{charge.SubAccountName ?? charge.SubAccountId ?? "–"}</td>
                    <td>
                      <Pill tone={charge.ChargeCategory === "Credit" ? "good" : "plain"}>
                        {charge.ChargeClass ?? charge.ChargeCategory}
                      </Pill>
                    </td>
                    <td className="num">
                      {charge.ConsumedQuantity
                        ? `${decimal(charge.ConsumedQuantity, 3)} ${charge.ConsumedUnit ?? ""}`
                        : "–"}
                    </td>
                    <td>
                      <Money amount={charge[field]} currency={charge.BillingCurrency} light />
                    </td>
                  </tr>
                  {shown && (
                    <tr className={e.chargeDetail}>
                      <td colSpan={6}>
                        <ChargeDetail charge={charge} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      )}
      {charges.hasNextPage && (
        <div className={e.loadMore}>
          <Button
            variant="default"
            loading={charges.isFetchingNextPage}
            onClick={() => void charges.fetchNextPage()}
          >
            More line items
          </Button>
        </div>
      )}
      {charges.data && !charges.hasNextPage && rows.length > 0 && (
        <p className={e.end}>That is all: {rows.length.toLocaleString("en-US")} line items.</p>
      )}
    </div>
  );
}

function ChargeDetail({ charge }: { readonly charge: Charge }) {
  const money = (text: string) => exactMoney(text, charge.BillingCurrency);
  const unit = (text: string | null) => (text === null ? null : `${text} ${charge.BillingCurrency}`);
  const facts: [string, string | null][] = [
    ["Description", charge.ChargeDescription],
    ["Period", `${longDay(charge.ChargePeriodStart)} – ${longDay(charge.ChargePeriodEnd)}`],
    ["Billing month", monthLabel(charge.BillingPeriodStart)],
    ["Provider", charge.ProviderName],
    ["Region", charge.RegionId],
    ["Resource", charge.ResourceId],
    ["Resource type", charge.ResourceType],
    ["SKU", charge.SkuId],
    ["Frequency", charge.ChargeFrequency],
    ["Pricing", charge.PricingCategory],
    ["Priced quantity", charge.PricingQuantity && `${charge.PricingQuantity} ${charge.PricingUnit ?? ""}`],
    ["List unit price", unit(charge.ListUnitPrice)],
    ["Contracted unit price", unit(charge.ContractedUnitPrice)],
    [
      "Commitment",
      charge.CommitmentDiscountId &&
        `${charge.CommitmentDiscountId} (${charge.CommitmentDiscountStatus ?? "–"})`,
    ],
    ["Billed cost", money(charge.BilledCost)],
    ["Effective cost", money(charge.EffectiveCost)],
    ["List cost", money(charge.ListCost)],
    ["Contracted cost", money(charge.ContractedCost)],
  ];
  const tags = Object.entries(charge.Tags);
  return (
    <div className={e.detail}>
      <dl className={e.detailFacts}>
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="num">{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {tags.length > 0 && (
        <div className={e.tags}>
          {tags.map(([key, value]) => (
            <span key={key} className={e.tag}>
              <span className="muted">{key}</span> {value ?? ""}
            </span>
          ))}
        </div>
      )}
      <div className={e.traced}>
        <IconFileSearch size={15} aria-hidden="true" />
        <span>
          Row <span className="num">{charge.source_row.toLocaleString("en-US")}</span> of{" "}
          <span className="mono">{charge.part}</span>
        </span>
        <Link to="/sources" search={{ load: charge.load_id } as never} className={e.tracedLink}>
          See the load
        </Link>
        <Copy value={`${charge.part} row ${charge.source_row}`} label="Copy file and row" />
      </div>
    </div>
  );
}
