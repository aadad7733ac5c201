from __future__ import annotations

from cco.core.errors import BadFile, CcoError, TooMany
from cco.core.role import Role, weaker


def subclasses(kind: type[CcoError]) -> set[type[CcoError]]:
    return {kind, *(below for each in kind.__subclasses__() for below in subclasses(each))}


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = {kind for kind in subclasses(CcoError) if kind.__module__ == CcoError.__module__}
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and " " not in code for code in codes)


def test_a_bad_file_names_file_row_column_and_remedy() -> None:
    error = BadFile("'x' is no number.", file="a.csv", row=7, column="BilledCost", remedy="Mend the row.")
    assert str(error) == "a.csv, row 7, column BilledCost: 'x' is no number. Mend the row."
    assert str(BadFile("It is empty.", file="a.csv", remedy="")) == "a.csv: It is empty."


def test_errors_carry_their_own_code_and_wait() -> None:
    assert CcoError("No.", code="other").code == "other"
    assert TooMany("Slow down.", retry_after=3).retry_after == 3


def test_each_role_covers_the_ones_before_it() -> None:
    assert Role.ADMIN.covers(Role.VIEWER)
    assert not Role.VIEWER.covers(Role.ANALYST)
    assert weaker(Role.ADMIN, Role.ANALYST) is Role.ANALYST
