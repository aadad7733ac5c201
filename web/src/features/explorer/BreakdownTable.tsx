import { ActionIcon, Menu, Skeleton } from "@mantine/core";
import {
  IconArrowDown,
  IconChevronRight,
  IconDots,
  IconFilter,
  IconFilterX,
  IconListDetails,
  IconTableColumn,
} from "@tabler/icons-react";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { Fragment, useRef, useState } from "react";
import type { Breakdown, BreakdownRow } from "@/api/types";
import { breakdownQuery } from "@/features/overview/queries";
import { useDimensionLabel } from "@/features/scope/FilterChips";
import { exclude, narrow, writeFilters } from "@/features/scope/filters";
import { type Scope, useSetScope } from "@/features/scope/useScope";
import { Delta, MoneyDelta } from "@/ui/Delta";
import { Dot, groupColor, useDark } from "@/ui/Entity";
import { ExplainList } from "@/ui/Explain";
import { Money } from "@/ui/Money";
import { useRowKeys } from "@/ui/rowKeys";
import { Share, Sparkline } from "@/ui/Spark";
import { ErrorState } from "@/ui/States";
import e from "./explorer.module.css";

export function groupTitle(labels: readonly string[]): string {
  return labels.join(" · ") || "Total";
}

/** What to show inside an opened row: the first of these that the rows are not already split by. */
const INNER = ["ServiceName", "SubAccountId", "RegionId", "ResourceId", "ChargeCategory"] as const;

interface TableProps {
  readonly by: string[];
  readonly breakdown: UseQueryResult<Breakdown>;
  readonly sort: "cost" | "change";
  readonly scope: Scope;
  readonly onSort: (sort: "cost" | "change") => void;
  readonly onNarrow: (key: readonly (string | null)[]) => void;
  readonly onItems: (key: readonly (string | null)[]) => void;
  readonly onHover: (label: string | null) => void;
  /** Asks for more rows; absent when there can be no more. */
  readonly onMore?: () => void;
}

const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

