import { Button, Popover } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DimensionList, FilterEditor } from "./FilterEditor";
import type { Filter } from "./filters";
import { dimensionsQuery, valuesQuery } from "./queries";
import s from "./scope.module.css";

/** Names for dimensions, also before their list has arrived. */
export function useDimensionLabel(): (name: string) => string {
  const { data } = useQuery(dimensionsQuery);
  return (name) => {
    const known = data?.dimensions.find((dimension) => dimension.name === name);
    if (known) return known.kind === "tag" ? `Tag: ${known.label}` : known.label;
    return name.startsWith("tag:") ? `Tag: ${name.slice(4)}` : name.replace(/(Name|Id)$/, "");
  };
}

/** Dimensions whose values are ids with a friendlier name. */
const NAMED = new Set(["SubAccountId", "BillingAccountId", "source_id", "ResourceId"]);

function useValueLabel(dimension: string, value: string | undefined): string {
  const wanted = NAMED.has(dimension) && value !== undefined;
  const { data } = useQuery({ ...valuesQuery(dimension, value ?? "", 5), enabled: wanted });
  return data?.values.find((item) => item.value === value)?.label ?? value ?? "";
}

const VERB = { in: "is", not: "is not", missing: "is missing", present: "is present" } as const;

export function FilterChip({
  filter,
  onChange,
}: {
  readonly filter: Filter;
  readonly onChange: (filter: Filter | null) => void;
}) {
  const [opened, setOpened] = useState(false);
  const label = useDimensionLabel()(filter.dimension);
  const first = useValueLabel(filter.dimension, filter.values[0]);
  const rest = filter.values.length - 1;
  const verb = filter.values.length > 1 ? (filter.op === "in" ? "is any of" : "is none of") : VERB[filter.op];
  return (
    <span className={s.chip}>
      <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <button
            type="button"
            className={s.chipText}
            aria-haspopup="dialog"
            aria-expanded={opened}
            title={filter.values.join(", ")}
            onClick={() => setOpened((open) => !open)}
          >
            <span className={s.chipName}>{label}</span>
            <span className={s.chipVerb}>{verb}</span>
            {first && <span className="clip">{first}</span>}
            {rest > 0 && <span className={s.chipVerb}>+{rest}</span>}
          </button>
        </Popover.Target>
        <Popover.Dropdown p={0} aria-label={`Filter by ${label}`}>
          {opened && (
            <FilterEditor
              key={filter.dimension}
              filter={filter}
              label={label}
              onApply={(next) => {
                setOpened(false);
                onChange(next);
              }}
            />
          )}
        </Popover.Dropdown>
      </Popover>
      <button
        type="button"
        className={s.chipClose}
        aria-label={`Remove the filter on ${label}`}
        onClick={() => onChange(null)}
      >
        <IconX size={13} />
      </button>
    </span>
  );
}

export function NewFilter({ onAdd }: { readonly onAdd: (filter: Filter) => void }) {
  const [opened, setOpened] = useState(false);
  const [dimension, setDimension] = useState<string | null>(null);
  const label = useDimensionLabel();
  const close = () => {
    setOpened(false);
    setDimension(null);
  };
  return (
    <Popover
      opened={opened}
      onChange={(open) => (open ? setOpened(true) : close())}
      position="bottom-start"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          className={s.control}
          leftSection={<IconFilter size={15} />}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => (opened ? close() : setOpened(true))}
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Add a filter">
        {opened &&
          (dimension === null ? (
            <DimensionList onPick={setDimension} />
          ) : (
            <FilterEditor
              filter={{ dimension, op: "in", values: [] }}
              label={label(dimension)}
              onBack={() => setDimension(null)}
              onApply={(filter) => {
                close();
                if (filter) onAdd(filter);
              }}
            />
          ))}
      </Popover.Dropdown>
    </Popover>
  );
}
