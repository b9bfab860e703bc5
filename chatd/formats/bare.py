"""Bare lines, for scripts: the text of messages and nothing else.

This module must not know a store, a session or a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatd.errors import ErrorKind
from chatd.event import Event, Kind, Line
from chatd.formats.base import Format
from chatd.text.escaping import encode_line, encode_lines

_SHOWN = (Kind.MESSAGE, Kind.ACTION, Kind.NOTICE)


@dataclass(frozen=True)
class BareFormat(Format):
    """The format of bare lines: the text of messages, actions and notices, and nothing else."""

    kind = "bare"

    def render(self, entries: Sequence[Line]) -> bytes:
        return encode_lines(
            [entry.text for entry in entries if isinstance(entry, Event) and entry.kind in _SHOWN],
            b"\n",
        )

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        return encode_line(f"ERR {kind.value}", b"\n")
