"""What every command begins with: settings, quiet logs, the stores, the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from cco import logs
from cco.core.errors import InvalidInput, NotAllowed, Unavailable
from cco.store.database import Database
from cco.store.orgs import DEFAULT, DEMO, Org, Orgs
from cco.wiring import Settings, Wiring, opened, read_settings


def settings(**overrides: object) -> Settings:
    """The settings of the environment, with what the command line says over them. Raises InvalidInput,
    naming the variable that is wrong."""
    try:
        return read_settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        raise InvalidInput(
            f"CCO_{name} is wrong: {first['msg']}.",
            remedy="docs/configuration.md lists every setting; unset it for the default.",
            code="bad-setting",
        ) from None


def usable(home: Path) -> None:
    """Makes the home where it is not there yet. Raises Unavailable where that can't be."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The home folder {home} can't be used: {error.strerror}.",
            remedy="Set CCO_HOME to a folder that you may write to.",
            code="bad-home",
        ) from None


@contextmanager
def stores(application: str = "cco cli") -> Iterator[Wiring]:
    """Everything, with the embedded database started or joined, and logs that keep quiet."""
    found = settings()
    logs.configure("console", "error")
    usable(found.home)
    with opened(found, application=application) as wiring:
        yield wiring


def organisation(database: Database, slug: str) -> Org:
    """The organisation of that name; `default` and `demo` are made when they are not there yet."""
    with database.transaction() as session:
        orgs = Orgs(session)
        return orgs.ensure(slug) if slug in (DEFAULT, DEMO) else orgs.by_slug(slug)


def real_organisation(database: Database, slug: str) -> Org:
    """The same, for what must not happen to the demo. Raises NotAllowed there."""
    org = organisation(database, slug)
    if org.is_demo:
        raise NotAllowed(
            "The demo holds the simulated company; real bills never go there.",
            remedy="Leave --org out, or name your own organisation.",
            code="demo",
        )
    return org
