"""Settings come from CCO_ variables alone, and are explained where they are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from cco.settings import Settings


def test_every_setting_says_what_it_is_for() -> None:
    without = [name for name, field in Settings.model_fields.items() if not field.description]
    assert without in ([], ["log_level"])


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CCO_HOME", str(tmp_path))
    monkeypatch.setenv("CCO_PORT", "9000")
    monkeypatch.setenv("CCO_ALLOWED_ROOTS", f"/srv/bills{os.pathsep}~/bills{os.pathsep}")
    monkeypatch.setenv("CCO_DATABASE_URL", "")
    settings = Settings()
    assert settings.home == tmp_path
    assert (settings.port, settings.port_was_chosen) == (9000, True)
    assert settings.allowed_roots == (Path("/srv/bills"), Path("~/bills").expanduser())
    assert settings.database_url is None
    assert not Settings(home=tmp_path, host="::1").port_was_chosen or "CCO_PORT" in os.environ


def test_the_lake_lies_in_the_home_unless_somebody_says_where(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).lake == str(tmp_path / "lake")
    assert Settings(home=tmp_path, lake_url="s3://bucket/prefix/").lake == "s3://bucket/prefix"
    assert Settings(home=tmp_path, lake_url="/data/lake").lake == "/data/lake"


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        database_url="postgresql://u:hunter2@h/d",
        redis_url="redis://:hunter2@h",
        secret_key="hunter2" * 9,
    )
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    "wrong", [{"port": 70_000}, {"memory_limit": "lots"}, {"log_format": "xml"}, {"secret_key": "short"}]
)
def test_wrong_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


def test_settings_do_not_change(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings(home=tmp_path).port = 1  # type: ignore[misc]
