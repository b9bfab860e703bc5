"""Attacks on the port for browsers by WebSocket clients."""

from __future__ import annotations

import random
import re
import socket
import struct
from contextlib import closing
from typing import Any

from chatd.text.messages import MOST_MESSAGE_LINES
from tests.proofs.attacks.attack import READING, SEARCHING
from tests.proofs.attacks.browser import (
    BINARY,
    CLOSE,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    frame,
    hello,
    message,
    upgrade,
)
from tests.proofs.attacks.past import LINES, LONG, MARKED, TAG, TAGGED
from tests.proofs.attacks.probe import browse, dial
from tests.proofs.attacks.silence import NeverReaders, SilentClients, SlowReaders
from tests.proofs.attacks.web import HEAD_SECONDS, WebAttack


class BrowserAttack(WebAttack):
    """The base of attacks by WebSockets that have said hello."""

    def dial(self, client: int) -> socket.socket:
        connection = dial(self.door, client)
        try:
            browse(connection, self.door, **self.hello(client))
        except BaseException:
            connection.close()
            raise
        connection.setblocking(False)
        self.connected += 1
        return connection

    def hello(self, client: int) -> dict[str, Any]:
        """Return the members of a client's first message."""
        return {}


class OversizedMessages(BrowserAttack):
    """Ten clients send messages of gigabytes, or claim such a length.

    A server with no limit of its own took 20 MB at once and blocked for 1.7 s.
    """

    clients = 10
    few = 4

    def run(self) -> None:
        claims = (1 << 40, (1 << 63) - 1, 1 << 63, 1 << 20)
        fleet = self.fleet()
        piece = b"x" * (1 << 16)
        starts = [frame(b"", claimed=claim) for claim in claims]
        self.pour(
            fleet,
            self.begin(fleet, lambda client: starts[client % len(starts)], lambda _: piece),
        )


class EndlessFragments(BrowserAttack):
    """Ten clients send a message in pieces without end: of a kilobyte, a byte, or nothing at all.

    60 MB of such pieces blocked a server for 41 s; and a limit on the size of a message does not
    find empty pieces.
    """

    clients = 10
    few = 6

    def run(self) -> None:
        pieces = [frame(b"x" * size, CONTINUED, final=False) * 5_000 for size in (0, 1)]
        pieces.append(frame(b"x" * 1024, CONTINUED, final=False) * 60)
        start = frame(b"x", TEXT, final=False)
        fleet = self.fleet()
        self.pour(
            fleet,
            self.begin(fleet, lambda _: start, lambda client: pieces[client % len(pieces)]),
        )


class OneByteFrames(BrowserAttack):
    """Ten clients send lines in frames of one byte each, as fast as they are accepted."""

    clients = 10
    few = 4

    def run(self) -> None:
        line = b'{"type":"line","room":"lobby","text":"a line, a byte in a frame of its own"}'
        last = len(line) - 1
        frames = b"".join(
            frame(line[at : at + 1], CONTINUED if at else TEXT, final=at == last)
            for at in range(len(line))
        )
        self.pour(self.fleet(), lambda _: frames * 50)


class OneByteFrameSegments(BrowserAttack):
    """Two hundred clients send lines a byte at a time, each byte in a packet of its own."""

    clients = 200
    few = 50

    def run(self) -> None:
        line = message(type="line", room="lobby", text="as slowly as a packet for each byte can be")
        place: dict[socket.socket, int] = {}
        fleet = self.fleet()

        def supply(client: int) -> bytes:
            at = place.get(fleet[client], 0)
            place[fleet[client]] = (at + 1) % len(line)
            return line[at : at + 1]

        self.pour(fleet, supply)


class PingFlood(BrowserAttack):
    """Ten clients send pings as fast as they are accepted; each must be answered."""

    clients = 10
    few = 4

    def run(self) -> None:
        pings = frame(b"x" * 125, PING) * 500
        self.pour(self.fleet(), lambda _: pings)


class PongsNeverRead(BrowserAttack):
    """A hundred clients send pings of both kinds, and never read an answer."""

    clients = 100
    few = 20

    def run(self) -> None:
        pings = (frame(b"x" * 125, PING) + message(type="ping")) * 200
        self.pour(self.fleet(), lambda _: pings, read=False)


