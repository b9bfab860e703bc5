"""Take the walk of what a member types, through the code of chatd, with `sys.setprofile`.

A call is a Python function of chatd that is entered; a move is a call into another module than that
of the call before. Comprehensions count as calls where Python makes frames for them, so figures of
different Pythons are not compared.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import chatd
from tests.support.world import World

HOME = str(Path(chatd.__file__).parent) + "/"


class Call(NamedTuple):
    """A call of a function: its module, without ``chatd.``, and its name."""

    module: str
    function: str


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
    def moves(self) -> int:
        """The number of moves between modules."""
        return len(self.modules)


def walk_of(typed: str, readers: int = 1) -> Walk:
    """Return the walk of a line that a member types while so many others read the room."""
    world = World()
    author = world.person()
    for reader in [world.person() for _ in range(readers)]:
        author.type("first")  # with what is made once
        reader.seen()
    world.clock.advance(60)  # all of the pace is there again
    calls: list[Call] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(HOME):
            module = path[len(HOME) : -len(".py")].replace("/", ".")
            calls.append(Call(module, frame.f_code.co_name))

    outer = sys.getprofile()
    sys.setprofile(note)
    try:
        author.type(typed)
        world.settle()
    finally:
        sys.setprofile(outer)
    return Walk(calls)
