"""The input of `chatd say` and `chatd wall`: the text of an argument, of a file or of a pipe.

This module must not know what becomes of lines.
"""

from __future__ import annotations

import argparse
import os
import select
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import suppress
from typing import TextIO

from chatd.client import wire
from chatd.client.say_session import CutLine
from chatd.client.wire import ClientError
from chatd.protocols.lines.framing import Framer, TooLong
from chatd.text.validation import TERMINAL_LINE_BYTES, InvalidLine, LineFault, validate_text

CUT = (
    f"nothing was said: a terminal cuts a typed line after {TERMINAL_LINE_BYTES} bytes, and one has"
    " as many. Send the text from a file."
)

_READ_SIZE = 1 << 16


def add_text(parser: argparse.ArgumentParser) -> None:
    """Add the text that is said to *parser*."""
    parser.add_argument(
        "text",
        nargs="*",
        metavar="TEXT",
        help="the line to say (default, and -: standard input, by line, but for blank ones)",
    )


def standard_input(command: str) -> TextIO:
    """Return standard input; on a terminal, tell the user what *command* waits for.

    Raises `ClientError` if it is closed: descriptor 0 belongs to the next file that is opened.
    """
    if sys.stdin is None:
        raise ClientError("nothing to say: standard input is closed. Give the text as TEXT.")
    if sys.stdin.isatty():
        with suppress(OSError):
            print(f"chatd: {command}: type lines, Ctrl+D ends", file=sys.stderr, flush=True)
    return sys.stdin


class TextSource:
    """Lines that are known, as an input that has ended already."""

    fileno = None

    def __init__(self, text: str) -> None:
        # Bytes that the locale could not decode are taken as they were, to be refused.
        framer = _framer()
        data = text.encode(errors="surrogateescape").removeprefix(BOM_UTF8)
        self._lines = framer.feed(data) + framer.finish()

    @property
    def is_blank(self) -> bool:
        """True if the server would ignore every line."""
        return all(_is_blank(line) for line in self._lines)

    def read(self) -> list[bytes]:
        """Return all lines."""
        return self._lines

    def close(self) -> None:
        """Do nothing."""


class WholeSource:
    """Lines that were read whole before anything is said."""

    fileno = None

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def read(self) -> list[bytes]:
        """Return all lines."""
        return self._lines


class StreamSource:
    """An input whose lines are said as they arrive. It is closed at the end if it is *owned*."""

    def __init__(self, fileno: int, name: str = "standard input", *, owned: bool = False) -> None:
        self.fileno: int | None = fileno
        self._name = name
        self._owned = fileno if owned else None
        self._framer = _framer()
        self._begun = False
        self._is_typed = os.isatty(fileno)

    def read(self) -> list[bytes]:
        """Return the lines that arrived in one read; at the end `fileno` becomes None."""
        lines = self._read()
        if lines and not self._begun:
            self._begun = True
            if not isinstance(lines[0], TooLong):
                lines[0] = lines[0].removeprefix(BOM_UTF8)
        return (
            [CutLine(line) if is_cut(line) else line for line in lines] if self._is_typed else lines
        )

    def close(self) -> None:
        """Close the input if it is owned."""
        if self._owned is not None:
            os.close(self._owned)

    def _read(self) -> list[bytes]:
        assert self.fileno is not None, "the input has ended"
        try:
            data = os.read(self.fileno, _READ_SIZE)
        except BlockingIOError:
            return []
        except OSError as error:
            raise ClientError(f"cannot read {self._name}: {error.strerror}.") from None
        if data:
            return self._framer.feed(data)
        self.fileno = None
        return self._framer.finish()


def open_file(path: str) -> StreamSource:
    """Return the lines of a file. Raises `ClientError`."""
    try:
        return StreamSource(os.open(path, os.O_RDONLY | os.O_CLOEXEC), path, owned=True)
    except OSError as error:
        raise ClientError(f"cannot read {path}: {error.strerror}.") from None


def is_cut(line: bytes) -> bool:
    """Return True if a terminal may have cut a typed line. A whole one of that length is unlikely.

    Half a line must not be said.
    """
    return len(line) == TERMINAL_LINE_BYTES


def whole(source: TextSource | StreamSource, most: int) -> WholeSource:
    """Return all lines of *source* that are not blank. Raises `ClientError` if they are too many.

    Nothing is said then: a later run could not tell which lines were.
    """
    lines: list[bytes] = []
    for some in _reads(source):
        lines += [line for line in some if not _is_blank(line)]
        if len(lines) > most:
            raise ClientError(
                f"nothing was said: with --idempotency-key at most {most} lines are said in a run."
            )
    return WholeSource(lines)


def as_message(source: TextSource | StreamSource) -> WholeSource:
    """Return all lines of *source* as one message. Raises `ClientError` if it is far too large."""
    lines: list[bytes] = []
    size = 0
    for some in _reads(source):
        lines += some
        if any(isinstance(line, CutLine) for line in some):
            raise ClientError(CUT)
        size += sum(len(line) + 1 for line in some)
        if size > wire.MAX_LINE_BYTES or any(isinstance(line, TooLong) for line in some):
            raise ClientError(
                f"nothing was said: the message has more than {wire.MAX_LINE_BYTES} bytes."
                " Without --message, each line is said by itself."
            )
    return WholeSource([b"\n".join(lines)])


def _reads(source: TextSource | StreamSource) -> Iterator[list[bytes]]:
    """Yield what each read returns, until the input ends."""
    if source.fileno is None:
        yield source.read()
    while source.fileno is not None:
        select.select([source.fileno], [], [])
        yield source.read()


def _is_blank(line: bytes) -> bool:
    try:
        validate_text(line.decode(errors="backslashreplace"), wire.MAX_LINE_BYTES)
    except InvalidLine as fault:
        return fault.reason is LineFault.BLANK
    return False


def _framer() -> Framer:
    # The server takes CR NUL for a line end, so it has to be one when lines are counted.
    return Framer(wire.MAX_LINE_BYTES, telnet_line_ends=True)
