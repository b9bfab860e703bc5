"""The faults that `tests.proofs.upgrade.check` finds in what clients have received."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.proofs.upgrade.check import faults_of
from tests.proofs.upgrade.crowd import Token

STORED = [Token(1, 1), Token(2, 1), Token(1, 2), Token(2, 2)]
"""The lines of a room in which two clients have said two lines each."""


def client(
    number: int = 1,
    *received: Token,
    lines: int = 2,
    closed: bool = False,
    hears_itself: bool = True,
) -> Any:
    """Return a client that has said lines and has received some."""
    return SimpleNamespace(
        number=number,
        lines=lines,
        received=list(received),
        closed=closed,
        hears_itself=hears_itself,
    )


def faults(*clients: Any, stored: list[Token] = STORED) -> list[str]:
    return list(faults_of(clients, stored))


class TestNothingIsFound:
    def test_if_all_lines_came_once_in_order(self) -> None:
        assert faults(client(1, *STORED), client(2, *STORED)) == []

    def test_in_what_was_said_before_a_client_came(self) -> None:
        assert faults(client(3, *STORED[2:], lines=0)) == []

    def test_in_own_lines_of_one_that_does_not_hear_itself(self) -> None:
        others = [token for token in STORED if token.author != 1]
        assert faults(client(1, *others, hears_itself=False)) == []

    def test_in_an_empty_room(self) -> None:
        assert faults(client(1, lines=0), stored=[]) == []


@pytest.mark.parametrize(
    ("received", "fault"),
    [
        ([*STORED[:1], *STORED[2:]], "p1: 1 lines did not come"),
        (STORED[:3], "p1: 1 lines did not come"),
        ([*STORED[:2], *STORED[1:]], "p1: 1 lines came twice"),
        ([STORED[0], STORED[2], STORED[1], STORED[3]], "p1: lines came out of order"),
        ([*STORED, Token(3, 1)], "p1: lines came out of order"),
        ([Token(3, 1)], "p1 has received Token(author=3, line=1), which is not stored"),
        ([], "p1 has received nothing"),
    ],
)
def test_a_fault_in_what_was_received_is_found(received: list[Token], fault: str) -> None:
    assert faults(client(1, *received)) == [fault]


def test_a_client_that_was_disconnected_is_found() -> None:
    assert faults(client(1, *STORED[:2], closed=True)) == ["p1 was disconnected"]


def test_a_line_that_is_not_stored_is_found() -> None:
    found = faults(client(1, *STORED, lines=3))
    assert found == ["p1: 1 lines that it has said are not stored"]


def test_a_line_that_is_stored_twice_is_found() -> None:
    stored = [*STORED, STORED[-1]]
    assert "1 lines are stored twice" in faults(client(1, *STORED), stored=stored)
