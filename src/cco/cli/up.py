"""``cco up``: database, worker, API and dashboard, started together and stopped together."""

from __future__ import annotations

import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

import uvicorn
from rich.text import Text

from cco import __version__, logs
from cco.api.app import create_app
from cco.cli import session, terminal
from cco.cli.follow import Bar, followed, succeeded
from cco.cli.terminal import DONE, FAILED, count
from cco.core.errors import CcoError
from cco.store.identity import demo_link, first_start
from cco.store.jobs import Job, Jobs
from cco.store.orgs import DEMO, Orgs
from cco.store.postgres import EmbeddedPostgres
from cco.supervise import Command, alone, python, supervised
from cco.wiring import Settings, Wiring, opened

GRACE_SECONDS: Final = 5
"""How long requests under way may take to end; streams are cut then."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What whoever starts the product is told. setup_link: None where somebody administers it already."""

    url: str
    setup_link: str | None
    demo_link: str | None
    home: str


def run(
    *,
    host: str | None,
    port: int | None,
    with_demo: bool,
    with_worker: bool,
    open_browser: bool | None,
    as_json: bool,
) -> int:
    """Runs until Ctrl-C or SIGTERM, and leaves no process behind."""
    settings = session.settings(host=host, port=port)
    quiet = _configure_logs(settings)
    session.usable(settings.home)
    try:
        with (
            _stopped_by_signals(),
            alone(settings.home) as tell,
            opened(settings, application="cco api") as wiring,
        ):
            worker = Command("worker", python("cco.worker"), {"CCO_LOG_LEVEL": "warning"} if quiet else None)
            embedded = settings.database_url is None
            with supervised(
                host=settings.host,
                port=settings.port,
                port_was_chosen=settings.port_was_chosen,
                children=(worker,) if with_worker else (),
                heal=EmbeddedPostgres(settings.home).heal if embedded else None,
            ) as running:
                tell(running.url)
                greeting, job = _prepared(wiring, running.url, with_demo=with_demo)
                server = uvicorn.Server(
                    uvicorn.Config(
                        create_app(wiring),
                        log_config=None,
                        log_level="warning",
                        access_log=False,
                        server_header=False,
                        timeout_graceful_shutdown=GRACE_SECONDS,
                    )
                )
                usher = threading.Thread(
                    target=_usher,
                    args=(server, wiring, greeting, job, _wants_browser(open_browser, as_json), as_json),
                    name="usher",
                    daemon=True,
                )
                usher.start()
                server.run(sockets=[running.socket])
                return DONE if server.started else FAILED
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            terminal.say("Stopped.")
        return DONE


def _configure_logs(settings: Settings) -> bool:
    """Whether only warnings are logged: on a terminal, where nobody asked for more."""
    quiet = sys.stderr.isatty() and "log_level" not in settings.model_fields_set
    logs.configure(settings.log_format, "warning" if quiet else settings.log_level)
    return quiet


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM ends the block like Ctrl-C. Once it is ending, further signals do not disturb that."""
    ending = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ending
        if not ending:
            ending = True
            raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _prepared(wiring: Wiring, url: str, *, with_demo: bool) -> tuple[Greeting, Job | None]:
    """The links, and the job that brings the demo: where the product is empty, or has the demo already."""
    settings, job = wiring.settings, None
    base = settings.public_url or url
    empty = not wiring.lake.snapshot().files
    with wiring.database.transaction() as transaction:
        setup = first_start(transaction, wiring.clock, base)
        orgs = Orgs(transaction)
        if with_demo and empty:
            orgs.ensure(DEMO)
        demo = next((org for org in orgs.all() if org.is_demo), None)
        link = None
        if demo is not None:
            link = demo_link(transaction, wiring.clock, base)
            if with_demo:
                job = Jobs(transaction).enqueue(demo.id, DEMO, {}, key=DEMO)
    return Greeting(base, setup, link, str(settings.home)), job


def _usher(
    server: uvicorn.Server, wiring: Wiring, greeting: Greeting, job: Job | None, browser: bool, as_json: bool
) -> None:
    """Beside the server: greets once it answers, opens the browser, and shows how the demo gets on."""
    waiting = threading.Event()
    while not server.started:
        if server.should_exit or waiting.wait(0.02):
            return
    if as_json:
        terminal.print_json(
            {
                "url": greeting.url,
                "setup_link": greeting.setup_link,
                "demo_link": greeting.demo_link,
                "home": greeting.home,
                "pid": os.getpid(),
            }
        )
    else:
        greet(greeting)
    if browser:
        webbrowser.open(greeting.demo_link or greeting.setup_link or greeting.url)
    if job is not None:
        try:
            with Bar() as bar:
                job = followed(wiring.database, job, bar.progress, given_up=lambda: server.should_exit)
            if not job.ended:
                return
            brought = succeeded(job)
        except CcoError as error:
            if not server.should_exit:
                terminal.warn(f"The simulated company could not be loaded: {error}")
            return
        rows = sum(load["rows_kept"] for load in brought["loads"] if load["status"] == "loaded")
        if rows:
            terminal.say(f"The simulated company is loaded: {count(rows, 'charge')}.")


def greet(greeting: Greeting) -> None:
    """Says where the product is and how to get in."""
    out = terminal.console()
    out.print(
        Text.assemble(
            ("Cloud Cost Optimizer", "bold"), f" {__version__} runs at ", (greeting.url, "bold cyan")
        ),
        soft_wrap=True,
    )
    if greeting.setup_link:
        out.print("\n  Set up your account (once, within a day):")
        out.print(Text(f"  {greeting.setup_link}", style="cyan"), soft_wrap=True)
    if greeting.demo_link:
        out.print("\n  Look around in the demo, a simulated company (works for a week):")
        out.print(Text(f"  {greeting.demo_link}", style="cyan"), soft_wrap=True)
    out.print(
        Text(f"\nCtrl-C stops it. Everything it knows is in {greeting.home}.", style="dim"), soft_wrap=True
    )
    sys.stdout.flush()


def _wants_browser(said: bool | None, as_json: bool) -> bool:
    """Open one where somebody asked, or sits at a desktop and looks at this terminal."""
    if said is not None:
        return said
    display = sys.platform == "darwin" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return display and sys.stdout.isatty() and not as_json
