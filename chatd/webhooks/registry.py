"""The registry of hooks: URLs to which the lines of a room are posted, and their progress.

A hook is a cursor into its room's log: the seq up to which its lines were delivered is stored. So
no line waits in memory for it, and none is lost. A hook acts for the account that added it, and
delivers only while that account may have it (`Hooks.allowed`), and once its target has proved that
it wants it. This module must not know a network or rights: the deliveries call
`Hooks.deliver_with`, and the owner of roles `Hooks.check_with`.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Put, Table, change, ignore_store_error
from chatd.text.folding import fold
from chatd.util.budget_table import Kind
from chatd.util.budgets import Budgets, owner_of
from chatd.util.fair_queue import Asker
from chatd.webhooks.targets import Target
from chatd.webhooks.urls import Destination, InvalidUrl, Network, destination_of

IN_A_ROOM = 5
"""Most hooks of a room. How many an owner may have, and all together, is a budget."""


class HookRecord(NamedTuple):
    """A stored hook.

    ``secret`` is its signing key, ``by`` the name that added it, ``added`` the time of that
    (seconds since 1970), ``seq`` the seq up to which its lines were delivered, and ``account`` the
    key of the account that added it, or "" if an earlier version stored only the name.

    ``network`` is the network from which it was added, "" if that is not known: hooks have turns by
    it. ``proven`` is true if the target answered a challenge, which earlier versions did not send.
    ``failed_for`` is the number of seconds for which it has failed since a line was delivered.
    ``name`` is that of the incoming hook of the room as which the answers of the target are said,
    "" if they are not.
    """

    url: str
    secret: str
    by: str
    added: int
    seq: int
    account: str = ""
    network: str = ""
    proven: bool = False
    failed_for: int = 0
    name: str = ""


def new_record(to: Destination, by: str, network: str, now: int) -> HookRecord:
    """Return the record of a new hook of the account named ``by``, with a secret of its own."""
    secret = secrets.token_urlsafe(32)
    return HookRecord(to.url, secret, by, now, 0, fold(by), network)


class Hook(Target):
    """A hook in memory, where ``seq``, ``proven`` and ``failed_for`` are ahead of the stored ones.

    ``owner`` says in which budgets it counts.
    """

    __slots__ = (
        *("account", "added", "by", "name", "number"),
        *("owner", "proven", "room", "secret", "seq"),
    )

    def __init__(self, room: str, number: int, kept: HookRecord) -> None:
        asker = Asker(kept.network, kept.account or fold(kept.by))
        super().__init__(destination_of(kept.url), asker, kept.failed_for)
        self.room = room  # its key
        self.number = number
        self.secret = kept.secret
        self.by = kept.by
        self.name = kept.name
        self.account = kept.account
        # As it was when the hook was added: so it counts where it was checked.
        self.owner = owner_of(kept.account or fold(kept.by), kept.network)
        self.added = kept.added
        self.seq = kept.seq
        self.proven = kept.proven

    @property
    def key(self) -> str:
        """The key of its stored record."""
        return _key(self.room, self.number)

    def delivered(self, seq: int) -> None:
        """Note that all lines up to a seq were delivered, or are not to be."""
        self.seq = seq

    def follow(self, kept: HookRecord) -> None:
        """Have the progress that another node has stored."""
        self.seq, self.proven, self.failed_for = kept.seq, kept.proven, kept.failed_for

    def updated(self, kept: HookRecord) -> HookRecord:
        """Return its stored record with the progress that is in memory."""
        return kept._replace(seq=self.seq, proven=self.proven, failed_for=int(self.failed_for))


class Rules(NamedTuple):
    """The operator's rules: the networks allowed beside public addresses; if https is possible."""

    allowed: tuple[Network, ...] = ()
    tls: bool = False


