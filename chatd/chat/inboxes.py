"""Inboxes: the logs of the private lines of accounts.

An inbox is stored like a room. This module must not know sessions, rooms or read marks.
"""

from __future__ import annotations

from chatd.accounts.accounts import Accounts
from chatd.event import inbox_of, is_inbox, owner_of
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.room import Room
from chatd.storage.contract import Store, StoreError


class Inboxes:
    """The inboxes of all accounts: those of the store, and others from their first use on."""

    def __init__(self, store: Store, reads: ReadQueue, accounts: Accounts) -> None:
        self._store = store
        self._reads = reads
        self._accounts = accounts
        self.logs: dict[str, Room] = {}
        """The inboxes by their names."""
        for record in store.rooms():
            if is_inbox(record.name):
                self._add(Room(record.name, store, record.head, reads=reads))

    def _add(self, log: Room) -> None:
        log.key = log.name  # folded already
        self.logs[log.name] = log

    def of(self, account: str) -> Room:
        """Return the inbox of an account."""
        name = inbox_of(account)
        if name not in self.logs:
            self._add(Room(name, self._store, reads=self._reads))
        return self.logs[name]

    async def clear_gone(self) -> None:
        """Forget the private lines of accounts that were removed without time to do so."""
        for account in map(owner_of, tuple(self.logs)):
            if account not in self._accounts.table:
                await self.clear(account)

    async def clear(self, account: str) -> None:
        """Forget the private lines of an account that was removed."""
        # Until the name has another owner, nothing is written there.
        inbox = self.of(account)
        upto = inbox.head
        try:
            while upto and await self._store.forget(inbox.name, upto):
                pass
        except StoreError:
            self._store.error_log.tell(
                "private lines of an account that is gone cannot be forgotten"
            )
