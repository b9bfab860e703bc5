"""What goes wrong, told in the log at once, and then after pauses that grow.

So what happens again and again, because a disk is full or because a client has found a fault,
fills no disk. Whatever others wrote is told in printable ASCII. It knows nothing of the chat.
"""

from __future__ import annotations

import traceback

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.text.escaping import visible

FIRST_SILENCE = 1.0
LONGEST_SILENCE = 600.0
"""The pauses double between these, in seconds."""

KINDS = 200
"""How many kinds of faults are told apart: all others are one."""

FRAMES = 20
MESSAGE_CHARACTERS = 1000
"""How much of a traceback is told: its last frames, and that much of what the error says."""


class _Pauses:
    """When something may be told again."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._silence = FIRST_SILENCE
        self._silent_until = 0.0
        self._earliest = 0.0  # when it may be told next if it goes away and comes back

    def due(self) -> bool:
        """Whether it may be told now; then it is taken to be."""
        now = self._clock.seconds()
        if now < self._silent_until:
            return False
        self._earliest = now + FIRST_SILENCE
        self._silent_until = now + self._silence
        self._silence = min(self._silence * 2, LONGEST_SILENCE)
        return True

    def begin_again(self) -> None:
        """It has gone away. If it comes back, the pauses are short again."""
        self._silence = FIRST_SILENCE
        self._silent_until = self._earliest


class RecurringWarning:
    """One thing that may go wrong for a while.

    ``telling`` is what the log says of it, a format of Twisted's in which ``{why}`` stands. Trouble
    that comes and goes is told once in `FIRST_SILENCE` at most.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime, telling: str) -> None:
        self._telling = telling
        self._pauses = _Pauses(clock)
        self._told = False

    def tell(self, why: str) -> None:
        """It went wrong."""
        if self._pauses.due():
            self._told = True
            self.log.error(self._telling, why=why)

    def end(self) -> bool:
        """It went well. Whether trouble had been told since the last time that it did."""
        told, self._told = self._told, False
        self._pauses.begin_again()
        return told


class ErrorLog:
    """Errors that should not be: of each kind a traceback at once, and later with a count.

    A kind is what was being done, the error's type, and where it was raised.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._kinds: dict[object, _Kind] = {}

    def tell(self, what: str, failure: Failure | None = None, *, words: bool = True) -> None:
        """Something failed: with this error, or with the one that is being handled.

        Without ``words``, what the error says is left out: it may quote a password.
        """
        failure = failure or Failure()
        name: object = what, failure.type, _place(failure)
        if name not in self._kinds and len(self._kinds) >= KINDS:
            name = "others"
        kind = self._kinds.setdefault(name, _Kind(self._clock))
        kind.untold += 1
        if kind.pauses.due():
            again = f" ({kind.untold} times since this was told last)" if kind.untold > 1 else ""
            kind.untold = 0
            self.log.failure("{what}{again}", _Quoted(failure, words), what=what, again=again)


class _Kind:
    def __init__(self, clock: IReactorTime) -> None:
        self.pauses = _Pauses(clock)
        self.untold = 0


class _Quoted(Failure):
    """A failure whose traceback holds nothing that a terminal might obey."""

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
    frames = traceback.extract_tb(failure.getTracebackObject(), -1)
    return (frames[-1].filename, frames[-1].lineno) if frames else None
