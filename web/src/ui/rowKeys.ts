import { type RefObject, useEffect } from "react";

/** `j` and `k` move the focus among the `[data-row]` elements of a table; `enter` is the row's own. */
export function useRowKeys(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "j" && event.key !== "k") return;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.closest("input,textarea,select,[contenteditable]")) return;
      const dialog = document.querySelector('[role="dialog"]');
      if (dialog && !dialog.contains(container.current)) return;
      const rows = [...(container.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      if (!rows.length) return;
      const focused = rows.findIndex((row) => row.contains(document.activeElement));
      const next = rows[Math.max(0, Math.min(focused + (event.key === "j" ? 1 : -1), rows.length - 1))];
      event.preventDefault();
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [container]);
}
