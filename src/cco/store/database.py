"""The connection to PostgreSQL: engine, transactions, advisory locks, notifications, migrations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session as Session
from sqlalchemy.orm import sessionmaker

from cco.core.errors import Conflict, InvalidInput, Unavailable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Noun = TypeVar("Noun", bound=DataclassInstance)

MIGRATION_LOCK = "cco-migrate"
OLDEST_POSTGRES = 150_000


def engine_url(url: str) -> str:
    """The same address with the driver we use; accepts postgres://, postgresql:// and
    postgresql+driver://. Raises InvalidInput where it is none of them."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput(
            "The database address can't be read.",
            remedy="Set CCO_DATABASE_URL to something like postgresql://user:password@host:5432/cco.",
            code="bad-database-url",
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise InvalidInput(
            f"The database is {parsed.get_backend_name()}, and only PostgreSQL will do.",
            remedy="Set CCO_DATABASE_URL to something like postgresql://user:password@host:5432/cco.",
            code="bad-database-url",
        )
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The same address as libpq and psycopg read it."""
    return make_url(engine_url(url)).set(drivername="postgresql").render_as_string(hide_password=False)


def lock_number(name: str) -> int:
    """The 64-bit key of PostgreSQL's advisory lock with this name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


class Database:
    """One pool of connections. Safe to share between threads, not across a fork."""

    def __init__(self, url: str, *, application: str = "cco", pool_size: int = 10) -> None:
        self.url = engine_url(url)
        self.engine: Engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            pool_timeout=30,
            connect_args={
                "application_name": application,
                "connect_timeout": 10,
                "options": "-c timezone=UTC",
            },
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or rolls back where it raises.

        Raises Unavailable where the server does not answer or goes away, or no connection is free.
        """
        try:
            with self._sessions.begin() as session:
                yield session
        except (OperationalError, PoolTimeout) as error:
            raise unavailable(error) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise unavailable(error) from error
            raise

    @contextmanager
    def advisory_lock(self, name: str) -> Iterator[Connection]:
        """Holds the named lock of this database, waiting for it; yields the connection that holds it.

        It is released with the connection: whoever is killed lets go.
        """
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": lock_number(name)})
                try:
                    yield connection
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": lock_number(name)})
        except OperationalError as error:
            raise unavailable(error) from error

    @contextmanager
    def try_lock(self, name: str) -> Iterator[bool]:
        """Whether the named lock was free and is now ours until the end of the block."""
        key = {"key": lock_number(name)}
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                won = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar())
                try:
                    yield won
                finally:
                    if won and not connection.invalidated:
                        connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        except OperationalError as error:
            raise unavailable(error) from error

    @contextmanager
    def listening(self, *channels: str) -> Iterator[Listener]:
        """A connection of its own that hears NOTIFY on these channels."""
        try:
            with psycopg.connect(libpq_url(self.url), autocommit=True, connect_timeout=10) as connection:
                for channel in channels:
                    connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
                yield Listener(connection)
        except psycopg.OperationalError as error:
            raise unavailable(error) from error

    def ping(self) -> str:
        """The server's version number, as ``18.4``. Raises Unavailable where it does not answer."""
        with self.transaction() as session:
            return str(session.execute(text("SHOW server_version")).scalar_one()).split()[0]

    def revision(self) -> str | None:
        """The migration this database is at; None when it is empty."""
        with self.transaction() as session:
            if session.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
                return None
            return session.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def is_current(self) -> bool:
        """The tables are those this version of the product needs."""
        return self.revision() == head()

    def close(self) -> None:
        """Closes all connections that nobody uses."""
        self.engine.dispose()


class Listener:
    """What `Database.listening` hears."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def wait(self, seconds: float) -> list[tuple[str, str]]:
        """(channel, payload) of what arrived within the time; returns with the first, or empty.

        Raises Unavailable where the server goes away.
        """
        try:
            return [
                (notice.channel, notice.payload)
                for notice in self._connection.notifies(timeout=seconds, stop_after=1)
            ]
        except psycopg.OperationalError as error:
            raise unavailable(error) from error


def unavailable(error: Exception) -> Unavailable:
    """What a person should read when the server does not answer."""
    cause = getattr(error, "orig", None) or error
    detail = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    return Unavailable(
        f"The database does not answer: {detail}.",
        remedy="Try again in a few seconds; `cco doctor` tells what is wrong.",
        code="database-unavailable",
    )


def noun(kind: type[Noun], row: object) -> Noun:
    """The frozen value of a table's row: its fields are columns of the same name."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})


# Migrations


def scripts() -> Path:
    """Where the migrations are: in the wheel beside the code, in a checkout at its root."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parents[1] / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest migration this version of the product knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError("there are no migrations")
    return revision


def migrate(url: str, revision: str = "head") -> None:
    """Brings the tables to a migration, forwards or back; does nothing when they are there.

    One process at a time does it; the others wait. The whole of it is one transaction.
    Raises Unavailable where the server does not answer, Conflict where a newer version of the product
    has migrated this database, InvalidInput where the server is too old.
    """
    engine = create_engine(engine_url(url), connect_args={"connect_timeout": 10})
    try:
        with engine.begin() as connection:
            version = connection.execute(text("SHOW server_version_num")).scalar_one()
            if int(version) < OLDEST_POSTGRES:
                raise InvalidInput(
                    f"This PostgreSQL is version {int(version) // 10_000}.",
                    remedy="Use PostgreSQL 15 or newer.",
                    code="old-postgres",
                )
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_number(MIGRATION_LOCK)}
            )
            config = _config(connection)
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            present = _present(connection)
            if present is not None and present not in known:
                raise Conflict(
                    f"A newer version of Cloud Cost Optimizer has used this database (migration {present}).",
                    remedy="Upgrade this installation, or use another CCO_HOME or CCO_DATABASE_URL.",
                    code="newer-database",
                )
            if present == revision or (revision == "head" and present == head()):
                return
            if _is_earlier(config, revision, present):
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
    except OperationalError as error:
        raise unavailable(error) from error
    finally:
        engine.dispose()


def drift(url: str) -> None:
    """Raises alembic's CommandError where the tables differ from those in `tables`."""
    engine = create_engine(engine_url(url))
    try:
        with engine.begin() as connection:
            command.check(_config(connection))
    finally:
        engine.dispose()


def _present(connection: Connection) -> str | None:
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _is_earlier(config: Config, revision: str, present: str | None) -> bool:
    if present is None or revision == "head":
        return False
    if revision == "base":
        return True
    ancestors = ScriptDirectory.from_config(config).iterate_revisions(present, "base")
    return revision in {script.revision for script in ancestors}
