"""Browsers, programs and readers of event streams, which come back to each daemon after a kill.

They send again, with its key, what they do not know to be saved, and resume where they were in a
room. Each lives longer than a daemon: it is told to `come`, and then takes part like a
`tests.proofs.crash.people.Person`. They speak as much HTTP and WebSocket as they need, without a
library.
"""

from __future__ import annotations

import json
import random
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.proofs.crash.people import received, sent, talk
from tests.proofs.crash.resumed import LATELY, Follower, Said
from tests.proofs.crash.state import ROOMS

BROWSERS = 3
PAIRS = 2
"""Pairs of programs: both of a pair send the same requests."""

READERS = 2

COMES = 0.8
"""The probability that a visitor comes to a daemon."""

WINDOW = 3
"""Most lines of a browser that are on their way."""

AGAIN = 0.1
"""The probability that a browser sends an answered request again."""

ACTIONS = 0.1
"""The probability that a browser says something with /me."""

ENOUGH = 150
KEYS = 200
"""Keys after which a visitor is replaced by a new one, and most keys that it uses: so many of one
owner the daemon remembers (`chatd.chat.idempotency`)."""

_LENGTHS = (0, 10, 80, 300)


class Visitor:
    """A client that comes again and again.

    ``receipts`` is the number of answers on this connection, ``ended`` is true if that is over. If
    it is ``quiet``, it says nothing new.
    """

    socket: socket.socket

    def __init__(self, name: str, chance: random.Random, host: str = "127.0.0.1") -> None:
        self.name = name
        self.faults: list[str] = []
        self.ended = True
        self.receipts = 0
        self.quiet = False
        self._chance = chance
        self._host = host
        self._unread = bytearray()
        self._unsent = bytearray()
        self._head: bytes | None = None

    def come(self, port: int) -> None:
        """Connect to a daemon, and begin."""
        self.socket = socket.create_connection(("127.0.0.1", port), 10, (self._host, 0))
        self.socket.setblocking(False)
        self.ended = False
        self.receipts = 0
        self._unread.clear()
        self._unsent.clear()
        self._head = None
        self._begin()
        self._send()

    def read(self) -> None:
        """Read received data, and send what is due then."""
        data = received(self.socket)
        if data is None:
            return
        self.ended = not data
        self._unread += data
        while self._take():
            self.receipts += 1
        if not self.ended:
            self._go_on()
            self._send()

    @property
    def done(self) -> bool:
        """Return True if the visitor has nothing more to learn."""
        raise NotImplementedError

    def _begin(self) -> None:
        raise NotImplementedError

    def _take(self) -> bool:
        """Take one whole answer of the received data; return True if there was one."""
        raise NotImplementedError

    def _go_on(self) -> None:
        """Send what is due, after an answer was taken."""

    def _ask(self, request: str, *headers: str) -> None:
        head = "\r\n".join([f"{request} HTTP/1.1", "Host: localhost", *headers, "", ""])
        self._unsent += head.encode()

    def _take_head(self) -> bytes | None:
        """Return the head of an answer, if it is complete."""
        head, end, rest = bytes(self._unread).partition(b"\r\n\r\n")
        if not end:
            return None
        self._unread[:] = rest
        return head

    def _send(self) -> None:
        if not sent(self.socket, self._unsent):
            self.ended = True

    def find(self, fault: str) -> None:
        """Record a fault."""
        self.faults.append(f"{self.name} {fault}")


class Listener(Visitor):
    """A visitor that follows rooms, and knows its positions in them."""

    def __init__(
        self, name: str, chance: random.Random, rooms: Sequence[str], lately: int | None = None
    ) -> None:
        super().__init__(name, chance)
        self.rooms = rooms
        self.follower = Follower(name, lately)
        self._heads: dict[str, int] = {}  # on this connection

    def come(self, port: int) -> None:
        self._heads.clear()
        super().come(port)

    @property
    def done(self) -> bool:
        """Return True if the visitor received all that was there when it came."""
        at = self.follower.at
        return len(self._heads) == len(self.rooms) and all(
            at[room] >= head for room, head in self._heads.items()
        )

    def _told(self, type: str, message: Any) -> None:
        if type == "entered":
            self._heads[message["room"]] = message["head"]
            room, head, after = message["room"], message["head"], message["after"]
            self.follower.enter(room, head, after, message["bookmark"], anew=message["anew"])
        elif type in ("error", "refused", "left"):
            self.find(f"is told {message}")


