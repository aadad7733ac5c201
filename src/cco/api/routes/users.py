"""The people of the organisation, and oneself."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Depends, Request

from cco.api import present
from cco.api.deps import Caller, Id, Transaction, Wired, may
from cco.api.errors import problems
from cco.api.schemas.identity import (
    InviteIn,
    InviteLink,
    Member,
    MemberPatch,
    Members,
    PasswordIn,
    ProfilePatch,
    User,
)
from cco.core.errors import InvalidInput, NotAllowed, TooMany
from cco.core.role import Role
from cco.store import passwords
from cco.store.identity import Identity, Invite, link_url
from cco.store.throttle import Limit, Throttle
from cco.wiring import Wiring

router = APIRouter(prefix="/users", tags=["users"])
_VIEWER = [Depends(may(Role.VIEWER))]
_ADMIN = [Depends(may(Role.ADMIN))]

TRIES = 10
WINDOW = timedelta(minutes=15)


@router.get("", summary="The people of the organisation", dependencies=_ADMIN)
def users(who: Caller, session: Transaction, wiring: Wired) -> Members:
    """Members and open invitations, by e-mail."""
    identity = Identity(session, wiring.clock)
    return Members(
        members=[present.member(one) for one in identity.members(who.org.id)],
        invites=[present.invite(one) for one in identity.invites(who.org.id)],
    )


@router.post(
    "/invites", summary="Invite somebody", status_code=201, dependencies=_ADMIN, responses=problems(409)
)
def invite_user(
    request: Request, body: InviteIn, who: Caller, session: Transaction, wiring: Wired
) -> InviteLink:
    """A one-time link for one address, good for a week; hand it to them. It is shown only now."""
    made, token = Identity(session, wiring.clock).invite(who, body.email, body.role)
    return _link(request, wiring, made, token)


@router.delete(
    "/invites/{invite_id}",
    summary="Withdraw an invitation",
    status_code=204,
    dependencies=_ADMIN,
    responses=problems(404),
)
def withdraw_invite(invite_id: Id, who: Caller, session: Transaction, wiring: Wired) -> None:
    """Its link stops working."""
    Identity(session, wiring.clock).withdraw(who, invite_id)


@router.patch("/me", summary="Change one's own name", dependencies=_VIEWER)
def change_profile(body: ProfilePatch, who: Caller, session: Transaction, wiring: Wired) -> User:
    """How others see you."""
    return present.person(Identity(session, wiring.clock).rename(who, body.name))


@router.get("/me", summary="Oneself", dependencies=_VIEWER)
def profile(who: Caller) -> User:
    """The person who asks; for an API token, its owner."""
    return present.person(who.user)


@router.post("/me/password", summary="Change one's own password", status_code=204, dependencies=_VIEWER)
def change_password(body: PasswordIn, who: Caller, wiring: Wired) -> None:
    """Every other session of yours ends."""
    if who.session_id is None:
        raise NotAllowed("An API token can't change a password.", remedy="Sign in to change it.")
    new = body.new.get_secret_value()
    passwords.accept(new, email=who.user.email)
    with wiring.database.transaction() as session:
        known = Identity(session, wiring.clock).own_password(who)
    if known.password_hash is not None:
        _count(wiring, who.user.id)
        current = body.current.get_secret_value() if body.current else ""
        if not passwords.matches(current, known.password_hash):
            raise InvalidInput(
                "The current password is another one.", remedy="Try again.", code="wrong-password"
            )
    kept = passwords.hashed(new)
    with wiring.database.transaction() as session:
        Identity(session, wiring.clock).change_password(who, kept)


def _count(wiring: Wiring, user_id: str) -> None:
    limit = Limit(f"own password {user_id}", TRIES, WINDOW)
    with wiring.database.transaction() as session:
        wait = Throttle(session).take(limit, wiring.clock.now())
    if wait is not None:
        raise TooMany("Too many tries.", remedy="Wait for a few minutes, then try again.", retry_after=wait)


@router.patch("/{user_id}", summary="Change a member", dependencies=_ADMIN, responses=problems(404, 409))
def change_user(user_id: Id, body: MemberPatch, who: Caller, session: Transaction, wiring: Wired) -> Member:
    """Their role, or whether they can sign in. The last admin stays one."""
    return present.member(
        Identity(session, wiring.clock).change_member(who, user_id, role=body.role, disabled=body.disabled)
    )


@router.post(
    "/{user_id}/link",
    summary="A link for a new password",
    status_code=201,
    dependencies=_ADMIN,
    responses=problems(404),
)
def password_link(
    request: Request, user_id: Id, who: Caller, session: Transaction, wiring: Wired
) -> InviteLink:
    """For a member who has forgotten theirs: a one-time link with which they choose another."""
    made, token = Identity(session, wiring.clock).new_password_token(who, user_id)
    return _link(request, wiring, made, token)


def _link(request: Request, wiring: Wiring, made: Invite, token: str) -> InviteLink:
    base = wiring.settings.public_url or str(request.base_url)
    return InviteLink(invite=present.invite(made), link=link_url(base, token))
