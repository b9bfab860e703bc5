"""`chatd.storage.turn`: one node at a time has the turn to do a work."""

from __future__ import annotations

import pytest

from chatd.storage.turn import Turn, Work
from tests.support.claims import SharedClaims, SlowClaims

WORK = Work.FORGETTING


class Nodes:
    """The turns of two nodes that share a store, and how often each of them began."""

    def __init__(self) -> None:
        shared = SharedClaims()
        self.claims = [SlowClaims(shared) for _ in range(2)]
        self.turns = [Turn(each, WORK) for each in self.claims]
        self.began = [0, 0]

    def ask(self, node: int) -> None:
        def begin() -> None:
            self.began[node] += 1

        self.turns[node].ask(begin)

    def ask_and_answer(self, node: int) -> None:
        self.ask(node)
        self.claims[node].answer_all()


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


def test_the_first_node_that_asks_has_it(nodes: Nodes) -> None:
    nodes.ask_and_answer(0)
    nodes.ask_and_answer(1)
    assert [turn.is_ours for turn in nodes.turns] == [True, False]
    assert nodes.began == [1, 0]


def test_another_node_has_it_after_its_end(nodes: Nodes) -> None:
    nodes.ask_and_answer(0)
    nodes.turns[0].end()
    nodes.ask_and_answer(1)
    assert [turn.is_ours for turn in nodes.turns] == [False, True]
    assert nodes.began == [1, 1]


def test_it_is_asked_for_once_at_a_time(nodes: Nodes) -> None:
    nodes.ask(0)
    nodes.ask(0)
    assert len(nodes.claims[0].asked) == 1
    nodes.claims[0].answer()
    nodes.ask(0)
    assert nodes.claims[0].asked == []


def test_a_node_that_ended_before_the_answer_leaves_it_to_others(nodes: Nodes) -> None:
    nodes.ask(0)
    nodes.turns[0].end()
    nodes.claims[0].answer()
    nodes.ask_and_answer(1)
    assert [turn.is_ours for turn in nodes.turns] == [False, True]
    assert nodes.began == [0, 1]


def test_a_node_that_asks_again_before_the_answer_has_it(nodes: Nodes) -> None:
    nodes.ask(0)
    nodes.turns[0].end()
    nodes.ask(0)
    nodes.claims[0].answer()
    assert nodes.turns[0].is_ours


def test_after_an_error_it_may_be_asked_for_again(nodes: Nodes) -> None:
    nodes.ask(0)
    nodes.claims[0].fail()
    assert not nodes.turns[0].is_ours
    nodes.ask_and_answer(0)
    assert nodes.turns[0].is_ours


def test_one_that_was_lost_may_be_asked_for_again(nodes: Nodes) -> None:
    lost: list[int] = []
    nodes.turns[0].lost = lambda: lost.append(0)
    nodes.ask(0)
    ((claim, _),) = nodes.claims[0].asked
    nodes.claims[0].answer()
    nodes.claims[0].lose(claim)
    assert (nodes.turns[0].is_ours, lost) == (False, [0])
    nodes.ask_and_answer(1)
    nodes.turns[1].end()
    nodes.ask_and_answer(0)
    assert nodes.turns[0].is_ours


def test_works_have_turns_of_their_own(nodes: Nodes) -> None:
    nodes.ask_and_answer(0)
    other = Turn(nodes.claims[1], Work.INDEXING)
    other.ask(lambda: None)
    nodes.claims[1].answer()
    assert other.is_ours
