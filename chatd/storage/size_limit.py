"""The largest size of a store, and what is written to it near that size.

Theory of operation. The size is that of the file and of its write-ahead log, without the free pages
of the file, which are used before it grows. Lines and the search index stop before the limit. The
rest is reserved: for the lines that are on their way by then, and for records, so that people are
banned, and passwords and tokens are changed, when others have filled the store. At the limit
nothing is written but deletions. Lines are taken again once the size is a little below, and not
after each page that is free, so neither they nor the log of the operator change to and fro.

This module must not know SQLite.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path

from twisted.logger import Logger

from chatd.storage.contract import StoreError
from chatd.storage.group_commit import WAITING_BYTES
from chatd.text.sizes import written_size

LEAST_RESERVED = 4 * WAITING_BYTES
"""Least bytes that are reserved: as many lines wait while another batch is committed, and each page
is in the log, and then also in the file."""

LEAST_SIZE = 4 * LEAST_RESERVED
"""Least size in bytes that an operator may set: most of it is for lines."""

_ADVICE = "Delete lines with --keep, or give a larger --max-store."


class SizeLimit:
    """The limit of a store at ``path``: ``most`` bytes, 0 for no limit.

    ``reserved`` bytes of them are not for lines. `takes_lines` is False while the store has no room
    for lines. A size below ``near`` need not be exact: it changes nothing.
    """

    log = Logger()

    def __init__(self, path: Path, most: int = 0, reserved: int | None = None) -> None:
        if reserved is None:
            reserved = max(most // 20, LEAST_RESERVED)
        self._path = path
        self._most: float = most or inf
        self._lines = self._most - reserved
        self.near = self._lines * 0.5
        self._warned = False
        self.takes_lines = True

    def has_room(self, size: int) -> bool:
        """Return True if a store of this size has room for lines."""
        return size < self._lines

    def check(self, size: int) -> None:
        """Raise `StoreError` if nothing at all may be added to a store of this size."""
        if size >= self._most:
            raise StoreError(f"{self._path}: {self._reason(size)}. {_ADVICE}")

    def note(self, size: int) -> None:
        """Take or refuse lines from now on, as the size is. Tell the operator if that changes.

        The operator is told, too, when the store has nine tenths of the size at which lines are
        refused, once until it has half of it.
        """
        if self.takes_lines and not self.has_room(size):
            self.takes_lines = False
            self._tell(self.log.error, "lines are refused: {path}: {why}", size)
        elif not self.takes_lines and size < self._lines * 0.99:
            self.takes_lines = True
            self.log.info("lines are taken again: {path} has room", path=self._path)
        if size < self.near:
            self._warned = False
        elif size >= self._lines * 0.9 and self.takes_lines and not self._warned:
            self._warned = True
            self._tell(self.log.warn, "soon lines will be refused: {path}: {why}", size)

    def _tell(self, log: Callable[..., None], format: str, size: int) -> None:
        log(f"{format}. {_ADVICE}", path=self._path, why=self._reason(size))

    def _reason(self, size: int) -> str:
        lines, most = written_size(int(self._lines)), written_size(int(self._most))
        return f"it has {written_size(size)}, and lines may fill {lines} of --max-store {most}"
