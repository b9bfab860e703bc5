"""Claims of names that are answered when the test says so, in any order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from secrets import token_hex

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from chatd.storage.claims import Claim, Claims
from chatd.storage.contract import StoreError
from chatd.storage.group_commit import LAST_NUMBER
from tests.support.world import HeldStore, Member, World


class SharedClaims:
    """The claims of a store that servers share. A holder may hold a name on several of them."""

    def __init__(self) -> None:
        self._held: dict[str, set[tuple[object, Claim]]] = defaultdict(set)  # by look

    def decide(self, server: object, claim: Claim) -> str | None:
        """Give a name to a holder on a server. Return None, or the name that is in the way."""
        for look in claim.looks:
            for _, other in self._held[look]:
                if other.holder != claim.holder:
                    return other.name
        for look in claim.looks:
            self._held[look].add((server, claim))
        return None

    def release(self, server: object, claim: Claim) -> None:
        """Take a name from its holder on a server, who must have it."""
        for look in claim.looks:
            self._held[look].remove((server, claim))

    def __len__(self) -> int:
        """Return the number of looks that are held."""
        return sum(map(bool, self._held.values()))


class SlowClaims(Claims):
    """The claims of one server of those that share them; each is decided when it is answered.

    ``asked`` are those that wait for an answer, ``lost`` is called with those that are lost.
    """

    def __init__(self, shared: SharedClaims) -> None:
        self.shared = shared
        self.node = token_hex(8)
        self.asked: list[tuple[Claim, Deferred[str | None]]] = []
        self.lost: list[Callable[[Claim], None]] = []

    def claim(self, claim: Claim) -> Deferred[str | None]:
        done: Deferred[str | None] = Deferred()
        self.asked.append((claim, done))
        return done

    def resume(self, claim: Claim) -> None:
        self.shared.decide(self, claim)

    def release(self, claim: Claim) -> None:
        self.shared.release(self, claim)

    def when_lost(self, lost: Callable[[Claim], None]) -> None:
        self.lost.append(lost)

    def lose(self, claim: Claim) -> None:
        """Take a claim from this server, as if others had freed it, and taken it then."""
        self.shared.release(self, claim)
        for lost in self.lost:
            lost(claim)

    def answer(self, index: int = 0) -> None:
        """Decide one of the claims that wait."""
        claim, done = self.asked.pop(index)
        done.callback(self.shared.decide(self, claim))

    def fail(self, index: int = 0) -> None:
        """Fail one of the claims that wait."""
        _, done = self.asked.pop(index)
        done.errback(StoreError("it does not answer."))

    def answer_all(self) -> None:
        """Decide all claims that wait, and those that are made meanwhile."""
        while self.asked:
            self.answer()


class ClaimStore(HeldStore):
    """A store in memory with slow claims, which may be those of a store that is shared.

    Then the numbers of sessions begin with another one than there: with ``first``.
    """

    def __init__(self, shared: SharedClaims | None = None, first: int = 1) -> None:
        self.clock = Clock()
        super().__init__(self.clock)
        self.holds = False
        self._numbers = range(first, LAST_NUMBER)
        self.claims: SlowClaims = SlowClaims(SharedClaims() if shared is None else shared)

    def take_numbers(self) -> Deferred[range]:
        return succeed(self._numbers)


class Node(World):
    """One of the servers that share the claims of their stores. Claims wait for `answer`."""

    def __init__(self, shared: SharedClaims | None = None, first: int = 1) -> None:
        store = ClaimStore(shared, first)
        super().__init__(clock=store.clock, store=store)

    def named(self, name: str) -> Member:
        """Return a client that has got this name."""
        person = self.person()
        person.type(f"/nick {name}")
        self.answer()
        person.seen()
        return person

    def answer(self) -> None:
        """Answer all claims that wait."""
        self.store.claims.answer_all()
        self.settle()

    def fail(self) -> None:
        """Fail the first claim that waits."""
        self.store.claims.fail()
        self.settle()

    @property
    def held(self) -> int:
        """The number of looks that are held."""
        return len(self.store.claims.shared)
