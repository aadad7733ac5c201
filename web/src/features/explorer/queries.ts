import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, download, unwrap } from "@/api/client";
import { stringifySearch } from "@/features/scope/search";
import type { ScopeQuery } from "@/features/scope/useScope";

export const chargesQuery = (query: ScopeQuery, sort: "date" | "cost") =>
  infiniteQueryOptions({
    queryKey: ["charges", query, sort],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/costs/charges", {
          params: { query: { ...query, sort, limit: 100, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

/** Downloads line items, or with `groupBy` the aggregated table. */
export function exportCharges(
  query: ScopeQuery,
  format: "csv" | "parquet",
  groupBy: readonly string[] = [],
): Promise<void> {
  const [path, what] = groupBy.length ? ["breakdown/export", "costs"] : ["charges/export", "line-items"];
  const search = stringifySearch({ ...query, format, group_by: groupBy });
  return download(`/api/v1/costs/${path}${search}`, `${what}_${query.start}_${query.end}.${format}`);
}
