"""``cco doctor``: looks at everything the product needs, and says how to mend what is not right."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import redis
from rich.text import Text

from cco import __version__, logs, supervise
from cco.api import dashboard
from cco.cli import session, terminal
from cco.cli.terminal import DONE, FAILED, count
from cco.core.errors import CcoError
from cco.ingest.sources import place
from cco.store.database import Database, head
from cco.store.identity import Identity
from cco.store.jobs import Jobs
from cco.store.orgs import Orgs
from cco.store.soundness import examine
from cco.store.sources import Sources
from cco.wiring import Settings, Wiring, build, running_database

Status = Literal["ok", "note", "warning", "failed"]

MARKS: Final[dict[Status, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "note": ("·", "dim"),
    "warning": ("!", "yellow"),
    "failed": ("✗", "bold red"),
}
OLDEST_PYTHON: Final = (3, 11)
LEAST_BYTES: Final = 1 << 30
FEW_BYTES: Final = 5 << 30
LEAST_MEMORY: Final = 2 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw. remedy: "" where nothing needs mending."""

    check: str
    status: Status
    message: str
    remedy: str = ""


@dataclass(slots=True)
class Examination:
    """The checks in their order; each of them adds what it saw."""

    settings: Settings
    findings: list[Finding] = field(default_factory=list)

    def saw(self, check: str, status: Status, message: str, remedy: str = "") -> None:
        """Adds a finding."""
        self.findings.append(Finding(check, status, message, remedy))

    def tried(self, check: str, look: Callable[[], None]) -> bool:
        """Whether the check could look; what stood in its way is its finding."""
        try:
            look()
        except CcoError as error:
            self.saw(check, "failed", error.message, error.remedy)
            return False
        except Exception as error:  # noqa: BLE001  (a check that breaks is a finding, not a crash)
            told = str(error).strip().splitlines()
            self.saw(check, "failed", f"{type(error).__name__}: {told[0] if told else 'no reason given'}")
            return False
        return True


def run(*, as_json: bool) -> int:
    """All checks; fails where one of them found something that must be mended."""
    logs.configure("console", "error")
    findings = list(examined())
    failed = any(finding.status == "failed" for finding in findings)
    if as_json:
        terminal.print_json(
            {"ok": not failed, "version": __version__, "checks": [_object(f) for f in findings]}
        )
    else:
        show(findings, failed=failed)
    return FAILED if failed else DONE


def examined() -> Iterator[Finding]:
    """What all checks saw."""
    yield _python()
    try:
        settings = session.settings()
    except CcoError as error:
        yield Finding("settings", "failed", error.message, error.remedy)
        return
    yield Finding("settings", "ok", f"CCO_HOME is {settings.home}")
    examination = Examination(settings)
    if examination.tried("home", lambda: _home(examination)):
        for check, look in (("disk", _disk), ("memory", _memory), ("dashboard", _dashboard), ("port", _port)):
            examination.tried(check, partial(look, examination))
        _stores(examination)
        if settings.redis_url is not None:
            examination.tried("redis", lambda: _redis(examination, settings.redis_url or ""))
    yield from examination.findings


def show(findings: list[Finding], *, failed: bool) -> None:
    """One line a finding, its remedy below."""
    out = terminal.console()
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        mark, style = MARKS[finding.status]
        out.print(
            Text.assemble((mark, style), f" {finding.check:<{width}}  ", finding.message), soft_wrap=True
        )
        if finding.remedy:
            out.print(Text(f"  {'':<{width}}  → {finding.remedy}", style="dim"), soft_wrap=True)
    wanting = sum(finding.status in ("failed", "warning") for finding in findings)
    if not wanting:
        out.print("Everything is in order.", style="green")
    elif not failed:
        out.print(f"It works; {count(wanting, 'thing')} could be better.")


# ── the machine ────────────────────────────────────────────────────────────────────────────────


def _python() -> Finding:
    where = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", "failed", where, "Install Python 3.11 or newer.")
    return Finding("python", "ok", where)


