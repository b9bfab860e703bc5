"""Batches as the database is given them, and as others read them."""

from __future__ import annotations

import pytest

from chatd.event import Call, Change, Event, Kind, Notice, Presence, Record
from chatd.storage.batches import BatchItem
from chatd.storage.postgres.codec import READ, READ_BATCHES, READ_SIZE
from chatd.storage.shared.engine import LogBatch
from tests.support.log_nodes import LogNode, line, request_of, write

JOINED = Notice("lobby", Change.JOINED, ((1, "ana"), (2, "bob\0")))
RENAMED = Notice("den", Change.RENAMED, ((1, "ana"),), "anna")
CAME = Presence("lobby", Change.JOINED, 3, "guest1", guest=True, hidden=True)
LEFT = Presence(
    "lobby", Change.LEFT, 3, "ana", account="ana", reason="\0 bye", by="bob", quits=True
)
CALL = Call(3, "private", "ana", "text", "lobby", 4)


class TestReading:
    @pytest.mark.parametrize(
        "items",
        [
            [line("a", "b"), line("c", as_one=True), line("d", "e", as_one=True)],
            [line("a"), JOINED, line("b", room="den"), RENAMED, line("c"), line("d", room="den")],
            [CAME, LEFT, CALL],
            [line("a", kind=Kind.TOPIC), line("b", kind=Kind.DEED), line("c", kind=Kind.NOTICE)],
            [],
        ],
    )
    def test_others_read_what_the_author_is_told(
        self, one: LogNode, two: LogNode, items: list[BatchItem]
    ) -> None:
        one.append(line("before"))
        committed = one.append(*items)
        batch = two.last()
        assert batch.number == committed.number
        assert list(batch.entries) == list(committed.entries)

    def test_records_are_those_that_were_written(self, one: LogNode, two: LogNode) -> None:
        records = Record("k", "a\0", '"\\u0000"'), Record("k", "b", None)
        one.append(write(*records, known=0))
        assert two.last().records == list(records)

    def test_the_place_has_the_id_of_the_request(self, one: LogNode, two: LogNode) -> None:
        request = request_of(line("a"), known=one.known)
        one.send(request)
        assert two.last().position == (3, request.id)

    def test_what_was_forgotten_is_passed_over(self, one: LogNode, two: LogNode) -> None:
        one.append(line("a", "b", "c"), line("d", room="den"))
        one.append(line("e", "f"))
        one.channel.connection.execute("DELETE FROM events WHERE text IN ('a', 'b', 'e')")
        read = [
            [entry.text for entry in batch.entries if isinstance(entry, Event)]
            for batch in two.read(2)
        ]
        assert read == [["c", "d"], ["f"]]

    def test_batches_come_in_order(self, one: LogNode, two: LogNode) -> None:
        for node in (one, two, one):
            node.append(line("a"))
        assert [batch.number for batch in one.read(1)] == [2, 3, 4, 5]
        assert one.read(5) == []

    def test_one_read_has_so_many(self, one: LogNode) -> None:
        one.channel.connection.execute(
            "INSERT INTO batches (shard, no, id, term, time)"
            f" SELECT 0, n, gen_random_uuid(), 1, 0 FROM generate_series(3, {READ_BATCHES + 9}) n"
        )
        assert len(one.read(0)) == READ_BATCHES
        assert len(one.read(READ_BATCHES)) == 9

    def test_one_read_has_so_much_text(self, one: LogNode) -> None:
        text = "x" * (READ_SIZE // 2)
        for _ in range(4):
            one.append(line(text))
        assert [len(one.read(after)) for after in (2, 4)] == [2, 2]

    def test_a_batch_that_is_larger_comes_alone(self, one: LogNode) -> None:
        one.append(line(*["x" * 1000] * (READ_SIZE // 900)))
        one.append(line("a"))
        assert [len(one.read(after)) for after in (2, 3)] == [1, 1]

    def test_its_plan_finds_lines_by_their_numbers_also_if_it_was_made_when_there_were_few(
        self, one: LogNode
    ) -> None:
        plan = [row for (row,) in one.channel.ask(f"EXPLAIN {READ}", 0)]
        [found] = [number for number, row in enumerate(plan) if "events_pkey" in row]
        assert "seq > " in plan[found + 1]


def test_a_batch_without_anything_is_read_as_such(one: LogNode) -> None:
    one.append()
    [batch] = one.read(2)
    assert batch == LogBatch(3, batch.id, [], [], [], 0)