class Browser(Listener):
    """A browser: in some rooms over a WebSocket, with lines that it sends until their ``ack``."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance, chance.sample(ROOMS, 2), LATELY)
        self.said: list[Said] = []
        self._unanswered: list[Said] = []
        self._asked: dict[int, Said] = {}  # by the ids of this connection

    @property
    def done(self) -> bool:
        return super().done and not self._unanswered

    def _begin(self) -> None:
        self._asked.clear()
        self._ask(
            "GET /ws",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        )
        rooms = {room: self.follower.place(room) for room in self.rooms}
        self._tell("hello", name=self.name, key=f"{self.name:-<16}", rooms=rooms)
        for said in self._unanswered:
            self._say(said)
        self._go_on()

    def _go_on(self) -> None:
        if self._asked and self._chance.random() < AGAIN:
            said = self._chance.choice(self.said[-WINDOW * 5 :])
            if said.answers:
                self._say(said)
        while len(self._unanswered) < WINDOW and len(self.said) < KEYS and not self.quiet:
            mark = f"{self.name}.{len(self.said)}"
            filling = "x" * self._chance.choice(_LENGTHS)
            room = self._chance.choice(self.rooms)
            key = f"{mark:-<16}".replace(".", "_")
            text = f"{mark};{filling}"
            line = f"<{self.name}> {text}"
            if self._chance.random() < ACTIONS:
                text, line = f"/me {text}", f"* {self.name} {text}"
            said = Said(room, [text], [line], key)
            self.said.append(said)
            self._unanswered.append(said)
            self._say(said)

    def _say(self, said: Said) -> None:
        said.sent += 1
        id = len(self._asked)
        self._asked[id] = said
        self._tell("line", id=id, room=said.room, text=said.texts[0], key=said.key)

    def _tell(self, type: str, **members: Any) -> None:
        payload = json.dumps({"type": type, **members}).encode()
        # RFC 6455 section 5.2. The mask is zero, which the standard allows.
        length = len(payload)
        head = bytes((0x80 | length,)) if length < 126 else struct.pack("!BH", 0x80 | 126, length)
        self._unsent += b"\x81" + head + bytes(4) + payload

    def _take(self) -> bool:
        if self._head is None:
            self._head = self._take_head()
            if self._head is not None and b" 101 " not in self._head:
                self.find(f"has no WebSocket: {self._head!r}")
        if self._head is None or (frame := self._take_frame()) is None:
            return False
        opcode, payload = frame
        if opcode == 1:
            message = json.loads(payload)
            self._told(message["type"], message)
        else:
            self.find(f"is sent a frame {opcode}: {payload!r}")
        return True

    def _take_frame(self) -> tuple[int, bytes] | None:
        data = self._unread
        if len(data) < 10 and (len(data) < 2 or data[1] > 125):  # a message has more than 10
            return None
        length, start = data[1], 2
        if length == 126:
            length, start = struct.unpack_from("!H", data, 2)[0], 4
        elif length == 127:
            length, start = struct.unpack_from("!Q", data, 2)[0], 10
        if len(data) < start + length:
            return None
        frame = data[0] & 0xF, bytes(data[start : start + length])
        del data[: start + length]
        return frame

    def _told(self, type: str, message: Any) -> None:
        if type == "events":
            for event in message["events"]:
                if "seq" in event:
                    self.follower.show(message["room"], event)
        elif type == "ack":
            said = self._asked[message["id"]]
            said.answer([message["seq"]])
            if message["room"] != said.room:
                self.find(f"is told {message}, and said it in #{said.room}")
            if said in self._unanswered:
                self._unanswered.remove(said)
        else:
            super()._told(type, message)


class Program(Visitor):
    """A program that posts requests of a list, one after the other, each until it is answered.

    Others may have the same list; the one that comes to its end adds the next request.
    """

    def __init__(self, name: str, chance: random.Random, host: str, said: list[Said]) -> None:
        super().__init__(name, chance, host)
        self.said = said
        self._next = 0
        self._waits = False

    @property
    def done(self) -> bool:
        return self._next == len(self.said)

    def _begin(self) -> None:
        self._waits = False
        self._go_on()

    def _go_on(self) -> None:
        if self.done and len(self.said) < KEYS and not self.quiet:
            mark = f"{self.name}.{len(self.said)}"
            texts = [
                f"{mark}.{number}; {'x' * self._chance.choice(_LENGTHS)}"
                for number in range(self._chance.choice((1, 1, 3)))
            ]
            lines = [f"<{self.name}> {text}" for text in texts]
            self.said.append(Said(self._chance.choice(ROOMS), texts, lines, mark))
        if self._waits or self.done:
            return
        said = self.said[self._next]
        said.sent += 1
        self._waits = True
        body = "\n".join(said.texts).encode()
        self._ask(
            f"POST /api/rooms/{said.room}/messages?name={self.name}",
            f"Idempotency-Key: {said.key}",
            f"Content-Length: {len(body)}",
        )
        self._unsent += body

    def _take(self) -> bool:
        if self._head is None:
            self._head = self._take_head()
        if self._head is None:
            return False
        status, *fields = self._head.decode().split("\r\n")
        (length,) = (int(field[16:]) for field in fields if field.startswith("Content-Length: "))
        if len(self._unread) < length:
            return False
        body = bytes(self._unread[:length])
        del self._unread[:length]
        self._head = None
        self._answered(int(status.split(" ")[1]), body)
        return True

    def _answered(self, status: int, body: bytes) -> None:
        said = self.said[self._next]
        if status in (200, 201):
            said.answer(json.loads(body)["seqs"], status == 201)
        else:
            self.find(f"is answered {status} for #{said.room} {said.key}: {body!r}")
        self._next += 1
        self._waits = False


class Reader(Listener):
    """A program that reads the event stream of a room."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance, [chance.choice(ROOMS)])

    def _begin(self) -> None:
        (room,) = self.rooms
        at = self.follower.place(room)
        where = [] if at is None else [f"Last-Event-ID: {at}"]
        self._ask(f"GET /api/rooms/{room}/stream", *where)

    def _take(self) -> bool:
        if self._head is None:
            self._head = self._take_head()
            if self._head is not None and b" 200 " not in self._head:
                self.find(f"has no stream: {self._head!r}")
        if self._head is None or b"\n\n" not in self._unread:
            return False
        block, _, rest = bytes(self._unread).partition(b"\n\n")
        self._unread[:] = rest
        fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if ": " in line)
        if not fields:
            return True  # a comment
        message = json.loads(fields["data"])
        if "id" not in fields:
            self._told(fields["event"], message)
        elif (fields["id"], fields["event"]) == (
            f"{message['seq']}-{message['time']}",
            message["kind"],
        ):
            self.follower.show(self.rooms[0], message)
        else:
            self.find(f"is shown {fields}")
        return True


