"""How long `cco up` takes on an empty home until the demo is loaded, again on the same home, and how long
the demo's summary takes.

    python -m benchmarks.startup [--home DIR] [--port N]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import httpx

from benchmarks.measure import machine


def start(home: Path, port: int) -> tuple[subprocess.Popen[str], float, str]:
    """The product, the seconds until it is ready, and the demo's link token."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cco", "up", "--no-open", "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "CCO_HOME": str(home), "CCO_LOG_LEVEL": "error", "CCO_REQUESTS_PER_MINUTE": "0"},
    )  # fmt: skip
    assert process.stdout is not None
    tokens: list[str] = []
    for line in process.stdout:
        tokens += re.findall(r"/link#(\S+)", line)
        if "Ctrl-C" in line:
            break
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/v1/health/ready").raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.05)
    return process, time.perf_counter() - began, tokens[-1]


def stop(process: subprocess.Popen[str]) -> float:
    """How long it takes to stop."""
    began = time.perf_counter()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    return time.perf_counter() - began


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("build/benchmarks/demo-home"))
    parser.add_argument("--port", type=int, default=18474)
    given = parser.parse_args()
    home = given.home.resolve()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    print(machine())
    began = time.perf_counter()
    process, ready, token = start(home, given.port)
    print(f"first start on an empty home: ready after {ready:.1f} s", flush=True)
    client = httpx.Client(base_url=f"http://127.0.0.1:{given.port}/api/v1/", timeout=60)
    signed = client.post("auth/link", json={"token": token}).raise_for_status().json()
    client.headers["Authorization"] = f"Bearer {signed['access_token']}"
    first_data = 0.0
    while True:
        jobs = client.get("jobs").raise_for_status().json()["jobs"]
        has_data = client.get("orgs/me").raise_for_status().json()["has_data"]
        if has_data and not first_data:
            first_data = time.perf_counter() - began
        if jobs and jobs[0]["state"] not in ("queued", "running"):
            break
        time.sleep(0.2)
    loaded = time.perf_counter() - began
    print(f"this month's bills in the dashboard after {first_data:.1f} s, all 13 months after {loaded:.1f} s")
    times = []
    end = date.fromisoformat(client.get("costs/summary").json()["window"]["end"])
    for days in range(1, 41):
        asked = {"start": str(end - timedelta(days=30 + days)), "end": str(end - timedelta(days=days))}
        began = time.perf_counter()
        client.get("costs/summary", params=asked).raise_for_status()
        times.append(time.perf_counter() - began)
    print(f"costs/summary, each about another window: median {statistics.median(times) * 1000:.1f} ms")
    again = []
    for _ in range(40):
        began = time.perf_counter()
        client.get("costs/summary", params=asked).raise_for_status()
        again.append(time.perf_counter() - began)
    print(f"the same again: median {statistics.median(again) * 1000:.1f} ms")
    print(f"stopped in {stop(process):.1f} s")
    process, ready, _ = start(home, given.port)
    print(f"start again: ready after {ready:.1f} s")
    stop(process)


if __name__ == "__main__":
    main()
