"""Events to server-sent events, for `curl -N` and for EventSource.

Pure, as `chatd.formats.base` is. The data of an event is that of `chatd.formats.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatd.event import Entry, Event
from chatd.formats.json import KIND_BYTES, MessageFormat, json_rows
from chatd.text.escaping import encode_json, encode_line


@dataclass(frozen=True)
class SseFormat(MessageFormat):
    """Server-sent events (WHATWG HTML section 9.2), for `curl -N` and for EventSource."""

    def message(self, type: str, **members: Any) -> bytes:
        return encode_line(f"event: {type}", b"\n") + b"data: " + encode_json(members) + b"\n\n"

    def comment(self) -> bytes:
        """What is no event, and shows that the connection holds."""
        return encode_line(":", b"\n\n")

    def render(self, entries: Sequence[Entry]) -> bytes:
        return b"".join(
            b"id: %d-%d\nevent: %s\ndata: %s\n\n"
            % (entry.seq, entry.time, KIND_BYTES[entry.kind], row)
            if isinstance(entry, Event)
            else b"event: notice\ndata: %s\n\n" % row
            for entry, row in zip(entries, json_rows(entries, self.language), strict=True)
        )
