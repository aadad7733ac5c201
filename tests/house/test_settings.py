"""Every setting is documented, and nothing that is documented is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cco.settings import Settings

ROOT = Path(__file__).parents[2]
NAMES = {f"CCO_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize(
    ("path", "pattern"),
    [(".env.example", r"^#?\s*(CCO_[A-Z0-9_]+)="), ("docs/configuration.md", r"^\| `(CCO_[A-Z0-9_]+)`")],
)
def test_every_setting_is_documented_once(path: str, pattern: str) -> None:
    found = re.findall(pattern, (ROOT / path).read_text(), re.MULTILINE)
    assert sorted(found) == sorted(NAMES)


def test_every_setting_says_what_it_is_for() -> None:
    unexplained = [name for name, field in Settings.model_fields.items() if not field.description]
    assert unexplained in ([], ["log_level"])  # debug, info, warning, error: the values say it


def test_the_example_gives_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            monkeypatch.setenv(name, value)
    from_example = Settings()
    monkeypatch.undo()
    assert from_example.model_dump() == Settings().model_dump()
