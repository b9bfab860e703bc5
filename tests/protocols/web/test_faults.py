"""An error anywhere on a browser's way costs that browser an error, or at worst its connection."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.accounts.credentials import BROWSER
from chatd.chat.action_queue import ActionQueue
from chatd.chat.joined_rooms import JoinedRooms
from chatd.chat.keyed_lines import KeyedLines
from chatd.chat.membership import Membership
from chatd.chat.moderation import Moderation
from chatd.chat.room_moves import RoomMoves
from chatd.chat.session import Session
from chatd.chat.unread import UnreadTracker
from chatd.formats import envelopes
from chatd.formats.json import JsonFormat
from chatd.protocols.live import verbs
from chatd.protocols.live.receipts import LineReceipts
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.protocols.web.live.event_stream import EventStreamHandler
from chatd.protocols.web.live.websocket import WebSocketHandler
from chatd.protocols.websocket.frames import Frames
from chatd.rooms.cursor import Cursor
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.storage.records import change
from tests.support.browser import Browser
from tests.support.event_stream import Reader
from tests.support.faults import Fault, Injected, is_undisturbed
from tests.support.logs import Expect
from tests.support.world import World


class BrowserAndBystander:
    """Luis with a terminal, to whom nothing must happen, and Ana with a browser."""

    def __init__(self) -> None:
        self.world = World()
        self.world.register("ana")
        self.luis = self.world.person("luis")
        self.world.say("before")
        credentials, accounts = self.world.server.credentials, self.world.server.accounts
        secret, puts = credentials.issue(accounts.table["ana"], BROWSER, "her browser")
        change(self.world.store, *puts)
        self.world.settle()
        self.ana = Browser(self.world, grant=credentials.grant_of(secret), dead_after=90)

    def hello(self) -> None:
        self.ana.send("hello", key="a-key-of-sixteen", language="es", rooms={"lobby": 0})

    def everything(self) -> None:
        """All that a browser does."""
        ana = self.ana
        self.hello()
        ana.send("enter", room="ops", id=1)
        ana.say("hola", room="lobby", id=2)
        ana.say("con clave", room="lobby", id=3, key="key-of-this-line")
        ana.say("/who", room="ops", id=4)
        for verb in "history", "people", "rooms", "search", "seen":
            ana.send(verb, room="lobby", text="hola", seq=1, id=5)
        ana.send("leave", room="ops")
        ana.send_bytes(b"\x89\x80\x01\x02\x03\x04")
        self.world.say("otra")
        self.world.clock.advance(40)
        ana.factory.check()
        ana.send("ping")

    def all_is_well(self) -> None:
        self.world.settle()
        is_undisturbed(self.luis, "ana")
        if self.ana.closed or self.ana.transport.disconnected:
            self.ana.hang_up()
        if self.ana.factory.clients:
            self.ana.send("ping", id="still there")
            assert {"type": "pong", "id": "still there"} in self.ana.seen()
            self.ana.hang_up()
        self.world.settle()
        servers = self.world.servers
        assert not self.ana.factory.clients
        assert [each.name for server in servers for each in server.sessions] == ["luis"]
        for server in servers:
            assert list(server.lobby.here.named) == ["luis"]
            assert server.lobby.people == 1
            assert not server.rooms["ops"].people if "ops" in server.rooms else True


PLACES = {
    "reading frames": (Frames, "feed"),
    "answering a ping": (Frames, "reply"),
    "asking whether it is there": (Frames, "ping"),
    "a message": (WebSocketHandler, "handle"),
    "a line": (WebSocketHandler, "take_line"),
    "saying": (WebSocketHandler, "say"),
    "an answer": (WebSocketHandler, "tell"),
    "logging in": (WebSocketHandler, "log_in"),
    "a receipt": (LineReceipts, "_acknowledge"),
    "a retry": (KeyedLines, "say"),
    "entering": (Session, "enter"),
    "a stay": (Membership, "__init__"),
    "ending a stay": (Membership, "end"),
    "leaving": (JoinedRooms, "leave"),
    "receipts": (ActionQueue, "_give_receipts"),
    "focusing": (JoinedRooms, "focus"),
    "what was seen": (UnreadTracker, "seen"),
    "rights": (Moderation, "check"),
    "coming back": (RoomMoves, "move"),
    "rendering": (JsonFormat, "render"),
    "rendering a message": (JsonFormat, "message"),
    "framing": (envelopes.Frames, "whole"),
    "reading the log": (Room, "read"),
    "taking": (Cursor, "take"),
    "putting": (Stream, "put"),
    "pushing": (ConnectionWriter, "push"),
}

OF_SESSIONS = (
    Session,
    ActionQueue,
    JoinedRooms,
    Membership,
    Stream,
    ConnectionWriter,
    Moderation,
    Cursor,
    Room,
)
"""Classes of which only the objects that belong to one session are to fail."""


@pytest.mark.parametrize("place", PLACES)
def test_a_fault_in(place: str, fault: Fault, expected_errors: Expect) -> None:
    pair = BrowserAndBystander()
    owner, name = PLACES[place]
    if owner in OF_SESSIONS:
        own = pair.ana.session
        fault.inject(owner, name, lambda *given: _is_about(own, pair, given))
    else:
        fault.inject(owner, name)
    pair.everything()
    assert fault.happened
    fault.armed = False
    pair.all_is_well()
    expected_errors(Injected)


def _is_about(session: Any, pair: BrowserAndBystander, given: tuple[Any, ...]) -> bool:
    """Return True if a call concerns Ana's session."""
    first = given[0]
    about = {id(session), id(session.stream), id(pair.ana.protocol.connection.output.writer)}
    about |= {id(session.queue), id(session.joined)}
    if isinstance(first, Room) or any(id(each) in about for each in given):
        return True
    return getattr(first, "reader", None) is session.stream or first in session.memberships.values()


@pytest.mark.parametrize("verb", verbs.TABLE)
def test_a_fault_in_the_verb(
    verb: str, monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
) -> None:
    def fail(*_: object) -> None:
        raise Injected

    pair = BrowserAndBystander()
    if verb != "hello":
        pair.hello()
        pair.ana.seen()
    with monkeypatch.context() as patch:
        patch.setitem(verbs.TABLE, verb, verbs.TABLE[verb]._replace(do=fail))
        pair.ana.send(verb, room="lobby", text="hola", seq=1)
        assert [error["key"] for error in pair.ana.seen("error")] == ["server_error"]
    if verb == "hello":
        pair.hello()
    pair.all_is_well()
    expected_errors(Injected)


def test_a_fault_when_a_stream_begins(fault: Fault, expected_errors: Expect) -> None:
    world = World()
    luis = world.person("luis")
    fault.inject(RoomMoves, "move")
    reader = Reader(world)
    fault.armed = False
    assert reader.closed
    assert isinstance(reader.protocol.connection.handler, EventStreamHandler)
    reader.hang_up()
    assert not reader.factory.clients
    luis.type("hola")
    assert luis.seen() == ["<luis> hola"]
    expected_errors(Injected)
