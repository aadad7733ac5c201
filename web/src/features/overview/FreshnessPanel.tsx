import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sourcesQuery } from "@/features/sources/queries";
import { HEALTH } from "@/features/sources/words";
import { ago, monthLabel } from "@/ui/dates";
import { decimal } from "@/ui/money";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorState, Pill } from "@/ui/States";
import o from "./overview.module.css";

/** Is what I see up to date? */
export function FreshnessPanel() {
  const sources = useQuery(sourcesQuery);
  return (
    <Panel title="Where the data comes from">
      {sources.error ? (
        <ErrorState small error={sources.error} retry={() => void sources.refetch()} />
      ) : !sources.data ? (
        <Skeleton h={72} />
      ) : sources.data.sources.length === 0 ? (
        <EmptyState small title="No source yet" />
      ) : (
        <ul className={o.sources}>
          {sources.data.sources.slice(0, 5).map((source) => {
            const first = source.periods[0];
            const last = source.periods[source.periods.length - 1];
            return (
              <li key={source.id}>
                <Link to="/sources" search={{ source: source.id } as never} className={o.source}>
                  <span className="clip" style={{ fontWeight: 550 }}>
                    {source.name}
                  </span>
                  <Pill tone={HEALTH[source.health].tone}>{HEALTH[source.health].label}</Pill>
                  <span className={o.sourceNote}>
                    {first && last
                      ? `${decimal(source.charges)} line items, ${first === last ? monthLabel(first) : `${monthLabel(first)} – ${monthLabel(last)}`}`
                      : "nothing loaded yet"}
                    {source.last_load?.finished_at ? ` · loaded ${ago(source.last_load.finished_at)}` : ""}
                  </span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
