import "@mantine/dates/styles.layer.css";
import { DatePicker } from "@mantine/dates";
import { useState } from "react";
import { addDays, addMonths, monthStart } from "@/ui/dates";
import type { DataWindow, DayWindow } from "./scope";

export function RangeCalendar({
  window,
  data,
  months,
  onPick,
}: {
  readonly window: DayWindow;
  readonly data: DataWindow | null;
  readonly months: number;
  readonly onPick: (range: DayWindow) => void;
}) {
  const last = addDays(window.end, -1);
  const [range, setRange] = useState<[string | null, string | null]>([window.start, last]);
  return (
    <DatePicker
      type="range"
      size="sm"
      weekendDays={[]}
      hideOutsideDates
      ariaLabels={{ previousMonth: "Month before", nextMonth: "Next month" }}
      allowSingleDateInRange
      numberOfColumns={months}
      defaultDate={addMonths(monthStart(last), 1 - months)}
      minDate={data?.first_day}
      maxDate={data?.last_day}
      value={range}
      onChange={(next) => {
        const [from, to] = next;
        setRange([from, to]);
        if (from && to) onPick({ start: from.slice(0, 10), end: addDays(to.slice(0, 10), 1) });
      }}
    />
  );
}
