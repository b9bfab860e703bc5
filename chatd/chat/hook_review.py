"""Ending hooks: those whose accounts have lost the right to them, and those that failed for long.

This module must not know sessions or connections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatd.accounts.accounts import Accounts
from chatd.chat.deed_log import log_deed
from chatd.chat.directory import Rooms
from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act
from chatd.event import Deed
from chatd.storage.contract import Store
from chatd.storage.records import change, ignore_store_error
from chatd.text.folding import fold
from chatd.webhooks.registry import Hook, Hooks


class HookReview:
    """Decides from now on which hooks are allowed, and ends the others."""

    def __init__(
        self, store: Store, hooks: Hooks, rooms: Rooms, accounts: Accounts, moderation: Moderation
    ) -> None:
        self._store = store
        self.hooks = hooks
        self._rooms = rooms
        self._accounts = accounts
        self._moderation = moderation
        hooks.check_with(self.allows)
        hooks.give_up_with(self.give_up)

    def allows(self, hook: Hook) -> bool:
        """Return True if the account that added a hook may have it, and read what it sends."""
        room = self._rooms.get(hook.room)
        account = self._accounts.table.get(hook.account or fold(hook.by))
        if room is None or account is None:
            return False
        if not hook.account and account.created > hook.added:
            return False  # the name was registered anew since, perhaps by another person
        return all(
            self._moderation.account_may(account.key, room, act) for act in (Act.HOOK, Act.READ)
        )

    def review(self) -> None:
        """End all hooks that are not allowed any more."""
        for hook in tuple(self.hooks):
            self.end_disallowed(hook.by, [hook])

    def end_disallowed(self, by: str, hooks: Iterable[Hook]) -> Sequence[Deed]:
        """End those of some hooks that are not allowed any more, and log that in their rooms.

        ``by`` is the name of the person whose deed took the right. Return the deeds that were
        logged. A room that was forgotten has no log; its hooks end all the same, or a later room of
        its name would have them.
        """
        ended = [hook for hook in hooks if not self.hooks.allowed(hook)]
        deeds = []
        with self._store.together():
            for hook in ended:
                room = self._rooms.get(hook.room)
                if room is not None:
                    deeds.append(Deed("endhook", hook.to.origin))
                    log_deed(by, room, deeds[-1])
            self._remove(ended)
        return deeds

    def give_up(self, hook: Hook) -> None:
        """End a hook that took nothing for too long, and log that in its room."""
        room = self._rooms.get(hook.room)
        with self._store.together():
            if room is not None:
                log_deed(hook.by, room, Deed("deadhook", hook.to.origin))
            self._remove([hook])

    def _remove(self, hooks: Iterable[Hook]) -> None:
        puts = [self.hooks.remove(hook) for hook in hooks]
        if puts:
            # In one transaction with the deeds, and with what took the right, if anything did.
            change(self._store, *puts).addErrback(ignore_store_error)
