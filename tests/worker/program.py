"""A worker program like ``python -m cco.worker`` that also knows a kind of job made for tests."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from cco.core.errors import InvalidInput, Unavailable
from cco.store.jobs import Job
from cco.wiring import Wiring
from cco.worker.__main__ import main
from cco.worker.jobs import BUILT_IN
from cco.worker.run import Kind, Progress


def steps(wiring: Wiring, job: Job, progress: Progress) -> dict[str, Any]:
    """Notes that it began, takes its steps, and fails as the payload says."""
    with Path(job.payload["log"]).open("a") as log:
        log.write(f"{job.id} {job.attempts}\n")
    count = int(job.payload.get("steps", 1))
    for step in range(count):
        progress(step, count, "steps", f"step {step}")
        time.sleep(float(job.payload.get("pause", 0.02)))
    fault = job.payload.get("fault")
    if fault == "unavailable" and job.attempts == 1:
        raise Unavailable("The cloud does not answer.", remedy="Wait.")
    if fault == "invalid":
        raise InvalidInput("That can't be.", remedy="Change it.")
    if fault == "bug":
        raise ZeroDivisionError("secret internals")
    return {"steps": count}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], (*BUILT_IN, Kind("steps", steps))))
