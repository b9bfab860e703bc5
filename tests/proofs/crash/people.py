"""Clients that talk as fast as they are answered, and record all that they receive."""

from __future__ import annotations

import itertools
import random
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from chatd.errors import ErrorKind
from tests.proofs.crash.hook_target import target_port
from tests.proofs.crash.state import (
    ALERTS,
    DEN,
    PASSWORD,
    REGISTERED,
    ROOMS,
    Change,
    alert_in,
    part_of_message,
)
from tests.support.sentences import EN

WINDOW = 4
"""Most lines of a client that are on their way."""

IGNORED = 20
"""Names that are ignored by turns."""

ANA, EVA, LUIS = REGISTERED

NO_HOOK = (
    EN.error(ErrorKind.NOT_ALLOWED, "only_operators", room=DEN),
    EN.error(ErrorKind.NOT_ALLOWED, "too_many_hooks_here", room=DEN, limit=5),
)
"""The answers to adding a hook without the right to, and to adding one too many."""

_ROLES = (
    (LUIS, "VOICED", "voice", "voiced_already", "not_voiced"),
    (EVA, "OPERATOR", "op", "may_already", "not_operator"),
)
"""Roles that ana gives and takes: the member, the role, the command, and the answers to one who has
it already, and has it not."""

_LENGTHS = (0, 10, 20, 30, 40, 50, 60, 80, 300, 3000)

_LINES = (2, 3, 20)

Answered = Callable[[bytes], object]
"""A predicate: True if a line is the expected answer."""


class Client(Protocol):
    """The interface of a client that talks while it reads.

    ``receipts`` is the number of answered requests, ``ended`` is true if the server has left it.
    """

    socket: socket.socket
    ended: bool
    receipts: int

    def read(self) -> None:
        """Read received data, and say more."""


def received(connection: socket.socket) -> bytes | None:
    """Return received data: empty at the end of the connection, None if there is none yet."""
    try:
        return connection.recv(1 << 16)
    except BlockingIOError:
        return None
    except ConnectionError:
        return b""


def sent(connection: socket.socket, unsent: bytearray) -> bool:
    """Send what the kernel takes, and delete it. Return False if the connection has ended."""
    try:
        del unsent[: connection.send(unsent)]
    except BlockingIOError:
        pass
    except ConnectionError:
        return False
    return True


