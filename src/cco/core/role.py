"""Who may do what in an organisation."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member may do; each role includes the ones before it.

    viewer reads; analyst also loads bills, exports and makes API tokens; admin also manages the
    organisation, its users and its sources.
    """

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for the least powerful role."""
        return _ORDER.index(self)

    def covers(self, other: Role) -> bool:
        """Whoever has this role may do what `other` may."""
        return self.rank >= other.rank


_ORDER = (Role.VIEWER, Role.ANALYST, Role.ADMIN)


def weaker(one: Role, other: Role) -> Role:
    """The role of the two that may do less."""
    return one if other.covers(one) else other
