"""Tests of `chatd.storage.shared.store`: terms, names and lines of a node, together."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.event import Draft, Event, Record
from chatd.storage.batches import ClaimRequest, Committed, NumbersRequest, Release
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.storage.publication import PUBLISHED_WORK
from chatd.storage.shared.engine import Again, Fenced, LogBatch, LostHistory, Node
from chatd.storage.shared.lease import CURRENT_SECONDS
from chatd.storage.shared.links import NoLink
from tests.support.links_by_hand import HandStore, batch, own_id
from tests.support.logs import Expect
from tests.support.stores import draft, texts

pytestmark = pytest.mark.quick

ANA = Claim("ana", frozenset(["ana"]), "session 1")


class Store(HandStore):
    """A store with claims, and those of them that were lost."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: list[Claim] = []
        self.claims.when_lost(self.lost.append)

    def hold(self, number: int = 2) -> None:
        """Hold a name, by a batch of a number."""
        self.claims.claim(ANA)
        self.turn()
        self.stored(number)

    def items(self) -> list[type]:
        """Return the types of the items of the request that is to be answered."""
        ((_, request),) = self.sent
        return [type(item) for item in request.items]


@pytest.fixture
def store() -> Store:
    return Store()


class TestLostNames:
    def test_are_given_up_once_the_new_term_is_published(self, store: Store) -> None:
        store.hold()
        store.rejoin(4, 4, [ANA])
        assert store.link.about("join") == []
        assert store.lost == []
        store.reads(batch(3), batch(4))
        assert store.lost == [ANA]

    def test_refuse_no_line_that_is_in_the_log(self, store: Store) -> None:
        store.hold()
        store.say("a")
        store.recorder.forbidden = "a"
        store.rejoin(4, 4, [ANA])
        assert store.why_refused == []
        store.stored(3)
        store.reads(batch(4))
        assert texts(store.recorder.published) == ["a"]
        assert store.recorder.asked == []
        assert store.lost == [ANA]

    def test_have_lines_asked_for_that_are_not(self, store: Store) -> None:
        store.hold()
        store.say("a", "b")
        store.say("c")
        store.recorder.forbidden = "a"
        store.rejoin(4, 3, [ANA])
        store.link.answer("append", Fenced())
        store.reads(batch(3))
        assert store.recorder.asked == ["a", "b", "c"]
        assert store.sent[0][1].items == (draft("b"),)
        assert store.lost == [ANA]

    def test_are_known_also_if_the_link_is_lost_meanwhile(self, store: Store) -> None:
        store.hold()
        store.rejoin(4, 3, [ANA])
        store.reconnect()
        store.reads(batch(3))
        assert store.lost == [ANA]

    def test_may_be_held_again_by_the_next_term(self, store: Store) -> None:
        store.hold()
        store.rejoin(4, 3, [ANA])
        store.rejoin(5, 4)
        store.reads(batch(3), batch(4))
        assert store.lost == []

    def test_are_known_if_the_term_was_published_before_its_answer(self, store: Store) -> None:
        store.hold()
        store.reads(batch(3))
        store.rejoin(4, 3, [ANA])
        assert store.lost == [ANA]


