"""The numbers of lines that sessions may have waiting for the store.

Without a limit, a few clients that send without pause would fill each batch that is committed, and
a line of another client would wait for all of theirs. So those that asked since the last commit,
and those with lines that wait, share `ALL_UNPUBLISHED_LINES` evenly, within the limits of one
session. Lines that make much work for their readers (`chatd.text.work`) count for several. When the
store itself is full, every session is held back until it is not.

This module must not know connections, rooms or what is said.
"""

from __future__ import annotations

from typing import Protocol

from chatd.chat.session import Session
from chatd.storage.contract import Store

UNPUBLISHED_LINES = 256
"""Most lines of one session that may wait for commit."""

ALL_UNPUBLISHED_LINES = 512
"""Lines that wait for commit which all sessions share, so that no line waits long for a batch."""

SOME_UNPUBLISHED_LINES = 16
"""Lines of one session that may wait for commit even if many sessions have lines that wait."""

WORK_A_LINE = 512
"""Work of a text that counts for a line. Rendering all lines that may wait takes 5 ms in each
format at most (see `chatd.util.meter.BYTES_A_LINE`)."""

SOME_UNPUBLISHED_WORK = SOME_UNPUBLISHED_LINES * WORK_A_LINE
"""Work that never uses up the share of a session, so it need not be asked for."""


class _Sharing(Protocol):
    """The server: all that have a share in its quotas are on it."""

    @property
    def quotas(self) -> LineQuotas: ...


class Limited:
    """A base of the handlers of sessions. It is no object of its own for a client."""

    __slots__ = ()

    server: _Sharing
    session: Session

    def allowance(self) -> int:
        """Return the number of lines that may be taken from the session now."""
        return self.server.quotas.allowance(self.session)


class LineQuotas:
    """The allowances of all sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held_back: dict[Session, None] = {}  # asked while the store was full
        self._sharing: set[Session] = set()  # asked since the last commit, or lines wait for one

    def allowance(self, session: Session) -> int:
        """Return the number of lines that may be taken from a session now.

        When it is 0, the callback of `ActionQueue.when_changed` is called once it may be more.
        """
        if self._store.full:
            self._held_back[session] = None
            return 0
        queue, stream = session.queue, session.stream
        if queue.occupied or stream.full or stream.finished:
            return 0
        # Before it says anything: so it is counted without a call after each turn.
        self._sharing.add(session)
        share = ALL_UNPUBLISHED_LINES // len(self._sharing)
        quota = min(max(share, SOME_UNPUBLISHED_LINES), UNPUBLISHED_LINES)
        return max(0, quota - max(queue.unpublished, queue.unpublished_work // WORK_A_LINE))

    def after_commit(self, changed: dict[Session, None]) -> None:
        """Add to ``changed`` the sessions that were held back, unless the store is still full.

        To be called once the lines of a batch are published or refused.
        """
        if self._held_back and not self._store.full:
            changed.update(self._held_back)
            self._held_back.clear()
        if self._sharing:
            self._sharing = {session for session in self._sharing if session.queue.unpublished}

    def remove(self, session: Session) -> None:
        """Forget a session that has disconnected."""
        self._held_back.pop(session, None)
        self._sharing.discard(session)
