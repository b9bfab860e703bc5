"""`chatd.client.reconnecting`: a conversation over several connections. The test is the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chatd.client import reconnecting
from chatd.client.conversation import Conversation
from chatd.client.duplex import DuplexLink
from chatd.client.reconnecting import Reconnecting, State, pause_after
from chatd.client.server import Connection
from chatd.client.shown import Kind
from chatd.client.wire import ClientError, UntrustedServer
from tests.support.conversations import Window, event

HELLO: dict[str, Any] = {
    "type": "hello",
    "name": "guest1",
    "guest": True,
    "account": False,
    "lobby": "lobby",
}
LOBBY: dict[str, Any] = {
    "room": "lobby",
    "topic": "",
    "head": 0,
    "after": 0,
    "bookmark": None,
    "text": "",
    "resumed": False,
    "anew": False,
}


class Server:
    """Accepts the connections of a client, one after the other. `refusals` come before those."""

    def __init__(self, *refusals: Exception) -> None:
        self._refusals = [*refusals]
        self._ends: asyncio.Queue[socket.socket] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._peers: list[Peer] = []
        self.window = Window()
        conversation = Conversation(self.window)
        self.client = Reconnecting(self.connect, conversation, pause=lambda failures: 0)
        self.submit = conversation.submit

    def connect(self) -> Connection:
        """Return the client's end of a new connection, or raise the next refusal."""
        if self._refusals:
            raise self._refusals.pop(0)
        ours, theirs = socket.socketpair()
        self._loop.call_soon_threadsafe(self._ends.put_nowait, ours)
        return Connection(DuplexLink(theirs), None)

    def start(self) -> asyncio.Task[None]:
        """Start the conversation over a first connection."""
        refusals, self._refusals = self._refusals, []
        first = self.connect()
        self._refusals = refusals
        return asyncio.ensure_future(self.client.run(first))

    async def accept(self) -> Peer:
        """Return the server's end of the next connection, in which the client is welcome."""
        peer = await self.accept_silently()
        assert (await peer.read())["type"] == "hello"
        peer.send(**HELLO)
        peer.send("entered", **LOBBY)
        return peer

    async def accept_silently(self) -> Peer:
        """Return the server's end of the next connection, over which nothing was sent."""
        peer = Peer(*await asyncio.open_connection(sock=await self._ends.get()))
        self._peers.append(peer)
        return peer

    async def close(self) -> None:
        """Close all connections."""
        while not self._ends.empty():
            self._ends.get_nowait().close()
        for peer in self._peers:
            await peer.close()

    def texts(self, kind: Kind = Kind.MESSAGE) -> list[str]:
        """Return the texts of a kind that are shown in the lobby."""
        return [each.text for each in self.window.lines.get("lobby", ()) if each.kind is kind]


