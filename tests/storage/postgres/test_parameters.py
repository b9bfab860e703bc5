"""Batches as the database is given them."""

from __future__ import annotations

import json

import pytest

from chatd.event import Change, Notice, Origin, Record
from chatd.storage.batches import BatchItem
from chatd.storage.postgres.parameters import parameters_of
from tests.support.log_nodes import claim, line, request_of, write

JOINED = Notice("lobby", Change.JOINED, ((1, "ana"), (2, "bob\0")))


class TestParameters:
    def test_all_are_texts_or_none(self) -> None:
        items = (
            line("a", made=Origin("ana", 5)),
            claim("ana"),
            write(Record("k", "a", "1"), known=1),
        )
        for batch in ((), items):
            parameters = parameters_of(request_of(*batch, known=7), 3)
            assert all(isinstance(each, str | None) for each in parameters)

    @pytest.mark.parametrize(
        ("items", "is_needed"),
        [
            ([line("a"), line("b")], False),
            ([line("a"), line("b", room="den")], True),
            ([line("a"), JOINED], True),
            ([claim("ana")], False),
        ],
    )
    def test_an_order_is_stored_where_seqs_do_not_say_it(
        self, items: list[BatchItem], is_needed: bool
    ) -> None:
        content = parameters_of(request_of(*items), 1)[-2]
        assert (content is not None) is is_needed

    def test_the_size_has_all_that_is_read(self) -> None:
        record = Record("k", "a", json.dumps("x" * 1000))
        notice = JOINED._replace(new_name="n" * 1000)
        size = int(
            parameters_of(request_of(line("a" * 500), notice, write(record, known=0)), 1)[-1] or 0
        )
        assert 2600 < size < 3200
