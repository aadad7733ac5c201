import { Skeleton, Tooltip } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RunRate, Summary } from "@/api/types";
import { COST_KIND_TEXT } from "@/features/scope/scope";
import type { Scope } from "@/features/scope/useScope";
import { Delta, MoneyDelta } from "@/ui/Delta";
import { addMonths, monthWord, windowLabel } from "@/ui/dates";
import { Explain } from "@/ui/Explain";
import { FigureMoney, Missing } from "@/ui/Money";
import { percent } from "@/ui/money";
import { ErrorState } from "@/ui/States";
import o from "./overview.module.css";

function Tile({
  label,
  children,
  foot,
  main,
}: {
  readonly label: ReactNode;
  readonly children: ReactNode;
  readonly foot: ReactNode;
  readonly main?: boolean;
}) {
  return (
    <div className={o.tile} data-main={main}>
      <div className={o.tileLabel}>{label}</div>
      <div className={o.tileFigure}>{children}</div>
      <div className={o.tileFoot}>{foot}</div>
    </div>
  );
}

const TILES = ["a", "b", "c", "d"] as const;

export function Tiles({
  summary,
  scope,
}: {
  readonly summary: UseQueryResult<Summary>;
  readonly scope: Scope;
}) {
  const navigate = useNavigate();
  if (summary.error && !summary.data) {
    return (
      <section className={o.tiles} data-single="true">
        <ErrorState error={summary.error} retry={() => void summary.refetch()} />
      </section>
    );
  }
  if (!summary.data) {
    return (
      <section className={o.tiles} aria-busy="true" aria-label="Loading the totals">
        {TILES.map((key, index) => (
          <div key={key} className={o.tile} data-main={index === 0}>
            <Skeleton h={14} w={110} />
            <Skeleton h={index === 0 ? 38 : 28} w={index === 0 ? 200 : 120} mt={10} />
            <Skeleton h={14} w={150} mt={12} />
          </div>
        ))}
      </section>
    );
  }
  const { data } = summary;
  const items = () => void navigate({ to: "/explorer", search: { items: true } as never });
  const kind = COST_KIND_TEXT[scope.cost];
  return (
    <section className={o.tiles} aria-label="Totals" data-stale={summary.isPlaceholderData}>
      <Tile
        main
        label={
          <>
            {kind.label} <span className="faint">{windowLabel(data.window.start, data.window.end)}</span>
          </>
        }
        foot={
          <>
            <Delta share={data.change_share} />
            <span>
              <MoneyDelta change={data.change.amount} currency={data.change.currency} /> against{" "}
              {windowLabel(data.previous_window.start, data.previous_window.end)}
            </span>
          </>
        }
      >
        <Explain title={kind.label} computed={data.computed} note={kind.says} onLineItems={items}>
          <FigureMoney figure={data.total} shape="compact" />
        </Explain>
      </Tile>
      {data.run_rate && <RunRateTiles rate={data.run_rate} summary={data} />}
      <Tile label="Worth of discounts" foot={<span>off list price, by contracts and commitments</span>}>
        {data.savings_share === null ? (
          <Missing why="The list cost of this window is not known." />
        ) : (
          <Explain
            title="Worth of discounts"
            computed={data.computed}
            formula="1 − effective cost ÷ list cost"
            note="What you pay less than the public prices, through negotiated rates, commitments and credits."
          >
            <span className={`num ${o.saving}`}>{percent(data.savings_share)}</span>
          </Explain>
        )}
      </Tile>
    </section>
  );
}

function RunRateTiles({ rate, summary }: { readonly rate: RunRate; readonly summary: Summary }) {
  const month = monthWord(rate.month);
  const before = monthWord(addMonths(rate.month, -1));
  const inWindow = summary.window.start === rate.month;
  return (
    <>
      <Tile
        label={
          rate.complete ? (
            `${month} in all`
          ) : (
            <Tooltip label="It follows the last seven days; nothing is promised." multiline maw={240}>
              <span>
                {month} at this rate <span className={o.estimate}>estimate</span>
              </span>
            </Tooltip>
          )
        }
        foot={
          <span className={o.progressFoot}>
            <span className={o.progress} aria-hidden="true">
              <span style={{ width: `${(rate.days_complete / rate.days_in_month) * 100}%` }} />
            </span>
            <span className="num">
              {!inWindow && !rate.complete && (
                <>
                  <FigureMoney figure={rate.month_to_date} shape="compact" /> in{" "}
                </>
              )}
              {rate.days_complete} of {rate.days_in_month} days
            </span>
          </span>
        }
      >
        {rate.complete ? (
          <Explain
            title={`${month} in all`}
            computed={summary.computed}
            formula={`Σ cost of all ${rate.days_in_month} days of ${month}`}
          >
            <FigureMoney figure={rate.month_to_date} shape="compact" />
          </Explain>
        ) : rate.month_end ? (
          <Explain
            title={`${month} at this rate`}
            computed={summary.computed}
            formula={`cost of ${rate.days_complete} complete days + mean of the last 7 complete days × ${rate.days_in_month - rate.days_complete} remaining days`}
            note="Only usage charges are carried forward; month-start fees, purchases and credits are counted once."
          >
            <FigureMoney figure={rate.month_end} shape="compact" approximate />
          </Explain>
        ) : (
          <Missing why="A run rate needs at least three complete days." />
        )}
      </Tile>
      <Tile
        label={`${before} in all`}
        foot={
          rate.complete ? (
            <span>the month before {month}</span>
          ) : (
            <span>
              <FigureMoney figure={rate.last_month_to_same_day} shape="compact" /> in its first{" "}
              {rate.days_complete} days
            </span>
          )
        }
      >
        <Explain
          title={`${before} in all`}
          computed={summary.computed}
          formula={`Σ cost of all days of ${before}`}
        >
          <FigureMoney figure={rate.last_month} shape="compact" />
        </Explain>
      </Tile>
    </>
  );
}
