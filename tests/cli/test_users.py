"""``cco users``: who may sign in, decided at the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cco.core.role import Role
from cco.store.audit import Audit
from cco.store.identity import Identity, SignedIn
from cco.store.orgs import DEFAULT, Orgs
from cco.store.passwords import hashed
from cco.wiring import Wiring, opened, read_settings
from tests.cli.conftest import Cli

pytestmark = pytest.mark.integration


@pytest.fixture
def stores(cli: Cli) -> Iterator[Wiring]:
    """The stores of the same home, to look at what a command did."""
    with opened(read_settings(home=cli.home)) as wiring:
        yield wiring


def use(stores: Wiring, link: str, email: str | None = None) -> SignedIn:
    """Follows a link as the browser does. Only the token counts, not the address."""
    with stores.database.transaction() as session:
        signed_in = Identity(session, stores.clock).use_link(
            link.partition("#")[2],
            email=email,
            name="Somebody",
            password_hash=hashed("a few unrelated words"),
            proven=False,
            user_agent=None,
        )
    assert isinstance(signed_in, SignedIn)
    return signed_in


def test_users_from_the_first_admin_to_a_new_password(cli: Cli, stores: Wiring) -> None:
    empty = cli.ok("users", "list")
    assert "cco users link" in empty.err
    assert cli.ok("users", "list", "--json").object == {"org": "default", "users": [], "invites": []}

    setup = cli.ok("users", "link", "--json").object
    first = use(stores, setup["link"], "ada@example.com")
    assert first.principal.role is Role.ADMIN
    refused = cli("users", "link", "--json")
    assert (refused.code, refused.object["error"]["code"]) == (1, "set-up-already")

    invited = cli.ok("users", "add", "Bob@Example.com", "--role", "analyst", "--json").object
    assert (invited["email"], invited["role"]) == ("bob@example.com", "analyst")
    (invite,) = cli.ok("users", "list", "--json").object["invites"]
    assert invite["email"] == "bob@example.com"
    assert "invited until" in cli.ok("users", "list").out

    # An invitation that went astray is made again, with the same role.
    again = cli.ok("users", "link", "bob@example.com", "--json").object
    assert again["role"] == "analyst"
    assert again["link"] != invited["link"]
    assert use(stores, again["link"]).principal.role is Role.ANALYST
    assert cli("users", "add", "bob@example.com").code == 1

    assert cli.ok("users", "role", "bob@example.com", "admin", "--json").object["role"] == "admin"
    assert cli.ok("users", "disable", "bob@example.com").out == "bob@example.com can't sign in any more.\n"
    last = cli("users", "disable", "ada@example.com")
    assert last.code == 1
    assert "the only admin" in last.err
    assert cli.ok("users", "enable", "bob@example.com", "--json").object["disabled"] is False
    assert cli.ok("users", "role", "bob@example.com", "viewer").out == "bob@example.com is viewer now.\n"

    fresh = cli.ok("users", "link", "ada@example.com")
    assert fresh.out.startswith("http://")
    assert "cco up" in fresh.err
    use(stores, fresh.out.strip())
    members = cli.ok("users", "list", "--json").object["users"]
    assert [(one["email"], one["role"], one["disabled"]) for one in members] == [
        ("ada@example.com", "admin", False),
        ("bob@example.com", "viewer", False),
    ]
    with stores.database.transaction() as session:
        org = Orgs(session).by_slug(DEFAULT)
        events = Audit(session).page(org.id, limit=50)
    assert {event.actor for event in events if event.action == "role-changed"} == {"cli"}


def test_nobody_of_that_address_is_told_with_who_there_is(cli: Cli) -> None:
    said = cli("users", "role", "eve@example.com", "admin", "--json")
    assert (said.code, said.object["error"]["code"]) == (1, "no-user")
    wrong = cli("users", "add", "not an address", "--json")
    assert wrong.code == 2


def test_the_demo_has_a_link_and_no_users_to_manage(cli: Cli, stores: Wiring) -> None:
    link = cli.ok("users", "link", "--demo", "--json").object["link"]
    assert use(stores, link).principal.org.is_demo
    assert cli("users", "add", "ada@example.com", "--org", "demo", "--json").object["error"]["code"] == "demo"
