"""The link of a node to the server: four sessions, which are lost together.

Theory of operation. The *writer* appends; the *reader* reads, and never waits for the standby; the
*keeper* makes safe what was read, and does what has no haste; and *hints* come by a fourth one. A
thread uses each of the first three, and the reactor reads the last. When one of them fails, the
others are shut down, so what waits in a thread ends with an error; what it was is not known then.
All requests that are under way fail in the reactor's turn in which the link is lost.

This module must not know how a link is made, nor what the nodes agree on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from psycopg import Error
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorFDSet, IReactorFromThreads, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.storage.postgres import requests
from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.codec import answer_of
from chatd.storage.postgres.errors import line_of
from chatd.storage.postgres.hints import Hints
from chatd.storage.postgres.parameters import parameters_of
from chatd.storage.shared.engine import (
    Answer,
    Joined,
    JoinRequest,
    Link,
    LinkLost,
    LogBatch,
    LostHistory,
    Node,
    Position,
    Replaced,
    Request,
)
from chatd.util.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")

PRUNE_BEATS = 20
"""Beats between two deletions of old batches: they come about each minute."""


class ILinkReactor(IReactorFDSet, IReactorFromThreads, IReactorTime):
    """The reactor that a link, and its engine, need."""


class _Thread:
    """A channel and the thread that uses it."""

    def __init__(self, reactor: IReactorFromThreads, name: str, channel: Channel) -> None:
        self._channel = channel
        self._worker = Worker(reactor, f"chatd-{name}")
        self._worker.start()

    def run(
        self,
        request: Callable[Concatenate[Channel, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[T]:
        """Make a request in the thread."""
        return self._worker.run(request, self._channel, *args, **kwargs)

    def end(self) -> None:
        """Shut the session down, and end the thread once it has noticed."""
        self._channel.shut_down()
        self._worker.run(self._channel.close)
        self._worker.stop()


class PostgresLink(Link):
    """A link through channels that are connected to one server.

    ``node`` is the name of the node. ``listening`` is the channel of hints, or None. ``hinted`` and
    ``lost`` are those of `chatd.storage.shared.engine.Engine.connect`.
    """

    log = Logger()

    def __init__(
        self,
        reactor: ILinkReactor,
        node: str,
        writer: Channel,
        reader: Channel,
        keeper: Channel,
        listening: Channel | None,
        hinted: Callable[[int], None],
        lost: Callable[[LinkLost], None],
    ) -> None:
        self._node = node
        self._told = hinted
        self._lost = lost
        self._why: LinkLost | None = None
        self._pending: dict[Deferred[Any], None] = {}
        self._beats = 0
        self._writer = _Thread(reactor, "writer", writer)
        self._reader = _Thread(reactor, "reader", reader)
        self._keeper = _Thread(reactor, "keeper", keeper)
        self._hints: Hints | None = None
        if listening is not None:
            own = {writer.pid, keeper.pid}
            self._hints = Hints(reactor, listening, own, self._hear, self._session_failed)
            self._hints.start()

    def append(self, term: int, request: Request) -> Deferred[Answer]:
        return self._ask(
            self._writer,
            lambda row: answer_of(request, row),
            requests.append,
            parameters_of(request, term),
        )

    def read(self, after: int) -> Deferred[Sequence[LogBatch]]:
        return self._ask(self._reader, _as_it_is, requests.read, after)

    def seal(self, position: Position) -> Deferred[None]:
        return self._ask(self._keeper, _as_it_is, requests.seal, position)

    def join(self, request: JoinRequest) -> Deferred[Joined]:
        return self._ask(self._keeper, _as_it_is, requests.join, self._node, request)

    def beat(self, term: int, applied: int) -> Deferred[Sequence[Node] | None]:
        return self._ask(self._keeper, self._have_beat, requests.beat, term, applied)

    def reap(self, term: int, node: Node) -> Deferred[bool]:
        return self._ask(self._keeper, self._is_done, requests.reap, term, node)

    def leave(self, term: int) -> Deferred[None]:
        return self._ask(self._keeper, lambda _: None, requests.leave, term)

    def rise(self, term: int) -> Deferred[None]:
        return self._ask(self._keeper, _as_it_is, requests.rise, term)

    def forget(self, room: str, upto: int) -> Deferred[int]:
        return self._ask(self._keeper, self._have_forgotten, requests.forget, room, upto)

    def raise_level(self, term: int, level: int) -> Deferred[bool]:
        return self._ask(self._keeper, self._is_done, requests.raise_level, term, level)

    def abort(self) -> None:
        self._lose(LinkLost("this node has ended it."))

    # Requests

    def _ask(
        self,
        thread: _Thread,
        result_of: Callable[[T], U],
        request: Callable[Concatenate[Channel, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[U]:
        """Make a request in a thread, and fire with what ``result_of`` makes of its result."""
        if self._why is not None:
            return fail(self._why)
        done: Deferred[U] = Deferred()
        self._pending[done] = None

        def end(result: T | Failure) -> None:
            if done not in self._pending:
                return  # the link was lost meanwhile
            try:
                if isinstance(result, Failure):
                    result.raiseException()
                value = result_of(result)
            except Exception:
                self._fail(done, Failure())
            else:
                del self._pending[done]
                done.callback(value)

        thread.run(request, *args, **kwargs).addBoth(end)
        return done

    def _fail(self, done: Deferred[U], failure: Failure) -> None:
        """Fail a request, and with it the link, unless this node can have none any more."""
        why = failure.value
        if isinstance(why, LostHistory | Replaced):
            del self._pending[done]
            done.errback(failure)
        elif isinstance(why, LinkLost):
            self._lose(why)
        elif isinstance(why, Error):
            self._session_failed(why)
        else:
            self.log.failure("a request to the database failed", failure)
            self._lose(LinkLost("an error in this program."))

    def _session_failed(self, error: Error) -> None:
        self._lose(LinkLost(line_of(error)))

    def _lose(self, why: LinkLost) -> None:
        if self._why is not None:
            return
        self._why = why
        for thread in self._writer, self._reader, self._keeper:
            thread.end()
        if self._hints is not None:
            self._hints.stop()
        pending, self._pending = self._pending, {}
        self._lost(why)
        for done in pending:
            done.errback(why)

    # Answers

    def _hear(self, number: int) -> None:
        if self._why is None:
            self._told(number)

    def _is_done(self, number: int | None) -> bool:
        if number is not None:
            self._told(number)
        return number is not None

    def _have_forgotten(self, answer: tuple[int, int | None]) -> int:
        forgotten, number = answer
        self._is_done(number)
        return forgotten

    def _have_beat(self, nodes: Sequence[Node] | None) -> Sequence[Node] | None:
        if self._beats % PRUNE_BEATS == 0:
            self._prune()
        self._beats += 1
        return nodes

    def _prune(self) -> None:
        self._ask(self._keeper, self._have_pruned, requests.prune).addErrback(_ignore)

    def _have_pruned(self, is_more: bool) -> None:
        if is_more:
            self._prune()


def _as_it_is(result: T) -> T:
    return result


def _ignore(failure: Failure) -> None:
    """Drop the error of a request without an answer: the link is lost."""
