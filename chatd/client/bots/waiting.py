"""The calls that wait for a program, and those that it works on.

A person has one call that is worked on at a time, so the answers come in the order of the calls;
further calls of the person wait. Calls that came before the bot did wait without a limit, because
their number is limited elsewhere. Pure. This module must not know how a program is run.
"""

from __future__ import annotations

from collections import Counter

from chatd.client.bots.calls import Call


class Waiting:
    """The calls that wait, in their order.

    At most ``jobs`` are worked on at once, and at most ``of_person`` live ones of a person wait.
    """

    def __init__(self, jobs: int, of_person: int) -> None:
        self._jobs = jobs
        self._of_person = of_person
        self._calls: list[Call] = []
        self._working: set[str] = set()
        self._live: Counter[str] = Counter()
        self._old: set[int] = set()

    def add(self, call: Call, *, is_old: bool = False) -> bool:
        """Let a call wait. Return False, and leave it out, if its person has too many."""
        if is_old:
            self._old.add(call.seq)
        elif self._live[call.person] >= self._of_person:
            return False
        else:
            self._live[call.person] += 1
        self._calls.append(call)
        return True

    def begin(self) -> Call | None:
        """Return the next call to work on; None if none may be begun now."""
        if len(self._working) >= self._jobs:
            return None
        call = next((each for each in self._calls if each.person not in self._working), None)
        if call is not None:
            self._calls.remove(call)
            self._working.add(call.person)
            if call.seq in self._old:
                self._old.remove(call.seq)
            else:
                self._live[call.person] -= 1
        return call

    def end(self, call: Call) -> None:
        """Let the next call of its person begin."""
        self._working.discard(call.person)
