"""The supply of the writer of an HTTP connection: one answer at a time, whole or in pieces.

This module must not know what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twisted.internet.defer import Deferred

from chatd.util.meter import Meter


class Answers:
    """Holds the bytes of answers until they are taken. ``taken`` is called when all was taken.

    ``sending`` is True while an answer is put in pieces.
    """

    def __init__(self, failed: Callable[[str], None], taken: Callable[[], None]) -> None:
        self.finished = False
        self.failed = failed
        self.sending = False
        self._taken = taken
        self._data = b""
        self._stopped = False
        self._wanted: Deferred[None] | None = None  # fires when the next piece may be put

    @property
    def drained(self) -> bool:
        """True if it was finished, and all of it was taken."""
        return self.finished and not self._data

    @property
    def left(self) -> bytes:
        """The bytes that are not taken yet."""
        return self._data

    def put(self, data: bytes) -> None:
        """Have bytes taken, after those that are there."""
        self._data += data

    async def put_pieces(
        self, pieces: Iterator[bytes], meter: Meter, give: Callable[[bytes], None]
    ) -> None:
        """Have ``give`` put pieces, each made in a turn once the one before was taken.

        End with the last one, or when `stop` is called.
        """
        self.sending = True
        await meter.turn()
        while not self._stopped and (piece := next(pieces, None)) is not None:
            meter.made(len(piece))
            self._wanted = wanted = Deferred[None]()
            give(piece)
            del piece
            await wanted
            await meter.turn()
        self.sending = False

    def stop(self) -> None:
        """Put no other piece: the client has gone."""
        self._stopped = True
        self._go_on()

    def forget(self) -> None:
        """Put no other piece, and call nothing any more."""
        self.stop()
        self.failed = self._taken = _nothing

    def take(self) -> bytes:
        """Return the bytes to send next; empty if there are none."""
        data, self._data = self._data, b""
        if not data:
            self._go_on()
            self._taken()
        return data

    def blocked(self) -> None:
        """Do nothing: nothing is sent but what is taken."""

    def _go_on(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            wanted.callback(None)


def _nothing(*_: object) -> None:
    """Do nothing: the connection is of another handler, or gone."""
