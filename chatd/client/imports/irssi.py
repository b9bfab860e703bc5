"""Logs of irssi: a time of day before each line, and a line for each new day.

Times are local, as irssi wrote them: set TZ if the log is from elsewhere. Taken are lines, actions,
notices to the channel and topics. This module must not know a room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from chatd.client.imports.said import Bad, Item, Said, milliseconds, numbered
from chatd.event import Kind
from chatd.formats.irc_text import without_formatting

_MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "ene feb mar abr may jun jul ago sep oct nov dic",
    )
    for number, name in enumerate(names.split(), 1)
}
"""Months as irssi writes them in English and in Spanish."""

_OPENED = re.compile(r"--- Log (?:opened|closed) (?P<day>.*)")
_CHANGED = re.compile(r"--- Day changed (?P<day>.*)")
_DAY = re.compile(
    r"\S+ (?P<month>[^\W\d_]{3})\S* +(?P<day>\d\d?)(?: \d\d:\d\d:\d\d)?,? (?P<year>\d{4})"
)
_LINE = re.compile(
    r"\[?(?:(?P<date>\d{4}-\d\d-\d\d)[ T])?(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?\]?"
    r" (?P<rest>.*)",
    re.DOTALL,
)
_MESSAGE = re.compile(r"<[ @+%&~!*]?(?P<author>[^\s>]+)> ?(?P<text>.*)", re.DOTALL)
_ACTION = re.compile(r" ?\* (?P<author>\S+) (?P<text>.*)", re.DOTALL)
_NOTICE = re.compile(r"-(?P<author>[^\s:!-][^\s:!]*?)(?::[#&+!]\S+)?- (?P<text>.*)", re.DOTALL)
_TOPIC = re.compile(r"-!- (?P<author>\S+) changed the topic of \S+ to: (?P<text>.*)", re.DOTALL)
_LEFT_OUT = ("-!-", "!", "---", ">", "===")
"""Beginnings of lines about people and the server."""

_KINDS = (
    (_MESSAGE, Kind.MESSAGE),
    (_ACTION, Kind.ACTION),
    (_TOPIC, Kind.TOPIC),
    (_NOTICE, Kind.NOTICE),
)


def read(lines: Iterable[bytes]) -> Iterator[Item]:
    """Yield what is in a log."""
    day: date | None = None
    for place, text in numbered(lines):
        if isinstance(text, Bad):
            yield text
        elif found := _OPENED.match(text) or _CHANGED.match(text):
            day = _day_of(found["day"])
            yield Bad(place, "its date is none like Sat Nov 28 2026") if day is None else None
        elif line := _LINE.fullmatch(text):
            yield _item(place, line, day)
        elif text.startswith(_LEFT_OUT):
            yield None
        else:
            yield Bad(place, "it is no line of irssi, like: 09:15 <@ana> hola")


def _day_of(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    month = _MONTHS.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    try:
        return date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def _item(place: str, line: re.Match[str], day: date | None) -> Item:
    rest = without_formatting(line["rest"])
    matches = ((pattern.fullmatch(rest), kind) for pattern, kind in _KINDS)
    found, kind = next((match for match in matches if match[0]), (None, Kind.MESSAGE))
    if found is None and rest.startswith(_LEFT_OUT):
        return None
    if found is None:
        return Bad(place, "after its time there is no line of irssi, like: <@ana> hola")
    try:
        if line["date"]:
            day = date.fromisoformat(line["date"])
        if day is None:
            return Bad(place, "no date is before it, like: --- Log opened Sat Nov 28 09:15:02 2026")
        numbers = int(line["hour"]), int(line["minute"]), int(line["second"] or 0)
        time = milliseconds(datetime(day.year, day.month, day.day, *numbers))
    except ValueError:
        time = None
    if time is None:
        return Bad(place, f"its time is none: {line['hour']}:{line['minute']}")
    author = found["author"]
    return Said(place, "", time, author, kind, found["text"], author.lower())
