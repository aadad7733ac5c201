export const SORTS = ["cost", "change", "name"] as const;
export type ResourceSort = (typeof SORTS)[number];

export interface ResourcesSearch {
  q?: string;
  sort?: ResourceSort;
  order?: "asc" | "desc";
  /** The resource whose drawer is open. */
  open?: string;
}

export function parseResources(raw: Record<string, unknown>): ResourcesSearch {
  const search: ResourcesSearch = {};
  if (typeof raw.q === "string" && raw.q) search.q = raw.q;
  const sort = SORTS.find((value) => value === raw.sort);
  if (sort) search.sort = sort;
  if (raw.order === "asc" || raw.order === "desc") search.order = raw.order;
  if (typeof raw.open === "string" && raw.open) search.open = raw.open;
  return search;
}
