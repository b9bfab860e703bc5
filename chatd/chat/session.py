"""One connected person or program, over any protocol.

A session is made of parts, each a class in a module of its own:

- `chatd.chat.identity`: its name, its account, and where it comes from;
- `chatd.chat.replies`: the answers of the server, in its language and its format;
- `chatd.chat.action_queue`: the order of what it says and asks, and receipts;
- `chatd.chat.prompt`: the question that its next line answers;
- `chatd.chat.subscriptions`: the logs that it follows, and its settings and its view;
- `chatd.chat.joined_rooms`: the rooms that it is in, and the one that its input is meant for.

`Session` makes them and holds what needs several of them. Parts do not refer to their session, so a
session that has ended is freed at once, without a collection. A session must not know connections,
other sessions or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple, ParamSpec

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant, Scope
from chatd.chat.action_queue import ActionQueue, Receipt
from chatd.chat.identity import Identity
from chatd.chat.joined_rooms import JoinedRooms
from chatd.chat.membership import Membership
from chatd.chat.replies import Replies
from chatd.chat.resumable_prompt import ResumablePrompt
from chatd.chat.resumable_subscriptions import ResumableSubscriptions
from chatd.errors import ErrorKind, Refusal
from chatd.event import Draft, Kind, is_inbox
from chatd.formats.base import Format
from chatd.i18n import Language, people
from chatd.rooms.bookmarks import NEWCOMER, Return
from chatd.rooms.people import People
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.rooms.view import Bell
from chatd.text.work import work_of
from chatd.util.error_log import ErrorLog

P = ParamSpec("P")

NAMES_SHOWN = 10
"""The number of names that a greeting lists; /who lists more."""


class Rights(NamedTuple):
    """The checks that decide what sessions may do. All sessions of a server share them.

    ``holds`` returns True for a grant that is valid. ``guard`` returns the reason why a session may
    not speak in a guarded room; None if it may. ``readable`` returns True if it may read one. The
    defaults allow everything. ``pay`` counts lines that it says, given their number and all their
    text, and raises `Refusal` if they are too many.
    """

    holds: Callable[[Grant], bool] = lambda grant: True
    guard: Callable[[Session, Room], Refusal | None] = lambda session, room: None
    readable: Callable[[Session, Room], bool] = lambda session, room: True
    pay: Callable[[Session, int, str], None] = lambda session, lines, text: None


class Session:
    """A connected client. ``number`` is its own, and never used again.

    ``text_only`` is True if its lines are no commands.
    """

    __slots__ = (  # a dict would weigh several hundred bytes more
        "identity",
        "joined",
        "number",
        "prompt",
        "queue",
        "replies",
        "rights",
        "stream",
        "subscriptions",
        "text_only",
    )

    def __init__(
        self,
        number: int,
        name: str,
        stream: Stream,
        format: Format,
        clock: IReactorTime,
        language: Language,
        error_log: ErrorLog,
        rights: Rights,
        *,
        private: bool = True,
    ) -> None:
        self.number = number
        self.stream = stream
        self.text_only = False
        self.identity = Identity(name, clock, rights.holds)
        self.replies = Replies(stream, format, language)
        self.queue = ActionQueue(self.replies, error_log)
        self.prompt = ResumablePrompt(self.replies, clock)
        self.subscriptions = ResumableSubscriptions(number, self.identity, self.replies, private)
        self.joined = JoinedRooms(self.subscriptions, self.replies, clock)
        self.rights = rights

    # Reading its parts

    @property
    def name(self) -> str:
        """The name that others see."""
        return self.identity.name

    @property
    def is_guest(self) -> bool:
        """True if the server made the name up."""
        return self.identity.is_guest

    @property
    def grant(self) -> Grant | None:
        """The grant that it logged in with, valid or not."""
        return self.identity.grant

    @property
    def account(self) -> str | None:
        """The key of the account that it is logged in to, if its grant is valid."""
        return self.identity.account

    @property
    def away(self) -> str:
        """The text that others receive while it is away; "" while it is not."""
        return self.subscriptions.settings.away

    @property
    def network(self) -> str:
        """The network that it comes from, or ""."""
        return self.identity.network

    @property
    def language(self) -> Language:
        """The language of its answers."""
        return self.replies.language

    @property
    def room(self) -> Room | None:
        """The room that its input is meant for."""
        return self.joined.current

    @property
    def memberships(self) -> dict[Room, Membership]:
        """The rooms that it is in."""
        return self.subscriptions.memberships

    # Speaking

    def say(
        self,
        *texts: str,
        kind: Kind = Kind.MESSAGE,
        room: Room | None = None,
        receipt: Receipt | None = None,
    ) -> None:
        """Say some valid lines in a room; in the current one if none is given.

        Or one message: a text with LFs. A session that may not is sent an error for each text. One
        that wants receipts may give one, which receives the reason in place of that.
        """
        as_one = len(texts) == 1 and "\n" in texts[0]
        lines = texts[0].split("\n") if as_one else texts
        try:
            if self.identity.grant is not None:
                self.identity.check_scope(Scope.WRITE)
            room = room or self.joined.here("not_said")
            if room.guarded and (why := self.rights.guard(self, room)) is not None:
                raise why.anew()
            if not room.takes_lines:
                raise Refusal(ErrorKind.NOT_SAVED, "store_full")
            self.rights.pay(self, len(lines), text := "".join(texts))
        except Refusal as refusal:
            self.queue.not_said(len(texts), refusal, receipt)
            return
        room.append(Draft(room.name, self.number, self.identity.name, kind, lines, as_one))
        if not self.identity.has_spoken:
            self.identity.note_spoken()
        self.queue.said(room.name, lines, work_of(text), receipt)

    def published(self, room: str, seqs: Sequence[int]) -> None:
        """Take note that its lines in a room were committed with these seqs, and sent there."""
        here = self.joined.current
        self.queue.published(room, seqs, here is None or room != here.name)

    def may_speak_in(self, room: Room) -> bool:
        """Return True if it may speak in a room."""
        return not room.guarded or self.rights.guard(self, room) is None

    def may_read(self, log: Room) -> bool:
        """Return True if it may read a log now: a room, or the inbox of its account."""
        if is_inbox(log.key):
            tracker = self.subscriptions.read_tracker
            return tracker is not None and tracker.inbox is log
        return not log.guarded or self.rights.readable(self, log)

    def attempt(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call a function that concerns this session; if it fails, only this session does."""
        try:
            call(*args, **kwargs)
        except Exception:
            self.stream.failed("a session could not be told")

    def read_as_text(self) -> None:
        """Take no line as a command from here on."""
        self.text_only = True

    # Answers

    def sentence(self, key: str, **values: object) -> str:
        """Return a sentence of the server in its language."""
        return self.replies.sentence(key, **values)

    def answer(self, key: str, **values: object) -> None:
        """Send it a sentence of the server."""
        self.replies.answer(key, **values)

    def tell(self, text: str) -> None:
        """Send it some lines of the server."""
        self.replies.tell(text)

    def error(self, kind: ErrorKind, key: str, **values: object) -> None:
        """Send it an error."""
        self.replies.error(kind, key, **values)

    def replay(self, log: Room, after: int, upto: int) -> None:
        """Send it a stretch of a log, with times."""
        self.subscriptions.replay(log, after, upto, partial(self.may_read, log))

    # Rooms and names

    def enter(
        self, room: Room, key: str, recent: int, then: str = "", back: Return = NEWCOMER
    ) -> None:
        """Enter a room: see `JoinedRooms.enter`. ``key`` names the greeting."""
        name = self.identity.name
        there = _people_in(room.here, name, self.replies.language)
        sentence = self.replies.sentence
        others = sentence("here", people=there) if there else sentence("nobody_else")
        greeting = sentence(key, name=name, room=room.name, here=others)
        self.joined.enter(self, room, greeting, recent, then, back)

    def rename(self, name: str, *, guest: bool = False, along: Collection[Session] = ()) -> None:
        """Take another name; ``guest`` is True if the server made it up.

        The other members are told. Sessions that are about to take the same name (``along``) do not
        count as keeping the old one.
        """
        subscriptions = self.subscriptions
        self.joined.rename(name, guest, [other.joined for other in along])
        self.identity.rename(name, guest)
        if subscriptions.view.bell is not Bell.OFF:
            # Other lines name the session now, and others are its own.
            subscriptions.apply(subscriptions.settings)
        self.joined.renamed(guest)
        subscriptions.show_identity()
        self.answer("you_are", name=name)


def _people_in(here: People, reader: str, language: Language) -> str:
    """Return the members of a room in words, at most `NAMES_SHOWN` names; "" for no members.

    Those that are absent are not among them.
    """
    named = len(here.named) - len(here.absent)
    if not (named or here.guests):
        return ""
    list_names = here.list_present if here.absent else here.list_names
    listed = list_names(NAMES_SHOWN, reader)
    return people(language, listed, here.guests, named - len(listed))
