"""Idempotency keys: a client that does not know if its lines arrived may send them again.

Theory of operation. With lines comes a key that their sender made up. The use of the key is stored
in the transaction that stores the lines. So the same key again, also after a crash, says no new
line, and is answered with the seqs of the old ones, even if its owner has lost the right to speak.

A key is unique in the space of its `KeyOwner`, and counts in a share of the table. When the table
is full, the oldest key of the largest share goes: so a share that has no more than its part of the
table (`KEPT`, divided by how many shares there are) loses none to others. An account is a share of
its own; those who can make up owners as they like, browsers and guests, have one for each network.

It must not know connections or commands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from chatd.chat.key_ages import KeyAges, Said, space_of
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event, Kind, Seqs
from chatd.rooms.room import Room
from chatd.storage.contract import Conflict, Store, StoreError
from chatd.storage.records import Put, Table, change, ignore_store_error
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, validate_room_name
from chatd.util.budget_table import Kind as Budgeted
from chatd.util.fair_queue import Asker

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

_OVERTAKEN = Conflict.line_refusal


class KeyOwner(NamedTuple):
    """The owner of a key.

    The key is unique in ``space``, and counts in the ``share`` of the table.
    """

    space: str
    share: str


def account_owner(account: str) -> KeyOwner:
    """Return the owner of the keys of an account, given its key."""
    return KeyOwner(account, account)


def browser_owner(client_id: str, network: str) -> KeyOwner:
    """Return the owner of the keys of a browser with an `Identity.client_id`."""
    return KeyOwner(client_id, f"browsers {network}")


def guest_owner(name: str, network: str) -> KeyOwner:
    """Return the owner of the keys of a guest in a network.

    The name is "" for a guest without one. Guests there with other names, and guests elsewhere with
    this name, are other owners.
    """
    return KeyOwner(f"guest {network} {fold(name)}", f"guests {network}")


def session_owner(number: int, network: str) -> KeyOwner:
    """Return the owner of the keys of a session of which nothing else is known.

    The keys end with the session.
    """
    return KeyOwner(f"session {number}", f"guests {network}")


class Found(NamedTuple):
    """The lines of a key: their room's name, and their seqs there.

    There are no seqs if they are not known any more.
    """

    room: str
    seqs: Sequence[int]


class IdempotencyKeys:
    """The keys of a store that were used recently.

    ``now`` gives the time in seconds since 1970, ``room`` the room of a key
    (`chatd.rooms.room.Room.key`), if there is one.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        room: Callable[[str], Room | None],
        spending: Spending,
    ) -> None:
        self._ages = KeyAges()
        self.table: Table[Said] = Table(store, "retry", Said, self._ages)
        self._store = store
        self._now = now
        self._room = room
        self._spending = spending
        # The keys that are being stored, and the requests that wait for them.
        self._under_way: dict[str, list[Deferred[Refusal | None]]] = {}
        for key, said in sorted(self.table.items(), key=lambda each: each[1].time):
            self._ages.leave(key, said)
            self._ages.enter(key, said)

    def knows(self, owner: KeyOwner, key: str) -> bool:
        """Return True if something was said with a key."""
        return self._known(_key(owner, key)) is not None

    async def find(
        self,
        session: Session,
        owner: KeyOwner,
        key: str,
        room: str,
        texts: Sequence[str],
        kind: Kind = Kind.MESSAGE,
    ) -> Found | None:
        """Return the place of the lines that were said with a key in a room, for a session.

        None if there are none. Lines of any room are returned if the name of the room is empty.

        Raises `Refusal` if the key was used with other lines, or if it is not known whether those
        of the key were stored, and `StoreError` if it cannot be looked up where they are; they are
        said.
        """
        full = _key(owner, key)
        while (said := self._known(full)) is not None:
            in_it = not room or _is_called(said.room, room)
            if not in_it or said.digest != _digest_of(texts, kind):
                raise Refusal(ErrorKind.WRONG_USE, "other_lines_with_key")
            if full not in self._under_way:
                place = self._room(fold(said.room))
                if place is None:
                    return Found(said.room, ())
                asker = session.identity.asker
                return Found(said.room, await _find(place, said, texts, kind, asker))
            done: Deferred[Refusal | None] = Deferred()
            self._under_way[full].append(done)
            why = await done  # if they could not be stored, they are not said
            if why is not None and why.kind is ErrorKind.NOT_KNOWN:
                raise why.anew()
        return None

    async def say(
        self,
        session: Session,
        room: Room,
        texts: Sequence[str],
        owner: KeyOwner,
        key: str | None = None,
        kind: Kind = Kind.MESSAGE,
    ) -> Sequence[int] | Refusal:
        """Let a session say some valid lines in a room, unless they were said with that key before.

        Returns the lines' seqs once they are on disk and were shown; none if they were said before
        and are not known any more; and a refusal, which the session is not told, if they were not
        said, or if that is not known. Raises as `find` does.
        """
        if key is None:
            return await self._say(session, room, texts, kind)
        while (found := await self.find(session, owner, key, room.name, texts, kind)) is None:
            said = await self._say(session, room, texts, kind, _key(owner, key), owner.share)
            if said is not _OVERTAKEN or session.stream.finished:
                return said
            # The key was used on another node, or here and the store has not said so until now.
        return found.seqs

    def were_said_by(self, session: Session, owner: KeyOwner, key: str) -> bool:
        """Return True if a session said the lines of a key, so that they are no earlier one's."""
        said = self.table.get(_key(owner, key))
        return said is not None and said.session == session.number

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that forget all keys of an account, given its key."""
        space = account_owner(account).space
        return [self.table.put(key, None) for key in self._ages.owners.get(space, ())]

    def _known(self, key: str) -> Said | None:
        said = self.table.get(key)
        return None if said is None or self._is_old(said) else said

    def _is_old(self, said: Said) -> bool:
        return said.time + KEPT_SECONDS <= self._now()

    async def _say(
        self,
        session: Session,
        room: Room,
        texts: Sequence[str],
        kind: Kind,
        key: str | None = None,
        share: str = "",
    ) -> Sequence[int] | Refusal:
        if key is not None:
            self._spending.charge(session, (Budgeted.KEYS, 1), (Budgeted.BYTES, KEY_BYTES))
            self._make_place(key, share)
        receipt: Deferred[Sequence[int] | Refusal] = Deferred()
        place = Said(room.name, session.number, room.head, room.head, "", 0, share)
        with self._store.together():
            before = room.end
            session.say(*texts, kind=kind, room=room, receipt=receipt.callback)
            is_said = room.end != before  # else it may not speak there
            kept = self._keep(key, texts, kind, place) if is_said else succeed(None)
        why = await kept
        # A session that has gone meanwhile received no receipt.
        if receipt.called or not is_said:
            return await receipt
        if why is not None:
            return why
        said = place._replace(upto=room.head)
        return await _find(room, said, texts, kind, session.identity.asker)

    def _keep(
        self, key: str | None, texts: Sequence[str], kind: Kind, place: Said
    ) -> Deferred[Refusal | None]:
        """Store the use of a key together with its lines.

        Fires with None once that is done, and with the reason if it fails; before it, nothing else
        that waits for the key goes on.
        """
        done: Deferred[Refusal | None] = Deferred()
        waiting = [done]
        puts: list[Put] = []
        if key is not None:
            time = max(int(self._now()), self._ages.newest)  # the clock may have been set back
            said = place._replace(digest=_digest_of(texts, kind), time=time)
            puts = [self.table.put(key, said, Seqs("after", "upto"))]
            self._under_way[key] = waiting

        def fail(failure: Failure) -> Refusal:
            if not isinstance(failure.value, StoreError):
                failure.raiseException()
            return failure.value.line_refusal

        def end(why: Refusal | None) -> None:
            if key is not None:
                del self._under_way[key]
            for each in waiting:
                each.callback(why)

        # A cancelled wait must not cancel the change, so no request waits for the change itself.
        change(self._store, *puts).addCallbacks(lambda _: None, fail).addCallback(end)
        return done

    def _make_place(self, new: str, share: str) -> None:
        """Remove the keys that a new key displaces.

        That is a change of its own: if another node has removed one of them, the lines are said.
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


async def _find(
    room: Room, said: Said, texts: Sequence[str], kind: Kind, asker: Asker
) -> Sequence[int]:
    """Return the seqs of the lines of a key; none if they are not in the store any more."""
    lines: list[Event] = []
    after = said.after
    while after < said.upto and (events := await room.read(after, said.upto, asker)):
        lines += [each for each in events if (each.session, each.kind) == (said.session, kind)]
        after = events[-1].seq
    wanted = "\n".join(texts).split("\n")  # a message of several lines is several events
    count = len(wanted)
    # Of several with the same texts, the last ones were said last.
    for start in reversed(range(len(lines))):
        found = lines[start : start + count]
        if [event.text for event in found] == wanted:
            return [event.seq for event in found]
    return []


def _is_called(room: str, wanted: str) -> bool:
    try:
        return fold(room) == fold(validate_room_name(wanted))
    except InvalidName:
        return False


def _key(owner: KeyOwner, key: str) -> str:
    return f"{owner.space}/{_digest(key)}"


def _digest_of(texts: Sequence[str], kind: Kind) -> str:
    return _digest(json.dumps([kind.value, *texts]))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
