"""Access tokens, the refresh cookie, and how often somebody may ask."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from fastapi import Request, Response

from cco.core.errors import NotAllowed, NotAuthenticated, TooMany

ACCESS_LASTS = timedelta(minutes=10)
COOKIE_PATH = "/api/v1/auth"
_ALGORITHM = "HS256"
_NAME = "cloud-cost-optimizer"


def signing_key(home: Path, configured: str | None) -> bytes:
    """The key of access tokens: the configured one, else the one kept in HOME/secret.key.

    The file is made for its owner alone, and whole or not at all, so that processes starting together
    agree on one.
    """
    if configured is not None:
        return configured.encode()
    path = home / "secret.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"secret.key.{secrets.token_hex(8)}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(48).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    return path.read_bytes()


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says."""

    user_id: str
    org_id: str
    session_id: str


class Signer:
    """Makes and reads access tokens. What they allow is looked up anew with each request."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.installation = hashlib.sha256(b"installation" + key).hexdigest()[:8]
        """Tells installations on one host apart, whose cookies a browser would mix up."""

    def sign(self, claims: Claims, now: datetime) -> str:
        """A token that is good for ACCESS_LASTS."""
        return jwt.encode(
            {
                "iss": _NAME,
                "aud": _NAME,
                "sub": claims.user_id,
                "org": claims.org_id,
                "sid": claims.session_id,
                "iat": int(now.timestamp()),
                "exp": int((now + ACCESS_LASTS).timestamp()),
            },
            self._key,
            algorithm=_ALGORITHM,
        )

    def read(self, token: str, now: datetime) -> Claims:
        """Raises NotAuthenticated where we did not sign it or its time is over."""
        try:
            found = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_NAME,
                issuer=_NAME,
                options={
                    "require": ["sub", "org", "sid", "exp", "iat"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            raise NotAuthenticated("The access token is not one of ours.", remedy="Sign in again.") from None
        if found["exp"] <= now.timestamp():
            raise NotAuthenticated(
                "The access token has ended.", remedy="Refresh the session.", code="token-ended"
            )
        return Claims(str(found["sub"]), str(found["org"]), str(found["sid"]))


@dataclass(frozen=True, slots=True)
class Cookie:
    """The refresh token's cookie: read by this API alone, sent to its auth addresses alone, and only
    by pages of this site. Over HTTPS it is `Secure`; plain HTTP is for a machine's own address."""

    installation: str
    public_url: str | None

    def _secure(self, request: Request) -> bool:
        public = self.public_url
        return urlsplit(public).scheme == "https" if public else request.url.scheme == "https"

    def _name(self, request: Request) -> str:
        return ("__Secure-" if self._secure(request) else "") + f"cco_refresh_{self.installation}"

    def read(self, request: Request) -> str | None:
        """The refresh token, where the request comes from one of our own pages or no page at all.

        Raises NotAllowed for another site's page (SameSite keeps the cookie from it anyway).
        """
        same_site(request, self.public_url)
        return request.cookies.get(self._name(request))

    def write(self, request: Request, response: Response, token: str, until: datetime) -> None:
        """Keeps the refresh token in the browser."""
        response.set_cookie(
            self._name(request),
            token,
            expires=until,
            path=COOKIE_PATH,
            secure=self._secure(request),
            httponly=True,
            samesite="strict",
        )

    def remove(self, request: Request, response: Response) -> None:
        """Makes the browser forget it."""
        response.delete_cookie(
            self._name(request),
            path=COOKIE_PATH,
            secure=self._secure(request),
            httponly=True,
            samesite="strict",
        )


def same_site(request: Request, public_url: str | None) -> None:
    """Raises NotAllowed where a browser says that another site's page makes the request."""
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", "")}
    if public_url:
        ours.add(urlsplit(public_url).netloc)
    foreign = fetched not in (None, "same-origin", "none")
    if foreign or (origin is not None and urlsplit(origin).netloc not in ours):
        raise NotAllowed(
            "Another site's page made this request.",
            remedy="Open the dashboard itself; behind a proxy set CCO_PUBLIC_URL.",
            code="cross-site",
        )


@dataclass
class Pace:
    """How often one caller may ask this process: `per_minute` on average, as many at once.

    Kept in memory: it protects a process from its callers. Sign-ins are counted in PostgreSQL.
    """

    per_minute: int
    callers: int = 10_000
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, caller: str) -> None:
        """Counts a request. Raises TooMany. 0 per minute means without limit."""
        if self.per_minute == 0:
            return
        rate = self.per_minute / 60
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(caller, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - at) * rate)
            allowed = left >= 1
            self._left[caller] = (left - 1 if allowed else left, now)
            if len(self._left) > self.callers:
                self._left.popitem(last=False)
        if not allowed:
            raise TooMany(
                f"That is more than {self.per_minute} requests a minute.",
                remedy="Ask less often.",
                retry_after=(1 - left) / rate,
            )
