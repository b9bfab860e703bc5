"""Hooks: URLs to which what is said in a room is sent. Which there are, and how far each one came.

A hook is a cursor into its room's log: what is kept of it is the seq up to which it was delivered.
So nothing waits in memory for it, and nothing is lost. It acts for the account that added it, and
delivers only while that one may have it: `Hooks.allowed` says so. This module knows no network and
no rights: who delivers sets `Hooks.wake` and `Hooks.gone`, who knows roles sets `Hooks.allowed`.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Put, Table, change, let_be
from chatd.text.folding import fold
from chatd.webhooks.urls import Destination, InvalidUrl, Network, destination_of

IN_A_ROOM = 5
IN_ALL = 200
"""How many hooks there may be."""


class DeliveryFailure(enum.Enum):
    """Why something could not be delivered. The sentences ``hook_...`` say it."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no_address"
    NOT_ALLOWED = "not_allowed"
    NO_TLS = "no_tls"
    TLS_FAILED = "tls_failed"
    BROKE = "broke"
    NOT_READABLE = "not_readable"


class NotDelivered(Exception):
    """Something could not be delivered. ``status`` is that of the answer, if there was one."""

    def __init__(self, why: DeliveryFailure, status: int = 0) -> None:
        super().__init__(why.value, status)
        self.why = why
        self.status = status


class HookRecord(NamedTuple):
    """A stored hook: its URL, its signing key, the name that added it and when (seconds since
    1970), the seq up to which it was delivered, and the key of the account that added it, or "" if
    an earlier version stored only the name."""

    url: str
    secret: str
    by: str
    added: int
    seq: int
    account: str = ""


class Hook:
    """A hook as it is in memory, where ``seq`` is ahead of what is kept of it. ``failures`` counts
    what failed since something was delivered, ``error`` is the last of it."""

    __slots__ = (
        "account",
        "added",
        "by",
        "error",
        "failures",
        "number",
        "room",
        "secret",
        "seq",
        "to",
    )

    def __init__(self, room: str, number: int, kept: HookRecord) -> None:
        self.room = room  # its key
        self.number = number
        self.to: Destination = destination_of(kept.url)
        self.secret = kept.secret
        self.by = kept.by
        self.account = kept.account
        self.added = kept.added
        self.seq = kept.seq
        self.failures = 0
        self.error: NotDelivered | None = None

    @property
    def key(self) -> str:
        """Where it is kept."""
        return _key(self.room, self.number)

    def delivered(self, seq: int) -> None:
        """All up to that seq was delivered, or is not for it."""
        self.seq = seq

    def went_well(self) -> None:
        """Something was taken."""
        self.failures = 0
        self.error = None

    def failed(self, error: NotDelivered) -> None:
        """Something was not."""
        self.failures += 1
        self.error = error


class Rules(NamedTuple):
    """Where hooks may lead beside public addresses, and whether there is what https takes."""

    allowed: tuple[Network, ...] = ()
    tls: bool = False


class Hooks:
    """All hooks. ``rules`` is set by who knows what the operator allows; ``wake`` is called when
    there may be something to deliver by a hook, ``gone`` when it is no more; ``allowed`` returns
    whether the account that added a hook may have it now. Raises `Damaged`."""

    def __init__(self, store: Store) -> None:
        self.rules = Rules()
        self.wake: Callable[[Hook], None] = _ignore
        self.gone: Callable[[Hook], None] = _ignore
        self.allowed: Callable[[Hook], bool] = _allow
        self._store = store
        self._table: Table[HookRecord] = Table(store, "hook", HookRecord)
        self._rooms: dict[str, dict[int, Hook]] = {}
        try:
            for key in self._table:
                self._look_at(key)
        except (ValueError, InvalidUrl):
            raise Damaged from None

    def __contains__(self, room: str) -> bool:
        """Whether a room, by its key, has any."""
        return room in self._rooms

    def __iter__(self) -> Iterator[Hook]:
        return (hook for hooks in self._rooms.values() for hook in hooks.values())

    def of(self, room: Room) -> list[Hook]:
        """Those of a room, by their numbers."""
        hooks = self._rooms.get(room.key, {})
        return [hooks[number] for number in sorted(hooks)]

    def add(self, room: Room, to: Destination, by: str, now: int) -> tuple[int, str, Put]:
        """A new hook of the account that is called ``by``: its number, its secret, and what makes
        it be there, for what is published from now on. Raises `Refusal` if there are too many."""
        numbers = self._rooms.get(room.key, {})
        if len(numbers) >= IN_A_ROOM:
            raise Refusal(
                ErrorKind.NOT_ALLOWED, "too_many_hooks_here", room=room.name, limit=IN_A_ROOM
            )
        if len(self._table) >= IN_ALL:
            raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_hooks", limit=IN_ALL)
        number = max(numbers, default=0) + 1
        secret = secrets.token_urlsafe(32)
        kept = HookRecord(to.url, secret, by, now, room.head, fold(by))
        return number, secret, self._table.put(_key(room.key, number), kept)

    def remove(self, hook: Hook) -> Put:
        """What makes a hook be no more."""
        return self._table.put(hook.key, None)

    def changed(self, puts: Iterable[Put]) -> None:
        """Some of what is kept was put in or taken back, perhaps of hooks."""
        for put in puts:
            if put.table is self._table:
                self._look_at(put.key)

    def _look_at(self, key: str) -> None:
        room, number = _parts(key)
        hooks = self._rooms.setdefault(room, {})
        kept, hook = self._table.get(key), hooks.get(number)
        if hook is not None and (kept is None or kept.secret != hook.secret):
            del hooks[number]
            self.gone(hook)
        if kept is not None and number not in hooks:
            hook = hooks[number] = Hook(room, number, kept)
            self.wake(hook)  # if its removal could not be kept, lines may be waiting
        if not hooks:
            del self._rooms[room]

    def said(self, room: Room) -> None:
        """Something was published in a room that has some."""
        for hook in self._rooms[room.key].values():
            self.wake(hook)

    def keep(self) -> Deferred[None]:
        """Keep how far all came. Fires once that is done, or cannot be: then those lines are
        delivered again after a restart."""
        puts = [
            self._table.put(hook.key, self._table[hook.key]._replace(seq=hook.seq))
            for hook in self
            if self._table[hook.key].seq != hook.seq
        ]
        return change(self._store, *puts).addErrback(let_be) if puts else succeed(None)


def _key(room: str, number: int) -> str:
    return f"{room}/{number}"


def _parts(key: str) -> tuple[str, int]:
    room, _, number = key.rpartition("/")
    return room, int(number)


def _ignore(hook: Hook) -> None:
    """Nobody delivers."""


def _allow(hook: Hook) -> bool:
    """Allow every hook: the default where no rights are checked."""
    return True
