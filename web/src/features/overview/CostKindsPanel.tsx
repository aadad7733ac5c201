import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Summary } from "@/api/types";
import { relative } from "@/charts/adapter";
import { COST_KIND_TEXT, type CostKind } from "@/features/scope/scope";
import { useSetScope } from "@/features/scope/useScope";
import { Explain } from "@/ui/Explain";
import { FigureMoney } from "@/ui/Money";
import { Panel } from "@/ui/Panel";
import o from "./overview.module.css";

const ORDER: readonly CostKind[] = ["list", "contracted", "billed", "effective"];
const COLUMN: Record<CostKind, string> = {
  list: "ListCost",
  contracted: "ContractedCost",
  billed: "BilledCost",
  effective: "EffectiveCost",
};

/** The same charges by the four costs of FOCUS, and what each is for. */
export function CostKindsPanel({
  summary,
  cost,
}: {
  readonly summary: UseQueryResult<Summary>;
  readonly cost: CostKind;
}) {
  const { patch } = useSetScope();
  const kinds = summary.data?.by_cost_kind;
  const largest = kinds?.list.amount ?? null;
  return (
    <Panel title="Four costs of the same charges">
      <ul className={o.kinds}>
        {ORDER.map((kind) => (
          <li key={kind} className={o.kind} data-current={kind === cost}>
            <div className={o.kindHead}>
              <button
                type="button"
                className={o.kindName}
                aria-pressed={kind === cost}
                title={`Show ${COST_KIND_TEXT[kind].label.toLowerCase()} everywhere`}
                onClick={() => void patch({ cost: kind === "effective" ? undefined : kind })}
              >
                {COST_KIND_TEXT[kind].label}
              </button>
              {summary.data && kinds ? (
                <Explain
                  title={COST_KIND_TEXT[kind].label}
                  computed={summary.data.computed}
                  formula={`Σ ${COLUMN[kind]} over the same charges`}
                  note={COST_KIND_TEXT[kind].says}
                >
                  <FigureMoney figure={kinds[kind]} shape="compact" />
                </Explain>
              ) : (
                <Skeleton w={72} h={16} />
              )}
            </div>
            <div className={o.kindTrack} aria-hidden="true">
              <span style={{ width: `${relative(kinds?.[kind].amount ?? null, largest) * 100}%` }} />
            </div>
            <p className={o.kindSays}>{COST_KIND_TEXT[kind].says}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
