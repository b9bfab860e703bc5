"""Errors in the log: at once, and then after pauses that grow.

So an error that recurs, because a disk is full or because a client has found a fault, does not fill
the disk. Text of other people is logged in printable ASCII.

This module must not know anything of the chat.
"""

from __future__ import annotations

import traceback

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.text.escaping import visible

FIRST_SILENCE = 1.0
LONGEST_SILENCE = 600.0
"""The first pause and the longest, in seconds; each is twice as long as the one before."""

KINDS = 200
"""Most kinds of errors that are distinguished: all others are one."""

FRAMES = 20
MESSAGE_CHARACTERS = 1000
"""Bounds of a logged traceback: its last frames, and the first characters of the message."""


class _Pauses:
    """The times at which a message may be logged."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._silence = FIRST_SILENCE
        self._silent_until = 0.0
        self._earliest = 0.0  # that it may be logged after it ended and came back

    def due(self) -> bool:
        """Return True if it may be logged now; the caller must log it then."""
        now = self._clock.seconds()
        if now < self._silent_until:
            return False
        self._earliest = now + FIRST_SILENCE
        self._silent_until = now + self._silence
        self._silence = min(self._silence * 2, LONGEST_SILENCE)
        return True

    def begin_again(self) -> None:
        """Begin with the shortest pause again, because the error ended."""
        self._silence = FIRST_SILENCE
        self._silent_until = self._earliest


class RecurringWarning:
    """A warning about a condition that may last or recur.

    ``format`` is a log format of Twisted with ``{why}`` in it. A condition that comes and goes is
    logged once in `FIRST_SILENCE` at most. Its level is error if the condition is a fault, of the
    daemon or of what it needs; otherwise warn.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime, format: str, *, is_fault: bool = True) -> None:
        self._format = format
        self._is_fault = is_fault
        self._pauses = _Pauses(clock)
        self._logged = False

    def tell(self, why: str) -> None:
        """Log that it failed, if it is due."""
        if self._pauses.due():
            self._logged = True
            if self._is_fault:
                self.log.error(self._format, why=why)
            else:
                self.log.warn(self._format, why=why)

    def end(self) -> bool:
        """Note that it succeeded; return True if a failure was logged since the last success."""
        logged, self._logged = self._logged, False
        self._pauses.begin_again()
        return logged


class ErrorLog:
    """A log of unexpected errors: of each kind a traceback at once, and later ones with a count.

    A kind is an activity (``what``), the error's type, and the line that raised it.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._kinds: dict[object, _Kind] = {}

    def tell(self, what: str, failure: Failure | None = None, *, words: bool = True) -> None:
        """Log that ``what`` happened: with this error, or with the one that is being handled.

        Without ``words``, the error's message is left out: it may quote a password.
        """
        failure = failure or Failure()
        name: object = what, failure.type, _place(failure)
        if name not in self._kinds and len(self._kinds) >= KINDS:
            name = "others"
        kind = self._kinds.setdefault(name, _Kind(self._clock))
        kind.unlogged += 1
        if kind.pauses.due():
            count, kind.unlogged = kind.unlogged, 0
            again = f" ({count} times since this was told last)" if count > 1 else ""
            self.log.failure("{what}{again}", _Quoted(failure, words), what=what, again=again)


class _Kind:
    """The pauses of one kind of error, and its number since it was logged last."""

    def __init__(self, clock: IReactorTime) -> None:
        self.pauses = _Pauses(clock)
        self.unlogged = 0


class _Quoted(Failure):
    """A failure whose traceback has no control character that a terminal would obey."""

    def __init__(self, failure: Failure, words: bool) -> None:
        super().__init__(failure.value, failure.type, failure.getTracebackObject())
        self._words = words

    def getTraceback(self, *_: object, **__: object) -> str:
        said = visible(str(self.value)[:MESSAGE_CHARACTERS]).replace("\t", " ")
        frames = traceback.format_tb(self.getTracebackObject(), -FRAMES)
        text = "".join(["Traceback (most recent call last):\n", *frames])
        text += f"{self.type.__qualname__ if self.type else None}"
        if self._words:
            text += f": {said}"
        return text.encode("ascii", "backslashreplace").decode()


def _place(failure: Failure) -> object:
    """Return the line that raised an error; None if it was not raised."""
    frames = traceback.extract_tb(failure.getTracebackObject(), -1)
    return (frames[-1].filename, frames[-1].lineno) if frames else None
