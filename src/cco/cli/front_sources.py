"""The options of ``cco sources``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cco.cli.lazily import later
from cco.cli.options import AsJson, Org, examples

if TYPE_CHECKING:
    from cco.cli import sources
else:
    sources = later("cco.cli.sources")

app = typer.Typer(
    help="The places bills come from: list, add, remove, poll.",
    no_args_is_help=True,
    epilog=examples(
        "cco sources list", "cco sources add s3://my-exports/cur2 --every 60", "cco sources poll cur2"
    ),
)

Which = Annotated[str, typer.Argument(metavar="SOURCE", help="Its name, location or id.")]


@app.command("list", epilog=examples("cco sources list", "cco sources list --org demo --json"))
def _list(org: Org = "default", as_json: AsJson = False) -> int:
    """The sources with their newest load, next poll and what is wrong."""
    return sources.show(org=org, as_json=as_json)


@app.command(
    "add",
    epilog=examples(
        "cco sources add /srv/bills --every 15",
        "cco sources add s3://my-exports/focus --name 'AWS exports' --every 60",
    ),
)
def _add(
    location: Annotated[str, typer.Argument(metavar="LOCATION", help="A folder or s3://bucket/prefix.")],
    name: Annotated[str | None, typer.Option(help="What to call it.", show_default="its last part")] = None,
    every: Annotated[
        int | None,
        typer.Option(min=1, metavar="MINUTES", help="Look for new bills this often.", show_default="never"),
    ] = None,
    org: Org = "default",
    as_json: AsJson = False,
) -> int:
    """Connect a folder or an S3 prefix. A running `cco up` or `cco worker` polls it."""
    return sources.add(location, name=name, every=every, org=org, as_json=as_json)


@app.command(
    "remove", epilog=examples("cco sources remove bills", "cco sources remove s3://my-exports/focus --yes")
)
def _remove(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    org: Org = "default",
    as_json: AsJson = False,
) -> int:
    """Disconnect a source and take its charges out of all figures. Its files stay where they are."""
    return sources.remove(which, yes=yes, org=org, as_json=as_json)


@app.command(
    "poll", epilog=examples("cco sources poll bills", "cco sources poll s3://my-exports/focus --json")
)
def _poll(which: Which, org: Org = "default", as_json: AsJson = False) -> int:
    """Look for new and changed bills now, and load them. With --json one object a load, one a line."""
    return sources.poll(which, org=org, as_json=as_json)
