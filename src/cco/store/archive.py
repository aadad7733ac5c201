"""Unpacking what was delivered: gzip, zip, and text in other encodings, streamed to scratch files
under limits that a hostile or broken archive can't pass."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from cco.core.errors import BadFile, Unavailable
from cco.store.staging import disk_full

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an archive may expand.

    bytes: all its content together. ratio: unpacked to packed, once more than `free` bytes came out
    (billing text compresses 10 to 40 times; a bomb 1,000 times and more). members: files in a zip.
    """

    bytes: int = 200 << 30
    ratio: int = 250
    free: int = 64 << 20
    members: int = 10_000


class _Budget:
    """What an archive has used of its limits."""

    def __init__(self, limits: Limits, packed: int, file: str) -> None:
        self.limits = limits
        self.packed = max(packed, 1)
        self.file = file
        self.used = 0

    def spend(self, count: int) -> None:
        self.used += count
        over = self.used > self.limits.bytes
        if over or (self.used > self.limits.free and self.used > self.packed * self.limits.ratio):
            raise BadFile(
                f"The archive expands beyond what a bill needs: {self.used >> 20} MiB so far, "
                f"{self.used // self.packed} times its size. Unpacking was stopped.",
                file=self.file,
                remedy="If it is genuine, unpack it yourself and load the files in it.",
                code="archive-too-large",
            )


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def gunzip(path: Path, target: Path, *, file: str, limits: Limits) -> Path:
    """Unpack gzip (of any number of members), checking its checksum and length.

    Raises BadFile where it is truncated, damaged or expands too far."""
    budget = _Budget(limits, path.stat().st_size, file)
    with path.open("rb") as source, _writing(target) as out:
        unpacker = zlib.decompressobj(wbits=31)
        pending = b""
        began = False
        while True:
            chunk = pending or source.read(CHUNK)
            pending = b""
            if not chunk:
                break
            if unpacker.eof:
                if not chunk.strip(b"\0"):
                    continue  # zero padding after the last member is allowed
                unpacker = zlib.decompressobj(wbits=31)
            try:
                data = unpacker.decompress(chunk, CHUNK)
                while data:
                    budget.spend(len(data))
                    out.write(data)
                    data = unpacker.decompress(unpacker.unconsumed_tail, CHUNK)
            except zlib.error as error:
                raise _damaged(file) from error
            pending = unpacker.unused_data
            began = True
        if not began or not unpacker.eof:
            raise _damaged(file)
    return target


def unzip(path: Path, into: Path, *, file: str, limits: Limits) -> list[tuple[str, Path]]:
    """Unpack a zip archive's files as (name, path); the names are never used as paths.

    Raises BadFile where it is damaged, encrypted, names a path outside itself, or expands too far."""
    budget = _Budget(limits, path.stat().st_size, file)
    into.mkdir(parents=True, exist_ok=True)
    found: list[tuple[str, Path]] = []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if len(members) > limits.members:
                raise BadFile(
                    f"The archive holds {len(members)} files, more than {limits.members}.",
                    file=file,
                    remedy="Unpack it yourself and load the files in it.",
                    code="archive-too-large",
                )
            names = {info.filename for info in members}
            if "[Content_Types].xml" in names:
                raise BadFile(
                    "This is an Excel workbook, not a billing export.",
                    file=file,
                    remedy="Save its sheet as CSV (UTF-8) and load that.",
                    code="unknown-content",
                )
            for number, info in enumerate(members):
                name = info.filename.replace("\\", "/")
                if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
                    raise BadFile(
                        f"The archive names a path outside itself: {info.filename!r}.",
                        file=file,
                        remedy="Do not trust this archive; ask who sent it, and pack the files anew.",
                        code="path-escape",
                    )
                last = name.split("/")[-1]
                if name.startswith("__MACOSX/") or last.startswith("."):
                    continue
                if info.flag_bits & 0x1:
                    raise BadFile(
                        f"The archive's file {name} is encrypted.",
                        file=file,
                        remedy="Unpack it with its password and load the files in it.",
                        code="encrypted-archive",
                    )
                target = into / f"member-{number}"
                with archive.open(info) as source, _writing(target) as out:
                    while data := source.read(CHUNK):
                        budget.spend(len(data))
                        out.write(data)
                found.append((name, target))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(file) from error
    return found


def to_utf8(path: Path, target: Path, *, encoding: str, file: str) -> Path:
    """Rewrite text as UTF-8. Raises BadFile where it is not in that encoding throughout."""
    fallback = "latin-1" if encoding == "cp1252" else None
    try:
        with path.open("r", encoding=encoding, newline="") as source, _writing(target) as out:
            while text := source.read(CHUNK):
                out.write(text.encode())
    except UnicodeError as error:
        if fallback is not None:
            return to_utf8(path, target, encoding=fallback, file=file)
        raise BadFile(
            f"The file begins as {encoding.upper()} text, but not all of it is.",
            file=file,
            remedy="Save the file in one encoding (UTF-8) and try again.",
            code="wrong-encoding",
        ) from error
    return target


def is_utf8(path: Path) -> bool:
    """Whether all of a file is UTF-8."""
    try:
        with path.open("r", encoding="utf-8", newline="") as source:
            while source.read(CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def head(path: Path, count: int) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(count)


class _writing:
    """A scratch file being written; a full disk is explained, a half file removed."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> _writing:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.stream = self.target.open("wb")
        return self

    def write(self, data: bytes) -> None:
        self.stream.write(data)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.stream.close()
        except OSError as closing:
            error = error or closing
        if error is not None:
            self.target.unlink(missing_ok=True)
            if disk_full(error):
                raise no_space() from error
            if not isinstance(error, OSError):
                return
            raise error


def no_space() -> Unavailable:
    """The disk is full."""
    return Unavailable(
        "There is no space left on the disk for this load; nothing of it was kept.",
        remedy="Free space under the home directory (CCO_HOME) or move it to a larger disk, then retry.",
        code="disk-full",
    )


def _damaged(file: str) -> BadFile:
    return BadFile(
        "The archive is truncated or damaged.",
        file=file,
        remedy="Export the file again, or wait until its delivery has finished.",
        code="truncated-archive",
    )
