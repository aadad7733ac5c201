"""Celery on Redis as a doorbell: a message carries a job's id and nothing else.

Correctness never rests on Redis, which may lose, delay or repeat messages: the claim of the row decides
who runs a job, its lease when somebody else may, and the ringer rings again for what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from cco import logs
from cco.wiring import Wiring
from cco.worker.loads import settle_loads
from cco.worker.run import Kind, Runner, owner_name

TASK = "cco.job"
QUEUE = "cco-jobs"


def bell(redis_url: str) -> Celery:
    """Enough of Celery to ring and to listen."""
    app = Celery("cco", broker=redis_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=5,
        broker_transport_options={
            "global_keyprefix": "cco:",
            # Redelivers what a killed worker had taken; on defaults the sweep runs every 100 s.
            "visibility_timeout": 300,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
        },
        enable_utc=True,
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_publish_retry=False,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        timezone="UTC",
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    return app


def ring(app: Celery, job_id: str) -> None:
    """Says that a job is due. Raises what the broker's client raises where Redis is away."""
    app.send_task(TASK, args=(job_id,), queue=QUEUE)


def worker_app(
    redis_url: str,
    build: Callable[[], Wiring],
    kinds: tuple[Kind, ...],
    *,
    lease: timedelta,
    configure_logs: Callable[[], None],
) -> Celery:
    """The app of a Celery worker. build: makes the wiring, called once in each pool process, because
    connections do not survive a fork."""
    app = bell(redis_url)
    made: list[tuple[Wiring, Runner]] = []

    def run(job_id: str) -> None:
        if not made:
            wiring = build()
            made.append((wiring, Runner(wiring, kinds, owner=owner_name("celery"), lease=lease)))
        wiring, runner = made[0]
        if runner.run_next(job_id) is not None:
            settle_loads(wiring)

    def fresh(**_: Any) -> None:
        made.clear()
        configure_logs()

    app.task(run, name=TASK, ignore_result=True)
    worker_process_init.connect(fresh, weak=False)
    setup_logging.connect(lambda **_: configure_logs(), weak=False)
    return app


def serve(app: Celery, *, concurrency: int) -> None:
    """Works until SIGTERM, which lets the running jobs end first."""
    logs.logger(__name__).info("worker listens to Celery", concurrency=concurrency)
    app.worker_main(
        [
            "worker",
            *("--pool", "prefork", "--concurrency", str(concurrency), "--queues", QUEUE),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"),
        ]
    )
