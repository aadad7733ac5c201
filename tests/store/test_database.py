"""Migrations, transactions, locks and notifications on a real server."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, InvalidInput, Unavailable
from cco.core.resource import Resource
from cco.store.database import Database, drift, engine_url, head, migrate
from cco.store.jobs import Jobs
from cco.store.loads import Loads
from cco.store.orgs import DEFAULT, DEMO, Orgs
from cco.store.rates import Rate, Rates
from cco.store.resources import Resources
from cco.store.sources import Sources
from cco.store.tables import new_id


def fill(database: Database) -> None:
    """Something in every table that a migration might change."""
    with database.transaction() as session:
        org_id = Orgs(session).ensure(DEFAULT).id
        Orgs(session).ensure(DEMO)
        now = datetime(2026, 11, 23, tzinfo=UTC)
        source = Sources(session).create(
            org_id, name="Bills", kind="folder", location="/bills", poll_minutes=5, now=now
        )
        job = Jobs(session).enqueue(org_id, "load", {"source_id": source.id})
        Loads(session).begin(
            org_id,
            new_id(),
            source_id=source.id,
            job_id=job.id,
            part="a",
            file="a",
            bytes=1,
            started_at=now,
        )
        Rates(session).put(org_id, [Rate("EUR", "USD", date(2026, 11, 1), Decimal("1.1"))])
        Resources(session).seen(
            org_id,
            [Resource("AWS", "i-1", "web", None, None, None, None, {"team": "a"}, now, now)],
        )


def test_every_migration_goes_up_down_and_up_again_with_data_in_the_tables(empty_database_url: str) -> None:
    migrate(empty_database_url)
    database = Database(empty_database_url)
    fill(database)
    drift(empty_database_url)
    revisions = [head()]
    while revisions[-1] != "0001":
        migrate(empty_database_url, f"{int(revisions[-1]) - 1:04}")
        revisions.append(str(database.revision()))
    for revision in reversed(revisions):
        migrate(empty_database_url, revision)
        assert database.revision() == revision
    drift(empty_database_url)
    with database.transaction() as session:
        assert Jobs(session).depth() == {"queued": 1}
    migrate(empty_database_url, "base")
    assert database.revision() is None
    with database.transaction() as session:
        left = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    assert left == ["alembic_version"]
    migrate(empty_database_url)
    drift(empty_database_url)
    assert database.is_current()
    database.close()


def test_migrating_at_once_from_many_processes_happens_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        for outcome in [pool.submit(migrate, empty_database_url) for _ in range(6)]:
            outcome.result()
    database = Database(empty_database_url)
    assert database.revision() == head()
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(empty_database_url: str) -> None:
    migrate(empty_database_url)
    database = Database(empty_database_url)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="newer version"):
        migrate(empty_database_url)
    database.close()


def test_a_failed_transaction_leaves_nothing(clean_database: Database) -> None:
    def fail() -> None:
        with clean_database.transaction() as session:
            Orgs(session).ensure("half-done")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with clean_database.transaction() as session:
        assert "half-done" not in {org.slug for org in Orgs(session).all()}


def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_told() -> None:
    database = Database("postgresql://cco:secret@127.0.0.1:1/cco")
    with pytest.raises(Unavailable) as caught, database.transaction() as session:
        session.execute(text("SELECT 1"))
    assert "secret" not in str(caught.value)
    with pytest.raises(Unavailable):
        migrate("postgresql://cco:secret@127.0.0.1:1/cco")
    database.close()


def test_a_session_cut_off_by_the_server_is_unavailable_and_the_next_one_works(database: Database) -> None:
    with pytest.raises(Unavailable), database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert database.ping().count(".") == 1


@pytest.mark.parametrize("url", ["mysql://root@host/db", "not a url", "sqlite://"])
def test_an_address_that_is_not_postgresql_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        engine_url(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_all_spellings_of_a_postgresql_address_are_understood(scheme: str) -> None:
    assert engine_url(f"{scheme}://a:b%40c@host:5433/d") == "postgresql+psycopg://a:b%40c@host:5433/d"


def test_an_advisory_lock_has_one_holder(database: Database) -> None:
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with database.advisory_lock("test"):
            order.append("second")

    with database.advisory_lock("test"):
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait()
        thread.join(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_notification_is_heard_when_its_transaction_commits(clean_database: Database) -> None:
    with clean_database.listening("cco_test") as listener:
        assert listener.wait(0.05) == []
        with clean_database.transaction() as session:
            session.execute(text("SELECT pg_notify('cco_test', 'hello')"))
        assert listener.wait(5) == [("cco_test", "hello")]


def test_ids_sort_by_time_and_rows_of_a_rolled_back_session_are_gone(session: Session) -> None:
    ids = [Orgs(session).ensure(f"org-{number}").id for number in range(5)]
    assert len(set(ids)) == 5
    session.rollback()
    assert Orgs(session).all() == ()
