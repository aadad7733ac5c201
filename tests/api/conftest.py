"""The API as people reach it: over HTTP, on a real PostgreSQL and a real lake."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from cco.api.app import create_app
from cco.settings import Settings
from cco.store.database import Database
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import build
from tests.api.people import MovableClock, Server


@pytest.fixture
def moving_clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def dashboard(tmp_path: Path) -> Path:
    """A dashboard that has been built."""
    built = tmp_path / "ui"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Cloud Cost Optimizer</title>")
    (built / "assets" / "index-4f2a.js").write_text("console.log('hello')" * 200)
    (built / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return built


@pytest.fixture
def settings(home: Path, dashboard: Path) -> Settings:
    return Settings(
        home=home,
        allowed_roots=(home.parent / "bills",),
        web_dist=dashboard,
        max_upload_bytes=2_000_000,
        requests_per_minute=0,
    )


@pytest.fixture
def serve(clean_database: Database, moving_clock: MovableClock) -> Iterator[Callable[[Settings], Server]]:
    """Starts an API; several of one home are the processes of one installation."""
    running: list[tuple[uvicorn.Server, threading.Thread, Server]] = []

    def start(settings: Settings) -> Server:
        wiring = build(settings, clean_database.url, clock=moving_clock)
        with wiring.database.transaction() as session:
            Orgs(session).ensure(DEFAULT)
        app = create_app(wiring)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="on"
        )
        process = uvicorn.Server(config)
        thread = threading.Thread(target=process.run, daemon=True)
        thread.start()
        while not process.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        port = process.servers[0].sockets[0].getsockname()[1]
        server = Server(f"http://127.0.0.1:{port}", wiring, moving_clock, app)
        running.append((process, thread, server))
        return server

    yield start
    for process, thread, server in running:
        for client in server.clients:
            client.close()
        process.should_exit = True
        thread.join(timeout=10)
        server.wiring.close()


@pytest.fixture
def server(serve: Callable[[Settings], Server], settings: Settings) -> Server:
    """A running API over a fresh home, with the default organisation and nobody in it."""
    return serve(settings)
