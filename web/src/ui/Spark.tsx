import { relative, sparkPath } from "@/charts/adapter";
import { percent } from "./money";
import s from "./ui.module.css";

const WIDTH = 96;
const HEIGHT = 24;

export function Sparkline({
  values,
  color = "var(--ghost)",
  width = WIDTH,
  height = HEIGHT,
}: {
  readonly values: readonly (string | null)[];
  readonly color?: string;
  readonly width?: number;
  readonly height?: number;
}) {
  const path = sparkPath(values, width, height);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" display="block">
      {path && (
        <path
          d={path}
          fill="none"
          stroke={color}
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      )}
    </svg>
  );
}

/** A share of the whole: the bar for the eye, the figure for the record. */
export function Share({
  share,
  color = "var(--accent)",
}: {
  readonly share: number | null;
  readonly color?: string;
}) {
  if (share === null) return <span className="faint">–</span>;
  return (
    <span className={s.shareCell}>
      <span className={s.shareTrack} aria-hidden="true">
        <span style={{ width: `${Math.max(0, Math.min(share, 1)) * 100}%`, background: color }} />
      </span>
      <span className="num" style={{ minWidth: 46, textAlign: "right" }}>
        {percent(share)}
      </span>
    </span>
  );
}

export { relative };
