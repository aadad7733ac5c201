"""Who may come in, and as whom: links, sessions, members.

Secrets are kept as SHA-256 of 256 random bits, passwords as argon2id. A *session* is a family of refresh
tokens: each use replaces the token, and an old one that comes back ends the family, because two parties
hold it. Everything here works within the caller's transaction; where a refusal must leave a mark (a
session ended, a try counted) the refusal is returned, not raised, so that the caller can commit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta

from sqlalchemy import Row as SqlRow
from sqlalchemy import Uuid, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, NotAllowed, NotAuthenticated, NotFound
from cco.core.role import Role
from cco.core.window import Clock
from cco.store.audit import Audit, Detail
from cco.store.database import noun
from cco.store.orgs import DEFAULT, DEMO, Org, Orgs
from cco.store.people import Credentials as Credentials
from cco.store.people import Invite as Invite
from cco.store.people import Link as Link
from cco.store.people import Member as Member
from cco.store.people import Membership as Membership
from cco.store.people import Person as Person
from cco.store.people import Principal as Principal
from cco.store.people import Refused as Refused
from cco.store.people import SignedIn as SignedIn
from cco.store.people import digest, new_secret, person
from cco.store.people import email_address as email_address
from cco.store.people import link_url as link_url
from cco.store.tables import (
    MembershipRow,
    OrgRow,
    RefreshTokenRow,
    SignInLinkRow,
    UserRow,
    new_id,
)

IDLE = timedelta(days=14)
"""A session ends when it was not used for so long,"""
LONGEST = timedelta(days=90)
"""and at the latest after so long."""
GRACE = timedelta(seconds=20)
"""Two tabs may refresh with the same token within so long of each other."""
SETUP_LASTS = timedelta(hours=24)
DEMO_LASTS = timedelta(days=7)
INVITE_LASTS = timedelta(days=7)
DEMO_EMAIL = "demo@demo.invalid"
SYSTEM = "system"


def _org(row: OrgRow) -> Org:
    return noun(Org, row)


class Identity:
    """Users, sessions, links and tokens within one transaction."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._audit = Audit(session)

    # ── links ──────────────────────────────────────────────────────────────────────────────────

    def needs_setup(self) -> bool:
        """Nobody can administer a real organisation yet."""
        return not self._session.execute(
            select(
                exists().where(
                    MembershipRow.user_id == UserRow.id,
                    MembershipRow.org_id == OrgRow.id,
                    MembershipRow.role == Role.ADMIN,
                    OrgRow.is_demo.is_(False),
                    UserRow.password_hash.is_not(None),
                )
            )
        ).scalar_one()

    def demo_available(self) -> bool:
        """There is a demo organisation."""
        return bool(self._session.execute(select(exists().where(OrgRow.is_demo))).scalar_one())

    def setup_token(self, org: Org) -> str:
        """The token of a fresh one-time set-up link; earlier ones stop working."""
        self._session.execute(delete(SignInLinkRow).where(SignInLinkRow.kind == "setup"))
        return self._link("setup", org.id, Role.ADMIN, SETUP_LASTS)

    def demo_token(self, org: Org) -> str:
        """The token of a link that signs in to the demo, as often as one likes for a week.

        Its user is the demo's admin and has no password: the link is the only way in.
        """
        if not org.is_demo:
            raise ValueError("only the demo opens without a password")
        now = self._clock.now()
        self._session.execute(
            delete(SignInLinkRow).where(SignInLinkRow.kind == "demo", SignInLinkRow.expires_at < now)
        )
        self._session.execute(
            insert(UserRow)
            .values(id=new_id(), email=DEMO_EMAIL, name="Demo")
            .on_conflict_do_nothing(index_elements=[UserRow.email])
        )
        user = self._session.scalars(select(UserRow).where(UserRow.email == DEMO_EMAIL)).one()
        self._join(user.id, org.id, Role.ADMIN)
        self._open_demo(org.id)
        return self._link("demo", org.id, Role.ADMIN, DEMO_LASTS, user_id=user.id, reusable=True)

    def invite(self, who: Principal, email: str, role: Role) -> tuple[Invite, str]:
        """A one-time link for one address, and its token. An earlier one for it stops working.

        Raises Conflict where they are a member already.
        """
        self._not_in_demo(who)
        address = email_address(email)
        member = self._session.scalars(
            select(UserRow)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .where(UserRow.email == address, MembershipRow.org_id == who.org.id)
        ).one_or_none()
        if member is not None:
            raise Conflict(
                f"{address} is a member already.",
                remedy="Change their role, or make a link for a new password.",
                code="member-already",
            )
        self._session.execute(
            delete(SignInLinkRow).where(
                SignInLinkRow.kind == "invite",
                SignInLinkRow.org_id == who.org.id,
                SignInLinkRow.email == address,
            )
        )
        token = self._link("invite", who.org.id, role, INVITE_LASTS, email=address)
        row = self._session.scalars(
            select(SignInLinkRow).where(SignInLinkRow.token_hash == digest(token))
        ).one()
        self._note(who, "user-invited", address, {"role": role.value})
        return Invite(row.id, address, role, row.expires_at), token

    def withdraw(self, who: Principal, invite_id: str) -> None:
        """Makes an invitation useless. Raises NotFound."""
        gone = self._session.execute(
            delete(SignInLinkRow)
            .where(
                SignInLinkRow.id == invite_id,
                SignInLinkRow.org_id == who.org.id,
                SignInLinkRow.kind == "invite",
                SignInLinkRow.used_at.is_(None),
            )
            .returning(SignInLinkRow.email)
        ).one_or_none()
        if gone is None:
            raise NotFound("There is no such invitation here.", remedy="It may have been used.")
        self._note(who, "invite-withdrawn", gone.email or "")

    def new_password_token(self, who: Principal, user_id: str) -> tuple[Invite, str]:
        """A one-time link with which a member chooses a new password, and its token.

        Raises NotAllowed for somebody who also belongs where `who` is no admin.
        """
        self._not_in_demo(who)
        member = self._managed(who, user_id)
        token = self._link(
            "invite", who.org.id, member.role, INVITE_LASTS, email=member.user.email, user_id=user_id
        )
        row = self._session.scalars(
            select(SignInLinkRow).where(SignInLinkRow.token_hash == digest(token))
        ).one()
        self._note(who, "password-link-made", member.user.email)
        return Invite(row.id, member.user.email, member.role, row.expires_at), token

    def look(self, token: str) -> Link | None:
        """What a link would do; None where it is unknown, used or over."""
        found = self._usable(token, lock=False)
        return found[1] if found else None

    def known_password(self, email: str) -> Credentials | None:
        """What a password for this address is checked against; None for nobody who could sign in."""
        row = self._session.execute(
            select(UserRow.id, UserRow.password_hash).where(
                UserRow.email == email.strip().lower(), UserRow.disabled_at.is_(None)
            )
        ).one_or_none()
        return Credentials(row.id, row.password_hash) if row else None

    def use_link(
        self,
        token: str,
        *,
        email: str | None,
        name: str | None,
        password_hash: str | None,
        proven: bool,
        user_agent: str | None,
    ) -> SignedIn | Refused:
        """Uses a link up and signs in whoever it makes.

        password_hash: of the password the person chose. proven: for an invitation of somebody who
        has an account, that the password they gave is the one they have.
        """
        found = self._usable(token, lock=True)
        if found is None:
            return Refused()
        row, link = found
        now = self._clock.now()
        if link.kind == "demo":
            user = self._session.get_one(UserRow, link.user_id)
            if user.disabled_at is not None:
                return Refused()
        elif link.kind == "setup":
            if not self.needs_setup():
                return Refused()
            user = self._new_user(email_address(email or ""), name or "", password_hash)
            self._join(user.id, link.org.id, Role.ADMIN)
            self._session.flush()
            for demo in self._session.scalars(select(OrgRow.id).where(OrgRow.is_demo)):
                self._open_demo(demo)
        else:
            invited = self._invited(link, name or "", password_hash, proven=proven)
            if invited is None:
                return Refused()
            user = invited
        if not row.reusable:
            row.used_at = now
        self._session.flush()
        return self._start(user, link.org.id, user_agent, how=f"{link.kind} link")

    def _invited(self, link: Link, name: str, password_hash: str | None, *, proven: bool) -> UserRow | None:
        """The user an invitation makes, or the one it is for; None where they may not come in."""
        address = link.email or ""
        user = self._session.scalars(
            select(UserRow).where(UserRow.email == address).with_for_update()
        ).one_or_none()
        if link.user_id is not None:
            if user is None or user.id != link.user_id or user.disabled_at is not None:
                return None
            user.password_hash = password_hash
            self._end_sessions(user.id)
        elif user is None:
            user = self._new_user(address, name, password_hash)
            self._join(user.id, link.org.id, link.role)
        elif user.disabled_at is None and proven:
            self._join(user.id, link.org.id, link.role)
        else:
            return None
        return user

    def _link(
        self,
        kind: str,
        org_id: str,
        role: Role,
        lasts: timedelta,
        *,
        email: str | None = None,
        user_id: str | None = None,
        reusable: bool = False,
    ) -> str:
        token = new_secret()
        self._session.add(
            SignInLinkRow(
                org_id=org_id,
                user_id=user_id,
                kind=kind,
                token_hash=digest(token),
                email=email,
                role=role.value,
                expires_at=self._clock.now() + lasts,
                reusable=reusable,
            )
        )
        self._session.flush()
        return token

    def _usable(self, token: str, *, lock: bool) -> tuple[SignInLinkRow, Link] | None:
        query = (
            select(SignInLinkRow, OrgRow)
            .join(OrgRow, OrgRow.id == SignInLinkRow.org_id)
            .where(
                SignInLinkRow.token_hash == digest(token),
                SignInLinkRow.expires_at > self._clock.now(),
                or_(SignInLinkRow.used_at.is_(None), SignInLinkRow.reusable),
            )
        )
        found = self._session.execute(
            query.with_for_update(of=SignInLinkRow) if lock else query
        ).one_or_none()
        if found is None:
            return None
        row, org = found
        return row, Link(
            id=row.id,
            kind=row.kind,
            org=_org(org),
            role=Role(row.role),
            email=row.email,
            user_id=row.user_id,
            needs_details=row.kind != "demo",
            expires_at=row.expires_at,
        )

    # ── sessions ───────────────────────────────────────────────────────────────────────────────

    def sign_in(self, user_id: str, user_agent: str | None) -> SignedIn | Refused:
        """A new session for somebody whose password was right, in the first of their organisations:
        a real one before the demo."""
        user = self._session.scalars(
            select(UserRow).where(UserRow.id == user_id, UserRow.disabled_at.is_(None))
        ).one_or_none()
        memberships = self.memberships(user_id)
        if user is None or not memberships:
            return Refused()
        return self._start(user, memberships[0].org.id, user_agent, how="password")

    def sign_in_failed(self, email: str, address: str) -> None:
        """Notes a failure with every organisation of the account; an unknown address leaves no note."""
        address_of_user = email.strip().lower()
        for org_id in self._session.scalars(
            select(MembershipRow.org_id)
            .join(UserRow, UserRow.id == MembershipRow.user_id)
            .where(UserRow.email == address_of_user)
        ):
            self._audit.record(
                org_id,
                self._clock.now(),
                actor=address_of_user,
                action="sign-in-failed",
                subject=address_of_user,
                details={"address": address},
            )

    def refresh(self, token: str, user_agent: str | None) -> SignedIn | Refused:
        """The next token of a session.

        An old token that comes back within GRACE is another tab; later it is theft or a copy, and
        the session ends for everybody who holds it.
        """
        now = self._clock.now()
        row = self._session.scalars(
            select(RefreshTokenRow).where(RefreshTokenRow.token_hash == digest(token)).with_for_update()
        ).one_or_none()
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            return Refused()
        if row.rotated_at is not None and now - row.rotated_at > GRACE:
            self.end_session(row.family_id)
            person = self._session.get_one(UserRow, row.user_id)
            self._audit.record(
                row.org_id, now, actor=person.email, action="refresh-token-reused", subject=person.email
            )
            return Refused(reused=True)
        principal = self._principal(row.user_id, row.org_id, row.family_id)
        if principal is None:
            return Refused()
        if row.rotated_at is None:
            row.rotated_at = now
        return self._issue(principal, user_agent)

    def switch(self, who: Principal, org_id: str, user_agent: str | None) -> SignedIn:
        """A new session in another organisation of the same person; the present one ends.

        Raises NotFound where they do not belong there.
        """
        membership = next((one for one in self.memberships(who.user.id) if one.org.id == org_id), None)
        if membership is None or who.session_id is None:
            raise NotFound("You do not belong to such an organisation.", remedy="Choose one of yours.")
        self.end_session(who.session_id)
        user = self._session.get_one(UserRow, who.user.id)
        return self._start(user, org_id, user_agent, how="switch")

    def sign_out(self, token: str) -> None:
        """Ends the session this refresh token belongs to, if it does to any."""
        row = self._session.scalars(
            select(RefreshTokenRow).where(RefreshTokenRow.token_hash == digest(token))
        ).one_or_none()
        if row is not None and row.revoked_at is None:
            self.end_session(row.family_id)
            person = self._session.get_one(UserRow, row.user_id)
            self._audit.record(
                row.org_id, self._clock.now(), actor=person.email, action="sign-out", subject=person.email
            )

    def end_session(self, session_id: str) -> None:
        """From now on neither its refresh tokens nor its access tokens are good."""
        self._session.execute(
            update(RefreshTokenRow)
            .where(RefreshTokenRow.family_id == session_id, RefreshTokenRow.revoked_at.is_(None))
            .values(revoked_at=self._clock.now())
        )

    def session_principal(self, user_id: str, org_id: str, session_id: str) -> Principal:
        """Whom an access token speaks for, as they are now. Raises NotAuthenticated where the
        session has ended, the user is disabled, or they left the organisation."""
        principal = self._principal(user_id, org_id, session_id)
        if principal is None:
            raise NotAuthenticated("The session has ended.", remedy="Sign in again.", code="session-ended")
        return principal

    def memberships(self, user_id: str) -> tuple[Membership, ...]:
        """The organisations of a person: real ones first, then by name."""
        rows = self._session.execute(
            select(OrgRow, MembershipRow.role)
            .join(MembershipRow, MembershipRow.org_id == OrgRow.id)
            .where(MembershipRow.user_id == user_id)
            .order_by(OrgRow.is_demo, OrgRow.name, OrgRow.id)
        )
        return tuple(Membership(_org(org), Role(role)) for org, role in rows)

    def _start(self, user: UserRow, org_id: str, user_agent: str | None, *, how: str) -> SignedIn:
        now = self._clock.now()
        self._session.execute(
            delete(RefreshTokenRow).where(
                RefreshTokenRow.user_id == user.id, RefreshTokenRow.expires_at < now - IDLE
            )
        )
        user.last_sign_in_at = now
        session_id = new_id()
        role = self._session.execute(
            select(MembershipRow.role).where(MembershipRow.user_id == user.id, MembershipRow.org_id == org_id)
        ).scalar_one()
        principal = Principal(
            person(user),
            _org(self._session.get_one(OrgRow, org_id)),
            Role(role),
            session_id=session_id,
            token_id=None,
            actor=user.email,
        )
        self._note(principal, "sign-in", user.email, {"how": how})
        return self._issue(principal, user_agent)

    def _issue(self, principal: Principal, user_agent: str | None) -> SignedIn:
        now = self._clock.now()
        if principal.session_id is None:
            raise ValueError("only a session has refresh tokens")
        began = self._session.execute(
            select(func.min(RefreshTokenRow.issued_at)).where(
                RefreshTokenRow.family_id == principal.session_id
            )
        ).scalar()
        until = min(now + IDLE, (began or now) + LONGEST)
        token = new_secret()
        self._session.add(
            RefreshTokenRow(
                family_id=principal.session_id,
                user_id=principal.user.id,
                org_id=principal.org.id,
                token_hash=digest(token),
                issued_at=now,
                expires_at=until,
                user_agent=(user_agent or "")[:200] or None,
            )
        )
        self._session.flush()
        return SignedIn(principal, self.memberships(principal.user.id), token, until)

    def _principal(self, user_id: str, org_id: str, session_id: str) -> Principal | None:
        alive = exists().where(
            RefreshTokenRow.family_id == session_id,
            RefreshTokenRow.user_id == user_id,
            RefreshTokenRow.org_id == org_id,
            RefreshTokenRow.revoked_at.is_(None),
        )
        found = self._session.execute(
            select(UserRow.id, UserRow.email, UserRow.name, MembershipRow.role, *_ORG)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .join(OrgRow, OrgRow.id == MembershipRow.org_id)
            .where(UserRow.id == user_id, OrgRow.id == org_id, UserRow.disabled_at.is_(None), alive)
        ).one_or_none()
        if found is None:
            return None
        return Principal(
            Person(found[0], found[1], found[2]),
            Org(*found[4:]),
            Role(found[3]),
            session_id=session_id,
            token_id=None,
            actor=found[1],
        )

    def _end_sessions(self, user_id: str, *, but: str | None = None) -> None:
        condition = and_(RefreshTokenRow.user_id == user_id, RefreshTokenRow.revoked_at.is_(None))
        if but is not None:
            condition = and_(condition, RefreshTokenRow.family_id != but)
        self._session.execute(update(RefreshTokenRow).where(condition).values(revoked_at=self._clock.now()))

    # ── oneself ────────────────────────────────────────────────────────────────────────────────

    def rename(self, who: Principal, name: str) -> Person:
        """Changes one's own name."""
        row = self._session.get_one(UserRow, who.user.id)
        row.name = name
        self._session.flush()
        return person(row)

    def own_password(self, who: Principal) -> Credentials:
        """What a change of one's own password is checked against."""
        row = self._session.get_one(UserRow, who.user.id)
        return Credentials(row.id, row.password_hash)

    def change_password(self, who: Principal, password_hash: str) -> None:
        """Keeps the new hash; every other session of the person ends."""
        self._not_in_demo(who)
        self._session.get_one(UserRow, who.user.id).password_hash = password_hash
        self._end_sessions(who.user.id, but=who.session_id)
        self._note(who, "password-changed", who.user.email)

    def keep_hash(self, user_id: str, password_hash: str) -> None:
        """The same password with today's parameters."""
        self._session.get_one(UserRow, user_id).password_hash = password_hash

    # ── members ────────────────────────────────────────────────────────────────────────────────

    def members(self, org_id: str) -> list[Member]:
        """The users of an organisation, by e-mail."""
        rows = self._session.execute(
            select(UserRow, MembershipRow.role)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .where(MembershipRow.org_id == org_id)
            .order_by(UserRow.email)
        )
        return [_member(row) for row in rows]

    def invites(self, org_id: str) -> list[Invite]:
        """Invitations that can still be used."""
        rows = self._session.scalars(
            select(SignInLinkRow)
            .where(
                SignInLinkRow.org_id == org_id,
                SignInLinkRow.kind == "invite",
                SignInLinkRow.user_id.is_(None),
                SignInLinkRow.used_at.is_(None),
                SignInLinkRow.expires_at > self._clock.now(),
            )
            .order_by(SignInLinkRow.email)
        )
        return [Invite(row.id, row.email or "", Role(row.role), row.expires_at) for row in rows]

    def change_member(
        self, who: Principal, user_id: str, *, role: Role | None = None, disabled: bool | None = None
    ) -> Member:
        """Changes a member's role, or shuts them out and lets them in again.

        Raises NotFound; NotAllowed for somebody who also belongs where `who` is no admin; Conflict
        where the organisation would be left without an admin.
        """
        self._not_in_demo(who)
        # One change of an organisation's members at a time, or two admins could demote each other.
        self._session.execute(select(OrgRow.id).where(OrgRow.id == who.org.id).with_for_update())
        member = self._managed(who, user_id) if disabled is not None else self._member(who.org.id, user_id)
        demoted = role is not None and role is not Role.ADMIN and member.role is Role.ADMIN
        if (demoted or disabled) and not self._another_admin(who.org.id, user_id):
            raise Conflict(
                f"{member.user.email} is the only admin.",
                remedy="Make somebody else an admin first.",
                code="last-admin",
            )
        if role is not None and role is not member.role:
            self._session.execute(
                update(MembershipRow)
                .where(MembershipRow.user_id == user_id, MembershipRow.org_id == who.org.id)
                .values(role=role.value)
            )
            self._note(who, "role-changed", member.user.email, {"role": role.value})
        if disabled is not None and disabled is not member.disabled:
            row = self._session.get_one(UserRow, user_id)
            row.disabled_at = self._clock.now() if disabled else None
            if disabled:
                self._end_sessions(user_id)
            self._note(who, "user-disabled" if disabled else "user-enabled", member.user.email)
        self._session.flush()
        return self._member(who.org.id, user_id)

    def _member(self, org_id: str, user_id: str) -> Member:
        found = self._session.execute(
            select(UserRow, MembershipRow.role)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .where(MembershipRow.org_id == org_id, UserRow.id == user_id)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if found is None:
            raise NotFound("There is no such user here.", remedy="Check the id.")
        return _member(found)

    def _managed(self, who: Principal, user_id: str) -> Member:
        """A member whose account `who` may touch: its password and whether it works concern every
        organisation it belongs to, so `who` must be an admin of all but the demo."""
        member = self._member(who.org.id, user_id)
        mine = {one.org.id for one in self.memberships(who.user.id) if one.role is Role.ADMIN}
        if any(not one.org.is_demo and one.org.id not in mine for one in self.memberships(user_id)):
            raise NotAllowed(
                f"{member.user.email} also belongs to an organisation you do not administer.",
                remedy="Ask its admin.",
                code="shared-user",
            )
        return member

    def _another_admin(self, org_id: str, user_id: str) -> bool:
        return bool(
            self._session.execute(
                select(
                    exists().where(
                        MembershipRow.org_id == org_id,
                        MembershipRow.role == Role.ADMIN,
                        MembershipRow.user_id != user_id,
                        UserRow.id == MembershipRow.user_id,
                        UserRow.disabled_at.is_(None),
                    )
                )
            ).scalar_one()
        )

    def _new_user(self, email: str, name: str, password_hash: str | None) -> UserRow:
        known = self._session.scalars(select(UserRow.id).where(UserRow.email == email)).one_or_none()
        if known is not None:
            raise Conflict(
                f"{email} has an account already.", remedy="Take another address.", code="user-exists"
            )
        user = UserRow(id=new_id(), email=email, name=name, password_hash=password_hash)
        self._session.add(user)
        self._session.flush()
        return user

    def _join(self, user_id: str, org_id: str, role: Role) -> None:
        self._session.execute(
            insert(MembershipRow)
            .values(user_id=user_id, org_id=org_id, role=role.value)
            .on_conflict_do_nothing()
        )

    def _open_demo(self, org_id: str) -> None:
        """Whoever administers a real organisation may look around in the demo."""
        admins = (
            select(MembershipRow.user_id, literal(org_id, Uuid(as_uuid=False)), MembershipRow.role)
            .join(OrgRow, OrgRow.id == MembershipRow.org_id)
            .where(MembershipRow.role == Role.ADMIN, OrgRow.is_demo.is_(False))
            .distinct()
        )
        self._session.execute(
            insert(MembershipRow).from_select(["user_id", "org_id", "role"], admins).on_conflict_do_nothing()
        )

    def _not_in_demo(self, who: Principal) -> None:
        if who.org.is_demo:
            raise NotAllowed(
                "The demo has no users to manage: whoever has its link is its admin.",
                remedy="Switch to your own organisation, or set one up with the link in the terminal.",
                code="demo",
            )

    def _note(
        self, who: Principal, action: str, subject: str, details: dict[str, Detail] | None = None
    ) -> None:
        self._audit.record(
            who.org.id, self._clock.now(), actor=who.actor, action=action, subject=subject, details=details
        )


_ORG = tuple(getattr(OrgRow, field.name) for field in fields(Org))


def _member(found: SqlRow[tuple[UserRow, str]] | Sequence[object]) -> Member:
    user, role = found
    if not isinstance(user, UserRow):
        raise TypeError("not a user")
    return Member(
        person(user), Role(str(role)), user.disabled_at is not None, user.created_at, user.last_sign_in_at
    )


# ── what the terminal prints ───────────────────────────────────────────────────────────────────────


def first_start(session: Session, clock: Clock, base_url: str) -> str | None:
    """The one-time set-up link of an installation that nobody administers yet; else None.

    Each call makes a new link, and the one before stops working.
    """
    identity = Identity(session, clock)
    org = Orgs(session).ensure(DEFAULT)
    if not identity.needs_setup():
        return None
    return link_url(base_url, identity.setup_token(org))


def demo_link(session: Session, clock: Clock, base_url: str) -> str:
    """A link that opens the demo, as often as one likes for a week; earlier ones keep working."""
    org = Orgs(session).ensure(DEMO)
    return link_url(base_url, Identity(session, clock).demo_token(org))
