"""The registry of incoming hooks: the tokens by which tools post to rooms, and the names of these.

A hook acts for the account that made it, or for the operator. Its name belongs to that owner, in
each room where the owner has it, until the last hook of the name is removed. Only the hash of a
token is stored, as in `chatd.accounts.credentials`. Uses are counted in memory, and stored every
few seconds: each node adds those that it saw. This module must not know a session or rights.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from twisted.internet.defer import Deferred, DeferredList
from twisted.python.failure import Failure

from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import Store, StoreError
from chatd.storage.records import Groups, Put, Table, change
from chatd.text.folding import fold
from chatd.text.validation import looks
from chatd.util.budget_table import Kind
from chatd.util.budgets import Budgets, Owner, owner_of

IN_A_ROOM = 10
"""Most incoming hooks of a room. How many an owner may have, and all together, is a budget."""

TOKEN_BYTES = 16
"""Random bytes of a token. It has 26 letters and digits then, as those of Mattermost, because some
senders take no other form."""

START = 4
"""Characters of a token that people are shown, to tell one from another: 108 bits stay secret."""


class IncomingRecord(NamedTuple):
    """A stored incoming hook.

    ``name`` is as its maker wrote it, ``token`` the SHA-256 of its token, and ``start`` the first
    characters of that. ``by`` is the name of the maker, ``added`` the time (seconds since 1970),
    ``account`` the key of the maker's account, "" for the operator, and ``network`` the one from
    which it was made.
    """

    name: str
    token: str
    start: str
    by: str
    added: int
    account: str = ""
    network: str = ""


class HookUse(NamedTuple):
    """The uses of an incoming hook: the number of posts that were said, and the last one.

    ``refusal`` is the word of the last post that was refused, "" for none. Times are in seconds
    since 1970, 0 for never.
    """

    posts: int = 0
    last: int = 0
    refusal: str = ""
    refused: int = 0

    def plus(self, later: HookUse) -> HookUse:
        """Return these uses and some later ones."""
        refused = later if later.refusal else self
        last = max(self.last, later.last)
        return HookUse(self.posts + later.posts, last, refused.refusal, refused.refused)


UNUSED = HookUse()


class IncomingHook(NamedTuple):
    """An incoming hook of a room, given the room's key."""

    room: str
    kept: IncomingRecord

    @property
    def key(self) -> str:
        """The key of its stored record."""
        return _key(self.room, self.kept.name)

    @property
    def owner(self) -> Owner:
        """The owner in whose budgets it and its lines count, as when it was made."""
        return owner_of(self.kept.account, self.kept.network)


class IncomingRules(NamedTuple):
    """The operator's rules: the address of this server for tools, "" if it takes no HTTP.

    With ``plaintext``, posts that others may read on the way are taken for every room.
    """

    address: str = ""
    plaintext: bool = False


def new_hook(
    name: str, by: str, account: str, network: str, now: int
) -> tuple[str, IncomingRecord]:
    """Return a new token, and the record of a hook that has it."""
    token = b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()
    record = IncomingRecord(name, _hash(token), token[:START], by, now, account, network)
    return token, record


