"""Logs of WeeChat: time, prefix and text, with TABs between them.

Times are local unless they end in Z, as those of WeeChat from version 4.3 on do. Taken are lines,
actions, notices to the channel and topics. This module must not know a room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from chatd.client.imports.said import Bad, Item, Said, milliseconds, numbered
from chatd.event import Kind
from chatd.formats.irc_text import without_formatting

_TIME = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<utc>Z)?"
)
_LEFT_OUT = frozenset(("-->", "<--", "--", "=!=", ""))
"""Prefixes of lines about people and the server."""

_TOPIC = re.compile(
    r'(?P<author>\S+) has changed topic for \S+ (?:from ".*" )?to "(?P<text>.*)"', re.DOTALL
)
_NOTICE = re.compile(r"Notice\((?P<author>[^\s)]+)\): (?P<text>.*)", re.DOTALL)
_ACTION = re.compile(r"(?P<author>\S+) (?P<text>.*)", re.DOTALL)
_MODES = "@+%&~!"


def read(lines: Iterable[bytes]) -> Iterator[Item]:
    """Yield what is in a log."""
    for place, text in numbered(lines):
        yield text if isinstance(text, Bad) else _item(place, text)


def _item(place: str, line: str) -> Item:
    written, *rest = line.split("\t", 2)
    if len(rest) != 2:
        return Bad(place, "it has no two TABs, like: 2026-11-28 09:15:02<TAB>ana<TAB>hola")
    time = _time_of(written)
    if time is None:
        return Bad(place, "its time is none like 2026-11-28 09:15:02")
    prefix, text = without_formatting(rest[0]).strip(), without_formatting(rest[1])
    if prefix == "*":
        found = _ACTION.fullmatch(text)
        return found and _said(place, time, found["author"], Kind.ACTION, found["text"])
    if prefix == "--" and (found := _TOPIC.fullmatch(text)):
        return _said(place, time, found["author"], Kind.TOPIC, found["text"])
    if prefix == "--" and (found := _NOTICE.fullmatch(text)):
        return _said(place, time, found["author"], Kind.NOTICE, found["text"])
    if prefix in _LEFT_OUT:
        return None
    return _said(place, time, prefix.lstrip(_MODES) or prefix, Kind.MESSAGE, text)


def _said(place: str, time: int, author: str, kind: Kind, text: str) -> Said:
    return Said(place, "", time, author, kind, text, author.lower())


def _time_of(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        time = datetime.fromisoformat(found["time"])
    except ValueError:
        return None
    fraction = (found["fraction"] or "").ljust(6, "0")[:6]
    time = time.replace(microsecond=int(fraction))
    return milliseconds(time.replace(tzinfo=timezone.utc) if found["utc"] else time)
