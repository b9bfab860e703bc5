"""The interfaces of what a connection is given: a decoder and a handler.

This module must not know lines, requests or sessions.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from chatd.protocols.transport.limits import TooManyConnections
from chatd.util.state import State


class Goodbye(enum.Enum):
    """The reason why the server ends a connection: the word for programs, and a sentence's key."""

    STOPPING = "stopping"

    UPGRADING = "upgrading"
    """The client may come back at once, to another process, which has its rooms."""


M_co = TypeVar("M_co", covariant=True)
M_contra = TypeVar("M_contra", contravariant=True)
"""The type of the items that a client sends one after another: lines, messages or requests."""


class Decoder(Protocol[M_co]):
    """Bytes in, items out; pure."""

    @property
    def unfinished(self) -> bool:
        """True if an item has begun and has not ended yet; False once `finish` was called."""

    @property
    def held(self) -> int:
        """Size of what is stored of that item."""

    @property
    def overhead(self) -> float:
        """Cost, in lines, of what was fed last, beside that of its items."""

    def feed(self, unread: bytes) -> tuple[Sequence[M_co], bytes]:
        """Decode a piece from the beginning of ``unread``, as long as one may be.

        Return the items that ended in it, and the bytes after it.
        """

    def finish(self) -> Sequence[M_co]:
        """Return the items that end with the input."""

    def drop(self) -> None:
        """Drop the item that has begun, with all of it that still comes."""

    def state_of(self, item: Any) -> Any:
        """Return the state of an item, for another process."""

    def item_from(self, state: Any) -> Any:
        """Return the item of a state."""

    def state(self) -> State:
        """Return what another process needs to go on in the middle of an item."""

    def resume(self, state: State) -> None:
        """Go on from a state, before anything is fed."""


class Handler(Protocol[M_contra]):
    """Items in, effects out, for one client."""

    @property
    def decoder(self) -> Decoder[Any]:
        """The decoder of what the client sends."""

    @property
    def interrupted(self) -> bool:
        """True if the next item must wait until `settle` says that it may be handled."""

    @property
    def takes_input(self) -> bool:
        """False if all that the client sends is dropped, also the end of its input."""

    @property
    def has_session(self) -> bool:
        """True if `connect` makes a session."""

    @property
    def at_once(self) -> bool:
        """True if a little input is handled as it is read, without awaiting a turn."""

    @property
    def timed(self) -> bool:
        """True if the time of the last bytes is needed: `Intake.heard`."""

    @property
    def item_cost(self) -> int:
        """Cost of an item, in lines."""

    @property
    def most_dropped(self) -> float:
        """Number of bytes that are read and dropped after the last answer."""

    @property
    def in_one_piece(self) -> bool:
        """True if what the items of one turn send is to leave together, at the end of the turn."""

    def allowance(self) -> int:
        """Return how many items may be handled now; if 0, `wake` is called in time.

        It is called at the beginning of each turn, once `connect` was called.
        """

    @property
    def busy(self) -> bool:
        """True if an item still has to have an effect that the client is owed."""

    @property
    def movable(self) -> bool:
        """False if another process cannot go on with the client, which has to come back."""

    def kind(self) -> str:
        """Return the kind of the connection: a word for the audit, and for another process."""

    def refusal(self, full: TooManyConnections) -> bytes:
        """Return what the client receives instead of being admitted."""

    def connect(self, connection: Any) -> None:
        """Take a `ManagedConnection`, and make its writer (`Output.begin`)."""

    def enter(self) -> None:
        """Greet the client: the connection is open."""

    def state(self) -> State | None:
        """Return what another process needs to go on; None if it cannot, or not at the moment."""

    def resume(self, connection: Any, state: State) -> None:
        """Take a connection in place of `connect` and `enter`, and go on from a state.

        The client is sent nothing, and no other one is.
        """

    def follow(self, state: State) -> None:
        """Go on with what the client follows: all other clients are there again."""

    def address_known(self) -> None:
        """Have the client counted for its own address, now or later (`ClientAddress.locate`)."""

    def accept(self, items: Any) -> Sequence[Any]:
        """Return those of the decoded items that have an effect. Send what the decoder answers."""

    def handle(self, item: M_contra) -> None:
        """Do what an item is for."""

    def item_failed(self) -> None:
        """Report the error that is being handled to the client, or raise it again."""

    def settle(self, more: bool) -> bool:
        """Give the items so far their effect. Return True if the next one may be handled.

        ``more`` is True if items are left that were decoded with them.
        """

    def check(self, now: float) -> float:
        """Act if the client takes longer than it may, at this time in seconds.

        Return the time of the next check, or inf. An item that begins is checked in any case; a
        handler that needs more schedules the connection in `enter`, see `CheckSchedule`.
        """

    def stop(self) -> None:
        """Take nothing more: the server is stopping."""

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Tell the client that the server stops, or is upgraded, and end."""

    def lost(self) -> None:
        """Send nothing more: the transport is gone."""

    def end_of_input(self) -> None:
        """End: the client sends nothing more, and all that it sent was handled."""

    def apologise(self) -> bool:
        """Send an error, and end. Return True if the connection closes by that."""

    def depart(self) -> None:
        """Release everything: the client has gone, and is owed nothing."""
