"""The product as a user starts it: `cco up` on a home of its own, and a browser to look at it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Product:
    """Where it runs, and the links that its first start printed."""

    url: str
    setup_link: str
    demo_link: str | None
    home: Path

    def cco(self, *arguments: str) -> str:
        """Runs a command on the same home and returns what it printed."""
        return cco(self.home, *arguments)


def cco(home: Path, *arguments: str) -> str:
    """Runs a command of the product on a home. Raises AssertionError with its complaint."""
    done = subprocess.run(
        [sys.executable, "-m", "cco", *arguments],
        env={**os.environ, "CCO_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"cco {' '.join(arguments)}: {done.stdout}\n{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def running(home: Path, *, demo: bool) -> Iterator[Product]:
    """`cco up` until the block ends. demo: with the simulated company, completely loaded."""
    home.mkdir(parents=True, exist_ok=True)
    if demo:
        cco(home, "demo", "--json")
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cco", "up", "--no-open", "--json", *([] if demo else ["--no-demo"])],
            env={**os.environ, "CCO_HOME": str(home), "CCO_PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"cco up did not start:\n{(home / 'up.log').read_text()}"
            told = json.loads(line)
            yield Product(told["url"], told["setup_link"], told["demo_link"], home)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def chromium() -> str | None:
    """The browser's program: CCO_TEST_CHROMIUM, the system's, or None for Playwright's own."""
    return os.environ.get("CCO_TEST_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def launch(playwright: Playwright) -> Browser:
    """A real Chromium, without a window. Raises playwright's Error where the machine has none."""
    # Only root and containers need --no-sandbox; the pages are our own.
    return playwright.chromium.launch(
        executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
    )
