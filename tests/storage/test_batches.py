"""Writes of records: the seqs of the lines that are stored together with them."""

from __future__ import annotations

import json

from chatd.event import Draft, Kind, Record, Seqs
from chatd.storage.batches import RecordWrite

LINES = Draft("ops", 1, "ana", Kind.MESSAGE, ["one", "two", "three"])


def filled(*records: Record, head: int = 10) -> list[Record]:
    write = RecordWrite(records)
    write.drafts = [LINES]
    write.fill_in(head)
    return list(write.records)


def test_a_record_gets_the_seqs_before_its_lines_and_of_the_last() -> None:
    (record,) = filled(Record("said", "key", '{"x": 1, "after": 0}', Seqs("after", "upto")))
    assert json.loads(record.value or "") == {"x": 1, "after": 7, "upto": 10}
    assert record.seqs is None


def test_a_member_without_a_name_is_not_written() -> None:
    (record,) = filled(Record("place", "key", '{"seq": 0}', Seqs(before="seq")))
    assert json.loads(record.value or "") == {"seq": 7}


def test_other_records_stay_as_they_are() -> None:
    other, gone = Record("said", "other", '{"after": 0}'), Record("said", "old", None)
    assert filled(other, gone) == [other, gone]


def test_a_record_that_is_deleted_has_no_seqs() -> None:
    gone = Record("said", "old", None, Seqs("after"))
    assert filled(gone) == [gone]
