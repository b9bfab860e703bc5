"""A store with a past, as earlier attackers and others leave it: all attacks are run on one.

It has as many rooms as the longest list shows, with topics that escaping makes ten times as long; a
room with lines of that kind, one with lines of marks, and a long one; accounts that are away, with
as many bans as a room may have; and hooks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from chatd.accounts.accounts import Account, new_epoch
from chatd.accounts.passwords import Hasher
from chatd.chat.roles import RoomPolicy
from chatd.chat.sanctions import BAN, SANCTIONS, Sanction
from chatd.event import Draft, Kind, Record
from chatd.storage.batches import BatchItem, RecordWrite
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.writer import Writer
from chatd.webhooks.registry import IN_A_ROOM, new_record
from chatd.webhooks.urls import destination_of
from tests.support.hostile import marks_in_the_wrong_order

ROOMS = 1000

TAGGED = "tagged"
"""The room with lines that grow."""

LINES = 250

TAG = "\U000e0001"
"""A character that becomes ten when it is escaped."""

MARKED = "marked"
"""The room with lines of marks in the wrong order, `LINES` of them."""

LONG = "long"
LONG_LINES = 20_000
"""The room with a long log of ordinary lines."""

ACCOUNTS = 120
PASSWORD = "correct horse"
"""The number of accounts, which are called as `person` says, and their password."""

HOOKED = 2
"""The number of rooms with as many hooks as a room may have, in which no line is said."""

_A_BATCH = 50


def person(number: int) -> str:
    """Return the name of an account."""
    return f"person{number}"


def write_past(path: Path) -> None:
    """Write a store."""
    file = StoreFile(path)
    try:
        writer = Writer(file, Clock(), time.time, SizeLimit(path))
        for items in _drafts(), _records():
            batch: list[BatchItem] = []
            for item in items:
                batch.append(item)
                if len(batch) == _A_BATCH:
                    writer.write(batch)
                    batch.clear()
            writer.write(batch)
        while writer.maintain() is not None:
            pass  # the index of the search, which a daemon would write while it is attacked
        writer.close()
    finally:
        file.lock.release()


def _drafts() -> Iterator[Draft]:
    topic = f"a{TAG * 208}b"
    for number in range(ROOMS):
        yield Draft(f"r{number}", 1, "eve", Kind.TOPIC, [topic])
    for number in range(LINES):
        yield Draft(TAGGED, 1, "eve", Kind.MESSAGE, [f"{number} {TAG * 4080}."])
        marks = marks_in_the_wrong_order(4000)
        yield Draft(MARKED, 1, "eve", Kind.MESSAGE, [f"{number} {marks}"])
    for start in range(0, LONG_LINES, _A_BATCH):
        texts = [
            f"line {number} of a long log, as people write them: fox {number % 97} and hound"
            for number in range(start, start + _A_BATCH)
        ]
        yield Draft(LONG, 1, "eve", Kind.MESSAGE, texts)


def _records() -> Iterator[RecordWrite]:
    now = int(time.time())
    hash = Hasher().hash(PASSWORD)
    for number in range(ACCOUNTS):
        account = Account(person(number), hash, created=now, epoch=new_epoch())
        yield _write("account", account.key, account)
    for number in range(SANCTIONS):
        ban = Sanction(now + 86_400, person(0), "was loud", f"loud{number}")
        yield _write("sanction", f"{BAN}/lobby/loud{number}", ban)
    for number in range(HOOKED):
        room = f"hooked{number}"
        yield _write("room", room, RoomPolicy(room, owner=person(0)))
        for hook in range(IN_A_ROOM):
            to = destination_of(f"https://hook{hook}.example.com/")
            record = new_record(to, person(0), "", now)._replace(proven=True)
            yield _write("hook", f"{room}/{hook + 1}", record)


def _write(kind: str, key: str, value: Any) -> RecordWrite:
    return RecordWrite([Record(kind, key, json.dumps(value._asdict()))])
