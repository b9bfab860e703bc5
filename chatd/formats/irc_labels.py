"""Labels: the tag that says which command of a client its lines answer.

One line has the label itself; several are in a batch that has it. A line that is a batch has the
label at its start. (IRCv3 labeled-response.) Pure. This module must not know commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatd.errors import ErrorKind
from chatd.event import Event, Line, Presence
from chatd.formats.base import Format
from chatd.formats.irc_lines import irc_tag
from chatd.formats.irc_spoken import SPOKEN
from chatd.text.escaping import encode_line

EOL = b"\r\n"

BATCH = "labeled"
"""The reference of the batch of an answer. The lines of one are sent before the next one begins."""


LABELLING = frozenset({"batch", "labeled-response"})
"""The capabilities of a client that is sent labels."""


class Labels(Protocol):
    """The labels of the lines that a session said in rooms."""

    def label_of(self, event: Event) -> str:
        """Return the label of a line of the session; "" for none."""


class _NoLabels:
    def label_of(self, event: Event) -> str:
        return ""


NO_LABELS: Labels = _NoLabels()


def tagged(lines: bytes, tag: str) -> bytes:
    """Return whole lines with one tag more, before the others."""
    mark = encode_line(f"@{tag}", b"")
    return b"".join(
        mark + (b";" + line[1:] if line[:1] == b"@" else b" " + line)
        for line in lines.splitlines(keepends=True)
    )


def in_batch(lines: bytes) -> bytes:
    """Return lines of an answer, each in the batch of it that is open.

    The lines of a batch in that one are in it already: its first and its last line are these.
    """
    return b"".join(
        line if line.startswith(b"@batch=") else tagged(line, f"batch={BATCH}")
        for line in lines.splitlines(keepends=True)
    )


def beginning(label: str, server: str) -> bytes:
    """Return the line that begins the batch of an answer."""
    tag = irc_tag("label", label)
    return encode_line(f"@{tag} :{server} BATCH +{BATCH} labeled-response", EOL)


def ending(server: str) -> bytes:
    """Return the line that ends the batch of an answer."""
    return encode_line(f":{server} BATCH -{BATCH}", EOL)


def acknowledgement(label: str, server: str) -> bytes:
    """Return the line that says that a command has no answer."""
    return encode_line(f"@{irc_tag('label', label)} :{server} ACK", EOL)


def labelled(lines: bytes, label: str, server: str) -> bytes:
    """Return a whole answer with its label."""
    if not label:
        return lines
    first, _, rest = lines.partition(EOL)
    if not rest or (b" BATCH +" in first and rest.count(b" BATCH -") == 1 and _ends(rest)):
        return tagged(first + EOL, irc_tag("label", label)) + rest
    return beginning(label, server) + in_batch(lines) + ending(server)


def _ends(lines: bytes) -> bool:
    *_, last, _ = lines.split(EOL)
    return b" BATCH -" in last


@dataclass(frozen=True)
class LabelledFormat(Format):
    """The lines of rooms for the session with that ``number`` alone: its own have their labels."""

    shared: Format = field()
    server: str
    number: int
    labels: Labels = field(compare=False)

    def render(self, entries: Sequence[Line]) -> bytes:
        parts: list[tuple[str, list[Line]]] = [("", [])]
        for entry in entries:
            if isinstance(entry, Event) and self._is_own(entry):
                if not entry.continues:
                    parts.append((self.labels.label_of(entry), []))
            elif parts[-1][0]:
                parts.append(("", []))
            parts[-1][1].append(entry)
        return b"".join(
            labelled(self.shared.render(some), label, self.server) for label, some in parts
        )

    def presence(self, presence: Presence) -> bytes:
        return self.shared.presence(presence)

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        return self.shared.error(kind, key, **values)

    def _is_own(self, event: Event) -> bool:
        return event.session == self.number and event.kind in SPOKEN
