"""The composition root opens everything on a home, and closes it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cco.core.errors import InvalidInput, Unavailable
from cco.settings import Settings
from cco.store.orgs import DEFAULT, Orgs
from cco.store.postgres import EmbeddedPostgres
from cco.wiring import opened


def test_an_empty_home_becomes_a_migrated_product_and_keeps_its_data(home: Path) -> None:
    settings = Settings(home=home)
    for _ in range(2):
        with opened(settings) as wiring:
            assert wiring.database.is_current()
            assert EmbeddedPostgres(home).alive()
            with wiring.database.transaction() as session:
                Orgs(session).ensure(DEFAULT)
                assert [org.slug for org in Orgs(session).all()] == [DEFAULT]
        assert not EmbeddedPostgres(home).alive()


def test_a_given_database_is_used_and_no_server_is_started(home: Path, empty_database_url: str) -> None:
    with opened(Settings(home=home, database_url=empty_database_url)) as wiring:
        assert wiring.database.is_current()
    assert not (home / "postgres").exists()


def test_what_cannot_be_reached_or_read_is_explained(home: Path) -> None:
    with (
        pytest.raises(Unavailable, match="does not answer"),
        opened(Settings(home=home, database_url="postgresql://a@127.0.0.1:1/b")),
    ):
        pass
    with pytest.raises(InvalidInput), opened(Settings(home=home, database_url="mysql://a@b/c")):
        pass


def test_a_person_may_read_anything_and_the_server_its_roots(home: Path, empty_database_url: str) -> None:
    settings = Settings(home=home, database_url=empty_database_url, allowed_roots=(Path("/srv"),))
    with opened(settings) as wiring:
        assert wiring.ingest().roots == (Path("/srv"), home / "uploads")
        assert wiring.ingest(anywhere=True).roots is None
