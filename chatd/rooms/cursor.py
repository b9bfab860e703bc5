"""Cursors: the positions of clients in a feed, and the trail of what a client has taken.

A cursor detaches when an answer is queued: a second cursor, which ends at the present mark, takes
over what was published so far, and the first one jumps to the end. So the answer is sent after it.

Cursors must not know connections. A cursor's reader takes from it when it has room, and is woken
when there may be more. A cursor in step (`chatd.rooms.followers`) has nothing to be taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.rooms.chunk import Mark
from chatd.rooms.feed import PUSH_BYTES, Feed
from chatd.rooms.followers import Followers, Reader
from chatd.rooms.passing import passing
from chatd.rooms.rendering import render_in_order
from chatd.rooms.replay import NO_OWNER, Owner, Replay, Stretch
from chatd.rooms.view import EVERYTHING, View
from chatd.util.state import State


class Trail:
    """Up to which seq the reader of a live cursor has taken everything, without a gap.

    Its parts are the cursors that were detached and are not taken yet, in order, and then the live
    cursor. See `Cursor.detach`. Cursors refer to their trail, so one that has ended has no parts:
    the cycle would outlive the client.
    """

    __slots__ = ("_ended", "_parts", "start")

    def __init__(self, cursor: Cursor) -> None:
        self.start = cursor.mark.seq
        self._parts = [cursor]
        self._ended: int | None = None

    @property
    def given(self) -> int:
        """The seq up to which everything was taken."""
        if self._ended is not None:
            return self._ended
        while self._parts[0].done:  # never true of the live one
            del self._parts[0]
        return self._parts[0].given

    @property
    def end(self) -> int:
        """The seq up to which the reader is to take."""
        return self._parts[-1].end if self._ended is None else self._ended

    @property
    def done(self) -> bool:
        """True if neither `given` nor `end` will rise any more."""
        if self._ended is None and self._parts[-1].closed and self.given >= self.end:
            self.finish(self.given)
        return self._ended is not None

    def leave(self, rest: Cursor) -> None:
        """Insert a cursor that the live one detached, to be taken before it."""
        if self._ended is None:
            self._parts.insert(len(self._parts) - 1, rest)

    def go_on(self, cursor: Cursor) -> bool:
        """Replace the live cursor by one of the same room with another format or view.

        Return False, and change nothing, if there is a gap between the two.
        """
        if self._ended is not None or cursor.mark.seq != self._parts[-1].mark.seq:
            return False
        self._parts[-1:] = [cursor]
        return True

    def finish(self, seq: int) -> None:
        """End the trail at a seq: after it, events could not be read, or count no more."""
        if self._ended is None:
            self._ended = seq
            self._parts.clear()


class Cursor:
    """A position in a feed that moves as its reader takes. What it reads again is for ``owner``.

    ``session`` is the number of the reader's session: its own notices are not sent to it, nor is
    what its ``view`` leaves out. A cursor with an ``end`` stops there. One without is live, and
    begins after the last published entry. A ``trail``, if there is one, follows what was taken.
    """

    __slots__ = (
        "_end",
        "_feed",
        "_group",
        "_owner",
        "_replay",
        "_target",
        "closed",
        "own_mark",
        "reader",
        "session",
        "trail",
        "view",
    )

    _group: Followers
    """The group of a live one."""

    def __init__(
        self,
        feed: Feed,
        session: int,
        reader: Reader,
        *,
        view: View = EVERYTHING,
        mark: Mark | None = None,
        end: Mark | None = None,
        owner: Owner = NO_OWNER,
    ) -> None:
        self.session = session
        self.reader = reader
        self.view = view
        self._target = feed.log.mark if mark is None else mark  # where the replay ends
        self.own_mark: Mark | None = self._target
        self.closed = False
        self.trail: Trail | None = None
        self._feed = feed
        self._owner = owner
        self._end = end
        self._replay: Replay | None = None
        if end is None:
            self._group = feed.add(self)

    def close(self) -> None:
        """Stop being live. What was published before can still be detached."""
        self._feed.remove(self, self._group)
        self.closed = True

    def step_out(self) -> None:
        """Be in step no more, if it is: something has come in the way of fresh data."""
        if self.own_mark is None:
            self._group.step_out(self)

    @property
    def mark(self) -> Mark:
        """The position up to which everything was taken."""
        return self._group.mark if self.own_mark is None else self.own_mark

    @property
    def done(self) -> bool:
        return self._end is not None and self.mark.entries >= self._end.entries

    @property
    def given(self) -> int:
        """Seq up to which events were delivered or filtered out."""
        return self.mark.seq if self._replay is None else self._replay.given

    @property
    def end(self) -> int:
        """The seq of the last event that a live cursor has to deliver so far."""
        return self.mark.seq if self.closed else self._feed.log.mark.seq

    def owes(self, log: str, seq: int) -> bool:
        """Return True if an event of a log, given its name, is published and not taken yet."""
        end = self.end if self._end is None else self._end.seq
        return log == self._feed.log.name and self.given < seq <= end

    def left(self) -> Sequence[bytes | Stretch]:
        """Return what is not taken of one with an end; see `chatd.rooms.replay.Source`."""
        left: list[bytes | Stretch] = []
        log, format, after = self._feed.log.name, self._feed.format, self.taken
        for seq, data in (*self._passing(), (self.end, b"")):
            if seq > after:
                left.append(Stretch(log, after, seq, format))
                after = seq
            left.append(data)
        return left[:-1]

    @property
    def taken(self) -> int:
        """The seq up to which everything was taken, or could not be read."""
        return self.mark.seq if self._replay is None else self._replay.taken

    def state(self) -> State:
        """Return what another process needs to go on with a live one."""
        start = self.taken if self.trail is None else self.trail.start
        return {"taken": self.taken, "start": start, "passing": self._passing()}

    def _passing(self) -> list[tuple[int, bytes]]:
        feed = self._feed
        mark = self.mark if self._replay is None else self._target
        end = self._end or feed.log.mark
        found = passing(feed, self.view, self.session, mark, end)
        there = min(max(mark, feed.tail.start), end)
        if self._replay is not None or there.entries > mark.entries:
            found.insert(0, (there.seq, feed.format.people_unknown(feed.log.name)))
        return found

    def detach(self) -> Cursor | None:
        """Leave what was published and is not taken to another cursor, and go to the end.

        Return that cursor, which ends at the present end, or None if there is nothing to leave.
        So an answer is sent after what was published before it.
        """
        self.step_out()
        end = self._feed.log.mark
        if self.mark.entries >= end.entries:
            return None
        rest = Cursor(
            self._feed,
            self.session,
            self.reader,
            view=self.view,
            mark=self.mark,
            end=end,
            owner=self._owner,
        )
        rest._replay, rest._target = self._replay, self._target
        if self.trail is not None:
            rest.trail = self.trail
            self.trail.leave(rest)
        self._replay = None
        self.own_mark = end
        return rest

    def take(self) -> bytes:
        feed = self._feed
        if self.mark is feed.log.mark:
            return b""
        self.step_out()
        data = b""
        rings = False
        while not self.done:
            if self._replay is not None:
                data += self._replay.take()
                if not self._replay.done:
                    break
                if self.trail is not None and not self._replay.whole:
                    self.trail.finish(self._replay.given)
                self._replay = None
                self.own_mark = self._target
                data += feed.format.people_unknown(feed.log.name)
                continue
            chunk = feed.tail.behind(self.mark)
            if chunk is None:
                if self.mark.entries >= feed.log.mark.entries:
                    break
                self._fall_back()
            elif data and len(data) + len(chunk.data) > PUSH_BYTES:
                break
            elif chunk.is_whole_for(self.view, self.session):
                data += chunk.data
                rings = rings or chunk.rings_for(self.view, self.session)
                self.own_mark = chunk.after
            else:
                entries = self.view.shown(chunk.entries, self.session)
                data += render_in_order(self.view.apart or feed.format, entries)
                rings = rings or self.view.rings(entries, self.session)
                self.own_mark = chunk.after
        return feed.format.bell + data if rings else data

    def _fall_back(self) -> None:
        """Replay the log up to where the tail begins: the next chunk is no longer in memory."""
        target = self._feed.tail.start
        if self._end is not None and self._end.entries < target.entries:
            target = self._end
        self._target = target
        self._replay = Replay(
            self._feed.log,
            self._feed.format,
            self.mark.seq,
            target.seq,
            self.reader.wake,
            self.view,
            self.session,
            owner=self._owner,
        )
