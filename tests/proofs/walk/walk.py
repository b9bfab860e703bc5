"""Take the walk of what a member types, through the code of chatd, with `sys.setprofile`.

A call is a Python function of chatd that is entered; a move is a call into another module than that
of the call before. `chatd.util.fanout` is left out, for it may be in C. Comprehensions count as
calls where Python makes frames for them, so figures of different Pythons are not compared.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import chatd
from tests.support.transports import SocketTransport
from tests.support.world import Member, World

HOME = str(Path(chatd.__file__).parent) + "/"
PERHAPS_IN_C = "util.fanout"


class Call(NamedTuple):
    """A call of a function: its module, without ``chatd.``, its name, and its caller's module."""

    module: str
    function: str
    caller: str


class Walk(NamedTuple):
    """The calls from the bytes of a line to the bytes that its readers receive, in order."""

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

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and (module := module_of(frame)) not in ("", PERHAPS_IN_C):
            calls.append(Call(module, frame.f_code.co_name, caller_of(frame)))

    outer = sys.getprofile()
    sys.setprofile(note)
    try:
        author.send(f"{typed}\n".encode())
        world.clock.advance(0)
    finally:
        sys.setprofile(outer)
        for each in author, *others:
            each.transport.close()
    return Walk(calls)
