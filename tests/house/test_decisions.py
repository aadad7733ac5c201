"""Decision records are listed, complete, and name checks that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))


def test_every_record_is_listed_in_order() -> None:
    listed = re.findall(r"^\| \[\d{4}\]\(([^)]+)\)", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [record.name for record in RECORDS]
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_says_why_what_it_costs_and_what_enforces_it(record: Path) -> None:
    text = record.read_text()
    assert text.startswith(f"# {record.name[:4]} · ")
    assert re.search(r"^(Decided|Replaced) \d{4}-\d{2}-\d{2}", text, re.MULTILINE)
    for heading in ("**Context.**", "**Decision.**", "**Costs.**", "**Enforced by.**"):
        assert heading in text, f"{record.name} lacks {heading}"
    enforced = text.split("**Enforced by.**")[1]
    assert re.search(r"\]\((\.\./)+", enforced), f"{record.name} names no check"


@pytest.mark.parametrize(
    "page",
    sorted(path for path in [*FOLDER.parents[1].glob("*.md"), *FOLDER.parent.rglob("*.md")]),
    ids=lambda path: str(path.relative_to(FOLDER.parents[1])),
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = [
        target.split("#")[0]
        for target in re.findall(r"""(?:\]\(|src(?:set)?=")([^)"\s]+)""", text)
        if not re.match(r"https?://|mailto:|#", target)
    ]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_every_migration_is_in_the_changelog() -> None:
    root = FOLDER.parents[1]
    told = set(re.findall(r"^- `(\d{4})`", (root / "CHANGELOG.md").read_text(), re.MULTILINE))
    assert told == {path.name[:4] for path in (root / "migrations" / "versions").glob("[0-9]*.py")}
