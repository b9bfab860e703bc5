r"""The exchange of `chatd say` with a server: enter a room, send lines, and count their receipts.

Theory of operation (docs/wire.md has the words). Everything that one connection sends is answered
in order, so the error that answers a command which does not exist, the fence, shows that the name
and the room before it were taken. From `/text` on no line can be a command. A line is saved once it
comes back after our name: that is its receipt. After the last line we half-close, and the server
answers every line before it closes. Over TLS it does not, so there we wait for the receipts first.

    <- *** Welcome to chatd. You are guest7 in #lobby. ...
    -> /join \n /nick ci \n /join ops \n /saysync
    <- ERR Wrong use: ...
    <- *** You are now ci.
    <- *** You are in #ops. ...
    <- ERR Unknown command: /saysync. ...
    -> /text \n build 17 is done \n FIN
    <- *** From here on ...
    <- <ci> build 17 is done
    <- FIN

Nothing is sent before the server has welcomed us: a server of another kind must not receive it, and
a bare port would send these commands as lines to everyone. This module must not know where lines
come from, nor how the connection was made; like `chatd.client.say` it imports only the standard
library and chatd's pure modules.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from chatd.client import wire
from chatd.client.duplex import DuplexLink
from chatd.client.lines import names_in
from chatd.client.wire import ClientError
from chatd.protocols.lines.framing import TooLong
from chatd.text.escaping import visible
from chatd.text.folding import fold
from chatd.text.validation import GUEST_WORDS, InvalidLine, LineFault, validate_line

WELCOME_TIMEOUT = 15.0
"""Seconds that a server has to welcome us: one that waits for us to speak is not a chat port."""

ANSWER_TIMEOUT = 120.0
"""Seconds without a byte, while an answer is due, after which the client gives up."""

_ERROR = wire.ERROR.encode()
_NOTICE = wire.NOTICE.encode()
_FENCE = b"/saysync"

# A /join that is refused before any line was said leads out of every room. A name that is taken
# there is announced to no member: a command that says one line should cause one line.
_TO_NO_ROOM = b"/join\n"

_GUEST = re.compile(rf"\b(?:{'|'.join(GUEST_WORDS)})\d+\b".encode())


class Source(Protocol):
    """The input that is said: lines, as they become available."""

    @property
    def fileno(self) -> int | None:
        """The file descriptor to wait for, or None at the end."""

    def read(self) -> list[bytes]:
        """Return the next lines."""


def enter(
    link: DuplexLink, where: str, name: str | None, room: str | None, password: str | None
) -> str:
    """Take *name* and go to *room*; return the name that our lines will come back with.

    With a *password* the name is a registered one, and comes back as it was registered. Raises
    `ClientError` if the server at *where* refuses any of it.
    """
    welcome = next(_lines(link, f"{where} did not welcome us", WELCOME_TIMEOUT))
    if welcome.startswith(_ERROR):
        raise ClientError(f"nothing was said: {_reason(welcome)}")
    guest = _GUEST.search(welcome)
    if not welcome.startswith(_NOTICE) or guest is None:
        raise ClientError(f"nothing was said: {where} is not a chat port of chatd. Check the port.")
    if name is not None:
        take = f"/nick {name}" if password is None else f"/login {name} {password}"
        link.send(_TO_NO_ROOM + f"{take}\n".encode(errors="surrogateescape"))
    if room is not None:
        link.send(f"/join {room}\n".encode())
    elif name is not None:
        link.send(b"/leave\n")
    link.send(_FENCE + b"\n")
    refusals = []
    for line in _lines(link, "the server did not answer", ANSWER_TIMEOUT):
        if line.startswith(_ERROR):
            if _FENCE in line:
                break
            refusals.append(line)
        elif name is not None and password is not None and line.startswith(_NOTICE):
            names = names_in(line.decode(errors="backslashreplace"))
            name = next((each for each in names if fold(each) == fold(name)), name)
    if name is not None:
        del refusals[:1]  # the answer to `_TO_NO_ROOM`
    if refusals:
        raise ClientError(f"nothing was said: {_reason(refusals[0])}")
    link.send(b"/text\n")
    return guest[0].decode() if name is None else name


def say(link: DuplexLink, source: Source, name: str) -> None:
    """Send the lines of *source* as *name*, until all are answered and the server has closed.

    Raises `ClientError` unless all were saved.
    """
    receipts = Receipts(name)
    interruption = None
    ended = False
    readable = source.fileno is None
    while link.is_open:
        if readable:
            link.send(receipts.expect(source.read()))
        ended = source.fileno is None
        if ended and (link.half_closes or not receipts.are_due):
            link.finish()
        try:
            timeout = ANSWER_TIMEOUT if ended or receipts.are_due else None
            lines, readable = link.exchange(timeout, source.fileno)
        except TimeoutError:
            interruption = f"the server has not answered for {ANSWER_TIMEOUT:.0f} seconds"
            break
        for line in lines:
            receipts.receive(line)
    if not ended:
        interruption = interruption or "the server closed the connection before all was said"
    receipts.check(interruption)


class Receipts:
    """The lines that were said as *name*, counted: how many were saved, and how many refused."""

    def __init__(self, name: str) -> None:
        self._prefix = f"<{name}> ".encode()
        self._said = self._saved = self._refused = 0
        self._refusal = ""

    @property
    def are_due(self) -> bool:
        """True if the server has not answered every line yet."""
        return self._saved + self._refused < self._said

    def expect(self, lines: Iterable[bytes]) -> bytes:
        """Count *lines*; return them as bytes to send, without those that the server ignores."""
        spoken = []
        for line in lines:
            if isinstance(line, TooLong):
                self._said += 1
                self._refuse(f"a line of more than {wire.MAX_LINE_BYTES} bytes.")
            elif not is_ignored(line):
                self._said += 1
                spoken.append(wire.as_line(line))
        return b"".join(spoken)

    def receive(self, line: bytes) -> None:
        """Count a line from the server, if it answers one of ours."""
        if line.startswith(self._prefix):
            self._saved += 1
        elif line.startswith(_ERROR):
            self._refuse(_reason(line))

    def _refuse(self, reason: str) -> None:
        self._refused += 1
        self._refusal = self._refusal or reason

    def check(self, interruption: str | None) -> None:
        """Raise `ClientError` unless all lines were saved and there was no *interruption*."""
        count = f"{self._saved} of {self._said} lines were saved"
        if self._refused:
            raise ClientError(f"not all was said, {count}: {self._refusal}")
        if interruption or self.are_due:
            why = interruption or "the server closed the connection before all was said"
            raise ClientError(f"{why}: {count}.")


def is_ignored(line: bytes) -> bool:
    """Return True if the server ignores *line* as blank (it also drops a line's first Ctrl+D)."""
    try:
        validate_line(line.replace(b"\4", b"", 1), wire.MAX_LINE_BYTES)
    except InvalidLine as fault:
        return fault.reason is LineFault.BLANK
    return False


def _lines(link: DuplexLink, complaint: str, timeout: float) -> Iterator[bytes]:
    """Yield lines of the server. Raise `ClientError` after *timeout* seconds without any."""
    while link.is_open:
        try:
            lines, _ = link.exchange(timeout, None)
        except TimeoutError:
            raise ClientError(
                f"nothing was said: {complaint} within {timeout:.0f} seconds. Check host and port."
                f"{link.advice}"
            ) from None
        yield from lines
    raise ClientError(f"nothing was said: {link.ending}")


def _reason(line: bytes) -> str:
    """Return the text of an error, made visible for a terminal."""
    return visible(line[len(_ERROR) :].decode(errors="backslashreplace"))
