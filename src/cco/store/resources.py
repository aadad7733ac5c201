"""Resources: what costs money, as bills and inventories describe it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from cco.core.errors import NotFound
from cco.core.resource import Resource
from cco.store.database import noun
from cco.store.tables import ResourceRow, new_id

_SEEN = text(
    """
    INSERT INTO cloud_resources AS known
        (id, org_id, provider, resource_id, name, type, service, region, account_id, tags,
        first_seen, last_seen)
    SELECT id, CAST(:org_id AS uuid), provider, resource_id, name, type, service, region, account_id, tags,
        first_seen, last_seen
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seen(
        id uuid, provider text, resource_id text, name text, type text, service text, region text,
        account_id text, tags jsonb, first_seen timestamptz, last_seen timestamptz)
    ORDER BY provider, resource_id
    ON CONFLICT (org_id, provider, resource_id) DO UPDATE SET
        name = CASE WHEN excluded.last_seen >= known.last_seen
            THEN coalesce(excluded.name, known.name) ELSE coalesce(known.name, excluded.name) END,
        type = CASE WHEN excluded.last_seen >= known.last_seen
            THEN coalesce(excluded.type, known.type) ELSE coalesce(known.type, excluded.type) END,
        service = CASE WHEN excluded.last_seen >= known.last_seen
            THEN coalesce(excluded.service, known.service) ELSE coalesce(known.service, excluded.service) END,
        region = CASE WHEN excluded.last_seen >= known.last_seen
            THEN coalesce(excluded.region, known.region) ELSE coalesce(known.region, excluded.region) END,
        account_id = CASE WHEN excluded.last_seen >= known.last_seen
            THEN coalesce(excluded.account_id, known.account_id)
            ELSE coalesce(known.account_id, excluded.account_id) END,
        tags = CASE WHEN (excluded.last_seen >= known.last_seen AND excluded.tags <> '{}')
            OR known.tags = '{}' THEN excluded.tags ELSE known.tags END,
        first_seen = least(known.first_seen, excluded.first_seen),
        last_seen = greatest(known.last_seen, excluded.last_seen)
    WHERE (known.name, known.type, known.service, known.region, known.account_id, known.tags)
            IS DISTINCT FROM (excluded.name, excluded.type, excluded.service, excluded.region,
                excluded.account_id, excluded.tags)
        OR excluded.first_seen < known.first_seen OR excluded.last_seen > known.last_seen
    """
)


@dataclass(frozen=True, slots=True)
class KnownResource:
    """A resource of an organisation.

    id: ours; resource_id: the cloud's. first_seen, last_seen: the first and last moment it was charged
    for or listed. ended_at: when an inventory found it gone.
    """

    id: str
    org_id: str
    provider: str
    resource_id: str
    name: str | None
    type: str | None
    service: str | None
    region: str | None
    account_id: str | None
    tags: dict[str, str]
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None


class Resources:
    """The resources of all organisations, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def seen(self, org_id: str, resources: Iterable[Resource]) -> None:
        """Adds resources, or widens their time and takes what the newer bill says about them.

        What a bill leaves out stays as it was known. The same twice changes nothing; each may come once.
        """
        rows = [
            {
                "id": new_id(),
                "provider": each.provider,
                "resource_id": each.id,
                "name": each.name,
                "type": each.type,
                "service": each.service,
                "region": each.region,
                "account_id": each.account_id,
                "tags": each.tags,
                "first_seen": None if each.first_seen is None else each.first_seen.isoformat(),
                "last_seen": None if each.last_seen is None else each.last_seen.isoformat(),
            }
            for each in resources
        ]
        for start in range(0, len(rows), 5_000):
            batch = json.dumps(rows[start : start + 5_000]).replace("\\u0000", "")
            self._session.execute(_SEEN, {"org_id": org_id, "rows": batch})

    def get(self, org_id: str, resource_id: str) -> KnownResource:
        """By our own id. Raises NotFound."""
        row = self._session.get(ResourceRow, resource_id)
        if row is None or row.org_id != org_id:
            raise NotFound("There is no such resource.")
        return noun(KnownResource, row)

    def named(self, org_id: str, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], KnownResource]:
        """Those of the (provider, the cloud's id) that are known."""
        if not keys:
            return {}
        rows = self._session.scalars(
            select(ResourceRow).where(
                ResourceRow.org_id == org_id,
                tuple_(ResourceRow.provider, ResourceRow.resource_id).in_(list(keys)),
            )
        )
        return {(row.provider, row.resource_id): noun(KnownResource, row) for row in rows}

    def search(self, org_id: str, words: str, *, limit: int) -> Sequence[KnownResource]:
        """Resources whose name, id, type or a tag value holds every one of the words, newest first."""
        query = select(ResourceRow).where(ResourceRow.org_id == org_id)
        for word in words.split():
            like = "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"
            query = query.where(
                or_(
                    ResourceRow.name.ilike(like),
                    ResourceRow.resource_id.ilike(like),
                    ResourceRow.type.ilike(like),
                    func.cast(ResourceRow.tags, ResourceRow.name.type).ilike(like),
                )
            )
        rows = self._session.scalars(
            query.order_by(ResourceRow.last_seen.desc(), ResourceRow.id).limit(limit)
        )
        return tuple(noun(KnownResource, row) for row in rows)

    def count(self, org_id: str) -> int:
        """How many are known."""
        return (
            self._session.scalar(
                select(func.count()).select_from(ResourceRow).where(ResourceRow.org_id == org_id)
            )
            or 0
        )
