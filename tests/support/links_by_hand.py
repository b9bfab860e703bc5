"""Links to an engine whose answers the test gives, one by one, and an engine that makes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock

from chatd.event import Draft, Event
from chatd.storage.batches import Committed
from chatd.storage.claims import Claim
from chatd.storage.memory import MemoryStore
from chatd.storage.shared.engine import (
    Engine,
    Joined,
    JoinRequest,
    Link,
    LinkLost,
    LogBatch,
    Node,
    Position,
    Request,
)
from chatd.storage.shared.follower import POLL_SECONDS
from chatd.storage.shared.lease import BEAT_SECONDS
from chatd.storage.shared.links import RETRY_SECONDS, Links
from chatd.storage.shared.store import SharedStore, Start
from chatd.util.error_log import ErrorLog
from tests.support.stores import Recorder, draft


class Asked(NamedTuple):
    """A request to a link: its verb, what it is about, and the answer that it waits for."""

    verb: str
    about: tuple[Any, ...]
    done: Deferred[Any]


class HandLink(Link):
    """A link that answers when the test says so."""

    def __init__(self, engine: HandEngine, lost: Callable[[LinkLost], None]) -> None:
        self.asked: list[Asked] = []
        self.is_open = True
        self._engine = engine
        self._lost = lost

    def _ask(self, verb: str, *about: Any) -> Deferred[Any]:
        if not self.is_open:
            return fail(LinkLost("it has ended"))
        done: Deferred[Any] = Deferred()
        self.asked.append(Asked(verb, about, done))
        return done

    def append(self, term: int, request: Request) -> Deferred[Any]:
        return self._ask("append", term, request)

    def read(self, after: int) -> Deferred[Any]:
        return self._ask("read", after)

    def seal(self, position: Position) -> Deferred[Any]:
        return self._ask("seal", position.number)

    def join(self, request: JoinRequest) -> Deferred[Any]:
        return self._ask("join", request.last, list(request.held), request.id)

    def beat(self, term: int, applied: int) -> Deferred[Any]:
        return self._ask("beat", term, applied)

    def rise(self, term: int) -> Deferred[Any]:
        return self._ask("rise", term)

    def reap(self, term: int, node: Node) -> Deferred[Any]:
        return self._ask("reap", term, node)

    def leave(self, term: int) -> Deferred[Any]:
        return self._ask("leave", term)

    def forget(self, room: str, upto: int) -> Deferred[Any]:
        return self._ask("forget", room, upto)

    def raise_level(self, term: int, level: int) -> Deferred[Any]:
        return self._ask("raise_level", term, level)

    def abort(self) -> None:
        self.lose("it was ended")

    # Answers and losses, as a test orders them

    def waiting(self, verb: str) -> list[Asked]:
        """Return the requests of a kind that have no answer."""
        return [each for each in self.asked if each.verb == verb]

    def about(self, verb: str) -> list[tuple[Any, ...]]:
        """Return what the requests of a kind are about that have no answer."""
        return [each.about for each in self.waiting(verb)]

    def answer(self, verb: str, answer: Any = None) -> None:
        """Answer the first request of a kind, or fail it with an exception."""
        first = self.waiting(verb)[0]
        self.asked.remove(first)
        (first.done.errback if isinstance(answer, Exception) else first.done.callback)(answer)

    def lose(self, why: str = "the server is gone") -> None:
        """Lose the link, and fail what was asked."""
        if not self.is_open:
            return
        self.is_open = False
        asked, self.asked = self.asked, []
        self._lost(LinkLost(why))
        for each in asked:
            each.done.errback(LinkLost(why))


class HandEngine(Engine):
    """An engine whose links are made at once, if it ``answers`` with True.

    It fails with other answers that are exceptions, and makes the test wait for `connected` if it
    answers nothing. ``links`` are all that there were, ``shown`` what was said to be published.
    """

    def __init__(self) -> None:
        self.answers: bool | Exception = True
        self.links: list[HandLink] = []
        self.shown: list[Position] = []
        self.hinted: Callable[[int], None] = print
        self._connecting: list[tuple[Deferred[Any], HandLink]] = []

    @property
    def link(self) -> HandLink:
        """The last link."""
        return self.links[-1]

    def connect(
        self,
        shown: Position,
        hinted: Callable[[int], None],
        lost: Callable[[LinkLost], None],
    ) -> Deferred[Link]:
        self.shown.append(shown)
        if isinstance(self.answers, Exception):
            return fail(self.answers)
        self.hinted = hinted
        link = HandLink(self, lost)
        self.links.append(link)
        done: Deferred[Any] = Deferred()
        self._connecting.append((done, link))
        if self.answers:
            self.connected()
        return done

    def connected(self) -> None:
        """Connect the link that waits for it."""
        done, link = self._connecting.pop()
        done.callback(link)


class HandLinks:
    """Links of a node that are made by hand, on a fake clock, without a use."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.engine = HandEngine()
        self.hinted: list[int] = []
        self.links = Links(self.clock, self.engine, self.hinted.append, ErrorLog(self.clock))

    @property
    def link(self) -> HandLink:
        """The last link."""
        return self.engine.link


