import { Progress } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useActiveJobs } from "@/features/session/activity";
import { decimal } from "@/ui/money";
import f from "./frame.module.css";

const WORK: Record<string, string> = {
  load: "Loading a bill",
  poll: "Looking for new bills",
  demo: "Loading the simulated company",
};

/** A line about work in progress: the figures below are still growing. */
export function Activity() {
  const [job] = useActiveJobs();
  if (!job) return null;
  const { done, total, unit, message } = job.progress;
  return (
    <div className={f.activity} role="status">
      <Progress
        className={f.activityBar}
        value={total ? (done / total) * 100 : 100}
        animated={!total}
        size={4}
        aria-label="Progress"
      />
      <span className="clip">
        {WORK[job.kind] ?? "Working"}
        {message ? `: ${message}` : ""}
        {total ? (
          <span className="num">
            , {decimal(done)} of {decimal(total)} {unit}
          </span>
        ) : null}
      </span>
      <Link to="/sources" className={f.activityLink}>
        See the loads
      </Link>
    </div>
  );
}
