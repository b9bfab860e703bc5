"""The lines that accounts said themselves, as stretches of logs."""

from __future__ import annotations

import pytest

from chatd.chat.own_lines import OwnLines
from chatd.chat.read_marks import SPANS_KEPT


@pytest.fixture
def own() -> OwnLines:
    return OwnLines()


def spans(own: OwnLines, account: str = "ana", log: str = "lobby") -> list[tuple[int, int]]:
    """Return the stretches as pairs of the seqs before their first line and of their last one."""
    return [(span.start, span.end) for span in own.spans(account, log)]


def test_without_lines_there_are_no_stretches(own: OwnLines) -> None:
    assert spans(own) == []
    assert list(own.logs("ana")) == []
    assert list(own.accounts) == []


def test_lines_one_after_the_other_are_one_stretch(own: OwnLines) -> None:
    own.add("ana", "lobby", [4, 5])
    own.add("ana", "lobby", [6])
    assert spans(own) == [(3, 6)]


def test_a_line_of_another_author_between_them_makes_two(own: OwnLines) -> None:
    own.add("ana", "lobby", [4, 6])
    assert spans(own) == [(3, 4), (5, 6)]


def test_accounts_and_logs_are_told_apart(own: OwnLines) -> None:
    own.add("ana", "lobby", [1])
    own.add("ana", "ops", [5])
    own.add("eva", "lobby", [2])
    assert spans(own) == [(0, 1)]
    assert spans(own, "eva") == [(1, 2)]
    assert list(own.logs("ana")) == ["lobby", "ops"]
    assert list(own.accounts) == ["ana", "eva"]


def test_the_last_stretches_of_a_log_are_remembered(own: OwnLines) -> None:
    own.add("ana", "lobby", range(1, 2 * SPANS_KEPT + 3, 2))
    assert len(spans(own)) == SPANS_KEPT
    assert spans(own)[0] == (2, 3)


def test_stretches_up_to_a_seq_are_forgotten(own: OwnLines) -> None:
    own.add("ana", "lobby", [2, 4, 5])
    own.prune("ana", "lobby", 2)
    assert spans(own) == [(3, 5)]
    own.prune("ana", "lobby", 4)
    assert spans(own) == [(3, 5)]


def test_an_account_without_stretches_is_forgotten(own: OwnLines) -> None:
    own.add("ana", "lobby", [1])
    own.add("ana", "ops", [1])
    own.prune("ana", "lobby", 1)
    assert list(own.logs("ana")) == ["ops"]
    own.prune("ana", "ops", 1)
    assert list(own.accounts) == []


def test_pruning_an_unknown_account_changes_nothing(own: OwnLines) -> None:
    own.add("ana", "lobby", [1])
    own.prune("eva", "lobby", 9)
    assert list(own.accounts) == ["ana"]


def test_an_account_that_is_dropped_has_no_lines(own: OwnLines) -> None:
    own.add("ana", "lobby", [1])
    own.add("eva", "lobby", [2])
    own.drop("ana")
    own.drop("luis")
    assert list(own.accounts) == ["eva"]


def test_all_accounts_can_be_forgotten(own: OwnLines) -> None:
    own.add("ana", "lobby", [1])
    own.clear()
    assert list(own.accounts) == []
