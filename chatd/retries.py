"""Lines that may be sent again, because whoever sent them does not know whether they arrived.

With them comes a key that their sender made up. That it was used is kept in the transaction that
keeps the lines; so the same key again, also after a crash, is no new line, and is answered with the
places of the old ones. It knows no connection and no command.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chatd.event import Event, Kind
from chatd.records import Put, Table, change, let_be
from chatd.refusals import Refusal
from chatd.room import Room
from chatd.session import Session
from chatd.store import Store
from chatd.texts import ErrorKind

KEPT_SECONDS = 86400
"""How long a key is known."""

KEPT_OF_OWNER = 200
KEPT = 20_000
"""How many keys are known of one owner, and of all, some 600 bytes each. The oldest go."""

FORGOTTEN_AT_ONCE = 20
"""How many that are too old go with one new one, at most."""


class Said(NamedTuple):
    """Lines that were said with a key: by the session of that number, in the room of that name, as
    events with ``after < seq <= upto``. ``digest`` is of their texts, ``time`` in seconds since
    1970."""

    room: str
    session: int
    after: int
    upto: int
    digest: str
    time: int


class Retries:
    """The keys of a store that were used of late. ``now`` gives the time in seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self.table: Table[Said] = Table(store, "retry", Said, lambda key, said: (_owner_of(key),))
        self._store = store
        self._now = now
        self._under_way: dict[str, list[Deferred[bool]]] = {}  # who waits for what is being kept
        # All keys, those used longest ago in front: one that is forgotten goes from here, too.
        self._oldest = OrderedDict.fromkeys(
            sorted(self.table, key=lambda key: self.table[key].time)
        )

    async def say(
        self,
        session: Session,
        room: Room,
        texts: Sequence[str],
        owner: str = "",
        key: str | None = None,
        kind: Kind = Kind.MESSAGE,
    ) -> Sequence[int] | None:
        """Let a session say some valid lines in a room, unless they were said with that key before.

        ``owner`` is whose key it is: others may use the same one. Gives the lines' seqs once they
        are on disk and were shown; none if they were said before and are not known any more; and
        None if they were not said, in which case the session was told why.

        Raises `Refusal` if the key was used with other lines, and `StoreError` if it cannot be
        looked up where those of that key are; they are said.
        """
        if key is None:
            return await self._say(session, room, texts, kind)
        key = f"{owner}/{_digest(key)}"
        while (said := self._known(key)) is not None:
            if (said.room, said.digest) != (room.name, _digest_of(texts, kind)):
                raise Refusal(ErrorKind.WRONG_USE, "other_lines_with_key")
            if key not in self._under_way:
                return await _find(room, said, texts, kind)
            done: Deferred[bool] = Deferred()
            self._under_way[key].append(done)
            await done  # if they could not be kept, they are said now
        return await self._say(session, room, texts, kind, key)

    def were_said_by(self, session: Session, owner: str, key: str) -> bool:
        """Whether it was that session which said the lines of a key; so they were not there before
        it."""
        said = self.table.get(f"{owner}/{_digest(key)}")
        return said is not None and said.session == session.number

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
    ) -> Sequence[int] | None:
        receipt: Deferred[Sequence[int] | None] = Deferred()
        after, before = room.head, room.end
        session.say(*texts, kind=kind, room=room, receipt=receipt.callback)
        if room.end == before:  # it may not speak there, and is told so
            return await receipt
        digest, now = _digest_of(texts, kind), int(self._now())
        said = Said(room.name, session.number, after, room.end, digest, now)
        if not await self._keep(key, said):
            return None
        # One who has gone meanwhile was given no receipt.
        return await receipt if receipt.called else await _find(room, said, texts, kind)

    def _keep(self, key: str | None, said: Said) -> Deferred[bool]:
        """Keep that these lines were said, together with them. Fires with whether that was done, in
        front of all others who wait for it."""
        done: Deferred[bool] = Deferred()
        waiting = [done]
        old: list[str] = []
        puts: list[Put] = []
        if key is not None:
            old = [each for each in (*self._too_many_of(key), *self._take_old()) if each != key]
            for each in old:
                self._oldest.pop(each, None)
            puts = [self.table.put(each, None) for each in dict.fromkeys(old)]
            puts.append(self.table.put(key, said))
            self._oldest[key] = None
            self._oldest.move_to_end(key)
            self._under_way[key] = waiting

        def end(kept: bool | None) -> None:
            if key is not None:
                del self._under_way[key]
                if not kept:
                    self._know_again(key, *reversed(old))
            for each in waiting:
                each.callback(bool(kept))

        # Whoever ceases to wait takes nothing back by that: so nobody waits for the change itself.
        change(self._store, *puts).addCallbacks(lambda _: True, let_be).addCallback(end)
        return done

    def _know_again(self, *keys: str) -> None:
        """These were put in and forgotten, and that could not be kept."""
        for key in keys:
            if key not in self.table:
                self._oldest.pop(key, None)
            elif key not in self._oldest:
                self._oldest[key] = None
                self._oldest.move_to_end(key, last=False)

    def _too_many_of(self, new: str) -> list[str]:
        """What its owner has too many of, with a new key."""
        keys = self.table.group(_owner_of(new))
        if len(keys) < KEPT_OF_OWNER or new in keys:
            return []
        return [min(keys, key=lambda key: self.table[key].time)]

    def _take_old(self) -> list[str]:
        """The oldest of all, if they are too old, or too many with a new one."""
        taken: list[str] = []
        for key in islice(self._oldest, FORGOTTEN_AT_ONCE):
            said = self.table.get(key)
            if said is not None and not self._is_old(said) and len(self.table) - len(taken) < KEPT:
                break
            taken.append(key)
        return taken


async def _find(room: Room, said: Said, texts: Sequence[str], kind: Kind) -> Sequence[int]:
    """The seqs of lines that were said; none if they are there no more."""
    lines: list[Event] = []
    after = said.after
    while after < said.upto and (events := await room.read(after, said.upto)):
        lines += [each for each in events if (each.session, each.kind) == (said.session, kind)]
        after = events[-1].seq
    count = len(texts)
    # Of several that say the same, those behind were said later.
    for start in reversed(range(len(lines))):
        found = lines[start : start + count]
        if [event.text for event in found] == list(texts):
            return [event.seq for event in found]
    return []


def _owner_of(key: str) -> str:
    return key.rpartition("/")[0]


def _digest_of(texts: Sequence[str], kind: Kind) -> str:
    return _digest(json.dumps([kind.value, *texts]))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
