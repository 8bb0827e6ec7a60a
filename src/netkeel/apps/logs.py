"""Log lines on standard error: JSON for machines, one line of text for people."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from netkeel.settings import Log

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def logger(settings: Log) -> Any:  # noqa: ANN401 - structlog's bound logger
    """A logger as configured."""
    last: Any = _text if settings.format == "text" else structlog.processors.JSONRenderer()
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
    )


def _text(_: object, __: str, event: MutableMapping[str, Any]) -> str:
    at, level, name = (event.pop(key) for key in ("timestamp", "level", "event"))
    if name == "decision":
        return f"{at} {event['text']}"
    about = " ".join(f"{key}={value}" for key, value in event.items())
    return f"{at} {level} {name} {about}".rstrip()
