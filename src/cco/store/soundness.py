"""Whether the stores agree with themselves and with each other; what `cco doctor` asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cco.store.database import Database
from cco.store.lake import SIDECARS, Lake, VisibleFile
from cco.store.loads import Loads
from cco.store.orgs import Orgs
from cco.store.sql import sql


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was found. missing: files of the current snapshot that are not there; wrong: those whose rows
    are not as many as the snapshot says; unknown: those that no load speaks of; all as paths."""

    files: int
    rows: int
    bytes: int
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Nothing is amiss."""
        return not (self.missing or self.wrong or self.unknown)


def examine(lake: Lake, database: Database) -> Soundness:
    """Looks at every file of the current snapshot: its footer and whether its load is known.

    Raises what the object store raises where it does not answer.
    """
    files = lake.snapshot().files
    store = lake.object_store()
    missing = [
        path
        for file in files
        for path in (
            file.path,
            *(file.sidecar(kind) for kind in SIDECARS if kind != "tagged" or file.facts.tagged),
        )
        if not store.exists(path)
    ]
    there = [file for file in files if file.path not in missing]
    return Soundness(
        files=len(files),
        rows=sum(file.rows for file in files),
        bytes=sum(file.bytes for file in files),
        missing=tuple(missing),
        wrong=tuple(_miscounted(lake, there)),
        unknown=tuple(_unknown(database, files)),
    )


def _miscounted(lake: Lake, files: Sequence[VisibleFile]) -> list[str]:
    if not files:
        return []
    with lake.reading() as cursor:
        rows = dict(cursor.execute(sql("footers"), {"files": [file.path for file in files]}).fetchall())
    return [file.path for file in files if rows.get(file.path) != file.rows]


def _unknown(database: Database, files: Sequence[VisibleFile]) -> list[str]:
    """Files brought by a load that PostgreSQL does not know, or does not call loaded."""
    with database.transaction() as session:
        orgs = {org.id for org in Orgs(session).all()}
        loads = Loads(session)
        known: dict[str, bool] = {}
        for file in files:
            load_id = load_of(file)
            if load_id not in known:
                found = loads.find(file.org_id, load_id) if file.org_id in orgs else None
                known[load_id] = found is not None and found.status == "loaded"
    return [file.path for file in files if not known[load_of(file)]]


def load_of(file: VisibleFile) -> str:
    """The id of the load that wrote a file: its folder is called LOAD-NONCE."""
    return file.path.rsplit("/", 2)[-2].rpartition("-")[0]