def _home(seen: Examination) -> None:
    home = seen.settings.home
    session.usable(home)
    if not os.access(home, os.W_OK | os.X_OK):
        seen.saw("home", "failed", f"{home} can't be written to.", "Set CCO_HOME to a folder of your own.")
        return
    key = home / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        seen.saw("home", "warning", f"Others can read {key}.", f"Run `chmod 600 {key}`.")
    else:
        seen.saw("home", "ok", f"{home} can be written to")


def _disk(seen: Examination) -> None:
    settings = seen.settings
    folders = {settings.home}
    if "://" not in settings.lake:
        folders.add(_there(Path(settings.lake)))
    free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders)
    message = f"{free / (1 << 30):,.1f} GiB free at {folder}"
    if free < LEAST_BYTES:
        seen.saw("disk", "failed", message, "Free some space: loads need room to sort in.")
    elif free < FEW_BYTES:
        seen.saw("disk", "warning", message, "Large loads need twice the size of the file in free space.")
    else:
        seen.saw("disk", "ok", message)


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def _memory(seen: Examination) -> None:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    message = f"{total / (1 << 30):,.1f} GiB, of which a query may use {seen.settings.memory_limit}"
    if total < LEAST_MEMORY:
        seen.saw("memory", "warning", message, "Set CCO_MEMORY_LIMIT to a quarter of it, like 512MiB.")
    else:
        seen.saw("memory", "ok", message)


def _dashboard(seen: Examination) -> None:
    built = seen.settings.web_dist or dashboard.PACKAGED
    if (built / "index.html").is_file():
        seen.saw("dashboard", "ok", f"built, in {built}")
    else:
        seen.saw(
            "dashboard",
            "warning",
            f"There is no dashboard in {built}.",
            "Run `make web` in a clone, or install the released wheel. The API and this command line work.",
        )


def _port(seen: Examination) -> None:
    settings = seen.settings
    running = supervise.running(settings.home)
    if running is not None:
        seen.saw("product", "ok", f"runs at {running[1] or 'an address to come'} (process {running[0]})")
    else:
        seen.saw("product", "note", "does not run", "Start it with `cco up`.")
        supervise.listen(settings.host, settings.port, chosen=settings.port_was_chosen).close()
        seen.saw("port", "ok", f"{settings.port} on {settings.host} is free, or one near it")
    local = settings.host in ("127.0.0.1", "localhost", "::1")
    if not local and not (settings.public_url or "").startswith("https://"):
        seen.saw(
            "address",
            "warning",
            f"The product listens on {settings.host} without TLS.",
            "Put a proxy with TLS before it, and set CCO_PUBLIC_URL to its https:// address.",
        )


# ── the stores ─────────────────────────────────────────────────────────────────────────────────


def _stores(seen: Examination) -> None:
    settings = seen.settings
    kind = "embedded PostgreSQL" if settings.database_url is None else "PostgreSQL at CCO_DATABASE_URL"
    with ExitStack() as stack:
        held: list[Wiring] = []

        def start() -> None:
            url = stack.enter_context(running_database(settings))
            wiring = build(settings, url, application="cco doctor")
            stack.callback(wiring.close)
            seen.saw("database", "ok", f"{kind} {wiring.database.ping()} answers")
            held.append(wiring)

        if not seen.tried("database", start):
            return
        (wiring,) = held
        current: list[bool] = []
        seen.tried("migrations", lambda: current.append(_migrations(seen, wiring.database)))
        seen.tried("lake", lambda: _lake(seen, wiring, counted=current == [True]))
        if current == [True]:
            seen.tried("worker", lambda: _worker(seen, wiring))
            seen.tried("users", lambda: _users(seen, wiring))
            seen.tried("sources", lambda: _sources(seen, wiring))


