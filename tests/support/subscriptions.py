"""The subscriptions of one session, without a server."""

from __future__ import annotations

from twisted.internet.task import Clock

from chatd.chat.identity import Identity
from chatd.chat.membership import Membership
from chatd.chat.read_marks import ReadTracker, reached
from chatd.chat.replies import Replies
from chatd.chat.resumable_subscriptions import ResumableSubscriptions
from chatd.event import Draft, Event, Kind
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.storage.memory import MemoryStore
from tests.support.sessions import alone, taken


class StateFormat(ChatFormat):
    """The format of a client that is sent its name and its read marks."""

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        return f"name {name} {is_guest} {logged_in}\n".encode()

    def seen(self, room: str, seq: int, time: int) -> bytes:
        return f"mark {room} {seq}\n".encode()


class SubscriptionsHarness:
    """The subscriptions of Ana, and rooms in which lines are published.

    They may be those of another process, on the store of those ``before``.
    """

    def __init__(self, *, private: bool = True, before: SubscriptionsHarness | None = None) -> None:
        self.clock = Clock()
        self.store = before.store if before else MemoryStore(self.clock, self.clock.seconds)
        heads = {each.name: each.head for each in self.store.rooms()}
        self.lobby, self.inbox = (
            Room(name, self.store, heads.get(name, 0)) for name in ("lobby", "@ana")
        )
        identity = Identity("ana", self.clock, lambda grant: True)
        self.stream = Stream()
        self.replies = Replies(self.stream, ChatFormat(), Language.ENGLISH)
        self.subscriptions = ResumableSubscriptions(1, identity, self.replies, private)
        self.tracker = ReadTracker("ana", self.inbox)

    def enter(self, room: Room) -> Membership:
        """Follow a room as a member."""
        membership = self.join(room)
        self.subscriptions.follow(membership)
        return membership

    def join(self, room: Room) -> Membership:
        """Be a member of a room that is not followed yet."""
        ana = alone(1, self.store, self.clock, name="ana")
        membership = Membership(room, ana, self.clock)
        self.subscriptions.memberships[room] = membership
        return membership

    def say(
        self, text: str, *, author: str = "luis", by: int = 2, room: Room | None = None
    ) -> None:
        """Publish a line of a session with that number."""
        log = room or self.lobby
        kind = Kind.PRIVATE if log is self.inbox else Kind.MESSAGE
        self.store.commit([Draft(log.name, by, author, kind, [text])])
        log.publish([Event(log.name, log.head + 1, 0, by, author, kind, text)])

    def seen(self) -> list[str]:
        return taken(self.stream).splitlines()

    @property
    def place(self) -> int | None:
        """The seq up to which the lobby was sent without a gap."""
        return reached(self.tracker.spans("lobby"), 0)
