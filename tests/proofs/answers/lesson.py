"""A lesson: clients from addresses of their own in one room of a daemon, and what is stored."""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from tests.support.live_server import (
    NO_BUDGETS,
    PATIENCE,
    WELCOMED,
    Client,
    LiveServer,
)
from tests.support.sentences import EN

MOST_SECONDS = 2.0
"""Most seconds from the question until each of 500 clients has its receipt."""

OPTIONS = ("21", "80", "443")
ASK = f"Which port? | {' | '.join(OPTIONS)}"
QUESTION = "Which port?"
RECEIPTS = {
    False: EN.notice("answered", answer=..., name=...),
    True: EN.notice("answered_once", answer=...),
}
"""The beginning of a receipt, by whether the question is anonymous."""

ROOM = "class"


class Lesson:
    """Pupils, each from an address of its own, and Ana, who asks; all of them in one room."""

    def __init__(self, directory: Path, pupils: int) -> None:
        self._clients = ExitStack()
        self.server = LiveServer(directory, *NO_BUDGETS)
        self.store = directory / "store"
        self.ana = self._come("127.0.0.1", "ana")
        self.pupils = [
            self._come(f"127.1.{number // 250}.{1 + number % 250}", f"pupil{number}")
            for number in range(pupils)
        ]

    def _come(self, address: str, name: str) -> Client:
        connection = socket.create_connection(
            ("127.0.0.1", self.server.port), PATIENCE, source_address=(address, 0)
        )
        client = self._clients.enter_context(Client(connection))
        client.until(WELCOMED)
        client.type(f"/nick {name}", f"/join {ROOM}")
        client.until(f"#{ROOM}")
        return client

    def ask(self, *, anonymous: bool = False) -> None:
        """Ask, and wait until each has the question."""
        self.ana.type(f"/ask {'anon ' if anonymous else ''}{ASK}")
        for client in (self.ana, *self.pupils):
            client.until(QUESTION)

    def answer(self, *, anonymous: bool = False) -> float:
        """Let each answer at once. Return the seconds until the last one has its receipt."""
        began = time.monotonic()
        for number, pupil in enumerate(self.pupils):
            pupil.type(f"/a {1 + number % len(OPTIONS)}")
        for pupil in self.pupils:
            pupil.until(RECEIPTS[anonymous])
        return time.monotonic() - began

    def answer_and_kill(self, chance: random.Random, *, anonymous: bool = False) -> set[int]:
        """Let each answer, and kill the daemon meanwhile. Return who has a receipt, by number."""
        for number, pupil in enumerate(self.pupils):
            pupil.type(f"/a {1 + number % len(OPTIONS)}")
            if chance.random() < 2 / len(self.pupils):
                break
        first = chance.randrange(len(self.pupils))
        if chance.random() < 0.5:
            self.pupils[first].lines.peek(1)  # at least one was answered
        self.server.kill()
        return {n for n, pupil in enumerate(self.pupils) if _has(pupil, RECEIPTS[anonymous])}

    def restart(self) -> None:
        """Start the daemon again, which was killed."""
        self.server.__exit__()
        self.server = self.server.again()

    def close(self) -> None:
        """Let all go, and end the daemon."""
        self._clients.close()
        self.server.__exit__()


def _has(client: Client, receipt: str) -> bool:
    """Return True if a client has received its receipt before the connection ended."""
    found = False
    try:
        while line := client.line():
            found = found or line.startswith(receipt)
    except OSError:
        pass
    return found


def stored(store: Path) -> dict[str, list[dict[str, object]]]:
    """Return the records of the answers of a store whose daemon has ended, by kind."""
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("SELECT kind, value FROM records ORDER BY kind, key").fetchall()
    found: dict[str, list[dict[str, object]]] = {}
    for kind, value in rows:
        found.setdefault(kind, []).append(json.loads(value))
    return found


def faults_of(
    records: dict[str, list[dict[str, object]]], acknowledged: Sequence[int], *, anonymous: bool
) -> list[str]:
    """Return what is wrong with the stored answers: an acknowledged one missing, one twice."""
    answers = records.get("roll" if anonymous else "answer", [])
    names = Counter(str(answer["name"]) for answer in answers)
    faults = [f"{name} is counted {count} times" for name, count in names.items() if count > 1]
    faults += [
        f"pupil{number} was told that its answer is stored, and it is not"
        for number in acknowledged
        if f"pupil{number}" not in names
    ]
    if anonymous:
        (tally,) = records["tally"]
        counts = tally["counts"]
        assert isinstance(counts, list)
        if sum(counts) != len(answers):
            faults.append(f"{len(answers)} people are on the roll, and {sum(counts)} counted")
    else:
        for answer in answers:
            number = int(str(answer["name"]).removeprefix("pupil"))
            if answer["option"] != number % len(OPTIONS):
                faults.append(f"pupil{number} has the answer of another one")
    return faults
