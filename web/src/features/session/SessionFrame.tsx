import type { ReactNode } from "react";
import s from "./session.module.css";

export function Logo({ size = 36 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#2456d6" />
      <path d="M8 20.5v3M13.3 16v7.5M18.6 12v11.5" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="M24 8.5v15" stroke="#8fe3c4" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}

/** The quiet page around signing in. */
export function SessionFrame({
  title,
  says,
  children,
}: {
  readonly title: string;
  readonly says?: string;
  readonly children: ReactNode;
}) {
  return (
    <main className={s.page}>
      <div className={s.backdrop} aria-hidden="true">
        <svg viewBox="0 0 1440 420" preserveAspectRatio="none">
          <title>Decoration</title>
          {Array.from({ length: 48 }, (_, index) => {
            const height = 60 + 120 * Math.abs(Math.sin(index * 0.55)) * (0.4 + index / 70) + index * 2.4;
            return (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: a fixed decoration
                key={index}
                x={index * 30 + 3}
                y={420 - height}
                width="24"
                height={height}
                rx="4"
              />
            );
          })}
        </svg>
      </div>
      <section className={s.card}>
        <Logo />
        <h1 className={s.title}>{title}</h1>
        {says && <p className={s.says}>{says}</p>}
        <div className={s.body}>{children}</div>
      </section>
      <footer className={s.foot}>Cloud Cost Optimizer</footer>
    </main>
  );
}
