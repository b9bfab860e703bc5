"""Alerts: lines that concern people who are away, for the pushes of their accounts.

A private line concerns its receiver. A line of a room concerns an account that it names, if the
account was in that room, has a read mark there, and may read it now. Nothing of people whom the
account ignores concerns it. `Alerts` also holds the pushes themselves, and the codes that prove
new ones. This module must not know when, or how, a push is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Account, Accounts
from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act
from chatd.chat.push_codes import PushCodes
from chatd.chat.roster import Roster
from chatd.chat.unread import UnreadTracker
from chatd.event import SPOKEN, Entry, Event, is_inbox, owner_of
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.rooms.view import NOTHING_SET, Settings
from chatd.storage.contract import Store
from chatd.text.folding import fold
from chatd.util.budgets import Budgets
from chatd.webhooks.push_message import Missed
from chatd.webhooks.pushes import Pushes


class Alerts:
    """Finds the lines that concern accounts with a push. ``language`` is that of the server."""

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        budgets: Budgets,
        accounts: Accounts,
        unread: UnreadTracker,
        roster: Roster,
        moderation: Moderation,
        language: Language,
    ) -> None:
        self.pushes = Pushes(store, budgets)
        self.codes = PushCodes(clock)
        self._accounts = accounts
        self._unread = unread
        self._roster = roster
        self._moderation = moderation
        self._language = language

    def is_away(self, account: str) -> bool:
        """Return True if no session is logged in to an account, given its key."""
        return not (self._unread.sessions(account) or self._roster.of_account(account))

    def change_language(self, language: Language) -> None:
        """Have another language of the server from now on."""
        self._language = language

    def language_of(self, account: str) -> Language:
        """Return the language of an account, given its key: that of the server by default."""
        found = self._accounts.table.get(account)
        language = "" if found is None else _settings_of(found).language
        return Language(language) if language else self._language

    def published(self, room: Room, entries: Sequence[Entry]) -> None:
        """Notify the people who are away of the lines of a log that concern them."""
        lines = [each for each in entries if isinstance(each, Event) and each.kind in SPOKEN]
        if is_inbox(room.key):
            self._notify(owner_of(room.key), "", lines)
            return
        named: dict[str, list[Event]] = {}
        for line in lines:
            for name in self.pushes.names.named_in(line.text):
                named.setdefault(name, []).append(line)
        for name, naming in named.items():
            if self._may_concern(name, room):
                self._notify(name, room.name, naming)

    def _may_concern(self, name: str, room: Room) -> bool:
        """Return True if an account, given its key, was in a room, and may read it now."""
        was_there = self._unread.read_marks.of(name, room.key) is not None
        return was_there and self._moderation.account_may(name, room, Act.READ)

    def _notify(self, name: str, room: str, lines: Sequence[Event]) -> None:
        push, account = self.pushes.all.get(name), self._accounts.table.get(name)
        if push is None or account is None or not self.is_away(name):
            return
        view = _settings_of(account).view(account.name)
        heard = [line for line in lines if fold(line.author) != name and not view.ignores(line)]
        if heard:
            self.pushes.notify(push, Missed(room, heard[-1].author, heard[-1].text), len(heard))


def _settings_of(account: Account) -> Settings:
    return NOTHING_SET.with_kept(account.settings)
