"""Uploads go straight to disk as they arrive: never whole in memory, never twice on disk."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fastapi import HTTPException
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cco.api.errors import InvalidFields, TooLarge
from cco.core.errors import InvalidInput
from cco.store import archive, staging

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_BATCH = 1 << 20
_MAX_FIELD = 4096
_MAX_FIELDS = 20
_MAX_NAME_BYTES = 180


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived. fields: the form's other values."""

    path: Path
    name: str
    bytes: int
    fields: dict[str, str]

    def discard(self) -> None:
        """Removes the file and its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def too_large(limit: int) -> TooLarge:
    """What somebody reads whose file is larger than `limit` bytes."""
    return TooLarge(
        f"The file is larger than {limit:,} bytes.",
        remedy="Pack it, split it, or load it with `cco ingest` on the server.",
    )


def safe_name(offered: str) -> str:
    """A file name for our own folder from whatever a browser sends: its last part, without control
    characters, separators or leading dots, of a length that every file system takes."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", offered))[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*\0')
    kept = kept.strip().lstrip(".").strip()
    stem, dot, ending = kept.partition(".")
    while len(kept.encode()) > _MAX_NAME_BYTES and len(stem) > 1:
        stem = stem[:-1]
        kept = f"{stem}{dot}{ending}"
    return kept.encode()[-_MAX_NAME_BYTES:].decode("utf-8", "ignore") or "upload"


async def receive(
    stream: AsyncIterator[bytes], content_type: str | None, folder: Path, *, limit: int
) -> Upload:
    """Writes the one file of a multipart form into a folder made for it.

    Raises InvalidInput where the form is not as it should be, TooLarge beyond `limit` bytes,
    Unavailable where the disk is full; then nothing is left of it.
    """
    form = _Form(content_type, folder, limit)
    try:
        batch = bytearray()
        async for chunk in stream:
            batch += chunk
            if len(batch) >= _BATCH:
                await run_in_threadpool(form.feed, bytes(batch))
                batch.clear()
        return await run_in_threadpool(form.finish, bytes(batch))
    except BaseException:
        form.discard()
        raise


class _Form:
    """A multipart form as its bytes arrive."""

    def __init__(self, content_type: str | None, folder: Path, limit: int) -> None:
        media, options = parse_options_header(content_type)
        if media != b"multipart/form-data":
            raise HTTPException(415)
        boundary = options.get(b"boundary")
        if not boundary or len(boundary) > 200:
            raise InvalidInput("The form has no boundary.", remedy="Let the browser set Content-Type.")
        self._folder = folder
        self._limit = limit
        self._file: BinaryIO | None = None
        self._name: str | None = None
        self._bytes = 0
        self._fields: dict[str, str] = {}
        self._field: str | None = None
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._text = bytearray()
        self._ended = False
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._part_begins,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_ends,
            "on_end": self._ends,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def feed(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except FormParserError:
            raise InvalidInput("The form can't be read.", remedy="Upload the file again.") from None
        except OSError as error:
            if staging.disk_full(error):
                raise archive.no_space() from error
            raise

    def finish(self, data: bytes) -> Upload:
        self.feed(data)
        if not self._ended:
            raise InvalidInput("The upload broke off.", remedy="Upload the file again.")
        if self._name is None:
            raise InvalidFields(
                "The form holds no file.", [("body.file", "Field required")], remedy="Choose a file."
            )
        return Upload(self._folder / self._name, self._name, self._bytes, self._fields)

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _part_begins(self) -> None:
        self._disposition = b""
        self._field = None
        self._text.clear()
        self._header = (bytearray(), bytearray())

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_ends(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            if len(self._fields) >= _MAX_FIELDS:
                raise InvalidInput("The form has too many fields.", remedy="Send one file and its options.")
            self._field = field
            return
        if field != "file" or self._name is not None:
            raise InvalidFields(
                "The form must hold one file.",
                [(f"body.{field[:40]}", "Only one file, named `file`.")],
                remedy="Upload one file at a time.",
            )
        self._name = safe_name(options[b"filename"].decode("utf-8", "replace"))
        self._folder.mkdir(parents=True, mode=0o700)
        self._file = (self._folder / self._name).open("xb")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._text += data[start:end]
            if len(self._text) > _MAX_FIELD:
                raise InvalidInput(
                    "A field of the form is too long.", remedy="Send one file and its options."
                )
            return
        self._bytes += end - start
        if self._bytes > self._limit:
            raise too_large(self._limit)
        self._file.write(memoryview(data)[start:end])

    def _part_ends(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        elif self._field is not None:
            self._fields[self._field] = self._text.decode("utf-8", "replace")

    def _ends(self) -> None:
        self._ended = True
