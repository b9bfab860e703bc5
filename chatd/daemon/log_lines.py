"""Lines of the log: events of Twisted's logger as text or as objects of JSON, from a level up.

Lines that Twisted logs about itself count as debug, unless they warn: the daemon logs what concerns
the operator itself. This module must not know where lines are written.
"""

from __future__ import annotations

import enum
import json
from datetime import datetime, timezone
from math import isfinite
from typing import NamedTuple

from twisted.logger import (
    LogEvent,
    LogLevel,
    eventAsText,
    formatEvent,
    formatEventAsClassicLogText,
)

_PRIORITIES = {"debug": 7, "info": 6, "warn": 4, "error": 3, "critical": 2}
"""The priorities of syslog(3) by level, which systemd's journal reads (sd-daemon(3))."""

LEVELS = ("debug", "info", "warn", "error")
"""The levels from which lines can be logged. Above them is critical, for unexpected errors."""

_LEGACY_NAMESPACE = "log_legacy"
_LEGACY_FIELDS = ("isError", "time", "system", "format", "why", "failure")
"""The namespace and the fields of events of `twisted.python.log`, which repeat other ones."""


class LogFormat(enum.Enum):
    """A format of the log."""

    TEXT = "text"
    JSON = "json"


class LogStyle(NamedTuple):
    """The format of the log, and the least level of events that are logged."""

    format: LogFormat = LogFormat.TEXT
    level: str = "info"


class LogLines:
    """Renders events as lines in a style that can change.

    ``for_journal`` is True if systemd's journal reads the lines: then each begins with its
    priority.
    """

    def __init__(self, style: LogStyle, *, for_journal: bool = False) -> None:
        self._style = style
        self.for_journal = for_journal

    def change(self, style: LogStyle) -> None:
        """Use another style from now on."""
        self._style = style

    def render(self, event: LogEvent) -> str:
        """Return the lines of an event with their ends; "" if its level is too low."""
        level = level_of(event)
        if _PRIORITIES[level] > _PRIORITIES[self._style.level]:
            return ""
        is_text = self._style.format is LogFormat.TEXT
        lines = _text(event, level) if is_text else _json(event, level)
        if self.for_journal:
            prefix = f"<{_PRIORITIES[level]}>"
            lines = "".join(f"{prefix}{line}" for line in lines.splitlines(keepends=True))
        return lines


def level_of(event: LogEvent) -> str:
    """Return the level of an event; that of Twisted's own lines, if they do not warn, is debug."""
    level = (event.get("log_level") or LogLevel.info).name
    namespace = event.get("log_namespace") or ""
    is_of_twisted = namespace == _LEGACY_NAMESPACE or namespace.startswith("twisted.")
    return "debug" if level == "info" and is_of_twisted else level


def _text(event: LogEvent, level: str) -> str:
    shown = {**event, "log_level": LogLevel.lookupByName(level)}
    return formatEventAsClassicLogText(shown) or ""


def _json(event: LogEvent, level: str) -> str:
    """Return an event as an object of JSON, in ASCII and on one line."""
    message = formatEvent(event)
    is_legacy = event.get("log_namespace") == _LEGACY_NAMESPACE
    # Unlike the failure's own methods, this never raises.
    text = eventAsText(event, includeTimestamp=False, includeSystem=False)
    if is_legacy and "failure" in event:  # the message has its traceback already
        message = message.partition("\n")[0]
    traceback = text.removeprefix(message).strip("\n")
    fields: dict[str, object] = {
        "time": written_time(event["log_time"]),
        "level": level,
        "logger": event.get("log_namespace") or "-",
        "message": message,
    }
    if traceback:
        fields["traceback"] = traceback
    for name, value in event.items():
        if name.startswith("log_") or name in fields or (is_legacy and name in _LEGACY_FIELDS):
            continue
        is_scalar = isinstance(value, (str, int)) or (isinstance(value, float) and isfinite(value))
        if is_scalar and value != message:
            fields[name] = value
    return json_line(fields)


def written_time(seconds: float) -> str:
    """Return a time in seconds since 1970 as UTC with milliseconds, in the form of RFC 3339."""
    time = datetime.fromtimestamp(seconds, timezone.utc)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_line(fields: dict[str, object]) -> str:
    """Return an object of JSON in printable ASCII, as one line with its end."""
    # JSON leaves DEL, alone of all control characters, as it is.
    return json.dumps(fields, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"