class TestNames:
    def test_that_are_held_are_taken_over(self, store: Store) -> None:
        store.hold()
        store.link.answer("beat")
        assert store.taken_over == [ANA]

    def test_that_are_in_doubt_are_taken_over(self, store: Store) -> None:
        store.claims.claim(ANA)
        store.turn()
        store.link.answer("beat")
        assert store.taken_over == [ANA]

    def test_that_wait_are_not(self, store: Store) -> None:
        store.say("a")
        store.claims.claim(ANA)
        store.turn()
        store.link.answer("beat")
        assert store.taken_over == []

    def test_that_were_fenced_are_not(self, store: Store) -> None:
        store.claims.claim(ANA)
        store.turn()
        store.link.answer("append", Fenced())
        assert store.taken_over == []

    def test_that_are_published_in_parts_are_taken_over(self, store: Store) -> None:
        told: list[str | None] = []
        store.claims.claim(ANA).addCallback(told.append)
        for session in 1, 2:
            store.append(draft("long " * PUBLISHED_WORK, session=session))
        store.clock.advance(0)
        ((_, request),) = store.sent
        events = [event for item in request.items if isinstance(item, Draft) for event in _of(item)]
        store.link.answer("append", Committed(events, 2))
        store.link.answer("beat")
        assert told == []
        assert store.taken_over == [ANA]

    def test_are_released_by_an_item(self, store: Store) -> None:
        store.hold()
        store.claims.release(ANA)
        store.turn()
        assert store.items() == [Release]

    def test_that_were_not_released_are_released_once_there_is_a_link(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.hold()
        store.cut(20)
        store.claims.release(ANA)
        store.turn()
        store.engine.answers = True
        store.clock.pump([0.5] * 4)
        assert store.items() == [Release]
        expected_errors()

    def test_are_claimed_by_an_item(self, store: Store) -> None:
        store.claims.claim(ANA)
        store.turn()
        assert store.items() == [ClaimRequest]


class TestALink:
    def test_that_is_lost_at_once_does_no_harm(self, store: Store) -> None:
        store.link.lose()
        store.engine.answers = False
        store.clock.pump([0.2] * 3)
        store.link.is_open = False
        store.engine.answers = True
        store.engine.connected()
        store.clock.pump([0.2] * 3)
        assert store.link.is_open
        store.say("a")
        store.stored(3)
        store.reads(batch(2), LogBatch(3, own_id(0)))
        assert texts(store.recorder.published) == ["a"]

    def test_that_is_lost_while_a_batch_is_published_publishes_it_once(self, store: Store) -> None:
        store.say("a")
        store.link.answer("append", Again(2))
        store.link.lose()
        store.clock.pump([0.2] * 2)
        store.say()
        lines = draft("b").events(0, 0)
        store.engine.hinted(2)
        store.link.is_open = False  # so that the line that is sent then fails at once
        reads, store.link.asked = store.link.asked, []
        next(each for each in reads if each.verb == "read").done.callback([batch(2, entries=lines)])
        store.clock.pump([0.2] * 3)
        store.reads(batch(2, entries=lines))
        assert texts(store.recorder.followed) == ["b"]

    def test_is_aborted_with_what_it_is_asked_at_the_end(self, store: Store) -> None:
        store.say("a")
        closed = Deferred.fromCoroutine(store.close())
        assert closed.called
        assert not store.link.is_open
        assert store.clock.getDelayedCalls() == []


class TestClosing:
    def test_ends_the_term(self, store: Store) -> None:
        closed = Deferred.fromCoroutine(store.close())
        assert store.link.about("leave") == [(1,)]
        store.link.answer("leave")
        assert closed.called
        assert store.clock.getDelayedCalls() == []

    def test_does_without_a_link(self, store: Store) -> None:
        store.cut(1)
        assert Deferred.fromCoroutine(store.close()).called
        assert store.clock.getDelayedCalls() == []

    def test_is_over_if_the_link_is_lost(self, store: Store) -> None:
        closed = Deferred.fromCoroutine(store.close())
        store.link.lose()
        assert closed.called
        assert store.clock.getDelayedCalls() == []


class TestWhatIsFollowed:
    def test_a_level_is_the_highest_one(self, store: Store) -> None:
        store.reads(batch(2, level=3))
        store.reads(batch(3))
        assert store.level == 3

    def test_what_was_forgotten_is_told_behind_the_lines_before_it(self, store: Store) -> None:
        lines = [_of(draft("long " * PUBLISHED_WORK, session=number)) for number in (1, 2)]
        entries: list[Event] = [event for some in lines for event in some]
        store.reads(batch(2, entries=entries), batch(3, forgot=[("lobby", 1)]))
        store.turn()
        assert [what for what, _ in store.recorder.calls] == [
            "followed",
            "followed",
            "followed",
            "forgot",
        ]

    def test_a_batch_in_parts_comes_before_the_lines_that_wait_for_it(self, store: Store) -> None:
        store.say("a")
        store.link.answer("append", Again(2))
        entries = [
            event
            for number in (1, 2)
            for event in _of(draft("long " * PUBLISHED_WORK, session=number))
        ]
        store.reads(batch(2, entries=entries, records=[Record("right", "luis", "{}")]))
        store.turn()
        assert store.sent[0][1].known == 2

    def test_the_history_that_was_lost_ends_it(self, store: Store) -> None:
        broken: list[StoreError] = []
        store.when_broken(broken.append)
        store.engine.answers = LostHistory("it is not there")
        store.link.lose()
        store.clock.pump([0.2] * 3)
        store.clock.advance(60)
        assert len(broken) == 1
        assert len(store.engine.shown) == 2


class TestTheNode:
    def test_knows_the_others_and_how_long_it_is_current(self, store: Store) -> None:
        nodes = [Node(1, "this", 1, True, 1, 1, 1)]
        store.clock.advance(2)
        store.link.answer("beat", nodes)
        assert store.nodes == nodes
        assert store.seconds_left == CURRENT_SECONDS - 2

    def test_takes_numbers_by_an_item(self, store: Store) -> None:
        store.take_numbers()
        store.turn()
        assert store.items() == [NumbersRequest]

    async def test_forgets_by_its_link(self, store: Store) -> None:
        forgotten = Deferred.fromCoroutine(store.forget("lobby", 7))
        assert store.link.about("forget") == [("lobby", 7)]
        store.link.answer("forget", 3)
        assert await forgotten == 3

    async def test_forgets_nothing_without_one(self, store: Store) -> None:
        store.cut(1)
        with pytest.raises(NoLink):
            await store.forget("lobby", 7)

    async def test_forgets_nothing_if_that_is_lost(self, store: Store) -> None:
        forgotten = Deferred.fromCoroutine(store.forget("lobby", 7))
        store.link.lose()
        with pytest.raises(StoreError):
            await forgotten


def test_lines_are_refused_once_and_the_next_ones_go_on(
    store: Store, expected_errors: Expect
) -> None:
    store.cut(20)
    store.say("a")
    store.say("b")
    store.engine.answers = True
    store.clock.pump([0.5] * 3)
    store.say("c")
    assert [text for text, _ in store.why_refused] == ["a", "b"]
    assert store.sent[0][1].items == (draft("c"),)
    expected_errors()


def _of(draft: Draft) -> list[Event]:
    return draft.events(0, 0)
