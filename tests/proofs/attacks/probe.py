"""The probe: clients that talk in the lobby during an attack, and the latencies of their lines.

If there is a port for browsers, one of them is a browser. The probe runs in a process of its own,
before everything else on its core if that is permitted, and says a line every 20 ms whether or not
the lines before it came back. This module must not know an attack.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import select
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from benchmarks.machine import Failed
from tests.proofs.attacks.browser import PING, PONG, TEXT, frame, hello, message, payloads, upgrade

PEOPLE = 5
LINES_A_SECOND = 50
"""Lines a second of all clients together: ten of each, which is more than a person says."""

PATIENCE = 10.0
"""Most seconds that the last lines may take to come back after the attack."""

FORK = multiprocessing.get_context("fork")
_RECEIPT = re.compile(rb"> probe (\d+)\n")
_EVENT = re.compile(rb'"text":"probe (\d+)"')


class Latencies(NamedTuple):
    """The milliseconds that lines took to come back to their authors."""

    lines: int
    p50: float
    p99: float
    greatest: float


class Probe:
    """The process of the probe, as its parent sees it."""

    def __init__(self, port: int, web_port: int = 0) -> None:
        self._pipe, theirs = FORK.Pipe()
        self._process = FORK.Process(target=_talk, args=(port, web_port, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._ask()

    def take(self) -> Latencies:
        """Return the latencies of the lines said since the last time. Raise `Failed`.

        Waits until all of them have come back.
        """
        self._pipe.send(None)
        seconds = self._ask()
        if not seconds:
            raise Failed("the probe said nothing")
        times = sorted(1e3 * each for each in seconds)
        last = len(times) - 1
        return Latencies(len(times), times[last // 2], times[round(last * 0.99)], times[last])

    def stop(self) -> None:
        """End the probe."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _ask(self) -> Any:
        if not self._pipe.poll(3 * PATIENCE):
            raise Failed("the probe does not answer")
        try:
            answer = self._pipe.recv()
        except EOFError:
            raise Failed("the probe ended") from None
        if isinstance(answer, str):
            raise Failed(answer)
        return answer


def address_of(client: int) -> str:
    """Return the address of a client: each has its own, so that limits for one count."""
    return f"127.{1 + client // 62500}.{client // 250 % 250}.{1 + client % 250}"


def dial(port: int, client: int, timeout: float | None = 10.0) -> socket.socket:
    """Return a connection to the daemon from a client's address."""
    connection = socket.socket()
    try:
        connection.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.bind((address_of(client), 0))
        connection.settimeout(timeout)
        connection.connect(("127.0.0.1", port))
    except BaseException:
        connection.close()
        raise
    return connection


def browse(connection: socket.socket, port: int, **members: object) -> None:
    """Open a WebSocket on a blocking connection, and say hello."""
    connection.sendall(upgrade(port))
    received = b""
    while True:
        # The data after the answer is left to the next reader.
        seen = connection.recv(4096, socket.MSG_PEEK)
        end = seen.find(b"\r\n\r\n") + 4
        data = connection.recv(end if end > 3 else len(seen))
        if not data:
            raise ConnectionError("the server closed, and let no browser in")
        received += data
        if end > 3:
            break
    if not received.startswith(b"HTTP/1.1 101 "):
        raise ConnectionError(f"no WebSocket: {received[:40]!r}")
    connection.sendall(hello(**members))


FIRST_PROBE = 1_000_000
"""Number of the probe's first client. Attackers count from 0."""


class _Person:
    """A connection of the probe, which says every `PEOPLE`-th line."""

    def __init__(self, port: int, turn: int) -> None:
        self.connection = dial(port, FIRST_PROBE + turn)
        self.waiting: deque[tuple[int, float]] = deque()
        self._turn = turn
        self._unsent = b""
        self._received = b""
        self._enter(port)
        self.connection.setblocking(False)

    def say(self, number: int) -> None:
        self.waiting.append((number, time.monotonic()))
        self._unsent += self._line(number)
        self.send()

    def send(self) -> None:
        with suppress(BlockingIOError):
            self._unsent = self._unsent[self.connection.send(self._unsent) :]

    def read(self) -> list[float]:
        """Return the seconds that the lines took which have now come back."""
        try:
            data = self.connection.recv(1 << 16)
        except BlockingIOError:
            return []
        if not data:
            raise Failed("the probe was disconnected")
        now = time.monotonic()
        self._received += data
        took = []
        for number in self._numbers():
            if self.waiting and number == self.waiting[0][0]:
                took.append(now - self.waiting.popleft()[1])
            elif number % PEOPLE == self._turn:
                raise Failed(f"the probe's line {number} came back twice, or one before it is lost")
        return took

    def _enter(self, port: int) -> None:
        """Enter the lobby."""

    def _line(self, number: int) -> bytes:
        return b"probe %d\n" % number

    def _numbers(self) -> list[int]:
        """Return the numbers of the lines that were received whole."""
        lines, newline, self._received = self._received.rpartition(b"\n")
        return [int(found[1]) for found in _RECEIPT.finditer(lines + newline)]


class _Browser(_Person):
    """The connection of the probe that is a browser's."""

    def _enter(self, port: int) -> None:
        browse(self.connection, port)

    def _line(self, number: int) -> bytes:
        return message(type="line", id=number, room="lobby", text=f"probe {number}")

    def _numbers(self) -> list[int]:
        numbers = []
        frames, self._received = payloads(self._received)
        for opcode, payload in frames:
            if opcode == TEXT and b'"type":"error"' in payload:
                raise Failed(f"the probe's browser is told: {payload.decode()}")
            if opcode == PING:
                self._unsent += frame(payload, PONG)
            numbers += [int(found[1]) for found in _EVENT.finditer(payload)]
        return numbers


def _talk(port: int, web_port: int, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        _converse(port, web_port, pipe)
    except Failed as failure:
        pipe.send(str(failure))
    except OSError as error:
        pipe.send(f"the probe was cut off: {error.strerror or error}")


def _converse(port: int, web_port: int, pipe: Connection) -> None:
    poll = select.poll()
    people = {}
    for turn in range(PEOPLE):
        browser = web_port and turn == PEOPLE - 1
        person = _Browser(web_port, turn) if browser else _Person(port, turn)
        people[person.connection.fileno()] = person
        poll.register(person.connection, select.POLLIN)
    poll.register(pipe, select.POLLIN)
    crew = list(people.values())
    pipe.send(None)  # the clients have entered
    took: list[float] = []
    said = 0
    due = time.monotonic()
    finishing = 0.0
    while True:
        now = time.monotonic()
        if finishing:
            if not any(person.waiting for person in crew):
                pipe.send(took)
                took, finishing, due = [], 0.0, now
            elif now > finishing:
                left = sum(len(person.waiting) for person in crew)
                raise Failed(f"{left} of the probe's lines did not come back")
        elif now >= due:
            crew[said % PEOPLE].say(said)
            said += 1
            due = max(due + 1 / LINES_A_SECOND, now)
        wait = 100 if finishing else max(0.0, 1e3 * (due - now))
        for descriptor, _ in poll.poll(wait):
            if descriptor in people:
                took += people[descriptor].read()
            else:
                pipe.recv()
                finishing = now + PATIENCE
        for person in crew:
            person.send()
