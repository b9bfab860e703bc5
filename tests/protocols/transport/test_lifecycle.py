"""The states of a connection, and the guard around its methods."""

from __future__ import annotations

import pytest

from chatd.protocols.transport.lifecycle import Lifecycle, State, guarded


def test_the_states_are_in_the_order_in_which_a_connection_passes_them() -> None:
    names = ["HANDSHAKING", "OPEN", "HALF_CLOSED", "DRAINING", "LOST", "DEPARTED"]
    assert [state.name for state in sorted(State)] == names


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("wanted", State)
def test_a_connection_moves_on_to_later_states_alone(before: State, wanted: State) -> None:
    lifecycle = Lifecycle()
    lifecycle.advance(before)
    assert lifecycle.advance(wanted) is before
    assert lifecycle.state is max(before, wanted)
    assert lifecycle.lost is (lifecycle.state in (State.LOST, State.DEPARTED))


def test_an_error_in_a_guarded_method_fails_its_object_alone() -> None:
    class Client:
        def __init__(self) -> None:
            self.failed: list[str] = []

        def fail(self, what: str) -> None:
            self.failed.append(what)

        @guarded
        def divide(self, by: int) -> None:
            1 / by

    client = Client()
    client.divide(1)
    assert client.failed == []
    client.divide(0)
    assert client.failed == ["a client could not be served"]
