"""Rate limits: a number of actions at once, and then one after each interval; waits after failures.

Theory of operation. `charged` is the "generic cell rate algorithm" of ITU-T I.371: one number, the
time at which all actions so far are paid for, is the level of a leaky bucket. A `BackOff` that does
not grow (``seconds``, ``most`` and ``forgets`` are equal) limits the same, and one that grows needs
two numbers.

This module only counts; it must not know the actions.
"""

from __future__ import annotations

from math import ceil, inf, log2
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

MOST_KEYS = 10_000
"""Most keys that a `RateLimiter`, a `RecentKeys` or a table of failures stores, some 200 bytes
each."""


def charged(paid: float, now: float, burst: float, cost: float) -> float:
    """Return the time at which all actions are paid for, after one that costs ``cost`` seconds.

    ``paid`` is that time before the action; a pause earns at most ``burst`` seconds.
    """
    return max(paid, now - burst) + cost


class RecentKeys:
    """The keys that were added last, each with a value: at most `MOST_KEYS`."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}  # in the order in which they were added

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def get(self, key: str) -> str:
        """Return the value last stored for ``key``, or ""."""
        return self._keys.get(key, "")

    def state(self) -> dict[str, str]:
        """Return the keys with their values, the oldest first."""
        return dict(self._keys)

    def resume(self, state: dict[str, str]) -> None:
        """Go on with the keys of another process."""
        self._keys = dict(state)

    def add(self, key: str, value: str = "") -> None:
        """Store a key and its value, as the newest."""
        self._keys.pop(key, None)
        self._keys[key] = value
        if len(self._keys) > MOST_KEYS:
            del self._keys[next(iter(self._keys))]


class RateLimiter:
    """A rate limit of tries for each key: ``at_once`` tries, and then one every ``seconds``.

    A try is counted before its result is known, so many concurrent ones count, and given back if it
    was not a failure. Above `MOST_KEYS` keys, the key with the oldest last try is forgotten.
    """

    def __init__(self, clock: IReactorTime, at_once: int, seconds: float) -> None:
        self._clock = clock
        self._burst = (at_once - 1) * seconds
        self._seconds = seconds
        self._paid: dict[str, float] = {}  # in the order in which they were added

    def __len__(self) -> int:
        return len(self._paid)

    def wait(self, key: str) -> float:
        """Return the seconds until the next try is allowed; 0 if it is allowed now."""
        return max(0.0, self._paid.get(key, -inf) - self._clock.seconds())

    def spend(self, key: str) -> None:
        """Count a try."""
        now = self._clock.seconds()
        self._paid[key] = charged(self._paid.pop(key, -inf), now, self._burst, self._seconds)
        if len(self._paid) > MOST_KEYS:
            del self._paid[next(iter(self._paid))]

    def give_back(self, key: str) -> None:
        """Give back a try that was counted and was not a failure."""
        if key in self._paid:
            self._paid[key] -= self._seconds


class Failures(NamedTuple):
    """A number of failures, as of the ``last`` one, whose time is in seconds."""

    number: float = 0.0
    last: float = 0.0


class BackOff(NamedTuple):
    """A wait after failures, for the one who failed.

    ``free`` failures have no wait. After the next one there are ``seconds`` to wait, and twice as
    many after each further one, up to ``most``. One failure is forgotten every ``forgets`` seconds.
    """

    free: int
    seconds: float
    most: float
    forgets: float

    def remaining(self, failures: Failures, now: float) -> float:
        """Return the number of failures that are not forgotten at that time."""
        if now < failures.last:  # the clock was set back: when this is forgotten is not known
            return 0.0
        return max(0.0, failures.number - (now - failures.last) / self.forgets)

    def wait(self, failures: Failures, now: float, running: int = 0) -> float:
        """Return the seconds until the next try is allowed; 0 if it is allowed now.

        Tries that are ``running`` count as failures.
        """
        if running:
            return self._delay(self.remaining(failures, now) + running)
        if now < failures.last:
            return 0.0
        return max(0.0, failures.last + self._delay(failures.number) - now)

    def failed(self, failures: Failures, now: float) -> Failures:
        """Return the failures after one more."""
        most = self.free + ceil(log2(self.most / self.seconds))
        return Failures(min(most, self.remaining(failures, now) + 1), now)

    def _delay(self, count: float) -> float:
        doubled = round(count) - self.free
        return 0.0 if doubled < 0 else min(self.most, self.seconds * 2.0**doubled)
