"""What `cco up` does around the API: one product a home, its children kept alive, all stopped together.

The API runs in the main process; the worker is a child that is started again, with a growing pause, when
it dies; the embedded PostgreSQL is a daemon that is healed when it dies. Children learn of the death of
their parent by the end of a pipe, which no `kill -9` can prevent.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cco import logs
from cco.core.errors import CcoError, Conflict, InvalidInput

log = logs.logger(__name__)

PARENT_PIPE = "CCO_PARENT_PIPE"
"""The environment variable that gives a child the descriptor of its parent's pipe."""

STEADY_SECONDS = 30.0
"""A child that lived so long is started again at once; one that did not, after a growing pause."""

LONGEST_PAUSE = 30.0
PORTS_TRIED = 50


@dataclass(frozen=True, slots=True)
class Command:
    """A child to keep alive. environment: on top of our own; grace: seconds it has to end when asked."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] | None = None
    grace: float = 20.0


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of ours with this very Python."""
    return (sys.executable, "-m", module, *arguments)


class Keeper:
    """Keeps one child alive from `start` to `stop`."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.restarts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"keep-{command.name}", daemon=True)

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Starts the child and watches over it."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the child to end, makes it end after its grace, and waits for it."""
        self._stopping.set()
        with self._lock:
            process = self._process
            if process is not None and process.poll() is None:
                process.terminate()
        if process is not None:
            try:
                process.wait(self.command.grace)
            except subprocess.TimeoutExpired:
                log.warning("child did not end in time", child=self.command.name, pid=process.pid)
                process.kill()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            status = self._once()
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - began > STEADY_SECONDS else failures + 1
            pause = 0.0 if failures == 0 else min(0.25 * 2 ** (failures - 1), LONGEST_PAUSE)
            log.warning(
                "child ended; starting it again", child=self.command.name, status=status, in_seconds=pause
            )
            self.restarts += 1
            self._stopping.wait(pause)

    def _once(self) -> int | None:
        reading, writing = os.pipe()
        try:
            with self._lock:
                if self._stopping.is_set():
                    return None
                # A session of its own: Ctrl-C reaches us alone, and we stop it in good order.
                self._process = subprocess.Popen(  # noqa: S603  (our own program, no shell)
                    list(self.command.arguments),
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, **(self.command.environment or {}), PARENT_PIPE: str(reading)},
                    pass_fds=(reading,),
                    start_new_session=True,
                )
            os.close(reading)
            reading = -1
            return self._process.wait()
        except OSError as error:
            log.error("child can't be started", child=self.command.name, reason=str(error))
            return None
        finally:
            os.close(writing)
            if reading >= 0:
                os.close(reading)


def when_parent_dies(act: Callable[[], None]) -> None:
    """In a child of a `Keeper`: calls `act`, in a thread, once the parent has ended however it did.

    Does nothing in a process that nobody keeps.
    """
    descriptor = os.environ.pop(PARENT_PIPE, None)
    if descriptor is None:
        return

    def wait() -> None:
        with suppress(OSError):
            os.read(int(descriptor), 1)
        act()

    os.set_inheritable(int(descriptor), False)
    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def when_asked_to_end(act: Callable[[], None]) -> None:
    """Calls `act`, in a thread, on SIGTERM and Ctrl-C. Call it in the main thread.

    A handler in Python runs in the main thread alone, which may be waiting for a lock and not hear of a
    signal that another thread was given, or hold the very lock that `act` needs. So the byte that the
    interpreter itself writes, in whichever thread, is what counts.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def wait() -> None:
        while os.read(reading, 1):
            act()

    threading.Thread(target=wait, name="signal-watch", daemon=True).start()
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: None)


class Guard:
    """Calls `heal` every so often, and says so when it had to do something."""

    def __init__(self, name: str, heal: Callable[[], bool], *, seconds: float = 1.0) -> None:
        self._name = name
        self._heal = heal
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"guard-{name}", daemon=True)

    def start(self) -> None:
        """Begins to look after it."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                if self._heal():
                    log.warning("started again after it died", child=self._name)
            except (CcoError, OSError) as error:
                log.error("can't be started again", child=self._name, reason=str(error))
                self._stopping.wait(5.0)


