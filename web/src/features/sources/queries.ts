import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import type { LoadStatus } from "@/api/types";

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: () => unwrap(api.GET("/api/v1/sources")),
  staleTime: 20_000,
});

export const loadsQuery = (source: string | undefined, status: LoadStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ["loads", source, status],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/loads", {
          params: { query: { source, status, limit: 50, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 20_000,
  });

export const loadQuery = (id: string) =>
  queryOptions({
    queryKey: ["load", id],
    queryFn: () => unwrap(api.GET("/api/v1/loads/{load_id}", { params: { path: { load_id: id } } })),
  });

/** After a load, every figure may be another one. */
export function costsChanged(): void {
  void queryClient.invalidateQueries();
}