def id_of(number: int) -> UUID:
    """Return an id for a number."""
    return UUID(int=number + 1)


def own_id(index: int) -> UUID:
    """Return the id of a batch of the node itself, counted from 0."""
    return UUID(int=1_000_000 + index)


def batch(number: int, **what: Any) -> LogBatch:
    """Return a batch of the log."""
    return LogBatch(number, id_of(number), **what)


def joined(term: int = 1, number: int = 1, lost: Collection[Claim] = ()) -> Joined:
    """Return the begin of a term."""
    return Joined(term, number, lost)


class HandStore(SharedStore, MemoryStore):
    """A node's store whose engine is the test, in its first term, and a recorder of what it says.

    The log has one batch, with which the term began. The ids of the batches of the node are those
    of `own_id`.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.engine = HandEngine()
        new_id = partial(next, map(own_id, count()))
        start = Start(joined(1), batch(1).position)
        SharedStore.__init__(
            self, self.clock, self.engine, start, self.clock.seconds, new_id=new_id
        )
        self.recorder = Guard()
        self.subscribe(self.recorder)
        self.start()

    def start(self) -> None:
        super().start()

    @property
    def link(self) -> HandLink:
        """The last link."""
        return self.engine.link

    @property
    def sent(self) -> list[tuple[int, Request]]:
        """The terms and the requests that are to be answered."""
        return [(term, request) for term, request in self.link.about("append")]

    @property
    def taken_over(self) -> list[Claim]:
        """The claims that the join takes over that is to be answered."""
        ((_, held, _),) = self.link.about("join")
        return list(held)

    def say(self, *lines: str) -> None:
        """Append lines, and end the turn."""
        for line in lines:
            self.append(draft(line))
        self.turn()

    def turn(self) -> None:
        """End the turn, and those in which all are read."""
        self.clock.pump([0] * 4)

    def stored(self, number: int) -> None:
        """Answer that a batch is stored, under a number."""
        ((_, request),) = self.sent
        events = [each for item in request.items if isinstance(item, Draft) for each in _said(item)]
        self.link.answer("append", Committed(events, number))
        self.turn()

    def reads(self, *batches: LogBatch) -> None:
        """Have batches read that are safe, of which the first read is still to be answered."""
        if not self.link.waiting("read"):
            self.clock.advance(POLL_SECONDS)
        self.engine.hinted(batches[-1].number)
        while self.link.waiting("read"):
            (after,) = self.link.about("read")[0]
            self.link.answer("read", [each for each in batches if each.number > after])
        self.turn()

    def rejoin(self, term: int, number: int, lost: Collection[Claim] = ()) -> None:
        """Tell the node that its term has ended, and begin another one."""
        if not self.link.waiting("beat"):
            self.clock.advance(BEAT_SECONDS)
        self.link.answer("beat")
        self.link.answer("join", joined(term, number, lost))
        self.turn()

    def reconnect(self) -> None:
        """Lose the link, and make another one."""
        self.link.lose()
        self.clock.pump([RETRY_SECONDS] * 2)
        assert self.link.is_open

    def cut(self, seconds: float) -> None:
        """Lose the link, and make no other one for some seconds."""
        self.engine.answers = LinkLost("no server")
        self.link.lose()
        for _ in range(round(seconds)):
            self.clock.advance(1)
        self.turn()

    @property
    def why_refused(self) -> list[tuple[str, str]]:
        """The lines that were refused, and why."""
        return [("".join(each.texts), why) for each, why in self.recorder.refused]


class Guard(Recorder):
    """A recorder that lets some lines not be said when it is asked again."""

    forbidden = ""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.meanwhile: Callable[[], object] = list

    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        self.asked += [text for each in drafts for text in each.texts]
        self.meanwhile()
        return [each for each in drafts if self.forbidden in each.texts]


def _said(draft: Draft) -> list[Event]:
    return draft.events(0, 0)
