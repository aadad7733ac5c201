import { ActionIcon, Button, Checkbox, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight, IconSearch, IconTag } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { useMe } from "@/features/session/queries";
import { compactMoney, percent } from "@/ui/money";
import { ErrorState } from "@/ui/States";
import type { Filter, Op } from "./filters";
import { dimensionsQuery, valuesQuery } from "./queries";
import s from "./scope.module.css";

const SKELETONS = ["a", "b", "c", "d", "e", "f"] as const;

/** Moves the focus among the list's buttons with the arrow keys. */
function arrows(event: KeyboardEvent<HTMLElement>) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("input,button[data-item]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = items[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

export function DimensionList({
  onPick,
  without = [],
}: {
  readonly onPick: (name: string) => void;
  readonly without?: readonly string[];
}) {
  const [search, setSearch] = useState("");
  const { data, error, refetch } = useQuery(dimensionsQuery);
  const wanted = search.trim().toLowerCase();
  const shown = (data?.dimensions ?? []).filter(
    (dimension) =>
      !without.includes(dimension.name) &&
      (dimension.label.toLowerCase().includes(wanted) || dimension.name.toLowerCase().includes(wanted)),
  );
  const columns = shown.filter((dimension) => dimension.kind === "column");
  const tags = shown.filter((dimension) => dimension.kind === "tag");
  return (
    <search className={s.editor} onKeyDown={arrows}>
      <TextInput
        data-autofocus
        aria-label="Find a dimension"
        placeholder="Find a dimension or tag…"
        leftSection={<IconSearch size={15} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          const first = [...columns, ...tags][0];
          if (event.key === "Enter" && first) onPick(first.name);
        }}
      />
      <div className={s.options}>
        {error && <ErrorState small error={error} retry={() => void refetch()} />}
        {!data && !error && SKELETONS.map((key) => <Skeleton key={key} h={20} my={8} />)}
        {columns.length > 0 && <div className={s.group}>Dimensions</div>}
        {columns.map((dimension) => (
          <button
            key={dimension.name}
            type="button"
            data-item
            className={s.option}
            onClick={() => onPick(dimension.name)}
          >
            <span className="clip">{dimension.label}</span>
            {dimension.values !== null && (
              <span className={s.optionNote}>{dimension.values.toLocaleString("en-US")}</span>
            )}
            <IconChevronRight size={14} className="faint" aria-hidden="true" />
          </button>
        ))}
        {tags.length > 0 && <div className={s.group}>Tags</div>}
        {tags.map((dimension) => (
          <button
            key={dimension.name}
            type="button"
            data-item
            className={s.option}
            onClick={() => onPick(dimension.name)}
          >
            <IconTag size={14} className="faint" aria-hidden="true" />
            <span className="clip">{dimension.label}</span>
            {dimension.coverage !== null && (
              <span className={s.optionNote} title="Share of the cost that carries this tag">
                {percent(dimension.coverage)}
              </span>
            )}
            <IconChevronRight size={14} className="faint" aria-hidden="true" />
          </button>
        ))}
        {data && shown.length === 0 && <p className={s.none}>Nothing is called “{search}”.</p>}
      </div>
    </search>
  );
}

const OPS: { value: Op; label: string }[] = [
  { value: "in", label: "Is" },
  { value: "not", label: "Is not" },
  { value: "missing", label: "Missing" },
  { value: "present", label: "Present" },
];

export function FilterEditor({
  filter,
  label,
  onApply,
  onBack,
}: {
  readonly filter: Filter;
  readonly label: string;
  readonly onApply: (filter: Filter | null) => void;
  readonly onBack?: () => void;
}) {
  const me = useMe();
  const [op, setOp] = useState<Op>(filter.op);
  const [values, setValues] = useState<readonly string[]>(filter.values);
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search, 150);
  const listed = op === "in" || op === "not";
  const { data, error, refetch } = useQuery({ ...valuesQuery(filter.dimension, wanted), enabled: listed });
  const apply = () => {
    if (!listed) onApply({ dimension: filter.dimension, op, values: [] });
    else onApply(values.length ? { dimension: filter.dimension, op, values } : null);
  };
  const hidden = values.filter((value) => !data?.values.some((item) => item.value === value));
  return (
    <search
      className={s.editor}
      onKeyDown={(event) => {
        arrows(event);
        if (event.key === "Enter" && (event.target as HTMLElement).tagName === "INPUT") {
          event.preventDefault();
          apply();
        }
      }}
    >
      <div className={s.editorHead}>
        {onBack && (
          <ActionIcon onClick={onBack} aria-label="Back to the dimensions">
            <IconChevronLeft size={16} />
          </ActionIcon>
        )}
        <h3>{label}</h3>
      </div>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="Condition"
        value={op}
        data={OPS}
        onChange={(value) => setOp(value as Op)}
      />
      {listed ? (
        <>
          <TextInput
            data-autofocus
            aria-label={`Find a value of ${label}`}
            placeholder="Find a value…"
            leftSection={<IconSearch size={15} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <div className={s.options}>
            {error && <ErrorState small error={error} retry={() => void refetch()} />}
            {!data && !error && SKELETONS.map((key) => <Skeleton key={key} h={20} my={8} />)}
            {hidden.map((value) => (
              <Checkbox
                key={value}
                size="xs"
                className={s.check}
                checked
                label={value}
                onChange={() => setValues(values.filter((item) => item !== value))}
              />
            ))}
            {data?.values
              .filter((item) => item.value !== null)
              .map((item) => {
                const value = item.value ?? "";
                return (
                  <Checkbox
                    key={value}
                    size="xs"
                    className={s.check}
                    checked={values.includes(value)}
                    onChange={(event) =>
                      setValues(
                        event.currentTarget.checked
                          ? [...values, value]
                          : values.filter((known) => known !== value),
                      )
                    }
                    label={
                      <span className={s.checkLabel}>
                        <span
                          className="clip"
                          title={item.label === value ? value : `${item.label} (${value})`}
                        >
                          {item.label}
                        </span>
                        {item.cost !== null && (
                          <span className={`num ${s.optionNote}`}>
                            {compactMoney(item.cost, me.org.reporting_currency)}
                          </span>
                        )}
                      </span>
                    }
                  />
                );
              })}
            {data && data.values.length === 0 && <p className={s.none}>No value matches “{wanted}”.</p>}
            {data?.more && <p className={s.none}>There are more; type to narrow the list.</p>}
          </div>
        </>
      ) : (
        <p className={s.says}>
          {op === "missing"
            ? `Only charges without a value for ${label}.`
            : `Only charges that have a value for ${label}.`}
        </p>
      )}
      <div className={s.editorFoot}>
        {listed && <span className="faint">{values.length ? `${values.length} chosen` : "None chosen"}</span>}
        <Button
          onClick={apply}
          ml="auto"
          disabled={listed && values.length === 0 && filter.values.length === 0}
        >
          Apply
        </Button>
      </div>
    </search>
  );
}