class BrokenFrames(WebAttack):
    """WebSockets send frames against the rules, one rule after the other, and come again."""

    clients = 16
    few = 16

    def run(self) -> None:
        dice = random.Random(4)
        deep = b"[" * 20_000
        frames = (
            frame(b"binary", BINARY),
            frame(b"\xff\xfe not UTF-8"),
            frame(b"\xc3", final=False) + frame(b"\x28", CONTINUED),
            frame(b"\xed\xa0\x80"),
            frame(b'{"type":"ping"}', masked=False),
            *(frame(b"{}", reserved=bits) for bits in (1, 2, 4, 7)),
            *(frame(b"", opcode) for opcode in (3, 7, 11, 15)),
            frame(b"x", CONTINUED),
            frame(b"x", final=False) + frame(b"y"),
            frame(b"x" * 126, PING),
            frame(b"x", PING, final=False),
            frame(b"x", PONG) * 100,
            frame(b"", CLOSE),
            frame(b"\x03", CLOSE),
            *(frame(struct.pack("!H", code), CLOSE) for code in (0, 999, 1005, 1006, 1015, 5000)),
            frame(struct.pack("!H", 1000) + b"\xff\xfe", CLOSE),
            frame(struct.pack("!H", 1000), CLOSE) + message(type="line", text="after the close"),
            b"\x81\xfe\x00\x01" + bytes(5),
            b"\x81\xff" + bytes(8) + bytes(4),
            b"\x81\xff\xff" + bytes(20),
            frame(deep),
            frame(b"not JSON"),
        )
        self.visit(self.size, lambda _: upgrade(self.door) + hello() + dice.choice(frames))


class OddMessages(BrowserAttack):
    """Ten clients send invalid messages: members of wrong types, odd values, and no JSON."""

    clients = 10
    few = 4
    shared = SEARCHING

    def run(self) -> None:
        dice = random.Random(4)
        types = (
            *("hello", "line", "enter", "leave", "history", "search", "room", "people", "rooms"),
            "seen",
        )
        values: tuple[Any, ...] = (
            *(
                None,
                True,
                -1,
                0,
                10**30,
                1e300,
                [],
                {},
                [[]],
                {"a": {}},
                "",
                " ",
                "lobby",
                "#lobby",
            ),
            *(
                "\ud800",
                "\x00",
                "\u202e",
                "x" * 20_000,
                "../..",
                "9" * 5000,
                "\n" * 20_000,
                "a\r\n\ud800\n",
                {"lobby": "x"},
                {"lobby": None, "#lobby": 1},
                [None],
            ),
        )
        members = "id", "room", "text", "after", "before", "limit", "seq", "key", "name", "rooms"
        raw = (
            *(b"", b"null", b"[]", b'"line"', b"{", b"[" * 5000, b'{"a":' * 4000, b"NaN", b"-"),
            *(b'{"type":"line","room":"lobby","text":"\\ud83d"}', b'{"type":' + b"9" * 5000 + b"}"),
            *(b'{"type":"history","limit":1e999}', b'{"type":"line","type":"rooms"}', b"\x00"),
            b"\xef\xbb\xbf{}",
        )

        def supply(_: int) -> bytes:
            if dice.random() < 0.2:
                return frame(dice.choice(raw))
            chosen = {name: dice.choice(values) for name in dice.sample(members, 4)}
            kind: Any = dice.choice(types) if dice.random() < 0.9 else dice.choice(values)
            return message(type=kind, **chosen)

        self.pour(self.fleet(), supply)


class BrowserLineFlood(BrowserAttack):
    """Ten clients say lines as fast as they are accepted, each line with an idempotency key."""

    clients = 10
    few = 10

    def run(self) -> None:
        dice = random.Random(4)

        def supply(_: int) -> bytes:
            return b"".join(
                message(
                    type="line",
                    id=1,
                    room="lobby",
                    text=self.distinct(b"x" * 500).decode(),
                    key=f"{dice.randrange(10**30):030}",
                )
                for _ in range(20)
            )

        self.pour(self.fleet(), supply)


class BrowserMessageFlood(BrowserAttack):
    """Ten clients say messages of a hundred lines as fast as they are accepted."""

    clients = 10
    few = 10

    def run(self) -> None:
        def supply(_: int) -> bytes:
            lines = (self.distinct(b"x" * 155).decode() for _ in range(MOST_MESSAGE_LINES))
            return message(type="line", id=1, room="lobby", text="\n".join(lines))

        self.pour(self.fleet(), supply)


class BrowserQuestions(BrowserAttack):
    """Ten clients ask for history, search results, members and rooms without end, and read."""

    clients = 10
    few = 4
    shared = SEARCHING
    read = True

    def run(self) -> None:
        dice = random.Random(4)

        def supply(_: int) -> bytes:
            return b"".join(
                message(type="history", room="lobby", before=1 << 40, limit=500 - number)
                + message(type="search", room="lobby", text=f"a class pastes {number}")
                + message(type="search", room="lobby", text=dice.choice("abcdefghijklmno"))
                + message(type="people", room="lobby")
                + message(type="rooms")
                + message(type="line", room="lobby", text=f"/history {100 - number}")
                for number in range(20)
            )

        self.pour(self.fleet(), supply, read=self.read)