class IncomingHooks:
    """All incoming hooks of a store. Raises `Damaged` if a stored one is not valid.

    ``outcomes`` counts the posts by the word that answered them. ``waiting`` is the number of lines
    that the store has not answered.
    """

    def __init__(self, store: Store, budgets: Budgets) -> None:
        self.rules = IncomingRules()
        self.outcomes: Counter[str] = Counter()
        self.waiting = 0
        self._store = store
        self._budgets = budgets
        self._by_token: dict[str, IncomingHook] = {}
        self._rooms: dict[str, dict[str, IncomingHook]] = {}
        self._pending: dict[str, HookUse] = {}  # uses that are not stored yet, by key
        self._looks: Groups[IncomingRecord] = Groups(lambda key, kept: looks(kept.name))
        self._uses: Table[HookUse] = Table(store, "hook_use", HookUse)
        self._table: Table[IncomingRecord] = Table(
            store, "incoming_hook", IncomingRecord, self._looks, self, rights=True
        )

    def use_rules(self, rules: IncomingRules) -> None:
        """Follow the rules of the operator from now on."""
        self.rules = rules

    def allow_plaintext(self, allowed: bool) -> None:
        """Take posts that others may read on the way for every room, or no more, from now on."""
        self.rules = self.rules._replace(plaintext=allowed)

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[IncomingHook]:
        return (hook for hooks in self._rooms.values() for hook in hooks.values())

    def of(self, room: Room) -> Sequence[IncomingHook]:
        """Return the hooks of a room, in the order of their names."""
        hooks = self._rooms.get(room.key, {})
        return [hooks[name] for name in sorted(hooks)]

    def called(self, room: Room, name: str) -> IncomingHook | None:
        """Return the hook of a room of that name; None if there is none."""
        return self._rooms.get(room.key, {}).get(fold(name))

    def with_token(self, token: str) -> IncomingHook | None:
        """Return the hook that has a token; None if there is none."""
        return self._by_token.get(_hash(token))

    def posts_as(self, room: str, name: str) -> bool:
        """Return True if a room, by its key, has a hook of that name, which wrote its lines."""
        return fold(name) in self._rooms.get(room, ())

    def check_person(self, name: str) -> None:
        """Raise `Refusal` if no person may have a name: that of a hook, or one that looks so."""
        for look in sorted(looks(name)):
            for key in self._looks[look]:
                other = self._table[key].name
                word = "hook_has_name" if fold(other) == fold(name) else "looks_like_name"
                raise Refusal(ErrorKind.NAME_IN_USE, word, name=name, other=other)

    def check_new(self, room: Room, name: str, account: str) -> None:
        """Raise `Refusal` if an account, by its key, cannot have one more hook of a name in a room.

        The account is "" for the operator. How many it may have, the caller checks in the budgets.
        """
        if self.called(room, name) is not None:
            raise Refusal(ErrorKind.NAME_IN_USE, "hook_is_here", name=name, room=room.name)
        for look in sorted(looks(name)):
            for key in self._looks[look]:
                other = self._table[key]
                if fold(other.name) != fold(name):
                    values = {"name": name, "other": other.name}
                    raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_name", **values)
                if other.account != account:
                    raise Refusal(ErrorKind.NAME_IN_USE, "hook_has_name", name=name)
        if len(self._rooms.get(room.key, ())) >= IN_A_ROOM:
            values = {"room": room.name, "limit": str(IN_A_ROOM)}
            raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_hooks_here", **values)

    def add(self, room: Room, new: IncomingRecord) -> Put:
        """Return the change that adds a hook to a room."""
        return self._table.put(_key(room.key, new.name), new)

    def remove(self, hook: IncomingHook) -> list[Put]:
        """Return the changes that remove a hook, and what is stored of its uses."""
        uses = [self._uses.put(hook.key, None)] if hook.key in self._uses else []
        return [self._table.put(hook.key, None), *uses]

    # As an index of its table: see `chatd.storage.records.Index`.

    def enter(self, key: str, value: IncomingRecord) -> None:
        """Add a hook that was stored."""
        room = key.rpartition("/")[0]
        hook = IncomingHook(room, value)
        self._rooms.setdefault(room, {})[fold(value.name)] = hook
        self._by_token[value.token] = hook
        self._budgets.count(hook.owner, (Kind.HOOKS, 1))

    def leave(self, key: str, value: IncomingRecord) -> None:
        """Remove a hook; another one may be added in its place."""
        room = key.rpartition("/")[0]
        hook = self._rooms[room].pop(fold(value.name))
        if not self._rooms[room]:
            del self._rooms[room]
        del self._by_token[value.token]
        self._pending.pop(key, None)
        self._budgets.count(hook.owner, (Kind.HOOKS, -1))

    # Uses

    def use_of(self, hook: IncomingHook) -> HookUse:
        """Return the uses of a hook, as far as this node knows."""
        return self._uses.get(hook.key, UNUSED).plus(self._pending.get(hook.key, UNUSED))

    def count_use(self, hook: IncomingHook, use: HookUse) -> None:
        """Count a use of a hook. `keep` stores it."""
        if hook.key in self._table:  # else it was removed meanwhile
            self._pending[hook.key] = self._pending.get(hook.key, UNUSED).plus(use)

    def keep(self) -> Deferred[None]:
        """Store the uses that were counted. Fires once that is done, or has failed.

        Those that cannot be stored, because another node has stored some, are stored the next time.
        """
        pending, self._pending = self._pending, {}
        kept = []
        for key, use in pending.items():
            put = self._uses.put(key, self._uses.get(key, UNUSED).plus(use))
            kept.append(change(self._store, put).addErrback(self._not_kept, key, use))
        return DeferredList(kept).addCallback(lambda _: None)

    def _not_kept(self, failure: Failure, key: str, use: HookUse) -> None:
        failure.trap(StoreError)
        if key in self._table:
            self._pending[key] = use.plus(self._pending.get(key, UNUSED))


def _key(room: str, name: str) -> str:
    return f"{room}/{fold(name)}"


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
