"""Idempotency keys: a client that does not know what became of a request may send it again.

Theory of operation. With a request comes a key that its client made up. The use of the key is
stored in the transaction that stores what the request changes. So the same key again, also after a
crash, changes nothing, and is answered by what was stored before, even if its owner has lost the
right to it. While a request is carried out, another one with its key waits for it.

A key is unique in the space of its `KeyOwner`, and counts in a share of the table. When the table
is full, the oldest key of the largest share goes: so a share that has no more than its part of the
table (`KEPT`, divided by how many shares there are) loses none to others. An account is a share of
its own; those who can make up owners as they like, browsers and guests, have one for each network.

It must not know connections or commands, nor what a request does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.chat.key_ages import KeyAges, Said, space_of
from chatd.chat.key_owners import ClientKey, account_owner, digest_of
from chatd.errors import ErrorKind, Refusal
from chatd.event import Kind, Seqs
from chatd.rooms.room import Room
from chatd.storage.contract import Conflict, InDoubt, Store
from chatd.storage.records import Put, Table, change, ignore_store_error
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, validate_room_name
from chatd.util.budget_table import Kind as Budgeted

KEPT_SECONDS = 86400
"""Seconds for which a key is known."""

KEPT_OF_OWNER = 200
KEPT = 20_000
"""Most keys that are known of one owner, and of all; each takes some 900 bytes."""

KEY_BYTES = 960
"""Most bytes of a key on disk: two hashes, the name of a room in JSON, and the names of an
owner, each of 32 letters of four bytes; and its numbers, which grow."""

FORGOTTEN_AT_ONCE = 20
"""Most expired keys that are removed with one new one."""

T = TypeVar("T")

Pay = Callable[..., None]
"""A function that counts amounts of some kinds in the budgets of a client, or raises `Refusal`: see
`chatd.chat.spending`."""


class Request(NamedTuple):
    """A request that has a key: the ``kind`` of event that it is about, and its ``parts``.

    It is about the room of that name, as the client wrote it, or about any if that is "".
    """

    kind: Kind
    parts: Sequence[str | int | bool | None]
    room: str = ""

    @property
    def digest(self) -> str:
        """A digest that is another one for another request, but for the room."""
        return digest_of(json.dumps([self.kind.value, *self.parts]))


class Keep(Protocol):
    """Returns the changes that store the use of a key, for the transaction of its request.

    The place of the key is that of the lines that are stored with them, in a room, or ``at`` a line
    that is there; or none. To be called right before, and raises `Refusal`.
    """

    def __call__(self, room: Room | None = None, at: int | None = None) -> Sequence[Put]: ...


def keep_nothing(room: Room | None = None, at: int | None = None) -> Sequence[Put]:
    """Return no changes, for a request without a key: see `Keep`."""
    return ()


class _UnderWay:
    """A request that is being carried out, and the ones with its key that wait for it."""

    def __init__(self, request: Request) -> None:
        self.room, self.digest = request.room, request.digest
        self.waiting: list[
            Deferred[bool]
        ] = []  # fire with True if it is not known if it was stored


class IdempotencyKeys:
    """The keys of a store that were used recently. ``now`` gives the time in seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._ages = KeyAges()
        self.table: Table[Said] = Table(store, "retry", Said, self._ages)
        self._store = store
        self._now = now
        self._under_way: dict[str, _UnderWay] = {}
        for key, said in sorted(self.table.items(), key=lambda each: each[1].time):
            self._ages.leave(key, said)
            self._ages.enter(key, said)

    def knows(self, key: ClientKey) -> bool:
        """Return True if a key was used, or is being used."""
        return key.stored in self._under_way or self._known(key.stored) is not None

    async def used(self, key: ClientKey, request: Request) -> Said | None:
        """Return the use of a key by a request; None if there is none.

        Raises `Refusal` if the key was used for another request, and `InDoubt` if it is not known
        whether that of the key was stored.
        """
        stored = key.stored
        while (before := self._under_way.get(stored) or self._known(stored)) is not None:
            if before.digest != request.digest or not _is_called(before.room, request.room):
                raise Refusal(ErrorKind.WRONG_USE, "other_lines_with_key")
            if isinstance(before, Said):
                return before
            in_doubt: Deferred[bool] = Deferred()
            before.waiting.append(in_doubt)
            if await in_doubt:
                raise InDoubt
        return None

    async def once(
        self,
        key: ClientKey | None,
        request: Request,
        session: int,
        pay: Pay,
        do: Callable[[Keep], Coroutine[Deferred[Any], Any, T]],
    ) -> T | Said:
        """Carry out a request of a session, given its number, once with a key.

        Returns what ``do`` returns, or the use of the key if that was used before. Raises as `used`
        and ``do`` do.
        """
        if key is None:
            return await do(keep_nothing)
        while (said := await self.used(key, request)) is None:
            try:
                return await self._carry_out(
                    key, request, do(partial(self._keep, key, request, session, pay))
                )
            except Conflict:
                # The key was used on another node, or here and the store has not said so until now.
                # If it was not, something else was changed: then that is done with the change.
                continue
        return said

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that forget all keys of an account, given its key."""
        share = account_owner(account).share
        return [self.table.put(key, None) for key in self._ages.shares.get(share, ())]

    async def _carry_out(
        self, key: ClientKey, request: Request, work: Coroutine[Deferred[Any], Any, T]
    ) -> T:
        """Do some work, for whose end all others with the key wait.

        A cancelled wait must not cancel the work, which the store may have begun.
        """
        under_way = self._under_way[key.stored] = _UnderWay(request)
        outcome: Deferred[T] = Deferred()

        def end(result: T | Failure) -> None:
            del self._under_way[key.stored]
            outcome.callback(result)
            in_doubt = isinstance(result, Failure) and bool(result.check(InDoubt))
            for each in under_way.waiting:
                each.callback(in_doubt)

        Deferred.fromCoroutine(work).addBoth(end)
        return await outcome

    def _known(self, key: str) -> Said | None:
        said = self.table.get(key)
        return None if said is None or self._is_old(said) else said

    def _is_old(self, said: Said) -> bool:
        return said.time + KEPT_SECONDS <= self._now()

    def _keep(
        self,
        key: ClientKey,
        request: Request,
        session: int,
        pay: Pay,
        room: Room | None = None,
        at: int | None = None,
    ) -> Sequence[Put]:
        """Return the changes that store the use of a key: see `Keep`."""
        pay((Budgeted.KEYS, 1), (Budgeted.BYTES, KEY_BYTES))
        share = key.owner.share
        self._make_place(key.stored, share)
        time = max(int(self._now()), self._ages.newest)  # the clock may have been set back
        said = Said("", session, 0, 0, request.digest, time, share)
        if room is None:
            return [self.table.put(key.stored, said)]
        if at is not None:
            said = said._replace(room=room.name, after=at - 1, upto=at)
            return [self.table.put(key.stored, said)]
        said = said._replace(room=room.name, after=room.head, upto=room.head)
        return [self.table.put(key.stored, said, Seqs("after", "upto"))]

    def _make_place(self, new: str, share: str) -> None:
        """Remove the keys that a new key displaces.

        That is a change of its own: if another node has removed one of them, the request is done.
        """
        gone = self._in_the_way(new, share)
        if gone:
            puts = [self.table.put(key, None) for key in gone]
            change(self._store, *puts).addErrback(ignore_store_error)

    def _in_the_way(self, new: str, share: str) -> list[str]:
        """Return the keys that a new key displaces.

        They are expired ones, those above the owner's limit, and those above the limit of all.

        A new key that is in the table expired; what else goes then expired before it.
        """
        oldest = islice(self._ages.all, FORGOTTEN_AT_ONCE)
        gone = [key for key in oldest if self._is_old(self.table[key])]
        own = self._ages.owners.get(space_of(new), ())
        if len(own) >= KEPT_OF_OWNER:
            gone.append(next(iter(own)))
        if len(self.table) - len(gone) >= KEPT:
            gone.append(self._ages.oldest_of_the_largest(share))
        return gone


def _is_called(room: str, wanted: str) -> bool:
    """Return True if a name, as a client or a log has it, is that of a room, or any is."""
    return not wanted or _folded(room) == _folded(wanted)


def _folded(room: str) -> str:
    try:
        return fold(validate_room_name(room))
    except InvalidName:
        return room
