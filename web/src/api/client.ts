import createClient from "openapi-fetch";
import { isProblem, ProblemError, plainProblem } from "./problem";
import type { paths } from "./schema";
import { accessToken, refresh, setSession } from "./session";

const OPEN = /\/api\/v1\/auth\/(state|link|link\/look|sign-in|refresh)$/;

async function authorised(request: Request): Promise<Response> {
  if (OPEN.test(new URL(request.url).pathname)) return fetch(request);
  const again = request.clone();
  const token = await accessToken();
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  const response = await fetch(request);
  if (response.status !== 401) return response;
  const renewed = await refresh();
  if (!renewed) {
    setSession(null);
    return response;
  }
  again.headers.set("Authorization", `Bearer ${renewed.access_token}`);
  return fetch(again);
}

/** The typed client: paths, queries and answers are those of the OpenAPI document. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: authorised,
  querySerializer: { array: { style: "form", explode: true } },
});

export async function problemOf(response: Response): Promise<ProblemError> {
  const correlation = response.headers.get("x-correlation-id");
  try {
    const body: unknown = await response.json();
    if (isProblem(body)) return new ProblemError(body);
  } catch {
    // Not JSON: a proxy answered, or the connection broke.
  }
  return new ProblemError(
    plainProblem(response.status, `The server answered with HTTP ${response.status}.`, correlation),
  );
}

/** The answer's body, or the problem as an exception. */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  if (isProblem(error)) throw new ProblemError(error);
  throw new ProblemError(
    plainProblem(
      response.status,
      `The server answered with HTTP ${response.status}.`,
      response.headers.get("x-correlation-id"),
    ),
  );
}

/** For streams and downloads, which the typed client does not cover. */
export async function fetchAuthorised(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await authorised(new Request(new URL(path, window.location.origin), init));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Fetches a file with the token and hands it to the browser's downloads. */
export async function download(path: string, fallbackName: string): Promise<void> {
  const response = await fetchAuthorised(path);
  const disposition = response.headers.get("content-disposition") ?? "";
  const name = /filename="?([^";]+)"?/.exec(disposition)?.[1] ?? fallbackName;
  save(await response.blob(), name);
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
