import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";

export const ratesQuery = queryOptions({
  queryKey: ["rates"],
  queryFn: () => unwrap(api.GET("/api/v1/orgs/me/rates")),
});

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: () => unwrap(api.GET("/api/v1/users")),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => unwrap(api.GET("/api/v1/tokens")),
});

export const ROLE_SAYS = {
  viewer: { label: "Viewer", says: "Sees everything, changes nothing." },
  analyst: { label: "Analyst", says: "Also uploads bills, exports, and makes own tokens." },
  admin: { label: "Administrator", says: "Also people, sources, currency and rates." },
} as const;

export const ROLE_OPTIONS = (["viewer", "analyst", "admin"] as const).map((value) => ({
  value,
  label: ROLE_SAYS[value].label,
}));
