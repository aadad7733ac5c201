"""What Alembic runs: on the connection the product hands over, or on `-x url=` for developers."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from cco.store.database import engine_url
from cco.store.tables import Row


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if url is None:
        raise SystemExit("Say which database: alembic -x url=postgresql://user@host/name …")
    with create_engine(engine_url(url)).begin() as own:
        run(own)
