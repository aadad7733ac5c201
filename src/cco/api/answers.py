"""Answers that cost nothing the second time: tagged by the lake snapshot they were read from."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request, Response
from pydantic import BaseModel

_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


class Answers:
    """The last answers given, kept as bytes until `limit` bytes are reached.

    An answer is known by organisation, version (lake snapshot and organisation settings) and address, so
    nothing ever needs to be thrown away for being wrong, only for being old.
    """

    def __init__(self, limit: int = 64 * 1024 * 1024) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._working: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def serve(self, request: Request, org_id: str, version: str, make: Callable[[], BaseModel]) -> Response:
        """304 where the client has it already, the kept bytes where we have, else what `make` answers.
        Of several who ask the same at once, one works and the others wait."""
        address = f"{request.url.path}?{'&'.join(sorted(request.url.query.split('&')))}"
        digest = hashlib.sha256(f"{org_id} {version} {address}".encode()).hexdigest()[:32]
        tag = f'W/"{digest}"'
        headers = {**_HEADERS, "ETag": tag}
        if tag in [given.strip() for given in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        body = self._find(digest)
        if body is None:
            with self._lock:
                turn = self._working.setdefault(digest, threading.Lock())
            try:
                with turn:
                    body = self._find(digest)
                    if body is None:
                        body = make().model_dump_json().encode()
                        self._keep(digest, body)
            finally:
                with self._lock:
                    self._working.pop(digest, None)
        return Response(body, media_type="application/json", headers=headers)

    def _find(self, digest: str) -> bytes | None:
        with self._lock:
            body = self._kept.get(digest)
            if body is not None:
                self._kept.move_to_end(digest)
            return body

    def _keep(self, digest: str, body: bytes) -> None:
        with self._lock:
            if digest not in self._kept:
                self._kept[digest] = body
                self._size += len(body)
            while self._size > self._limit and self._kept:
                _, old = self._kept.popitem(last=False)
                self._size -= len(old)
