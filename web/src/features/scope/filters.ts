/** Filters as the API takes them: `<dimension>=<op>=<value>`, repeated. The URL holds the same text. */

export const OPS = ["in", "not", "missing", "present"] as const;
export type Op = (typeof OPS)[number];

/** One condition. Values are alternatives; conditions are all required. */
export interface Filter {
  readonly dimension: string;
  readonly op: Op;
  readonly values: readonly string[];
}

const PATTERN = /^([^=]+)=(in|not|missing|present)=(.*)$/s;

export function parseFilters(texts: readonly string[]): Filter[] {
  const found = new Map<string, { dimension: string; op: Op; values: string[] }>();
  for (const text of texts) {
    const match = PATTERN.exec(text);
    if (!match) continue;
    const dimension = match[1] ?? "";
    const op = match[2] as Op;
    const value = match[3] ?? "";
    const key = `${dimension}=${op}`;
    const entry = found.get(key) ?? { dimension, op, values: [] };
    if ((op === "in" || op === "not") && !entry.values.includes(value)) entry.values.push(value);
    found.set(key, entry);
  }
  return [...found.values()];
}

export function writeFilters(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter) =>
    filter.op === "in" || filter.op === "not"
      ? filter.values.map((value) => `${filter.dimension}=${filter.op}=${value}`)
      : [`${filter.dimension}=${filter.op}=`],
  );
}

/** Narrows to one group: its own condition replaces the ones on the same dimension. */
export function narrow(
  filters: readonly Filter[],
  dimensions: readonly string[],
  key: readonly (string | null)[],
): Filter[] {
  let result = [...filters];
  dimensions.forEach((dimension, index) => {
    const value = key[index];
    if (value === undefined) return;
    result = result.filter((filter) => filter.dimension !== dimension);
    result.push(
      value === null ? { dimension, op: "missing", values: [] } : { dimension, op: "in", values: [value] },
    );
  });
  return result;
}

/** Leaves a group out. */
export function exclude(filters: readonly Filter[], dimension: string, value: string | null): Filter[] {
  if (value === null) {
    return [
      ...filters.filter((f) => !(f.dimension === dimension && f.op === "missing")),
      { dimension, op: "present", values: [] },
    ];
  }
  const same = filters.find((f) => f.dimension === dimension && f.op === "not");
  const rest = filters.filter((f) => f !== same);
  return [...rest, { dimension, op: "not", values: [...(same?.values ?? []), value] }];
}

export function replaceAt(filters: readonly Filter[], index: number, filter: Filter | null): Filter[] {
  const result = filters.filter((_, at) => at !== index);
  if (filter) result.splice(index, 0, filter);
  return result;
}
