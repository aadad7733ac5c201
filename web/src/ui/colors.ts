/**
 * One colour per entity, on every page. The hash of its name picks the first choice from a
 * colour-blind-safe palette; where another entity of the same dimension already holds that colour the
 * next free one is taken, and the choice is remembered, so that it never changes again.
 */

export const PALETTE_SIZE = 12;

const LIGHT = [
  "#3a6fe2",
  "#e07a16",
  "#0d9aa1",
  "#c0439c",
  "#b98f00",
  "#7856d3",
  "#2f9a57",
  "#d14545",
  "#4aa3d8",
  "#95633f",
  "#7d9126",
  "#48597a",
] as const;

const DARK = [
  "#6792f7",
  "#f0a04f",
  "#35bcbf",
  "#e277bd",
  "#d9b53a",
  "#a189ef",
  "#57c088",
  "#ec7672",
  "#7fc4ee",
  "#c0977a",
  "#abbd4f",
  "#8b9dc0",
] as const;

/** The clouds are known by their colours. */
const FIXED: Readonly<Record<string, number>> = {
  "ProviderName|AWS": 1,
  "ProviderName|Amazon Web Services": 1,
  "ProviderName|Microsoft": 0,
  "ProviderName|Microsoft Azure": 0,
  "ProviderName|Azure": 0,
  "ProviderName|Google Cloud": 6,
  "ProviderName|GCP": 6,
  "ProviderName|Google": 6,
  "ProviderName|Google Cloud Platform": 6,
  "ProviderName|Oracle": 7,
};

/** FNV-1a. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}

export type Assignments = Record<string, number>;

/** The slot of `name`, given those already assigned; the least used slot nearest to its hash. */
export function slotFor(assigned: Readonly<Assignments>, dimension: string, name: string): number {
  const key = `${dimension}|${name}`;
  const fixed = FIXED[key];
  if (fixed !== undefined) return fixed;
  const known = assigned[key];
  if (known !== undefined) return known;
  const used = new Array<number>(PALETTE_SIZE).fill(0);
  for (const [other, slot] of Object.entries(assigned)) {
    if (other.startsWith(`${dimension}|`)) used[slot] = (used[slot] ?? 0) + 1;
  }
  const least = Math.min(...used);
  const first = hash(key) % PALETTE_SIZE;
  for (let step = 0; step < PALETTE_SIZE; step += 1) {
    const slot = (first + step * 5) % PALETTE_SIZE;
    if (used[slot] === least) return slot;
  }
  return first;
}

const STORE = "cco-colors";
let assigned: Assignments | undefined;

function load(): Assignments {
  if (assigned) return assigned;
  try {
    assigned = JSON.parse(localStorage.getItem(STORE) ?? "{}") as Assignments;
  } catch {
    assigned = {};
  }
  return assigned;
}

export function entityColor(dimension: string, name: string, dark: boolean): string {
  const all = load();
  const slot = slotFor(all, dimension, name);
  const key = `${dimension}|${name}`;
  if (all[key] === undefined) {
    all[key] = slot;
    if (Object.keys(all).length <= 500) {
      try {
        localStorage.setItem(STORE, JSON.stringify(all));
      } catch {
        // A private window may forbid storage; the colour then holds for this visit.
      }
    }
  }
  return (dark ? DARK : LIGHT)[slot] ?? LIGHT[0];
}

/** Tones of one hue for the second and later group-by dimension. */
export const otherColor = (dark: boolean): string => (dark ? "#555a66" : "#b9bbc3");
export const missingColor = (dark: boolean): string => (dark ? "#757b88" : "#8f929c");
