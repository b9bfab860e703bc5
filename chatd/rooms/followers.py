"""A group of followers of a feed: those that are in step, and those that are apart.

Followers *in step* have taken everything, and nothing is in the way of what comes next. They have
one common mark, and a chunk is sent to the sockets of all of them in one call, with no bookkeeping
for each. A follower leaves as soon as anything comes in the way (`Follower.step_out`: an answer, a
full socket, the end), or with a chunk that it is not shown as it is. It is *apart* then, with a
mark of its own, and joins again when the next chunk finds it at the common mark with its way clear.
Those that have no plain socket are always apart, and are pushed to.

A group is small enough to be sent to in a turn of the reactor. Each one of a feed has its own mark,
and is shown all chunks in order.

This module must not know connections, nor how a follower takes what it was not sent.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Protocol

from chatd.rooms.chunk import Chunk, Mark
from chatd.rooms.view import Bell, View
from chatd.util.error_log import ErrorLog
from chatd.util.fanout import send_to_all

_MENTIONS = Bell.MENTIONS  # to look up a member of an enum takes 0.2 us

Concerns = tuple[frozenset[int], frozenset[str], bool]
"""Sessions, folded names of people whom some ignore or who are here, and if a mention rings."""

READERS_A_TURN = 256
"""Most followers of one group: sending to all of them takes 2 ms."""


class Socket(Protocol):
    """A socket, as far as it has a descriptor."""

    def fileno(self) -> int: ...


class Reader(Protocol):
    """The interface of the one that is sent what a follower reads."""

    @property
    def ready_socket(self) -> Socket | None:
        """The socket that takes fresh data at once, until the follower steps out; None if none."""

    def owe(self, rest: bytes) -> None:
        """Send the rest of data that ``ready_socket`` did not take, before anything else."""

    def push(self, data: bytes) -> bool:
        """Send data at once and return True; send nothing if other data has to be sent first."""

    def wake(self) -> None:
        """Take from the follower, which may have something."""


class Follower(Protocol):
    """The interface of a live cursor. ``own_mark`` is None while it is in step."""

    own_mark: Mark | None
    reader: Reader
    session: int
    view: View


class Followers:
    """Live cursors of one feed, at most `READERS_A_TURN`; ``mark`` is that of those in step.

    ``fresh`` are the chunks that they are to be shown. All have the bell ``on``, or none: so a line
    of another person rings for all.
    """

    __slots__ = (
        "_apart",
        "_bell",
        "_choosy",
        "_concerns",
        "_descriptors",
        "_error_log",
        "_in_step",
        "_without_echo",
        "fresh",
        "mark",
        "on",
    )

    def __init__(self, mark: Mark, bell: bytes, on: bool, error_log: ErrorLog) -> None:
        self.fresh: list[Chunk] = []
        self.mark = mark
        self.on = on
        self._bell = bell
        self._error_log = error_log
        self._apart: dict[Follower, None] = {}
        self._in_step: dict[Follower, Socket] = {}
        self._descriptors: array[int] | None = None  # of their sockets, in order
        # Those of them whose view is without echo, by their sessions; those with another that is
        # not plain.
        self._without_echo: dict[int, Follower] = {}
        self._choosy: dict[Follower, None] = {}
        self._concerns: Concerns | None = None

    def __len__(self) -> int:
        return len(self._apart) + len(self._in_step)

    def add(self, follower: Follower) -> None:
        """Add one that is apart."""
        self._apart[follower] = None

    def remove(self, follower: Follower) -> None:
        """Remove one. It keeps its mark."""
        if follower.own_mark is None:
            self.step_out(follower)
        del self._apart[follower]

    def step_out(self, follower: Follower) -> None:
        """Set one that is in step apart: something has come in the way."""
        del self._in_step[follower]
        self._descriptors = None
        if follower in self._choosy:
            del self._choosy[follower]
            self._concerns = None
        else:
            self._without_echo.pop(follower.session, None)
        follower.own_mark = self.mark
        self._apart[follower] = None

    def show(self, end: Mark) -> None:
        """Send fresh chunks to those that keep up, and wake those that are not at ``end`` then."""
        chunks, self.fresh = self.fresh, []
        self._step_in()
        for chunk in chunks:
            if chunk.before is self.mark:
                self._send(chunk)
            if self._apart:
                self._push(chunk)
        if self.mark is not end:  # what is between could not be rendered
            for follower in tuple(self._in_step):
                self.step_out(follower)
            self.mark = end
        for follower in tuple(self._apart):
            if follower.own_mark is not end:
                try:
                    follower.reader.wake()
                except Exception:
                    self._error_log.tell("a client could not be woken")

    def _step_in(self) -> None:
        joined = False
        for follower in self._apart:
            if follower.own_mark is self.mark and (socket := follower.reader.ready_socket):
                joined = True
                follower.own_mark = None
                self._in_step[follower] = socket
                if self._descriptors is not None:
                    self._descriptors.append(socket.fileno())
                if follower.view.without_echo:
                    self._without_echo[follower.session] = follower
                elif not follower.view.plain:
                    self._choosy[follower] = None
                    self._concerns = None
        if joined:
            # A new dict, because one that only shrinks keeps its memory.
            self._apart = {each: None for each in self._apart if each.own_mark is not None}

    def _send(self, chunk: Chunk) -> None:
        """Send a chunk to those in step, and move their mark. Others than they leave before it."""
        noticed, in_step = chunk.noticed, self._in_step
        if noticed:
            for follower in [each for each in in_step if each.session in noticed]:
                self.step_out(follower)
        if self._without_echo:
            for session in chunk.authoring & self._without_echo.keys():
                self.step_out(self._without_echo[session])
        concerned: Iterable[Follower] = ()
        rings_for_all = False
        if self._choosy:
            if chunk.is_of_others(*(self._concerns or self._collect())):
                rings_for_all = self.on and chunk.has_authors
            else:
                concerned = tuple(self._choosy)
        ringing: dict[Follower, Socket] = {}
        for follower in concerned:
            try:
                view, session = follower.view, follower.session
                if not chunk.is_whole_for(view, session):
                    self.step_out(follower)
                elif chunk.rings_for(view, session):
                    ringing[follower] = in_step[follower]
            except Exception:
                self._error_log.tell("a client could not be sent to")
                self.step_out(follower)
        if rings_for_all:
            rests = self._send_to(in_step, self._bell + chunk.data)
        elif not ringing:
            rests = self._send_to(in_step, chunk.data)
        else:
            quiet = {each: at for each, at in in_step.items() if each not in ringing}
            rests = self._send_to(quiet, chunk.data)
            rests += self._send_to(ringing, self._bell + chunk.data)
        self.mark = chunk.after
        for follower, rest in rests:
            try:
                follower.reader.owe(rest)
            except Exception:
                self._error_log.tell("a client could not be sent to")

    def _collect(self) -> Concerns:
        """Collect what concerns those in step that are choosy, until one changes."""
        views = [follower.view for follower in self._choosy]
        self._concerns = (
            frozenset(follower.session for follower in self._choosy),
            frozenset[str]().union(*[view.ignored | view.names for view in views]),
            any(view.bell is _MENTIONS for view in views),
        )
        return self._concerns

    def _send_to(self, some: dict[Follower, Socket], data: bytes) -> list[tuple[Follower, bytes]]:
        """Send data to those in step, or some of them; return what some did not take."""
        if not (some and data):
            return []
        descriptors = self._descriptors if some is self._in_step else None
        if descriptors is None:
            descriptors = array("i", [socket.fileno() for socket in some.values()])
            if some is self._in_step:
                self._descriptors = descriptors
        shortfalls = send_to_all(descriptors, data)
        if not shortfalls:
            return []
        order = list(some)
        return [(order[index], data[sent:]) for index, sent in shortfalls]

    def _push(self, chunk: Chunk) -> None:
        before, after, data = chunk.before, chunk.after, chunk.data
        for follower in tuple(self._apart):
            # These lines run for each client and each batch, so they are few.
            try:
                view, session = follower.view, follower.session
                if follower.own_mark is before and chunk.is_whole_for(view, session):
                    shown = self._bell + data if chunk.rings_for(view, session) else data
                    if not shown or follower.reader.push(shown):
                        follower.own_mark = after
            except Exception:
                self._error_log.tell("a client could not be sent to")
