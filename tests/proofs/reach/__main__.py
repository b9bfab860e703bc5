"""``python3 -m tests.proofs.reach``: compare what `/seen` says with what clients have received.

500 clients are in a room: 50 are WebSockets, 20 have a full receive buffer, and 10 are cut off in a
network namespace, which takes root on Linux; without one these are left out. Exit with 1 if a
client is named as having a line that its system has not received, or if one that has received it is
not named within `MOST_SECONDS`.
"""

from __future__ import annotations

import argparse
import re
import socket
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from tests.proofs.reach.clients import (
    OURS,
    SMALL,
    Crowd,
    LineClient,
    Namespace,
    WebSocketClient,
    connected,
    namespace,
)
from tests.support.http import answers, request
from tests.support.live_server import NO_BUDGETS, WELCOMED, Client, LiveServer

CLIENTS, WEB, FULL, CUT = 500, 50, 20, 10
ROUNDS = 5

MOST_SECONDS = 1.0
"""Most seconds from the question until each client that has a line is named."""

SEND_BUFFER = 32 * 1024
"""Bytes that the kernel takes of one connection, so that little fills it."""

FLOOD = 100
"""Lines of `LONG` characters that fill the buffers of a client that does not read."""

LONG = 4000

OTHER = "other"
"""A person beside the clients, who says lines and reads none: what has come there is not known."""


class Answer(NamedTuple):
    """The answer to a question: names by state, and the seconds that it took."""

    has: frozenset[str]
    sent: frozenset[str]
    not_yet: frozenset[str]
    seconds: float


class Result(NamedTuple):
    """A comparison: the names that were said to have the line and did not, and the reverse."""

    what: str
    answer: Answer
    named_wrongly: Collection[str]
    left_out: Collection[str]

    @property
    def holds(self) -> bool:
        return not (self.named_wrongly or self.left_out) and self.answer.seconds <= MOST_SECONDS

    def __str__(self) -> str:
        answer = self.answer
        return (
            f"{self.what:32} has {len(answer.has):3}, not yet {len(answer.not_yet):3},"
            f" {answer.seconds * 1000:4.0f} ms; named wrongly {len(self.named_wrongly)}, left out"
            f" {len(self.left_out)}"
        )


class Class:
    """A room with all clients in it, and its owner, who says lines and asks."""

    def __init__(self, server: LiveServer, cut: Namespace | None, clients: int) -> None:
        self.crowd = Crowd()
        self._server = server
        self._said = 0
        self.ana = Client(server.port)
        self.ana.until(WELCOMED)
        self.other = Client(server.port)
        self.other.until(WELCOMED)
        self.ana.type("/nick ana", "/register correct horse", "/create class", "/token new t")
        (line,) = re.findall(r"chatd_[0-9a-f]{64}", "\n".join(self.ana.until("chatd_")))
        self._token = line
        self.other.type(f"/nick {OTHER}", "/join class")
        self.full = self._come("f", FULL, receive_buffer=SMALL)
        self.web = self._come("w", WEB, WebSocketClient)
        self.cut: list[LineClient] = []
        if cut is not None:
            sockets = cut.connect(server.ports[1], CUT)
            self.cut = [LineClient(f"c{n:03}", each) for n, each in enumerate(sockets)]
        here = FULL + WEB + len(self.cut)
        self.readers = self._come("r", clients - here)
        for client in (*self.full, *self.web, *self.cut, *self.readers):
            self.crowd.add(client)
            client.come("class")
        self.crowd.wait(lambda: all(each.has(b"#class") for each in self.crowd.clients))

    def close(self) -> None:
        """Close all connections."""
        self.crowd.close()
        for person in self.ana, self.other:
            person.lines.close()
            person.socket.close()

    def _come(
        self,
        letter: str,
        count: int,
        kind: type[LineClient] = LineClient,
        receive_buffer: int = 0,
    ) -> list[LineClient]:
        """Return clients that are each at an address of its own."""
        port = self._server.web_port if kind is WebSocketClient else self._server.port
        assert port is not None
        return [
            kind(
                f"{letter}{number:03}",
                connected(
                    ("127.0.0.1", port), f"127.{ord(letter)}.1.{number % 250 + 1}", receive_buffer
                ),
            )
            for number in range(count)
        ]

    def say(self, text: str = "") -> bytes:
        """Say a line, wait for its receipt, and return a text that only it has."""
        self._said += 1
        mark = f"mark-{self._said}-"
        self.ana.type(mark + text)
        while mark not in self.ana.line():
            pass
        return mark.encode()

    def flood(self) -> None:
        """Fill the buffers of those who do not read."""
        for _ in range(FLOOD):
            self.say("x" * LONG)
            self.crowd.read(0)

    def ask(self) -> Answer:
        """Ask over HTTP who has the line that ana said last."""
        port = self._server.web_port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as connection:
            token = {"authorization": f"Bearer {self._token}"}
            rooms = "/api/rooms/class/messages"
            connection.sendall(request("GET", f"{rooms}?limit=100", **token))
            (last,) = answers(self._answer(connection))
            seqs = [each["seq"] for each in last.json["events"] if each["author"] == "ana"]
            began = time.monotonic()
            connection.sendall(request("GET", f"{rooms}/{seqs[-1]}/reached", **token))
            (got,) = answers(self._answer(connection))
        assert got.status == 200, got
        names = (
            frozenset(each["name"] for each in got.json[key]) for key in ("has", "sent", "not_yet")
        )
        return Answer(*names, time.monotonic() - began)

    def _answer(self, connection: socket.socket) -> bytes:
        data = b""
        while True:
            data += connection.recv(1 << 20)
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            if length is not None and len(body) >= int(length[1]):
                return data
            if body.endswith(b"0\r\n\r\n"):
                return data

    def compare(self, what: str, mark: bytes, arrived: Collection[str]) -> Result:
        """Ask, and compare with what has come: what ``arrived`` before must be named."""
        answers: list[Answer] = []
        asking = Thread(target=lambda: answers.append(self.ask()))
        asking.start()
        self.crowd.wait(lambda: not asking.is_alive())
        (answer,) = answers
        have = {OTHER, *(client.name for client in self.crowd.clients if client.has(mark))}
        return Result(what, answer, sorted(answer.has - have), sorted(set(arrived) - answer.has))

    def wait_for(self, mark: bytes, *groups: Sequence[LineClient]) -> list[str]:
        """Read until some clients have a line; return their names."""
        some = [client for group in groups for client in group]
        self.crowd.wait(lambda: all(client.has(mark) for client in some))
        return [client.name for client in some]


