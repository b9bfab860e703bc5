"""Tests of `tests.support.node_clocks`: a node that is suspended has no turn, and catches up."""

from __future__ import annotations

import pytest

from tests.support.node_clocks import NodeClocks

pytestmark = pytest.mark.quick


def test_clocks_of_nodes_go_with_the_one_for_all() -> None:
    clocks, made = NodeClocks(), list[float]()
    clocks.advance(2)
    node = clocks.of_a_node()
    node.callLater(3, lambda: made.append(node.seconds()))
    clocks.advance(3)
    assert made == [5]


def test_what_one_clock_causes_on_another_is_due_at_once() -> None:
    clocks, made = NodeClocks(), list[int]()
    one, other = clocks.of_a_node(), clocks.of_a_node()
    other.callLater(0, one.callLater, 0, clocks.callLater, 0, made.append, 1)
    clocks.advance(0)
    assert made == [1]


def test_a_suspended_one_stands_still_and_catches_up() -> None:
    clocks, made = NodeClocks(), list[int]()
    node = clocks.of_a_node()
    node.callLater(1, made.append, 1)
    node.suspended = True
    clocks.advance(5)
    assert (made, node.seconds()) == ([], 0)
    node.suspended = False
    clocks.advance(0)
    assert (made, node.seconds()) == ([1], 5)
