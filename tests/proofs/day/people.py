"""People at terminals and at browsers: they come, register, say lines, ask for the past, and go.

A person does one thing after another and waits for each answer. This module must not know when
people do what.
"""

from __future__ import annotations

import json
from base64 import b64encode
from itertools import count
from typing import Protocol

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IAddress

from chatd.errors import ErrorKind
from tests.proofs.day.clients import BrowserSocket, HttpConnection, Terminal
from tests.proofs.day.daemon import Daemon
from tests.support.http import sign_in_of
from tests.support.sentences import EN
from tests.support.world import PASSWORD

PAGE = ("/", "/style.css", "/socket.js", "/main.js", "/icon.svg")
"""Files of the page that a browser loads at once, each over a connection of its own."""


class Person(Protocol):
    """A person with an account, wherever the person sits."""

    name: str
    said: int
    """The number of lines that the person said, and the daemon has acknowledged."""

    async def register(self) -> None:
        """Come for the first time, and register the name."""

    async def come(self) -> None:
        """Come back, and log in."""

    def leave(self) -> None:
        """Close the connection."""

    async def enter(self, room: str) -> None:
        """Enter a room, and leave the one before."""

    async def say(self, *texts: str) -> None:
        """Say lines, all at once if there are several, and wait until they are shown."""

    async def ask_for_past(self) -> None:
        """Ask for earlier lines of the room."""

    async def search(self, words: str) -> None:
        """Search the room."""


class Somewhere:
    """The name, the address and the room of a person."""

    def __init__(self, daemon: Daemon, name: str, address: IAddress) -> None:
        self.name = name
        self.said = 0
        self.daemon = daemon
        self._address = address
        self._room = daemon.server.lobby.name


class AtTerminal(Somewhere):
    """A person at a terminal."""

    terminal: Terminal

    async def register(self) -> None:
        """Come for the first time, and register the name."""
        self._connect()
        await self.terminal.ask(f"/nick {self.name}", EN.notice("you_are", name=self.name))
        await self.terminal.ask(f"/register {PASSWORD}", EN.notice("registered", name=self.name))

    async def come(self) -> None:
        """Come back, and log in."""
        self._connect()
        await self.terminal.ask(
            f"/login {self.name} {PASSWORD}", EN.notice("you_are", name=self.name)
        )
        if self._room != self.daemon.server.lobby.name:
            await self.enter(self._room)

    def _connect(self) -> None:
        self.terminal = Terminal(self.daemon, self.name, self._address)

    async def mistype(self) -> None:
        """Come back, and log in with a wrong password first."""
        self._connect()
        wrong = EN.error(ErrorKind.WRONG_PASSWORD, "wrong_password", name=self.name)
        await self.terminal.ask(f"/login {self.name} {PASSWORD}s", wrong, error=True)
        self.leave()
        await self.come()

    def leave(self) -> None:
        """Close the connection."""
        self.terminal.hang_up()

    async def enter(self, room: str) -> None:
        """Enter a room, and leave the one before."""
        await self.terminal.ask(
            f"/join {room}", EN.notice("joined_room", room=room, here=...).rstrip(". ")
        )
        self._room = room

    async def say(self, *texts: str) -> None:
        """Say lines, all at once if there are several, and wait until they are shown."""
        last = texts[-1]
        shown = self.terminal.answer(lambda line: line.endswith(last), f"the line {last!r}")
        self.terminal.type(*texts)
        await shown
        self.said += len(texts)

    async def ask_for_past(self) -> None:
        """Ask for earlier lines of the room."""
        await self._ask_about_room("/history 50")

    async def add_hook(self, url: str) -> None:
        """Add a hook to the room."""
        await self.terminal.ask(
            f"/hook add {url}", EN.notices("hook_added", number="", room="", url="", secret=...)[1]
        )

    async def make_token(self, name: str) -> str:
        """Make a token, and return it."""
        shown = self.terminal.answer(lambda line: line.startswith("*** chatd_"), "/token new")
        self.terminal.type(f"/token new {name}")
        line: str = await shown
        return line.removeprefix("*** ")

    async def search(self, words: str) -> None:
        """Search the room."""
        await self._ask_about_room(f"/search {words}")

    async def _ask_about_room(self, line: str) -> None:
        """Type a line, and wait for the sentence about the room that is its answer."""
        room = f" #{self._room}"
        answered = self.terminal.answer(lambda line: line.startswith("*** ") and room in line, line)
        self.terminal.type(line)
        await answered


