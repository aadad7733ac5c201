"""What every test may ask for: a real PostgreSQL, a home, a clock, the wiring, the shared data."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from cco import logs
from cco.core.window import FixedClock
from cco.settings import Settings
from cco.store.database import Database, engine_url, migrate
from cco.store.orgs import DEFAULT, Orgs
from cco.store.postgres import EmbeddedPostgres
from cco.wiring import Wiring, build

for name in [name for name in os.environ if name.startswith("CCO_") and not name.startswith("CCO_TEST_")]:
    del os.environ[name]  # the developer's own settings are not under test

logs.configure("json")  # the default of the library draws every local variable of an error, for seconds

TEMPLATE = "cco_template"
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""A test database does not outlive the machine."""


def administer(server: str, *statements: str) -> None:
    """Runs statements outside of transactions on the server's own database."""
    engine = create_engine(engine_url(server), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def on(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return make_url(server).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A PostgreSQL shared by all xdist workers: the embedded one, or CCO_TEST_DATABASE_URL."""
    if given := os.environ.get("CCO_TEST_DATABASE_URL"):
        yield given
        return
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    with EmbeddedPostgres(shared / "server", options=CARELESS).running() as url:
        yield on(url, "postgres")


@pytest.fixture(scope="session")
def template_database(postgres_server: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The name of a migrated, empty database to copy; made once for all xdist workers."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    with (shared / "template.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != "made":
            administer(
                postgres_server,
                f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)",
                f"CREATE DATABASE {TEMPLATE}",
            )
            migrate(on(postgres_server, TEMPLATE))
            lock.write("made")
    return TEMPLATE


@pytest.fixture(scope="session")
def database_url(postgres_server: str, template_database: str, worker_id: str) -> Iterator[str]:
    """A migrated database of this xdist worker's own."""
    own = f"cco_test_{worker_id}"
    administer(
        postgres_server,
        f"DROP DATABASE IF EXISTS {own} WITH (FORCE)",
        f"CREATE DATABASE {own} TEMPLATE {template_database}",
    )
    yield on(postgres_server, own)
    administer(postgres_server, f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")


@pytest.fixture
def empty_database_url(postgres_server: str, worker_id: str) -> Iterator[str]:
    """A database without tables, for this test alone."""
    own = f"cco_empty_{worker_id}"
    administer(postgres_server, f"DROP DATABASE IF EXISTS {own} WITH (FORCE)", f"CREATE DATABASE {own}")
    yield on(postgres_server, own)
    administer(postgres_server, f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    """Connections to `database_url`. A test that commits asks for `wiring` or `clean_database`."""
    database = Database(database_url, application="tests")
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session whose work is undone after the test, commits and all."""
    with database.engine.connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def org_id(session: Session) -> str:
    """The default organisation, in `session`."""
    return Orgs(session).ensure(DEFAULT).id


@pytest.fixture
def clean_database(database: Database) -> Iterator[Database]:
    """`database`, for tests that commit: every table is emptied afterwards."""
    yield database
    with database.transaction() as session:
        tables = session.scalars(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                "WHERE schemaname IN ('public', 'iceberg') AND tablename <> 'alembic_version'"
            )
        )
        session.execute(text(f"TRUNCATE {', '.join(tables)}"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty CCO_HOME."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def clock() -> FixedClock:
    """Noon of 23 November 2026, UTC, and it stays there."""
    return FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.fixture
def wiring(clean_database: Database, home: Path, clock: FixedClock) -> Iterator[Wiring]:
    """Everything, over a fresh home, with the default organisation and nothing else."""
    wiring = build(Settings(home=home, allowed_roots=(home.parent,)), clean_database.url, clock=clock)
    with wiring.database.transaction() as session:
        Orgs(session).ensure(DEFAULT)
    yield wiring
    wiring.close()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The shared third-party data (CCO_TEST_DATA, by default beside the checkout)."""
    given = os.environ.get("CCO_TEST_DATA")
    found = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not (found / "billing").is_dir():
        pytest.fail(
            f"There is no shared data in {found}. Set CCO_TEST_DATA to the folder that holds billing/.",
            pytrace=False,
        )
    return found


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Waits until something is true, and fails saying what was not, where it does not become so."""

    def wait(true: Callable[[], object], what: str, *, seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                pytest.fail(f"not within {seconds:.0f} s: {what}")
            time.sleep(0.02)

    return wait
