"""Take the walk of what a client does, through the code of chatd, with `sys.setprofile`.

A call is a Python function of chatd that is entered; a move is a call into another module than that
of the call before. `chatd.util.fanout` is left out, for it may be in C. Comprehensions count as
calls where Python makes frames for them, so figures of different Pythons are not compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import chatd
from tests.support.browser import frame
from tests.support.http import SiteWorld
from tests.support.transports import SocketTransport
from tests.support.world import Member, World

HOME = str(Path(chatd.__file__).parent) + "/"
PERHAPS_IN_C = "util.fanout"

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Origin: http://localhost\r\nAccept-Language: en-US,en;q=0.9\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
HELLO = frame(b'{"type":"hello","language":"en","key":"the-key-of-a-browser"}')


class Call(NamedTuple):
    """A call of a function: its module, without ``chatd.``, its name, and its caller's module."""

    module: str
    function: str
    caller: str


class Walk(NamedTuple):
    """The calls that something takes, in order: a line, to the bytes that its readers receive."""

    calls: Sequence[Call]

    @property
    def modules(self) -> list[str]:
        """The modules in the order in which they are entered, each move once."""
        entered: list[str] = []
        for call in self.calls:
            if not entered or entered[-1] != call.module:
                entered.append(call.module)
        return entered

    @property
    def entered_again(self) -> set[str]:
        """The modules that are entered again in the author's turn after they called another one.

        The turn ends when the store begins to commit.
        """
        left: set[str] = set()
        again: set[str] = set()
        for call in self.calls:
            if call.function == "_commit_waiting":
                break
            if call.module != call.caller:
                left.add(call.caller)
                if call.module in left:
                    again.add(call.module)
        return again

    @property
    def moves(self) -> int:
        """The number of moves between modules."""
        return len(self.modules)


def module_of(frame: FrameType) -> str:
    """Return the module of a frame, without ``chatd.``; "" if it is not of chatd."""
    path = frame.f_code.co_filename
    return path[len(HOME) : -len(".py")].replace("/", ".") if path.startswith(HOME) else ""


def caller_of(frame: FrameType) -> str:
    """Return the module of chatd that called a function, perhaps by way of other code."""
    caller = frame.f_back
    while caller is not None and not module_of(caller):
        caller = caller.f_back
    return "" if caller is None else module_of(caller)


class Neighbour(Member):
    """A member whose connection is a plain socket, as nearly all are."""

    transport: SocketTransport
    transport_class = SocketTransport

    def bytes_seen(self) -> bytes:
        """Return the bytes received since the last time."""
        return self.transport.received()


def walk_of(typed: str, readers: int = 1) -> Walk:
    """Return the walk of a line that a member types while so many others read the room."""
    world = World()
    author, *others = (Neighbour(world, world.chat) for _ in range(1 + readers))
    for reader in others:
        author.type("first")  # with what is made once
        reader.seen()
    world.clock.advance(60)  # all of the pace is there again
    calls: list[Call] = []
    try:
        with noted(calls):
            author.send(f"{typed}\n".encode())
            world.clock.advance(0)
    finally:
        for each in author, *others:
            each.transport.close()
    return Walk(calls)


def visit(world: World) -> Walk:
    """Return the walk of a client that comes, is greeted, and leaves by closing its side."""
    calls: list[Call] = []
    with noted(calls):
        client = Neighbour(world, world.chat)
        client.half_close()
    assert client.transport.disconnected, "it is still connected"
    with noted(calls):
        client.hang_up()
    client.transport.close()
    return Walk(calls)


def coming_in(web: SiteWorld) -> Walk:
    """Return the walk of a browser that comes, opens a WebSocket, and says hello."""
    calls: list[Call] = []
    with noted(calls):
        client = web.caller()
        for sent in UPGRADE, HELLO:
            client.send(sent)
            web.clock.advance(0)
    assert b'"type":"entered"' in client.bytes_seen()
    return Walk(calls)


@contextmanager
def noted(calls: list[Call]) -> Iterator[None]:
    """Note the calls of functions of chatd while the block lasts."""

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and (module := module_of(frame)) not in ("", PERHAPS_IN_C):
            calls.append(Call(module, frame.f_code.co_name, caller_of(frame)))

    outer = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(outer)
