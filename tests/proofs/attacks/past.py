"""A store with a past, as an earlier attacker leaves it: all attacks are run on one.

It has as many rooms as the longest list shows, with topics that escaping makes ten times as long,
and a room with lines of that kind.
"""

from __future__ import annotations

import time
from pathlib import Path

from twisted.internet.task import Clock

from chatd.event import Draft, Kind
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.writer import Writer

ROOMS = 1000

TAGGED = "tagged"
"""The room with lines that grow."""

LINES = 250

TAG = "\U000e0001"
"""A character that becomes ten when it is escaped."""

_ROOMS_A_BATCH = 100
_LINES_A_BATCH = 50


def write_past(path: Path) -> None:
    """Write a store."""
    file = StoreFile(path)
    try:
        writer = Writer(file, Clock(), time.time)
        topic = f"a{TAG * 208}b"
        made = [Draft(f"r{number}", 1, "eve", Kind.TOPIC, [topic]) for number in range(ROOMS)]
        for start in range(0, ROOMS, _ROOMS_A_BATCH):
            writer.write(made[start : start + _ROOMS_A_BATCH])
        for start in range(0, LINES, _LINES_A_BATCH):
            texts = [f"{number} {TAG * 4080}." for number in range(start, start + _LINES_A_BATCH)]
            writer.write([Draft(TAGGED, 1, "eve", Kind.MESSAGE, texts)])
        writer.close()
    finally:
        file.lock.release()