class Hooks:
    """All hooks. Raises `Damaged` if a stored one is not valid.

    ``rules`` is set by the owner of the operator's options. ``wake`` is called when there may be
    lines to deliver to a hook, ``gone`` when a hook was removed. ``challenge`` raises
    `NotDelivered` unless the target of a new hook wants it. ``allowed`` returns True if the account
    that added a hook may have it now, and ``give_up`` ends a hook that failed for too long.
    ``delivered_here`` is true once this node delivers to them. Before, their progress is as another
    node has stored it.
    """

    def __init__(self, store: Store, budgets: Budgets) -> None:
        self.rules = Rules()
        self.wake: Callable[[Hook], None] = _ignore
        self.gone: Callable[[Hook], None] = _ignore
        self.challenge: Callable[[HookRecord], Awaitable[None]] = _want
        self.allowed: Callable[[Hook], bool] = _allow
        self.give_up: Callable[[Hook], None] = _ignore
        self.delivered_here = False
        self._store = store
        self._budgets = budgets
        self._table: Table[HookRecord] = Table(store, "hook", HookRecord)
        self._rooms: dict[str, dict[int, Hook]] = {}
        try:
            for key in self._table:
                self._look_at(key)
        except (ValueError, InvalidUrl):
            raise Damaged from None
        self._table.watch(self._changed)

    def use_rules(self, rules: Rules) -> None:
        """Follow the rules of the operator from now on."""
        self.rules = rules

    def deliver_with(
        self,
        wake: Callable[[Hook], None],
        gone: Callable[[Hook], None],
        challenge: Callable[[HookRecord], Awaitable[None]],
    ) -> None:
        """Deliver, and challenge new targets, with these functions from now on: see `Hooks`."""
        self.wake, self.gone, self.challenge = wake, gone, challenge

    def begin(self) -> None:
        """Deliver here from now on. Before, another node may have done so."""
        self.delivered_here = True
        for hook in self:
            self.wake(hook)

    def end(self) -> None:
        """Deliver here no more: another node does, and its progress counts."""
        self.delivered_here = False
        for hook in self:
            hook.follow(self._table[hook.key])

    def check_with(self, allowed: Callable[[Hook], bool]) -> None:
        """Decide with this function from now on if a hook is allowed: see `Hooks`."""
        self.allowed = allowed

    def give_up_with(self, give_up: Callable[[Hook], None]) -> None:
        """End hooks that failed for too long with this function from now on: see `Hooks`."""
        self.give_up = give_up

    def __contains__(self, room: str) -> bool:
        """Return True if a room, by its key, has any hook."""
        return room in self._rooms

    def __iter__(self) -> Iterator[Hook]:
        return (hook for hooks in self._rooms.values() for hook in hooks.values())

    def of(self, room: Room) -> list[Hook]:
        """Return the hooks of a room, in the order of their numbers."""
        hooks = self._rooms.get(room.key, {})
        return [hooks[number] for number in sorted(hooks)]

    def check_count(self, room: Room) -> None:
        """Raise `Refusal` if there are too many hooks for another one in a room.

        How many an owner may have, the caller checks in the budgets.
        """
        if len(self._rooms.get(room.key, {})) >= IN_A_ROOM:
            raise Refusal(
                ErrorKind.NOT_ALLOWED, "too_many_hooks_here", room=room.name, limit=IN_A_ROOM
            )

    def add(self, room: Room, new: HookRecord) -> tuple[int, Put]:
        """Return the number of a new hook, and the change that adds it.

        It delivers what is published from now on. Raises `Refusal` if there are too many hooks.
        """
        self.check_count(room)
        number = max(self._rooms.get(room.key, {}), default=0) + 1
        return number, self._table.put(_key(room.key, number), new._replace(seq=room.head))

    def remove(self, hook: Hook) -> Put:
        """Return the change that removes a hook."""
        return self._table.put(hook.key, None)

    def has_stored(self, hook: Hook, seq: int) -> bool:
        """Return True if the line with a seq is stored as delivered, or is just being stored so."""
        kept = self._table.get(hook.key)
        return kept is not None and kept.secret == hook.secret and kept.seq >= seq

    def progress(self, hook: Hook) -> list[Put]:
        """Return the changes that store the progress of a hook; none if it was removed."""
        kept = self._table.get(hook.key)
        if kept is None or kept.secret != hook.secret:
            return []
        return [self._table.put(hook.key, hook.updated(kept))]

    def _changed(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._look_at(key)

    def _look_at(self, key: str) -> None:
        room, number = _parts(key)
        hooks = self._rooms.setdefault(room, {})
        kept, hook = self._table.get(key), hooks.get(number)
        if hook is not None and (kept is None or kept.secret != hook.secret):
            del hooks[number]
            self._budgets.count(hook.owner, (Kind.HOOKS, -1))
            self.gone(hook)
        if kept is not None and number not in hooks:
            hook = hooks[number] = Hook(room, number, kept)
            self._budgets.count(hook.owner, (Kind.HOOKS, 1))
            self.wake(hook)  # if its removal could not be stored, lines may be waiting
        elif kept is not None and not self.delivered_here:
            hooks[number].follow(kept)
        if not hooks:
            del self._rooms[room]

    def said(self, room: Room) -> None:
        """Wake the hooks of a room, which has some, after lines were published there."""
        for hook in self._rooms[room.key].values():
            self.wake(hook)

    def keep(self) -> Deferred[None]:
        """Store the progress of all hooks. The result fires once that is done, or has failed.

        After a failure, the lines since the stored seqs are delivered again after a restart.
        """
        changes = ((hook.key, hook.updated(self._table[hook.key])) for hook in self)
        puts = [self._table.put(key, new) for key, new in changes if new != self._table[key]]
        return change(self._store, *puts).addErrback(ignore_store_error) if puts else succeed(None)


def _key(room: str, number: int) -> str:
    return f"{room}/{number}"


def _parts(key: str) -> tuple[str, int]:
    room, _, number = key.rpartition("/")
    return room, int(number)


def _ignore(hook: Hook) -> None:
    """Do nothing: the default without deliveries."""


async def _want(new: HookRecord) -> None:
    """Take every target for one that wants a hook: the default without deliveries."""


def _allow(hook: Hook) -> bool:
    """Allow every hook: the default where no rights are checked."""
    return True
