"""How often something may be done: so many times at once, and then once in a while.

The "generic cell rate algorithm" of ITU-T I.371: one number, the time at which all that was done is
paid for, says how full a leaky bucket is. Pure counting; it knows nothing of what is done.
"""

from __future__ import annotations

from math import inf

from twisted.internet.interfaces import IReactorTime

KEYS_KEPT = 10_000
"""Of how many keys `Tries` knows what they owe, some 200 bytes each; and how many `RecentKeys`
has."""


def charged(paid: float, now: float, burst: float, cost: float) -> float:
    """The time at which all is paid, once something that ``cost`` seconds was done.

    Before, it was ``paid``; a rest is good for at most ``burst`` seconds' worth at once.
    """
    return max(paid, now - burst) + cost


class RecentKeys:
    """Which of many keys were met of late, and with what: at most `KEYS_KEPT`."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}  # the longest kept first

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def get(self, key: str) -> str:
        """With what it was met last; empty if it was not."""
        return self._keys.get(key, "")

    def add(self, key: str, value: str = "") -> None:
        """It is met."""
        self._keys.pop(key, None)
        self._keys[key] = value
        if len(self._keys) > KEYS_KEPT:
            del self._keys[next(iter(self._keys))]


class Tries:
    """Counts tries by key: ``at_once`` of them, and then one every ``seconds``.

    A try is spent before it is known how it ends, so that many at once count, and given back if it
    was no failure. Of those whose last try is longest ago, nothing is known when there are many.
    """

    def __init__(self, clock: IReactorTime, at_once: int, seconds: float) -> None:
        self._clock = clock
        self._burst = (at_once - 1) * seconds
        self._seconds = seconds
        self._paid: dict[str, float] = {}  # the longest kept first

    def __len__(self) -> int:
        return len(self._paid)

    def wait(self, key: str) -> float:
        """In how many seconds the next try may be made; 0 when it may be now."""
        return max(0.0, self._paid.get(key, -inf) - self._clock.seconds())

    def spend(self, key: str) -> None:
        """A try is made."""
        now = self._clock.seconds()
        self._paid[key] = charged(self._paid.pop(key, -inf), now, self._burst, self._seconds)
        if len(self._paid) > KEYS_KEPT:
            del self._paid[next(iter(self._paid))]

    def give_back(self, key: str) -> None:
        """A try that was spent was no failure."""
        if key in self._paid:
            self._paid[key] -= self._seconds
