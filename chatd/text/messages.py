"""Messages of several lines: their rule, and the limits of one.

A message is a text in which LF separates its lines. Pure. This module must not know sessions, nor
the wording of an error.
"""

from __future__ import annotations

import enum

from chatd.text.validation import InvalidLine, LineFault, validate_text

MOST_MESSAGE_LINES = 100
MOST_MESSAGE_BYTES = 16 * 1024
"""Most lines of one message, and most bytes of its text in UTF-8, with the LFs."""


class MessageFault(enum.Enum):
    """The reason for which a message is invalid."""

    LINES = "too many lines"
    BYTES = "too many bytes"
    NOT_UTF8 = "not UTF-8"
    CUT = "a line was cut by a terminal"
    TOO_LONG = "a line is too long"
    MARKS = "a line has too many marks in a row"
    LATE = "a line did not end in time"


OF_LINES = {
    LineFault.TOO_LONG: MessageFault.TOO_LONG,
    LineFault.NOT_UTF8: MessageFault.NOT_UTF8,
    LineFault.CUT: MessageFault.CUT,
    LineFault.MARKS: MessageFault.MARKS,
}
"""The faults of a message one of whose lines has such a fault."""


class InvalidMessage(ValueError):
    """An invalid message, of which nothing is said.

    ``number`` is how many lines or bytes it has, or the number of the line that is wrong.
    """

    def __init__(self, fault: MessageFault, number: int) -> None:
        self.fault = fault
        self.number = number


def validate_message(text: str, max_length: int) -> str:
    """Return the text of a valid message: its lines without colours, separated by LF.

    A line ends in LF or CR LF, and is valid as `validate_text` says, or blank. Blank lines at the
    two ends are left out, others are empty; "" if all are blank. Raises `InvalidMessage`.
    """
    text = text.replace("\r\n", "\n").strip("\n")
    lines = text.split("\n")
    check_size(len(lines), size_of(text))
    valid = [_valid(line, number, max_length) for number, line in enumerate(lines, 1)]
    return "\n".join(valid).strip("\n")


def check_size(lines: int, size: int) -> None:
    """Raise `InvalidMessage` if one with so many lines and bytes is too large."""
    if lines > MOST_MESSAGE_LINES:
        raise InvalidMessage(MessageFault.LINES, lines)
    if size > MOST_MESSAGE_BYTES:
        raise InvalidMessage(MessageFault.BYTES, size)


def size_of(text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def _valid(line: str, number: int, max_length: int) -> str:
    try:
        return validate_text(line, max_length)
    except InvalidLine as invalid:
        if invalid.reason is LineFault.BLANK:
            return ""
        raise InvalidMessage(OF_LINES[invalid.reason], number) from None
