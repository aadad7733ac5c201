/**
 * Who is signed in. The access token lives in this module's memory only; the refresh token in an
 * http-only cookie that scripts can't read. Refreshing rotates that cookie, so it happens once at a
 * time over all tabs: a second use of a rotated token would sign everybody out.
 */

import type { Session } from "./types";

type Listener = () => void;

let current: Session | null = null;
let expiresAt = 0;
let pending: Promise<Session | null> | null = null;
const listeners = new Set<Listener>();

const MARGIN_MS = 30_000;

export function session(): Session | null {
  return current;
}

export function setSession(next: Session | null): void {
  current = next;
  expiresAt = next ? Date.now() + next.expires_in * 1000 : 0;
  for (const listener of listeners) listener();
}

export function onSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function locked<T>(work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request("cco-refresh", work) as Promise<T>;
}

async function askForSession(): Promise<Session | null> {
  const response = await fetch("/api/v1/auth/refresh", { method: "POST", credentials: "same-origin" });
  if (response.ok) return (await response.json()) as Session;
  if (response.status === 401 || response.status === 403) return null;
  throw new Error(`The session could not be renewed (HTTP ${response.status}).`);
}

/** Renews the session from the cookie; null when there is none. One request for any number of callers. */
export function refresh(): Promise<Session | null> {
  pending ??= locked(askForSession)
    .then((next) => {
      setSession(next);
      return next;
    })
    .finally(() => {
      pending = null;
    });
  return pending;
}

/** A token that holds for the next half minute, or null when nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (current && Date.now() < expiresAt - MARGIN_MS) return current.access_token;
  return (await refresh())?.access_token ?? null;
}
