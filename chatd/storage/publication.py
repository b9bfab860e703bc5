"""Publication: committed batches, one after the other, to the tables and to the subscriber.

Theory of operation. Batches are published in the order of their numbers: those of this node, once
their commits have ended, and those of other nodes between them. The records of another node are in
the tables before the first entry of its batch is published; those of this node are there already
(`chatd.storage.records`). A batch with much text is published in parts, between which all clients
are read, because each part is rendered in one turn.

A batch of this node of which it is not known whether it was committed (`InDoubt`) is one of others
from then on. This module must not know how a batch is stored, nor when it is committed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, ParamSpec

from chatd.event import Draft, Event, Published, Record
from chatd.storage.batches import Committed
from chatd.storage.contract import StoreError, Subscriber
from chatd.text.work import work_of
from chatd.util.error_log import ErrorLog

P = ParamSpec("P")

PUBLISHED_WORK = 64 * 1024
"""Work (`chatd.text.work`) after which a part of a batch ends: rendering it takes 1.3 ms in each
format at most, and looking for mentions 5 ms (see `chatd.util.meter`)."""


class _Steps(NamedTuple):
    """A batch that is published: its number, and what is done, each in a turn."""

    number: int
    left: Sequence[Callable[[], None]]
    finish: Callable[[], None]


class Publication:
    """Publishes batches to the ``subscriber`` and the ``followers`` of records, by their kinds.

    ``of_rights`` are the functions that withdraw changes, by kind (see `Store.follow`). After them
    ``rights_changed`` is called, so that the store asks again for lines that are not committed yet
    (see `Subscriber.check_again`): then only what is stored decides, and later changes do not.

    ``known`` is the number of the last batch that the tables have followed. ``once_all_were_read``
    makes a call after every client was read once more.
    """

    def __init__(
        self, once_all_were_read: Callable[[Callable[[], None]], None], error_log: ErrorLog
    ) -> None:
        self.subscriber: Subscriber | None = None
        self.followers: dict[str, Callable[[Sequence[Record]], None]] = {}
        self.of_rights: dict[str, Callable[[], None]] = {}
        self.rights_changed: Callable[[], None] = _nobody_waits
        self.known = 0
        self._once_all_were_read = once_all_were_read
        self._error_log = error_log
        self._batches: deque[_Steps] = deque()  # the first one is under way

    @property
    def is_idle(self) -> bool:
        """False while a batch is published in parts."""
        return not self._batches

    def publish(
        self, committed: Committed, finish: Callable[[], None], *, few: bool = False
    ) -> None:
        """Publish a batch of this node, and finish it then. If ``few``, it is in one part."""
        entries = committed.entries
        show = _ignore if self.subscriber is None else self.subscriber.publish
        parts = [entries] if few else _parts_of(entries)
        steps = [partial(self._tell, show, each) for each in parts]
        self._batches.append(_Steps(committed.number, steps, finish))
        if len(self._batches) == 1:
            self._go_on()

    def follow(
        self,
        number: int,
        entries: Sequence[Published],
        records: Sequence[Record],
        finish: Callable[[], None] | None = None,
    ) -> None:
        """Publish a batch of another node, and finish it then."""
        first, *parts = _parts_of(entries)
        begin = partial(self._follow, records, first)
        steps = [partial(self._show_of_others, each, ()) for each in parts]
        self._batches.append(_Steps(number, [begin, *steps], finish or _nobody_waits))
        if len(self._batches) == 1:
            self._go_on()

    def show(self, entries: Sequence[Published]) -> None:
        """Publish entries of this node."""
        if self.subscriber is not None:
            self._tell(self.subscriber.publish, entries)

    def refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        """Tell the subscriber that drafts were not committed."""
        if self.subscriber is not None:
            self._tell(self.subscriber.refuse, drafts, why)

    def forgot(self, room: str, upto: int) -> None:
        """Tell the subscriber that events were deleted."""
        if self.subscriber is not None:
            self._tell(self.subscriber.forgot, room, upto)

    def _go_on(self) -> None:
        """Take the next step of the first batch; after the last one begin the next batch."""
        while self._batches:
            batch = self._batches[0]
            self.known = batch.number
            batch.left[0]()
            if len(batch.left) > 1:
                self._batches[0] = batch._replace(left=batch.left[1:])
                self._once_all_were_read(self._go_on)
                return
            batch.finish()
            self._batches.popleft()

    def _follow(self, records: Sequence[Record], entries: Sequence[Published]) -> None:
        """Have records in the tables, and then show the first part of what was said with them."""
        by_kind: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_kind[record.kind].append(record)
        for kind, some in by_kind.items():
            if kind in self.followers:
                self._tell(self.followers[kind], some)
        rights_change = not self.of_rights.keys().isdisjoint(by_kind)
        if rights_change:
            for withdraw in self.of_rights.values():
                self._tell(withdraw)
        self._show_of_others(entries, records)
        if rights_change:
            self._tell(self.rights_changed)

    def _show_of_others(self, entries: Sequence[Published], records: Sequence[Record]) -> None:
        if self.subscriber is not None:
            self._tell(self.subscriber.follow, entries, records)

    def _tell(self, tell: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            tell(*args, **kwargs)
        except Exception:
            self._error_log.tell("a subscriber of the store failed")


def _ignore(entries: Sequence[Published]) -> None:
    """Drop entries without a subscriber."""


def _nobody_waits() -> None:
    """Do nothing: nothing of this node waits for a batch of another one."""


def _parts_of(entries: Sequence[Published]) -> list[Sequence[Published]]:
    """Return the parts in which entries are published, of about `PUBLISHED_WORK`.

    Lines that one session said in a room one after the other stay together, because a receipt may
    be for several.
    """
    texts = [entry.text for entry in entries if isinstance(entry, Event)]
    if work_of("".join(texts)) <= PUBLISHED_WORK:
        return [entries]
    parts = list[Sequence[Published]]()
    work = begin = 0
    for index, entry in enumerate(entries):
        if work >= PUBLISHED_WORK and _ends_between(entries[index - 1], entry):
            parts.append(entries[begin:index])
            work, begin = 0, index
        if isinstance(entry, Event):
            work += work_of(entry.text)
    return [*parts, entries[begin:]]


def _ends_between(one: Published, next: Published) -> bool:
    if not (isinstance(one, Event) and isinstance(next, Event)):
        return True
    return one.room != next.room or one.session != next.session
