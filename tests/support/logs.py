"""The lines that are logged during a test."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from twisted.logger import LogEvent, eventAsText, globalLogPublisher

Expect = Callable[..., list[LogEvent]]
"""The type of the fixture `expected_errors`."""


@contextmanager
def logged() -> Generator[list[str], None, None]:
    """Yield the lines that are logged."""
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        lines.append(eventAsText(event, includeTimestamp=False))

    globalLogPublisher.addObserver(observe)
    try:
        yield lines
    finally:
        globalLogPublisher.removeObserver(observe)
