"""``cco doctor`` finds what is broken, and says how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cco.store.database import head, migrate
from cco.store.postgres import EmbeddedPostgres
from cco.wiring import opened, read_settings
from tests.cli.conftest import Cli, Focus

pytestmark = pytest.mark.integration


def checks(cli: Cli, *, code: int = 0) -> dict[str, dict[str, Any]]:
    """The findings by check."""
    said = cli("doctor", "--json")
    assert said.code == code, said
    found = said.object
    assert found["ok"] is (code == 0)
    for each in found["checks"]:
        assert set(each) == {"check", "status", "message", "remedy"}
        assert each["status"] in ("ok", "note", "warning", "failed")
    return {each["check"]: each for each in found["checks"]}


def test_a_new_home_is_in_order(cold: Cli) -> None:
    found = checks(cold)
    assert found["migrations"]["status"] == "note"
    assert found["database"]["status"] == "ok"
    assert not EmbeddedPostgres(cold.home).alive()


def test_a_home_with_data_is_in_order_and_people_can_read_it(cli: Cli, focus: Focus) -> None:
    cli.ok("ingest", str(focus("doctor/a.csv", "1", "2")))
    found = checks(cli)
    assert found["lake"]["message"].startswith("2 charges in 1 file")
    assert {"python", "settings", "home", "disk", "memory", "dashboard", "port", "worker", "users"} <= set(
        found
    )
    said = cli.ok("doctor")
    assert said.err == ""
    assert "✓ database" in said.out


def test_damage_in_the_lake_is_found(cli: Cli, focus: Focus) -> None:
    cli.ok("ingest", str(focus("damage/a.csv", "1", account="damage")))
    with opened(read_settings(home=cli.home)) as wiring:
        paths = [Path(file.path) for file in wiring.lake.snapshot().files]
    path = paths[0]
    hidden = path.with_suffix(".hidden")
    path.rename(hidden)
    try:
        lake = checks(cli, code=1)["lake"]
        assert "missing" in lake["message"]
        assert str(path) in lake["message"]
        assert lake["remedy"]
        path.write_bytes(b"PAR1 and nothing else PAR1")
        assert checks(cli, code=1)["lake"]["status"] == "failed"
    finally:
        hidden.replace(path)
    assert checks(cli)["lake"]["status"] == "ok"


def test_stores_that_do_not_answer_are_told_without_their_password(cold: Cli) -> None:
    broken = Cli(
        cold.home,
        (
            ("CCO_DATABASE_URL", "postgresql://cco:secret@127.0.0.1:1/cco"),
            ("CCO_REDIS_URL", "redis://:secret@127.0.0.1:1/0"),
        ),
    )
    said = broken("doctor", "--json")
    assert said.code == 1
    assert "secret" not in said.out + said.err
    found = {each["check"]: each["status"] for each in said.object["checks"]}
    assert (found["database"], found["redis"]) == ("failed", "failed")


def test_a_wrong_setting_and_an_open_address_are_found(cold: Cli) -> None:
    found = checks(Cli(cold.home, (("CCO_PORT", "http"),)), code=1)
    assert found["settings"]["status"] == "failed"
    assert "CCO_PORT" in found["settings"]["message"]
    cold.home.mkdir()
    key = cold.home / "secret.key"
    key.write_text("x")
    key.chmod(0o644)
    found = checks(Cli(cold.home, (("CCO_HOST", "0.0.0.0"),)))
    assert (found["address"]["status"], found["home"]["status"]) == ("warning", "warning")


def test_tables_of_another_version_are_found_and_migrated(cold: Cli) -> None:
    assert cold.ok("migrate", "--json").object == {"from": None, "to": head(), "changed": True}
    assert cold.ok("migrate", "--json").object["changed"] is False
    assert "already" in cold.ok("migrate").out
    with EmbeddedPostgres(cold.home).running() as url:
        migrate(url, "0001")
        found = checks(cold)["migrations"]
        assert (found["status"], found["remedy"]) == ("warning", f"Run `cco migrate` to reach {head()}.")
        assert cold.ok("migrate").out == f"The tables went from migration 0001 to {head()}.\n"
