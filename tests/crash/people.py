"""Clients that talk as fast as they are answered, and remember all that they are shown."""

from __future__ import annotations

import random
import selectors
import socket
import time
from collections.abc import Callable

ROOMS = ("lobby", "ops", "tea")
WINDOW = 4
"""How many lines of a person are on their way at most."""

_LENGTHS = (0, 10, 20, 30, 40, 50, 60, 80, 300, 3000)


class Person:
    """One client: a name, a room, and lines that nobody says twice; with ``writes_to``, private
    ones to that person."""

    def __init__(
        self, port: int, life: int, number: int, chance: random.Random, writes_to: str = ""
    ) -> None:
        self.seen = bytearray()
        self.ended = False
        self.receipts = 0
        self._said = 0
        self._prefix = f"{life}.{number}."
        private = f"(private to {writes_to}) " if writes_to else ""
        self._receipt = f"{private}<p{number}> {self._prefix}".encode()
        self._command = f"/msg {writes_to} " if writes_to else ""
        self._looked = 0
        self._chance = chance
        self._unsent = bytearray(f"/nick p{number}\n/join {ROOMS[number % len(ROOMS)]}\n".encode())
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setblocking(False)
        self._say()

    def read(self) -> None:
        """Take what there is, and answer each receipt with another line."""
        try:
            data = self.socket.recv(1 << 16)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.ended = True
            return
        self.seen += data
        end = self.seen.rfind(b"\n") + 1
        self.receipts += sum(
            line.startswith(self._receipt) for line in self.seen[self._looked : end].split(b"\n")
        )
        self._looked = max(end, self._looked)
        self._say()

    def _say(self) -> None:
        while self._said - self.receipts < WINDOW:
            self._said += 1
            filling = "x" * self._chance.choice(_LENGTHS)
            line = f"{self._command}{self._prefix}{self._said} {filling}\n"
            self._unsent += line.encode()
        try:
            del self._unsent[: self.socket.send(self._unsent)]
        except BlockingIOError:
            pass
        except ConnectionError:
            self.ended = True


def talk(
    people: list[Person], *, until: Callable[[], bool] = lambda: False, patience: float = 20.0
) -> None:
    """Let them talk until that is so, or until the server has left all of them."""
    selector = selectors.DefaultSelector()
    late = time.monotonic() + patience
    with selector:
        for person in people:
            selector.register(person.socket, selectors.EVENT_READ, person)
        while selector.get_map() and not until():
            if time.monotonic() > late:
                raise TimeoutError(f"they still talk after {patience} s")
            for key, _ in selector.select(0.001):
                key.data.read()
                if key.data.ended:
                    selector.unregister(key.fileobj)
