import type { Load, Source } from "@/api/types";

type Tone = "good" | "warn" | "bad" | "info" | "plain";

export const HEALTH: Record<Source["health"], { label: string; tone: Tone }> = {
  ok: { label: "Up to date", tone: "good" },
  empty: { label: "Empty", tone: "plain" },
  loading: { label: "Loading", tone: "info" },
  failing: { label: "Needs attention", tone: "bad" },
  paused: { label: "Paused", tone: "warn" },
};

export const STATUS: Record<Load["status"], { label: string; tone: Tone; says: string }> = {
  pending: { label: "Waiting", tone: "plain", says: "It is in the queue." },
  running: { label: "Loading", tone: "info", says: "It is being read and checked." },
  loaded: { label: "Loaded", tone: "good", says: "Its charges are counted." },
  unchanged: {
    label: "Unchanged",
    tone: "plain",
    says: "The same file was already loaded; nothing was written.",
  },
  rejected: { label: "Refused", tone: "bad", says: "Nothing of it was loaded; what was there stays." },
};

export const KIND: Record<Source["kind"], string> = {
  upload: "Uploads",
  folder: "Folder",
  s3: "S3 bucket",
  simulated: "Simulated",
};
