import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import type { ScopeQuery } from "@/features/scope/useScope";
import type { ResourceSort } from "./search";

const PAGE = 60;

export const resourcesPageQuery = (query: ScopeQuery, search: string, limit: number) =>
  queryOptions({
    queryKey: ["resources-page", query, search, limit],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/resources", {
          params: { query: { ...query, search: search || undefined, limit } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const resourcesQuery = (
  query: ScopeQuery,
  search: string,
  sort: ResourceSort,
  order: "asc" | "desc",
) =>
  infiniteQueryOptions({
    queryKey: ["resources", query, search, sort, order],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/resources", {
          params: {
            query: { ...query, search: search || undefined, sort, order, limit: PAGE, cursor: pageParam },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const resourceQuery = (id: string, query: ScopeQuery) =>
  queryOptions({
    queryKey: ["resource", id, query.start, query.end, query.cost],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/resources/{id}", {
          params: { path: { id }, query: { start: query.start, end: query.end, cost: query.cost } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
