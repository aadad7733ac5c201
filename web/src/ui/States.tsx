import { Button } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconInfoCircle,
  IconPlugConnectedX,
  IconRefresh,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { toProblem } from "@/api/problem";
import { Copy } from "./Copy";
import s from "./ui.module.css";

export function EmptyState({
  icon,
  title,
  children,
  actions,
  small,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly small?: boolean;
}) {
  return (
    <div className={s.state} data-small={small}>
      {icon && (
        <div className={s.stateIcon} aria-hidden="true">
          {icon}
        </div>
      )}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className={s.stateActions}>{actions}</div>}
    </div>
  );
}

/** What happened, how to go on, and the id to quote. */
export function ErrorState({
  error,
  retry,
  small,
}: {
  readonly error: unknown;
  readonly retry?: () => void;
  readonly small?: boolean;
}) {
  const problem = toProblem(error);
  return (
    <div className={s.state} data-small={small} role="alert">
      <div className={s.stateIcon} data-tone="bad" aria-hidden="true">
        {problem.status === 0 ? <IconPlugConnectedX size={22} /> : <IconAlertTriangle size={22} />}
      </div>
      <h2>{problem.title}</h2>
      <p>
        {problem.detail} {problem.remedy}
      </p>
      {retry && (
        <div className={s.stateActions}>
          <Button variant="default" leftSection={<IconRefresh size={15} />} onClick={retry}>
            Try again
          </Button>
        </div>
      )}
      {problem.correlation_id && (
        <span className={s.correlation}>
          Correlation id <span className="mono">{problem.correlation_id}</span>
          <Copy value={problem.correlation_id} label="Copy the correlation id" />
        </span>
      )}
    </div>
  );
}

type Tone = "bad" | "warn" | "good" | "info";

const ICONS = {
  bad: IconAlertTriangle,
  warn: IconAlertTriangle,
  good: IconCircleCheck,
  info: IconInfoCircle,
} as const;

export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: Tone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
}) {
  const Icon = ICONS[tone];
  return (
    <div className={s.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <Icon size={17} aria-hidden="true" />
      <div>
        {title && <strong>{title}</strong>}
        {children && <div className={s.noticeText}>{children}</div>}
      </div>
    </div>
  );
}

export function ProblemNotice({ error }: { readonly error: unknown }) {
  const problem = toProblem(error);
  return (
    <Notice tone="bad" title={problem.detail}>
      {problem.fields.map((field) => (
        <div key={field.place}>
          {field.place}: {field.message}
        </div>
      ))}
      {problem.remedy}
      {problem.correlation_id && (
        <div className={s.correlation}>
          Correlation id <span className="mono">{problem.correlation_id}</span>
          <Copy value={problem.correlation_id} label="Copy the correlation id" />
        </div>
      )}
    </Notice>
  );
}

export function Pill({ tone, children }: { readonly tone?: Tone | "plain"; readonly children: ReactNode }) {
  return (
    <span className={s.pill} data-tone={tone}>
      {children}
    </span>
  );
}
