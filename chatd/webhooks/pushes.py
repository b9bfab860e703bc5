"""The registry of pushes: the URL that each account is notified at while it is away.

An account has one at most. It is stored until its owner ends it, or the account's password changes,
or it has failed for too long. What waits to be sent is in memory alone. This module must not know
who is away, or which lines concern an account.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Put, Table, change, ignore_store_error
from chatd.text.mentions import NameIndex
from chatd.util.budget_table import Kind
from chatd.util.budgets import Budgets, Owner, owner_of
from chatd.util.fair_queue import Asker
from chatd.webhooks.push_message import Missed
from chatd.webhooks.targets import Target
from chatd.webhooks.urls import InvalidUrl, destination_of


class PushRecord(NamedTuple):
    """A stored push: its URL, the network from which it was set, if texts of lines are sent."""

    url: str
    network: str = ""
    with_text: bool = False


class FailedFor(NamedTuple):
    """The seconds for which a push has failed, stored beside it, so that a restart forgets none."""

    seconds: int


class Push(Target):
    """A push in memory, where ``failed_for`` is ahead of the stored one.

    ``account`` is the key of its account, ``owner`` says in which budgets it counts.
    """

    __slots__ = ("account", "owner", "with_text")

    def __init__(self, account: str, kept: PushRecord, failed_for: int) -> None:
        super().__init__(destination_of(kept.url), Asker(kept.network, account), failed_for)
        self.account = account
        self.with_text = kept.with_text
        self.owner: Owner = owner_of(account, kept.network)


class Pushes:
    """All pushes, by account. Raises `Damaged` if a stored one is not valid.

    ``notify`` is called with the last of some lines for the account of a push and their number,
    ``gone`` when a push has ended, and ``send_code`` sends a code to a target, and raises
    `NotDelivered` if that does not take it. ``delivered_here`` is true once this node sends lines.
    """

    def __init__(self, store: Store, budgets: Budgets) -> None:
        self.notify: Callable[[Push, Missed, int], None] = _ignore_lines
        self.gone: Callable[[Push], None] = _ignore
        self.send_code: Callable[[str, PushRecord, str], Awaitable[None]] = _take
        self.delivered_here = False
        self._store = store
        self._budgets = budgets
        self.all: dict[str, Push] = {}
        """All pushes, by the keys of their accounts."""
        self.names = NameIndex()
        """The keys of their accounts, to be found in texts."""
        self._failed: Table[FailedFor] = Table(store, "push_failure", FailedFor)
        try:
            self._table: Table[PushRecord] = Table(store, "push", PushRecord, self)
        except InvalidUrl:
            raise Damaged from None

    def deliver_with(
        self,
        notify: Callable[[Push, Missed, int], None],
        gone: Callable[[Push], None],
        send_code: Callable[[str, PushRecord, str], Awaitable[None]],
    ) -> None:
        """Send lines and codes with these functions from now on: see `Pushes`."""
        self.notify, self.gone, self.send_code = notify, gone, send_code

    def begin(self) -> None:
        """Send lines here from now on. Before, another node may have done so."""
        self.delivered_here = True
        for account, push in self.all.items():
            push.failed_for = self._failed.get(account, FailedFor(0)).seconds

    def end(self) -> None:
        """Send lines here no more: another node does."""
        self.delivered_here = False

    # As the index of its table: see `chatd.storage.records.Index`.

    def enter(self, key: str, value: PushRecord) -> None:
        """Add a push that was stored."""
        failed = self._failed.get(key, FailedFor(0))
        push = self.all[key] = Push(key, value, failed.seconds)
        self.names.add(key)
        self._budgets.count(push.owner, (Kind.PUSHES, 1))

    def leave(self, key: str, value: PushRecord) -> None:
        """Remove a push; another one may be added for its account."""
        push = self.all.pop(key)
        self.names.remove(key)
        self._budgets.count(push.owner, (Kind.PUSHES, -1))
        self.gone(push)

    # Changes

    def set(self, account: str, new: PushRecord) -> list[Put]:
        """Return the changes that set the push of an account, given its key."""
        return [self._failed.put(account, None), self._table.put(account, new)]

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that end the push of an account, given its key."""
        tables: tuple[Table[PushRecord] | Table[FailedFor], ...] = (self._table, self._failed)
        return [table.put(account, None) for table in tables if account in table]

    def give_up(self, push: Push) -> None:
        """End a push that accepted nothing for too long."""
        self._change(self.account_gone(push.account))

    def keep(self) -> Deferred[None]:
        """Store for how long each push has failed. Fires once that is done, or has failed."""
        seconds = {account: int(push.failed_for) for account, push in self.all.items()}
        return self._change(
            [
                self._failed.put(account, FailedFor(failed) if failed else None)
                for account, failed in seconds.items()
                if failed != self._failed.get(account, FailedFor(0)).seconds
            ]
        )

    def _change(self, puts: list[Put]) -> Deferred[None]:
        return change(self._store, *puts).addErrback(ignore_store_error) if puts else succeed(None)


def _ignore_lines(push: Push, last: Missed, count: int) -> None:
    """Do nothing: the default without deliveries."""


def _ignore(push: Push) -> None:
    """Do nothing: the default without deliveries."""


async def _take(account: str, new: PushRecord, code: str) -> None:
    """Take every code for one that was sent: the default without deliveries."""
