import { Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconSearch, IconServerOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ResourceRow } from "@/api/types";
import { NoData } from "@/features/overview/OverviewPage";
import { writeFilters } from "@/features/scope/filters";
import { useScope } from "@/features/scope/useScope";
import { useMe } from "@/features/session/queries";
import { Delta } from "@/ui/Delta";
import { Dot, groupColor, useDark } from "@/ui/Entity";
import { Explain } from "@/ui/Explain";
import { Keys } from "@/ui/Keys";
import { Money } from "@/ui/Money";
import { PageHeader } from "@/ui/Panel";
import { useRowKeys } from "@/ui/rowKeys";
import { SideSheet } from "@/ui/SideSheet";
import { Sparkline } from "@/ui/Spark";
import { EmptyState, ErrorState } from "@/ui/States";
import { resourcesQuery } from "./queries";
import { ResourceDetails } from "./ResourceDetails";
import r from "./resources.module.css";
import type { ResourceSort, ResourcesSearch } from "./search";

export function resourceTitle(resource: { name: string | null; resource_id: string }): string {
  if (resource.name) return resource.name;
  const parts = resource.resource_id.split(/[/:]/).filter(Boolean);
  return parts[parts.length - 1] ?? resource.resource_id;
}

export function ResourcesPage() {
  const me = useMe();
  return (
    <>
      <PageHeader title="Resources">Everything that costs money by its own name, one by one.</PageHeader>
      {me.has_data ? <ResourceTable /> : <NoData />}
    </>
  );
}

const SKELETONS = Array.from({ length: 12 }, (_, index) => `row-${index}`);

function SortHead({
  sort,
  current,
  order,
  onSort,
  children,
}: {
  readonly sort: ResourceSort;
  readonly current: ResourceSort;
  readonly order: "asc" | "desc";
  readonly onSort: (sort: ResourceSort) => void;
  readonly children: ReactNode;
}) {
  const on = sort === current;
  const Arrow = order === "asc" ? IconArrowUp : IconArrowDown;
  return (
    <th scope="col" aria-sort={on ? (order === "asc" ? "ascending" : "descending") : "none"}>
      <button type="button" className={r.sort} data-on={on} onClick={() => onSort(sort)}>
        {on && <Arrow size={13} aria-hidden="true" />}
        {children}
      </button>
    </th>
  );
}

