"""The composition root: settings in, everything else out, built once a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cco import logs
from cco.core.window import Clock, SystemClock
from cco.ingest.load import Ingest
from cco.settings import Settings as Settings
from cco.store.database import Database, migrate
from cco.store.lake import Lake
from cco.store.postgres import EmbeddedPostgres


@dataclass(frozen=True)
class Wiring:
    """What the edges are given."""

    settings: Settings
    clock: Clock
    database: Database
    lake: Lake

    @property
    def scratch(self) -> Path:
        """Where this installation may put large temporary files; wiped when it pleases."""
        return self.settings.home / "scratch"

    @property
    def uploads(self) -> Path:
        """Where uploaded files lie until they are loaded."""
        return self.settings.home / "uploads"

    def ingest(self, *, anywhere: bool = False) -> Ingest:
        """What loads bills; anywhere: for a person at the command line, who may read what the process
        may, where the server reads from the allowed roots and its uploads alone."""
        return Ingest(
            lake=self.lake,
            database=self.database,
            clock=self.clock,
            home=self.settings.home,
            roots=None if anywhere else (*self.settings.allowed_roots, self.uploads),
            endpoint=self.settings.s3_endpoint_url,
            memory=self.settings.memory_limit,
        )

    def close(self) -> None:
        """Lets go of connections and files."""
        self.lake.close()
        self.database.close()


def read_settings(**overrides: object) -> Settings:
    """The settings of the environment, with what the command line says over them."""
    return Settings(**overrides)  # type: ignore[arg-type]


def build(
    settings: Settings, database_url: str, *, clock: Clock | None = None, application: str = "cco"
) -> Wiring:
    """Everything on a database that is running and migrated."""
    database = Database(database_url, application=application)
    scratch = settings.home / "scratch"
    lake = Lake(
        settings.lake,
        database.engine,
        scratch=scratch,
        memory=settings.memory_limit,
        s3_endpoint=settings.s3_endpoint_url,
    )
    return Wiring(settings=settings, clock=clock or SystemClock(), database=database, lake=lake)


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The address of the database: the one in the settings, or the embedded one, running meanwhile."""
    if settings.database_url is not None:
        yield settings.database_url
    else:
        with EmbeddedPostgres(settings.home).running() as url:
            yield url


@contextmanager
def opened(settings: Settings, *, clock: Clock | None = None, application: str = "cco") -> Iterator[Wiring]:
    """Everything for one process: starts or joins the embedded database, migrates, and closes it all.

    Raises Unavailable where a store does not answer.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with running_database(settings) as url:
        migrate(url)
        wiring = build(settings, url, clock=clock, application=application)
        try:
            yield wiring
        finally:
            wiring.close()


def configure_logs(settings: Settings) -> None:
    """Sends the logs where the settings say."""
    logs.configure(settings.log_format, settings.log_level)
