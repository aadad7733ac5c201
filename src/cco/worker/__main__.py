"""``python -m cco.worker [ring]``: the process that runs jobs (or, for Celery, the one that rings)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta

from cco import logs
from cco.core.errors import CcoError
from cco.supervise import Command, Keeper, python, when_asked_to_end, when_parent_dies
from cco.wiring import build, configure_logs, opened, read_settings
from cco.worker import celery_app
from cco.worker.jobs import BUILT_IN
from cco.worker.run import Kind, Runner, owner_name
from cco.worker.transport import EmbeddedLoop, Ringer, place_of

log = logs.logger(__name__)

LEAVE_SECONDS = 10.0


def main(arguments: list[str], kinds: tuple[Kind, ...] = BUILT_IN) -> int:
    """Runs until asked to end, or until the parent dies; 1 where it can't start, with the reason."""
    settings = read_settings()
    configure_logs(settings)
    try:
        if settings.redis_url is None:
            embedded(kinds)
        elif arguments == ["ring"]:
            ringing(settings.redis_url)
        else:
            celery(settings.redis_url, kinds)
    except CcoError as error:
        log.error("worker can't run", code=error.code, reason=str(error))
        return 1
    return 0


def embedded(kinds: tuple[Kind, ...]) -> None:
    """The loop of one worker on this machine."""
    settings = read_settings()
    with opened(settings, application="cco worker") as wiring:
        runner = Runner(
            wiring,
            kinds,
            owner=owner_name("embedded", place_of(settings.home)),
            lease=timedelta(seconds=settings.lease_seconds),
        )
        loop = EmbeddedLoop(wiring, runner)

        def give_up() -> None:
            log.warning("job did not stop in time; giving it back")
            try:
                runner.abandon()
            finally:
                os._exit(0)

        ended = threading.Event()

        def leave() -> None:
            loop.leave()
            if not ended.wait(LEAVE_SECONDS):
                give_up()

        when_asked_to_end(leave)
        when_parent_dies(leave)
        log.info("worker started", owner=runner.owner)
        loop.run()
        ended.set()
    log.info("worker ended")


def ringing(redis_url: str) -> None:
    """Tells Celery of due jobs."""
    with opened(read_settings(), application="cco ringer") as wiring:
        app = celery_app.bell(redis_url)
        ringer = Ringer(wiring, lambda job_id: celery_app.ring(app, job_id))
        when_asked_to_end(ringer.leave)
        when_parent_dies(ringer.leave)
        ringer.run()


def celery(redis_url: str, kinds: tuple[Kind, ...]) -> None:
    """A Celery worker with a ringer beside it."""
    settings = read_settings()
    with opened(settings, application="cco celery") as wiring:
        url = wiring.database.url
        wiring.database.close()
        app = celery_app.worker_app(
            redis_url,
            lambda: build(settings, url, application="cco celery"),
            kinds,
            lease=timedelta(seconds=settings.lease_seconds),
            configure_logs=lambda: configure_logs(settings),
        )
        ringer = Keeper(Command("ringer", python("cco.worker", "ring")))
        ringer.start()
        when_parent_dies(lambda: os.kill(os.getpid(), signal.SIGTERM))
        try:
            celery_app.serve(app, concurrency=settings.worker_concurrency)
        finally:
            ringer.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
