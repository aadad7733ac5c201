import type { ReactNode } from "react";
import s from "./ui.module.css";

interface PanelProps {
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly flush?: boolean;
  readonly children: ReactNode;
  readonly label?: string;
}

export function Panel({ title, note, actions, flush, children, label }: PanelProps) {
  return (
    <section className={s.panel} aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {(title || actions) && (
        <header className={s.panelHead}>
          <div className={s.panelTitle}>
            {title && <h2>{title}</h2>}
            {note && <span className={s.panelNote}>{note}</span>}
          </div>
          {actions && <div className={s.actions}>{actions}</div>}
        </header>
      )}
      <div className={flush ? s.flush : s.panelBody}>{children}</div>
    </section>
  );
}

export function PageHeader({
  title,
  children,
  actions,
}: {
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className={s.pageHead}>
      <div className={s.pageHeadText}>
        <h1>{title}</h1>
        {children && <p>{children}</p>}
      </div>
      {actions && <div className={s.actions}>{actions}</div>}
    </header>
  );
}
