import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, unwrap } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import type { Job } from "@/api/types";
import { meQuery, useMe } from "./queries";

const BUSY_MS = 3000;
const CALM_MS = 30_000;

const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: () => unwrap(api.GET("/api/v1/jobs", { params: { query: { limit: 10 } } })),
  refetchInterval: (query) => (query.state.data?.jobs.some(isActive) ? BUSY_MS : CALM_MS),
});

function isActive(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}

/** The work going on in the organisation, the running one first. */
export function useActiveJobs(): readonly Job[] {
  const { data } = useQuery(jobsQuery);
  const active = data?.jobs.filter(isActive) ?? [];
  return [...active].sort((a, b) => Number(b.state === "running") - Number(a.state === "running"));
}

/** Keeps what is shown in step with the lake: a new snapshot makes every figure stale. */
export function useFreshFigures(): void {
  const me = useMe();
  const busy = useActiveJobs().length > 0;
  useQuery({ ...meQuery, refetchInterval: busy || !me.has_data ? BUSY_MS : CALM_MS * 2 });
  const seen = useRef(me.snapshot);
  useEffect(() => {
    if (seen.current === me.snapshot) return;
    seen.current = me.snapshot;
    void queryClient.invalidateQueries({
      predicate: (query) => query.queryKey[0] !== meQuery.queryKey[0] && query.queryKey[0] !== "jobs",
    });
  }, [me.snapshot]);
}
