"""Who people are to the rest of the product: nouns of sign-in, and the secrets they prove it with."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email

from cco.core.errors import InvalidInput
from cco.core.role import Role
from cco.store.orgs import Org
from cco.store.tables import UserRow


@dataclass(frozen=True, slots=True)
class Person:
    """A user as others see them."""

    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's role in an organisation."""

    org: Org
    role: Role


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, in which organisation, with which role.

    session_id or token_id says how they proved it; the other is None.
    """

    user: Person
    org: Org
    role: Role
    session_id: str | None
    token_id: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun or been renewed. refresh: the secret for the cookie."""

    principal: Principal
    memberships: tuple[Membership, ...]
    refresh: str
    refresh_until: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody gets in with this. reused: an old refresh token came back, and its session has ended."""

    reused: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What a link does. needs_details: the person must say their name and choose a password."""

    id: str
    kind: str
    org: Org
    role: Role
    email: str | None
    user_id: str | None
    needs_details: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against, outside of any transaction."""

    user_id: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A user of an organisation."""

    user: Person
    role: Role
    disabled: bool
    created_at: datetime
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation nobody has used yet."""

    id: str
    email: str
    role: Role
    expires_at: datetime


def email_address(text: str) -> str:
    """The address in lower case. Raises InvalidInput where it can't be one."""
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_domain_literal=True, test_environment=True
        )
    except EmailNotValidError:
        raise InvalidInput(
            f"{text.strip()!r} is not an e-mail address.", remedy="Write it like ada@example.com."
        ) from None
    return found.normalized.lower()


def link_url(base_url: str, token: str) -> str:
    """What the terminal prints. The token is in the fragment, which browsers never send or log."""
    return f"{base_url.rstrip('/')}/link#{token}"


def digest(secret: str) -> str:
    """What is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    """256 random bits as text for URLs and headers."""
    return secrets.token_urlsafe(32)


def person(row: UserRow) -> Person:
    """A user as others see them."""
    return Person(row.id, row.email, row.name)
