"""Tests of `chatd.storage.shared.follower`: what is safe is published, in order, and once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import LogBatch, LostHistory
from chatd.storage.shared.follower import POLL_SECONDS, READ_SECONDS, Follower
from chatd.storage.shared.links import RETRY_SECONDS
from tests.support.links_by_hand import HandLinks, batch, id_of
from tests.support.logs import Expect

pytestmark = pytest.mark.quick


class Follows(HandLinks):
    """A follower, which has published a batch of the number 1, and what it publishes."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[int] = []
        self.waits_for = 0
        self.meanwhile: Callable[[], object] = list
        self.follower = Follower(self.clock, batch(1).position, self.publish, self.links)
        self.links.began, self.links.ended = self.follower.begin, self.follower.end
        self.links._hinted = self.follower.hint
        self.links.shown = lambda: self.follower.published
        self.links.connect()

    def publish(self, batch: LogBatch) -> bool:
        if batch.number == self.waits_for:
            return False
        self.published.append(batch.number)
        self.meanwhile()
        return True

    def read(self, *numbers: int) -> None:
        """Answer what is read."""
        self.link.answer("read", [batch(number) for number in numbers])

    def hint(self, number: int) -> None:
        self.engine.hinted(number)

    def poll(self) -> None:
        self.clock.advance(POLL_SECONDS)

    def reconnect(self) -> None:
        self.link.lose()
        self.clock.pump([RETRY_SECONDS] * 2)


@pytest.fixture
def follows() -> Follows:
    return Follows()


class TestReading:
    def test_begins_behind_what_was_published(self, follows: Follows) -> None:
        assert follows.link.about("read") == [(1,)]

    def test_goes_on_until_there_is_no_more(self, follows: Follows) -> None:
        follows.read(2, 3)
        assert follows.link.about("read") == [(3,)]
        follows.read()
        assert follows.link.about("read") == []

    def test_is_begun_by_a_hint_of_more(self, follows: Follows) -> None:
        follows.read()
        follows.hint(1)
        assert follows.link.about("read") == []
        follows.hint(2)
        assert follows.link.about("read") == [(1,)]

    def test_ends_with_what_a_hint_names(self, follows: Follows) -> None:
        follows.read()
        follows.hint(3)
        follows.read(2)
        assert follows.link.about("read") == [(2,)]
        follows.read(3)
        assert follows.link.about("read") == []

    def test_ends_with_what_is_known_to_be_safe(self, follows: Follows) -> None:
        follows.read()
        follows.follower.vouch(3)
        follows.read(2)
        assert follows.link.about("read") == [(2,)]
        follows.read(3)
        assert follows.link.about("read") == []

    def test_is_done_again_for_a_hint_that_comes_meanwhile(self, follows: Follows) -> None:
        follows.hint(2)
        follows.read()
        follows.read(2)
        assert follows.published == [2]

    def test_is_done_now_and_then(self, follows: Follows) -> None:
        follows.read()
        follows.poll()
        assert follows.link.about("read") == [(1,)]

    def test_that_is_not_answered_loses_the_link(self, follows: Follows) -> None:
        first = follows.link
        for _ in range(round(READ_SECONDS / POLL_SECONDS)):
            assert len(first.waiting("read")) == 1
            follows.poll()
        assert not first.is_open

    def test_begins_again_with_the_next_link(self, follows: Follows) -> None:
        follows.reconnect()
        assert follows.link.about("read") == [(1,)]
        assert len(follows.engine.links) == 2
        assert len(follows.clock.getDelayedCalls()) == 2  # the next poll, and the end of the wait

    def test_of_what_was_deleted_ends_it(self, follows: Follows) -> None:
        broken: list[StoreError] = []
        follows.links.broken = broken.append
        follows.link.answer("read", LostHistory("it was pruned"))
        assert len(broken) == 1


