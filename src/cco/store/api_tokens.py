"""API tokens: how scripts come in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from cco.core.errors import NotAllowed, NotAuthenticated, NotFound
from cco.core.role import Role, weaker
from cco.core.window import Clock
from cco.store.audit import Audit
from cco.store.orgs import Org
from cco.store.people import Person, Principal, digest, new_secret, person
from cco.store.tables import ApiTokenRow, MembershipRow, OrgRow, UserRow, new_id

MARK = "cco_"
"""How every secret begins, so that scanners of leaked secrets know it."""

PREFIX_LENGTH = 12
"""How much of it is shown, to tell tokens apart."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token for scripts; its secret is nowhere."""

    id: str
    name: str
    prefix: str
    role: Role
    owner: Person
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiTokens:
    """The API tokens of all organisations, within one transaction."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def of(self, who: Principal) -> list[ApiToken]:
        """The tokens that are not revoked: one's own, for an admin everybody's; newest first."""
        query = (
            select(ApiTokenRow, UserRow)
            .join(UserRow, UserRow.id == ApiTokenRow.user_id)
            .where(ApiTokenRow.org_id == who.org.id, ApiTokenRow.revoked_at.is_(None))
            .order_by(ApiTokenRow.id.desc())
        )
        if who.role is not Role.ADMIN:
            query = query.where(ApiTokenRow.user_id == who.user.id)
        return [_token(row, user) for row, user in self._session.execute(query)]

    def make(self, who: Principal, name: str, role: Role, lasts: timedelta | None) -> tuple[ApiToken, str]:
        """A new token and its secret, which is told only now.

        Raises NotAllowed where the role is more than one's own, or a token asks for another.
        """
        if who.session_id is None:
            raise NotAllowed("A token can't make tokens.", remedy="Sign in to make one.")
        if not who.role.covers(role):
            raise NotAllowed(
                f"A token can't have the role {role}: yours is {who.role}.", remedy="Choose a lesser role."
            )
        now = self._clock.now()
        secret = MARK + new_secret()
        row = ApiTokenRow(
            id=new_id(),
            org_id=who.org.id,
            user_id=who.user.id,
            name=name,
            prefix=secret[:PREFIX_LENGTH],
            token_hash=digest(secret),
            role=role.value,
            created_at=now,
            expires_at=now + lasts if lasts else None,
        )
        self._session.add(row)
        self._session.flush()
        Audit(self._session).record(
            who.org.id,
            self._clock.now(),
            actor=who.actor,
            action="token-made",
            subject=name,
            details={"prefix": row.prefix, "role": role.value},
        )
        return _token(row, self._session.get_one(UserRow, who.user.id)), secret

    def revoke(self, who: Principal, token_id: str) -> None:
        """Makes a token useless: one's own, for an admin anybody's. Raises NotFound."""
        condition = and_(
            ApiTokenRow.id == token_id, ApiTokenRow.org_id == who.org.id, ApiTokenRow.revoked_at.is_(None)
        )
        if who.role is not Role.ADMIN:
            condition = and_(condition, ApiTokenRow.user_id == who.user.id)
        gone = self._session.execute(
            update(ApiTokenRow)
            .where(condition)
            .values(revoked_at=self._clock.now())
            .returning(ApiTokenRow.name, ApiTokenRow.prefix)
        ).one_or_none()
        if gone is None:
            raise NotFound("There is no such token here.", remedy="It may have been revoked already.")
        Audit(self._session).record(
            who.org.id,
            self._clock.now(),
            actor=who.actor,
            action="token-revoked",
            subject=gone.name,
            details={"prefix": gone.prefix},
        )

    def principal(self, secret: str) -> Principal:
        """Whom an API token speaks for: its owner, with the lesser of both roles.

        Raises NotAuthenticated where it is unknown, revoked or over, or its owner may not come in.
        """
        now = self._clock.now()
        found = self._session.execute(
            select(
                UserRow.id,
                UserRow.email,
                UserRow.name,
                MembershipRow.role,
                ApiTokenRow.role,
                ApiTokenRow.id,
                ApiTokenRow.prefix,
                ApiTokenRow.last_used_at,
                *_ORG,
            )
            .join(UserRow, UserRow.id == ApiTokenRow.user_id)
            .join(
                MembershipRow,
                and_(MembershipRow.user_id == UserRow.id, MembershipRow.org_id == ApiTokenRow.org_id),
            )
            .join(OrgRow, OrgRow.id == ApiTokenRow.org_id)
            .where(
                ApiTokenRow.token_hash == digest(secret),
                ApiTokenRow.revoked_at.is_(None),
                or_(ApiTokenRow.expires_at.is_(None), ApiTokenRow.expires_at > now),
                UserRow.disabled_at.is_(None),
            )
        ).one_or_none()
        if found is None:
            raise NotAuthenticated(
                "This API token is unknown, revoked or over.", remedy="Make a new one.", code="bad-token"
            )
        user_id, email, name, own, granted, token_id, prefix, used, *org = found
        if used is None or now - used > timedelta(minutes=1):
            self._session.execute(
                update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(last_used_at=now)
            )
        return Principal(
            Person(user_id, email, name),
            Org(*org),
            weaker(Role(own), Role(granted)),
            session_id=None,
            token_id=token_id,
            actor=f"token:{prefix}",
        )


_ORG = tuple(getattr(OrgRow, field.name) for field in fields(Org))


def _token(row: ApiTokenRow, owner: UserRow) -> ApiToken:
    return ApiToken(
        row.id,
        row.name,
        row.prefix,
        Role(row.role),
        person(owner),
        row.created_at,
        row.expires_at,
        row.last_used_at,
    )
