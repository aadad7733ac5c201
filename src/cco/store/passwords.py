"""Passwords: rules, argon2id hashes, and a check that takes as long for people who do not exist."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cco.core.errors import InvalidInput

MIN_LENGTH = 12
MAX_LENGTH = 1024

_COMMON = """
    000000000000 111111111111 112233445566 121212121212 123123123123 123321123321 1234567890123
    123456789012 12345678901234 1234567890abc 123456789abc 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc
    1qaz2wsx3edc4rfv 666666666666 999999999999 abc123abc123 abcd12345678 abcdefghijkl abcdefghijklm
    adminadminadmin administrator administrator1 administrator123 adminpassword asdfasdfasdf
    asdfghjkl123 asdfghjklqwerty changeme12345 changeme1234 changemechangeme cloudcostoptimizer
    computer1234 correcthorsebatterystaple defaultpassword dragondragon football1234 freedom12345
    godzillagodzilla hellohello123 iloveyou1234 iloveyouiloveyou letmein12345 letmeinletmein
    loveyoulove12 masterpassword microsoft123 monkeymonkey mypassword123 p@ssw0rd1234 p@ssword1234
    passpasspass passw0rd1234 password0000 password1111 password1234 password12345 password123456
    password123! password2024 password2025 password2026 passwordpassword princess1234 q1w2e3r4t5y6
    qazwsxedcrfv qqqqqqqqqqqq qwer1234qwer qwertyqwerty qwerty123456 qwertyuiop12 qwertyuiop123
    qwertyuiop[] qwertyuiopas qwertyuiopasdf secretsecret starwars1234 sunshine1234 superman1234
    test12345678 testtesttest testpassword trustno11234 unknown12345 welcome12345 welcome123456
    welcomewelcome whateverwhatever zaq12wsxcde3 zxcvbnm12345 zxcvbnmasdfg
"""
COMMON = frozenset(_COMMON.split())

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each hash takes 64 MiB; a burst of sign-ins waits in line instead of filling the memory."""


def accept(password: str, *, email: str) -> None:
    """Raises InvalidInput, code ``weak-password``, where the password is too easy to guess."""
    folded = password.casefold().strip()
    reason = None
    if len(password) < MIN_LENGTH:
        reason = f"The password is shorter than {MIN_LENGTH} characters."
    elif len(password) > MAX_LENGTH:
        reason = f"The password is longer than {MAX_LENGTH} characters."
    elif folded in (email.casefold(), email.casefold().partition("@")[0]):
        reason = "The password is the e-mail address."
    elif folded in COMMON or len(set(folded)) < 4:
        reason = "The password is among the first that anybody would try."
    if reason is not None:
        raise InvalidInput(
            reason,
            remedy=f"Take {MIN_LENGTH} characters or more; a few unrelated words are good.",
            code="weak-password",
        )


def hashed(password: str) -> str:
    """The argon2id hash to keep."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether the password belongs to the kept hash. Takes the same time where there is none."""
    with _AT_ONCE:
        try:
            _HASHER.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def outdated(kept: str) -> bool:
    """The hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)
