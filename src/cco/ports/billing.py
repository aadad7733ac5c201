"""Where bills come from: a folder, an object store, whatever lists files and hands them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A file at a place where bills are delivered.

    name: relative to the place, with slashes. version: changes when the content does, as far as the
    place can tell without reading it (an ETag; size and time of change). changed_at: aware UTC.
    """

    name: str
    size: int
    version: str
    changed_at: datetime


class Bills(Protocol):
    """A place where bills are delivered. What it raises: NotFound where there is no such place,
    NotAllowed where we may not read it, Unavailable where it does not answer."""

    @property
    def location(self) -> str:
        """What a source remembers: an absolute path or a URL without a trailing slash."""
        ...

    def entries(self) -> Sequence[Entry]:
        """All files below the place, by name."""
        ...

    def read(self, name: str) -> bytes:
        """The whole content of a small file, a manifest."""
        ...

    def fetch(self, name: str, into: Path) -> Path:
        """A local path with the file's content: its own where it is local already, else a copy in
        the folder `into`."""
        ...
