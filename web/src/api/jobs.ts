import { fetchAuthorised } from "./client";
import { ProblemError } from "./problem";
import { readEvents } from "./sse";
import type { JobProgress } from "./types";

const PAUSE_MS = 1000;

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/**
 * Follows a job to its end. The stream ends with the access token, or when the connection breaks; as
 * long as no `end` has come, it is opened again.
 */
export async function watchJob(
  id: string,
  told: (progress: JobProgress) => void,
  signal: AbortSignal,
): Promise<JobProgress | null> {
  while (!signal.aborted) {
    try {
      const response = await fetchAuthorised(`/api/v1/jobs/${encodeURIComponent(id)}/events`, { signal });
      for await (const event of readEvents(response)) {
        const progress = JSON.parse(event.data) as JobProgress;
        told(progress);
        if (event.event === "end") return progress;
      }
    } catch (error) {
      if (signal.aborted) return null;
      if (error instanceof ProblemError && error.status < 500) throw error;
    }
    await pause(signal);
  }
  return null;
}
