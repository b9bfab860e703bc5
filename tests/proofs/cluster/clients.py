"""Clients that talk at any node by each protocol, and record what they are shown and told.

A client whose connection ends goes on at another node. It sends again, with its key, a line of
which it is not known whether it is stored; without keys it goes on to the next.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from chatd.errors import ErrorKind
from tests.proofs.cluster.outcomes import Line
from tests.proofs.crash.web import Browser, Listener, Program, Reader, Visitor

ROOMS = ("lobby", "ops")

WINDOW = 2
"""Most lines of a client that are on their way."""

PAUSE = 0.1
"""Seconds between two lines of a client: what is looked for is order, not load."""

AGAIN_SECONDS = 0.5
"""Seconds after which a line is sent again of which it is not known whether it is stored."""

LENGTHS = (0, 10, 80, 300)

CLOSE, PING, PONG = 8, 9, 10
"""Kinds of frames that carry no message (RFC 6455)."""

NOT_SAVED = ErrorKind.NOT_SAVED.value
NOT_READABLE = ErrorKind.NOT_READABLE.value
FULL = ErrorKind.FULL.value
NOT_KNOWN = ErrorKind.NOT_KNOWN.value
ANEW = "bookmark of another log"
NAME_IN_USE = ErrorKind.NAME_IN_USE.value
"""The error of a name that is held by a session whose node is gone, but not yet given up."""


class Pace:
    """The times at which a client says its next lines, and those that it sends again."""

    def __init__(self, name: str, rooms: Sequence[str], chance: random.Random) -> None:
        self._name = name
        self._rooms = rooms
        self._chance = chance
        self._count = 0
        self._due = 0.0
        self._later: list[tuple[float, Line]] = []

    def next_line(self) -> Line | None:
        """Return a new line, if it is time for one."""
        now = time.monotonic()
        if now < self._due:
            return None
        self._due = now + PAUSE
        mark = f"{self._name}.{self._count}"
        self._count += 1
        text = f"{mark}; {'x' * self._chance.choice(LENGTHS)}"
        return Line(self._chance.choice(self._rooms), text, f"{mark:-<16}".replace(".", "_"))

    def send_later(self, line: Line) -> None:
        """Have `again` return a line after a while."""
        self._later.append((time.monotonic() + AGAIN_SECONDS, line))

    def again(self) -> list[Line]:
        """Return the lines that are to be sent again now."""
        now = time.monotonic()
        due = [line for at, line in self._later if at <= now]
        self._later = [(at, line) for at, line in self._later if at > now]
        return due

    def forget(self) -> None:
        """Send nothing again: a new connection does so with all that is not answered."""
        self._later.clear()


class Patient(Listener):
    """A client that comes again, with what it has, where a node cannot serve it now.

    A node takes no connections before it has numbers for them. One that cannot read the database
    shows a gap, and cannot tell if a bookmark is of its log; nor can one that has not followed
    so far. ``turned_away`` counts these, by what the client is told.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.turned_away: Counter[str] = Counter()

    def _take_head(self) -> bytes | None:
        head = super()._take_head()
        if head is not None and head.startswith(b"HTTP/1.1 503 "):
            self._come_again(FULL)
            return None
        return head

    def _told(self, type: str, message: Any) -> None:
        if self.ended:
            return
        if type == "error" and message["kind"] in (NOT_READABLE, FULL):
            self._come_again(message["kind"])
        elif type == "entered" and message["anew"]:
            self._come_again(ANEW)
        else:
            super()._told(type, message)

    def _come_again(self, why: str) -> None:
        self.turned_away[why] += 1
        self.ended = True
        self._unread.clear()


class WebTalker(Patient, Browser):
    """A browser, over a WebSocket."""

    said: list[Line]  # type: ignore[assignment]

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.rooms = ROOMS
        self._pace = Pace(name, ROOMS, chance)

    def tick(self) -> None:
        for line in self._pace.again():
            self._say(line)
        self._go_on()
        self._send()

    def _begin(self) -> None:
        self._pace.forget()
        super()._begin()

    def _go_on(self) -> None:
        if self.quiet or len(self._unanswered) >= WINDOW:
            return
        if line := self._pace.next_line():
            self.said.append(line)
            self._unanswered.append(line)
            self._say(line)

    def _take_frame(self) -> tuple[int, bytes] | None:
        """Return the next frame that is no ping, which is answered. A close ends the connection."""
        while (frame := super()._take_frame()) is not None and frame[0] in (CLOSE, PING):
            opcode, payload = frame
            if opcode == CLOSE:
                self.ended = True
                return None
            self._unsent += bytes((0x80 | PONG, 0x80 | len(payload))) + bytes(4) + payload
        return frame

    def _told(self, type: str, message: Any) -> None:
        if type == "refused":
            line = self._asked[message["id"]]
            assert isinstance(line, Line)
            line.refuse()
            self._unanswered.remove(line)
        elif type == "unsure":
            line = self._asked[message["id"]]
            assert isinstance(line, Line)
            self._pace.send_later(line)
        elif type == "error" and message["kind"] in (NOT_SAVED, NOT_KNOWN, NAME_IN_USE):
            return  # what became of the line is told by itself
        else:
            super()._told(type, message)


