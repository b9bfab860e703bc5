"""Lines of a session that are said once with a key: saying them, and finding them in the log.

It must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

from chatd.chat.idempotency import IdempotencyKeys, Keep, Request
from chatd.chat.key_ages import Said
from chatd.chat.key_owners import ClientKey
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.errors import Refusal
from chatd.event import Event, Kind
from chatd.rooms.room import Room
from chatd.storage.contract import Conflict, InDoubt, Store, StoreError
from chatd.storage.records import change
from chatd.text.folding import fold
from chatd.util.fair_queue import Asker


class Found(NamedTuple):
    """The lines of a key: their room's name, and their seqs there.

    There are no seqs if they are not known any more.
    """

    room: str
    seqs: Sequence[int]


class Outcome(NamedTuple):
    """The outcome of lines: their seqs once they are on disk and were shown, or a refusal.

    There are no seqs of lines that were said before, so are there ``again``, and are not known any
    more.
    """

    result: Sequence[int] | Refusal
    again: bool = False


class Begun(NamedTuple):
    """Lines that are stored, so ``said``, or are not; and their receipt."""

    receipt: Deferred[Sequence[int] | Refusal]
    said: Said | None

    @property
    def is_told(self) -> bool:
        """True if the receipt says what became of them: a session that has gone gets none."""
        return self.receipt.called or self.said is None


class KeyedLines:
    """Says lines of sessions, once with a key. ``room`` returns a room by its key, or None."""

    def __init__(
        self,
        store: Store,
        keys: IdempotencyKeys,
        room: Callable[[str], Room | None],
        spending: Spending,
    ) -> None:
        self._store = store
        self._keys = keys
        self._room = room
        self._spending = spending

    async def find(
        self,
        session: Session,
        key: ClientKey,
        room: str,
        texts: Sequence[str],
        kind: Kind = Kind.MESSAGE,
    ) -> Found | None:
        """Return the place of the lines that were said with a key in a room, for a session.

        None if there are none. Lines of any room are returned if the name of the room is empty.

        Raises `Refusal` if the key was used otherwise, or if it is not known whether the lines of
        the key were stored, and `StoreError` if it cannot be looked up where they are; they are
        said.
        """
        try:
            said = await self._keys.used(key, Request(kind, texts, room))
        except InDoubt as doubt:
            raise doubt.line_refusal.anew() from None
        return None if said is None else await self._found(session, said, texts, kind)

    async def say(
        self,
        session: Session,
        room: Room,
        texts: Sequence[str],
        key: ClientKey | None = None,
        kind: Kind = Kind.MESSAGE,
    ) -> Outcome:
        """Let a session say some valid lines in a room, unless they were said with that key before.

        The session is not told of a refusal. Raises as `find` does.
        """

        async def begin(keep: Keep) -> Begun:
            say = partial(session.say, *texts, kind=kind, room=room)
            return await self.begin(session, room, say, keep)

        request = Request(kind, texts, room.name)
        pay = partial(self._spending.charge, session)
        try:
            begun = await self._keys.once(key, request, session.number, pay, begin)
        except StoreError as error:
            return Outcome(error.line_refusal)
        if isinstance(begun, Said):
            found = await self._found(session, begun, texts, kind)
            return Outcome(found.seqs, again=True)
        if begun.is_told or begun.said is None:
            return Outcome(await begun.receipt)
        return Outcome(await _seqs_in(room, begun.said, texts, kind, session.identity.asker))

    async def begin(
        self, session: Session, room: Room, say: Callable[..., None], keep: Keep
    ) -> Begun:
        """Let a session say lines in a room, and store the use of their key with them.

        ``say`` is called with the ``receipt``. Raises `Refusal` and `StoreError`.
        """
        receipt: Deferred[Sequence[int] | Refusal] = Deferred()
        said, puts = Said(room.name, session.number, room.head, 0, "", 0), keep(room)
        with self._store.together():
            before = room.end
            say(receipt=receipt.callback)
            if room.end == before:  # it may not speak there
                return Begun(receipt, None)
            stored = change(self._store, *puts)
        try:
            await stored
        except Conflict as overtaken:
            if not session.stream.finished:
                raise
            return Begun(succeed(overtaken.line_refusal), None)
        return Begun(receipt, said._replace(upto=room.head))

    async def _found(self, session: Session, said: Said, texts: Sequence[str], kind: Kind) -> Found:
        room = self._room(fold(said.room))
        if room is None:
            return Found(said.room, ())
        asker = session.identity.asker
        return Found(said.room, await _seqs_in(room, said, texts, kind, asker))


async def _seqs_in(
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
