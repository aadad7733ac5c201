"""Structured logs: one JSON object a line for machines, aligned text for people on a terminal.

What is bound with `bound` (first of all the correlation id that a request hands on to its jobs) stands on
every line logged meanwhile in the same thread or task.
"""

from __future__ import annotations

import logging
import re
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

CORRELATION = "correlation_id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_QUIET = ("alembic", "botocore", "boto3", "s3transfer", "urllib3", "fsspec", "s3fs", "pyiceberg", "kombu")


def configure(format: str = "auto", level: str = "info", stream: TextIO | None = None) -> None:
    """Sends the logs of the product and of its libraries to a stream (standard error).

    format: json, console, or auto, which is console on a terminal. May be called again.
    """
    out = stream or sys.stderr
    console = format == "console" or (format == "auto" and out.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Any] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if console
        else [
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(),
        ]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "celery"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Where a module logs: ``log.info("load finished", rows=12)``."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Puts these values on every line logged within the block."""
    with structlog.contextvars.bound_contextvars(**values):
        yield


def correlation_id() -> str | None:
    """What ties the lines of one request and its jobs together; None outside of both."""
    found = structlog.contextvars.get_contextvars().get(CORRELATION)
    return str(found) if found else None


def new_correlation_id(offered: str | None = None) -> str:
    """The caller's own id where it is short and harmless, else a new one."""
    if offered and _ACCEPTED.fullmatch(offered):
        return offered
    return uuid.uuid4().hex
