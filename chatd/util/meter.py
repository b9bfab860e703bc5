"""The meter of one client: what the work for its answers costs, and turns to make long ones in.

Theory of operation. Others decide how long many answers are: by their rooms, topics and names, and
by what they said. So the request does not say what its answer costs, and the base cost of an action
(`chatd.chat.actions.costs`) is for asking only. Work is charged as it is done: the bytes that are
made, where an answer is given to be sent (`Stream.put`, and the site for HTTP), and the rows that
are read of the store, and the characters that a search folds, where they are asked for. A short
answer is part of what asking for it costs, so it takes no call more.

What is long is made in slices. Before each, its maker awaits `turn`, which fires after all other
clients were read and had their turns, so the slices of all clients together hold the reactor about
as long as those of one. A slice has so few rows or characters that it takes one or two milliseconds
even if all of its text takes escaping. The next one is made when this one has been sent, so nothing
long is held whole.

This module must not know what is made, nor how a client pays or when it has its turn.
"""

from __future__ import annotations

import abc

from twisted.internet.defer import Deferred, succeed

BYTES_A_LINE = 5000
"""Number of bytes made that count for a line, a tenth of a millisecond: text that takes escaping
takes up to 20 ns for each byte that it becomes, other text 1 to 8."""

ROWS_A_LINE = 50
"""Number of rows read of the store that count for a line: reading and rendering one takes 2 us."""

FOLDED_A_LINE = 1000
"""Work of folding (`chatd.text.folding.folding_work`) that counts for a line: 20 to 150 ns each."""

REPLAY_LINES = 500
"""Most lines that a replay, or a search, counts for beside asking for it. The client is not read
until it has paid, so one that owed for more could not end the replay in good time."""

SHORT_ANSWER = 1024
"""Most bytes of an answer that is part of what asking for it costs."""


class Meter(abc.ABC):
    """Charges one client for work, and gives it turns. It is no object of its own for a client."""

    __slots__ = ()

    @abc.abstractmethod
    def charge(self, lines: float) -> None:
        """Charge for so many lines of the client's rate limit."""

    @abc.abstractmethod
    def turn(self) -> Deferred[None]:
        """Return a Deferred that fires when the next slice may be made.

        It fires also if the client has gone.
        """

    def up_to(self, lines: float) -> Meter:
        """Return a meter of the same client that charges for so many lines at most, in all."""
        return _Limited(self, lines)

    def made(self, size: int) -> None:
        """Charge for so many bytes of an answer that is longer than `SHORT_ANSWER`."""
        self.charge(size / BYTES_A_LINE)

    def read(self, rows: int) -> None:
        """Charge for so many rows read of the store."""
        self.charge(rows / ROWS_A_LINE)

    def folded(self, work: int) -> None:
        """Charge for so much work of folding."""
        self.charge(work / FOLDED_A_LINE)


class _Limited(Meter):
    __slots__ = ("_left", "_meter")

    def __init__(self, meter: Meter, lines: float) -> None:
        self._meter = meter
        self._left = lines

    def charge(self, lines: float) -> None:
        charged = min(lines, self._left)
        self._left -= charged
        if charged:
            self._meter.charge(charged)

    def turn(self) -> Deferred[None]:
        return self._meter.turn()


class _Free(Meter):
    __slots__ = ()

    def charge(self, lines: float) -> None:
        """Charge no client."""

    def turn(self) -> Deferred[None]:
        return succeed(None)


FREE = _Free()
"""The meter of a client that is not charged, and makes all slices at once."""
