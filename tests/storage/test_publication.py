"""Publication: batches of this node and of others, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.event import Draft, Event, Kind, Record
from chatd.storage.batches import Committed
from chatd.storage.contract import StoreError
from chatd.storage.publication import PUBLISHED_WORK, Publication
from chatd.util.error_log import ErrorLog
from tests.support.logs import Expect
from tests.support.stores import Recorder, joined

LONG = "x" * PUBLISHED_WORK


def said(*texts: str, room: str = "ops") -> list[Event]:
    return [
        Event(room, seq, 0, seq, "ana", Kind.MESSAGE, text) for seq, text in enumerate(texts, 1)
    ]


class PublicationHarness:
    """A publication whose subscriber and tables note what they are told, in order."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.turns: list[Callable[[], None]] = []
        self.publication = Publication(self.turns.append, ErrorLog(Clock()))
        self.publication.subscriber = self.recorder
        self.told: list[Any] = self.recorder.calls
        self.publication.followers["cup"] = self.follow

    def follow(self, records: Sequence[Record]) -> None:
        self.told.append(("records", [record.key for record in records]))

    def publish(self, number: int, *texts: str) -> None:
        finish = lambda: self.told.append(("finished", [str(number)]))  # noqa: E731
        self.publication.publish(Committed(said(*texts), number), finish)

    def turn(self) -> None:
        self.turns.pop(0)()


@pytest.fixture
def harness() -> PublicationHarness:
    return PublicationHarness()


class TestThisNode:
    def test_a_batch_is_published_and_then_finished(self, harness: PublicationHarness) -> None:
        harness.publish(1, "a", "b")
        assert harness.told == [("published", ["a", "b"]), ("finished", ["1"])]

    def test_a_batch_with_much_text_is_finished_after_its_last_part(
        self, harness: PublicationHarness
    ) -> None:
        harness.publish(1, LONG, "b")
        assert harness.told == [("published", [LONG])]
        harness.turn()
        assert harness.told[1:] == [("published", ["b"]), ("finished", ["1"])]

    def test_a_subscriber_that_fails_stops_no_batch(
        self, harness: PublicationHarness, expected_errors: Expect
    ) -> None:
        harness.recorder.publish = lambda entries: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        harness.publish(1, "a")
        assert harness.told == [("finished", ["1"])]
        expected_errors(ZeroDivisionError)

    def test_what_is_not_committed_is_refused(self, harness: PublicationHarness) -> None:
        draft = Draft("ops", 1, "ana", Kind.MESSAGE, ["a"])
        harness.publication.refuse([draft], StoreError("it is full."))
        assert harness.recorder.refused == [(draft, "it is full.")]

    def test_parts_end_beside_a_notice(self, harness: PublicationHarness) -> None:
        first, last = said(LONG, "b")
        entries = [first, joined("luis"), last._replace(session=first.session)]
        finish = lambda: None  # noqa: E731
        harness.publication.publish(Committed(entries, 1), finish)
        assert harness.told == [("published", [LONG])]
        harness.turn()
        assert len(harness.told) == 2

    def test_what_was_deleted_is_told(self, harness: PublicationHarness) -> None:
        harness.publication.forgot("ops", 7)
        assert harness.told == [("forgot", ["ops 7"])]

    def test_without_a_subscriber_nothing_is_told(self, harness: PublicationHarness) -> None:
        harness.publication.subscriber = None
        harness.publish(1, "a")
        harness.publication.follow(2, said("b"), [])
        harness.publication.forgot("ops", 7)
        assert harness.told == [("finished", ["1"])]


class TestOtherNodes:
    def test_what_they_wrote_is_in_the_tables_before_what_they_said(
        self, harness: PublicationHarness
    ) -> None:
        harness.publication.follow(1, said("a"), [Record("cup", "red", "{}")])
        assert harness.told == [("records", ["red"]), ("followed", ["a"])]

    def test_records_without_a_table_are_passed_over(self, harness: PublicationHarness) -> None:
        harness.publication.follow(1, [], [Record("saucer", "red", "{}")])
        assert harness.told == [("followed", [])]

    def test_the_number_known_is_that_of_the_last_batch_in_the_tables(
        self, harness: PublicationHarness
    ) -> None:
        harness.publish(1, LONG, "b")
        harness.publication.follow(2, said("c"), [])
        assert harness.publication.known == 1
        harness.turn()
        assert harness.publication.known == 2


class TestRights:
    def test_own_changes_are_withdrawn_and_then_lines_are_asked_for_again(
        self, harness: PublicationHarness
    ) -> None:
        publication = harness.publication
        publication.of_rights["saucer"] = lambda: harness.told.append(("withdrawn", []))
        publication.of_rights["cup"] = publication.of_rights["saucer"]
        publication.rights_changed = lambda: harness.told.append(("asked", []))
        publication.follow(1, said("a"), [Record("cup", "red", "{}")])
        assert [what for what, _ in harness.told] == [
            "records",
            *["withdrawn", "withdrawn"],  # of each kind: a change of one conflicts with all
            "followed",
            "asked",
        ]

    def test_nothing_is_withdrawn_because_of_other_records(
        self, harness: PublicationHarness
    ) -> None:
        harness.publication.of_rights["saucer"] = lambda: harness.told.append(("withdrawn", []))
        harness.publication.follow(1, said("a"), [Record("cup", "red", "{}")])
        assert ("withdrawn", []) not in harness.told


class TestOrder:
    def test_a_batch_waits_for_all_parts_of_the_one_before(
        self, harness: PublicationHarness
    ) -> None:
        harness.publish(1, LONG, "b")
        harness.publication.follow(2, said("c"), [])
        harness.publish(3, "d")
        while harness.turns:
            harness.turn()
        assert [texts for what, texts in harness.told if what != "finished"] == [
            [LONG],
            ["b"],
            ["c"],
            ["d"],
        ]

    def test_one_that_comes_at_the_end_of_another_is_published_after_it(
        self, harness: PublicationHarness
    ) -> None:
        def finish() -> None:
            harness.publish(2, "b")
            assert harness.told == [("published", ["a"])]

        harness.publication.publish(Committed(said("a"), 1), finish)
        assert harness.told == [("published", ["a"]), ("published", ["b"]), ("finished", ["2"])]

    def test_many_are_published_without_deep_calls(self, harness: PublicationHarness) -> None:
        harness.publish(1, LONG, "b")
        for number in range(2, 5000):
            harness.publish(number, "c")
        harness.turn()
        assert harness.publication.known == 4999
