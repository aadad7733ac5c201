"""``cco users``: whoever can type commands on this machine may decide who signs in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cco import supervise
from cco.cli import session, terminal
from cco.cli.terminal import DONE
from cco.core.errors import Conflict, NotFound
from cco.core.role import Role
from cco.store.database import Session
from cco.store.identity import (
    Identity,
    Invite,
    Member,
    Person,
    Principal,
    demo_link,
    email_address,
    first_start,
    link_url,
)
from cco.store.orgs import Org
from cco.wiring import Wiring

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
ACTOR: Final = "cli"
"""Who the audit log says it was."""


def show(*, org: str, as_json: bool) -> int:
    """The members and the open invitations."""
    with session.stores() as wiring:
        found = session.organisation(wiring.database, org)
        with wiring.database.transaction() as transaction:
            identity = Identity(transaction, wiring.clock)
            members, invites = identity.members(found.id), identity.invites(found.id)
    if as_json:
        terminal.print_json(
            {
                "org": found.slug,
                "users": [member_object(member) for member in members],
                "invites": [invite_object(invite) for invite in invites],
            }
        )
        return DONE
    made = terminal.table("E-mail", "Name", "Role", "Signed in", "State")
    for member in members:
        state = "disabled" if member.disabled else "active"
        terminal.row(
            made, [member.user.email, member.user.name, member.role, _when(member.last_sign_in_at), state]
        )
    for invite in invites:
        terminal.row(made, [invite.email, "", invite.role, "", f"invited until {_when(invite.expires_at)}"])
    terminal.console().print(made)
    if not members:
        terminal.say("Nobody can sign in yet: `cco users link` makes the set-up link.")
    return DONE


def add(email: str, *, role: str, org: str, as_json: bool) -> int:
    """Invites somebody."""
    with session.stores() as wiring:
        found = session.real_organisation(wiring.database, org)
        with wiring.database.transaction() as transaction:
            invite, token = Identity(transaction, wiring.clock).invite(
                operator(transaction, wiring, found), email, Role(role)
            )
        url = link_url(base_url(wiring), token)
        tell_link(wiring, invite, url, f"{invite.email} joins {found.name} as {role} with", as_json=as_json)
    return DONE


def change(email: str, *, role: str | None, disabled: bool | None, org: str, as_json: bool) -> int:
    """Changes what somebody may do, or whether they may come in."""
    with session.stores() as wiring:
        found = session.real_organisation(wiring.database, org)
        with wiring.database.transaction() as transaction:
            identity = Identity(transaction, wiring.clock)
            member = named(identity.members(found.id), email)
            changed = identity.change_member(
                operator(transaction, wiring, found),
                member.user.id,
                role=None if role is None else Role(role),
                disabled=disabled,
            )
    if as_json:
        terminal.print_json(member_object(changed))
    elif disabled is None:
        terminal.console().print(f"{changed.user.email} is {changed.role} now.", markup=False)
    else:
        said = "can't sign in any more" if changed.disabled else "can sign in again"
        terminal.console().print(f"{changed.user.email} {said}.", markup=False)
    return DONE


def link(email: str | None, *, for_demo: bool, org: str, as_json: bool) -> int:
    """A new link: into the demo, for the first admin, for an invited person or a new password."""
    with session.stores() as wiring:
        base = base_url(wiring)
        if for_demo:
            with wiring.database.transaction() as transaction:
                url = demo_link(transaction, wiring.clock, base)
            tell_link(wiring, None, url, "For a week the demo opens with", as_json=as_json)
        elif email is None:
            with wiring.database.transaction() as transaction:
                setup = first_start(transaction, wiring.clock, base)
            if setup is None:
                raise Conflict(
                    "The product is set up already.",
                    remedy="Name the person who needs a link: `cco users link EMAIL`.",
                    code="set-up-already",
                )
            tell_link(
                wiring, None, setup, "Once, and within a day, the first account is made with", as_json=as_json
            )
        else:
            found = session.real_organisation(wiring.database, org)
            with wiring.database.transaction() as transaction:
                invite, token = _renewed(transaction, wiring, found, email)
            url = link_url(base, token)
            tell_link(wiring, invite, url, f"Once, {invite.email} chooses a password with", as_json=as_json)
    return DONE


def _renewed(transaction: Session, wiring: Wiring, org: Org, email: str) -> tuple[Invite, str]:
    identity = Identity(transaction, wiring.clock)
    who = operator(transaction, wiring, org)
    address = email_address(email)
    for open_invite in identity.invites(org.id):
        if open_invite.email == address:
            return identity.invite(who, address, open_invite.role)
    return identity.new_password_token(who, named(identity.members(org.id), address).user.id)


def operator(transaction: Session, wiring: Wiring, org: Org) -> Principal:
    """Whoever types this, with the rights of the organisation's first admin and a name of their own in
    the audit log."""
    members = Identity(transaction, wiring.clock).members(org.id)
    admins = [member for member in members if member.role is Role.ADMIN and not member.disabled]
    user = admins[0].user if admins else Person(NOBODY, "", "")
    return Principal(user, org, Role.ADMIN, session_id=None, token_id=None, actor=ACTOR)


def named(members: list[Member], email: str) -> Member:
    """The member of this address. Raises NotFound, naming who there is."""
    address = email_address(email)
    for member in members:
        if member.user.email == address:
            return member
    there = ", ".join(member.user.email for member in members[:5]) or "nobody yet"
    raise NotFound(
        f"{address} is not a member.",
        remedy=f"There is {there}; `cco users add` invites others.",
        code="no-user",
    )


def base_url(wiring: Wiring) -> str:
    """Where the dashboard is, or will be."""
    settings = wiring.settings
    if settings.public_url:
        return settings.public_url
    running = supervise.running(settings.home)
    if running is not None and running[1]:
        return running[1]
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}"


def tell_link(wiring: Wiring, invite: Invite | None, url: str, words: str, *, as_json: bool) -> None:
    """The link, which is told only now."""
    if as_json:
        terminal.print_json({"link": url} | ({} if invite is None else invite_object(invite)))
        return
    terminal.say(f"{words}:")
    terminal.console().print(url, soft_wrap=True, markup=False)
    if supervise.running(wiring.settings.home) is None and not wiring.settings.public_url:
        terminal.say("It works while `cco up` runs.")


def member_object(member: Member) -> dict[str, Any]:
    """A member as programs read it."""
    return {
        "id": member.user.id,
        "email": member.user.email,
        "name": member.user.name,
        "role": member.role.value,
        "disabled": member.disabled,
        "created_at": member.created_at.isoformat(),
        "last_sign_in_at": None if member.last_sign_in_at is None else member.last_sign_in_at.isoformat(),
    }


def invite_object(invite: Invite) -> dict[str, Any]:
    """An invitation as programs read it."""
    return {"email": invite.email, "role": invite.role.value, "expires_at": invite.expires_at.isoformat()}


def _when(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