class Person:
    """A client: a name, a room, and lines that are said only once.

    With an ``account`` it logs in to that, and changes its records and those of its rooms; if it
    ``registers``, it makes an account of its own. ``asked`` has the changes that it asks for, in
    order, ``answered`` those that were answered as done.
    """

    def __init__(
        self,
        port: int,
        life: int,
        number: int,
        chance: random.Random,
        *,
        account: str = "",
        registers: bool = False,
    ) -> None:
        self.seen = bytearray()
        self.ended = False
        self.asked: list[Change] = []
        self.answered: list[Change] = []
        self._said = 0
        self._prefix = f"k{life}.{number}."
        self.name = account or (f"n{life}.{number}" if registers else f"p{number}")
        self._runs = account == REGISTERED[0]
        self._own_room = ""
        self._muted: list[str] = []
        self._waits_for: deque[Answered] = deque()
        self._looked = 0
        self._chance = chance
        self._unsent = bytearray()
        room = chance.choice(ROOMS) if self._runs else ROOMS[number % len(ROOMS)]
        self._room = room
        self._may_set_topic = self._runs or room != DEN
        if account:
            self._ask(f"/login {account} {PASSWORD}", EN.notice("you_are", name=account))
        else:
            self._ask(f"/nick {self.name}", EN.notice("you_are", name=self.name))
        if registers:
            self._change(
                f"/register {PASSWORD}",
                f"account of {self.name}",
                self.name,
                EN.notice("registered", name=self.name),
            )
        # A client of the lobby is in it at once.
        self._ask(
            f"/join {room}",
            EN.notice("joined_room", room=...),
            EN.notice("already_in_room", room="lobby"),
        )
        self.receipts = -len(self._waits_for)  # counts the receipts of what it says from here on
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setblocking(False)
        self._say()

    def read(self) -> None:
        """Read received data, and answer each receipt with another line."""
        data = received(self.socket)
        if data is None:
            return
        if not data:
            self.ended = True
            return
        self.seen += data
        end = self.seen.rfind(b"\n") + 1
        for line in bytes(self.seen[self._looked : end]).split(b"\n")[:-1]:
            if self._waits_for and self._waits_for[0](line):
                self._waits_for.popleft()
                self.receipts += 1
        self._looked = max(end, self._looked)
        self._say()

    def _say(self) -> None:
        while len(self._waits_for) < WINDOW:
            self._said += 1
            self._say_something(f"{self._prefix}{self._said}")
        if not sent(self.socket, self._unsent):
            self.ended = True

    def _say_something(self, mark: str) -> None:
        """Say a line, or ask for a change. No other text begins with ``mark``."""
        text = f"{mark};"  # which is in no other text
        what = self._chance.random()
        first = self._said == 1
        if self._runs and (first or what < 0.3):
            self._run(mark)
        elif self.name in REGISTERED and (first or what < 0.4):
            self._set(mark)
        elif what < 0.7:
            self._ask(f"{text} {self._filling()}", f"<{self.name}> {text}")
        elif what < 0.8:
            self._paste(text)
        elif what < 0.9:
            to = self._chance.choice(REGISTERED)
            receipt = f"(private to {to}) <{self.name}> {text}"
            self._ask(f"/msg {to} {text} {self._filling()}", receipt)
        elif what < 0.94:
            self._ask(f"/me {text}", f"* {self.name} {text}")
        elif what < 0.96 and self._may_set_topic:
            if self._chance.random() < 0.7:
                self._ask(f"/topic {text}", EN.notice("topic_set", name=self.name, topic=text))
            else:
                away = EN.notice("topic_cleared", name=self.name)
                self._ask("/topic -", away, EN.notice("no_topic", room=...))
        elif what < 0.98:
            self._look_back()
        else:
            # A mention, which a member may search for.
            said = f"{text} {self._chance.choice(REGISTERED)}"
            self._ask(said, f"<{self.name}> {said}")

    def _paste(self, text: str) -> None:
        """Say a message of several lines, each of which tells how many there are."""
        count = self._chance.choice(_LINES)
        lines = [f"{text} {part_of_message(number, count)}" for number in range(1, count + 1)]
        self._ask("/paste", EN.notice("paste_begun"))
        self._ask("\n".join([*lines, "."]), f"<{self.name}> {lines[-1]}")

    def _filling(self) -> str:
        return "x" * self._chance.choice(_LENGTHS)

    def _look_back(self) -> None:
        what, answer = self._chance.choice(
            [
                ("/history 5", rb"\*\*\* (\d+ of \d+ lines? of #|Nothing has been said)"),
                (f"/search {self._prefix}", rb"\*\*\* (\d+ lines? of|The last|Nothing found)"),
                ("/mentions", rb"\*\*\* (\d+ lines? of|No line that mentions)"),
                ("/missed", rb"\*\*\* (You have missed nothing|\d+ )"),
            ][: 4 if self.name in REGISTERED else 3]
        )
        self._send(what, re.compile(answer).match)

    def _set(self, mark: str) -> None:
        """Change a record of its account."""
        what = self._chance.random()
        if what < 0.2:
            self._set_credentials(mark)
            return
        if what < 0.5 and self.name == EVA:
            # The hook ends when she runs the room no more; without the right it is refused.
            _, life, _, number = re.split(r"\D", mark)
            host = f"127.{int(life) % 256}.{int(number) // 256}.{int(number) % 256}"
            url = f"http://{host}:{target_port()}/"
            added = EN.notice("hook_added", number=...)
            self._ask(f"/hook #{DEN} add {url}", added, *NO_HOOK)
            return
        if what < 0.6:
            answer = EN.notice("away_on", away=mark)
            self._change(f"/away {mark}", f"away of {self.name}", mark, answer)
            return
        name = f"x{self._said % IGNORED}"
        fact = f"{name} ignored by {self.name}"
        if self._chance.random() < 0.5:
            self._change(f"/ignore {name}", fact, "ignored", EN.notice("ignored", name=name))
        else:
            answers = [EN.notice(key, name=name) for key in ("unignored", "not_ignored")]
            self._change(f"/unignore {name}", fact, "", *answers)

    def _set_credentials(self, mark: str) -> None:
        """Make a token, or change the password, which ends all tokens."""
        fact = f"last token of {self.name}"
        if self._chance.random() < 0.6:
            answer = EN.notice("token_made_write", token=mark, name=self.name)
            self._change(f"/token new {mark}", fact, mark, answer)
        else:
            # The same password, so that a later client knows it.
            self._change(f"/password {PASSWORD}", fact, "", EN.notice("password_changed"))

    def _run(self, mark: str) -> None:
        """Change a record of the rooms that it runs."""
        what = self._chance.random()
        if what < 0.2 and not self._own_room:
            number = self._chance.randint(1, ALERTS)
            line = alert_in(self._room, number)
            fact = f"ack of {line} in #{self._room}"
            did = EN.notice("remark_ack", name=self.name, line=line, words=f" ({mark})")
            self._change(f"/ack {number} {mark}", fact, f"{self.name}: {mark}", did)
        elif what < 0.3:
            name = f"x{mark}"
            self._muted.append(name)
            fact = f"mute of {name} in #{DEN}"
            did = EN.deed("mute", self.name, name, time="2h", reason=mark)
            self._do(f"/mute #{DEN} {name} 2h {mark}", fact, mark, did)
        elif what < 0.4 and self._muted:
            name = self._muted.pop()
            fact = f"mute of {name} in #{DEN}"
            self._do(f"/unmute #{DEN} {name}", fact, "", EN.deed("unmute", self.name, name))
        elif what < 0.7:
            self._give_role(*self._chance.choice(_ROLES))
        elif what < 0.85 and self._own_room:
            mode = self._chance.choice(("open", "private", "moderated", "announce"))
            fact = f"mode of #{self._own_room}"
            did = EN.deed("mode", self.name, mode)
            self._do(f"/mode #{self._own_room} {mode}", fact, mode, did)
        else:
            room = self._own_room = f"r{mark}"
            mode = self._chance.choice(("open", "private", "moderated", "announce"))
            answer = EN.notice("joined_new_room", room=room)
            self._change(f"/create {room} {mode}", f"mode of #{room}", mode, answer)

    def _give_role(self, name: str, role: str, verb: str, *answers: str) -> None:
        fact = f"role of {name} in #{DEN}"
        has, has_not = (EN.notice(key, name=name, room=DEN) for key in answers)
        if self._chance.random() < 0.5:
            self._do(f"/{verb} #{DEN} {name}", fact, role, EN.deed(verb, self.name, name), has)
        else:
            taken = EN.deed(f"un{verb}", self.name, name)
            self._do(f"/un{verb} #{DEN} {name}", fact, "", taken, has_not)

    def _do(self, line: str, fact: str, value: str, did: str, *others: str) -> None:
        """Ask for a change that is announced in a room, or answered if its target is absent."""
        room = line.split(" ")[1].removeprefix("#")
        elsewhere = EN.notice("in_room", room=room, did=did.removeprefix("*** "))
        self._change(line, fact, value, did, elsewhere, *others)

    def _change(self, line: str, fact: str, value: str, *answers: str) -> None:
        change = Change(fact, value, tuple(answer.encode() for answer in answers))
        self.asked.append(change)

        def answered(line: bytes) -> bool:
            if change.is_answered_by(line):
                self.answered.append(change)
                return True
            return False

        self._send(line, answered)

    def _ask(self, line: str, *answers: str) -> None:
        beginnings = tuple(answer.encode() for answer in answers)
        self._send(line, lambda line: line.startswith(beginnings))

    def _send(self, line: str, answered: Answered) -> None:
        self._unsent += f"{line}\n".encode()
        self._waits_for.append(answered)


def talk(
    people: Sequence[Client],
    *,
    until: Callable[[], bool] = lambda: False,
    patience: float = 20.0,
) -> None:
    """Let clients talk until a condition is true, or until the server has left all of them."""
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


def come_back(port: int, account: str) -> bytes:
    """Log in and receive all missed private lines; return the transcript."""
    seen = bytearray()
    begin = 0
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(f"/login {account} {PASSWORD}\n".encode())
        for number in itertools.count():
            connection.sendall(f"/missed\n/away back-{number}\n".encode())
            while EN.notice("away_on", away=f"back-{number}").encode() not in seen:
                data = connection.recv(1 << 16)
                if not data:
                    raise ConnectionError(f"{account} was left alone: {seen[-1000:]!r}")
                seen += data
            if number and b" private line" not in seen[begin:]:
                return bytes(seen)
            begin = len(seen)
    raise AssertionError("it goes on until all is seen")
