import { ActionIcon, Button, Menu, Modal, Progress, Select, TextInput, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconBrandAws,
  IconDots,
  IconFolder,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconTestPipe,
  IconTrash,
  IconUpload,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, unwrap } from "@/api/client";
import { watchJob } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import type { JobProgress, Source } from "@/api/types";
import { useMay, useMe } from "@/features/session/queries";
import { addMonths, ago, monthLabel, monthStart } from "@/ui/dates";
import { byteSize, decimal } from "@/ui/money";
import { Pill, ProblemNotice } from "@/ui/States";
import { FaultNotice } from "./FaultNotice";
import { costsChanged } from "./queries";
import s from "./sources.module.css";
import { HEALTH, KIND } from "./words";

const ICONS = { upload: IconUpload, folder: IconFolder, s3: IconBrandAws, simulated: IconTestPipe } as const;

export const POLLS = [
  { value: "15", label: "every 15 minutes" },
  { value: "60", label: "every hour" },
  { value: "360", label: "every 6 hours" },
  { value: "1440", label: "every day" },
  { value: "", label: "only when asked" },
];

function pollText(minutes: number | null): string {
  if (minutes === null) return "only when asked";
  return POLLS.find((poll) => poll.value === String(minutes))?.label ?? `every ${minutes} minutes`;
}

/** Which of the last thirteen months are loaded. */
function Months({ periods }: { readonly periods: readonly string[] }) {
  const now = monthStart(new Date().toISOString().slice(0, 10));
  const newest = periods[periods.length - 1];
  // Old bills, loaded late, are shown in their own time.
  const end = newest && newest < addMonths(now, -6) ? newest : now;
  const months = Array.from({ length: 13 }, (_, index) => addMonths(end, index - 12));
  const known = new Set(periods.map((period) => period.slice(0, 7)));
  const loaded = months.filter((month) => known.has(month.slice(0, 7)));
  return (
    <Tooltip
      multiline
      maw={260}
      label={
        periods.length
          ? `${periods.length} billing ${periods.length === 1 ? "month" : "months"}: ${monthLabel(periods[0] ?? now)} – ${monthLabel(periods[periods.length - 1] ?? now)}`
          : "No billing month is loaded."
      }
    >
      <span
        className={s.months}
        role="img"
        aria-label={`${loaded.length} of the 13 months up to ${monthLabel(end)} are loaded`}
      >
        {months.map((month) => (
          <span key={month} data-loaded={known.has(month.slice(0, 7))} />
        ))}
      </span>
    </Tooltip>
  );
}

/** Follows the source's running job. */
function useProgress(jobId: string | null): JobProgress | null {
  const [progress, setProgress] = useState<JobProgress | null>(null);
  useEffect(() => {
    if (!jobId) return;
    const abort = new AbortController();
    watchJob(jobId, setProgress, abort.signal)
      .then((end) => {
        if (end) costsChanged();
      })
      .catch(() => undefined)
      .finally(() => setProgress(null));
    return () => abort.abort();
  }, [jobId]);
  return progress;
}

