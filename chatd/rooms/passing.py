"""Entries that are published and in no log: notices, presences, changes of the list of people.

A reader who lags is still to be sent them, and another process could not read them again. This
module must not know a session, nor who goes on.
"""

from __future__ import annotations

from chatd.event import Event
from chatd.rooms.chunk import Mark
from chatd.rooms.feed import Feed
from chatd.rooms.rendering import render_in_order
from chatd.rooms.view import View


def passing(
    feed: Feed, view: View, session: int, mark: Mark, end: Mark | None = None
) -> list[tuple[int, bytes]]:
    """Return what a session is shown of them between two marks, each with the seq before it.

    Without an ``end``, it goes up to what was published last. What was dropped from memory is lost,
    as for a reader who lags that far behind.
    """
    end = end or feed.log.mark
    if mark.entries >= end.entries:
        return []
    found: list[tuple[int, bytes]] = []
    mark = max(mark, feed.tail.start)
    seq = mark.seq
    while mark.entries < end.entries and (chunk := feed.tail.behind(mark)) is not None:
        if not chunk.entries:  # a change of the list of people
            found.append((seq, chunk.data))
        for entry in view.shown(chunk.entries, session):
            if isinstance(entry, Event):
                seq = entry.seq
            elif data := render_in_order(feed.format, [entry]):
                found.append((seq, data))
        mark = chunk.after
    return found
