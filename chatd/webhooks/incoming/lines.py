"""Valid lines of the parts of a body: bounded, without blank ones, and no line twice in a row.

What is not valid is mended, because a sender of alerts changes nothing after a refusal. Pure. This
module must not know the formats of bodies.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chatd.text.messages import MOST_MESSAGE_BYTES, size_of
from chatd.text.validation import InvalidLine, LineFault, validate_text
from chatd.webhooks.incoming.alerts import Alert

MOST_LINES = 50
"""Most lines that are said of a body; one more says how many there are beside."""

_LAST_LINE_BYTES = 64  # "... 12345 more lines", with its LF

_LINE_END = re.compile("\r\n?|\n|\u2028|\u2029")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Part(NamedTuple):
    """A text of a body, of one line or several, and the alert that it is of, if any."""

    text: str
    alert: Alert | None = None


class Reading(NamedTuple):
    """The valid lines that a body says, and the alerts that they are of, each once."""

    lines: tuple[str, ...]
    alerts: tuple[Alert, ...] = ()


def reading_of(parts: Iterable[Part], max_length: int) -> Reading:
    """Return the lines of some parts, each of at most ``max_length`` characters.

    All of them are one message at most (`chatd.text.messages`). An alert of which no line is said
    is at the last one, which says that there are more.
    """
    lines: list[str] = []
    alerts: dict[str, Alert] = {}
    left, more = MOST_MESSAGE_BYTES - _LAST_LINE_BYTES, 0
    longest = min(max_length, left // 4 - 1)
    for part in parts:
        texts = iter(_LINE_END.split(part.text))
        for line in () if more else _valid_lines(texts, longest):
            if lines and line == lines[-1]:
                continue
            size = size_of(line) + 1
            if len(lines) == MOST_LINES or size > left:
                more = 1
                break
            lines.append(line)
            left -= size
            _note(alerts, part.alert, len(lines) - 1)
        if more:  # those are counted as they are: there may be very many
            more += sum(1 for text in texts if text and not text.isspace())
        if lines:  # else it is blank
            _note(alerts, part.alert, len(lines) - (0 if more else 1))
    if more:
        lines.append(f"... {more} more line{'s' if more > 1 else ''}")
    return Reading(tuple(lines), tuple(alerts.values()))


def _note(alerts: dict[str, Alert], alert: Alert | None, line: int) -> None:
    """Note the line of an alert, unless an earlier one is noted."""
    if alert is not None and alert.identity not in alerts:
        alerts[alert.identity] = alert._replace(line=line)


def _valid_lines(texts: Iterable[str], max_length: int) -> Iterator[str]:
    """Yield the lines of some texts, and none of a text that is the same as the one before."""
    last = ""
    for text in texts:
        if text != last and (line := _valid(text.rstrip(), max_length)):
            yield line
        last = text


def _valid(line: str, max_length: int) -> str:
    """Return a line as it is valid; "" if nothing is left of it."""
    line = _SURROGATE.sub("\ufffd", line)
    for _ in range(3):  # a line may be too long, and have too many marks
        try:
            return validate_text(line, max_length)
        except InvalidLine as invalid:
            if invalid.reason is LineFault.TOO_LONG:
                line = line[: max_length - 1] + "…"
            elif invalid.reason is LineFault.MARKS:
                line = "".join(each for each in line if unicodedata.category(each)[0] != "M")
            else:
                return ""
    return ""
