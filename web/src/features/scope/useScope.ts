import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useMe } from "@/features/session/queries";
import { longDay } from "@/ui/dates";
import { type Filter, parseFilters, writeFilters } from "./filters";
import { type CostKind, type DayWindow, previousWindow, type ScopeSearch, scopeWindow } from "./scope";

/** The query that every cost endpoint takes. */
export interface ScopeQuery {
  start: string;
  end: string;
  cost: CostKind;
  filter: string[];
}

export interface Scope {
  readonly search: ScopeSearch;
  readonly window: DayWindow;
  readonly previous: DayWindow;
  /** Why the two windows can't be compared; null where they can. */
  readonly incomparable: string | null;
  readonly cost: CostKind;
  readonly filters: readonly Filter[];
  readonly query: ScopeQuery;
}

export function makeScope(search: ScopeSearch, data: { first_day: string; last_day: string }): Scope {
  const window = scopeWindow(search, data);
  const previous = previousWindow(window);
  const cost = search.cost ?? "effective";
  const filter = search.filter ?? [];
  return {
    search,
    window,
    previous,
    incomparable:
      previous.start < data.first_day
        ? `Not compared: the window before begins on ${longDay(previous.start)}, the first bill on ${longDay(data.first_day)}.`
        : null,
    cost,
    filters: parseFilters(filter),
    query: { start: window.start, end: window.end, cost, filter },
  };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** What the page looks at, from the URL and the days that have data. */
export function useScope(): Scope {
  const search = useSearch({ strict: false }) as ScopeSearch;
  const me = useMe();
  return useMemo(
    () => makeScope(search, me.data ?? { first_day: today(), last_day: today() }),
    [search, me.data],
  );
}

export function useSetScope() {
  const navigate = useNavigate();
  const patch = useCallback(
    (change: Partial<ScopeSearch>) =>
      navigate({
        to: ".",
        search: ((previous: Record<string, unknown>) => ({ ...previous, ...change })) as never,
      }),
    [navigate],
  );
  const setFilters = useCallback(
    (filters: readonly Filter[]) => {
      const written = writeFilters(filters);
      return patch({ filter: written.length ? written : undefined });
    },
    [patch],
  );
  return { patch, setFilters };
}
