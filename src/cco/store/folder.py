"""A folder of this machine as a place where bills are delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cco.core.errors import NotAllowed, NotFound
from cco.ports.billing import Entry

MANIFEST_BYTES = 16 << 20
"""A manifest is small; more than this is none."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below `path`.

    only: the names that count, or None for all of them. roots: folders that files must lie in once
    every link is followed, or None where the caller may read whatever the process may (a person at
    the command line).
    """

    path: Path
    only: tuple[str, ...] | None = None
    roots: tuple[Path, ...] | None = None

    @property
    def location(self) -> str:
        """The folder's absolute path."""
        return str(self.path)

    def entries(self) -> Sequence[Entry]:
        """The visible files below the folder; hidden ones and those still being written by name
        (``.part``, ``.tmp``, ``~``) are left out."""
        within(self.path, self.roots)
        if not self.path.is_dir():
            raise NotFound(
                f"There is no folder {self.path}.", remedy="Check the path, or that it is mounted."
            )
        return sorted(self._walk(), key=lambda entry: entry.name)

    def read(self, name: str) -> bytes:
        """The content of a manifest."""
        with self._file(name).open("rb") as stream:
            return stream.read(MANIFEST_BYTES)

    def fetch(self, name: str, into: Path) -> Path:  # noqa: ARG002 - it is local already
        """The file itself."""
        return self._file(name)

    def _file(self, name: str) -> Path:
        path = self.path / name
        within(path, self.roots)
        if not path.is_file():
            raise NotFound(f"There is no file {path}.", remedy="Check the path.")
        return path

    def _walk(self) -> Iterator[Entry]:
        if self.only is not None:
            found = [self.path / name for name in self.only]
        else:
            found = [path for path in self.path.rglob("*") if path.is_file()]
        for path in found:
            name = path.relative_to(self.path).as_posix()
            if self.only is None and _passing(name):
                continue
            if not path.is_file():
                raise NotFound(f"There is no file {path}.", remedy="Check the path.")
            status = path.stat()
            yield Entry(
                name,
                status.st_size,
                f"{status.st_size}-{status.st_mtime_ns}",
                datetime.fromtimestamp(status.st_mtime, UTC),
            )


def _passing(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith((".", "__MACOSX")) for part in parts) or name.endswith(
        (".part", ".tmp", ".crdownload", "~")
    )


def within(path: Path, roots: Sequence[Path] | None) -> None:
    """Raise NotAllowed unless the path, every link followed, lies in one of the roots."""
    if roots is None:
        return
    real = path.resolve()
    if not any(real.is_relative_to(root.resolve()) for root in roots):
        raise NotAllowed(
            f"{path} is outside the folders that the server may read.",
            remedy="Move the file below one of CCO_ALLOWED_ROOTS, or have its folder added there.",
            code="outside-allowed-roots",
        )