export function SourceRow({
  source,
  selected,
  onLoads,
}: {
  readonly source: Source;
  readonly selected: boolean;
  readonly onLoads: () => void;
}) {
  const me = useMe();
  const analyst = useMay("analyst");
  const admin = useMay("admin");
  const [started, setStarted] = useState<string | null>(null);
  const [dialog, setDialog] = useState<"edit" | "remove" | null>(null);
  const progress = useProgress(started ?? source.active_job_id);
  const polled = source.kind === "folder" || source.kind === "s3";
  const Kind = ICONS[source.kind];

  const failed = (error: unknown) => {
    const problem = toProblem(error);
    notifications.show({ color: "red", title: problem.detail, message: problem.remedy });
  };
  const poll = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/sources/{source_id}/poll", { params: { path: { source_id: source.id } } })),
    onSuccess: (job) => setStarted(job.id),
    onError: failed,
  });
  const pause = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/api/v1/sources/{source_id}", {
          params: { path: { source_id: source.id } },
          body: { enabled: !source.enabled },
        }),
      ),
    onSuccess: costsChanged,
    onError: failed,
  });

  return (
    <li className={s.source} data-selected={selected}>
      <div className={s.sourceMain}>
        <span className={s.kind} title={KIND[source.kind]}>
          <Kind size={18} stroke={1.7} aria-hidden="true" />
        </span>
        <div className={s.sourceText}>
          <div className={s.sourceName}>
            <span className="clip">{source.name}</span>
            <Pill tone={HEALTH[source.health].tone}>{HEALTH[source.health].label}</Pill>
          </div>
          <div className={`clip ${s.sub}`} title={source.location}>
            {polled ? <span className="mono">{source.location}</span> : KIND[source.kind]}
          </div>
        </div>
        <div className={s.sourceFacts}>
          <span className="num">
            {source.charges > 0 ? `${decimal(source.charges)} line items` : "Nothing loaded yet"}
          </span>
          <span className={s.sub}>
            {source.charges > 0 && byteSize(source.bytes)}
            {polled && `${source.charges > 0 ? " · " : ""}looked at ${pollText(source.poll_minutes)}`}
          </span>
        </div>
        <div className={s.sourceMonths}>
          <Months periods={source.periods} />
          <span className={s.sub}>
            {source.last_load?.finished_at
              ? `loaded ${ago(source.last_load.finished_at)}`
              : source.last_polled_at
                ? `looked at ${ago(source.last_polled_at)}`
                : " "}
          </span>
        </div>
        <div className={s.sourceActions}>
          <Button variant="subtle" color="gray" size="compact-sm" aria-pressed={selected} onClick={onLoads}>
            {selected ? "All loads" : "Loads"}
          </Button>
          {(analyst || admin) && !me.org.is_demo && (
            <Menu position="bottom-end" width={200}>
              <Menu.Target>
                <ActionIcon aria-label={`Actions for ${source.name}`}>
                  <IconDots size={17} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {polled && (
                  <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => poll.mutate()}>
                    Look for new bills
                  </Menu.Item>
                )}
                {admin && polled && (
                  <Menu.Item
                    leftSection={
                      source.enabled ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />
                    }
                    onClick={() => pause.mutate()}
                  >
                    {source.enabled ? "Pause" : "Resume"}
                  </Menu.Item>
                )}
                {admin && (
                  <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog("edit")}>
                    Change…
                  </Menu.Item>
                )}
                {admin && (
                  <>
                    <Menu.Divider />
                    <Menu.Item
                      color="var(--bad)"
                      leftSection={<IconTrash size={16} />}
                      onClick={() => setDialog("remove")}
                    >
                      Remove…
                    </Menu.Item>
                  </>
                )}
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      </div>
      {progress && (
        <div className={s.sourceProgress}>
          <Progress
            value={progress.total ? (progress.done / progress.total) * 100 : 100}
            animated={!progress.total}
            size={4}
            aria-label={`Progress of ${source.name}`}
          />
          <span className={`num ${s.sub}`}>
            {progress.message || "Waiting"}
            {progress.done > 0 &&
              progress.total !== 1 &&
              ` · ${decimal(progress.done)}${progress.total ? ` of ${decimal(progress.total)}` : ""} ${progress.unit}`}
          </span>
        </div>
      )}
      {source.error && !progress && (
        <div className={s.sourceFault}>
          <FaultNotice fault={source.error} />
        </div>
      )}
      <EditDialog source={source} opened={dialog === "edit"} onClose={() => setDialog(null)} />
      <RemoveDialog source={source} opened={dialog === "remove"} onClose={() => setDialog(null)} />
    </li>
  );
}

interface DialogProps {
  readonly source: Source;
  readonly opened: boolean;
  readonly onClose: () => void;
}

function EditDialog({ source, opened, onClose }: DialogProps) {
  const polled = source.kind === "folder" || source.kind === "s3";
  const [name, setName] = useState(source.name);
  const [poll, setPoll] = useState(source.poll_minutes === null ? "" : String(source.poll_minutes));
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/api/v1/sources/{source_id}", {
          params: { path: { source_id: source.id } },
          body: { name, ...(polled ? { poll_minutes: poll ? Number(poll) : null } : {}) },
        }),
      ),
    onSuccess: () => {
      costsChanged();
      onClose();
    },
  });
  const custom = POLLS.some((item) => item.value === poll)
    ? []
    : [{ value: poll, label: pollText(Number(poll)) }];
  return (
    <Modal opened={opened} onClose={onClose} title={`Change ${source.name}`}>
      <form
        className={s.form}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <TextInput
          label="Name"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {polled && (
          <Select
            label="Look for new bills"
            value={poll}
            data={[...custom, ...POLLS]}
            onChange={(value) => setPoll(value ?? "")}
          />
        )}
        {change.error && <ProblemNotice error={change.error} />}
        <div className={s.formActions}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function RemoveDialog({ source, opened, onClose }: DialogProps) {
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/sources/{source_id}", {
          params: { path: { source_id: source.id }, query: { confirm: typed.trim() } },
        }),
      ),
    onSuccess: () => {
      costsChanged();
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={`Remove ${source.name}?`}>
      <form
        className={s.form}
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate();
        }}
      >
        <p>
          {source.charges > 0 ? (
            <>
              <strong>{decimal(source.charges)} line items</strong> of {source.periods.length} billing months
              disappear from every report, and its load history with them.
            </>
          ) : (
            "Its load history disappears. It holds no charges."
          )}{" "}
          The files at <span className="mono">{source.location}</span> stay untouched, so it can be connected
          again.
        </p>
        <TextInput
          label={
            <>
              Type <strong>{source.name}</strong> to confirm
            </>
          }
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {remove.error && <ProblemNotice error={remove.error} />}
        <div className={s.formActions}>
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            type="submit"
            color="red.8"
            disabled={typed.trim() !== source.name}
            loading={remove.isPending}
          >
            Remove with its charges
          </Button>
        </div>
      </form>
    </Modal>
  );
}
