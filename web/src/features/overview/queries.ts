import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { defaultGranularity } from "@/features/explorer/search";
import type { ScopeQuery } from "@/features/scope/useScope";
import { daysBetween } from "@/ui/dates";

export const summaryQuery = (query: ScopeQuery) =>
  queryOptions({
    queryKey: ["summary", query],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/costs/summary", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const seriesQuery = (
  query: ScopeQuery,
  group_by: string[],
  granularity: "day" | "week" | "month",
  top: number,
) =>
  queryOptions({
    queryKey: ["series", query, group_by, granularity, top],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/costs/series", {
          params: { query: { ...query, group_by, granularity, top } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const PROVIDERS = ["ProviderName"];

/** The Overview's trend. */
export const providersQuery = (query: ScopeQuery, window: { start: string; end: string }) =>
  seriesQuery(query, PROVIDERS, defaultGranularity(daysBetween(window.start, window.end)), 7);

export const breakdownQuery = (
  query: ScopeQuery,
  group_by: string[],
  limit: number,
  sort: "cost" | "change" = "cost",
  trend = true,
) =>
  queryOptions({
    queryKey: ["breakdown", query, group_by, limit, sort, trend],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/costs/breakdown", {
          params: { query: { ...query, group_by, limit, sort, trend } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const moversQuery = (query: ScopeQuery, group_by: string[], limit: number) =>
  queryOptions({
    queryKey: ["movers", query, group_by, limit],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/costs/movers", { params: { query: { ...query, group_by, limit } }, signal })),
    placeholderData: keepPreviousData,
  });
