"""Structured logs: one JSON object a line, with the service and the bound ids."""

import logging
import sys
from contextlib import AbstractContextManager

import structlog

from shared.base.tracebacks import formatted

EXCEPTION = "exception"
"""The one entry that has lines of its own: a traceback."""


def _shown(text: str, kept: str = "") -> str:
    """``text`` with everything escaped that is not printed as itself: no value can begin a record."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in kept else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def _plain(logger: object, method: str, record: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Escape line breaks, control and bidirectional characters in everything that is text."""
    for name, value in record.items():
        if isinstance(value, str):
            record[name] = _shown(value, kept="\n" if name == EXCEPTION else "")
    return record


def configure(service: str, *, format: str = "json", level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to standard error in one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(lambda info: formatted(info[1])),
        _plain,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("httpx", "httpx2", "nats", "uvicorn.access", "sqlalchemy", "temporalio.worker._worker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)


def about(request: object, **more: str) -> AbstractContextManager[object]:
    """Inside, every line names the plan and the command that ``request`` is about, as far as it says."""
    command = getattr(request, "command", request)
    plan = getattr(request, "plan", None) or getattr(command, "plan", None)
    found = {"plan": getattr(plan, "plan_id", None), "command": getattr(command, "command_id", None)}
    known = {name: value for name, value in found.items() if value}
    return structlog.contextvars.bound_contextvars(**known, **more)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
