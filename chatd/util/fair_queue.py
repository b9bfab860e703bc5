"""A queue for few slots, in which owners have turns: no owner delays another by asking for much.

Theory of operation. An owner is a path, such as a network and an account in it (see `Asker`). The
queue is a tree of these: the networks that wait have a turn after another, and within the turn of a
network its accounts do. An owner that was served is the last from the end of its turn on. So a
hundred requests of one account delay another account by the one that is being served, and a hundred
accounts of one network delay another network by that one.

The queue may be bounded. If it is full, the newest request of the owner with the most in it is
refused, so an owner with few requests is let in however many others make.

This module must not know what the slots are for, nor a clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chatd.text.validation import IPV6_PREFIXES, networks_of_host


class Asker(NamedTuple):
    """The owner of a request: a network, "" for none, and the key of an account or a name there.

    The network is one of `chatd.text.validation.network_of_host`. All guests of a network that have
    no key or name have the name "". ``purpose`` divides the requests of a network: those for each
    purpose have turns.
    """

    network: str
    name: str
    purpose: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The owner as `FairQueue.turn` takes it: networks from the widest one, purpose, and name.

        An IPv6 network is part of the /56 and the /48 that may have the same owner.
        """
        host, _, is_ipv6 = self.network.partition("/")
        networks = networks_of_host(host) if is_ipv6 else (self.network,) * len(IPV6_PREFIXES)
        return (*reversed(networks), self.purpose, self.name)


class QueueFull(Exception):
    """The queue is full, and the most requests in it are of the owner that is refused."""


class Turn:
    """The use of one slot of a `FairQueue`, until `end`."""

    def __init__(self, queue: FairQueue, owner: Sequence[str]) -> None:
        self._queue: FairQueue | None = queue
        self._owner = owner

    def end(self) -> None:
        """Give the slot to the next owner. Does nothing if that was done."""
        queue, self._queue = self._queue, None
        if queue is not None:
            queue._end_turn(self._owner)


class FairQueue:
    """A queue for ``slots`` slots, in which at most ``most_waiting`` requests wait."""

    def __init__(self, slots: int, most_waiting: float = inf) -> None:
        self._free = slots
        self._most_waiting = most_waiting
        self._waiting = _Waiting()
        self._serving = False

    def __len__(self) -> int:
        """Return the number of requests that wait."""
        return self._waiting.count

    def turn(self, *owner: str) -> Deferred[Turn]:
        """Wait for a slot; fire with a `Turn`, which the caller must end.

        ``owner`` has one or more words, the widest first; all owners of a queue have as many. The
        result fails with `QueueFull` if the request is refused, now or later. It can be cancelled.
        """
        request = _Request(owner, Deferred(lambda _: self._waiting.remove(owner, request)))
        self._waiting.add(owner, request)
        self._serve()
        # In the call that serves another request, a slot may be free that is still to be given.
        if self._waiting.count - max(0, self._free) > self._most_waiting:
            self._waiting.take_newest_of_most().turn.errback(QueueFull())
        return request.turn

    def extra_turn(self) -> Turn:
        """Return a turn at once, also if no slot is free.

        Requests wait until as many turns have ended as are above the number of slots.
        """
        self._free -= 1
        return Turn(self, ())

    def _end_turn(self, owner: Sequence[str]) -> None:
        self._waiting.make_last(owner)
        self._free += 1
        self._serve()

    def _serve(self) -> None:
        """Give free slots to those that wait.

        A request may end its turn at once; the next is served here then, and not in that call, or a
        long queue would overflow the stack.
        """
        if self._serving:
            return
        self._serving = True
        try:
            while self._free > 0 and self._waiting.count:
                self._free -= 1
                request = self._waiting.take_next()
                request.turn.callback(Turn(self, request.owner))
        finally:
            self._serving = False


class _Request(NamedTuple):
    """A request of an owner, and what fires with its turn."""

    owner: tuple[str, ...]
    turn: Deferred[Turn]


class _Waiting:
    """The requests of one part of the tree, or of one owner."""

    def __init__(self) -> None:
        self.count = 0
        self._own: deque[_Request] = deque()
        self._parts: dict[str, _Waiting] = {}  # in the order of their turns

    def add(self, owner: Sequence[str], request: _Request) -> None:
        self.count += 1
        if owner:
            self._parts.setdefault(owner[0], _Waiting()).add(owner[1:], request)
        else:
            self._own.append(request)

    def remove(self, owner: Sequence[str], request: _Request) -> None:
        self.count -= 1
        if owner:
            self._parts[owner[0]].remove(owner[1:], request)
            self._drop_empty(owner[0])
        else:
            self._own.remove(request)

    def make_last(self, owner: Sequence[str]) -> None:
        """Have an owner whose turn has ended wait for the turns of all others that wait now."""
        if owner and owner[0] in self._parts:
            part = self._parts[owner[0]] = self._parts.pop(owner[0])
            part.make_last(owner[1:])

    def take_next(self) -> _Request:
        """Remove and return the oldest request of the owner whose turn it is."""
        self.count -= 1
        if not self._parts:
            return self._own.popleft()
        name = next(iter(self._parts))
        part = self._parts[name] = self._parts.pop(name)  # also the last for other slots
        request = part.take_next()
        self._drop_empty(name)
        return request

    def take_newest_of_most(self) -> _Request:
        """Remove and return the newest request of the owner with the most requests."""
        self.count -= 1
        if not self._parts:
            return self._own.pop()
        # Of several, the one whose turn comes last.
        name = max(reversed(self._parts), key=lambda each: self._parts[each].count)
        request = self._parts[name].take_newest_of_most()
        self._drop_empty(name)
        return request

    def _drop_empty(self, name: str) -> None:
        if not self._parts[name].count:
            del self._parts[name]
