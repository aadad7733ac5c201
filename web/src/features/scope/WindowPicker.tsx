import { Button, Popover, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCalendar, IconCheck } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/features/session/queries";
import { windowLabel } from "@/ui/dates";
import { PRESETS, presetLabel, presetWindow } from "./scope";
import s from "./scope.module.css";
import { useScope, useSetScope } from "./useScope";

const RangeCalendar = lazy(() => import("./RangeCalendar").then((m) => ({ default: m.RangeCalendar })));

/** The dates: presets on the left, any range on the right. */
export function WindowPicker() {
  const me = useMe();
  const scope = useScope();
  const { patch } = useSetScope();
  const [opened, setOpened] = useState(false);
  const phone = useMediaQuery("(max-width: 760px)", false, { getInitialValueInEffect: false });
  const label = presetLabel(scope.search);
  const written = windowLabel(scope.window.start, scope.window.end);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={s.control}
          leftSection={<IconCalendar size={15} />}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened((open) => !open)}
        >
          {label !== "Custom" && <span className={s.preset}>{label}</span>}
          <span className={`num ${s.dates}`}>{written}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Dates">
        <div className={s.window}>
          <ul className={s.presets}>
            {PRESETS.map((preset) => {
              const current = !scope.search.start && (scope.search.range ?? "mtd") === preset.id;
              const days = me.data ? presetWindow(preset.id, me.data) : null;
              return (
                <li key={preset.id}>
                  <button
                    type="button"
                    className={s.presetButton}
                    aria-current={current}
                    title={days ? windowLabel(days.start, days.end) : undefined}
                    onClick={() => {
                      setOpened(false);
                      void patch({
                        range: preset.id === "mtd" ? undefined : preset.id,
                        start: undefined,
                        end: undefined,
                      });
                    }}
                  >
                    {preset.label}
                    {current && <IconCheck size={14} aria-hidden="true" />}
                  </button>
                </li>
              );
            })}
          </ul>
          <div className={s.calendar}>
            <Suspense fallback={<Skeleton w={phone ? 250 : 520} h={260} />}>
              <RangeCalendar
                window={scope.window}
                data={me.data}
                months={phone ? 1 : 2}
                onPick={(range) => {
                  setOpened(false);
                  void patch({ range: undefined, start: range.start, end: range.end });
                }}
              />
            </Suspense>
            <p className={s.calendarNote}>
              Compared with {windowLabel(scope.previous.start, scope.previous.end)}. Days are UTC.
            </p>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
