"""Claims of names: each look of a name has one holder, on all nodes that share a store.

A name that is stored, that of an account say, needs no claim: every node knows it.
Claims are for names that are nowhere else, as those of guests are. What a look is, and who may hold
a name, is decided by those who claim; this module must not know it.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

from chatd.util.state import State


class Claim(NamedTuple):
    """A name for one holder. No other holder can have a name with one of its ``looks``."""

    name: str
    looks: frozenset[str]
    holder: str


def state_of_claim(claim: Claim) -> State:
    """Return a claim for another process; its looks may be others in another version."""
    return {"name": claim.name, "holder": claim.holder, "looks": sorted(claim.looks)}


def claim_from(state: State) -> Claim:
    """Return the claim of a state, with the looks under which it is held."""
    return Claim(state["name"], frozenset(state["looks"]), state["holder"])


class Claims(abc.ABC):
    """The claims of all nodes of a store, as one of them makes its own.

    ``node`` is the holder of what this node claims for itself, in all processes that go on with it.
    """

    node = ""

    @abc.abstractmethod
    def claim(self, claim: Claim) -> Deferred[str | None]:
        """Hold a name: all of its looks, or none. It may be held already, by the same holder.

        Fires with None once nothing can give a look of it to another holder; with another holder's
        name that is in the way, if there is one, and this one is not held then. All that was
        committed before the answer is published before it. Fails with `StoreError`; then this node
        does not hold the name, unless it did before.
        """

    @abc.abstractmethod
    def release(self, claim: Claim) -> None:
        """Hold a name no more. Claims that come after this find it free.

        The same holder may still hold it on another node, or another name that looks like it.
        """

    @abc.abstractmethod
    def resume(self, claim: Claim) -> None:
        """Go on with a claim that another process of this node holds, whose work this one does."""

    @abc.abstractmethod
    def when_lost(self, lost: Callable[[Claim], None]) -> None:
        """Call this, too, with each claim that this node held and of which another has a look now.

        That happens to a node that was cut off for long: others have freed what it held.
        """


class LocalClaims(Claims):
    """The claims of a node that has its store for itself: they are answered at once."""

    def __init__(self) -> None:
        self._held: dict[str, dict[Claim, None]] = {}  # by look; those of a look have one holder

    def claim(self, claim: Claim) -> Deferred[str | None]:
        for look in sorted(claim.looks):
            for other in self._held.get(look, ()):
                if other.holder != claim.holder:
                    return succeed(other.name)
        self.resume(claim)
        return succeed(None)

    def resume(self, claim: Claim) -> None:
        for look in claim.looks:
            self._held.setdefault(look, {})[claim] = None

    def release(self, claim: Claim) -> None:
        for look in claim.looks:
            del self._held[look][claim]
            if not self._held[look]:
                del self._held[look]

    def when_lost(self, lost: Callable[[Claim], None]) -> None:
        """Do nothing: none is lost."""

    def __len__(self) -> int:
        """Return the number of looks that are held."""
        return len(self._held)
