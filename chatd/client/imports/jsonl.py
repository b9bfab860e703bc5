"""Logs that `chatd export --format jsonl` wrote: events, a JSON object a line.

Seqs, times, sessions and texts stay as they are. This module must not know a store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chatd.client.imports.said import Bad, numbered
from chatd.event import Event, Kind, is_inbox, owner_of
from chatd.storage.timestamps import FIRST_WRITABLE, LAST_WRITABLE
from chatd.text.blanks import is_blank
from chatd.text.folding import fold, has_long_run
from chatd.text.json_input import decode_json
from chatd.text.validation import InvalidName, validate_name

_KINDS = {kind.name.lower(): kind for kind in Kind}

_LARGEST = (1 << 39) - 1
"""Largest seq and largest number of a session that are taken."""

_NEEDED = {
    "room": str,
    "seq": int,
    "time": int,
    "session": int,
    "author": str,
    "kind": str,
    "text": str,
}

_MAY_BE_EMPTY = frozenset((Kind.TOPIC, Kind.DEED))


def read(lines: Iterable[bytes]) -> Iterator[Event | Bad]:
    """Yield the event of each line, or what is wrong with it."""
    lasts: dict[str, Event] = {}
    for place, text in numbered(lines):
        item = text if isinstance(text, Bad) else _event_of(place, text)
        if isinstance(item, Event):
            why = _follows(item, lasts.get(item.room))
            lasts[item.room] = item
            item = Bad(place, why) if why else item
        yield item


def _event_of(place: str, text: str) -> Event | Bad:
    try:
        value = decode_json(text)
    except ValueError:
        return Bad(place, "it is not JSON. Is it cut off?")
    if not isinstance(value, dict):
        return Bad(place, "it is not an object of JSON")
    for member, type_ in _NEEDED.items():
        if type(value.get(member)) is not type_:
            return Bad(place, f"its member {member} is missing, or not as chatd export writes it")
    if type(value.get("part_of", 0)) is not int:
        return Bad(place, "its member part_of is not as chatd export writes it")
    why = _why_wrong(value)
    if why:
        return Bad(place, why)
    members = [value[member] for member in _NEEDED]
    members[5] = _KINDS[value["kind"]]
    return Event._make([*members, value.get("part_of")])


def _why_wrong(value: dict[str, Any]) -> str:
    kind = _KINDS.get(value["kind"])
    if kind is None:
        return "its kind is none of chatd"
    if not 1 <= value["seq"] <= _LARGEST or not 0 <= value["session"] <= _LARGEST:
        return "its seq or its session is out of range"
    if not FIRST_WRITABLE <= value["time"] <= LAST_WRITABLE:
        return "its time is out of range"
    if is_inbox(value["room"]) != (kind is Kind.PRIVATE):
        return "its kind is none of its room"
    if is_inbox(value["room"]) and not _is_key(owner_of(value["room"])):
        return "its room is none"
    try:
        value["text"].encode()
        value["author"].encode()
        value["room"].encode()
    except UnicodeEncodeError:
        return "it contains unpaired surrogates"
    text = value["text"]
    if "\n" in text:
        return "its text has several lines, which are lines of the log of their own"
    if has_long_run(text):
        return "its text has too many marks in a row"
    if kind not in _MAY_BE_EMPTY and "part_of" not in value and is_blank(text):
        return "its text is blank"
    return ""


def _is_key(key: str) -> bool:
    """Return True if a text is the key of an account."""
    try:
        return fold(validate_name(key)) == key
    except InvalidName:
        return False


def _follows(event: Event, last: Event | None) -> str:
    """Return why an event cannot follow the last one of its room; "" if it can."""
    if last is not None and event.seq != last.seq + 1:
        return f"its seq is {event.seq}, and the one before it in its room is {last.seq}"
    if event.continues and (
        last is None
        or (last.part_of, last.time, last.session, last.author)
        != (event.part_of, event.time, event.session, event.author)
    ):
        return "it is part of a message whose first line is not before it"
    return ""
