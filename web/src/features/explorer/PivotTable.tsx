import type { Series } from "@/api/types";
import { monthLabel, shortDay } from "@/ui/dates";
import { Dot } from "@/ui/Entity";
import { Money } from "@/ui/Money";
import e from "./explorer.module.css";

/** The chart read as a table: a row for each group, a column for each bucket. */
export function PivotTable({
  series,
  colors,
}: {
  readonly series: Series;
  readonly colors: readonly string[];
}) {
  const head = series.granularity === "month" ? monthLabel : shortDay;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={e.pivot} tabIndex={0} aria-label="Costs over time as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Total</th>
            {series.buckets.map((bucket) => (
              <th key={bucket} scope="col">
                {head(bucket)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.groups.map((group, at) => (
            <tr key={group.label}>
              <th scope="row">
                <span className={e.pivotName}>
                  <Dot color={colors[at] ?? ""} />
                  <span className="clip">{group.label}</span>
                </span>
              </th>
              <td>
                <Money amount={group.total} currency={series.currency} light />
              </td>
              {group.values.map((value, index) => (
                <td key={series.buckets[index]}>
                  <Money amount={value} currency={series.currency} light />
                </td>
              ))}
            </tr>
          ))}
          <tr className={e.pivotTotal}>
            <th scope="row">Total</th>
            <td />
            {series.totals.map((value, index) => (
              <td key={series.buckets[index]}>
                <Money amount={value} currency={series.currency} light />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}
