"""The private lines to one session that are stored nowhere: those to guests, say.

They wait in memory until its client takes them. This module must not know rooms, connections or
other sessions.
"""

from __future__ import annotations

from chatd.chat.identity import Identity
from chatd.chat.replies import Replies
from chatd.rooms.inbox import Inbox
from chatd.rooms.view import Bell, View
from chatd.text.folding import fold


class PassingLines:
    """A base of the subscriptions of a session, which ``takes_private`` lines, or none."""

    __slots__ = ("_identity", "_inbox", "_replies", "takes_private", "view")

    _identity: Identity
    _inbox: Inbox | None
    _replies: Replies
    takes_private: bool
    view: View

    def receive(self, author: str, text: str) -> bool:
        """Put a private line into the inbox in memory; False if there is no room for it."""
        if not self.takes_private or fold(author) in self.view.ignored:
            return self.takes_private  # the author is not told of being ignored
        rings = self.view.bell is not Bell.OFF and author != self._identity.name
        format = self._replies.format
        bell = format.bell if rings else b""
        return self._inbox_begun().put(bell + format.private(author, text))

    def pass_on(self, author: str, lines: bytes) -> None:
        """Send lines that another person caused, unless the session ignores that person."""
        if self.takes_private and fold(author) not in self.view.ignored:
            self._inbox_begun().put(lines)

    def _inbox_begun(self) -> Inbox:
        self._inbox = self._inbox or Inbox.of(self._replies.stream)
        return self._inbox
