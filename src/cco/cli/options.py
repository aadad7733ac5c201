"""Options that several commands have in common."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]

Org = Annotated[
    str,
    typer.Option("--org", metavar="NAME", help="The organisation: default, demo (simulated) or another."),
]


def examples(*lines: str) -> str:
    """The end of a help text: a heading and one command a line."""
    return "[bold]Examples[/]\n\n" + "\n\n".join(f"  [green]{line}[/]" for line in lines)
