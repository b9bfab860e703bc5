"""Tests of `chatd.util.worker`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import pytest
from twisted.internet.defer import Deferred, gatherResults

from chatd.util.worker import Worker
from tests.support.stores import StoreReactor

pytestmark = pytest.mark.quick


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker(StoreReactor(), "chatd-test")
    worker.start()
    yield worker
    worker.stop()


async def test_the_result_of_a_function_is_returned(worker: Worker) -> None:
    assert await worker.run(divmod, 7, 2) == (3, 1)


async def test_a_function_may_take_named_arguments(worker: Worker) -> None:
    assert await worker.run(int, "ff", base=16) == 255


async def test_the_error_of_a_function_is_raised_with_its_traceback(
    worker: Worker,
) -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        await worker.run(int, "x")
    assert "worker.py" in str(caught.traceback[-1].path)


async def test_after_a_function_that_failed_the_next_one_is_run(worker: Worker) -> None:
    failing = worker.run(int, "x")
    failing.addErrback(lambda failure: failure.check(ValueError))
    assert await worker.run(int, "1") == 1
    assert await failing is ValueError


async def test_functions_run_in_a_daemon_thread(
    worker: Worker,
) -> None:
    thread = await worker.run(threading.current_thread)
    assert thread.name == "chatd-test"
    assert thread.daemon


async def test_results_come_in_the_thread_of_the_reactor(worker: Worker) -> None:
    def here(_: object) -> threading.Thread:
        return threading.current_thread()

    assert await worker.run(int).addCallback(here) is threading.current_thread()
    failed: Deferred[threading.Thread] = worker.run(int, "x").addErrback(here)
    assert await failed is threading.current_thread()


async def test_functions_run_in_the_order_in_which_they_were_given(worker: Worker) -> None:
    done: list[int] = []
    await gatherResults([worker.run(done.append, number) for number in range(100)])
    assert done == list(range(100))


async def test_functions_given_before_the_start_run_first() -> None:
    worker = Worker(StoreReactor(), "chatd-test")
    done: list[str] = []
    worker.run(done.append, "before")
    worker.start()
    await worker.run(done.append, "after")
    worker.stop()
    assert done == ["before", "after"]


async def test_the_thread_ends_after_the_functions_given_before() -> None:
    worker = Worker(StoreReactor(), "chatd-test")
    worker.start()
    thread = await worker.run(threading.current_thread)
    waiting = threading.Event()
    held: Callable[[], bool] = waiting.wait
    last = worker.run(held)
    worker.stop()
    assert thread.is_alive()
    waiting.set()
    assert await last
    thread.join(5)
    assert not thread.is_alive()


async def test_with_several_threads_as_many_functions_run_at_once_and_no_more() -> None:
    worker = Worker(StoreReactor(), "chatd-test", 2)
    worker.start()
    meeting = threading.Barrier(2, timeout=5)
    places = await gatherResults([worker.run(meeting.wait) for _ in range(2)])
    assert sorted(places) == [0, 1]
    names = await gatherResults([worker.run(threading.get_ident) for _ in range(50)])
    assert len(set(names)) <= 2
    threads = [thread for thread in threading.enumerate() if thread.ident in names]
    worker.stop()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


async def test_threads_may_have_a_lower_priority() -> None:
    worker = Worker(StoreReactor(), "chatd-test", niceness=7)
    worker.start()
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    in_thread = await worker.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    worker.stop()
    assert in_thread == 7
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


async def test_a_worker_with_a_rest_pauses_after_each_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[object] = []
    monkeypatch.setattr("chatd.util.worker.time.sleep", done.append)
    worker = Worker(StoreReactor(), "chatd-test", rest=0.25)
    worker.start()
    await gatherResults([worker.run(done.append, "one"), worker.run(done.append, "two")])
    await worker.run(done.append, "three")
    worker.stop()
    assert done[:5] == ["one", 0.25, "two", 0.25, "three"]
