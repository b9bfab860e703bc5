"""The claims that this node holds, each as long as something here needs it.

Several sessions of one person may have one name: the person holds it until the last of them has
another one, or has gone. Actions need a claim, too, from before the store is asked until they have
given the name to a session, or have failed. This module must not know sessions.
"""

from __future__ import annotations

from collections import Counter

from chatd.accounts.accounts import Account
from chatd.storage.claims import Claim, Claims
from chatd.text.validation import looks


def claim_of_person(name: str, holder: str) -> Claim:
    """Return the claim of a guest's name. ``holder`` is a person: a browser, or one session."""
    return Claim(name, looks(name), holder)


def claim_of_account(account: Account) -> Claim:
    """Return the claim of the name of an account that is to be registered.

    The looks of accounts are apart from those of guests, who lose names that are registered.
    """
    return Claim(account.name, _apart("account", account.name), f"account {account.epoch}")


def _apart(what: str, name: str) -> frozenset[str]:
    return frozenset(f"{what} {look}" for look in looks(name))  # no name has a space


class HeldClaims:
    """Counts what needs each claim: see `begin`, `add` and `end`."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._needs: Counter[Claim] = Counter()
        self._held: set[Claim] = set()

    async def begin(self, claim: Claim) -> str | None:
        """Claim a name, once more if it is held. Return None, or the name that is in the way.

        Call `end` if it returns None. Raises `StoreError`.
        """
        self._needs[claim] += 1
        in_the_way: str | None = claim.name  # if the store fails
        try:
            in_the_way = None if claim in self._held else await self._claims.claim(claim)
        finally:
            if in_the_way is None:
                self._held.add(claim)
            else:
                self.end(claim)
        return in_the_way

    def add(self, claim: Claim) -> None:
        """Note that something else needs a claim that is held. Call `end` for it, too."""
        self._needs[claim] += 1

    def end(self, claim: Claim) -> None:
        """Note that a claim is needed once less. Release it if it is not needed any more."""
        self._needs[claim] -= 1
        if not self._needs[claim]:
            del self._needs[claim]
            if claim in self._held:
                self._held.remove(claim)
                self._claims.release(claim)

    def __len__(self) -> int:
        """Return the number of claims that are needed, also of those that are not held yet."""
        return len(self._needs)
