import { Fragment } from "react";
import s from "./ui.module.css";

export const isMac = /mac|iphone|ipad/i.test(navigator.platform || navigator.userAgent);

/** Keys as they stand on this keyboard: `⌘K` or `Ctrl K`. */
export function Keys({ keys }: { readonly keys: readonly string[] }) {
  return (
    <span style={{ display: "inline-flex", gap: 3 }}>
      {keys.map((key) => (
        <Fragment key={key}>
          <kbd className={s.kbd}>{key === "mod" ? (isMac ? "⌘" : "Ctrl") : key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
