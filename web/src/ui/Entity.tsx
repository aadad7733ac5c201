import { useComputedColorScheme } from "@mantine/core";
import { entityColor, missingColor, otherColor } from "./colors";
import s from "./ui.module.css";

export function useDark(): boolean {
  return useComputedColorScheme("light", { getInitialValueInEffect: false }) === "dark";
}

export function Dot({ color }: { readonly color: string }) {
  return <span className={s.dot} style={{ background: color }} aria-hidden="true" />;
}

/** The colour of a group: its first dimension decides; "missing" and "Other" are grey. */
export function groupColor(
  dimensions: readonly string[],
  key: readonly (string | null)[],
  label: string,
  dark: boolean,
  other = false,
): string {
  if (other) return otherColor(dark);
  const dimension = dimensions.join("+");
  if (!dimension) return dark ? "#6792f7" : "#3a6fe2";
  if (key.every((value) => value === null)) return missingColor(dark);
  return entityColor(dimension, dimensions.length === 1 ? (key[0] ?? label) : key.join("|"), dark);
}

export function Entity({
  dimension,
  value,
  label,
}: {
  readonly dimension: string;
  readonly value: string | null;
  readonly label: string;
}) {
  const dark = useDark();
  return (
    <span className={s.entity}>
      <Dot color={groupColor([dimension], [value], label, dark)} />
      <span className={`clip ${value === null ? s.missing : ""}`} title={label}>
        {label}
      </span>
    </span>
  );
}
