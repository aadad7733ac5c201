/** The uploads of this visit. They go on while other pages are looked at. */

import { useSyncExternalStore } from "react";
import { api, unwrap } from "@/api/client";
import { watchJob } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import type { JobProgress, Load, Problem } from "@/api/types";
import { upload } from "@/api/upload";
import { costsChanged } from "./queries";

export type Overlapping = "refuse" | "replace" | "add";

export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly phase: "waiting" | "sending" | "loading" | "done" | "failed";
  readonly sent: number;
  readonly progress: JobProgress | null;
  readonly loads: readonly Load[];
  readonly problem: Problem | null;
}

let uploads: readonly Upload[] = [];
let nextId = 1;
let running = false;
const aborts = new Map<number, AbortController>();
const listeners = new Set<() => void>();
const options = new Map<number, Overlapping>();

function set(next: readonly Upload[]): void {
  uploads = next;
  for (const listener of listeners) listener();
}

function patch(id: number, change: Partial<Upload>): void {
  set(uploads.map((item) => (item.id === id ? { ...item, ...change } : item)));
}

async function run(item: Upload): Promise<void> {
  const abort = new AbortController();
  aborts.set(item.id, abort);
  patch(item.id, { phase: "sending", sent: 0, problem: null, progress: null, loads: [] });
  try {
    const fields = { overlapping: options.get(item.id) ?? "refuse" };
    const job = await upload(item.file, fields, (sent) => patch(item.id, { sent }), abort.signal);
    patch(item.id, { phase: "loading", sent: item.file.size });
    await watchJob(job.id, (progress) => patch(item.id, { progress }), abort.signal);
    const [{ loads }, ended] = await Promise.all([
      unwrap(api.GET("/api/v1/loads", { params: { query: { job: job.id, limit: 20 } } })),
      unwrap(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: job.id } } })),
    ]);
    const refused = loads.some((load) => load.status === "rejected");
    if (ended.state === "succeeded" || refused) {
      patch(item.id, { phase: refused ? "failed" : "done", loads });
    } else {
      const fault = ended.error;
      patch(item.id, {
        phase: "failed",
        loads,
        problem: {
          type: "about:blank",
          title: "Not loaded",
          status: -1,
          detail: fault?.message ?? `The job was ${ended.state}.`,
          code: fault?.code ?? ended.state,
          remedy: fault?.remedy ?? "Upload the file again.",
          correlation_id: ended.correlation_id ?? "",
          fields: [],
        },
      });
    }
    costsChanged();
  } catch (error) {
    if (abort.signal.aborted) set(uploads.filter((other) => other.id !== item.id));
    else patch(item.id, { phase: "failed", problem: toProblem(error) });
  } finally {
    aborts.delete(item.id);
  }
}

/** One after the other: a bill is big, and the disk is one. */
async function work(): Promise<void> {
  if (running) return;
  running = true;
  try {
    for (;;) {
      const next = uploads.find((item) => item.phase === "waiting");
      if (!next) return;
      await run(next);
    }
  } finally {
    running = false;
  }
}

export function addUploads(files: readonly File[], overlapping: Overlapping = "refuse"): void {
  const added = files.map((file): Upload => {
    const id = nextId++;
    options.set(id, overlapping);
    return { id, file, phase: "waiting", sent: 0, progress: null, loads: [], problem: null };
  });
  set([...added, ...uploads]);
  void work();
}

export function retryUpload(id: number, overlapping: Overlapping): void {
  options.set(id, overlapping);
  patch(id, { phase: "waiting", problem: null, loads: [] });
  void work();
}

export function dismissUpload(id: number): void {
  aborts.get(id)?.abort();
  set(uploads.filter((item) => item.id !== id));
}

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}
