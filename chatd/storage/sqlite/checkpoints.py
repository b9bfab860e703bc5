"""Checkpoints of a store's log, and when they are taken.

Theory of operation. A checkpoint writes the pages of the write-ahead log into the file; the next
transaction then begins the log again. It takes milliseconds, or longer on a slow disk, and lines
that are to be committed wait for it. So one is taken when no line is committed, if the log has
`WORTH_FRAMES` by then. Where lines never pause, one is taken between two batches when the log has
`MOST_FRAMES`, so the log has a bound; the first of the two batches is published by then.

While another program reads an older state of the file, the log can only grow. A checkpoint is tried
again every second until that program has ended. To truncate a log that has become large takes about
as long as its checkpoint. So transactions truncate a piece each, after a checkpoint each. If none
comes, the next step truncates the whole.

This module must not know the content of a transaction, or the threads of a store.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from chatd.storage.sqlite.file import StoreFile

WORTH_FRAMES = 1000
"""Frames of the log (4 MiB) that are worth a checkpoint when no line is committed."""

MOST_FRAMES = 3000
"""Frames of the log (12 MiB) after which a checkpoint is taken between two batches."""

MOST_LOG_BYTES = 16 * 1024 * 1024
"""Size of a log that is truncated, and of each piece that a transaction cuts off: 6 to 12 ms. A
smaller one is written over, because to sync a file that grows takes longer."""

UNSEEN_CHANGES = 64
"""Rows that are changed until the log is looked at again, which costs as much as a tenth of the SQL
of a line said alone. A line of 4,096 characters fills six pages at most, so the log has an eighth
more than `MOST_FRAMES` by then at most, and one batch."""

AGAIN_SECONDS = 1.0
"""Seconds after a checkpoint that was not complete until the next one."""


class Checkpoints:
    """The checkpoints of a file. ``clock`` gives the time between them.

    ``are_due`` is True if `take` is to be called after the batch that was written. ``are_held`` is
    True if the last one was not complete, or the log is still to be truncated.
    """

    def __init__(self, file: StoreFile, clock: IReactorTime) -> None:
        self.are_due = False
        self.are_held = False
        self._file = file
        self._clock = clock
        self._again_at = 0.0
        self._log_is_new = False
        self._is_copied = False  # a large log, to which nothing was written since
        self._seen_changes = 0

    def written(self) -> None:
        """Note that a transaction was committed."""
        self._log_is_new = True
        self._is_copied = False
        changes = self._file.changes
        if changes - self._seen_changes >= UNSEEN_CHANGES or self.are_held:
            self._seen_changes = changes
            self.are_due = self._has(MOST_FRAMES) and self._may_try

    @property
    def are_worth_it(self) -> bool:
        """True if `take` is to be called while no line is committed."""
        return self._log_is_new and self._has(WORTH_FRAMES) and self._may_try

    def take(self) -> bool:
        """Take a checkpoint, or truncate a large log after one. Raises `StoreError`.

        Return True if nothing is left to do.
        """
        self.are_due = False
        self.are_held = True
        now = self._clock.seconds()
        self._again_at = now + AGAIN_SECONDS
        if self._is_copied:
            self._is_copied = False
            if not self._file.truncate_log():
                return False
        elif not self._file.checkpoint():
            return False
        elif self._is_large:
            self._file.limit_log(max(self._file.log_size - MOST_LOG_BYTES, MOST_LOG_BYTES))
            self._is_copied = True
            self._again_at = now
            return False
        self.are_held = self._log_is_new = False
        return True

    @property
    def _may_try(self) -> bool:
        return not self.are_held or self._clock.seconds() >= self._again_at

    def _has(self, frames: int) -> bool:
        return self._is_large or self._file.log_has(frames)

    @property
    def _is_large(self) -> bool:
        return self._file.log_size > MOST_LOG_BYTES
