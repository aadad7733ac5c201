"""Which files belong together: a delivery is what one load brings in.

Most deliveries are one file. AWS and Azure split a report into many and say so in a manifest; the
manifest then is the delivery, and the report's name its part, so that the next delivery of the same
billing period replaces it however its files are called.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cco.core.errors import BadFile
from cco.ports.billing import Entry

DATA_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".gzip", ".zip", ".parquet", ".json", ".jsonl", ".ndjson")
"""What a file in a folder must end with (or have no ending at all) to be tried; what it is, its
content says. A file named by itself is tried whatever its name."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one load brings in.

    part: what of the source it is; a later delivery of the same part replaces its billing periods.
    name: what people call it. files: in the order of their rows. expected_rows: what the manifest
    promises, or None. problem: why it can't be loaded, where the manifest already shows that.
    """

    part: str
    name: str
    files: tuple[Entry, ...]
    expected_rows: int | None = None
    problem: BadFile | None = None

    @property
    def key(self) -> str:
        """Tells the deliveries of one source apart: a report comes once a billing period."""
        return f"{self.part} · {self.name}"

    @property
    def bytes(self) -> int:
        """The size of its files as delivered."""
        return sum(entry.size for entry in self.files)

    @property
    def version(self) -> str:
        """Changes when one of its files does, as far as their place can tell."""
        text = "\n".join(f"{entry.name} {entry.version}" for entry in self.files)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def changed_at(self) -> datetime | None:
        """When the last of its files changed."""
        return max((entry.changed_at for entry in self.files), default=None)


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What a provider's manifest says. order: decides between manifests of the same report and period,
    the greatest wins."""

    entry: Entry
    report: str
    period: str
    keys: tuple[str, ...]
    rows: int | None
    order: str


def deliveries(
    entries: Sequence[Entry], read: Callable[[str], bytes], *, named: bool = False
) -> list[Delivery]:
    """Group the files of a place.

    read: the content of a small file. named: somebody asked for exactly these files, so all of them
    are tried."""
    by_name = {entry.name: entry for entry in entries}
    claimed: set[str] = set()
    newest: dict[tuple[str, str], _Manifest] = {}
    for entry in entries:
        if not _is_manifest(entry.name):
            continue
        manifest = _manifest(entry, read(entry.name))
        if manifest is None:
            continue
        claimed.add(entry.name)
        claimed.update(name for key in manifest.keys if (name := _named(key, by_name)) is not None)
        claimed.update(_siblings(manifest, by_name))
        key = (manifest.report, manifest.period)
        held = newest.get(key)
        if held is None or (manifest.order, manifest.entry.changed_at) > (held.order, held.entry.changed_at):
            newest[key] = manifest
    found = [_delivery(manifest, by_name) for manifest in newest.values()]
    found += [
        Delivery(entry.name, entry.name.split("/")[-1], (entry,))
        for entry in entries
        if entry.name not in claimed and (named or may_be_bill(entry.name))
    ]
    return sorted(
        found, key=lambda delivery: (delivery.part, delivery.files[0].name if delivery.files else "")
    )


def _is_manifest(name: str) -> bool:
    last = name.split("/")[-1].lower()
    return last == "manifest.json" or last.endswith("-manifest.json")


def may_be_bill(name: str) -> bool:
    """Whether a file found beside others is worth trying."""
    last = name.split("/")[-1].lower()
    if last.startswith(("_", ".")) or _is_manifest(name):
        return False
    return "." not in last or last.endswith(DATA_ENDINGS)


def _manifest(entry: Entry, content: bytes) -> _Manifest | None:
    """What a manifest says, or None where it is another JSON file of that name."""
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    if "blobs" in said:
        return _azure(entry, said)
    keys = said.get("reportKeys") or said.get("dataFiles")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return None
    stem = re.sub(r"-manifest\.json$", "", entry.name.split("/")[-1], flags=re.IGNORECASE)
    report = str(said.get("reportName") or said.get("exportName") or stem)
    period = said.get("billingPeriod")
    start = str(period.get("start", "")) if isinstance(period, dict) else ""
    if not start:
        match = re.search(r"BILLING_PERIOD=(\d{4}-\d{2})|/(\d{8})-\d{8}/", f"/{entry.name}", re.IGNORECASE)
        start = next((group for group in match.groups() if group), "") if match else entry.name
    month = re.sub(r"\D", "", start)[:6] or start
    # The copy in the assembly's own folder says the same as the one above it, which is the current one.
    return _Manifest(entry, report, month, tuple(keys), None, f"{9 - min(entry.name.count('/'), 9)}")


def _azure(entry: Entry, said: dict[str, Any]) -> _Manifest | None:
    blobs = said.get("blobs")
    if not isinstance(blobs, list):
        return None
    config = said.get("exportConfig") or {}
    run = said.get("runInfo") or {}
    rows = said.get("dataRowCount")
    return _Manifest(
        entry,
        str(config.get("exportName") or entry.name.split("/")[0]),
        f"{str(run.get('startDate', ''))[:10]}",
        tuple(str(blob.get("blobName", "")) for blob in blobs if isinstance(blob, dict)),
        rows if isinstance(rows, int) else None,
        str(run.get("submittedTime", "")),
    )


def _named(key: str, by_name: dict[str, Entry]) -> str | None:
    """The file that a manifest's key means: keys start at the bucket or container, names at the
    place's prefix, so the longest common ending decides."""
    path = re.sub(r"^[a-z0-9]+://[^/]+/", "", key)
    parts = path.split("/")
    for start in range(len(parts)):
        if (name := "/".join(parts[start:])) in by_name:
            return name
    last = parts[-1]
    ending = [name for name in by_name if name.split("/")[-1] == last and path.endswith(name)]
    return ending[0] if ending else None


def _siblings(manifest: _Manifest, by_name: dict[str, Entry]) -> Iterable[str]:
    """Files of earlier runs of the same report that still lie around, superseded by the manifest's:
    called alike but for their digits, in the same folders or below the manifest's own."""
    names = [name for key in manifest.keys if (name := _named(key, by_name))]
    folders = {_folder(name) for name in names}
    shapes = {_shape(name) for name in names}
    below = f"{_folder(manifest.entry.name)}/".lstrip("/")
    for name in by_name:
        if _shape(name) in shapes and (_folder(name) in folders or (below and name.startswith(below))):
            yield name


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _shape(name: str) -> str:
    return re.sub(r"\d+", "0", name.rpartition("/")[2])


def _delivery(manifest: _Manifest, by_name: dict[str, Entry]) -> Delivery:
    files: list[Entry] = []
    for key in manifest.keys:
        name = _named(key, by_name)
        if name is None:
            return Delivery(
                manifest.report,
                manifest.report,
                tuple(files),
                problem=BadFile(
                    f"The manifest names {key}, which is not there.",
                    file=manifest.entry.name,
                    remedy="Wait until the delivery is complete, or copy all of its files.",
                    code="incomplete-delivery",
                ),
            )
        files.append(by_name[name])
    if not files:
        return Delivery(
            manifest.report,
            manifest.report,
            (),
            problem=BadFile(
                "The manifest names no files.",
                file=manifest.entry.name,
                remedy="Wait for the next delivery; this one is empty.",
                code="empty-delivery",
            ),
        )
    label = f"{manifest.report} {manifest.period}".strip()
    return Delivery(manifest.report, label, tuple(files), expected_rows=manifest.rows)
