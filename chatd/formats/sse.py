"""Server-sent events, for `curl -N` and for EventSource.

The data of an event is that of `chatd.formats.json`. This module must not know a store, a session
or a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatd.event import Event, Line
from chatd.formats.json import KIND_BYTES, MessageFormat, json_rows
from chatd.text.escaping import encode_json, encode_line


@dataclass(frozen=True)
class SseFormat(MessageFormat):
    """The format of server-sent events (WHATWG HTML section 9.2)."""

    kind = "events"

    def message(self, type: str, **members: Any) -> bytes:
        return encode_line(f"event: {type}", b"\n") + b"data: " + encode_json(members) + b"\n\n"

    def comment(self) -> bytes:
        """Return a comment, which is no event, and shows that the connection is alive."""
        return encode_line(":", b"\n\n")

    def render(self, entries: Sequence[Line]) -> bytes:
        return b"".join(
            b"id: %d-%d\nevent: %s\ndata: %s\n\n"
            % (entry.seq, entry.time, KIND_BYTES[entry.kind], row)
            if isinstance(entry, Event)
            else b"event: notice\ndata: %s\n\n" % row
            for entry, row in zip(entries, json_rows(entries, self.language), strict=True)
        )
