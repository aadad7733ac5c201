import { Tooltip } from "@mantine/core";
import type { Figure } from "@/api/types";
import { monthLabel } from "./dates";
import { compactMoney, exactMoney, signedMoney, tableMoney } from "./money";
import s from "./ui.module.css";

type Shape = "compact" | "table" | "exact" | "signed";

const WRITE = {
  compact: compactMoney,
  table: tableMoney,
  exact: exactMoney,
  signed: signedMoney,
} as const satisfies Record<Shape, (text: string, currency: string) => string>;

interface MoneyProps {
  readonly amount: string | null;
  readonly currency: string;
  readonly shape?: Shape;
  /** Why there is no amount, where there is none. */
  readonly why?: string;
  readonly approximate?: boolean;
  /** In dense tables: the browser's own tooltip, so that a thousand rows stay light. */
  readonly light?: boolean;
}

export function Money({ amount, currency, shape = "table", why, approximate, light }: MoneyProps) {
  if (amount === null) return <Missing why={why ?? "Nothing was charged, or an exchange rate is missing."} />;
  const shown = `${approximate ? "≈ " : ""}${WRITE[shape](amount, currency)}`;
  const exact = exactMoney(amount, currency);
  if (light || shown === exact) {
    return (
      <span className="num" title={shown === exact ? undefined : exact}>
        {shown}
      </span>
    );
  }
  return (
    <Tooltip label={<span className="num">{approximate ? `Estimate: ${exact}` : exact}</span>}>
      <span className="num">{shown}</span>
    </Tooltip>
  );
}

export function Missing({ why }: { readonly why: string }) {
  return (
    <Tooltip label={why} multiline maw={280}>
      <span className={s.missing}>
        <span aria-hidden="true">–</span>
        <span className="sr">unknown: {why}</span>
      </span>
    </Tooltip>
  );
}

export function missingRatesText(figure: Figure): string {
  if (!figure.missing_rates.length) return "Nothing is known about this figure.";
  const list = figure.missing_rates
    .slice(0, 4)
    .map((rate) => `${rate.currency} in ${monthLabel(rate.period)}`)
    .join(", ");
  const more = figure.missing_rates.length > 4 ? ` and ${figure.missing_rates.length - 4} more` : "";
  return `Exchange rate missing for ${list}${more}. Import it in Settings → Exchange rates.`;
}

export function FigureMoney({
  figure,
  ...rest
}: { readonly figure: Figure } & Omit<MoneyProps, "amount" | "currency" | "why">) {
  return <Money amount={figure.amount} currency={figure.currency} why={missingRatesText(figure)} {...rest} />;
}
