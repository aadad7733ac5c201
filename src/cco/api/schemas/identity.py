"""Who is asking: sessions, users, tokens and the organisation."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from cco.api.schemas.base import In, Out
from cco.core.role import Role

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: names are shown and printed, and PostgreSQL keeps no NUL."""

Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=ONE_LINE)
]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=ONE_LINE)
]
Label = PersonName
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{2,9}$")]
Password = Annotated[SecretStr, Field(max_length=1024, examples=["correct horse battery staple"])]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class LinkKind(StrEnum):
    """What a link of the terminal or of an invitation does."""

    SETUP = "setup"
    DEMO = "demo"
    INVITE = "invite"


class User(Out):
    """A person."""

    id: str
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])


class Org(Out):
    """An organisation."""

    id: str
    slug: str = Field(examples=["default"])
    name: str = Field(examples=["My organisation"])
    reporting_currency: str = Field(examples=["USD"])
    is_demo: bool = Field(description="Holds the simulated company; real bills never go here.")


class OrgMembership(Out):
    """An organisation the person can switch to."""

    org: Org
    role: Role


class Session(Out):
    """Signed in. The refresh token travels in an http-only cookie and is never in the body."""

    access_token: str = Field(description="Send as `Authorization: Bearer …`; keep it in memory only.")
    expires_in: int = Field(description="Seconds until the access token ends.", examples=[600])
    user: User
    org: Org
    role: Role
    orgs: list[OrgMembership]


class AuthState(Out):
    """What the sign-in page shows to someone who is not signed in."""

    needs_setup: bool = Field(description="Nobody has an account yet: open the link of the terminal.")
    demo_available: bool = Field(description="There is a demo; the link of the terminal opens it.")
    min_password_length: int


class LinkIn(In):
    """A link's token, and for set-up and invitation links who the person is.

    A set-up link takes all of email, name and password; an invitation takes name and password.
    """

    token: Secret
    email: Email | None = None
    name: PersonName | None = None
    password: Password | None = None


class LinkTokenIn(In):
    """A link's token."""

    token: Secret


class LinkFacts(Out):
    """What a link would do, without using it up."""

    kind: LinkKind
    org_name: str
    role: Role
    email: str | None = Field(description="Invitations are for one address.")
    needs_details: bool = Field(description="Name and password are needed to go on.")
    expires_at: datetime


class SignInIn(In):
    """E-mail and password."""

    email: Email
    password: Password


class SwitchIn(In):
    """Where to go."""

    org_id: str = Field(pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")


class DataWindow(Out):
    """What has been loaded."""

    first_day: date
    last_day: date
    charges: int
    currencies: list[str]
    loaded_at: datetime | None = Field(description="When the newest load was committed.")


class Me(Out):
    """The caller, the organisation they are in, and what it holds."""

    user: User
    org: Org
    role: Role
    orgs: list[OrgMembership]
    has_data: bool
    data: DataWindow | None
    snapshot: str = Field(description="The lake's present snapshot.")
    version: str = Field(description="Version of the product.")


class OrgPatch(In):
    """What to change; what is left out stays."""

    name: Label | None = None
    reporting_currency: Currency | None = None


class Rate(Out):
    """One unit of `currency` is worth `rate` of the reporting currency in that billing month."""

    currency: str = Field(examples=["EUR"])
    period: date = Field(examples=["2026-10-01"])
    rate: str = Field(examples=["1.0841"])


class Rates(Out):
    """Exchange rates into the reporting currency."""

    reporting_currency: str
    rates: list[Rate]


class RatesImported(Out):
    """What a CSV import has done."""

    imported: int = Field(description="Rates in the file; each replaced or added.")
    rates: Rates


class Member(Out):
    """A user of the organisation."""

    user: User
    role: Role
    disabled: bool
    created_at: datetime
    last_sign_in_at: datetime | None


class Invite(Out):
    """An invitation nobody has used yet."""

    id: str
    email: str
    role: Role
    expires_at: datetime


class Members(Out):
    """The people of the organisation."""

    members: list[Member]
    invites: list[Invite]


class InviteIn(In):
    """Whom to invite, and as what."""

    email: Email
    role: Role


class InviteLink(Out):
    """The one-time link to hand to the invited person. It is shown only now."""

    invite: Invite
    link: str = Field(examples=["http://127.0.0.1:8080/link#…"])


class MemberPatch(In):
    """What to change; what is left out stays."""

    role: Role | None = None
    disabled: bool | None = None


class ProfilePatch(In):
    """What to change about oneself."""

    name: PersonName


class PasswordIn(In):
    """The old password (none where a link made the account) and the new one."""

    current: Password | None = None
    new: Password


class ApiToken(Out):
    """A token for scripts. Its secret is not kept."""

    id: str
    name: str
    prefix: str = Field(description="How the secret begins, to tell tokens apart.", examples=["cco_3fk2"])
    role: Role
    owner: User
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiTokens(Out):
    """One's own tokens; an admin sees everybody's."""

    tokens: list[ApiToken]


class ApiTokenIn(In):
    """A new token. Its role is at most one's own."""

    name: Label
    role: Role
    expires_in_days: int | None = Field(default=90, ge=1, le=3650, description="Null: until revoked.")


class ApiTokenCreated(Out):
    """The new token with its secret, which is shown only now."""

    token: ApiToken
    secret: str = Field(examples=["cco_3fk2…"])


class AuditEvent(Out):
    """Something somebody did."""

    id: str
    at: datetime
    actor: str
    action: str = Field(examples=["sign-in"])
    subject: str
    details: dict[str, str | int | bool | None]


class AuditEvents(Out):
    """A page of events, newest first; pass `next` as `cursor` for the following one."""

    events: list[AuditEvent]
    next: str | None
