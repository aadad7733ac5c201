import type { Fault } from "@/api/types";
import { Notice } from "@/ui/States";

/** What is wrong with a delivery: where exactly, and how to go on. */
export function FaultNotice({ fault }: { readonly fault: Fault }) {
  const place = [
    fault.file && `file ${fault.file}`,
    fault.row !== null && `row ${fault.row.toLocaleString("en-US")}`,
    fault.column && `column ${fault.column}`,
  ].filter(Boolean);
  return (
    <Notice tone="bad" title={fault.message}>
      {place.length > 0 && <div className="num">{place.join(", ")}</div>}
      {fault.remedy}
    </Notice>
  );
}
