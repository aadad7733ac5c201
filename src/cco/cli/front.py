"""What ``cco`` can do, and with which options. What the commands do is in the modules named like them,
which are read when they are needed: a help text does not wait for the stores."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.exceptions import TyperException

from cco import __version__
from cco.cli import front_sources, front_users
from cco.cli.lazily import later
from cco.cli.options import AsJson, Org, examples
from cco.cli.terminal import DONE, FAILED, INTERRUPTED, complain, exit_code, print_json
from cco.core.errors import CcoError, InvalidInput

if TYPE_CHECKING:
    from cco.cli import costs, demo, doctor, ingest, stores, up
else:
    costs, demo, doctor, ingest, stores, up = (
        later(f"cco.cli.{name}") for name in ("costs", "demo", "doctor", "ingest", "stores", "up")
    )

PROGRAM: Final = "cco"

app = typer.Typer(
    name=PROGRAM,
    help="From a cloud bill to a proven saving, on AWS, Azure and GCP.",
    epilog="State lives in CCO_HOME (default ~/.cco). Every command works with or without a running "
    "[bold]cco up[/], and takes [bold]--json[/]. Exit codes: 0 done, 1 it could not be done, 2 the command "
    "or a setting is wrong.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(front_sources.app, name="sources", rich_help_panel="Bills")
app.add_typer(front_users.app, name="users", rich_help_panel="People")


class Metric(StrEnum):
    """Which of the four costs of FOCUS."""

    BILLED = "billed"
    EFFECTIVE = "effective"
    LIST = "list"
    CONTRACTED = "contracted"


class Granularity(StrEnum):
    """How a window is cut into rows."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@app.command(
    "up",
    rich_help_panel="Product",
    epilog=examples("cco up", "cco up --port 9000 --no-demo", "CCO_HOME=/srv/cco cco up --host 0.0.0.0"),
)
def _up(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port; 0 takes any free one.", show_default="8080"),
    ] = None,
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Load the simulated company when there is no data yet.")
    ] = True,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run jobs here, or leave them to workers elsewhere.")
    ] = True,
    open_browser: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open a browser; by default where there is a display."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Start everything: database, worker, API and dashboard. Ctrl-C stops it.

    The first start prints a one-time link that sets up your account.

    A second link opens the demo, a simulated company that loads while you look around.
    """
    return up.run(
        host=host,
        port=port,
        with_demo=with_demo,
        with_worker=with_worker,
        open_browser=open_browser,
        as_json=as_json,
    )


@app.command(
    "demo", rich_help_panel="Product", epilog=examples("cco demo", "cco demo --reset", "cco costs --org demo")
)
def _demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Remove its charges first and load all anew.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Load the simulated company into the organisation demo, or bring it up to yesterday."""
    return demo.run(reset=reset, as_json=as_json)


