"""The handing over of a store to a successor: another process of the same daemon, which goes on.

Theory of operation. The daemon gives the *descriptors* that are needed to open the store. The
successor connects to a database, say, while the daemon works on. Then the daemon stands still: all
that was appended to its store is stored and published, and it publishes nothing more
(`StoreHandover.hold`). The successor opens the store. If other nodes write to the log, too, it
says up to where it has read that (`Predecessor.meet`), and the daemon goes on to exactly there
(`StoreHandover.meet`): later lines are for the successor. The daemon gives the *state* of its
store, from which the successor goes on (`StoreHandover.resume`). It begins to work
(`Store.start`) after the daemon has ended.

What is appended later, an account that is made just then, say, is not in the store as the successor
knows it: so the daemon hands over only if it `is_unchanged`.

Until then a successor writes nothing on which the daemon relies: if it fails, the daemon goes on
(`StoreHandover.go_on`) as if nothing had happened.

This module must not know how processes talk, nor any store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from chatd.util.state import State


class Predecessor(Protocol):
    """The daemon that hands over, for the store of its successor."""

    @property
    def descriptors(self) -> Sequence[int]:
        """The descriptors of its store."""

    def wait_until_still(self) -> None:
        """Say that all is prepared, and wait until it stands still. May raise any error."""

    def meet(self, where: State) -> bool:
        """Have it go on to where the store was opened. May raise any error.

        Return False if it cannot stand still there: then the store is to be opened again.
        """


class StoreHandover:
    """The handover of a store, of which nothing is needed but what is stored.

    ``appended`` returns the number of what was appended to it so far.
    """

    def __init__(self, appended: Callable[[], int] = lambda: 0) -> None:
        self._appended = appended
        self._held_at = 0

    @property
    def descriptors(self) -> Sequence[int]:
        """The descriptors that a successor needs."""
        return ()

    def hold(self) -> None:
        """Publish no lines of others until `go_on`."""
        self._held_at = self._appended()

    @property
    def is_unchanged(self) -> bool:
        """True if nothing was appended since `hold`: the store is as it was opened."""
        return self._appended() == self._held_at

    async def meet(self, where: State) -> bool:
        """Publish lines of others up to a place of `Predecessor.meet`, and none after that.

        Return False if something was appended here because of them: it is stored and published
        then, and the successor has to open the store again. Raises `StoreError`.
        """
        return True

    def go_on(self) -> None:
        """Go on as before `hold`, because the successor has failed."""

    def state(self) -> State:
        """Return the state for a successor."""
        return {}

    def resume(self, state: State) -> None:
        """Go on from a state, in a store that has not started yet."""
