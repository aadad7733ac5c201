import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import { setSession } from "@/api/session";
import type { Me, Role, Session } from "@/api/types";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => unwrap(api.GET("/api/v1/orgs/me")),
  staleTime: 30_000,
});

export const authStateQuery = queryOptions({
  queryKey: ["auth-state"],
  queryFn: () => unwrap(api.GET("/api/v1/auth/state")),
});

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

const RANK: Record<Role, number> = { viewer: 0, analyst: 1, admin: 2 };

/** Whether the person may do what needs this role here; the server decides, this only hides. */
export function useMay(role: Role): boolean {
  return RANK[useMe().role] >= RANK[role];
}

function begin(session: Session): Session {
  queryClient.clear();
  setSession(session);
  return session;
}

export async function signIn(email: string, password: string): Promise<Session> {
  return begin(await unwrap(api.POST("/api/v1/auth/sign-in", { body: { email, password } })));
}

export interface LinkDetails {
  token: string;
  email?: string;
  name?: string;
  password?: string;
}

export async function followLink(details: LinkDetails): Promise<Session> {
  return begin(await unwrap(api.POST("/api/v1/auth/link", { body: details })));
}

export async function switchOrg(orgId: string): Promise<Session> {
  return begin(await unwrap(api.POST("/api/v1/auth/switch", { body: { org_id: orgId } })));
}

export async function signOut(): Promise<void> {
  try {
    await unwrap(api.POST("/api/v1/auth/sign-out"));
  } finally {
    queryClient.clear();
    setSession(null);
  }
}
