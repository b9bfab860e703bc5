"""The states of a connection, and the guard around what is called from outside.

This module must not know what a connection does in a state.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class State(IntEnum):
    """The state of a connection. See the theory of operation in `managed_connection`."""

    HANDSHAKING = 0
    OPEN = 1
    HALF_CLOSED = 2
    DRAINING = 3
    LOST = 4
    DEPARTED = 5


ENDED = (State.HALF_CLOSED, State.LOST)
"""The states in which the client sends nothing more, and what it sent is still handled."""


class Lifecycle:
    """The state of one connection."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = State.HANDSHAKING

    @property
    def lost(self) -> bool:
        """True if the transport is gone."""
        return self.state >= State.LOST

    @property
    def departed(self) -> bool:
        """True once the factory has forgotten the client."""
        return self.state is State.DEPARTED

    def advance(self, state: State) -> State:
        """Move on to a state; there is no other way there. Return the state before.

        A state that is earlier than the present one is passed over.
        """
        before = self.state
        if state > before:
            self.state = state
        return before


class Failing(Protocol):
    """An object that is of one client, and can let go of it."""

    @property
    def fail(self) -> Callable[[str], None]: ...


P = ParamSpec("P")
X = TypeVar("X", bound=Failing)


def guarded(method: Callable[Concatenate[X, P], None]) -> Callable[Concatenate[X, P], None]:
    """Let an error in a method cost its client the connection, and no more.

    In Twisted's hands the error would be a traceback in the log each time.
    """

    @wraps(method)
    def guard(self: X, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception:
            self.fail("a client could not be served")

    return guard
