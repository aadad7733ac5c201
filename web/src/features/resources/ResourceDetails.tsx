import { ActionIcon, Button, Skeleton, Tooltip } from "@mantine/core";
import { IconExternalLink, IconListDetails, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ResourceDetail } from "@/api/types";
import { timeChart } from "@/charts/adapter";
import { Chart } from "@/charts/Chart";
import { timeOption } from "@/charts/options";
import { writeFilters } from "@/features/scope/filters";
import { COST_KIND_TEXT } from "@/features/scope/scope";
import type { Scope } from "@/features/scope/useScope";
import { Copy } from "@/ui/Copy";
import { Delta } from "@/ui/Delta";
import { longDay, windowLabel } from "@/ui/dates";
import { groupColor, useDark } from "@/ui/Entity";
import { Explain } from "@/ui/Explain";
import { Money } from "@/ui/Money";
import { Share } from "@/ui/Spark";
import { ErrorState, Pill } from "@/ui/States";
import { resourceQuery } from "./queries";
import { resourceTitle } from "./ResourcesPage";
import r from "./resources.module.css";

/** One resource: what it is, what it costs each day, and what that is made of. */
export function ResourceDetails({
  id,
  scope,
  onClose,
}: {
  readonly id: string;
  readonly scope: Scope;
  /** Absent on the full page. */
  readonly onClose?: () => void;
}) {
  const detail = useQuery(resourceQuery(id, scope.query));
  if (detail.error && !detail.data) {
    return <ErrorState error={detail.error} retry={() => void detail.refetch()} />;
  }
  if (!detail.data) {
    return (
      <div className={r.details} aria-busy="true">
        <Skeleton h={24} w={260} />
        <Skeleton h={16} w={360} mt={8} />
        <Skeleton h={40} w={180} mt={24} />
        <Skeleton h={200} mt={16} />
        <Skeleton h={160} mt={16} />
      </div>
    );
  }
  return <Contents detail={detail.data} scope={scope} onClose={onClose} />;
}

function Contents({
  detail,
  scope,
  onClose,
}: {
  readonly detail: ResourceDetail;
  readonly scope: Scope;
  readonly onClose?: () => void;
}) {
  const dark = useDark();
  const navigate = useNavigate();
  const { resource, currency } = detail;
  const filter = writeFilters([{ dimension: "ResourceId", op: "in", values: [resource.resource_id] }]);
  const items = () => void navigate({ to: "/explorer", search: { filter, items: true } as never });
  const option = useMemo(() => {
    const service = resource.service ?? "";
    const color = groupColor(service ? ["ServiceName"] : [], [service], service, dark);
    const chart = timeChart({
      ...detail,
      granularity: "day",
      group_by: [],
      buckets: detail.days,
      groups: [{ key: [], label: "Cost", other: false, total: resource.cost, values: detail.daily }],
      totals: detail.daily,
      previous_totals: [],
    });
    return timeOption(chart, { kind: "bars", grain: "day", colors: [color], dark, ghost: false });
  }, [detail, resource, dark]);

  const tags = Object.entries(resource.tags);
  const facts: [string, string | null][] = [
    ["Provider", resource.provider],
    ["Service", resource.service],
    ["Type", resource.type],
    ["Region", resource.region],
    [
      "Account",
      resource.account_name && resource.account_name !== resource.account_id
        ? `${resource.account_name} (${resource.account_id})`
        : resource.account_id,
    ],
    ["First charged", resource.first_seen && longDay(resource.first_seen)],
    ["Last charged", resource.last_seen && longDay(resource.last_seen)],
  ];
  return (
    <article className={r.details} data-full={onClose === undefined}>
      <header className={r.detailsHead}>
        <div style={{ minWidth: 0, flex: 1 }}>
          <h1 className={r.detailsTitle}>{resourceTitle(resource)}</h1>
          <div className={r.detailsId}>
            <span className="mono clip" title={resource.resource_id}>
              {resource.resource_id}
            </span>
            <Copy value={resource.resource_id} label="Copy the id" />
          </div>
        </div>
        {resource.ended_at && <Pill tone="warn">Gone since {longDay(resource.ended_at)}</Pill>}
        {onClose && (
          <>
            {resource.id && (
              <Tooltip label="Open as a page">
                <ActionIcon
                  component={Link}
                  to="/resources/$id"
                  params={{ id: resource.id } as never}
                  aria-label="Open as a page"
                >
                  <IconExternalLink size={17} />
                </ActionIcon>
              </Tooltip>
            )}
            <ActionIcon onClick={onClose} aria-label="Close">
              <IconX size={17} />
            </ActionIcon>
          </>
        )}
      </header>
      <div className={r.body}>
        <section className={r.costSection} aria-label="Cost">
          <div className={r.costHead}>
            <div>
              <div className="muted">
                {COST_KIND_TEXT[scope.cost].label}, {windowLabel(detail.window.start, detail.window.end)}
              </div>
              <div className={r.cost}>
                <Explain
                  title={COST_KIND_TEXT[scope.cost].label}
                  computed={detail.computed}
                  onLineItems={items}
                >
                  <Money amount={resource.cost} currency={currency} shape="compact" />
                </Explain>
              </div>
              <div className="muted">
                <Delta share={resource.change_share} why="It had no cost in the window before." /> against{" "}
                <Money amount={resource.previous_cost} currency={currency} shape="compact" /> in the window
                before
              </div>
            </div>
            <Button variant="default" leftSection={<IconListDetails size={15} />} onClick={items}>
              Line items
            </Button>
          </div>
          <Chart option={option} height={190} label="Daily cost of this resource" />
        </section>

        <section aria-label="What it is made of">
          <h2 className={r.sectionTitle}>What the cost is made of</h2>
          {detail.skus.length === 0 ? (
            <p className="muted">Nothing was charged in these dates.</p>
          ) : (
            <ul className={r.skus}>
              {detail.skus.map((sku) => (
                <li key={`${sku.sku}|${sku.description}|${sku.charge_category}`}>
                  <span className={r.skuName}>
                    <span>{sku.description || sku.sku || "Not described"}</span>
                    <span className={r.sub}>
                      {[sku.charge_category, sku.sku, `${sku.charges.toLocaleString("en-US")} line items`]
                        .filter(Boolean)
                        .join(" · ")}
                    </span>
                  </span>
                  <Share share={sku.share} />
                  <Money amount={sku.amount} currency={currency} light />
                </li>
              ))}
            </ul>
          )}
        </section>

        <section aria-label="Details">
          <h2 className={r.sectionTitle}>Details</h2>
          <dl className={r.facts}>
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value ?? "–"}</dd>
              </div>
            ))}
          </dl>
        </section>

        <section aria-label="Tags">
          <h2 className={r.sectionTitle}>Tags</h2>
          {tags.length === 0 ? (
            <p className="muted">It carries no tags, so its cost can't be given to a team.</p>
          ) : (
            <ul className={r.tags}>
              {tags.map(([key, value]) => (
                <li key={key}>
                  <span className="muted">{key}</span> {value ?? ""}
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </article>
  );
}
