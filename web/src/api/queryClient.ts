import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";

/** A refusal is an answer: only broken connections and failing servers are asked again. */
function worthRetrying(failures: number, error: unknown): boolean {
  if (failures >= 2) return false;
  return !(error instanceof ProblemError) || error.status === 0 || error.status >= 502;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 10 * 60_000,
      retry: worthRetrying,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});
