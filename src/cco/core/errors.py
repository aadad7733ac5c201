"""Every error the product raises on purpose, in one tree.

    CcoError                     something we can explain; carries what to do next
    ├── InvalidInput             the caller's values are wrong                           (422)
    │   ├── BadFile              a delivered file can't be loaded: names file, row, remedy
    │   └── MissingRate          no exchange rate for a currency and billing period
    ├── NotAuthenticated         who are you?                                            (401)
    ├── NotAllowed               we know who you are, and you may not                    (403)
    ├── NotFound                 no such thing in this organisation                      (404)
    ├── Conflict                 the thing has changed, exists already, or is in use     (409)
    ├── TooMany                  a rate or size limit                                    (429)
    └── Unavailable              a store or cloud does not answer; trying again may help (503)

`message` says what happened, `remedy` how to go on. Neither ever holds a secret or a stack trace.
"""

from __future__ import annotations


class CcoError(Exception):
    """Something that went wrong in a way we can explain.

    code: stable, lower-case, hyphenated; what a client may switch on.
    remedy: one sentence that starts with a verb, or "" where nothing can be done.
    """

    code = "error"

    def __init__(self, message: str, *, remedy: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(CcoError):
    """The caller's values are wrong; the same call will fail again."""

    code = "invalid-input"


class BadFile(InvalidInput):
    """A delivered file can't be loaded.

    file: its name as the user knows it; row: the 1-based line (header = 1) or None where no row
    is to blame; column: the file's own column name or None.
    """

    code = "bad-file"

    def __init__(
        self,
        message: str,
        *,
        file: str,
        remedy: str,
        row: int | None = None,
        column: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.file = file
        self.row = row
        self.column = column

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message} {self.remedy}".strip()


class MissingRate(InvalidInput):
    """No exchange rate for a currency in a billing period: the figure is unknown, not zero."""

    code = "missing-rate"


class NotAuthenticated(CcoError):
    """The caller did not prove who it is."""

    code = "not-authenticated"


class NotAllowed(CcoError):
    """The caller is known and lacks the role, or a path lies outside the allowed roots."""

    code = "not-allowed"


class NotFound(CcoError):
    """No such thing, or none that this organisation may see."""

    code = "not-found"


class Conflict(CcoError):
    """The thing has changed since it was read, exists already, or is held by someone else."""

    code = "conflict"


class TooMany(CcoError):
    """A rate or size limit. retry_after: seconds until another try can succeed."""

    code = "too-many"

    def __init__(self, message: str, *, remedy: str = "", retry_after: float = 1.0) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class Unavailable(CcoError):
    """A store or a cloud does not answer now; the same call may succeed later."""

    code = "unavailable"
