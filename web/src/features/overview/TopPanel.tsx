import { Button, Skeleton } from "@mantine/core";
import { IconTagOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { relative } from "@/charts/adapter";
import { narrow, writeFilters } from "@/features/scope/filters";
import type { Scope } from "@/features/scope/useScope";
import { Delta } from "@/ui/Delta";
import { groupColor, useDark } from "@/ui/Entity";
import { ExplainList } from "@/ui/Explain";
import { Money } from "@/ui/Money";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorState } from "@/ui/States";
import o from "./overview.module.css";
import { breakdownQuery } from "./queries";

const ROWS = ["a", "b", "c", "d", "e", "f"] as const;

/** A ranking of one dimension; each row opens the Explorer narrowed to it. */
export function TopPanel({
  title,
  dimension,
  scope,
}: {
  readonly title: string;
  readonly dimension: string;
  readonly scope: Scope;
}) {
  const dark = useDark();
  const top = useQuery(breakdownQuery(scope.query, [dimension], 6, "cost", false));
  const largest = top.data?.rows[0]?.amount ?? null;
  const tag = dimension.startsWith("tag:");
  const onlyMissing = tag && (top.data?.rows.every((row) => row.key[0] === null) ?? false);
  return (
    <Panel
      title={title}
      note={tag ? `by tag ${dimension.slice(4)}` : undefined}
      actions={
        <>
          {top.data && (
            <ExplainList
              title={title}
              computed={top.data.computed}
              formula={`${top.data.computed.formula}, by ${tag ? `tag ${dimension.slice(4)}` : dimension}`}
              note="The change compares each with the window before. Each row opens the Explorer, with its line items."
            />
          )}
          <Button
            component={Link}
            to="/explorer"
            search={{ by: [dimension] } as never}
            variant="subtle"
            color="gray"
            size="compact-xs"
          >
            {top.data && top.data.groups > 6 ? `All ${top.data.groups.toLocaleString("en-US")}` : "Explore"}
          </Button>
        </>
      }
    >
      {top.error && !top.data ? (
        <ErrorState small error={top.error} retry={() => void top.refetch()} />
      ) : !top.data ? (
        <div className={o.rank} aria-busy="true">
          {ROWS.map((key) => (
            <Skeleton key={key} h={22} my={9} />
          ))}
        </div>
      ) : onlyMissing ? (
        <EmptyState small icon={<IconTagOff size={20} />} title={`Nothing is tagged ${dimension.slice(4)}`}>
          Tag resources with “{dimension.slice(4)}” in your clouds and the next bill shows who spends what.
        </EmptyState>
      ) : (
        <ol className={o.rank} data-stale={top.isPlaceholderData}>
          {top.data.rows.map((row) => {
            const label = row.labels[0] ?? "";
            const value = row.key[0] ?? null;
            return (
              <li key={value ?? "\u0000"}>
                <Link
                  to="/explorer"
                  search={
                    {
                      by: [dimension === "ServiceName" ? "SubAccountId" : "ServiceName"],
                      filter: writeFilters(narrow(scope.filters, [dimension], row.key)),
                    } as never
                  }
                  className={o.rankRow}
                >
                  <span
                    className={o.rankBar}
                    style={{
                      width: `${relative(row.amount, largest) * 100}%`,
                      background: groupColor([dimension], row.key, label, dark),
                    }}
                    aria-hidden="true"
                  />
                  <span className={`clip ${value === null ? "faint" : ""}`} title={label}>
                    {value === null ? (tag ? "Not tagged" : "Not given") : label}
                  </span>
                  <Money amount={row.amount} currency={top.data.currency} shape="compact" light />
                  <span className={o.rankDelta}>
                    <Delta share={row.change_share} why="It had no cost in the window before." />
                  </span>
                </Link>
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}
