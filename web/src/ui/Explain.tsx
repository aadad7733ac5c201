import { Popover } from "@mantine/core";
import { IconArrowRight, IconMathFunction } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { Computed } from "@/api/types";
import { instant, longDay, monthLabel } from "./dates";
import { decimal } from "./money";
import s from "./ui.module.css";

interface ExplainProps {
  readonly title: string;
  readonly computed: Computed;
  /** Where the API's formula is about the whole answer and this figure is a part or a consequence. */
  readonly formula?: string;
  readonly note?: ReactNode;
  readonly onLineItems?: () => void;
  readonly children: ReactNode;
}

/** "How is this computed?": wraps a figure, opens its formula, inputs and the time of its data. */
export function Explain({ title, computed, formula, note, onLineItems, children }: ExplainProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={s.figureButton}
          data-underline="true"
          aria-haspopup="dialog"
          aria-expanded={opened}
          aria-label={undefined}
          onClick={() => setOpened((open) => !open)}
        >
          {children}
          <span className="sr">: {title}, how is this computed?</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`How is “${title}” computed?`}>
        <div className={s.explain}>
          <h3>
            <IconMathFunction size={16} aria-hidden="true" /> How is “{title}” computed?
          </h3>
          <div className={s.formula}>{formula ?? computed.formula}</div>
          {note && (
            <p className="muted" style={{ fontSize: 12.5, marginTop: 8 }}>
              {note}
            </p>
          )}
          <dl className={s.facts}>
            <dt>Line items</dt>
            <dd className="num">{decimal(computed.charges)}</dd>
            <dt>Read from</dt>
            <dd>
              {computed.source === "rollup" ? "daily rollup (exact sums)" : "the line items themselves"}
            </dd>
            <dt>Data up to</dt>
            <dd>{computed.data_until ? longDay(computed.data_until) : "no data"}</dd>
            <dt>Loaded</dt>
            <dd>{computed.loaded_at ? instant(computed.loaded_at) : "–"}</dd>
            <dt>Billed in</dt>
            <dd>{computed.currencies.join(", ") || "–"}</dd>
            {computed.rates.length > 0 && (
              <>
                <dt>Exchange rates</dt>
                <dd>
                  {computed.rates.slice(0, 4).map((rate) => (
                    <div key={`${rate.currency}${rate.period}`} className="num">
                      1 {rate.currency} = {rate.rate} ({monthLabel(rate.period)})
                    </div>
                  ))}
                  {computed.rates.length > 4 && <div>and {computed.rates.length - 4} more</div>}
                </dd>
              </>
            )}
            <dt>Snapshot</dt>
            <dd className="mono">{computed.snapshot || "–"}</dd>
          </dl>
          {onLineItems && (
            <div className={s.explainFoot}>
              <button
                type="button"
                className={s.linkButton}
                onClick={() => {
                  setOpened(false);
                  onLineItems();
                }}
              >
                See the line items <IconArrowRight size={14} aria-hidden="true" />
              </button>
            </div>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The same for all figures of a list or table, where each is a link to something else. */
export function ExplainList(props: Omit<ExplainProps, "children">) {
  return (
    <Explain {...props}>
      <IconMathFunction size={16} className={s.explainIcon} aria-hidden="true" />
    </Explain>
  );
}
