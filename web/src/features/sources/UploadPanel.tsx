import { ActionIcon, Button, Progress } from "@mantine/core";
import { IconCircleCheck, IconFileInvoice, IconFileUpload, IconX } from "@tabler/icons-react";
import { type RefObject, useEffect, useState } from "react";
import type { Load } from "@/api/types";
import { byteSize, decimal } from "@/ui/money";
import { Notice, Pill } from "@/ui/States";
import { FaultNotice } from "./FaultNotice";
import s from "./sources.module.css";
import { addUploads, dismissUpload, retryUpload, type Upload, useUploads } from "./uploads";
import { STATUS } from "./words";

const ACCEPT = ".csv,.gz,.zip,.parquet,.json,.jsonl,.ndjson,.txt,text/csv,application/gzip";

/** Takes files dropped anywhere on the page, or chosen. */
export function DropZone({
  input,
  inviting,
}: {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly inviting: boolean;
}) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      addUploads([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return (
    <div className={s.drop} data-over={over} data-inviting={inviting}>
      <IconFileUpload size={22} stroke={1.6} aria-hidden="true" />
      <div className={s.dropText}>
        <span>
          <strong>{over ? "Drop to load" : "Drop bills here"}</strong>
          <span className={s.dropOr}> or </span>
          <button type="button" className={s.browse} onClick={() => input.current?.click()}>
            choose files
          </button>
        </span>
        <span className={s.dropNote}>
          FOCUS 1.0 – 1.3, AWS CUR, Azure and Google Cloud exports; CSV, JSON lines or Parquet, also gzip and
          zip. The format is recognised from the content.
        </span>
      </div>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPT}
        aria-label="Bills to upload"
        onChange={(event) => {
          addUploads([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}

export function UploadList({ onOpen }: { readonly onOpen: (load: string) => void }) {
  const uploads = useUploads();
  if (uploads.length === 0) return null;
  return (
    <ul className={s.uploads} aria-label="Uploads" aria-live="polite">
      {uploads.map((item) => (
        <UploadItem key={item.id} item={item} onOpen={onOpen} />
      ))}
    </ul>
  );
}

function says(item: Upload): string {
  if (item.phase === "waiting") return "Waiting";
  if (item.phase === "sending") return `Sending ${byteSize(item.sent)} of ${byteSize(item.file.size)}`;
  if (item.phase === "loading") {
    const { progress } = item;
    if (!progress || progress.state === "queued") return "Waiting for a worker";
    const done =
      progress.done > 0 && progress.total !== 1 ? ` ${decimal(progress.done)} ${progress.unit}` : "";
    return `${progress.message || "Reading"}${done}`;
  }
  return "";
}

function share(item: Upload): number {
  if (item.phase === "sending") return item.file.size ? (item.sent / item.file.size) * 30 : 0;
  if (item.phase === "loading") {
    const { progress } = item;
    if (!progress?.total) return 35;
    return 30 + Math.min(progress.done / progress.total, 1) * 70;
  }
  return item.phase === "done" ? 100 : 0;
}

/** Why a file was refused because another source brought the same charges: the choice is the person's. */
function overlaps(load: Load | undefined): boolean {
  return load?.error?.code.includes("overlap") ?? false;
}

function UploadItem({ item, onOpen }: { readonly item: Upload; readonly onOpen: (load: string) => void }) {
  const busy = item.phase === "sending" || item.phase === "loading" || item.phase === "waiting";
  const refused = item.loads.find((load) => load.status === "rejected");
  return (
    <li className={s.upload}>
      <div className={s.uploadHead}>
        {item.phase === "done" ? (
          <IconCircleCheck size={19} color="var(--good)" aria-hidden="true" />
        ) : (
          <IconFileInvoice size={19} className="muted" aria-hidden="true" />
        )}
        <span className={`clip ${s.uploadName}`} title={item.file.name}>
          {item.file.name}
        </span>
        <span className={`num ${s.uploadSays}`}>{busy ? says(item) : byteSize(item.file.size)}</span>
        <ActionIcon
          onClick={() => dismissUpload(item.id)}
          aria-label={busy ? `Stop following ${item.file.name}` : `Hide ${item.file.name}`}
        >
          <IconX size={15} />
        </ActionIcon>
      </div>
      {busy && (
        <Progress
          value={share(item)}
          size={4}
          animated={item.phase === "loading" && !item.progress?.total}
          aria-label={`Progress of ${item.file.name}`}
        />
      )}
      {item.loads
        .filter((load) => load.status !== "rejected")
        .map((load) => (
          <div key={load.id} className={s.uploadDone}>
            <Pill tone={STATUS[load.status].tone}>{STATUS[load.status].label}</Pill>
            <span className="num">
              {load.status === "unchanged"
                ? STATUS.unchanged.says
                : `${decimal(load.rows_kept)} of ${decimal(load.rows_read)} rows kept${load.format ? `, ${load.format}` : ""}`}
            </span>
            {load.reconciled && <span className={s.agrees}>agrees with the file</span>}
            <button type="button" className={s.textButton} onClick={() => onOpen(load.id)}>
              Details
            </button>
          </div>
        ))}
      {refused?.error && (
        <>
          <FaultNotice fault={refused.error} />
          <div className={s.uploadActions}>
            {overlaps(refused) && (
              <>
                <Button variant="default" onClick={() => retryUpload(item.id, "replace")}>
                  Replace the other one
                </Button>
                <Button variant="default" onClick={() => retryUpload(item.id, "add")}>
                  Count both
                </Button>
              </>
            )}
            <Button variant="subtle" color="gray" onClick={() => onOpen(refused.id)}>
              Details
            </Button>
          </div>
        </>
      )}
      {item.problem && (
        <>
          <Notice tone="bad" title={item.problem.detail}>
            {item.problem.remedy}
          </Notice>
          <div className={s.uploadActions}>
            <Button variant="default" onClick={() => retryUpload(item.id, "refuse")}>
              Try again
            </Button>
          </div>
        </>
      )}
    </li>
  );
}