def compare(crowd: Class, link: Namespace | None, rounds: int) -> list[Result]:
    """Return the results of all comparisons."""
    results = []
    everybody = crowd.full, crowd.web, crowd.cut, crowd.readers
    mark = crowd.say()
    arrived = crowd.wait_for(mark, *everybody)
    results.append(crowd.compare("all read", mark, arrived))
    crowd.crowd.hold([*crowd.full, *crowd.web[:5]])
    crowd.flood()
    if link is not None:
        link.cut()
    for _ in range(rounds):
        mark = crowd.say()
        results.append(crowd.compare("just said", mark, ()))
        arrived = crowd.wait_for(mark, crowd.web[5:], crowd.readers)
        results.append(crowd.compare("20 full, 10 cut off, 5 pages full", mark, arrived))
    reading = crowd.web[5:], crowd.readers
    for _ in range(rounds):  # something is under way all the time
        mark = crowd.say()
        arrived = crowd.wait_for(mark, *reading)
        crowd.other.type(*["y" * LONG] * 20)
        results.append(crowd.compare("20 long lines under way", mark, arrived))
    crowd.crowd.resume([*crowd.full, *crowd.web[:5]])
    if link is not None:
        link.mend()
    mark = crowd.say()
    arrived = crowd.wait_for(mark, *everybody)
    results.append(crowd.compare("all read again", mark, arrived))
    return results


def main() -> int:
    """Compare, print the results, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.reach")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, namespace() as link:
        if link is None:
            print("no namespace can be made here: no client is cut off")
        results = results_of(Path(directory), link, arguments.clients, arguments.rounds)
    for result in results:
        print(result)
    return 0 if all(result.holds for result in results) else 1


def results_of(directory: Path, link: Namespace | None, clients: int, rounds: int) -> list[Result]:
    """Run a daemon, and return the results of all comparisons on it."""
    listen = () if link is None else ("-l", f"tcp:0:interface={OURS}")
    options = (*listen, *NO_BUDGETS, f"--send-buffer={SEND_BUFFER}", "--dead-after=0")
    with LiveServer(directory, *options, web=0) as server:
        crowd = Class(server, link, clients)
        try:
            return compare(crowd, link, rounds)
        finally:
            crowd.close()


if __name__ == "__main__":
    sys.exit(main())
