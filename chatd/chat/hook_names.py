"""The names of incoming hooks that are to be made: no person can take one meanwhile, on any node.

This module must not know rooms or rights.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatd.chat.held_claims import HeldClaims, claim_of_hook
from chatd.chat.names import Names, taken
from chatd.storage.claims import Claims


class HookNames:
    """Reserves names for hooks, until these are stored."""

    def __init__(self, names: Names, claims: Claims) -> None:
        self._names = names
        self._claims: HeldClaims[object] = HeldClaims(claims)

    @asynccontextmanager
    async def reserving(self, name: str, holder: str) -> AsyncIterator[None]:
        """Context in which no person can take a valid name.

        Raises `Refusal` if a person has it, and `StoreError`.
        """
        self._names.check_no_person(name)
        async with self._claims.claiming(claim_of_hook(name, holder)) as claiming:
            if claiming.in_the_way is not None:
                raise taken(name, claiming.in_the_way, "name_in_use")
            self._names.check_no_person(name)
            yield
