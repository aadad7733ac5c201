"""The options of ``cco users``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cco.cli.lazily import later
from cco.cli.options import AsJson, Org, examples

if TYPE_CHECKING:
    from cco.cli import users
else:
    users = later("cco.cli.users")

app = typer.Typer(
    help="Who may sign in: list, add, role, disable, enable, link.",
    no_args_is_help=True,
    epilog=examples(
        "cco users list", "cco users add ada@example.com --role analyst", "cco users link ada@example.com"
    ),
)


class RoleName(StrEnum):
    """viewer reads; analyst also loads and exports; admin everything."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")]


@app.command("list", epilog=examples("cco users list", "cco users list --json"))
def _list(org: Org = "default", as_json: AsJson = False) -> int:
    """The organisation's users and open invitations."""
    return users.show(org=org, as_json=as_json)


@app.command(
    "add", epilog=examples("cco users add ada@example.com", "cco users add ada@example.com --role admin")
)
def _add(
    email: Email,
    role: Annotated[RoleName, typer.Option(help="What they may do.")] = RoleName.VIEWER,
    org: Org = "default",
    as_json: AsJson = False,
) -> int:
    """Invite somebody: prints a one-time link with which they choose a password."""
    return users.add(email, role=role.value, org=org, as_json=as_json)


@app.command("role", epilog=examples("cco users role ada@example.com admin"))
def _role(
    email: Email,
    role: Annotated[RoleName, typer.Argument(help="What they may do from now on.")],
    org: Org = "default",
    as_json: AsJson = False,
) -> int:
    """Change what somebody may do."""
    return users.change(email, role=role.value, disabled=None, org=org, as_json=as_json)


@app.command("disable", epilog=examples("cco users disable ada@example.com"))
def _disable(email: Email, org: Org = "default", as_json: AsJson = False) -> int:
    """Shut somebody out at once; what they did stays."""
    return users.change(email, role=None, disabled=True, org=org, as_json=as_json)


@app.command("enable", epilog=examples("cco users enable ada@example.com"))
def _enable(email: Email, org: Org = "default", as_json: AsJson = False) -> int:
    """Let somebody in again."""
    return users.change(email, role=None, disabled=False, org=org, as_json=as_json)


@app.command("link", epilog=examples("cco users link ada@example.com", "cco users link --demo"))
def _link(
    email: Annotated[
        str | None,
        typer.Argument(
            metavar="[EMAIL]", help="Their e-mail address; nobody's: the set-up link of a new product."
        ),
    ] = None,
    for_demo: Annotated[bool, typer.Option("--demo", help="A link that opens the demo.")] = False,
    org: Org = "default",
    as_json: AsJson = False,
) -> int:
    """Make a new sign-in link: to choose a new password, to set the product up, or to open the demo."""
    return users.link(email, for_demo=for_demo, org=org, as_json=as_json)
