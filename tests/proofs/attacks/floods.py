"""Attacks by clients that send without end, or do not end their lines."""

from __future__ import annotations

import random

from tests.proofs.attacks.attack import Attack

NEWLINES = b"\n" * (1 << 16)


class NewlineFlood(Attack):
    """One client sends newlines as fast as they are accepted.

    A framer that copies the rest of a read for each line took 187 ms for 64 KiB of newlines: one
    client made another's lines take 206 ms.
    """

    def run(self) -> None:
        self.pour(self.fleet(), lambda _: NEWLINES)


class ManyNewlineFloods(NewlineFlood):
    """A hundred clients send newlines as fast as they are accepted.

    Ten of them made another's lines take 4.3 s in a plain Twisted server.
    """

    clients = 100
    few = 20


class LineFlood(Attack):
    """One client says lines of 512 bytes as fast as they are accepted."""

    line = b"x" * 511 + b"\n"

    def run(self) -> None:
        self.pour(self.fleet(), lambda _: self.distinct(self.line, 128))


class ManyLineFloods(LineFlood):
    """Ten clients say lines of 512 bytes as fast as they are accepted.

    Every line is sent to everyone in the room, so a flood that is not limited at its source is
    multiplied. (A hundred from a hundred addresses say 6 MB a second, more than a core can send to
    a hundred.)
    """

    clients = 10
    few = 10


class ShortLineFloods(LineFlood):
    """A hundred clients say lines of one letter as fast as they are accepted.

    No other input causes more work for a byte: each line is validated, stored, and sent to
    everyone.
    """

    clients = 100
    few = 20
    line = b"x\n"


class OneByteSegments(Attack):
    """Two hundred clients send their lines a byte at a time, each byte in a packet of its own.

    Every byte is a wake-up of the server; with a buffer that is copied for each of them, 256 KiB
    without a newline took 11.8 s.
    """

    clients = 200
    few = 50

    def run(self) -> None:
        line = b"a line that comes one byte at a time, as slowly as a packet for each can be\n"
        place = [0] * self.size

        def supply(client: int) -> bytes:
            place[client] = at = (place[client] + 1) % len(line)
            return line[at : at + 1]

        self.pour(self.fleet(), supply)


class EndlessLine(Attack):
    """One client sends a line as fast as it is accepted, and never ends it."""

    def run(self) -> None:
        piece = b"x" * (1 << 16)
        self.pour(self.fleet(), lambda _: piece)


class UnendedLines(Attack):
    """Two hundred clients send nearly the longest line there is, and then nothing.

    The server must buffer an unfinished line: 10,000 connections with 128 KiB each take a gigabyte.
    """

    clients = 200
    few = 50

    def run(self) -> None:
        piece = b"\xf0\x9f\x98\x80" * 4090
        colours = b"\x1b[38;2;255;255;255m" * 5000
        left = {client: [piece, colours, piece] for client in range(self.size)}

        def supply(client: int) -> bytes:
            return left[client].pop() if left[client] else b"x"

        self.pour(self.fleet(), supply, pace=0.25)


class TelnetFlood(Attack):
    """Ten clients send telnet commands without end, whole and broken, and read no answer.

    Parsers raised on an unknown command or an empty subnegotiation. A timing mark is answered every
    time, so the answers pile up if the client does not read.
    """

    clients = 10
    few = 4

    def run(self) -> None:
        dice = random.Random(4)
        timing_marks = b"\xff\xfd\x06" * 20_000
        requests = b"".join(bytes((255, 251 + i % 4, i // 4 % 256)) for i in range(20_000))
        unended = b"\xff\xfa" + b"\xff\xff" * 30_000
        broken = b"\xff\xfa\xff\xf0\xff\x00\xff\x80" * 8_000
        noise = bytes(dice.choice(b"\xff\xff\xfa\xf0\xfd\xfbx\n\x00\r") for _ in range(60_000))
        pieces = (timing_marks, requests, unended, broken, noise)
        turn = [client % len(pieces) for client in range(self.size)]

        def supply(client: int) -> bytes:
            turn[client] = at = (turn[client] + 1) % len(pieces)
            return pieces[at]

        self.pour(self.fleet(), supply, read=False)


class TimingMarks(Attack):
    """A hundred clients send telnet's timing mark, which is always answered, and read nothing."""

    clients = 100
    few = 20

    def run(self) -> None:
        marks = b"\xff\xfd\x06" * 20_000
        self.pour(self.fleet(), lambda _: marks, read=False)