class Peer:
    """The server's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def drop(self) -> None:
        """Close the connection, without waiting for that."""
        self._writer.close()

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def read(self) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = json.loads(await self._reader.readline())
        return message

    async def until(self, type: str) -> dict[str, Any]:
        """Return the next message of a type."""
        while (message := await self.read())["type"] != type:
            pass
        return message

    def send(self, type: str, **members: Any) -> None:
        """Send a message."""
        self._writer.write(json.dumps({"type": type, **members}).encode() + b"\n")

    async def at_end(self) -> bool:
        """Wait until the client has closed."""
        while await self._reader.readline():
            pass
        return True


async def until(is_so: Callable[[], object]) -> None:
    """Run the loop until *is_so*."""
    while not is_so():
        await asyncio.sleep(0)


def run(scene: Callable[[Server], Awaitable[None]], *refusals: Exception) -> None:
    """Run a scene in a loop of its own."""

    async def main() -> None:
        server = Server(*refusals)
        try:
            await asyncio.wait_for(scene(server), 10)
        finally:
            await server.close()

    asyncio.run(main())


def test_a_line_that_is_not_answered_is_sent_over_the_next_connection() -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        server.submit("hola")
        line = await peer.until("line")
        peer.drop()
        peer = await server.accept()
        again = await peer.until("line")
        assert again == line
        peer.send("events", room="lobby", events=[event(1, "guest1", "hola")])
        peer.send("ack", id=again["id"], room="lobby", seq=1)
        await until(lambda: not server.client.conversation.unsent)
        assert server.texts() == ["hola"]
        server.client.leave()
        await talk

    run(scene)


def test_a_line_that_is_in_doubt_is_sent_again_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(server: Server) -> None:
        server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        server.submit("hola")
        line = await peer.until("line")
        for _ in range(2):
            peer.send("error", id=line["id"], kind="Not known", key="in_doubt", text="look.")
            peer.send("unsure", id=line["id"])
            assert await peer.until("line") == line
        peer.send("ack", id=line["id"], room="lobby", seq=1)
        await until(lambda: not server.client.conversation.unsent)
        assert server.texts(Kind.ERROR) == []
        server.client.leave()

    monkeypatch.setattr(reconnecting, "DOUBT", 0.0)
    run(scene)


def test_a_server_that_is_away_is_tried_until_it_is_back() -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        peer.drop()
        await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        assert not server.client.reason
        server.client.leave()
        await talk

    run(scene, ClientError("no server."), ClientError("no server."))


def test_another_server_in_its_place_ends_the_conversation() -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        server.submit("hola")
        peer.drop()
        with pytest.raises(UntrustedServer, match="another key"):
            await talk
        assert server.client.conversation.unsent == ["hola"]

    run(scene, UntrustedServer("another key."))


def test_a_first_connection_that_ends_without_a_greeting_is_an_error() -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        (await server.accept_silently()).drop()
        with pytest.raises(ClientError, match="closed the connection"):
            await talk

    run(scene)


def test_a_pause_ends_when_the_person_wants_to() -> None:
    async def scene(server: Server) -> None:
        server.client._pause = lambda failures: 1000
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        peer.drop()
        await until(lambda: server.client.state is State.WAITING)
        assert server.client.retry_in > 900
        server.client.retry()
        await server.accept()
        server.client.leave()
        await talk

    run(scene)


def test_one_can_leave_while_there_is_no_connection() -> None:
    async def scene(server: Server) -> None:
        server.client._pause = lambda failures: 1000
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        peer.drop()
        await until(lambda: server.client.state is State.WAITING)
        server.client.leave()
        await talk

    run(scene)


def test_the_last_lines_are_answered_before_the_end() -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        server.submit("hola")
        server.client.leave()
        line = await peer.until("line")
        assert not talk.done()
        peer.send("ack", id=line["id"], room="lobby", seq=1)
        assert await peer.at_end()
        await talk
        assert not server.client.conversation.unsent

    run(scene)


@pytest.mark.parametrize("answers", [True, False])
def test_a_server_without_a_sign_of_life_is_left(
    answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        monkeypatch.setattr(reconnecting, "QUIET", 0.0)
        monkeypatch.setattr(reconnecting, "SILENT", 60.0 if answers else 0.0)
        peer.send("bell")
        await peer.until("ping")
        if answers:
            peer.send("pong")
            await peer.until("ping")
        else:
            await server.accept()
        server.client.leave()
        await talk

    run(scene)


@pytest.mark.parametrize("is_set", [True, False])
def test_a_cancellation_is_not_lost_while_bytes_arrive(is_set: bool) -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        if is_set:
            server.client._arrived.set()
        talk.cancel()
        with pytest.raises(asyncio.CancelledError):
            await talk
        assert await peer.at_end()

    run(scene)


@pytest.mark.parametrize("reason", ["stopping", "upgrading"])
def test_a_server_that_stops_is_waited_for(reason: str) -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        peer.send("closing", reason=reason)
        await server.accept()
        server.client.leave()
        await talk

    run(scene)


def test_a_server_that_ends_the_session_is_not_asked_again() -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        await until(lambda: server.client.state is State.OPEN)
        peer.send("closing", reason="ended")
        with pytest.raises(ClientError, match="ended the session"):
            await talk

    run(scene)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "events"},
        {"type": "hello", "name": 1},
        {},
        {"type": "private", "author": "ana", "text": "x", "time": 10**30},
        {"type": "events", "room": "lobby", "events": [event(1, "ana", "x", time=10**30)]},
        {"type": "events", "room": "lobby", "events": [event(10**30, "ana", "x")]},
        {"type": "seen", "room": "lobby", "seq": math.inf},
        {"type": "you", "name": 1, "guest": True, "account": False},
        {"type": "hello", "name": "g", "guest": True, "account": False, "lobby": 1},
        {**HELLO, "max_length": "x"},
        {"type": "entered", **LOBBY, "topic": 1},
        {"type": "people", "room": "lobby", "names": 7, "guests": 0},
    ],
)
def test_a_message_that_cannot_be_read_is_an_error_of_the_server(message: dict[str, Any]) -> None:
    async def scene(server: Server) -> None:
        talk = server.start()
        peer = await server.accept()
        data = json.dumps(message).replace("Infinity", "1e999")
        peer._writer.write(data.encode() + b"\n")
        with pytest.raises(ClientError, match="cannot read"):
            await talk

    run(scene)


@pytest.mark.parametrize(("failures", "least", "most"), [(0, 0.5, 1), (3, 4, 8), (99, 15, 30)])
def test_pauses_grow_to_half_a_minute(failures: int, least: float, most: float) -> None:
    assert all(least <= pause_after(failures) <= most for _ in range(100))
