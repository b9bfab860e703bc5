"""Ending hooks: those whose accounts have lost the right to them, and those that failed for long.

Outgoing and incoming hooks need the same right. This module must not know sessions or connections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from chatd.accounts.accounts import Accounts
from chatd.chat.deed_log import log_deed
from chatd.chat.directory import Rooms
from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, change, ignore_store_error
from chatd.text.folding import fold
from chatd.webhooks.incoming.registry import IncomingHook, IncomingHooks
from chatd.webhooks.registry import Hook, Hooks


class Parts(Protocol):
    """The parts of the server that say which hooks there are, and who may have them."""

    store: Store
    hooks: Hooks
    incoming: IncomingHooks
    rooms: Rooms
    accounts: Accounts
    moderation: Moderation


class HookReview:
    """Decides from now on which hooks are allowed, and ends the others."""

    def __init__(self, parts: Parts) -> None:
        self._store = parts.store
        self.hooks = parts.hooks
        self._incoming = parts.incoming
        self._rooms = parts.rooms
        self._accounts = parts.accounts
        self._moderation = parts.moderation
        self.hooks.check_with(self.allows)
        self.hooks.give_up_with(self.give_up)

    def allows(self, hook: Hook) -> bool:
        """Return True if the account that added a hook may have it, and read what it sends."""
        return self._may_have(hook.room, hook.account or fold(hook.by), hook)

    def allows_posts(self, hook: IncomingHook) -> bool:
        """Return True if the account that made a hook may have it now. The operator always may."""
        if not hook.kept.account:
            return hook.room in self._rooms
        return self._may_have(hook.room, hook.kept.account)

    def _may_have(self, room_key: str, key: str, hook: Hook | None = None) -> bool:
        room, account = self._rooms.get(room_key), self._accounts.table.get(key)
        if room is None or account is None:
            return False
        if hook is not None and not hook.account and account.created > hook.added:
            return False  # the name was registered anew since, perhaps by another person
        return all(self._moderation.account_may(key, room, act) for act in (Act.HOOK, Act.READ))

    def review(self) -> None:
        """End all hooks that are not allowed any more."""
        for hook in tuple(self.hooks):
            self.end_disallowed(hook.by, [hook])
        for incoming in tuple(self._incoming):
            self.end_disallowed(incoming.kept.by, incoming=[incoming])

    def end_disallowed_in(self, room: Room, by: str) -> Sequence[Deed]:
        """End the hooks of a room that are not allowed any more: see `end_disallowed`."""
        return self.end_disallowed(by, self.hooks.of(room), self._incoming.of(room))

    def end_disallowed(
        self, by: str, hooks: Iterable[Hook] = (), incoming: Iterable[IncomingHook] = ()
    ) -> Sequence[Deed]:
        """End those of some hooks that are not allowed any more, and log that in their rooms.

        ``by`` is the name of the person whose deed took the right. Return the deeds that were
        logged. A room that was forgotten has no log; its hooks end all the same, or a later room of
        its name would have them.
        """
        ended: list[tuple[str, Deed, list[Put]]] = [
            (hook.room, Deed("endhook", hook.to.origin), [self.hooks.remove(hook)])
            for hook in hooks
            if not self.hooks.allowed(hook)
        ]
        ended += [
            (each.room, Deed("endhookin", each.kept.name), self._incoming.remove(each))
            for each in incoming
            if not self.allows_posts(each)
        ]
        deeds = []
        with self._store.together():
            for key, deed, _ in ended:
                room = self._rooms.get(key)
                if room is not None:
                    deeds.append(deed)
                    log_deed(by, room, deed)
            self._change([put for _, _, puts in ended for put in puts])
        return deeds

    def removal(self, hook: Hook) -> list[Put]:
        """Return the changes that remove an outgoing hook, and the name that it alone answers by.

        A name with a token, of which `IncomingRecord.start` is shown, belongs to an incoming hook.
        """
        puts = [self.hooks.remove(hook)]
        room = self._rooms.get(hook.room)
        if room is None or not hook.name:
            return puts
        own = self._incoming.called(room, hook.name)
        is_shared = any(each.name == hook.name for each in self.hooks.of(room) if each is not hook)
        if own is not None and not (own.kept.start or is_shared):
            puts += self._incoming.remove(own)
        return puts

    def give_up(self, hook: Hook) -> None:
        """End a hook that took nothing for too long, and log that in its room."""
        room = self._rooms.get(hook.room)
        with self._store.together():
            if room is not None:
                log_deed(hook.by, room, Deed("deadhook", hook.to.origin))
            self._change(self.removal(hook))

    def _change(self, puts: Sequence[Put]) -> None:
        if puts:
            # In one transaction with the deeds, and with what took the right, if anything did.
            change(self._store, *puts).addErrback(ignore_store_error)