class Guest(AtTerminal):
    """A person at a terminal without an account."""

    async def register(self) -> None:
        """Come for the first time."""
        await self.come()

    async def come(self) -> None:
        """Come, and take the name."""
        self._connect()
        await self.terminal.ask(f"/nick {self.name}", EN.notice("you_are", name=self.name))
        if self._room != self.daemon.server.lobby.name:
            await self.enter(self._room)

    async def mistype(self) -> None:
        """Come back: a guest has no password."""
        await self.come()


class AtBrowser(Somewhere):
    """A person at a browser, who loads the page, signs in once, and keeps the cookie."""

    def __init__(self, daemon: Daemon, name: str, address: IAddress) -> None:
        super().__init__(daemon, name, address)
        self._key = b64encode(name.encode().ljust(18, b"_")).decode().replace("+", "-")
        self._keys = count(1)
        self._signed_in: dict[str, str] = {}
        self.socket: BrowserSocket

    async def register(self) -> None:
        """Come for the first time, and register the name."""
        page = await self._load_page()
        members = {"name": self.name, "password": PASSWORD, "register": True, "key": self._key}
        body = json.dumps(members).encode()
        got = await page.ask("POST", "/api/signin", body, content_type="application/json")
        self._signed_in = sign_in_of(got)
        await self.come()

    async def come(self) -> None:
        """Come back: load the page, and open its socket."""
        await self._load_page()
        cookie = {"cookie": self._signed_in["cookie"]}
        self.socket = BrowserSocket(self.daemon, self.name, self._address, cookie)
        proof = self._signed_in["chatd_proof"]
        rooms = {self._room: None}
        hello = await self.socket.ask("hello", "hello", key=self._key, proof=proof, rooms=rooms)
        if hello["name"] != self.name:
            self.socket.fault(f"is {hello['name']} after signing in")

    async def mistype(self) -> None:
        """Sign in with a wrong password first: see `AtTerminal.mistype`."""
        await self.come()  # the browser keeps the sign-in

    def leave(self) -> None:
        """Close the tab."""
        self.socket.hang_up()

    async def enter(self, room: str) -> None:
        """Enter a room, and leave the one before."""
        entered = self.socket.answer(
            lambda message: message["type"] == "entered" and message["room"] == room, room
        )
        self.socket.tell("enter", room=room)
        await entered
        self.socket.tell("leave", room=self._room)
        self._room = room

    async def say(self, *texts: str) -> None:
        """Say lines, all at once if there are several, and wait until they are on disk."""
        acknowledged = []
        for text in texts:
            key = f"{self.name}-{next(self._keys):012}"
            line = self.socket.ask("line", "ack", room=self._room, text=text, key=key)
            acknowledged.append(Deferred.fromCoroutine(line))
        await gatherResults(acknowledged, consumeErrors=True)
        self.said += len(texts)

    async def ask_for_past(self) -> None:
        """Ask for earlier lines of the room."""
        await self.socket.ask("history", "history", room=self._room, limit=50)

    async def search(self, words: str) -> None:
        """Search the room."""
        await self.socket.ask("search", "found", room=self._room, text=words)

    async def _load_page(self) -> HttpConnection:
        """Load the files of the page, and return one of the connections, which stay open."""
        loading = []
        for path in PAGE:
            connection = HttpConnection(self.daemon, self.name, self._address)
            loading.append(Deferred.fromCoroutine(connection.ask("GET", path)))
        await gatherResults(loading, consumeErrors=True)
        return connection
