"""Lines as a log of another program has them, before they are events.

This module must not know the form of a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from chatd.event import Kind
from chatd.storage.timestamps import FIRST_WRITABLE, LAST_WRITABLE


class ImportRefused(Exception):
    """The log cannot be imported. The text is one line with the reason."""


class Said(NamedTuple):
    """Something said in a log, at a time in milliseconds since 1970.

    ``place`` is where it is in the log, for people: ``line 7``. ``room`` is "" in a log of one
    room. ``person`` tells apart two people of one name. ``text`` may have several lines.
    """

    place: str
    room: str
    time: int
    author: str
    kind: Kind
    text: str
    person: str


class Bad(NamedTuple):
    """A part of a log that cannot be read, and what is wrong with it."""

    place: str
    why: str


Item = Said | Bad | None
"""A part of a log; None if there is nothing in it that chatd stores, such as a join."""


def numbered(lines: Iterable[bytes]) -> Iterator[tuple[str, str | Bad]]:
    """Yield the place of each line that is not blank, and its text, or what is wrong with it."""
    for number, raw in enumerate(lines, 1):
        place = f"line {number}"
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            yield place, Bad(place, "it is not UTF-8. Convert the file first, with iconv")
            continue
        if text.strip():
            yield place, text


def milliseconds(time: datetime) -> int | None:
    """Return a time in milliseconds since 1970, local without a zone; None if no line has it."""
    try:
        stamp = int(time.timestamp() * 1000)
    except (OverflowError, OSError, ValueError):
        return None
    return stamp if FIRST_WRITABLE <= stamp <= LAST_WRITABLE else None
