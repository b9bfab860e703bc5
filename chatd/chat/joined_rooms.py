"""The rooms that one session is in, and which of them its input is meant for.

Over lines, a session is in one room at a time, and what it says is meant for that one. A session
that may be in many rooms names the room with each message.

It must not know other sessions, rights or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.chat.members import Member
from chatd.chat.membership import Membership
from chatd.chat.replies import READING_SECONDS, Replies
from chatd.chat.subscriptions import Subscriptions
from chatd.errors import ErrorKind, Refusal
from chatd.event import LEAVING, Departure
from chatd.formats.base import Entrance
from chatd.rooms.bookmarks import NEWCOMER, Return
from chatd.rooms.room import Room
from chatd.util.state import State


class Reader(Member, Protocol):
    """A member that may lose the right to read."""

    def may_read(self, log: Room) -> bool:
        """Return True if it may read a log now."""


class JoinedRooms:
    """The rooms of one session. ``current`` is the room that input without a room is meant for.

    All rooms that it is in are `Subscriptions.memberships`. ``only`` is, of a session that may be
    in many rooms and did not name any when it came, the room that it was put into: its messages
    need no room.
    """

    __slots__ = (
        "_clock",
        "_moved",
        "_replies",
        "current",
        "only",
        "subscriptions",
    )

    def __init__(self, subscriptions: Subscriptions, replies: Replies, clock: IReactorTime) -> None:
        self.current: Room | None = None
        self.only: Room | None = None
        self._moved: tuple[str, float] | None = None
        self.subscriptions = subscriptions
        self._replies = replies
        self._clock = clock

    def state(self) -> State:
        """Return what another process needs to go on, with the rooms by their names."""
        return {
            "rooms": [each.state() for each in self.subscriptions.memberships.values()],
            "current": None if self.current is None else self.current.name,
            "only": None if self.only is None else self.only.name,
            "moved": self._moved and list(self._moved),
        }

    def resume(self, member: Reader, state: State, room_of: Callable[[str], Room | None]) -> None:
        """Go on from a state; `Subscriptions.resume_following` follows the rooms."""
        for each in state["rooms"]:
            room = room_of(each["room"])
            if room is not None:
                membership = Membership.resume(room, member, self._clock, each)
                self.subscriptions.memberships[room] = membership
        self.current, self.only = (
            None if state[name] is None else room_of(state[name]) for name in ("current", "only")
        )
        self._moved = state["moved"] and tuple(state["moved"])

    def enter(
        self,
        member: Reader,
        room: Room,
        greeting: str,
        recent: int,
        then: str = "",
        back: Return = NEWCOMER,
    ) -> None:
        """Enter a room: send the greeting and the last lines, and follow the room from here.

        All in one turn of the reactor, so that no line is lost and none sent twice. ``recent`` is
        the number of lines, ``then`` comes after the greeting. A returning session (``back``) is
        sent the lines after those that it has instead.
        """
        subscriptions, replies = self.subscriptions, self._replies
        after = back.after
        head = room.head
        if after is None:
            start = head if replies.format.asks_for_past else max(0, head - recent)
        else:
            start = after
        self.leave(room if subscriptions.multi_room else None)
        since = None if back.anew else after
        membership = Membership.begin(room, member, self._clock, since)
        subscriptions.memberships[room] = membership
        self.current, self.only, self._moved = room, None, None
        replies.stream.put(
            replies.answering.entered(
                Entrance(
                    room.name,
                    head,
                    room.head_time,
                    start,
                    room.topic,
                    greeting,
                    then,
                    resumed=after is not None and not back.anew,
                    anew=back.anew,
                    topic_set=room.topic_set,
                    made=room.made,
                )
            )
        )
        if start < head:
            newcomers = (replies.format.shared or replies.format).for_newcomers()
            may_read = partial(member.may_read, room)
            subscriptions.replay(room, start, head, may_read, newcomers)
        subscriptions.follow(membership)
        membership.announce_later()
        if room.register is not None:
            replies.answer("switch_register_on", room=room.name)

    def leave(self, room: Room | None = None, departure: Departure = LEAVING) -> None:
        """Leave a room, or all rooms. What was said there so far is still sent.

        The client is sent that it left, unless it quits.
        """
        for left in tuple(self.subscriptions.memberships) if room is None else (room,):
            membership = self.subscriptions.memberships.get(left)
            if membership is None:
                continue
            if self.current is left:
                self.current = None
            if self.only is left:
                self.only = None
            membership.end(departure)
            self.subscriptions.unfollow(membership)
            del self.subscriptions.memberships[left]
            if not departure.quits:
                self._replies.stream.put(self._replies.format.left(left.name, departure))

    def is_in(self, room: Room) -> bool:
        """Return True if the session is a member of a room."""
        membership = self.subscriptions.memberships.get(room)
        # A membership whose end failed half way is still listed.
        return membership is not None and not membership.ended

    def rename(self, name: str, guest: bool, along: Collection[JoinedRooms]) -> None:
        """Tell the other members of a new name. To be called before the session has it.

        Sessions that take the same name next (``along``) do not count as keeping the old one.
        """
        memberships = self.subscriptions.memberships
        # Clients take a new name for one in all rooms: they hear before that from which it is gone.
        for membership in sorted(memberships.values(), key=lambda each: each.shows(name)):
            room = membership.room
            membership.rename(
                name, guest, sum(room in other.subscriptions.memberships for other in along)
            )

    def renamed(self, guest: bool) -> None:
        """Have each room told of a name that is new there. To be called after the renaming."""
        for membership in self.subscriptions.memberships.values():
            if guest:
                membership.cancel_announcement()
            else:
                membership.announce_later()

    def show_account(self) -> None:
        """Show the other members that the session has logged in, or out."""
        for membership in self.subscriptions.memberships.values():
            membership.show_account()

    # The room that input is meant for

    def here(self, key: str = "in_no_room") -> Room:
        """Return the room that input is meant for, if it names none.

        Raises `Refusal` if that is not known. The session may be in no room, which the sentence
        ``key`` says. It may be in several, and have named none. Or it was moved here less than
        `READING_SECONDS` ago, so that its input was written for the room before.
        """
        if self._moved is not None:
            room, when = self._moved
            if self._clock.seconds() - when < READING_SECONDS:
                raise Refusal(ErrorKind.NOT_SAID, "moved_just_now", room=room)
            self._moved = None
        if self.current is None:
            raise Refusal(
                ErrorKind.NO_ROOM, "no_room_named" if self.subscriptions.memberships else key
            )
        return self.current

    def was_moved(self, room: Room) -> None:
        """Take note that the session was moved out of a room into another unasked."""
        self._moved = room.name, self._clock.seconds()

    def focus(self, room: Room | None) -> None:
        """Take the next input as meant for one of several rooms; None if it has named none."""
        self.current = room

    def need_not_name(self, room: Room | None) -> None:
        """Take messages that name no room as meant for this one; None if they must name one."""
        self.only = room
