"""The decisions of rooms, as `chatd export --marked` writes them: the first page of a post-mortem.

This module must not know how a log is opened, nor which rooms are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from chatd.client.markdown import Headings, plain
from chatd.client.stores import Log
from chatd.event import Event, Kind
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.remarks import Remark
from chatd.storage.contract import RoomRecord
from chatd.text.escaping import encode_lines
from chatd.text.rows import csv_row, json_row
from chatd.text.times import local_time

_PAGE = 200
"""Most decisions that are read at a time."""

_HEADER = ("time", "room", "by", "decision", "line_time", "author", "line", "seq", "line_seq")


class Marked(NamedTuple):
    """A decision, and the line that it is about; None if that is deleted."""

    event: Event
    decision: Remark
    line: Event | None

    @property
    def text(self) -> str:
        """The text of the line, or what the decision has of it."""
        return self.decision.excerpt if self.line is None else self.line.text


def marked_in(log: Log, room: RoomRecord, after: int) -> Iterator[Marked]:
    """Yield the decisions of a room with seqs above one, in their order. Raise `StoreError`."""
    events: list[Event] = []
    upto = room.head
    while page := log.remarks(room.name, Kind.DECISION, upto, _PAGE):
        events += [event for event in page if event.seq > after]
        if page[-1].seq <= after:
            break
        upto = page[-1].seq - 1
    for event in reversed(events):
        try:
            decision = Remark.of(event.text)
        except ValueError:  # not stored by chatd
            continue
        lines = log.page(room.name, decision.seq - 1, decision.seq)
        yield Marked(event, decision, lines[0] if lines else None)


def _as_text(marked: Iterable[Marked], language: Language) -> Iterator[bytes]:
    format = ChatFormat(language, times=True)
    for event, _, _ in marked:
        yield f"#{event.room} {event.seq} ".encode() + format.render([event])


def _as_json(marked: Iterable[Marked], _: Language) -> Iterator[bytes]:
    for each in marked:
        event, decision, line = each
        members = {
            "room": event.room,
            "seq": event.seq,
            "time": event.time,
            "by": event.author,
            "words": decision.words,
            "line": {
                "seq": decision.seq,
                "time": None if line is None else line.time,
                "author": decision.author,
                "text": each.text,
            },
        }
        yield json_row(members)


def _as_csv(marked: Iterable[Marked], _: Language) -> Iterator[bytes]:
    yield csv_row(_HEADER)
    for each in marked:
        event, decision, line = each
        yield csv_row(
            (
                _utc(event.time),
                event.room,
                event.author,
                decision.words,
                "" if line is None else _utc(line.time),
                decision.author,
                each.text,
                f"{event.seq}",
                f"{decision.seq}",
            )
        )


def _utc(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _as_markdown(marked: Iterable[Marked], _: Language) -> Iterator[bytes]:
    headings = Headings()
    for each in marked:
        event, decision, line = each
        date, clock = local_time(event.time // 1000).split(" ")
        lines = headings.before(event.room, date)
        words = f" → **{plain(decision.words)}**" if decision.words else ""
        said = f"**{plain(decision.author)}**: {plain(each.text)}"
        if line is not None:
            said_on, said_at = local_time(line.time // 1000).split(" ")
            said = f"{said_at if said_on == date else f'{said_on} {said_at}'} {said}"
        lines.append(f"- {said}{words} ({plain(event.author)}, {clock})")
        yield encode_lines(lines, b"\n")


FORMATS: dict[str, Callable[[Iterable[Marked], Language], Iterator[bytes]]] = {
    "text": _as_text,
    "jsonl": _as_json,
    "markdown": _as_markdown,
    "csv": _as_csv,
}
"""The formats of decisions."""
