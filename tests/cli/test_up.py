"""``cco up`` from the first start to the last process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cco import supervise
from cco.store.postgres import EmbeddedPostgres
from tests.cli.conftest import Cli, Focus

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Product:
    """A running ``cco up``. told: the object it printed when it was ready."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.told["url"])

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of an address of the API."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=30) as answer:
            return answer.status, json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """The same for a body sent there."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)

    def processes(self) -> set[int]:
        """It and everything below it."""
        return {self.process.pid, *below(self.process.pid)}

    def stop(self, sign: signal.Signals) -> int:
        """Its exit code after the signal."""
        self.process.send_signal(sign)
        return self.process.wait(40)


def below(pid: int) -> set[int]:
    """All descendants of a process."""
    found: set[int] = set()
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= {int(child), *below(int(child))}
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that have not ended."""
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@contextmanager
def up(cli: Cli, *arguments: str) -> Iterator[Product]:
    """The product on a free port, killed at the end where it did not stop."""
    log = cli.home.parent / "up.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "cco", "up", "--port", "0", "--json", *arguments],
            env=cli.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, log.read_text()
            yield Product(process, json.loads(line))
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            process.stdout.close()


def test_from_the_first_start_to_the_last_process(cold: Cli, focus: Focus) -> None:
    with up(cold, "--no-demo") as product:
        assert product.told["demo_link"] is None
        assert product.told["home"] == str(cold.home)
        status, health = product.get("health/ready")
        assert (status, health["status"]) == (200, "ok")

        # The set-up link makes the first account, once.
        base, _, token = product.told["setup_link"].partition("#")
        assert base == f"{product.url}/link"
        who = {
            "email": "ada@example.com",
            "name": "Ada",
            "password": "a few unrelated words",
        }
        status, signed_in = product.post("auth/link", {"token": token, **who})
        assert (status, signed_in["user"]["email"]) == (200, "ada@example.com")

        # A second start on the same home says who is there.
        second = cold("up", "--port", "0", "--json")
        assert second.code == 1
        assert second.object["error"]["code"] == "already-running"
        assert product.url in second.object["error"]["message"]
        assert str(product.process.pid) in second.object["error"]["message"]

        # The other commands work beside it.
        assert cold.ok("ingest", str(focus("up/a.csv", "2.5")), "--json").object["status"] == "loaded"
        assert cold.ok("costs", "--json").object["total"] == "2.5"
        (member,) = cold.ok("users", "list", "--json").object["users"]
        assert member["role"] == "admin"
        assert cold.ok("users", "add", "bob@example.com", "--json").object["link"].startswith(product.url)
        checks = {each["check"]: each for each in cold.ok("doctor", "--json").object["checks"]}
        assert product.url in checks["product"]["message"]
        assert checks["worker"]["message"].startswith("at work")

        # Ctrl-C stops all of it.
        processes = product.processes()
        assert len(processes) >= 2
        assert EmbeddedPostgres(cold.home).alive()
        assert product.stop(signal.SIGINT) == 0
        assert alive(processes) == set()
        assert not EmbeddedPostgres(cold.home).alive()
        assert supervise.running(cold.home) is None

    # At the second start nobody is asked to set it up again.
    with up(cold, "--no-demo") as product:
        assert product.told["setup_link"] is None
        assert product.stop(signal.SIGTERM) == 0
    assert not EmbeddedPostgres(cold.home).alive()


def test_people_read_where_it_is_and_how_to_get_in(cold: Cli) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cco", "up", "--port", "0", "--no-demo"],
        env=cold.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line.rstrip("\n"))
        if line.startswith("Ctrl-C"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 0
    assert told[0].startswith("Cloud Cost Optimizer")
    (link,) = [line.strip() for line in told if "/link#" in line]
    assert link.startswith("http://127.0.0.1:")
    assert str(cold.home) in told[-1]
    assert link.partition("#")[2] not in errors
    assert "Traceback" not in errors


def test_a_port_that_is_taken_is_told(cold: Cli) -> None:
    taken = supervise.listen("127.0.0.1", 0, chosen=False)
    try:
        port = str(taken.getsockname()[1])
        said = cold("up", "--port", port, "--no-demo")
    finally:
        taken.close()
    assert said.code == 1
    assert f"Port {port} on 127.0.0.1 is taken" in said.err
    assert not EmbeddedPostgres(cold.home).alive()


def test_a_worker_of_its_own_works_until_it_is_asked_to_end(cold: Cli) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cco", "worker"],
        env=cold.env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "worker started" in line:
            break
    process.terminate()
    _, rest = process.communicate(timeout=40)
    assert process.returncode == 0
    assert "worker ended" in rest
    assert not EmbeddedPostgres(cold.home).alive()


@pytest.mark.timeout(400)
def test_an_empty_product_brings_the_simulated_company(cold: Cli) -> None:
    with up(cold) as product:
        base, _, token = product.told["demo_link"].partition("#")
        assert base == f"{product.url}/link"
        status, signed_in = product.post("auth/link", {"token": token})
        assert (status, signed_in["org"]["slug"]) == (200, "demo")
        # The command line finds the same job and waits for it.
        said = cold("demo", "--json", seconds=350)
        assert said.code == 0, said
        demo = said.object
        assert demo["org"] == "demo"
        assert demo["charges"] > 100_000
        assert cold("costs").err.count("--org demo") == 1
        costs = cold.ok("costs", "--org", "demo", "-g", "ProviderName", "--json").object
        assert costs["missing_rates"] == []
        assert {row["ProviderName"] for row in costs["rows"]} == {"AWS", "Microsoft", "Google Cloud"}
    again = cold.ok("demo", "--json").object
    assert (again["loaded"], again["charges"]) == (0, demo["charges"])
