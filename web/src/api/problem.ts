import type { Problem } from "./types";

/** An answer that is not the one asked for, in words a person can act on. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
  }

  get status(): number {
    return this.problem.status;
  }
}

export function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "title" in body && "status" in body;
}

/** What to show when the server did not answer in its own words. */
export function plainProblem(status: number, detail: string, correlation: string | null): Problem {
  const title = status === 0 ? "No connection" : status >= 500 ? "The server failed" : "Request refused";
  return {
    type: "about:blank",
    title,
    status,
    detail,
    code: status === 0 ? "offline" : `http-${status}`,
    remedy:
      status === 0
        ? "Check that the server is running and that you are online; nothing was lost."
        : "Try again. If it stays, quote the correlation id to whoever runs this installation.",
    correlation_id: correlation ?? "",
    fields: [],
  };
}

export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError && /fetch|network/i.test(detail)) {
    return plainProblem(0, "The server can't be reached.", null);
  }
  return plainProblem(-1, detail, null);
}
