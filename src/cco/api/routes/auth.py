"""Signing in and out.

The refusals here look alike on purpose: nobody learns whether an address has an account. What a refusal
must leave behind (a counted try, an ended session) is committed before it is raised.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from fastapi import APIRouter, Depends, Request, Response

from cco.api.access import ACCESS_LASTS, Claims, same_site
from cco.api.deps import Caller, RefreshCookie, Signing, Transaction, Wired, may, public
from cco.api.errors import SIGNED_IN, InvalidFields, problems
from cco.api.present import membership, org, person
from cco.api.schemas.identity import (
    AuthState,
    LinkFacts,
    LinkIn,
    LinkKind,
    LinkTokenIn,
    Session,
    SignInIn,
    SwitchIn,
)
from cco.core.errors import NotAllowed, NotAuthenticated, TooMany
from cco.core.role import Role
from cco.store import passwords
from cco.store.identity import Identity, Link, Refused, SignedIn, email_address
from cco.store.throttle import Limit, Throttle
from cco.wiring import Wiring

router = APIRouter(prefix="/auth", tags=["auth"])
_PUBLIC = [Depends(public)]

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT_AND_ADDRESS = 10
TRIES_PER_ACCOUNT = 50
TRIES_PER_ADDRESS = 100


@router.get("/state", summary="What the sign-in page shows", dependencies=_PUBLIC)
def auth_state(session: Transaction, wiring: Wired) -> AuthState:
    """Whether this installation waits for its first user, and whether it has a demo."""
    identity = Identity(session, wiring.clock)
    return AuthState(
        needs_setup=identity.needs_setup(),
        demo_available=identity.demo_available(),
        min_password_length=passwords.MIN_LENGTH,
    )


@router.post("/link/look", summary="What a link would do", dependencies=_PUBLIC, responses=problems(401, 403))
def look_at_link(request: Request, body: LinkTokenIn, wiring: Wired) -> LinkFacts:
    """Tells the page what to ask for; the link stays as it is."""
    same_site(request, wiring.settings.public_url)
    _count(wiring, _by_address(request))
    link = _found(wiring, body.token)
    return LinkFacts(
        kind=LinkKind(link.kind),
        org_name=link.org.name,
        role=link.role,
        email=link.email,
        needs_details=link.needs_details,
        expires_at=link.expires_at,
    )


@router.post("/link", summary="Use a link", dependencies=_PUBLIC, responses=problems(401, 403, 409))
def use_link(
    request: Request,
    response: Response,
    body: LinkIn,
    wiring: Wired,
    signing: Signing,
    cookie: RefreshCookie,
) -> Session:
    """Signs in with a set-up, demo or invitation link.

    A set-up link makes the first admin, an invitation a member; both take a name and a password.
    Somebody who has an account already accepts an invitation with the password they have.
    """
    same_site(request, wiring.settings.public_url)
    _count(wiring, _by_address(request))
    link = _found(wiring, body.token)
    kept: str | None = None
    proven = False
    if link.needs_details:
        email, password = _details(link, body)
        with wiring.database.transaction() as session:
            known = Identity(session, wiring.clock).known_password(email)
        if link.kind == "invite" and link.user_id is None and known is not None:
            keys = _by_account(request, email)
            _count(wiring, *keys)
            proven = passwords.matches(password, known.password_hash)
            if not proven:
                raise NotAuthenticated(
                    "This address has an account, and the password is not its own.",
                    remedy="Give the password you sign in with.",
                    code="wrong-password",
                )
        else:
            passwords.accept(password, email=email)
            kept = passwords.hashed(password)
    with wiring.database.transaction() as session:
        done = Identity(session, wiring.clock).use_link(
            body.token,
            email=body.email,
            name=body.name,
            password_hash=kept,
            proven=proven,
            user_agent=request.headers.get("user-agent"),
        )
    return _answer(request, response, done, wiring, signing, cookie, _bad_link())


@router.post("/sign-in", summary="Sign in", dependencies=_PUBLIC, responses=problems(401, 403))
def sign_in(
    request: Request,
    response: Response,
    body: SignInIn,
    wiring: Wired,
    signing: Signing,
    cookie: RefreshCookie,
) -> Session:
    """E-mail and password, for a session. Ten wrong tries of an account from one address in a
    quarter of an hour, and the next one has to wait."""
    same_site(request, wiring.settings.public_url)
    keys = _by_account(request, body.email)
    _count(wiring, *keys, _by_address(request))
    with wiring.database.transaction() as session:
        known = Identity(session, wiring.clock).known_password(body.email)
    password = body.password.get_secret_value()
    right = passwords.matches(password, known.password_hash if known else None)
    refusal = NotAuthenticated(
        "The e-mail address and the password do not belong together.",
        remedy="Try again; an admin can make you a link for a new password.",
        code="wrong-password",
    )
    with wiring.database.transaction() as session:
        identity = Identity(session, wiring.clock)
        done: SignedIn | Refused = Refused()
        if known is not None and right:
            done = identity.sign_in(known.user_id, request.headers.get("user-agent"))
        if isinstance(done, SignedIn):
            Throttle(session).clear(*(limit.key for limit in keys))
            if known is not None and known.password_hash and passwords.outdated(known.password_hash):
                identity.keep_hash(known.user_id, passwords.hashed(password))
        else:
            identity.sign_in_failed(body.email, _address(request))
    return _answer(request, response, done, wiring, signing, cookie, refusal)


@router.post("/refresh", summary="Renew the session", dependencies=_PUBLIC, responses=problems(401, 403))
def refresh(
    request: Request, response: Response, wiring: Wired, signing: Signing, cookie: RefreshCookie
) -> Session:
    """Takes the cookie and gives a new access token and a new cookie. An old cookie that comes back
    ends the session everywhere, because somebody has copied it."""
    token = cookie.read(request)
    ended = NotAuthenticated("There is no session to renew.", remedy="Sign in.", code="session-ended")
    if token is None:
        raise ended
    with wiring.database.transaction() as session:
        done = Identity(session, wiring.clock).refresh(token, request.headers.get("user-agent"))
    return _answer(request, response, done, wiring, signing, cookie, ended)


@router.post("/sign-out", summary="Sign out", status_code=204, dependencies=_PUBLIC, responses=problems(403))
def sign_out(request: Request, response: Response, wiring: Wired, cookie: RefreshCookie) -> None:
    """Ends the session of the cookie, at once. Without one nothing happens."""
    token = cookie.read(request)
    if token is not None:
        with wiring.database.transaction() as session:
            Identity(session, wiring.clock).sign_out(token)
    cookie.remove(request, response)


@router.post(
    "/switch",
    summary="Go to another organisation",
    dependencies=[Depends(may(Role.VIEWER))],
    responses=problems(*SIGNED_IN, 404),
)
def switch(
    request: Request,
    response: Response,
    body: SwitchIn,
    who: Caller,
    wiring: Wired,
    signing: Signing,
    cookie: RefreshCookie,
) -> Session:
    """A session in another organisation of yours; the present one ends."""
    same_site(request, wiring.settings.public_url)
    if who.session_id is None:
        raise NotAllowed("An API token belongs to one organisation.", remedy="Make one in the other.")
    with wiring.database.transaction() as session:
        done = Identity(session, wiring.clock).switch(who, body.org_id, request.headers.get("user-agent"))
    return _answer(request, response, done, wiring, signing, cookie, _bad_link())


def _answer(
    request: Request,
    response: Response,
    done: SignedIn | Refused,
    wiring: Wiring,
    signing: Signing,
    cookie: RefreshCookie,
    refusal: NotAuthenticated,
) -> Session:
    if isinstance(done, Refused):
        raise refusal
    who = done.principal
    claims = Claims(who.user.id, who.org.id, who.session_id or "")
    cookie.write(request, response, done.refresh, done.refresh_until)
    response.headers["Cache-Control"] = "no-store"
    return Session(
        access_token=signing.sign(claims, wiring.clock.now()),
        expires_in=int(ACCESS_LASTS.total_seconds()),
        user=person(who.user),
        org=org(who.org),
        role=who.role,
        orgs=[membership(one) for one in done.memberships],
    )


def _found(wiring: Wiring, token: str) -> Link:
    with wiring.database.transaction() as session:
        link = Identity(session, wiring.clock).look(token)
    if link is None:
        raise _bad_link()
    return link


def _bad_link() -> NotAuthenticated:
    return NotAuthenticated(
        "This link is unknown, used or over.",
        remedy="Ask for a new one; `cco up` prints links for this machine.",
        code="bad-link",
    )


def _details(link: Link, body: LinkIn) -> tuple[str, str]:
    """The address the account is for, and the password."""
    missing = [
        (f"body.{name}", "Field required")
        for name, needed in (
            ("email", link.email is None),
            ("name", link.user_id is None),
            ("password", True),
        )
        if needed and getattr(body, name) is None
    ]
    if missing:
        raise InvalidFields(
            "This link needs to know who you are.",
            missing,
            remedy="Send the missing values with the token.",
            code="details-needed",
        )
    password = body.password.get_secret_value() if body.password else ""
    return link.email or email_address(body.email or ""), password


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _by_address(request: Request) -> Limit:
    return Limit(f"sign-in address {_address(request)}", TRIES_PER_ADDRESS, WINDOW)


def _by_account(request: Request, email: str) -> tuple[Limit, Limit]:
    account = hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()
    return (
        Limit(f"sign-in account {account} {_address(request)}", TRIES_PER_ACCOUNT_AND_ADDRESS, WINDOW),
        Limit(f"sign-in account {account}", TRIES_PER_ACCOUNT, WINDOW),
    )


def _count(wiring: Wiring, *limits: Limit) -> None:
    """Counts a try against each limit, in a transaction of its own. Raises TooMany."""
    now = wiring.clock.now()
    with wiring.database.transaction() as session:
        throttle = Throttle(session)
        waits = [throttle.take(limit, now) for limit in limits]
        throttle.forget(now - 4 * WINDOW)
    longest = max((wait for wait in waits if wait is not None), default=None)
    if longest is not None:
        raise TooMany(
            "Too many tries to sign in.",
            remedy="Wait for a few minutes, then try again.",
            retry_after=longest,
        )
