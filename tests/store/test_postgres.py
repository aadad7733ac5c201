"""The embedded server: started, shared, killed, healed. Each test has a home of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cco.core.errors import Conflict, Unavailable
from cco.store import launch
from cco.store.postgres import EmbeddedPostgres, socket_directory

Eventually = Callable[..., None]

USE = """
import sys, time
from pathlib import Path
import psycopg
from cco.store.postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])).running() as url:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
    print("in", flush=True)
    sys.stdin.readline()
print("out", flush=True)
"""


class User:
    """Another process that uses the server of a home."""

    def __init__(self, home: Path, *, session: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=session,
        )

    def wait_in(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "in\n"

    def leave(self) -> None:
        self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that is stopped after the test, whatever the test did to it."""
    server = EmbeddedPostgres(tmp_path / "home")
    yield server
    with server.running():
        pass
    assert not server.alive()


def works(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_it_starts_answers_and_stops(server: EmbeddedPostgres) -> None:
    assert not server.alive()
    with server.running() as url:
        assert works(url)
        assert server.alive()
        assert server.pid() is not None
    assert not server.alive()
    assert server.pid() is None


def test_data_stays_and_a_second_start_takes_less_than_a_second(server: EmbeddedPostgres) -> None:
    with server.running() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('this')")
    took = []
    for _ in range(3):  # the machine may be busy with other tests
        began = time.monotonic()
        with server.running() as url, psycopg.connect(url) as connection:
            took.append(time.monotonic() - began)
            assert connection.execute("SELECT what FROM kept").fetchone() == ("this",)
    assert min(took) < 1.0, took


def test_it_keeps_what_it_was_told_to_keep(server: EmbeddedPostgres) -> None:
    with server.running() as url, psycopg.connect(url) as connection:
        for setting, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
        }.items():
            assert connection.execute(f"SHOW {setting}").fetchone() == (value,), setting


def test_many_processes_start_it_at_once_and_the_last_one_out_stops_it(server: EmbeddedPostgres) -> None:
    users = [User(server.home) for _ in range(4)]
    for user in users:
        user.wait_in()
    pid = server.pid()
    for user in users[:-1]:
        user.leave()
    assert server.pid() == pid
    users[-1].leave()
    assert not server.alive()


def test_many_threads_share_it(server: EmbeddedPostgres) -> None:
    def use(_: int) -> bool:
        with server.running() as url:
            return works(url)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(use, range(12)))
    assert not server.alive()


def test_a_server_left_by_a_killed_process_is_adopted(server: EmbeddedPostgres) -> None:
    user = User(server.home)
    user.wait_in()
    user.kill()
    orphan = server.pid()
    assert orphan is not None
    with server.running() as url:
        assert server.pid() == orphan
        assert works(url)
    assert not server.alive()


def test_ctrl_c_in_the_terminal_does_not_reach_it(server: EmbeddedPostgres) -> None:
    user = User(server.home, session=True)
    user.wait_in()
    pid = server.pid()
    assert pid is not None
    assert os.getpgid(pid) != os.getpgid(user.process.pid)
    assert os.getsid(pid) != os.getsid(user.process.pid)
    with server.running() as url:
        os.killpg(user.process.pid, signal.SIGINT)
        user.process.communicate()
        assert server.pid() == pid
        assert works(url)


def test_a_killed_postmaster_is_healed_and_committed_data_is_there(
    server: EmbeddedPostgres, eventually: Eventually
) -> None:
    with server.running() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        assert server.heal() is False
        pid = server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not server.alive(), "its processes ended")
        assert server.heal() is True
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
        assert server.pid() != pid


def test_everything_killed_at_once_starts_again(server: EmbeddedPostgres) -> None:
    user = User(server.home)
    user.wait_in()
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    user.kill()
    with server.running() as url:
        assert works(url)


def test_a_stale_pid_file_that_names_a_living_process_does_not_stop_it(server: EmbeddedPostgres) -> None:
    with server.running():
        pass
    # As after a reboot, when the number belongs to something else: here to this test.
    (server.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{server.data}\n1700000000\n5432\n{server.sockets}\n\n  1 2\nready   \n"
    )
    (server.sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{server.data}\n1700000000\n5432\n")
    (server.sockets / ".s.PGSQL.5432").touch()
    with server.running() as url:
        assert works(url)


def test_an_interrupted_first_start_is_begun_again(server: EmbeddedPostgres) -> None:
    half = server.home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with server.running() as url:
        assert works(url)
    assert not half.exists()


def test_a_home_with_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    home = tmp_path / ("a" * 60) / ("b" * 60)
    server = EmbeddedPostgres(home)
    assert server.sockets != server.run
    assert server.sockets == socket_directory(server.run)
    with server.running() as url:
        assert works(url)
        assert server.sockets.stat().st_mode & 0o077 == 0


def test_a_socket_directory_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("a" * 60) / ("b" * 60))
    server.sockets.mkdir()
    server.sockets.chmod(0o777)
    try:
        with pytest.raises(Unavailable, match="can't be used"), server.running():
            pass
    finally:
        server.sockets.rmdir()


def test_a_home_that_is_a_file_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(Unavailable, match="CCO_HOME"), EmbeddedPostgres(tmp_path / "home").running():
        pass


def test_data_of_another_version_is_left_alone(server: EmbeddedPostgres) -> None:
    with server.running():
        pass
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Conflict, match="PostgreSQL 16"), server.running():
        pass
    (server.data / "PG_VERSION").write_text("18\n")


def test_a_server_that_can_not_start_says_why(server: EmbeddedPostgres) -> None:
    bad = EmbeddedPostgres(server.home, options={"shared_buffers": "nonsense"})
    with pytest.raises(Unavailable, match="shared_buffers") as caught, bad.running():
        pass
    assert str(server.log) in caught.value.remedy
    assert not bad.alive()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over its files")
def test_root_without_namespaces_becomes_nobody(tmp_path: Path) -> None:
    # pytest's temporary directories are closed to others; where nobody can't go, it says so.
    open_to_all = Path(f"/tmp/cco-launch-{os.getpid()}")
    open_to_all.mkdir(mode=0o755)
    data = open_to_all / "data"
    (data / "below").mkdir(parents=True)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import launch, os\n"
        "launch.hand_over([sys.argv[2]], launch.NOBODY)\n"
        "launch.become_nobody('/bin/true', [sys.argv[3]])\n"
        "print(os.geteuid(), os.getegid(), os.getgroups())"
    )

    def run(needs: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                script,
                str(Path(launch.__file__).parent),
                str(data),
                str(needs),
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        assert run(data).stdout == "65534 65534 []\n"
        assert (data / "below").stat().st_uid == launch.NOBODY
        assert run(tmp_path).returncode == launch.CAN_NOT_BECOME
        launch.hand_over([str(data)], 0)
        assert (data / "below").stat().st_uid == 0
    finally:
        subprocess.run(["rm", "-rf", str(open_to_all)], check=True)
