"""Tests of `chatd.storage.shared.appender`: a batch is sent until it is answered, and stays one."""

from __future__ import annotations

import pytest

from chatd.event import Draft, Record
from chatd.storage.contract import Conflict, InDoubt
from chatd.storage.shared.appender import WRONG_TRIES
from chatd.storage.shared.engine import Again, Fenced, LogBatch, Unstorable
from chatd.storage.shared.links import NoLink
from chatd.storage.shared.store import GIVE_UP_SECONDS
from tests.support.links_by_hand import HandStore, batch, joined, own_id
from tests.support.logs import Expect
from tests.support.stores import draft, texts

pytestmark = pytest.mark.quick

RIGHTS = [Record("right", "luis", "{}")]


class Store(HandStore):
    """A store for which the records of a kind decide who may say what."""

    def __init__(self) -> None:
        super().__init__()
        self.publication.of_rights["right"] = _withdraw_nothing

    def lines_of(self, index: int = 0) -> list[str]:
        """Return the lines of a request that is to be answered."""
        items = self.sent[index][1].items
        return [text for item in items if isinstance(item, Draft) for text in item.texts]

    @property
    def published(self) -> list[str]:
        return texts(self.recorder.published)


@pytest.fixture
def store() -> Store:
    return Store()


class TestABatch:
    def test_is_sent_with_what_is_known(self, store: Store) -> None:
        store.say("a", "b")
        ((term, request),) = store.sent
        assert (term, request.id, request.known, request.again) == (1, own_id(0), 1, False)
        assert store.lines_of() == ["a", "b"]

    def test_is_published_once_it_is_stored(self, store: Store) -> None:
        store.say("a")
        store.stored(2)
        assert store.published == ["a"]

    def test_is_published_behind_those_of_others(self, store: Store) -> None:
        store.say("a")
        store.stored(3)
        assert store.published == []
        store.reads(batch(2), LogBatch(3, own_id(0)))
        assert store.published == ["a"]
        assert store.recorder.calls[0] == ("followed", [])

    def test_comes_after_the_one_before(self, store: Store) -> None:
        store.say("a")
        store.say("b")
        assert len(store.sent) == 1
        store.stored(2)
        assert store.lines_of() == ["b"]
        assert store.sent[0][1].known == 2

    def test_that_is_read_before_it_is_answered_waits(self, store: Store) -> None:
        store.say("a")
        store.reads(LogBatch(2, own_id(0)), batch(3))
        assert store.recorder.calls == []
        store.stored(2)
        assert [what for what, _ in store.recorder.calls] == ["published", "followed"]