@contextmanager
def alone(home: Path) -> Iterator[Callable[[str], None]]:
    """Holds the home against a second `cco up`; yields what to call with the product's URL.

    Raises Conflict, naming the process and its URL, where the home is taken.
    """
    folder = home / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "up.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(home, path) from None

        def tell(url: str) -> None:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)

        tell("")
        yield tell
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def running(home: Path) -> tuple[int, str] | None:
    """(pid, URL) of the product that runs on this home, or None. The URL is empty while it starts."""
    path = home / "run" / "up.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _told(path)
    finally:
        os.close(descriptor)


def _told(path: Path) -> tuple[int, str]:
    try:
        told = json.loads(path.read_text())
        return int(told["pid"]), str(told["url"])
    except (OSError, ValueError, KeyError):
        return 0, ""


def _taken(home: Path, path: Path) -> Conflict:
    pid, url = _told(path)
    where = f" at {url}" if url else ""
    return Conflict(
        f"Cloud Cost Optimizer is running on {home} already (process {pid}){where}.",
        remedy=f"Open {url}, or stop it with `kill {pid}`, or set CCO_HOME to another folder."
        if url
        else f"Wait for it to start, stop it with `kill {pid}`, or set CCO_HOME to another folder.",
        code="already-running",
    )


def listen(host: str, port: int, *, chosen: bool) -> socket.socket:
    """A listening socket on this port, or, where nobody chose it, on the next free one.

    Raises Conflict where the chosen port is taken, InvalidInput where the host is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    candidates = [port] if chosen or port == 0 else [*range(port, min(port + PORTS_TRIED, 65536)), 0]
    for candidate in candidates:
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, candidate))
            opened.listen(2048)
        except OSError as error:
            opened.close()
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise InvalidInput(
                    f"This machine has no address {host}.",
                    remedy="Set CCO_HOST to 127.0.0.1, or to 0.0.0.0 for all addresses.",
                    code="bad-host",
                ) from None
            if isinstance(error, PermissionError):
                raise InvalidInput(
                    f"Port {candidate} is reserved for the administrator.",
                    remedy="Set CCO_PORT to one above 1023.",
                    code="bad-port",
                ) from None
        else:
            return opened
    raise Conflict(
        f"Port {port} on {host} is taken.",
        remedy="Stop what uses it, or set CCO_PORT to another one (0 takes any).",
        code="port-taken",
    )


@dataclass(frozen=True, slots=True)
class Running:
    """What is up. socket: listening, for the API to serve on; keepers: of the children, by name."""

    url: str
    socket: socket.socket
    keepers: Mapping[str, Keeper]


@contextmanager
def supervised(
    *,
    host: str,
    port: int,
    port_was_chosen: bool,
    children: Sequence[Command] = (),
    heal: Callable[[], bool] | None = None,
) -> Iterator[Running]:
    """Everything around the API, which the caller serves within the block, on `Running.socket`.

    heal: starts the embedded PostgreSQL again where it died, and says whether it had to. The caller
    holds `alone`'s lock and the database already.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(listen(host, port, chosen=port_was_chosen))
        shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
        url = f"http://{shown}:{opened.getsockname()[1]}"
        if threading.current_thread() is threading.main_thread():
            stack.enter_context(_hang_up_is_termination())
        if heal is not None:
            guard = Guard("postgres", heal)
            guard.start()
            stack.callback(guard.stop)
        keepers = {command.name: Keeper(command) for command in children}
        for keeper in keepers.values():
            keeper.start()
            stack.callback(keeper.stop)
        yield Running(url=url, socket=opened, keepers=keepers)


@contextmanager
def _hang_up_is_termination() -> Iterator[None]:
    """A closed terminal stops the product like `kill` does."""
    before = signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