class TestSafety:
    def test_what_is_read_is_not_shown(self, follows: Follows) -> None:
        follows.read(2)
        follows.read()
        assert follows.published == []
        assert follows.follower.read == batch(2).position

    def test_what_is_hinted_is(self, follows: Follows) -> None:
        follows.read(2, 3)
        follows.hint(2)
        assert follows.published == [2]
        assert follows.follower.published == batch(2).position

    def test_a_hint_of_a_later_one_is_one_of_all_before(self, follows: Follows) -> None:
        follows.hint(3)
        follows.read(2, 3, 4)
        assert follows.published == [2, 3]

    def test_what_is_sealed_here_after_it_was_read_is_shown(self, follows: Follows) -> None:
        follows.read(2)
        follows.read(3)
        assert follows.link.about("seal") == []
        follows.read()
        assert follows.link.about("seal") == [(3,)]
        follows.link.answer("seal")
        assert follows.published == [2, 3]

    def test_what_is_read_while_that_is_sealed_is_not(self, follows: Follows) -> None:
        follows.read(2)
        follows.read()
        follows.poll()
        follows.read(3)
        follows.read()
        assert follows.link.about("seal") == [(2,)]
        follows.link.answer("seal")
        assert follows.published == [2]

    def test_a_poll_while_something_is_read_is_not_lost(self, follows: Follows) -> None:
        follows.read()
        follows.hint(2)
        follows.poll()
        follows.read(2, 3)
        follows.read()
        assert follows.link.about("seal") == [(3,)]

    def test_nothing_is_sealed_without_need(self, follows: Follows) -> None:
        follows.hint(2)
        follows.read(2)
        follows.read()
        assert follows.link.about("seal") == []

    def test_what_this_node_has_sealed_is_shown_once_it_is_read(self, follows: Follows) -> None:
        follows.read()
        follows.follower.vouch(3)
        follows.read(2)
        follows.read(3, 4)
        assert follows.published == [2, 3]

    def test_a_hint_of_what_cannot_be_read_is_forgotten(self, follows: Follows) -> None:
        follows.hint(1000)
        follows.read(2)
        follows.read()
        follows.poll()
        follows.read(3)
        follows.read()
        assert follows.published == [2]
        assert follows.link.about("seal") == [(3,)]

    def test_a_hint_ends_with_a_seal(self, follows: Follows) -> None:
        follows.read(2)
        follows.read()
        follows.hint(1000)
        follows.link.answer("seal")
        follows.read(3)
        assert follows.published == [2]

    def test_a_seal_that_fails_loses_the_link(self, follows: Follows) -> None:
        first = follows.link
        follows.read(2)
        follows.read()
        first.answer("seal", LostHistory("another history"))
        assert not first.is_open
        assert follows.published == []

    def test_the_error_of_a_seal_is_not_the_last_one(
        self, follows: Follows, expected_errors: Expect
    ) -> None:
        follows.read(2)
        follows.read()
        follows.link.answer("seal", RuntimeError())
        follows.clock.pump([RETRY_SECONDS] * 2)
        follows.read(2)
        follows.read()
        assert follows.link.about("seal") == [(2,)]
        expected_errors(RuntimeError)


class TestALostLink:
    def test_takes_what_was_read_with_it(self, follows: Follows) -> None:
        follows.read(2, 3)
        follows.reconnect()
        follows.hint(2)
        assert follows.published == []
        assert follows.follower.dropped == 2
        assert follows.follower.read == batch(1).position

    def test_takes_the_hints_with_it(self, follows: Follows) -> None:
        follows.hint(3)
        follows.reconnect()
        follows.read(2, 3)
        assert follows.published == []

    def test_takes_with_it_up_to_where_the_log_is_safe(self, follows: Follows) -> None:
        follows.read()
        follows.follower.vouch(3)
        follows.reconnect()
        follows.read(2, 3)
        assert follows.published == []

    def test_answers_nothing_any_more(self, follows: Follows) -> None:
        waits = follows.link.waiting("read")[0].done
        follows.link.asked.clear()
        follows.reconnect()
        waits.callback([batch(2)])
        assert follows.follower.read == batch(1).position
        follows.read(2)
        follows.hint(2)
        assert follows.published == [2]

    @pytest.mark.parametrize("is_own", [False, True])
    def test_while_a_batch_is_published_does_not_publish_it_twice(
        self, follows: Follows, is_own: bool
    ) -> None:
        follows.meanwhile = follows.link.lose
        if is_own:
            follows.follower.append_own(2, id_of(2))
        else:
            follows.hint(2)
            follows.read(2, 3)
        follows.meanwhile = list
        assert follows.published == [2]
        follows.clock.pump([RETRY_SECONDS] * 2)
        assert follows.engine.shown[-1] == batch(2).position
        assert follows.link.about("read") == [(2,)]
        follows.read(3)
        follows.hint(3)
        assert follows.published == [2, 3]


class TestOwnBatches:
    def test_that_are_next_need_not_be_read(self, follows: Follows) -> None:
        follows.read()
        follows.follower.append_own(2, id_of(2))
        assert follows.published == [2]
        assert follows.link.about("read") == []

    def test_that_are_read_meanwhile_are_published_once(self, follows: Follows) -> None:
        follows.follower.append_own(2, id_of(2))
        follows.read(2, 3)
        follows.hint(3)
        assert follows.published == [2, 3]

    def test_have_their_turn_behind_others(self, follows: Follows) -> None:
        follows.read()
        follows.follower.append_own(3, id_of(3))
        assert follows.published == []
        follows.read(2, 3)
        assert follows.published == [2, 3]

    def test_that_have_no_answer_hold_back_what_follows(self, follows: Follows) -> None:
        follows.waits_for = 2
        follows.hint(3)
        follows.read(2, 3)
        assert follows.published == []
        assert follows.follower.published == batch(1).position
        follows.waits_for = 0
        follows.follower.publish_safe()
        assert follows.published == [2, 3]


class TestMeanwhile:
    def test_a_hint_while_another_batch_is_published_is_heard(self, follows: Follows) -> None:
        follows.read(2, 3)
        follows.meanwhile = lambda: follows.hint(3)
        follows.hint(2)
        assert follows.published == [2, 3]

    def test_an_error_holds_nothing_back(self, follows: Follows, expected_errors: Expect) -> None:
        def fails() -> None:
            follows.meanwhile = list
            raise RuntimeError

        follows.read()
        follows.meanwhile = fails
        follows.follower._hinted = 3
        follows.poll()
        follows.read(2, 3)
        follows.clock.pump([RETRY_SECONDS] * 2)
        follows.read(3)
        follows.hint(3)
        assert follows.published == [2, 3]
        expected_errors(RuntimeError)
