"""The lines that are logged during a test."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from twisted.logger import LogEvent, eventAsText, globalLogPublisher

Expect = Callable[..., list[LogEvent]]
"""The type of the fixture `expected_errors`."""


@contextmanager
def events() -> Generator[list[LogEvent], None, None]:
    """Yield the events that are logged."""
    seen: list[LogEvent] = []
    observe = seen.append
    globalLogPublisher.addObserver(observe)
    try:
        yield seen
    finally:
        globalLogPublisher.removeObserver(observe)


def _as_text(event: LogEvent) -> str:
    return eventAsText(event, includeTimestamp=False)


@contextmanager
def logged(*renders: Callable[[LogEvent], str]) -> Generator[list[str], None, None]:
    """Yield the lines that are logged, as each of these functions renders them."""
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        lines.extend(render(event) for render in renders or (_as_text,))

    globalLogPublisher.addObserver(observe)
    try:
        yield lines
    finally:
        globalLogPublisher.removeObserver(observe)