def _migrations(seen: Examination, database: Database) -> bool:
    present, newest = database.revision(), head()
    if present == newest:
        seen.saw("migrations", "ok", f"at {newest}, the newest")
        return True
    if present is None:
        seen.saw(
            "migrations",
            "note",
            "The database is empty.",
            "The first command that needs it makes the tables.",
        )
    elif present > newest:
        seen.saw(
            "migrations",
            "failed",
            f"The tables are at {present}, which this version does not know.",
            "Upgrade this installation: a newer version has used the database.",
        )
    else:
        seen.saw(
            "migrations", "warning", f"The tables are at {present}.", f"Run `cco migrate` to reach {newest}."
        )
    return False


def _lake(seen: Examination, wiring: Wiring, *, counted: bool) -> None:
    if not counted:
        wiring.lake.snapshot()
        return
    found = examine(wiring.lake, wiring.database)
    amiss = (
        (found.missing, "missing", "Restore them from a backup, or load their bills again."),
        (found.wrong, "damaged", "Restore them from a backup, or load their bills again."),
        (found.unknown, "of loads that did not end properly", "Load their bills again."),
    )
    for paths, what, remedy in amiss:
        if paths:
            first = f"{count(len(paths), 'file')} {what}, first {paths[0]}."
            seen.saw("lake", "failed", first, remedy)
    if found.sound:
        size = f"{found.bytes / (1 << 20):,.1f} MiB"
        told = f"{count(found.rows, 'charge')} in {count(found.files, 'file')} ({size})"
        seen.saw("lake", "ok", f"{told if found.files else 'empty'}, at {wiring.settings.lake}")


def _worker(seen: Examination, wiring: Wiring) -> None:
    with wiring.database.transaction() as transaction:
        depth = Jobs(transaction).depth()
    waiting, failed = depth.get("queued", 0), depth.get("failed", 0)
    alive = _held(wiring.settings.home / "run" / "worker.lock")
    if alive:
        seen.saw("worker", "ok", f"at work; {count(waiting, 'job')} waiting")
    elif wiring.settings.redis_url is not None:
        seen.saw("worker", "note", f"Celery workers run elsewhere; {count(waiting, 'job')} waiting")
    elif waiting:
        seen.saw("worker", "warning", f"{count(waiting, 'job')} waiting and no worker.", "Start `cco up`.")
    else:
        seen.saw("worker", "note", "not running, and nothing to do")
    if failed:
        seen.saw("jobs", "note", f"{count(failed, 'job')} failed; the Sources page of the dashboard says why")


def _held(lock: Path) -> bool:
    """Whether a process holds the lock."""
    if not lock.exists():
        return False
    descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _users(seen: Examination, wiring: Wiring) -> None:
    with wiring.database.transaction() as transaction:
        needs_setup = Identity(transaction, wiring.clock).needs_setup()
    if needs_setup:
        seen.saw("users", "note", "Nobody administers it yet.", "`cco users link` makes the set-up link.")
    else:
        seen.saw("users", "ok", "somebody administers it")


def _sources(seen: Examination, wiring: Wiring) -> None:
    """Every enabled place is looked at, with the rights and credentials that loads have."""
    with wiring.database.transaction() as transaction:
        repository = Sources(transaction)
        sources = [source for org in Orgs(transaction).all() for source in repository.all(org.id)]
    late = wiring.clock.now() - timedelta(hours=1)
    for source in sources:
        polled = source.enabled and source.poll_minutes is not None
        if source.kind == "s3" or polled:
            name = f"source {source.name}"
            if seen.tried(name, partial(_look, wiring, source.location)):
                overdue = polled and source.next_poll_at is not None and source.next_poll_at < late
                if overdue:
                    seen.saw(name, "warning", "has not been looked at for long.", "Start `cco up`.")
                else:
                    seen.saw(name, "ok", f"{source.location} can be read")


def _look(wiring: Wiring, location: str) -> None:
    place(wiring.ingest(), location).entries()


def _redis(seen: Examination, url: str) -> None:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as error:
        seen.saw("redis", "failed", f"Redis does not answer: {error}", "Start it, or mend CCO_REDIS_URL.")
    else:
        seen.saw("redis", "ok", "answers")


def _object(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "status": finding.status,
        "message": finding.message,
        "remedy": finding.remedy,
    }
