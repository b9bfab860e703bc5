"""One connected person or program, whatever it came through.

A session has a name, the rooms that it is in, an inbox and a stream of what it is to be sent. What
it says and asks takes effect in order: while something that it said is on its way to the disk, what
it asks waits. It knows no connection, no other session and no command.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Sequence
from functools import partial
from itertools import islice
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.accounts.credentials import FRESH_SECONDS, Grant, Scope
from chatd.chat.membership import Membership
from chatd.chat.read_marks import ReadTracker
from chatd.errors import ErrorKind, Refusal
from chatd.event import Draft, Event, Kind, is_inbox
from chatd.formats.base import Entrance, Format
from chatd.i18n import Language, people, sentence
from chatd.rooms.bookmarks import NEWCOMER, Return, end_of
from chatd.rooms.feed import Cursor, Replay
from chatd.rooms.room import Room
from chatd.rooms.stream import Inbox, Stream
from chatd.rooms.view import EVERYTHING, NOTHING_SET, Bell, Settings
from chatd.text.folding import fold
from chatd.util.error_log import ErrorLog

CONFIRM_SECONDS = 60
"""Within what time something has to be asked again to be meant."""

NAMES_SHOWN = 10
"""How many names a greeting lists; /who lists more."""

READING_SECONDS = 2.0
"""What comes sooner behind an answer was not written by somebody who has read it."""

Job = Coroutine[Deferred[Any], Any, None]
Action = Callable[[], Job | None]

Receipt = Callable[[Sequence[int] | None], None]
"""Is given the seqs of what was said, once that is on disk; None if it was not said."""


class Session:
    """``number`` is this session's alone. ``changed`` is called when it may be `ready` again;
    ``guard`` gives why it may not speak in a guarded room, and None if it may; ``readable`` returns
    whether it may read one; ``holds`` is true of a grant that is valid; ``hide_typing`` is called
    when what is typed should not be seen where it is typed, and when it may.

    Over lines it is in one room at a time. One that may be in ``multi_room`` goes into one more
    with each that it enters, and what it asks concerns ``room``, of those that it is in.
    """

    __slots__ = (  # a dict of more than thirty would weigh 1.3 KB more
        "_busy",
        "_clock",
        "_error_log",
        "_held",
        "_is_expected",
        "_is_password",
        "_moved",
        "_receipts",
        "_to_confirm",
        "_unasked_until",
        "answers",
        "changed",
        "client_id",
        "confidential",
        "format",
        "grant",
        "guard",
        "has_spoken",
        "hide_typing",
        "holds",
        "inbox",
        "is_guest",
        "language",
        "memberships",
        "multi_room",
        "name",
        "network",
        "number",
        "only",
        "pending_prompt",
        "read_tracker",
        "readable",
        "room",
        "settings",
        "stream",
        "text_only",
        "unpublished",
        "view",
    )

    def __init__(
        self,
        number: int,
        stream: Stream,
        format: Format,
        clock: IReactorTime,
        language: Language,
        error_log: ErrorLog,
        *,
        private: bool = True,
    ) -> None:
        self.number = number
        self.name = f"guest{number}"
        self.is_guest = True
        self.grant: Grant | None = None  # what it logged in with, whether that is valid or not
        self.client_id = ""  # guests with the same may share a name: whose sessions these are
        self.network = (
            ""  # where it comes from, as `chatd.protocols.transport.limits.network_of` has it
        )
        self.confidential = False  # whether nobody on the way can read what it sends
        self.read_tracker: ReadTracker | None = None  # while it is logged in
        self.room: Room | None = None
        self.memberships: dict[Room, Membership] = {}  # the rooms that it is in
        self.multi_room = False
        self.only: Room | None = None  # of several, the one that is meant where none is named
        self._moved: tuple[str, float] | None = None
        self.settings = NOTHING_SET
        self.view = EVERYTHING
        self.format = format
        self.answers: Format | None = None  # how it is answered, if not as it is shown all else
        self.language = language
        self.text_only = False
        self.pending_prompt: Callable[[str], Job | None] | None = None  # who is given its next line
        self._unasked_until = 0.0
        self._is_password: Callable[[str], bool] = _not_known
        self._is_expected: Callable[[str], bool] = _not_known
        self.hide_typing: Callable[[bool], None] = _shown
        self.has_spoken = False
        self.unpublished = 0  # how many of its lines wait for commit
        self.stream = stream
        self.inbox: Inbox | None = None
        if private:
            self.inbox = Inbox(stream.wake)
            stream.follow(self.inbox)
        self.changed: Callable[[], None] = lambda: None
        self.guard: Callable[[Session, Room], Refusal | None] = _let_speak
        self.holds: Callable[[Grant], bool] = _let_hold
        self.readable: Callable[[Session, Room], bool] = _let_read
        stream.relieved = self._changed
        self._clock = clock
        self._error_log = error_log
        self._held: Action | None = None
        self._receipts: list[tuple[str, int, Receipt | None]] | None = None
        self._busy = False
        self._to_confirm = ("", 0.0)  # what it asked for and has to ask again, and when it did

    # What it may do as an account

    @property
    def account(self) -> str | None:
        """The key of the account that it is logged in to; None for a guest, and for one whose grant
        is not valid any more."""
        grant = self.grant
        return grant.account if grant is not None and self.holds(grant) else None

    def lacks(self, scope: Scope) -> Refusal | None:
        """Why it may not do what takes that scope of a grant; None if it may. What guests may do is
        not looked at here."""
        grant = self.grant
        if grant is None or not scope:
            return None
        if not self.holds(grant):
            return Refusal(ErrorKind.NOT_ALLOWED, "not_signed_in")
        if grant.scope >= scope:
            return None
        key = "token_reads_only" if scope is Scope.WRITE else "not_with_a_token"
        return Refusal(ErrorKind.NOT_ALLOWED, key)

    def check_scope(self, scope: Scope) -> None:
        """Raise what `lacks` gives."""
        refusal = self.lacks(scope)
        if refusal is not None:
            raise refusal

    @property
    def typed_its_password(self) -> bool:
        """True if the password of its account was typed in it within `FRESH_SECONDS`."""
        grant = self.grant
        if grant is None or grant.typed is None or not self.holds(grant):
            return False
        return self._clock.seconds() - grant.typed < FRESH_SECONDS

    # What it says and asks

    @property
    def occupied(self) -> bool:
        """Whether something that it asked waits or is being done."""
        return self._busy or self._held is not None

    @property
    def settled(self) -> bool:
        """Whether everything that it said and asked so far is done."""
        return not self.unpublished and not self.occupied

    @property
    def ready(self) -> bool:
        """Whether it may say or ask the next thing. (How much may wait: `ChatServer.allowance`.)"""
        return not (self.occupied or self.stream.full or self.stream.finished)

    def say(
        self,
        *texts: str,
        kind: Kind = Kind.MESSAGE,
        room: Room | None = None,
        receipt: Receipt | None = None,
    ) -> None:
        """Say some valid lines in a room, the one it is in if none is given.

        In no room, or where it may not speak, it is told that they were not said. A ``receipt`` is
        for one that `wants_receipts`.
        """
        if self.grant is not None and (refusal := self.lacks(Scope.WRITE)) is not None:
            self._not_said(len(texts), refusal, receipt)
            return
        if room is None:
            try:
                room = self.here("not_said")
            except Refusal as unknown:
                self._not_said(len(texts), unknown, receipt)
                return
        if room.guarded and (refusal := self.guard(self, room)) is not None:
            self._not_said(len(texts), refusal, receipt)
            return
        room.append(Draft(room.name, self.number, self.name, kind, texts))
        self.has_spoken = True
        self.unpublished += len(texts)
        if self._receipts is not None:
            self._receipts.append((room.name, len(texts), receipt))

    def may_speak_in(self, room: Room) -> bool:
        """Return whether it may speak in a room."""
        return not room.guarded or self.guard(self, room) is None

    def _not_said(self, lines: int, why: Refusal, receipt: Receipt | None) -> None:
        def tell() -> None:
            for _ in range(lines):
                self.error(why.kind, why.key, **why.values)
            if receipt is not None:
                receipt(None)

        self.when_settled(tell)  # behind the receipts

    def wants_receipts(self) -> None:
        """From now on it has to be known what became of each thing that it says."""
        self._receipts = []

    def _give_receipts(self, room: str, seqs: Sequence[int] | None, lines: int) -> None:
        """So many lines that it said in that room have these places now, or were refused. What is
        said in one room is published in the order in which it was said, a draft whole."""
        receipts = self._receipts or []
        given = 0
        for waiting in [each for each in receipts if each[0] == room]:
            if given < lines:
                receipts.remove(waiting)
                _, count, receipt = waiting
                given += count
                if receipt is not None:
                    receipt(None if seqs is None else seqs[given - count : given])

    def when_settled(self, action: Action) -> None:
        """Do this once everything that it said so far is published. Nothing else until then.

        If the action gives a coroutine, nothing else until that has ended, either.
        """
        if self.unpublished:
            held = self._held
            self._held = action if held is None else partial(_one_by_one, held, action)
        else:
            self._do(action)

    def confirms(self, what: str) -> bool:
        """Whether it asks for the same thing as it did less than a minute ago, and so means it."""
        now = self._clock.seconds()
        asked, when = self._to_confirm
        confirmed = asked == what and now - when < CONFIRM_SECONDS
        self._to_confirm = ("", 0.0) if confirmed else (what, now)
        return confirmed

    def published(self, room: str, seqs: Sequence[int]) -> None:
        """The lines that it said in that room and that have these places have been committed, and
        shown there."""
        self.unpublished -= len(seqs)
        if self._receipts is not None:
            self._give_receipts(room, seqs, len(seqs))
        elif self.room is None or room != self.room.name:
            for _ in seqs:
                self.answer("said_in_room", room=room)
        self._go_on()

    def delivered(self, event: Event, receiver: str, *notes: tuple[str, str]) -> None:
        """A private line that it said is kept for its receiver. The notes are told behind its
        receipt: a sentence's key, and what to say of the receiver."""
        self.unpublished -= 1
        self.stream.put(self.format.private(event.author, event.text, receiver))
        for key, text in notes:
            self.answer(key, name=receiver, text=text)
        if self._receipts is not None:
            self._give_receipts(event.room, [event.seq], 1)
        self._go_on()

    def refused(self, room: str, lines: int) -> None:
        """So many lines that it said in that room could not be committed."""
        self.unpublished -= lines
        for _ in range(lines):
            self.error(ErrorKind.NOT_SAVED, "not_saved")
        if self._receipts is not None:
            self._give_receipts(room, None, lines)
        self._go_on()

    def _go_on(self) -> None:
        if self._held is not None and not self.unpublished:
            action, self._held = self._held, None
            if not self.stream.finished:
                self._do(action)

    def _do(self, action: Action) -> None:
        try:
            waiting = action()
        except Exception:
            self._fail(Failure())
        else:
            if waiting is not None:
                self._busy = True
                Deferred.fromCoroutine(waiting).addErrback(self._fail).addCallback(self._done)

    def _done(self, _: None) -> None:
        self._busy = False
        self._changed()

    def _fail(self, failure: Failure) -> None:
        self._error_log.tell("what a session asked for failed", failure, words=False)
        try:
            self.error(ErrorKind.SERVER_ERROR, "server_error")
        except Exception:
            self.stream.failed("a session could not be told of an error")

    def _changed(self) -> None:
        self.changed()

    # What it is told

    def sentence(self, key: str, **values: object) -> str:
        """A sentence of the server's, in the language of this session."""
        return sentence(self.language, key, **values)

    def answer(self, key: str, **values: object) -> None:
        """Tell it a sentence of the server's."""
        self.stream.put(self._answers.say(self.sentence(key, **values), key))

    def tell(self, text: str) -> None:
        """Tell it some lines of the server's."""
        self.stream.put(self._answers.say(text))

    def error(self, kind: ErrorKind, key: str, **values: object) -> None:
        """Tell it what was wrong."""
        self.stream.put(self._answers.error(kind, key, **values))

    @property
    def _answers(self) -> Format:
        return self.answers or self.format

    def receive(self, author: str, text: str) -> bool:
        """Let a private line wait for it in memory; False without room for it."""
        if self.inbox is None:
            return False
        if fold(author) in self.view.ignored:
            return True
        rings = self.view.bell is not Bell.OFF and author != self.name
        bell = self.format.bell if rings else b""
        return self.inbox.put(bell + self.format.private(author, text))

    def notify(self, author: str, text: str) -> None:
        """Tell it what somebody did for it elsewhere, as `receive` does with what they say."""
        if self.inbox is not None and fold(author) not in self.view.ignored:
            self.inbox.put(self.format.say(text))

    def ask(self, key: str, then: Callable[[str], Job | None], **values: object) -> None:
        """Ask it something: its next line, whatever it is, is the answer, which nobody is shown."""
        self.pending_prompt = then
        self.hide_typing(True)
        self.answer(key, **values)

    def refuse_to_ask(self) -> None:
        """It wanted to be asked something, and is not. If its next line comes too soon to be by
        somebody who has read that, it is the answer all the same."""
        self._unasked_until = self._clock.seconds() + READING_SECONDS
        self.pending_prompt = self._answered_unasked

    @property
    def unasked(self) -> bool:
        """Whether its next line, if it comes now, may be an answer although nothing was asked."""
        return (
            self.pending_prompt == self._answered_unasked
            and self._clock.seconds() < self._unasked_until
        )

    def knows_password(self, is_password: Callable[[str], bool]) -> None:
        """Recognise from here on the password that was typed in this session, by a function that
        returns True for it."""
        self._is_password = is_password

    def may_get_password(self) -> None:
        """Expect the password as the next line although it is not asked for: a program may send it
        without waiting for a question. See `passes_over`."""
        self._is_expected = self._is_password
        if self.pending_prompt is None:
            self.pending_prompt, self._unasked_until = self._answered_unasked, 0.0

    def passes_over(self, line: str) -> bool:
        """Return True, once, for a next line that is the expected password: it is not said, and no
        answer to what was asked, which stays asked."""
        is_expected, self._is_expected = self._is_expected, _not_known
        if not is_expected(line):
            return False
        if self.pending_prompt == self._answered_unasked:
            self.pending_prompt = None
        return True

    def answered(self) -> Callable[[str], Job | None] | None:
        """Its next line is here: what is to be done with it; None if it is a line like others."""
        self._is_expected = _not_known
        then = self.pending_prompt
        if then == self._answered_unasked and not self.unasked:
            then = None
        self.pending_prompt = None
        self.hide_typing(False)
        return then

    def _answered_unasked(self, answer: str) -> None:
        if answer:
            self.error(ErrorKind.NOT_SAID, "answer_to_nothing")

    def replay(self, room: Room, after: int, upto: int) -> None:
        """Show it a stretch of a room's log, with times."""
        self._replay(room, self.format.of_past(), after, upto)

    def _replay(self, room: Room, format: Format, after: int, upto: int) -> None:
        replay = Replay(
            room,
            format,
            after,
            upto,
            self.stream.wake,
            self.view.of_past,
            self.number,
            partial(self._may_read, room),
        )
        if self.read_tracker is not None and self._counts_as_shown(room):
            self.read_tracker.show(room.key, replay)
        self.stream.replay(replay)

    def _may_read(self, log: Room) -> bool:
        """Return whether it may read a log now: a room, or the inbox of its account."""
        if is_inbox(log.key):
            return self.read_tracker is not None and self.read_tracker.inbox is log
        return not log.guarded or self.readable(self, log)

    def _counts_as_shown(self, log: Room) -> bool:
        """Whether what it is sent of a log was seen by whoever is there. One with several rooms has
        most of them in the background, and says itself what was seen of them."""
        return not self.multi_room or (
            self.read_tracker is not None and log is self.read_tracker.inbox
        )

    def show_place(self, room: Room, place: int | None) -> None:
        """Tell it up to where a room was seen by its account, if that is anything to it."""
        if place is not None:
            self.stream.put(self.format.seen(room.name, place))

    def show(self, events: Sequence[Event]) -> None:
        """Show it some events, with times, as an answer."""
        self.stream.put(self.format.found(events))

    def change_format(self, format: Format) -> None:
        """Show it everything in another way, from here on."""
        self._unfollow()
        self.format = format
        self._follow()

    def apply(self, settings: Settings) -> None:
        """Have other settings, from here on."""
        self._unfollow()
        self.settings = settings
        if settings.language:
            self.language = Language(settings.language)
        self.format = (
            self.format.with_times(settings.times)
            .with_quiet(settings.quiet)
            .in_language(self.language)
        )
        # Echo is for terminals, which show what is typed by themselves.
        self.view = (settings._replace(echo=True) if self.multi_room else settings).view(self.name)
        self._follow()

    def begin_tracking(self, tracker: ReadTracker) -> None:
        """It is logged in: it follows its inbox, and what it is shown is counted."""
        self._unfollow()
        self.read_tracker = tracker
        # What is still to be taken of what it was shown before now is nobody's to count.
        self._follow(since_entered=not self.stream.owes_past)
        self._say_who_it_is()

    def stop_following(self) -> None:
        """Take no more from its room and its inbox than what they had so far."""
        self._unfollow()

    def end_tracking(self) -> None:
        """It is logged in no more, and about to have another name, or none."""
        self._unfollow()
        self.read_tracker = None
        self._follow()

    def _follow(self, *, since_entered: bool = False) -> None:
        self._unfollow()  # done already, unless that failed
        if self.stream.finished:
            return
        for membership in self.memberships.values():
            self._follow_room(membership, membership.entered_at if since_entered else None)
        if self.read_tracker is not None:
            inbox = self.read_tracker.inbox
            # As private lines to guests, it shows no times while it is live.
            self.read_tracker.cursor = self._cursor_in(inbox, self.format.with_times(False))

    def _follow_room(self, membership: Membership, since: int | None = None) -> None:
        self._unfollow_room(membership)
        membership.cursor = self._cursor_in(membership.room, self.format, since)

    def _cursor_in(self, log: Room, format: Format, since: int | None = None) -> Cursor:
        cursor = Cursor(log.feed(format), self.number, self.stream, view=self.view)
        if self.read_tracker is not None and self._counts_as_shown(log):
            self.read_tracker.follow(log.key, cursor, since)
        self.stream.follow(cursor)
        return cursor

    def _unfollow(self) -> None:
        for membership in self.memberships.values():
            self._unfollow_room(membership)
        if self.read_tracker is not None and self.read_tracker.cursor is not None:
            self._end(self.read_tracker.cursor)
            self.read_tracker.cursor = None

    def _unfollow_room(self, membership: Membership) -> None:
        if membership.cursor is not None:
            self._end(membership.cursor)
            membership.cursor = None

    def _end(self, cursor: Cursor) -> None:
        # Either may be done already, if this failed half way.
        if not cursor.closed:
            cursor.close()
        self.stream.unfollow(cursor)

    # Where it is, and who

    def enter(
        self, room: Room, key: str, recent: int, then: str = "", back: Return = NEWCOMER
    ) -> None:
        """Enter a room: send the greeting and the last lines, and follow the room from here.

        All in one turn of the reactor, so that no line is lost and none sent twice. ``key`` names
        the greeting, ``recent`` is the number of lines, ``then`` comes after the greeting. A
        returning session (``back``) is sent the lines after those that it has instead.
        """
        greeting = self.sentence(key, name=self.name, room=room.name, here=self._who(room))
        after = back.after
        start = max(0, room.head - recent) if after is None else after
        self.leave(room if self.multi_room else None)
        self.memberships[room] = membership = Membership(room, self, self._clock)
        self.room, self.only, self._moved = room, None, None
        self.stream.put(
            self.format.entered(
                Entrance(
                    room.name,
                    room.head,
                    start,
                    room.topic,
                    greeting,
                    then,
                    bookmark=str(end_of(room)) if start == room.head else "",
                    resumed=after is not None and not back.anew,
                    anew=back.anew,
                )
            )
        )
        if start < room.head:
            self._replay(room, self.format.for_newcomers(), start, room.head)
        self._follow_room(membership)
        membership.begin_presence()

    def here(self, key: str = "in_no_room") -> Room:
        """Return the room that what it says and asks now is meant for, if none is named.

        Raises `Refusal` if that is not known: it is in none, which the sentence of that key tells
        it; it may be in several, and named none; or it was moved here so lately that what it sends
        was written for the room before.
        """
        if self._moved is not None:
            room, when = self._moved
            if self._clock.seconds() - when < READING_SECONDS:
                raise Refusal(ErrorKind.NOT_SAID, "moved_just_now", room=room)
            self._moved = None
        if self.room is None:
            raise Refusal(ErrorKind.NO_ROOM, "no_room_named" if self.memberships else key)
        return self.room

    def was_moved(self, room: Room) -> None:
        """Note that this session was moved out of that room into another, without having asked for
        it."""
        self._moved = room.name, self._clock.seconds()

    def is_in(self, room: Room) -> bool:
        """Whether it is in that room."""
        membership = self.memberships.get(room)
        return (
            membership is not None and not membership.ended
        )  # one that could not be taken leave of quite

    def focus(self, room: Room | None) -> None:
        """Of several rooms, what it asks next concerns this one; None if it has named none."""
        self.room = room

    def leave(self, room: Room | None = None, *, told: bool = True) -> None:
        """Be in that room no more, or in no room. What was said there so far is still shown, and
        that it left, if it is to be ``told``."""
        for left in tuple(self.memberships) if room is None else (room,):
            membership = self.memberships.get(left)
            if membership is None:
                continue
            if self.room is left:
                self.room = None
            if self.only is left:
                self.only = None
            membership.end()
            self._unfollow_room(membership)
            del self.memberships[left]
            if told:
                self.stream.put(self.format.left(left.name))

    def rename(self, name: str, *, guest: bool = False, along: Collection[Session] = ()) -> None:
        """Take another name, or none. The other people are told; sessions that are about to move
        ``along`` do not count as keeping the name before."""
        for membership in self.memberships.values():
            membership.rename(
                name, guest, sum(membership.room in other.memberships for other in along)
            )
        was_guest, self.is_guest, self.name = self.is_guest, guest, name
        if self.view.bell is not Bell.OFF:
            self.apply(self.settings)  # other lines name it now, and others are its own
        for membership in self.memberships.values():
            if guest:
                membership.end_presence()
            elif was_guest:
                membership.begin_presence()
        self._say_who_it_is()
        self.answer("you_are", name=name)

    def _say_who_it_is(self) -> None:
        self.stream.put(self.format.you(self.name, self.is_guest, self.read_tracker is not None))

    def _who(self, room: Room) -> str:
        if not room.people:
            return self.sentence("nobody_else")
        return self.sentence("here", people=self.people(room, NAMES_SHOWN))

    def people(self, room: Room, limit: int) -> str:
        """Who is in a room, in words: at most that many names. Empty when nobody is."""
        listed = list(islice(room.named, limit))
        return people(self.language, listed, room.guests, len(room.named) - len(listed))


def _let_read(session: Session, room: Room) -> bool:
    """Let every session read: the default where no rights are checked."""
    return True


def _let_speak(session: Session, room: Room) -> None:
    """Nobody looks after who may speak."""


def _not_known(text: str) -> bool:
    """No password is known."""
    return False


def _let_hold(grant: Grant) -> bool:
    """Take every grant for valid: the default where no credentials are checked."""
    return True


def _one_by_one(first: Action, second: Action) -> Job | None:
    waiting = first()
    return second() if waiting is None else _and_then(waiting, second)


async def _and_then(first: Job, second: Action) -> None:
    await first
    waiting = second()
    if waiting is not None:
        await waiting


def _shown(hidden: bool) -> None:
    """Nothing can be done about what is seen where it is typed."""
