"""Attacks by hooks and pushes: many of them, and targets that answer late, oddly or not at all."""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from tests.proofs.attacks.attack import ANSWER_SECONDS, HASHING, Attack, command
from tests.proofs.attacks.innocents import INNOCENT, Denied, checked, enter
from tests.proofs.attacks.past import PASSWORD, person
from tests.support.proxy_headers import MALFORMED

SLOW_SECONDS = 8.0
"""Seconds after which a slow target answers: the server waits for ten."""

OF_A_ROOM = 5
"""Hooks that a room may have."""

Answer = Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]


async def _quick(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def _slow(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(SLOW_SECONDS)
    await _quick(writer)


async def _silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _odd(writer: asyncio.StreamWriter) -> None:
    """Give one of many wrong answers, or an endless one."""
    start = b"HTTP/1.1 200 OK\r\n"
    writer.write(
        random.choice(
            (
                b"HTTP/1.1 307 Elsewhere\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
                start + b"Content-Encoding: gzip\r\n\r\n" + bytes(1 << 20),
                start + b"X: y\r\n" * 100_000,
                b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000,
                b"HTTP/1.1 999999999999 \x1b[31mX\r\nContent-Length: 0\r\n\r\n",
                b"\x1b]0;x\x07 no HTTP\r\n\r\n",
                start + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                start + b"Content-Length: -1\r\n\r\n",
                random.choice(list(MALFORMED.values()))[:1000],
                b"",
            )
        )
    )
    writer.close()


ANSWERS: dict[str, Answer] = {"/quick": _quick, "/slow": _slow, "/odd": _odd, "/silent": _silent}
"""The answers of a target to a line, by its path. All but ``/silent`` want their hooks."""


class Targets:
    """Targets of hooks and pushes, at a port of this machine, in a thread of their own.

    ``codes`` are those that were sent for the pushes of accounts.
    """

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._arrived: dict[str, threading.Event] = {}
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()

    def url(self, path: str) -> str:
        """Return the URL of a target that answers as `ANSWERS` says."""
        return f"http://127.0.0.1:{self.port}{path}"

    def expect(self, text: str) -> threading.Event:
        """Return an event that is set once a line with this text was posted."""
        return self._arrived.setdefault(text, threading.Event())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, sock=self._listener)
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ")[1]
                length = int(head.lower().partition("content-length: ")[2].split("\r\n")[0])
                said = json.loads(await reader.readexactly(length))
                if said["kind"] == "challenge" and path != "/silent":
                    text = said["challenge"].encode()
                    start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text)
                    writer.write(start + text)
                    continue
                if said["kind"] == "code" and path != "/silent":
                    self.codes[said["account"]] = re.findall(r"\d{6}", said["message"])[0]
                    await _quick(writer)
                    continue
                if (event := self._arrived.pop(said.get("text"), None)) is not None:
                    event.set()
                await ANSWERS[path](writer)
        writer.close()


class HookAttack(Attack):
    """The base of attacks by hooks."""

    options = ("--hooks-to", "127.0.0.0/8")
    shared = HASHING

    def owners(self, lines: Callable[[int], list[str]]) -> list[socket.socket]:
        """Connect all clients, each logged in to an account, and send lines of each."""
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            command(client, f"/login {person(index)} {PASSWORD}", *lines(index))
            client.setblocking(False)
        return fleet

    def quick_owner(self, targets: Targets, room: str) -> Callable[[], None]:
        """Return the task of an innocent owner of a hook: to say a line that is posted."""
        owner = enter(
            self.door,
            f"/login {person(100)} {PASSWORD}",
            f"/create {room}",
            f"/hook add {targets.url('/quick')}",
            client=INNOCENT,
        )
        said = 0

        def say() -> None:
            nonlocal said
            said += 1
            arrived = targets.expect(f"an innocent line {said}")
            checked(command(owner, f"an innocent line {said}"))
            if not arrived.wait(ANSWER_SECONDS):
                raise Denied("a line was not posted to a quick target")

        return say


class SlowHooks(HookAttack):
    """The targets of ninety hooks answer each line after eight seconds; their rooms are busy.

    Ten slow ones were as many as could be served at a time, so none else was. An innocent client
    has a hook whose target is quick.
    """

    clients = 18
    few = 4

    def run(self) -> None:
        targets = Targets()
        add = [f"/hook add {targets.url('/slow')}"] * OF_A_ROOM
        fleet = self.owners(lambda index: [f"/create slow{index}", *add])
        task = self.quick_owner(targets, "quick")
        self.prepared()
        with self.innocent(task):
            self.pour(fleet, lambda _: self.distinct(b"a line to be posted\n", 5))


class ManyHooks(HookAttack):
    """One account asks for more hooks than there may be, at targets with odd answers, and talks.

    The first who came could have all hooks of the server. An innocent client adds one, and removes
    it.
    """

    clients = 40
    few = 8

    def run(self) -> None:
        targets = Targets()
        add = [f"/hook add {targets.url(path)}" for path in ("/quick", *["/odd"] * 4)]
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            command(client, f"/login {person(0)} {PASSWORD}", f"/create many{index}", *add)
            client.setblocking(False)
        owner = enter(self.door, f"/login {person(100)} {PASSWORD}", "/create one", client=INNOCENT)
        add_one = f"/hook add {targets.url('/quick')}"
        self.prepared()
        with self.innocent(lambda: checked(command(owner, add_one, "/hook remove 1"))):
            self.pour(fleet, lambda _: self.distinct(b"a line to be posted\n", 5))


class HooksUnwanted(HookAttack):
    """Twenty accounts ask for hooks at a target that does not answer the challenge, without end.

    An innocent client has a hook whose target is quick.
    """

    clients = 20
    few = 4

    def run(self) -> None:
        targets = Targets()
        fleet = self.owners(lambda index: [f"/create unwanted{index}"])
        task = self.quick_owner(targets, "wanted")
        self.prepared()
        add = f"/hook add {targets.url('/silent')}\n".encode()
        with self.innocent(task):
            self.pour(fleet, lambda _: add)


class PushesOfTheAbsent(HookAttack):
    """Forty accounts are away, and notified at slow and odd targets; each line names all of them.

    Half of the twenty clients say such lines, and half have codes sent without end to a target that
    does not answer. An innocent client has a hook whose target is quick.
    """

    clients = 20
    few = 4

    def run(self) -> None:
        targets = Targets()
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            for number in (index, self.size + index):
                url = targets.url(("/slow", "/odd")[number % 2])
                checked(command(client, f"/login {person(number)} {PASSWORD}", f"/push {url}"))
                code = targets.codes[person(number)]
                checked(command(client, f"/push confirm {code}", "/logout"))
            if index % 2:
                checked(command(client, f"/login {person(2 * self.size + index)} {PASSWORD}"))
            client.setblocking(False)
        task = self.quick_owner(targets, f"pushed{random.randrange(10**9)}")
        self.prepared()
        names = " ".join(map(person, range(2 * self.size)))
        line = f"-------- {names} ".encode().ljust(2_000, b".") + b"\n"
        ask = f"/push {targets.url('/silent')}\n".encode()
        with self.innocent(task):
            self.pour(fleet, lambda client: ask if client % 2 else self.distinct(line, 5))
