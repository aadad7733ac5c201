export const LOAD_FILTERS = ["loaded", "rejected", "unchanged", "running", "pending"] as const;

export interface SourcesSearch {
  /** The load whose drawer is open. */
  load?: string;
  source?: string;
  status?: (typeof LOAD_FILTERS)[number];
  /** A dialog: connect a place, or upload files. */
  add?: "connect" | "upload";
}

export function parseSources(raw: Record<string, unknown>): SourcesSearch {
  const search: SourcesSearch = {};
  if (typeof raw.load === "string" && raw.load) search.load = raw.load;
  if (typeof raw.source === "string" && raw.source) search.source = raw.source;
  const status = LOAD_FILTERS.find((value) => value === raw.status);
  if (status) search.status = status;
  if (raw.add === "connect" || raw.add === "upload") search.add = raw.add;
  return search;
}
