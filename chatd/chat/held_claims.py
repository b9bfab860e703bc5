"""The claims that this node holds, each as long as something here needs it.

Several sessions of one person may have one name: the person holds it until the last of them has
another one, or has gone. A room needs its claim until it is forgotten. Actions need a claim, too,
from before the store is asked until they have given the name to its owner, or have failed. This
module must not know sessions and rooms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from chatd.accounts.accounts import Account
from chatd.storage.claims import Claim, Claims
from chatd.storage.contract import InDoubt
from chatd.text.validation import looks

T = TypeVar("T")


def claim_of_person(name: str, holder: str) -> Claim:
    """Return the claim of a guest's name. ``holder`` is a person: a browser, or one session."""
    return Claim(name, looks(name), holder)


def is_of_person(claim: Claim) -> bool:
    """Return True for a claim of a guest's name."""
    return not any(" " in look for look in claim.looks)


def claim_of_account(account: Account) -> Claim:
    """Return the claim of the name of an account that is to be registered.

    The looks of accounts are apart from those of guests, who lose names that are registered.
    """
    return Claim(account.name, _apart("account", account.name), f"account {account.epoch}")


def claim_of_hook(name: str, holder: str) -> Claim:
    """Return the claim of the name of an incoming hook that is to be stored.

    It keeps guests and registrations from the name, on all nodes.
    """
    return Claim(name, looks(name) | _apart("account", name), holder)


def claim_of_room(name: str) -> Claim:
    """Return the claim of a room. All nodes may have the room, if they write its name alike."""
    return Claim(name, _apart("room", name), f"room {name}")


def _apart(what: str, name: str) -> frozenset[str]:
    return frozenset(f"{what} {look}" for look in looks(name))  # no name has a space


class Claiming:
    """The context of an action that needs a claim.

    ``in_the_way`` is another holder's name, because of which the claim is not held; None if it is.
    If the action has ``waited``, what it checked before may hold no more.
    """

    __slots__ = ("_held", "claim", "in_the_way", "waited")

    def __init__(self, held: HeldClaims[Any], claim: Claim) -> None:
        self._held = held
        self.claim = claim
        self.in_the_way: str | None = None
        self.waited = False

    async def __aenter__(self) -> Claiming:
        try:
            self.in_the_way, self.waited = await self._held.begin(self.claim)
        except BaseException:
            self._held.end(self.claim)
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self._held.end(self.claim)


class HeldClaims(Generic[T]):
    """Counts what needs each claim: actions (`claiming`), and owners of names (`give`).

    ``lost`` is called with each claim that another node has taken, and its owners here.
    """

    def __init__(self, claims: Claims) -> None:
        self.lost: Callable[[Claim, Sequence[T]], None] = _ignore
        self._claims = claims
        self._needs: Counter[Claim] = Counter()
        self._held: set[Claim] = set()
        self._in_doubt: set[Claim] = set()  # the store may hold them, and nothing here relies on it
        self._of: dict[T, Claim] = {}
        claims.when_lost(self._was_lost)

    def __len__(self) -> int:
        """Return the number of claims that are needed, also of those that are not held yet."""
        return len(self._needs)

    def claiming(self, claim: Claim) -> Claiming:
        """Return a context in which a name is held, unless another name is in the way.

        The name stays held if it was given to an owner. Entering raises `StoreError`.
        """
        return Claiming(self, claim)

    async def begin(self, claim: Claim) -> tuple[str | None, bool]:
        """Note that something needs a claim: see `Claiming`, which calls `end` for it.

        Return the name that is in the way, if any, and True if the store took a while. Raises
        `StoreError`.
        """
        self._needs[claim] += 1
        if claim in self._held:
            return None, False
        asked = self._claims.claim(claim)
        waited = not asked.called
        try:
            in_the_way = await asked
        except InDoubt:
            self._in_doubt.add(claim)
            raise
        if in_the_way is None:
            self._held.add(claim)
        return in_the_way, waited

    def of(self, owner: T) -> Claim | None:
        """Return the claim that an owner needs; None for none."""
        return self._of.get(owner)

    def resume(self, owner: T, claim: Claim) -> None:
        """Have an owner need a claim that another process of this node has held for it."""
        self._needs[claim] += 1
        self._of[owner] = claim
        if claim not in self._held:
            self._held.add(claim)
            self._claims.resume(claim)

    def give(self, owner: T, claim: Claim) -> None:
        """Have an owner need a claim that is held, in place of the one that it had."""
        self._needs[claim] += 1
        self.free(owner)
        self._of[owner] = claim

    def free(self, owner: T) -> None:
        """Have an owner need its claim no more, if it has one."""
        claim = self._of.pop(owner, None)
        if claim is not None:
            self.end(claim)

    @contextmanager
    def keeping(self, owner: T) -> Iterator[Claim | None]:
        """Context in which the claim of an owner stays held. It is None without one."""
        claim = self._of.get(owner)
        if claim is not None:
            self._needs[claim] += 1
        try:
            yield claim
        finally:
            if claim is not None:
                self.end(claim)

    def end(self, claim: Claim) -> None:
        """Note that a claim is needed once less. Release it if it is not needed any more."""
        self._needs[claim] -= 1
        if not self._needs[claim]:
            del self._needs[claim]
            if claim in self._held or claim in self._in_doubt:
                self._held.discard(claim)
                self._in_doubt.discard(claim)
                self._claims.release(claim)

    def _was_lost(self, claim: Claim) -> None:
        self._held.discard(claim)
        self.lost(claim, [owner for owner, held in self._of.items() if held == claim])


def _ignore(claim: Claim, owners: Sequence[object]) -> None:
    """Do nothing: the owners of names do not mind."""
