"""One product a home, children kept alive, everything stopped together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cco.core.errors import Conflict, InvalidInput, Unavailable
from cco.store.postgres import EmbeddedPostgres
from cco.supervise import Command, Guard, Keeper, alone, listen, python, running, supervised

Eventually = Callable[..., None]

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
)

PRODUCT = """
import faulthandler, json, sys, threading
from cco.store.postgres import EmbeddedPostgres
from cco.supervise import Command, alone, python, supervised, when_asked_to_end
from cco.wiring import opened, read_settings
settings = read_settings()
ended = threading.Event()
when_asked_to_end(ended.set)
try:
    with (
        alone(settings.home) as tell,
        opened(settings) as wiring,
        supervised(
            host=settings.host, port=settings.port, port_was_chosen=settings.port_was_chosen,
            children=[Command("worker", python("cco.worker"))],
            heal=EmbeddedPostgres(settings.home).heal,
        ) as up,
    ):
        tell(up.url)
        print(json.dumps({"url": up.url}), flush=True)
        ended.wait()
        faulthandler.dump_traceback_later(20, repeat=True)
except Exception as error:
    print(json.dumps({"error": str(error)}), flush=True)
    sys.exit(1)
"""


class Product:
    """`cco up` without the API: a supervisor, a PostgreSQL and a worker, in processes of their own."""

    def __init__(self, home: Path) -> None:
        environment = {**os.environ, "CCO_HOME": str(home), "CCO_LOG_FORMAT": "json"}
        with (home.parent / "product.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PRODUCT],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def said(self) -> dict[str, str]:
        assert self.process.stdout is not None
        said: dict[str, str] = json.loads(self.process.stdout.readline())
        return said

    def workers(self) -> list[psutil.Process]:
        return [
            child for child in psutil.Process(self.process.pid).children() if "cco.worker" in child.cmdline()
        ]

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def products(home: Path) -> Iterator[Callable[[], Product]]:
    started: list[Product] = []

    def start() -> Product:
        started.append(Product(home))
        return started[-1]

    yield start
    for product in started:
        if product.process.poll() is None:
            product.end()
    with EmbeddedPostgres(home).running():
        pass
    assert not EmbeddedPostgres(home).alive()


def test_a_second_start_on_a_home_is_refused_and_told_where_the_first_is(
    products: Callable[[], Product], home: Path
) -> None:
    first = products()
    url = first.said()["url"]
    assert running(home) == (first.process.pid, url)
    second = products()
    error = second.said()["error"]
    assert f"process {first.process.pid}" in error
    assert url in error
    assert second.process.wait(30) == 1
    second.process.communicate()
    assert first.end() == 0
    assert running(home) is None


def test_the_product_heals_when_a_part_is_killed_and_stops_as_a_whole(
    products: Callable[[], Product], home: Path, eventually: Eventually
) -> None:
    product = products()
    product.said()
    server = EmbeddedPostgres(home)
    eventually(product.workers, "the worker runs")
    (worker,) = product.workers()
    postmaster = server.pid()
    assert postmaster is not None
    worker.kill()
    eventually(lambda: [w.pid for w in product.workers()] not in ([], [worker.pid]), "another worker")
    os.kill(postmaster, signal.SIGKILL)
    eventually(lambda: server.pid() not in (None, postmaster), "another postmaster")
    family = psutil.Process(product.process.pid).children(recursive=True)
    assert product.end() == 0
    assert not server.alive()
    assert not any(process.is_running() for process in family)


def test_a_killed_product_leaves_nothing_running_and_starts_again(
    products: Callable[[], Product], home: Path, eventually: Eventually
) -> None:
    first = products()
    first.said()
    eventually(first.workers, "the worker runs")
    (worker,) = first.workers()
    first.process.kill()
    first.process.communicate()
    eventually(lambda: not worker.is_running(), "the worker ended with its parent")
    assert running(home) is None
    second = products()
    assert "url" in second.said()
    assert second.end() == 0


def test_ctrl_c_stops_everything_in_good_order(
    products: Callable[[], Product], home: Path, eventually: Eventually
) -> None:
    product = products()
    product.said()
    eventually(product.workers, "the worker runs")
    (worker,) = product.workers()
    os.killpg(product.process.pid, signal.SIGINT)
    product.process.communicate(timeout=60)
    assert product.process.returncode == 0
    assert not worker.is_running()
    assert not EmbeddedPostgres(home).alive()


def test_the_lock_of_a_dead_process_is_nobody_s(home: Path) -> None:
    (home / "run").mkdir()
    (home / "run" / "up.lock").write_text(json.dumps({"pid": os.getpid(), "url": "http://gone"}))
    assert running(home) is None
    with alone(home) as tell:
        tell("http://here")
        assert running(home) == (os.getpid(), "http://here")
        with pytest.raises(Conflict, match="http://here"), alone(home):
            pass
    assert running(home) is None


def test_a_home_that_nobody_has_used_runs_nothing(tmp_path: Path) -> None:
    assert running(tmp_path / "none") is None


def test_a_start_that_has_no_address_yet_is_named_by_its_process(home: Path) -> None:
    with alone(home), pytest.raises(Conflict, match=f"process {os.getpid()}") as caught, alone(home):
        pass
    assert "Wait for it" in caught.value.remedy


def test_a_killed_child_is_started_again(eventually: Eventually) -> None:
    keeper = Keeper(Command("sleeper", SLEEPER))
    keeper.start()
    eventually(lambda: keeper.pid, "it runs")
    first = keeper.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    eventually(lambda: keeper.pid not in (None, first), "it runs again")
    second = keeper.pid
    keeper.stop()
    assert keeper.restarts == 1
    assert second is not None
    assert not psutil.pid_exists(second)


def test_a_child_that_fails_at_once_is_not_started_in_a_hurry() -> None:
    keeper = Keeper(Command("broken", (sys.executable, "-c", "raise SystemExit(3)")))
    keeper.start()
    time.sleep(2)
    keeper.stop()
    assert 1 <= keeper.restarts <= 4


def test_a_child_that_is_not_there_is_no_end_of_the_world(eventually: Eventually) -> None:
    keeper = Keeper(Command("missing", ("/no/such/program",)))
    keeper.start()
    eventually(lambda: keeper.restarts >= 1, "it was tried again")
    assert keeper.pid is None
    keeper.stop()


def test_a_child_that_will_not_end_is_made_to(eventually: Eventually) -> None:
    keeper = Keeper(Command("stubborn", STUBBORN, grace=0.5))
    keeper.start()
    eventually(lambda: keeper.pid, "it runs")
    time.sleep(0.3)
    pid = keeper.pid
    keeper.stop()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_guard_goes_on_when_healing_fails(eventually: Eventually) -> None:
    calls: list[bool] = []

    def heal() -> bool:
        calls.append(True)
        if len(calls) == 1:
            return True
        raise Unavailable("still broken")

    guard = Guard("thing", heal, seconds=0.01)
    guard.start()
    eventually(lambda: len(calls) >= 2, "it was healed, and tried again")
    guard.stop()


def test_a_taken_port_is_refused_when_chosen_and_passed_over_when_not() -> None:
    with listen("127.0.0.1", 0, chosen=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=str(port)):
            listen("127.0.0.1", port, chosen=True)
        with listen("127.0.0.1", port, chosen=False) as other:
            assert other.getsockname()[1] != port


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no address"):
        listen("192.0.2.1", 0, chosen=True)
    with pytest.raises(InvalidInput, match="no address"):
        listen("no-such-host.invalid", 0, chosen=True)


def test_the_url_is_one_that_a_browser_can_open() -> None:
    with supervised(host="0.0.0.0", port=0, port_was_chosen=True) as up:
        assert up.url.startswith("http://127.0.0.1:")
        socket.create_connection(("127.0.0.1", up.socket.getsockname()[1]), timeout=5).close()


def test_children_live_within_the_block(eventually: Eventually) -> None:
    threads = threading.active_count()
    with supervised(
        host="127.0.0.1", port=0, port_was_chosen=True, children=[Command("sleeper", SLEEPER)]
    ) as up:
        eventually(lambda: up.keepers["sleeper"].pid, "it runs")
        pid = up.keepers["sleeper"].pid
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert threading.active_count() == threads


def test_modules_of_ours_run_with_this_python() -> None:
    assert python("cco.worker", "ring") == (sys.executable, "-m", "cco.worker", "ring")
