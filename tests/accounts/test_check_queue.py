"""`chatd.accounts.check_queue`: checks that wait; `test_passwords` has those of passwords."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.task import Clock

from chatd.accounts.check_queue import CheckQueue, client_stays
from chatd.util.fair_queue import Asker

ANA = Asker("192.0.2.1", "ana")


def begin(
    queue: CheckQueue,
    check: Callable[[], Deferred[str]],
    has_gone: Callable[[], bool] = client_stays,
) -> Deferred[object]:
    """Begin a check that has five seconds to begin. A failure becomes the result."""

    async def run() -> str:
        return await queue.run(ANA, has_gone, check, 5.0)

    return Deferred.fromCoroutine(run()).addErrback(lambda failure: failure.value)


def test_a_check_waits_for_its_turn() -> None:
    queue = CheckQueue(Clock(), 1)
    first: Deferred[str] = Deferred()
    second: Deferred[str] = Deferred()
    results = [begin(queue, lambda: first), begin(queue, lambda: second)]
    assert len(queue) == 1
    first.callback("first")
    assert len(queue) == 0
    second.callback("second")
    assert [each.result for each in results] == ["first", "second"]


def test_a_turn_that_does_not_come_in_time_is_given_up() -> None:
    clock = Clock()
    queue = CheckQueue(clock, 1)
    first: Deferred[str] = Deferred()
    began = begin(queue, lambda: first)
    late = begin(queue, Deferred)
    clock.advance(5.0)
    assert isinstance(late.result, TimeoutError)
    assert len(queue) == 0
    first.callback("first")
    assert began.result == "first"


def test_a_client_that_has_gone_is_not_checked() -> None:
    clock = Clock()
    asked = []
    gone = begin(CheckQueue(clock, 1), lambda: asked.append("checked") or Deferred(), lambda: True)
    clock.advance(0)
    assert gone.called
    assert not asked