class JsonTalker(WebTalker):
    """A client of JSON lines, at the port for ``nc``."""

    def _ask(self, request: str, *headers: str) -> None:
        self._unsent += b"/json\n"

    def _tell(self, type: str, **members: Any) -> None:
        self._unsent += json.dumps({"type": type, **members}).encode() + b"\n"

    def _take(self) -> bool:
        line, end, rest = bytes(self._unread).partition(b"\n")
        if not end:
            return False
        self._unread[:] = rest
        if line.startswith(b"{"):  # before that, the welcome
            message = json.loads(line)
            self._told(message["type"], message)
        return True


class Poster(Program):
    """A program that posts lines, one after the other, each until it is known what became of it."""

    said: list[Line]  # type: ignore[assignment]

    def __init__(self, name: str, chance: random.Random, host: str) -> None:
        super().__init__(name, chance, host, [])
        self._pace = Pace(name, ROOMS, chance)
        self._answer_head = b""

    @property
    def done(self) -> bool:
        return self._next == len(self.said) and not self._waits

    def tick(self) -> None:
        if self._pace.again():
            self._waits = False
        self._go_on()
        self._send()

    def _begin(self) -> None:
        self._pace.forget()
        super()._begin()

    def _go_on(self) -> None:
        if self._waits:
            return
        if self._next == len(self.said):
            if self.quiet or (new := self._pace.next_line()) is None:
                return
            self.said.append(new)
        line = self.said[self._next]
        line.sent += 1
        self._waits = True
        body = line.text.encode()
        self._ask(
            f"POST /api/rooms/{line.room}/messages?name={self.name}",
            f"Idempotency-Key: {line.key}",
            f"Content-Length: {len(body)}",
        )
        self._unsent += body

    def _take_head(self) -> bytes | None:
        head = super()._take_head()
        self._answer_head = head or self._answer_head
        return head

    def _answered(self, status: int, body: bytes) -> None:
        line = self.said[self._next]
        if status in (200, 201):
            line.answer(json.loads(body)["seqs"])
        elif status == 503 and b"\r\nretry-after:" in self._answer_head.lower():
            self._pace.send_later(line)
            return
        elif status in (503, 409):  # 409: see NAME_IN_USE
            line.refuse()
        else:
            self.find(f"is answered {status} for {line.key}: {body!r}")
        self._next += 1
        self._waits = False


class StreamReader(Patient, Reader):
    """A program that reads the event stream of a room."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.rooms = ROOMS[:1]


class Typist(Visitor):
    """A person with ``nc``, in one room, who waits for each line's receipt.

    ``transcripts`` has what each connection received.
    """

    def __init__(self, name: str, chance: random.Random, room: str) -> None:
        super().__init__(name, chance)
        self.said: list[Line] = []
        self.transcripts: list[bytearray] = []
        self._pace = Pace(name, [room], chance)
        self._room = room
        self._is_ready = False
        self._waits_for: Line | None = None

    @property
    def done(self) -> bool:
        return self._waits_for is None and self._is_ready

    def tick(self) -> None:
        self._go_on()
        self._send()

    def _begin(self) -> None:
        self.transcripts.append(bytearray())
        self._is_ready = False
        self._waits_for = None  # of which is not known what became
        self._unsent += f"/nick {self.name}\n/join {self._room}\n/sync\n".encode()

    def _go_on(self) -> None:
        if not self._is_ready or self._waits_for or self.quiet:
            return
        if line := self._pace.next_line():
            self._waits_for = line
            line.sent += 1
            self.said.append(line)
            self._unsent += f"{line.text}\n".encode()

    def _take(self) -> bool:
        data, end, rest = bytes(self._unread).partition(b"\n")
        if not end:
            return False
        self._unread[:] = rest
        self.transcripts[-1] += data + end
        self._received(data.decode())
        return True

    def _received(self, text: str) -> None:
        line = self._waits_for
        if not self._is_ready:
            self._is_ready = text.startswith(f"ERR {ErrorKind.UNKNOWN_COMMAND.value}: /sync")
        elif line is not None and text.startswith("<") and text.endswith(f"> {line.text}"):
            line.acknowledge()
            self._waits_for = None
        elif text.startswith(f"ERR {NOT_SAVED}") and line is not None:
            line.refuse()
            self._waits_for = None
        elif text.startswith(f"ERR {NOT_KNOWN}") and line is not None:
            self._waits_for = None
        elif text.startswith("ERR ") and not text.startswith(f"ERR {FULL}"):
            self.find(f"is told {text!a}")


Client = WebTalker | Poster | StreamReader | Typist


def is_at_the_web(client: Visitor) -> bool:
    """Return True if a client connects to the port for browsers and programs."""
    return not isinstance(client, JsonTalker | Typist)
