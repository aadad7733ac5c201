"""What there is, how it is explained, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.main

from cco import __version__
from cco.cli import front
from cco.cli.front import outcome, wants_json
from cco.core.errors import BadFile, CcoError, InvalidInput, MissingRate, Unavailable
from tests.cli.conftest import Cli

HEAVY = ("alembic", "boto3", "celery", "duckdb", "fastapi", "psycopg", "pyarrow", "pyiceberg", "sqlalchemy")


def commands() -> Iterator[tuple[str, typer.main.TyperCommand]]:
    """Every command by its full name."""

    def below(name: str, found: object) -> Iterator[tuple[str, typer.main.TyperCommand]]:
        for each, command in getattr(found, "commands", {}).items():
            yield from below(f"{name} {each}".strip(), command)
        if not hasattr(found, "commands"):
            yield name, found  # type: ignore[misc]

    yield from below("", typer.main.get_command(front.app))


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_has_a_help_text_with_examples_and_speaks_json(
    name: str, command: typer.main.TyperCommand
) -> None:
    assert command.help, name
    assert command.epilog is not None, name
    assert f"cco {name}" in command.epilog, name
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name}: {parameter.name}"
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options or name == "worker"


def test_the_commands_of_the_issue_are_there() -> None:
    assert {name.split()[0] for name, _ in commands()} == {
        *("up", "demo", "ingest", "costs", "sources", "users", "doctor", "migrate", "worker", "version")
    }


@pytest.mark.parametrize("arguments", [["version"], ["--help"], ["costs", "--help"], ["up", "--bogus"]])
def test_what_needs_no_store_reads_no_store(arguments: list[str]) -> None:
    program = (
        "import sys; from cco.cli.front import app, outcome\n"
        f"outcome(lambda: app({arguments!r}, standalone_mode=False), as_json=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ingest", "a", "--json"], True),
        (["--json"], True),
        (["ingest", "--", "--json"], False),
        (["ingest", "json"], False),
        ([], False),
    ],
)
def test_errors_are_objects_where_json_was_asked_for(arguments: list[str], expected: bool) -> None:
    assert wants_json(arguments) is expected


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("The database does not answer."), 1),
        (CcoError("No."), 1),
        (BadFile("Empty.", file="a.csv", remedy="Export it again."), 1),
        (MissingRate("No rate."), 1),
        (InvalidInput("Not a date."), 2),
        (ZeroDivisionError("oh"), 1),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
    ],
)
@pytest.mark.filterwarnings("error")
def test_each_failure_has_its_exit_code_and_one_message(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    assert outcome(fail, as_json=True) == code
    told = capsys.readouterr().out
    if code != 130:
        (line,) = told.splitlines()
        said = json.loads(line)["error"]
        assert {"code", "message", "remedy"} <= set(said)
        assert said["message"]
    else:
        assert told == ""


def test_people_read_the_place_the_fault_and_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise BadFile("[1,2] is not a number.", file="a[1].csv", row=7, column="Cost", remedy="Mend [it].")

    assert outcome(fail, as_json=False) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "Error: a[1].csv, row 7, column Cost: [1,2] is not a number.\n→ Mend [it].\n"


@pytest.mark.integration
def test_the_version_is_told_as_text_and_as_json(cold: Cli) -> None:
    assert cold.ok("version").out == f"{__version__}\n"
    assert cold.ok("version", "--json").object == {"name": "cloud-cost-optimizer", "version": __version__}
    assert not cold.home.exists()


@pytest.mark.integration
def test_a_wrong_command_is_told_in_one_line_with_a_remedy(cold: Cli) -> None:
    said = cold("costs", "--granularity", "yearly")
    assert (said.code, said.out) == (2, "")
    assert "'yearly' is not one of 'day', 'week', 'month'" in said.err
    assert "`cco costs --help`" in said.err
    assert "Traceback" not in said.err
    told = cold("nonsense", "--json")
    assert told.code == 2
    assert told.object["error"]["code"] == "usage"


@pytest.mark.integration
def test_no_command_at_all_shows_what_there_is(cold: Cli) -> None:
    said = cold()
    assert (said.code, said.err) == (0, "")
    assert "ingest" in said.out


@pytest.mark.integration
def test_a_wrong_setting_is_named(cold: Cli) -> None:
    wrong = Cli(cold.home, (("CCO_PORT", "http"),))
    said = wrong("costs", "--json")
    assert said.code == 2
    assert said.object["error"]["message"].startswith("CCO_PORT is wrong")


@pytest.mark.integration
def test_a_home_that_can_not_be_made_is_told_without_a_traceback(cold: Cli) -> None:
    cold.home.write_text("a file is in the way")
    for command in (("costs",), ("up", "--port", "0"), ("users", "list"), ("migrate",), ("worker",)):
        said = cold(*command)
        assert said.code == 1, command
        assert "can't be used" in said.err
        assert "CCO_HOME" in said.err
        assert "Traceback" not in said.err


@pytest.mark.integration
def test_a_reader_who_leaves_early_is_no_error(cold: Cli) -> None:
    program = f"{sys.executable} -m cco --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], env=cold.env, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
