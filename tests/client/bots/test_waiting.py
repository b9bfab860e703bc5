"""`chatd.client.bots.waiting`: the calls that wait, and those that are worked on."""

from __future__ import annotations

from chatd.client.bots.calls import Call
from chatd.client.bots.waiting import Waiting


def call(author: str, seq: int) -> Call:
    return Call("ops", seq, 0, author, "!x")


def begun(waiting: Waiting) -> list[int]:
    """Begin all calls that can be begun; return their seqs."""
    found = []
    while (each := waiting.begin()) is not None:
        found.append(each.seq)
    return found


def test_one_person_has_one_call_at_a_time_and_one_that_waits() -> None:
    waiting = Waiting(4, 1)
    assert waiting.add(call("ana", 1))
    assert begun(waiting) == [1]
    assert waiting.add(call("ANA", 2))
    assert not waiting.add(call("ana", 3))
    assert waiting.add(call("luis", 4))
    assert begun(waiting) == [4]
    waiting.end(call("ana", 1))
    assert begun(waiting) == [2]
    assert waiting.add(call("ana", 5))


def test_no_more_than_the_jobs_are_worked_on() -> None:
    waiting = Waiting(2, 1)
    for seq, author in enumerate(("ana", "luis", "eva", "max"), 1):
        assert waiting.add(call(author, seq))
    assert begun(waiting) == [1, 2]
    waiting.end(call("luis", 2))
    assert begun(waiting) == [3]
    waiting.end(call("ana", 1))
    waiting.end(call("eva", 3))
    assert begun(waiting) == [4]


def test_old_calls_wait_without_a_limit_and_leave_the_live_one_its_place() -> None:
    waiting = Waiting(4, 1)
    for seq in range(1, 6):
        assert waiting.add(call("ana", seq), is_old=True)
    assert waiting.add(call("ana", 6))
    assert not waiting.add(call("ana", 7))
    for seq in range(1, 7):
        assert begun(waiting) == [seq]
        waiting.end(call("ana", seq))
    assert waiting.begin() is None
