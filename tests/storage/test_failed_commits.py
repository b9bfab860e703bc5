"""Tests of commits that fail (`chatd.storage.group_commit`), with a store of each kind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from twisted.logger import LogEvent, globalLogPublisher

from chatd.event import Draft, Notice
from chatd.storage.contract import (
    StoreError,
)
from chatd.util.error_log import FIRST_SILENCE, LONGEST_SILENCE
from tests.support.logs import Expect
from tests.support.stores import Gates, StoreHarness, draft, joined, texts

pytestmark = pytest.mark.quick


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Return the lines of the log about refused lines, and about lines that are saved again."""
    said: list[str] = []

    def observe(event: LogEvent) -> None:
        if event["log_namespace"].startswith(("chatd.storage", "chatd.util.error_log")):
            said.append(event.get("why") or event["log_format"])

    globalLogPublisher.addObserver(observe)
    yield said
    globalLogPublisher.removeObserver(observe)


async def commit_one(harness: StoreHarness, gates: Gates, *, works: bool) -> None:
    """Say a line, and let its commit continue or fail."""
    harness.begin(draft())
    if works:
        gates.open()
    else:
        gates.fail(StoreError("no disk"))
    await harness.settle()


async def fail_one_commit(harness: StoreHarness, after: Draft | Notice) -> None:
    """Lose a line in a commit that fails, while another entry waits for the next commit."""
    gates = Gates(harness.store)
    harness.begin(draft("lost"))
    harness.store.append(after)
    gates.fail(StoreError("no disk"))
    await harness.wait_for(lambda: gates.held)
    gates.open()
    await harness.settle()


class TestFailure:
    async def test_drafts_are_refused_and_notices_published(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        said: list[Draft] = [draft("a"), draft("b", room="ops")]
        harness.begin(said[0], joined("luis"), said[1])
        gates.fail(StoreError("no disk"))
        assert harness.recorder.refused == [(each, "no disk") for each in said]
        assert texts(harness.recorder.published) == ["+luis"]
        assert await harness.everything() == []
        expected_errors()

    async def test_the_next_batch_continues_without_a_gap(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        await fail_one_commit(harness, draft("b"))
        assert [(event.seq, event.text) for event in await harness.everything()] == [
            (1, "a"),
            (2, "b"),
        ]
        expected_errors()

    async def test_a_batch_is_refused_before_the_next_one_is_published(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        await fail_one_commit(harness, joined("luis"))
        assert harness.recorder.calls == [
            ("refused", ["lost"]),
            ("published", []),
            ("published", ["+luis"]),
        ]
        expected_errors()

    async def test_an_unexpected_error_refuses_too_and_is_logged_with_its_traceback(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft())
        gates.fail(ZeroDivisionError("oh"))
        assert harness.recorder.refused == [(draft(), "an error in the server")]
        expected_errors(ZeroDivisionError)

    async def test_failures_are_logged_once_and_then_after_growing_pauses(
        self, harness: StoreHarness, logged: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        told: list[float] = []
        while harness.reactor.seconds() < 4 * LONGEST_SILENCE:
            harness.begin(draft())
            gates.fail(StoreError("no disk"))
            if len(logged) > len(told):
                told.append(harness.reactor.seconds())
            harness.reactor.advance(0.5)
        pauses = [later - earlier for earlier, later in itertools.pairwise(told)]
        assert told[0] == 0
        assert pauses[:4] == [FIRST_SILENCE, 2, 4, 8]
        assert pauses[-1] == LONGEST_SILENCE
        assert logged == ["no disk"] * len(told)
        expected_errors()

    async def test_the_end_of_failures_is_logged(
        self, harness: StoreHarness, logged: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        for works in False, False, True, True:
            await commit_one(harness, gates, works=works)
        assert logged == ["no disk", "lines are saved again"]
        expected_errors()

    async def test_failures_that_recur_are_logged_after_the_shortest_pause(
        self, harness: StoreHarness, logged: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        while harness.reactor.seconds() < 10 * FIRST_SILENCE:
            for works in False, True:
                await commit_one(harness, gates, works=works)
            harness.reactor.advance(0.25)
        assert logged == ["no disk", "lines are saved again"] * 10
        expected_errors()

    async def test_published_notices_are_not_the_end_of_failures(
        self, harness: StoreHarness, logged: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        for entry in draft(), joined("luis"), draft():
            harness.begin(entry)
            if isinstance(entry, Draft):
                gates.fail(StoreError("no disk"))
            else:
                gates.open()
            await harness.settle()
        assert logged == ["no disk"]
        expected_errors()
