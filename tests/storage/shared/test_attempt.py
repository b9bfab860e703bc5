"""Tests of `chatd.storage.shared.attempt`: a request stays the same until it is answered."""

from __future__ import annotations

import pytest

from chatd.event import Draft, Record
from chatd.storage.batches import BatchItem, Committed, RecordWrite
from chatd.storage.shared.attempt import Attempt, is_in, leave_out
from tests.support.links_by_hand import id_of
from tests.support.stores import draft

pytestmark = pytest.mark.quick


def attempt_of(*items: BatchItem, known: int = 3) -> Attempt:
    return Attempt(id_of(1), list(items), known)


def write_with(*drafts: Draft) -> RecordWrite:
    """Return a write that was appended together with lines."""
    write = RecordWrite([Record("cup", "red", "{}")])
    write.drafts = drafts
    return write


class TestARequest:
    def test_has_all_items(self) -> None:
        line = draft("a")
        request = attempt_of(line).request(1)
        assert request == (id_of(1), (line,), 3, False)

    def test_is_said_to_be_sent_again(self) -> None:
        attempt = attempt_of(draft("a"))
        first = attempt.request(1)
        assert attempt.request(1) == first._replace(again=True)

    def test_stays_the_same_while_it_is_in_doubt(self) -> None:
        lines = draft("a"), draft("b")
        attempt = attempt_of(*lines)
        first = attempt.request(1)
        attempt.known = 7
        attempt.leave_out(lines[:1])
        assert attempt.request(2) == first._replace(again=True)
        assert first.items == lines
        assert attempt.term == 1

    def test_is_another_one_after_it_was_not_stored(self) -> None:
        lines = draft("a"), draft("b")
        attempt = attempt_of(*lines)
        attempt.request(1)
        attempt.known = 7
        attempt.leave_out(lines[:1])
        attempt.not_stored()
        assert attempt.request(2) == (id_of(1), (lines[1],), 7, False)
        assert attempt.term == 2

    def test_is_in_doubt_until_it_was_not_stored(self) -> None:
        attempt = attempt_of(draft("a"))
        assert (attempt.is_in_doubt, attempt.was_sent) == (False, False)
        attempt.request(1)
        assert (attempt.is_in_doubt, attempt.was_sent) == (True, True)
        attempt.not_stored()
        assert (attempt.is_in_doubt, attempt.was_sent) == (False, False)


class TestLeavingOut:
    def test_a_line_takes_what_is_stored_with_it(self) -> None:
        lines = draft("a"), draft("b"), draft("c")
        write = write_with(*lines[:2])
        attempt = attempt_of(*lines[:2], write, lines[2])
        attempt.leave_out(lines[:1])
        assert attempt.request(1).items == (lines[2],)
        attempt.stored(Committed([], 4))
        assert attempt.committed is not None
        assert attempt.committed.conflicts == [write]
        assert write.drafts == [lines[1]]  # which is refused with the write

    def test_a_line_is_not_refused_again_if_the_batch_fails(self) -> None:
        lines = draft("a"), draft("b")
        attempt = attempt_of(*lines)
        attempt.leave_out(lines[:1])
        assert attempt.batch == [lines[1]]

    def test_what_conflicts_by_then_is_added(self) -> None:
        line, others = draft("a"), write_with()
        write = write_with(line)
        attempt = attempt_of(line, write, others)
        attempt.leave_out([line])
        attempt.stored(Committed([], 4, [others]))
        assert attempt.committed is not None
        assert attempt.committed.conflicts == [write, others]

    def test_lines_that_are_stored_are_not_asked_for(self) -> None:
        line = draft("a")
        attempt = attempt_of(line, write_with(line))
        assert attempt.drafts == [line]
        attempt.stored(Committed([], 4))
        assert attempt.drafts == []


def test_equal_lines_are_told_apart() -> None:
    one, other = draft("a"), draft("a")
    items: list[BatchItem] = [one, other]
    assert is_in(other, [other])
    assert not is_in(one, [other])
    leave_out(items, [other])
    assert [id(item) for item in items] == [id(one)]