function ResourceTable() {
  const search = useSearch({ from: "/frame/resources" });
  const navigate = useNavigate({ from: "/resources" });
  const scope = useScope();
  const sort = search.sort ?? "cost";
  const order = search.order ?? (sort === "name" ? "asc" : "desc");
  const list = useInfiniteQuery(resourcesQuery(scope.query, search.q ?? "", sort, order));
  const table = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(search.q ?? "");
  const phone = useMediaQuery("(max-width: 760px)", false, { getInitialValueInEffect: false });
  useRowKeys(table);

  const change = (patch: Partial<ResourcesSearch>, replace = true) =>
    void navigate({ search: (previous) => ({ ...previous, ...patch }), replace });
  const find = useDebouncedCallback((value: string) => change({ q: value || undefined }), 220);
  const onSort = (next: ResourceSort) => {
    if (next !== sort) change({ sort: next === "cost" ? undefined : next, order: undefined });
    else change({ order: order === "desc" ? "asc" : "desc" });
  };
  const open = (resource: ResourceRow) => {
    if (resource.id) change({ open: resource.id }, false);
    else {
      void navigate({
        to: "/explorer",
        search: {
          filter: writeFilters([{ dimension: "ResourceId", op: "in", values: [resource.resource_id] }]),
        },
      });
    }
  };

  const first = list.data?.pages[0];
  const rows = list.data?.pages.flatMap((page) => page.resources) ?? [];
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    setMargin((table.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const rowHeight = phone ? 72 : 48;
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: margin,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items[items.length - 1]?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && rows.length > 0 && lastShown >= rows.length - 15) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, rows.length]);
  const before = items[0] ? items[0].start - margin : 0;
  const after = Math.max(rows.length * rowHeight - (items[items.length - 1]?.end ?? margin) + margin, 0);

  return (
    <>
      <div className={r.tools}>
        <TextInput
          data-page-search
          className={r.find}
          aria-label="Find a resource"
          placeholder="Find by name or id…"
          rightSection={<Keys keys={["/"]} />}
          leftSection={<IconSearch size={15} />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            find(event.currentTarget.value);
          }}
        />
        <span className="muted">
          {first && (
            <Explain
              title="Resources"
              computed={first.computed}
              note="Every resource that was charged in these dates or in the window before."
            >
              <span className="num">
                {first.total.toLocaleString("en-US")} {first.total === 1 ? "resource" : "resources"}
              </span>
            </Explain>
          )}
        </span>
      </div>
      <section className={r.panel} ref={table} data-stale={list.isPlaceholderData} aria-label="Resources">
        {list.error && !list.data ? (
          <ErrorState error={list.error} retry={() => void list.refetch()} />
        ) : first && rows.length === 0 ? (
          <EmptyState icon={<IconServerOff size={22} />} title="No resource fits">
            {search.q
              ? `Nothing named “${search.q}” was charged in these dates.`
              : "Nothing with a name of its own was charged in these dates and filters."}
          </EmptyState>
        ) : (
          <table className={r.table} aria-rowcount={first?.total}>
            <thead>
              <tr>
                <SortHead sort="name" current={sort} order={order} onSort={onSort}>
                  Resource
                </SortHead>
                <th scope="col">Service</th>
                <th scope="col">Account</th>
                <th scope="col" className={r.region}>
                  Region
                </th>
                <th scope="col" className={r.trend}>
                  Trend
                </th>
                <SortHead sort="cost" current={sort} order={order} onSort={onSort}>
                  Cost
                </SortHead>
                <SortHead sort="change" current={sort} order={order} onSort={onSort}>
                  Change
                </SortHead>
              </tr>
            </thead>
            <tbody>
              {!first &&
                SKELETONS.map((key) => (
                  <tr key={key}>
                    <td colSpan={7}>
                      <Skeleton h={20} />
                    </td>
                  </tr>
                ))}
              {before > 0 && (
                <tr className={r.space} style={{ height: before }}>
                  <td colSpan={7} />
                </tr>
              )}
              {first &&
                items.map((item) => {
                  const resource = rows[item.index];
                  return resource ? (
                    <Row
                      key={`${resource.provider}|${resource.account_id}|${resource.resource_id}`}
                      resource={resource}
                      index={item.index}
                      currency={first.currency}
                      current={search.open !== undefined && search.open === resource.id}
                      onOpen={() => open(resource)}
                    />
                  ) : null;
                })}
              {after > 0 && (
                <tr className={r.space} style={{ height: after }}>
                  <td colSpan={7} />
                </tr>
              )}
            </tbody>
          </table>
        )}
      </section>
      {isFetchingNextPage && <Skeleton h={40} mt={8} />}
      <SideSheet
        label="Resource"
        opened={search.open !== undefined}
        onClose={() => change({ open: undefined })}
      >
        {search.open && (
          <ResourceDetails id={search.open} scope={scope} onClose={() => change({ open: undefined })} />
        )}
      </SideSheet>
    </>
  );
}

function Row({
  resource,
  index,
  currency,
  current,
  onOpen,
}: {
  readonly resource: ResourceRow;
  readonly index: number;
  readonly currency: string;
  readonly current: boolean;
  readonly onOpen: () => void;
}) {
  const dark = useDark();
  const color = resource.service
    ? groupColor(["ServiceName"], [resource.service], resource.service, dark)
    : "var(--other)";
  const title = resourceTitle(resource);
  return (
    <tr
      data-row
      tabIndex={0}
      aria-rowindex={index + 1}
      className={r.row}
      data-current={current}
      onClick={onOpen}
      onKeyDown={(event) => {
        if (event.key === "Enter") onOpen();
      }}
    >
      <td>
        <div className={`clip ${r.name}`} title={resource.resource_id}>
          {title}
        </div>
        <div className={`clip ${r.sub}`}>
          {resource.type ?? (title === resource.resource_id ? "" : resource.resource_id)}
        </div>
      </td>
      <td>
        <span className={r.service}>
          <Dot color={color} />
          <span className="clip">{resource.service ?? "–"}</span>
        </span>
      </td>
      <td className="clip">{resource.account_name ?? resource.account_id ?? "–"}</td>
      <td className={`clip ${r.region}`}>{resource.region ?? "–"}</td>
      <td className={r.trend}>
        <Sparkline values={resource.trend} color={color} />
      </td>
      <td>
        <Money amount={resource.cost} currency={currency} light />
      </td>
      <td>
        <Delta share={resource.change_share} why="It had no cost in the window before." />
      </td>
    </tr>
  );
}