@app.command(
    "ingest",
    rich_help_panel="Bills",
    epilog=examples(
        "cco ingest focus-2026-10.csv.gz",
        "cco ingest ~/bills",
        "cco ingest '~/bills/2026-*/*.parquet' --json",
        "cco ingest s3://my-exports/cur2/ --org emea",
    ),
)
def _ingest(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH…", help="Files, folders, globs or s3://bucket/prefix.")
    ],
    org: Org = "default",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="A bill that another file brought already takes that one's place."),
    ] = False,
    add: Annotated[
        bool, typer.Option("--add", help="Count a bill that another file brought already once more.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Load bills: FOCUS 1.0–1.3, AWS CUR, Azure and Google Cloud exports, as CSV, JSON lines or Parquet.

    The format is recognised from the content, not from the name.

    The same file twice changes nothing; a newer delivery of a billing period replaces the older one.

    Fails where a file was rejected. With --json one object a load, each on a line.
    """
    if replace and add:
        raise InvalidInput("--replace and --add exclude each other.", remedy="Choose one of them.")
    return ingest.run(
        paths, org=org, overlapping="replace" if replace else "add" if add else "refuse", as_json=as_json
    )


@app.command(
    "costs",
    rich_help_panel="Bills",
    epilog=examples(
        "cco costs",
        "cco costs --group-by SubAccountId --group-by tag:team --from 2026-10 --to 2026-11",
        "cco costs --filter 'ServiceName=Amazon EC2' --granularity day --csv",
        "cco costs -g ServiceName --from 2024-09-01 --to 2024-10-01 --metric billed --json",
    ),
)
def _costs(
    group_by: Annotated[
        list[str] | None,
        typer.Option(
            "--group-by",
            "-g",
            metavar="DIMENSION",
            help="A FOCUS column or tag:KEY; up to three times.",
            show_default="ServiceName",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="First day, or month.", show_default="month of the newest"
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="The day after the last one (exclusive)."),
    ] = None,
    metric: Annotated[Metric, typer.Option(help="Which cost.")] = Metric.EFFECTIVE,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            "-f",
            metavar="DIMENSION=VALUE",
            help="Also DIMENSION=not=VALUE, DIMENSION=missing=, DIMENSION=present=. Repeat to narrow.",
        ),
    ] = None,
    granularity: Annotated[Granularity | None, typer.Option(help="One row per day, week or month.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="The largest groups only.", show_default="20 in the table, else all"),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Report in this currency.", show_default="the organisation's"),
    ] = None,
    org: Org = "default",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> int:
    """What was charged, by any dimension: a table with shares and trends, JSON or CSV.

    Amounts are exact. Without an exchange rate an amount is unknown, not zero, and the answer says so.
    """
    if as_json and as_csv:
        raise InvalidInput("--json and --csv exclude each other.", remedy="Choose one of them.")
    return costs.run(
        costs.Question(
            group_by=tuple(group_by or ()),
            start=start,
            end=end,
            metric=metric.value,
            filters=tuple(filters or ()),
            granularity=None if granularity is None else granularity.value,
            limit=limit,
            currency=currency,
            org=org,
        ),
        shape="json" if as_json else "csv" if as_csv else "table",
    )


@app.command("doctor", rich_help_panel="Product", epilog=examples("cco doctor", "cco doctor --json"))
def _doctor(as_json: AsJson = False) -> int:
    """Check everything, and say how to mend what is not right. Fails where something must be mended."""
    return doctor.run(as_json=as_json)


@app.command("migrate", rich_help_panel="Operations", epilog=examples("cco migrate"))
def _migrate(as_json: AsJson = False) -> int:
    """Bring the database's tables to this version. `cco up` and every other command do it by themselves."""
    return stores.migrate(as_json=as_json)


@app.command(
    "worker",
    rich_help_panel="Operations",
    epilog=examples("cco worker", "CCO_REDIS_URL=redis://… cco worker"),
)
def _worker() -> int:
    """Run jobs until stopped, as the worker of `cco up` does; with CCO_REDIS_URL a Celery worker."""
    return stores.worker()


@app.command("version", rich_help_panel="Product", epilog=examples("cco version"))
def _version(as_json: AsJson = False) -> None:
    """Print the version."""
    if as_json:
        print_json({"name": "cloud-cost-optimizer", "version": __version__})
    else:
        typer.echo(__version__)


def main() -> None:
    """Runs the command line and exits."""
    as_json = wants_json(sys.argv[1:])
    sys.exit(outcome(lambda: app(prog_name=PROGRAM, standalone_mode=False), as_json=as_json))


def wants_json(arguments: list[str]) -> bool:
    """Whether errors too should be objects."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in before


def outcome(command: Callable[[], object], *, as_json: bool) -> int:
    """The exit code of a command, its failures told as one message each."""
    try:
        found = command()
        sys.stdout.flush()
    except TyperException as error:
        return _misused(error, as_json=as_json)
    except typer.Abort:
        return INTERRUPTED
    except CcoError as error:
        complain(error, as_json=as_json)
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our answer has enough of it, as `head` does; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001  (the last place that can tell it properly)
        return _unforeseen(error, as_json=as_json)
    return found if isinstance(found, int) else DONE


def _misused(error: TyperException, *, as_json: bool) -> int:
    message = error.format_message().replace("Value error, ", "")
    if not message:
        return DONE  # no command was named, and the help text stands there already
    context = getattr(error, "ctx", None)
    told = context.command_path if context is not None else PROGRAM
    complain(
        InvalidInput(message, remedy=f"`{told} --help` tells how it is used.", code="usage"),
        as_json=as_json,
    )
    return error.exit_code


def _unforeseen(error: Exception, *, as_json: bool) -> int:
    """A fault of ours: what a report needs goes to standard error."""
    traceback.print_exception(error, file=sys.stderr)
    told = CcoError(
        f"Something unforeseen went wrong ({type(error).__name__}).",
        remedy="Please report it, with what stands above and the output of `cco doctor`.",
        code="internal",
    )
    complain(told, as_json=as_json)
    return FAILED
