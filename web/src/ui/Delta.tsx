import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import { use } from "react";
import { IncomparableBecause } from "./comparison";
import { Missing } from "./Money";
import { isNegative, isZero, percent, signedMoney } from "./money";
import s from "./ui.module.css";

function direction(share: number): "up" | "down" | "flat" {
  if (Math.abs(share) < 0.0005) return "flat";
  return share > 0 ? "up" : "down";
}

const SAYS = { up: "more", down: "less", flat: "unchanged" } as const;

/** A relative change: warm and up when cost rose, cool and down when it fell. */
export function Delta({ share, why }: { readonly share: number | null; readonly why?: string }) {
  const because = use(IncomparableBecause);
  if (because) return <Missing why={because} />;
  if (share === null)
    return <Missing why={why ?? "There is nothing to compare with in the window before."} />;
  const way = direction(share);
  return (
    <span className={`num ${s.delta}`} data-direction={way}>
      {way === "up" && <IconArrowUpRight size={14} aria-hidden="true" />}
      {way === "down" && <IconArrowDownRight size={14} aria-hidden="true" />}
      {way === "flat" ? "0.0%" : `${way === "up" ? "+" : "−"}${percent(Math.abs(share))}`}
      <span className="sr">{SAYS[way]}</span>
    </span>
  );
}

/** A change in money, in the same language of colour and arrow. */
export function MoneyDelta({
  change,
  currency,
}: {
  readonly change: string | null;
  readonly currency: string;
}) {
  const because = use(IncomparableBecause);
  if (because) return <Missing why={because} />;
  if (change === null) return <Missing why="One of the two windows has no amount." />;
  const way = isZero(change) ? "flat" : isNegative(change) ? "down" : "up";
  return (
    <span className={`num ${s.delta}`} data-direction={way} title={`${change} ${currency}`}>
      {way === "up" && <IconArrowUpRight size={14} aria-hidden="true" />}
      {way === "down" && <IconArrowDownRight size={14} aria-hidden="true" />}
      {signedMoney(change, currency)}
    </span>
  );
}
