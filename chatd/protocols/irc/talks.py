"""Talks with one person: private lines, put together from two inboxes.

The inbox of the client's account has what came to it, and that of the other account what it said
to that. A guest has no inbox: what the account said to one is known as far as this client said it
lately. Who had the name of an account before it was registered is taken for another person. Guests
have no past of talks. This module must not know how a client names a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Event
from chatd.formats.irc import HISTORY
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_spoken import Spoken
from chatd.protocols.irc.conversation import Conversation
from chatd.protocols.irc.past import begin_batch, end_batch
from chatd.rooms.paging import EVENTS_LOOKED_AT, EVENTS_READ
from chatd.rooms.room import Room
from chatd.text.folding import fold
from chatd.text.messages import size_of

TALK_BYTES = 48 * 1024
"""Most bytes of text of the private lines in one answer, which are held in memory."""

_LINES_A_SLICE = 20

_Order = tuple[int, str, int]
"""The place of a line among those of both inboxes: its time, its log, its seq."""


class Place(NamedTuple):
    """A place in the past: a line by its seq in a log, or a time; the beginning if it has none."""

    time: int | None = None
    log: str = ""
    seq: int = 0


class _Inbox(NamedTuple):
    """The log of one side, and whether a line in it belongs to the talk."""

    log: Room
    has: Callable[[Event], bool]


async def send_talk(
    conversation: Conversation,
    target: str,
    subcommand: str,
    places: Sequence[Place],
    limit: int,
) -> None:
    """Send a part of the talk with a person. Raises `Refusal` and `StoreError`."""
    server, session = conversation.server, conversation.session
    other, own_key = server.accounts.called(target), session.account
    name = server.sessions.name_of(target) if other is None else other.name
    if other is None and not server.sessions.reachable(target):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=short(target))
    events: list[Event] = []
    if own_key is not None:
        inboxes, sent = _sides(conversation, own_key, target)
        events = await _Talk(conversation, inboxes, sent).find(subcommand, places, limit)
        if session.account != own_key:
            raise Refusal(ErrorKind.NOT_REGISTERED, "nothing_counted")
    batched = "batch" in conversation.client.capabilities
    if batched:
        begin_batch(conversation, "chathistory", echoed(target))
    if events:
        shared = conversation.own_format.shared.of_history(HISTORY if batched else "")
        conversation.in_slices(_slices(shared.spoken, events, fold(session.name), name))
    if batched:
        end_batch(conversation)


def _sides(
    conversation: Conversation, own: str, target: str
) -> tuple[Sequence[_Inbox], Sequence[Event]]:
    """Return the inboxes with the talk of an account, given its key, and the lines in none."""
    accounts, inbox_of = conversation.server.accounts, conversation.server.unread.inboxes.of
    other = fold(target)
    if accounts.called(target) is None:
        of_guest = _Inbox(inbox_of(own), lambda event: fold(event.author) == other)
        return [of_guest], conversation.client.sent.to(other, own)
    authors = {own: other, other: own}  # one of who talks to themselves
    return [_Inbox(inbox_of(key), partial(accounts.wrote, by)) for key, by in authors.items()], ()


async def latest(conversation: Conversation) -> dict[str, int]:
    """Return the people with whom an account has talked lately, and when. Raises `StoreError`."""
    server, session = conversation.server, conversation.session
    times = dict(conversation.client.written)
    if session.account is not None:
        log = server.unread.inboxes.of(session.account)
        after = max(0, log.head - EVENTS_LOOKED_AT)
        while after < log.head:
            events = await log.read(after, log.head, session.identity.asker)
            session.stream.meter.read(len(events))
            for event in events:
                times[event.author] = max(event.time, times.get(event.author, 0))
            after = events[-1].seq if events else log.head
    return times


class _Talk:
    """The lines of a talk, in the order of their times."""

    def __init__(
        self, conversation: Conversation, inboxes: Sequence[_Inbox], sent: Sequence[Event]
    ) -> None:
        self._inboxes = inboxes
        self._sent = sent
        self._asker = conversation.session.identity.asker
        self._meter = conversation.session.stream.meter

    async def find(self, subcommand: str, places: Sequence[Place], limit: int) -> list[Event]:
        """Return the lines that are asked for, at most *limit*. Raises `StoreError`."""
        orders = [await self._order(place) for place in places]
        one, other = orders[0], orders[-1]
        if subcommand == "LATEST":
            return await self._last(one, _END, limit)
        if subcommand == "BEFORE":
            return await self._last(_START, one, limit)
        if subcommand == "AFTER":
            return await self._first(one, _END, limit)
        if subcommand == "AROUND":
            before = await self._last(_START, one, limit // 2) if limit > 1 else []
            return before + await self._first(_just_before(one), _END, limit - len(before))
        if one <= other:
            return await self._first(one, other, limit)
        return await self._last(other, one, limit)

    async def _order(self, place: Place) -> _Order:
        if place.time is not None:
            return place.time, "", 0
        for inbox in self._inboxes:
            if place.seq and inbox.log.key == place.log:
                events = await self._between(inbox, place.seq - 1, place.seq)
                if events:
                    return _order_of(events[0])
        return _START

    async def _last(self, after: _Order, before: _Order, limit: int) -> list[Event]:
        found = list(self._sent)
        for inbox in self._inboxes:
            bottom, top = await self._seqs(inbox.log, after, before)
            some: list[Event] = []
            start = top
            while start > bottom and len(some) < limit and top - start < EVENTS_LOOKED_AT:
                end, start = start, max(bottom, start - EVENTS_READ)
                some = await self._between(inbox, start, end) + some
            found += some
        found = _in_order(found, after, before)[-limit:]
        return _fitting(found[::-1])[::-1]

    async def _first(self, after: _Order, before: _Order, limit: int) -> list[Event]:
        found = list(self._sent)
        for inbox in self._inboxes:
            at, top = await self._seqs(inbox.log, after, before)
            bottom, some = at, 0
            while at < top and some < limit and at - bottom < EVENTS_LOOKED_AT:
                start, at = at, min(top, at + EVENTS_READ)
                more = await self._between(inbox, start, at)
                found += more
                some += len(more)
        return _fitting(_in_order(found, after, before)[:limit])

    async def _seqs(self, log: Room, after: _Order, before: _Order) -> tuple[int, int]:
        """Return a stretch of a log with all lines of some time."""
        bottom = await log.seq_before(after[0], self._asker) if after is not _START else 0
        top = log.head
        if before is not _END:
            top = await log.seq_before(before[0] + 1, self._asker)
        return bottom, top

    async def _between(self, inbox: _Inbox, after: int, upto: int) -> list[Event]:
        found: list[Event] = []
        while after < upto:
            events = await inbox.log.read(after, upto, self._asker)
            self._meter.read(len(events))
            found += [event for event in events if inbox.has(event)]
            after = events[-1].seq if events else upto
        return found


_START: _Order = (-1, "", 0)
_END: _Order = (2**63, "", 0)


def _order_of(event: Event) -> _Order:
    return event.time, fold(event.room), event.seq


def _just_before(order: _Order) -> _Order:
    """Return the place before a line, or before all lines of a time."""
    time, log, seq = order
    return (time, log, seq - 1) if log else (time - 1, "", 0)


def _in_order(events: Sequence[Event], after: _Order, before: _Order) -> list[Event]:
    """Return the events between two places, in order."""
    lines = sorted(events, key=_order_of)
    if not after[1]:  # all lines of a time are at it
        after = (after[0], "\U0010ffff", 0)
    return [event for event in lines if after < _order_of(event) < before]


def _fitting(events: Sequence[Event]) -> list[Event]:
    """Return the first ones of some events, of `TALK_BYTES` at most."""
    size = 0
    for number, event in enumerate(events):
        size += size_of(event.text)
        if size > TALK_BYTES and number:
            return list(events[:number])
    return list(events)


def _slices(spoken: Spoken, events: Sequence[Event], own: str, other: str) -> Iterator[bytes]:
    """Yield the lines of a talk: those of the client are to the other person, others to it.

    Those that are in no log have no id.
    """
    without_id = spoken._replace(capabilities=spoken.capabilities - {"message-tags"})
    for start in range(0, len(events), _LINES_A_SLICE):
        some = events[start : start + _LINES_A_SLICE]
        yield b"".join(
            (spoken if event.room else without_id).render(
                [event], other if fold(event.author) == own else own
            )
            for event in some
        )