class Visitors:
    """The visitors of a round. ``said`` is all that was sent with keys."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._number = 0
        self._browsers = [self._new_browser() for _ in range(BROWSERS)]
        self._pairs = [self._new_pair() for _ in range(PAIRS)]
        self._readers = [Reader(f"s{number}", chance) for number in range(READERS)]
        self._gone: list[Visitor] = []

    @property
    def said(self) -> list[Said]:
        """All lines that were sent with keys."""
        lists = {id(one.said): one.said for one in self.all if isinstance(one, Browser | Program)}
        return [said for each in lists.values() for said in each]

    @property
    def followers(self) -> list[Follower]:
        """The followers of all listeners."""
        return [one.follower for one in self.all if isinstance(one, Listener)]

    @property
    def all(self) -> list[Visitor]:
        """All visitors that ever came."""
        pairs = [program for pair in self._pairs for program in pair]
        return [*self._browsers, *pairs, *self._readers, *self._gone]

    def come(self) -> list[Visitor]:
        """Return the visitors for the next daemon; one that has said enough is replaced."""
        for place, browser in enumerate(self._browsers):
            if len(browser.said) > ENOUGH:
                self._gone.append(browser)
                self._browsers[place] = self._new_browser()
        for place, pair in enumerate(self._pairs):
            if len(pair[0].said) > ENOUGH:
                self._gone += pair
                self._pairs[place] = self._new_pair()
        gone = set(map(id, self._gone))
        here = [visitor for visitor in self.all if id(visitor) not in gone]
        return [visitor for visitor in here if self._chance.random() < COMES]

    def come_back(self, port: int) -> None:
        """Have all visitors come back to a daemon.

        First until all that they said is answered, then until they have received everything.
        """
        for _ in range(2):
            for visitor in self.all:
                visitor.quiet = True
                visitor.come(port)
            with suppress(TimeoutError):
                talk(self.all, until=lambda: all(each.done or each.ended for each in self.all))
            for visitor in self.all:
                visitor.socket.close()
                if not visitor.done:
                    visitor.find(f"waits in vain: {vars(visitor)}")

    def _new_browser(self) -> Browser:
        self._number += 1
        return Browser(f"b{self._number}", self._chance)

    def _new_pair(self) -> Sequence[Program]:
        """Return a new pair of programs.

        The keys of guests belong to their address, so each pair has one.
        """
        self._number += 1
        said: list[Said] = []
        name, host = f"c{self._number}", f"127.0.1.{self._number % 250 + 1}"
        return [Program(name, self._chance, host, said) for _ in range(2)]