class TestALostLink:
    def test_has_the_same_request_sent_again(self, store: Store) -> None:
        store.say("a")
        ((_, first),) = store.sent
        store.reconnect()
        assert store.sent == [(1, first._replace(again=True))]

    def test_has_it_sent_under_its_own_term_whatever_comes_between(self, store: Store) -> None:
        store.say("a")
        ((_, first),) = store.sent
        store.link.lose()
        store.turn()
        store.clock.advance(1)
        store.rejoin(4, 3)
        assert store.sent == [(1, first._replace(again=True))]
        store.stored(2)
        store.reads(batch(3))
        assert store.published == ["a"]
        assert store.why_refused == []

    def test_after_the_answer_publishes_it_once(self, store: Store) -> None:
        store.say("a")
        store.stored(3)
        store.reconnect()
        assert store.sent == []
        store.reads(batch(2), LogBatch(3, own_id(0)))
        assert store.published == ["a"]

    def test_as_it_is_sent_has_it_sent_again(self, store: Store) -> None:
        store.link.is_open = False  # what it is asked fails at once
        store.say("a")
        store.clock.pump([0.2] * 3)
        assert store.lines_of() == ["a"]
        store.stored(2)
        assert store.published == ["a"]

    def test_is_what_an_error_of_this_program_is(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.say("a")
        store.link.answer("append", RuntimeError())
        store.clock.pump([0.2] * 3)
        assert store.sent[0][1].again
        store.stored(2)
        assert store.published == ["a"]
        expected_errors(RuntimeError)

    def test_is_what_a_request_is_that_cannot_be_made(
        self, store: Store, expected_errors: Expect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(store.link, "append", fails)
            store.say("a")
        store.clock.pump([0.2] * 3)
        assert store.lines_of() == ["a"]
        expected_errors(RuntimeError)


class TestAgain:
    def test_has_the_lines_asked_for_once_that_is_published(self, store: Store) -> None:
        store.say("a", "b")
        store.recorder.forbidden = "a"
        store.link.answer("append", Again(2))
        assert store.sent == []
        assert store.recorder.asked == []
        store.reads(batch(2, records=RIGHTS))
        assert store.recorder.asked == ["a", "b"]
        ((_, request),) = store.sent
        assert (request.id, request.known, request.again) == (own_id(0), 2, False)
        assert store.lines_of() == ["b"]

    def test_may_come_after_that_was_published(self, store: Store) -> None:
        store.say("a", "b")
        store.recorder.forbidden = "a"
        store.reads(batch(2, records=RIGHTS))
        assert store.lines_of() == ["a", "b"]  # it is in doubt
        store.link.answer("append", Again(2))
        assert store.lines_of() == ["b"]
        assert store.recorder.asked == ["a", "b"]

    def test_may_be_because_of_what_has_not_asked_here(self, store: Store) -> None:
        store.say("a", "b")
        store.recorder.forbidden = "a"
        store.reads(batch(2))
        store.link.answer("append", Again(2))
        assert store.recorder.asked == ["a", "b"]
        assert store.lines_of() == ["b"]
        assert store.sent[0][1].known == 2

    def test_leaves_a_batch_with_nothing_in_it(self, store: Store) -> None:
        written = list[object]()
        with store.together():
            store.append(draft("a"))
            store.write_records(Record("cup", "red", "{}")).addErrback(written.append)
        store.turn()
        store.recorder.forbidden = "a"
        store.link.answer("append", Again(2))
        store.reads(batch(2, records=RIGHTS))
        assert store.sent[0][1].items == ()
        store.stored(3)
        store.say("b")
        assert [type(getattr(each, "value", None)) for each in written] == [Conflict]
        assert store.lines_of() == ["b"]

    def test_stays_the_same_request_while_it_is_in_doubt(self, store: Store) -> None:
        store.say("a", "b")
        ((_, first),) = store.sent
        store.recorder.forbidden = "a"
        store.reads(batch(2, records=RIGHTS))
        store.reconnect()
        assert store.sent == [(1, first._replace(again=True))]
        assert store.lines_of() == ["a", "b"]

    def test_an_error_while_lines_are_asked_for_refuses_them(
        self, store: Store, expected_errors: Expect
    ) -> None:
        def fails() -> None:
            raise RuntimeError

        store.say("a")
        store.recorder.meanwhile = fails
        store.link.answer("append", Again(2))
        store.reads(batch(2, records=RIGHTS))
        assert [text for text, _ in store.why_refused] == ["a"]
        store.recorder.meanwhile = list
        store.stored(3)
        store.say("b")
        assert store.lines_of() == ["b"]
        expected_errors(RuntimeError)

    def test_a_line_that_is_stored_is_not_asked_for(self, store: Store) -> None:
        store.say("a")
        store.recorder.forbidden = "a"
        store.stored(3)
        store.reads(batch(2, records=RIGHTS), LogBatch(3, own_id(0)))
        assert store.recorder.asked == []
        assert store.published == ["a"]


class TestAFence:
    def test_has_it_sent_under_another_term(self, store: Store) -> None:
        store.say("a")
        store.link.answer("append", Fenced())
        assert store.sent == []
        store.link.answer("join", joined(4, 2))
        store.reads(batch(2))
        ((term, request),) = store.sent
        assert (term, request.id, request.again) == (4, own_id(0), False)

    def test_of_a_term_that_has_been_followed_needs_no_other_one(self, store: Store) -> None:
        store.say("a")
        store.rejoin(4, 2)
        store.link.answer("append", Fenced())
        assert store.link.about("join") == []
        store.reads(batch(2))
        assert [term for term, _ in store.sent] == [4]

    def test_nothing_is_sent_before_the_new_term_is_published(self, store: Store) -> None:
        store.rejoin(4, 3)
        store.say("a")
        assert store.sent == []
        store.reads(batch(2), batch(3))
        assert [term for term, _ in store.sent] == [4]

    def test_nothing_is_sent_while_a_term_is_begun(self, store: Store) -> None:
        store.link.answer("beat")
        store.say("a")
        assert store.sent == []
        store.link.answer("join", joined(4, 2))
        store.reads(batch(2))
        assert store.lines_of() == ["a"]

    def test_is_no_end_if_the_link_is_lost_as_a_term_is_begun(self, store: Store) -> None:
        store.say("a")
        store.link.answer("append", Fenced())
        store.reconnect()
        store.link.answer("join", joined(5, 2))
        store.reads(batch(2))
        assert [term for term, _ in store.sent] == [5]


class TestGivingUp:
    def test_what_was_sent_is_in_doubt(self, store: Store, expected_errors: Expect) -> None:
        store.say("a")
        first = store.link
        store.clock.advance(GIVE_UP_SECONDS)
        store.turn()
        assert store.why_refused == [("a", str(InDoubt()))]
        assert not first.is_open  # for an answer may still come through it
        expected_errors()

    def test_what_was_not_sent_is_not_stored(self, store: Store, expected_errors: Expect) -> None:
        store.cut(0)
        store.say("a")
        store.clock.pump([1] * round(GIVE_UP_SECONDS))
        assert store.why_refused == [("a", str(NoLink()))]
        expected_errors()

    def test_what_comes_then_is_refused_at_once(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.cut(GIVE_UP_SECONDS)
        store.say("a")
        assert store.why_refused == [("a", str(NoLink()))]
        expected_errors()

    def test_the_time_without_a_link_counts_for_what_comes_in_it(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.cut(GIVE_UP_SECONDS - 5)
        store.say("a")
        store.clock.pump([1] * 4)
        assert store.why_refused == []
        store.clock.pump([1] * 2)
        assert store.why_refused == [("a", str(NoLink()))]
        expected_errors()

    def test_what_is_sent_after_a_time_without_a_link_has_all_of_its_time(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.cut(GIVE_UP_SECONDS - 5)
        store.say("a")
        store.engine.answers = True
        store.clock.advance(1)
        assert store.lines_of() == ["a"]
        store.clock.pump([1] * round(GIVE_UP_SECONDS - 3))
        assert store.why_refused == []
        store.clock.pump([1] * 2)
        store.turn()
        assert store.why_refused == [("a", str(InDoubt()))]
        expected_errors()

    def test_with_an_engine_that_does_not_answer_what_follows_is_refused_at_once(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.say("a")
        store.clock.advance(1)
        store.say("b")
        store.clock.advance(GIVE_UP_SECONDS - 1)
        store.turn()
        assert store.why_refused == [("a", str(InDoubt())), ("b", str(NoLink()))]
        store.clock.pump([1] * 3)
        store.say("c")
        assert store.why_refused[2:] == [("c", str(NoLink()))]
        expected_errors()

    def test_what_follows_is_sent_once_the_engine_answers(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.say("a")
        store.clock.advance(GIVE_UP_SECONDS)
        store.turn()
        store.clock.pump([0.2] * 2)
        store.link.answer("beat", [])
        store.say("b")
        store.link.answer("join", joined(2, 2))
        store.reads(batch(2))
        assert store.lines_of() == ["b"]
        expected_errors()

    @pytest.mark.parametrize("error", [Unstorable("out of range."), RuntimeError()])
    def test_what_fails_by_itself_is_given_up_soon_and_what_follows_is_sent(
        self, store: Store, error: Exception, expected_errors: Expect
    ) -> None:
        store.say("a")
        store.say("b")
        for _ in range(WRONG_TRIES):
            assert store.why_refused == []
            assert store.lines_of() == ["a"]
            store.link.answer("append", error)
            store.clock.pump([0.1] * 5)
        assert store.why_refused == [("a", str(InDoubt()))]
        store.link.answer("join", joined(2, 2))
        store.reads(batch(2))
        assert store.lines_of() == ["b"]
        expected_errors()

    def test_a_link_that_is_lost_is_no_error_of_the_batch(self, store: Store) -> None:
        store.say("a")
        for _ in range(2 * WRONG_TRIES):
            store.link.lose()
            store.clock.pump([0.5] * 3)
            assert store.lines_of() == ["a"]
        assert store.why_refused == []

    def test_what_was_fenced_is_not_stored(self, store: Store, expected_errors: Expect) -> None:
        store.say("a")
        store.link.answer("append", Fenced())
        store.clock.pump([1] * round(GIVE_UP_SECONDS))
        assert store.why_refused == [("a", str(NoLink()))]
        expected_errors()

    @pytest.mark.parametrize("is_answered", [False, True])
    def test_needs_another_term(
        self, store: Store, is_answered: bool, expected_errors: Expect
    ) -> None:
        store.say("a")
        if is_answered:
            store.stored(3)
        store.appender.give_up()
        store.clock.pump([0.2] * 2)
        store.say("b")
        assert store.sent == []
        store.link.answer("join", joined(4, 4))
        store.reads(batch(2), LogBatch(3, own_id(0), draft("a").events(0, 0)), batch(4))
        assert texts(store.recorder.followed) == ["a"]
        assert [term for term, _ in store.sent] == [4]
        assert store.lines_of() == ["b"]
        expected_errors()

    def test_what_was_refused_before_is_not_refused_again(
        self, store: Store, expected_errors: Expect
    ) -> None:
        store.say("a", "b")
        store.recorder.forbidden = "a"
        store.reads(batch(2, records=RIGHTS))
        store.appender.give_up()
        assert store.why_refused == [("b", str(InDoubt()))]
        expected_errors()

    def test_does_nothing_without_a_batch(self, store: Store) -> None:
        store.appender.give_up()
        store.say("a")
        store.stored(2)
        store.clock.pump([1] * 3)
        assert store.published == ["a"]


def _withdraw_nothing() -> None:
    """Do nothing: no change is under way."""