export function BreakdownTable(props: TableProps) {
  const { by, breakdown, sort, scope, onSort, onHover } = props;
  const table = useRef<HTMLDivElement>(null);
  const label = useDimensionLabel();
  const [open, setOpen] = useState<string | null>(null);
  useRowKeys(table);
  const { data } = breakdown;

  if (breakdown.error && !data) {
    return (
      <section className={e.panel}>
        <ErrorState error={breakdown.error} retry={() => void breakdown.refetch()} />
      </section>
    );
  }
  if (data && data.groups === 0) return null;
  const inner = INNER.find(
    (name) => !by.includes(name) && !scope.filters.some((f) => f.dimension === name && f.values.length === 1),
  );
  return (
    <section
      className={e.tablePanel}
      ref={table}
      aria-label="Costs by group"
      data-stale={breakdown.isPlaceholderData}
    >
      <table className={e.table}>
        <thead>
          <tr>
            <th scope="col">{by.map(label).join(" · ")}</th>
            <th scope="col" className={e.trend}>
              Trend
            </th>
            <th scope="col" aria-sort={sort === "cost" ? "descending" : "none"}>
              <button
                type="button"
                className={e.sort}
                data-on={sort === "cost"}
                onClick={() => onSort("cost")}
              >
                {sort === "cost" && <IconArrowDown size={13} aria-hidden="true" />}
                Cost
              </button>
            </th>
            <th scope="col">Share</th>
            <th scope="col" className={e.before}>
              Before
            </th>
            <th scope="col" aria-sort={sort === "change" ? "descending" : "none"}>
              <button
                type="button"
                className={e.sort}
                data-on={sort === "change"}
                onClick={() => onSort("change")}
              >
                {sort === "change" && <IconArrowDown size={13} aria-hidden="true" />}
                Change
              </button>
            </th>
            <th scope="col" className={e.percent}>
              <span className="sr">Change in percent</span>
            </th>
            <th scope="col" className={e.act}>
              {data ? (
                <ExplainList
                  title="This table"
                  computed={data.computed}
                  formula={`${data.computed.formula}, by ${by.join(", ")}`}
                  note="Share is of the total of these charges; change is against the window before. Every row opens its line items."
                />
              ) : (
                <span className="sr">Actions</span>
              )}
            </th>
          </tr>
        </thead>
        <tbody onMouseLeave={() => onHover(null)}>
          {!data
            ? ROWS.map((key) => (
                <tr key={key}>
                  <td colSpan={8}>
                    <Skeleton h={20} my={4} />
                  </td>
                </tr>
              ))
            : data.rows.map((row) => {
                const id = row.key.join("\u0000");
                const opened = open === id;
                return (
                  <Fragment key={id}>
                    <Row
                      {...props}
                      row={row}
                      currency={data.currency}
                      expandable={inner !== undefined}
                      opened={opened}
                      onToggle={() => setOpen(opened ? null : id)}
                    />
                    {opened && inner && (
                      <tr className={e.innerRow}>
                        <td colSpan={8}>
                          <Inner scope={scope} by={by} row={row} dimension={inner} title={label(inner)} />
                        </td>
                      </tr>
                    )}
                  </Fragment>
                );
              })}
        </tbody>
        {data && (
          <tfoot>
            {data.other && (
              <tr>
                <td className="muted">
                  {(data.groups - data.rows.length).toLocaleString("en-US")} smaller groups
                  {props.onMore && (
                    <button type="button" className={e.showMore} onClick={props.onMore}>
                      Show more
                    </button>
                  )}
                </td>
                <td className={e.trend} />
                <td>
                  <Money amount={data.other.amount} currency={data.currency} />
                </td>
                <td>
                  <Share share={data.other.share} color="var(--other)" />
                </td>
                <td className={e.before}>
                  <Money amount={data.other.previous_amount} currency={data.currency} />
                </td>
                <td>
                  <MoneyDelta change={data.other.change} currency={data.currency} />
                </td>
                <td className={e.percent} />
                <td className={e.act} />
              </tr>
            )}
            <tr className={e.totalRow}>
              <td>Total of {data.groups.toLocaleString("en-US")}</td>
              <td className={e.trend} />
              <td>
                <Money amount={data.total.amount} currency={data.currency} />
              </td>
              <td />
              <td className={e.before}>
                <Money amount={data.total.previous_amount} currency={data.currency} />
              </td>
              <td>
                <MoneyDelta change={data.total.change} currency={data.currency} />
              </td>
              <td className={e.percent}>
                <Delta share={data.total.change_share} />
              </td>
              <td className={e.act} />
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

function Row({
  by,
  row,
  currency,
  scope,
  expandable,
  opened,
  onToggle,
  onNarrow,
  onItems,
  onHover,
}: TableProps & {
  readonly row: BreakdownRow;
  readonly currency: string;
  readonly expandable: boolean;
  readonly opened: boolean;
  readonly onToggle: () => void;
}) {
  const dark = useDark();
  const { setFilters } = useSetScope();
  const title = groupTitle(row.labels);
  const color = groupColor(by, row.key, title, dark);
  const single = by.length === 1 ? by[0] : undefined;
  return (
    <tr
      data-row
      tabIndex={-1}
      className={e.row}
      onMouseEnter={() => onHover(title)}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === "Enter") onItems(row.key);
        if (event.key === "x" && expandable) onToggle();
      }}
    >
      <td>
        <div className={e.name}>
          {expandable && (
            <ActionIcon
              size={22}
              aria-label={`${opened ? "Close" : "Open"} ${title}`}
              aria-expanded={opened}
              onClick={onToggle}
            >
              <IconChevronRight size={14} className={e.chevron} data-open={opened} />
            </ActionIcon>
          )}
          <Dot color={color} />
          <button
            type="button"
            className={e.nameButton}
            title={`${title}: filter by it`}
            onClick={() => onNarrow(row.key)}
          >
            {row.labels.map((part, index) => (
              <span key={by[index]} className={row.key[index] === null ? "faint" : undefined}>
                {index > 0 && <span className="faint"> · </span>}
                {row.key[index] === null && !part ? "Not given" : part}
              </span>
            ))}
          </button>
        </div>
      </td>
      <td className={e.trend}>
        <Sparkline values={row.trend} color={color} />
      </td>
      <td data-label="Cost">
        <Money amount={row.amount} currency={currency} light />
      </td>
      <td data-label="Share">
        <Share share={row.share} color={color} />
      </td>
      <td className={e.before} data-label="Before">
        <Money
          amount={row.previous_amount}
          currency={currency}
          light
          why="It had no cost in the window before."
        />
      </td>
      <td data-label="Change">
        <MoneyDelta change={row.change} currency={currency} />
      </td>
      <td className={e.percent}>
        <Delta share={row.change_share} why="It had no cost in the window before." />
      </td>
      <td className={e.act}>
        <Menu position="bottom-end" width={210}>
          <Menu.Target>
            <ActionIcon className={e.more} aria-label={`Actions for ${title}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconListDetails size={16} />} onClick={() => onItems(row.key)}>
              Line items ({row.charges.toLocaleString("en-US")})
            </Menu.Item>
            <Menu.Item leftSection={<IconFilter size={16} />} onClick={() => onNarrow(row.key)}>
              Only this
            </Menu.Item>
            {single && (
              <Menu.Item
                leftSection={<IconFilterX size={16} />}
                onClick={() => void setFilters(exclude(scope.filters, single, row.key[0] ?? null))}
              >
                Leave out
              </Menu.Item>
            )}
            {expandable && (
              <Menu.Item leftSection={<IconTableColumn size={16} />} onClick={onToggle}>
                {opened ? "Close" : "Look inside"}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}

/** What a group is made of. */
function Inner({
  scope,
  by,
  row,
  dimension,
  title,
}: {
  readonly scope: Scope;
  readonly by: readonly string[];
  readonly row: BreakdownRow;
  readonly dimension: string;
  readonly title: string;
}) {
  const dark = useDark();
  const filter = writeFilters(narrow(scope.filters, by, row.key));
  const inner = useQuery(breakdownQuery({ ...scope.query, filter }, [dimension], 8, "cost", true));
  if (inner.error) return <ErrorState small error={inner.error} retry={() => void inner.refetch()} />;
  if (!inner.data) return <Skeleton h={96} />;
  const { currency } = inner.data;
  return (
    <div className={e.inner}>
      <div className={e.innerTitle}>By {title.toLowerCase()}</div>
      {inner.data.rows.map((part) => {
        const name = groupTitle(part.labels);
        const color = groupColor([dimension], part.key, name, dark);
        return (
          <div key={part.key.join("|")} className={e.innerPart}>
            <span className={e.name}>
              <Dot color={color} />
              <span className="clip" title={name}>
                {part.key[0] === null && !name ? "Not given" : name}
              </span>
            </span>
            <span className={e.innerTrend}>
              <Sparkline values={part.trend} color={color} width={80} height={18} />
            </span>
            <Money amount={part.amount} currency={currency} light />
            <Share share={part.share} color={color} />
            <Delta share={part.change_share} />
          </div>
        );
      })}
      {inner.data.groups > inner.data.rows.length && (
        <div className="faint">
          and {(inner.data.groups - inner.data.rows.length).toLocaleString("en-US")} more
        </div>
      )}
    </div>
  );
}
