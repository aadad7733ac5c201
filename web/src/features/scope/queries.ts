import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";

export const dimensionsQuery = queryOptions({
  queryKey: ["dimensions"],
  queryFn: () => unwrap(api.GET("/api/v1/costs/dimensions")),
  staleTime: 5 * 60_000,
});

export const valuesQuery = (name: string, search: string, limit = 50) =>
  queryOptions({
    queryKey: ["dimension-values", name, search, limit],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/costs/dimensions/{name}/values", {
          params: { path: { name }, query: { search: search || undefined, limit } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
