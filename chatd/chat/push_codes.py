"""Codes that prove the targets of pushes: each was sent to one, and is to be typed back.

They are in memory alone. This module must not know sessions, or how a code is sent.
"""

from __future__ import annotations

import secrets
from itertools import takewhile
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Account
from chatd.errors import ErrorKind, Refusal
from chatd.util.state import State
from chatd.webhooks.pushes import PushRecord

CODE_DIGITS = 6
"""Number of digits of a code."""

CODE_TRIES = 5
"""Number of tries to type a code. A person who guesses has 5 chances in a million."""

CODE_VALID_SECONDS = 600.0
"""Seconds for which a code is valid: a push arrives in seconds, and one has to find the phone."""


class _Waiting(NamedTuple):
    """A code that was sent: ``until`` that time of the clock it is valid, in that epoch."""

    code: str
    new: PushRecord
    epoch: int
    until: float
    tries: int = 0


class PushCodes:
    """The codes of all accounts that wait to be typed: one of each, the last."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}  # by account, the oldest first

    def __len__(self) -> int:
        return len(self._waiting)

    def new(self, account: Account, new: PushRecord) -> str:
        """Return a code for the target of a new push of an account."""
        self._forget_old()
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        until = self._clock.seconds() + CODE_VALID_SECONDS
        self._waiting.pop(account.key, None)
        self._waiting[account.key] = _Waiting(code, new, account.epoch, until)
        return code

    def state(self) -> State:
        """Return the codes that wait, for another process."""
        return {
            account: {**waiting._asdict(), "new": waiting.new._asdict()}
            for account, waiting in self._waiting.items()
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        for account, waiting in state.items():
            new = PushRecord(**waiting["new"])
            self._waiting[account] = _Waiting(**{**waiting, "new": new})

    def take(self, account: Account, code: str) -> PushRecord:
        """Return the push of which this is the code, once. Raises `Refusal` for any other code."""
        waiting = self._waiting.get(account.key)
        if waiting is None or self._clock.seconds() >= waiting.until:
            raise Refusal(ErrorKind.WRONG_USE, "no_push_code")
        if waiting.epoch != account.epoch:
            raise Refusal(ErrorKind.WRONG_USE, "no_push_code")
        if code == waiting.code:  # in few tries, the time that this takes reveals nothing
            self.forget(account.key)
            return waiting.new
        left = CODE_TRIES - waiting.tries - 1
        self._waiting[account.key] = waiting._replace(tries=waiting.tries + 1)
        if not left:
            self.forget(account.key)
        raise Refusal(ErrorKind.WRONG_USE, "wrong_push_code", count=left)

    def forget(self, account: str) -> None:
        """Forget the code of an account, given its key."""
        self._waiting.pop(account, None)

    def _forget_old(self) -> None:
        now = self._clock.seconds()
        old = takewhile(lambda each: each[1].until <= now, self._waiting.items())
        for account, _ in list(old):
            del self._waiting[account]