class SearchesOfRooms(BrowserAttack):
    """Ten clients in fifty rooms search all of them, by both ways, and ask about each, and read."""

    clients = 10
    few = 4
    shared = SEARCHING
    rooms = ("lobby", LONG, TAGGED, MARKED, *(f"r{number}" for number in range(46)))

    def hello(self, client: int) -> dict[str, Any]:
        return {"rooms": dict.fromkeys(self.rooms)}

    def run(self) -> None:
        dice = random.Random(4)
        words = "fox", "nowhere to be found", "o", "line 9", '"and hound"', TAG, "from:eve a"
        rooms = dict.fromkeys(self.rooms)
        about = b"".join(
            message(type=type, room=room) for room in self.rooms for type in ("room", "people")
        )

        def supply(_: int) -> bytes:
            word = dice.choice(words)
            everywhere = f"/search in:all {word} {dice.randrange(10)}"
            return (
                message(type="search", rooms=rooms, text=word)
                + message(type="line", room="lobby", text=everywhere)
                + about
            )

        self.pour(self.fleet(), supply, read=True)


class PagesThatGrow(BrowserAttack):
    """Ten clients page through lines, each ten times as long when it is escaped, without end."""

    clients = 10
    few = 4
    shared = READING
    read = True

    def run(self) -> None:
        piece = b"".join(
            message(type="history", room=TAGGED, before=before, limit=200)
            for before in range(LINES, 1, -2)
        )
        self.pour(self.fleet(), lambda _: piece, read=self.read)


class PagesThatGrowNeverRead(PagesThatGrow):
    """A hundred clients page through such lines, and never read a frame."""

    clients = 100
    few = 20
    read = False


class BrowserAnswersNeverRead(BrowserQuestions):
    """A hundred clients ask for all of that, and never read an answer."""

    clients = 100
    few = 20
    read = False


class RoomsOfBrowsers(BrowserAttack):
    """Twenty clients enter all the rooms that fit into a message, leave them, and make others."""

    clients = 20
    few = 10

    def hello(self, client: int) -> dict[str, Any]:
        return {"rooms": {f"r{client}-{index}": None for index in range(1_000)}}

    def run(self) -> None:
        dice = random.Random(4)

        def supply(_: int) -> bytes:
            room = f"r{dice.randrange(10**9)}"
            return message(type="enter", room=room) + message(type="leave", room=room)

        self.pour(self.fleet(), supply)


class BrowserStorm(WebAttack):
    """Browsers enter and disconnect, as fast as they are accepted, sixteen at once."""

    clients = 16
    few = 16

    def run(self) -> None:
        self.visit(
            self.size,
            lambda client: (
                upgrade(self.door)
                + hello(name=f"visitor{client}", key=f"{client:020}", rooms={"lobby": 0})
                + message(type="line", room="lobby", text="gone")
            ),
        )


class BrowsersComeBack(BrowserAttack):
    """Five hundred browsers come back at once, as after a restart, and each has missed 900 lines.

    They are not hostile, but each of them needs another part of the room's log.
    """

    clients = 500
    few = 100
    missed = 900
    head = 0

    def hello(self, client: int) -> dict[str, Any]:
        if not self.head:
            return {}
        return {"rooms": {"lobby": max(0, self.head - self.missed + client % 50)}}

    def run(self) -> None:
        with closing(self.dial(self.size)) as first:
            first.settimeout(10)
            received = b""
            while not (found := re.search(rb'"head":(\d+)', received)):
                data = first.recv(1 << 16)
                if not data:
                    raise ConnectionError("the server closed")
                received += data
            self.head = int(found[1])
        fleet = self.fleet()
        self.pour(fleet, lambda _: message(type="ping"), pace=5)


class BrowsersWithoutHello(BrowserAttack):
    """Five hundred WebSockets open, and no client says hello."""

    clients = 500
    few = 100
    gone = HEAD_SECONDS

    def dial(self, client: int) -> socket.socket:
        return WebAttack.dial(self, client)

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet:
            client.send(upgrade(self.door))
        self.linger()


class BrowsersNeverRead(BrowserAttack, NeverReaders):
    """A thousand browsers come into a busy room and never read."""


class SlowBrowsers(BrowserAttack, SlowReaders):
    """A hundred browsers read a busy room at a hundred bytes a second each."""


class SilentBrowsers(BrowserAttack, SilentClients):
    """A thousand browsers come in, say nothing, and read nothing, pings neither."""
