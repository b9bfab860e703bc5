"""Questions to a room: asking one, answering it, seeing who has not, and closing it.

Everyone who may read a room may answer there, also those who are muted, because only the one who
asked sees it. What was answered is shown to the one who asked, and to operators: how many chose
each option, and what was said in words. The others see it if that person shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatd.accounts.credentials import Scope
from chatd.chat.actions.costs import PEOPLE_A_LINE
from chatd.chat.actions.once import event_at, once
from chatd.chat.actions.remarks import check_store
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.idempotency import Keep, Request, keep_nothing
from chatd.chat.key_ages import Said
from chatd.chat.key_owners import ClientKey
from chatd.chat.permissions import Act
from chatd.chat.question_grammar import YES, checked, option_of
from chatd.chat.question_records import Asked, Given, QuestionRecord, counts_of
from chatd.chat.questions import ANSWERS, EXPECTED
from chatd.chat.respondents import Person, is_account
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Draft, Kind
from chatd.remarks import Answers, Count, Question
from chatd.rooms.room import Room
from chatd.storage.contract import Conflict
from chatd.storage.records import Put, change
from chatd.text.folding import fold
from chatd.util.meter import REPLAY_LINES

SHOWN_CHARACTERS = 4000
"""Most characters of the names and words in an event that shows answers: that of a long line."""


class Standing(NamedTuple):
    """The answers to a question so far.

    ``counts`` are those of its options, none if words answer it, or if it is anonymous and open.
    ``missing`` are the people who have not answered, as pairs of key and name: of those who were
    there when it was asked, or are there now. ``shows_words`` is true if the session may see the
    words of each.
    """

    asked: Asked
    given: Sequence[Given]
    counts: Sequence[Count]
    missing: Sequence[tuple[str, str]]
    shows_words: bool

    @property
    def expected(self) -> int:
        """The number of people who have answered or are to."""
        return len(self.given) + len(self.missing)


class Answered(NamedTuple):
    """An answer that is stored. It is ``again`` if its person had given one before."""

    asked: Asked
    option: int
    words: str
    again: bool


async def ask(
    server: ChatServer,
    session: Session,
    room: Room,
    question: Question,
    keep: Keep = keep_nothing,
) -> Asked:
    """Ask a room a question. Return it once its line is published.

    Raises `Refusal` and `StoreError`.
    """
    server.moderation.check(session, room, Act.ASK)
    check_store(server, room)
    question = checked(question)
    if question.anonymous and not server.store.leaves_no_trace:
        raise Refusal(ErrorKind.NOT_ALLOWED, "anonymous_not_here")
    by = server.questions.people.person(session)
    there = _there(server, session, room, EXPECTED)
    puts = server.questions.ask(room, question, by, there)
    server.spending.charge_stored(session, puts, deed=question.text())
    await _log(server, session, room, Kind.QUESTION, question.text(), [*puts, *keep(room)])
    key = puts[0].key
    return Asked(key, server.questions.questions[key])


async def ask_once(
    server: ChatServer,
    session: Session,
    wanted: str,
    question: Question,
    key: ClientKey | None,
) -> tuple[Asked, bool]:
    """Ask the room of that name a question, once with its key: see `ask`.

    Return True with it if it was asked before.
    """

    async def do(room: Room, keep: Keep) -> Asked:
        return await ask(server, session, room, question, keep)

    words, options, anonymous = question
    request = Request(Kind.QUESTION, (words, anonymous, *options), wanted)
    asked = await once(server, session, key, request, do)
    if isinstance(asked, Said):
        return await _asked_before(server, session, asked), True
    return asked, False


async def answer(
    server: ChatServer,
    session: Session,
    room: Room,
    text: str,
    seq: int | None = None,
    keep: Keep = keep_nothing,
) -> Answered:
    """Answer the last question of a room that is open, or the one with that seq.

    ``text`` is a valid line, or "". Return the answer once it is stored. Raises `Refusal` and
    `StoreError`.
    """
    server.moderation.check(session, room, Act.READ)
    session.identity.check_scope(Scope.WRITE)
    asked = _open(server, room, seq)
    option = option_of(asked.record.question, text)
    words = _words(asked, text)
    person = server.questions.people.person(session)
    if asked.record.anonymous:
        # No key is kept: it has a time, and the roll says that the person has answered.
        await server.questions.cast(asked, person, option)
        return Answered(asked, option, words, again=False)
    again = server.questions.has_answered(asked, person)
    puts = server.questions.answer(asked, person, option, words)
    server.spending.charge_stored(session, puts)
    await change(server.store, *puts, *keep(room, asked.record.seq))
    return Answered(asked, option, words, again)


async def answer_once(
    server: ChatServer,
    session: Session,
    wanted: str,
    text: str,
    seq: int | None,
    key: ClientKey | None,
) -> Answered:
    """Answer a question of the room of that name, once with its key: see `answer`.

    An answer with a key that was used is ``again``, and changes nothing, also if its person has
    given another one since.
    """

    async def do(room: Room, keep: Keep) -> Answered:
        return await answer(server, session, room, text, seq, keep)

    given = await once(server, session, key, Request(Kind.ANSWER, (seq, text), wanted), do)
    if not isinstance(given, Said):
        return given
    asked = await _asked_before(server, session, given)
    option = option_of(asked.record.question, text)
    return Answered(asked, option, _words(asked, text), again=True)


def look(server: ChatServer, session: Session, room: Room, seq: int | None = None) -> Standing:
    """Return the answers so far to a question: the one with that seq.

    Or else the last one that is open, or that was. Raises `Refusal` for others than the one who
    asked, and operators.
    """
    server.moderation.check(session, room, Act.READ)
    asked = _known(server, session, room, seq)
    if not _asked(server, session, asked):
        _check_operator(server, session, room, asked)
    return _standing(server, session, room, asked)


async def close(
    server: ChatServer, session: Session, room: Room, seq: int | None = None
) -> Standing:
    """Close a question, as `look` finds it; the log has how many chose each option.

    Raises `Refusal` for others than the one who asked, and operators; and `StoreError`. If that was
    a guest who has left, those may who may ask there.
    """
    server.moderation.check(session, room, Act.READ)
    session.identity.check_scope(Scope.WRITE)
    asked = _open(server, room, seq)
    if not _asked(server, session, asked):
        if _is_of_one_gone(server, session, room, asked):
            server.moderation.check(session, room, Act.ASK)
        else:
            _check_operator(server, session, room, asked)
    check_store(server, room)
    if asked.record.anonymous:
        await server.questions.ballots.settle()
        asked = _open(server, room, asked.record.seq)  # another one may have closed it
    standing = _standing(server, session, room, asked)
    puts = server.questions.close(asked, standing.missing)
    standing = _once_closed(standing, puts[0].value)
    result = Answers("close", asked.record.seq, _result(standing))
    # Those who answered have paid for what is kept of that.
    server.spending.charge_stored(session, [], deed=result.text())
    await _log(server, session, room, Kind.ANSWER, result.text(), puts)
    return standing


async def show(server: ChatServer, session: Session, room: Room, seq: int | None = None) -> None:
    """Show a room who answered what. Raises `Refusal` for others than the one who asked.

    Raises `StoreError`, too.
    """
    server.moderation.check(session, room, Act.ASK)
    asked = _known(server, session, room, seq)
    if not _asked(server, session, asked):
        raise _not_allowed("only_asker_shows", asked)
    if asked.record.anonymous:
        raise Refusal(ErrorKind.NOT_ALLOWED, "anonymous_has_no_names")
    check_store(server, room)
    given = server.questions.given_to(asked)
    counts = _shortened(counts_of(asked.record, given, named=True))
    result = Answers("show", asked.record.seq, counts)
    server.spending.charge_stored(session, [], deed=result.text())
    await _log(server, session, room, Kind.ANSWER, result.text(), [])


async def _asked_before(server: ChatServer, session: Session, said: Said) -> Asked:
    """Return the question that a used key is about: of one that is forgotten, what the log has.

    Raises `StoreError`.
    """
    room = server.rooms.get(fold(said.room))
    questions = [] if room is None else server.questions.of(room)
    known = next((each for each in questions if each.record.seq == said.upto), None)
    if known is not None:
        return known
    event = await event_at(server, session, said, Kind.QUESTION)
    by, question = ("", Question("")) if event is None else (event.author, Question.of(event.text))
    words, options, anonymous = question
    record = QuestionRecord(
        said.room, said.upto, words, [*options], anonymous, by, "", "", [], open=False
    )
    return Asked("", record)


def _words(asked: Asked, text: str) -> str:
    """Return the words of an answer; "" for a yes, and for an option."""
    return "" if asked.record.options or fold(text) in YES else text


def _open(server: ChatServer, room: Room, seq: int | None) -> Asked:
    if seq is not None:
        asked = server.questions.at(room, seq)
        if not asked.record.open:
            raise Refusal(ErrorKind.NOT_ALLOWED, "question_is_closed", room=room.name)
        return asked
    questions = server.questions.of(room)
    found = next((each for each in reversed(questions) if each.record.open), None)
    if found is None:
        key = "question_is_closed" if questions else "no_question"
        raise Refusal(ErrorKind.NOT_ALLOWED, key, room=room.name)
    return found


def _known(server: ChatServer, session: Session, room: Room, seq: int | None) -> Asked:
    """Return the question with that seq, or else the last one that is the session's own.

    If none is, it is the last one of all. Those that are open come first.
    """
    if seq is not None:
        return server.questions.at(room, seq)
    questions = server.questions.of(room)
    if not questions:
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_question", room=room.name)
    return max(
        questions,
        key=lambda each: (_asked(server, session, each), each.record.open, each.record.seq),
    )


def _asked(server: ChatServer, session: Session, asked: Asked) -> bool:
    """Return True if a session is that of the one who asked."""
    return asked.record.asker in server.questions.people.person(session).keys


def _is_of_one_gone(server: ChatServer, session: Session, room: Room, asked: Asked) -> bool:
    """Return True if a guest asked who is not in the room any more: an account may come back."""
    asker = asked.record.asker
    if is_account(asker):
        return False
    return not any(asker in each.keys for each in _there(server, session, room))


def _there(
    server: ChatServer, session: Session, room: Room, most: int = ANSWERS
) -> Iterator[Person]:
    """Return who is in a room, and charge a session that asks for the looks at ``most`` of them."""
    people = min(room.people, most)
    session.stream.meter.up_to(REPLAY_LINES).charge(people / PEOPLE_A_LINE)
    return server.questions.people.there(room)


def _check_operator(server: ChatServer, session: Session, room: Room, asked: Asked) -> None:
    """Raise `Refusal` unless a session is that of one who runs the room."""
    if not server.moderation.may(session, room, Act.MUTE):
        raise _not_allowed("only_asker", asked)


def _not_allowed(key: str, asked: Asked) -> Refusal:
    return Refusal(ErrorKind.NOT_ALLOWED, key, name=asked.record.by)


def _standing(server: ChatServer, session: Session, room: Room, asked: Asked) -> Standing:
    record, given = asked.record, server.questions.given_to(asked)
    shows_words = not record.options and _asked(server, session, asked)
    hidden = not record.options or (record.anonymous and record.open)
    counts = () if hidden else counts_of(record, given, named=False)
    missing = dict(record.expected)
    if record.open:
        has_answered = server.questions.answered(asked)
        for person in _there(server, session, room):
            if record.asker in person.keys:
                continue
            key = next((key for key in person.keys if key in missing), person.key)
            missing[key] = person.name
            if has_answered(person):
                del missing[key]
    answered = {each.person for each in given}, {fold(each.name) for each in given}
    names: dict[str, tuple[str, str]] = {}
    for key, name in missing.items():
        if key not in answered[0] and fold(name) not in answered[1]:
            names.setdefault(fold(name), (key, name))
    return Standing(asked, given, counts, [*names.values()], shows_words)


def _once_closed(standing: Standing, record: QuestionRecord) -> Standing:
    """Return the answers to a question that is being closed, as its record has them then."""
    given = [Given(*each) for each in record.answers]  # type: ignore[arg-type]
    counts = counts_of(record, given, named=False) if record.options else ()
    asked = Asked(standing.asked.key, record)
    return standing._replace(asked=asked, given=given, counts=counts)


def _result(standing: Standing) -> tuple[Count, ...]:
    """Return the counts for the log: of answers in words how many there are alone."""
    if standing.asked.record.options:
        return tuple(standing.counts) if standing.given else ()
    return (Count("", len(standing.given)),) if standing.given else ()


def _shortened(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Return counts with as many of their words and names as a long line has characters."""
    left = SHOWN_CHARACTERS
    shortened: list[Count] = []
    for answer, count, names in counts:
        left -= len(answer)
        if left < 0 and shortened:
            break
        some: list[str] = []
        for name in names:
            left -= len(name) + 2
            if left < 0:
                some.append("…")
                break
            some.append(name)
        shortened.append(Count(answer, count, tuple(some)))
    return tuple(shortened)


async def _log(
    server: ChatServer, session: Session, room: Room, kind: Kind, text: str, puts: Sequence[Put]
) -> None:
    """Append a remark to the log of a room, together with changes of records."""
    with server.store.together():
        room.append(Draft(room.name, NO_SESSION, session.name, kind, [text]))
        done = change(server.store, *puts)
    try:
        await done
    except Conflict:
        if all(put.table.trace for put in puts):
            raise
        raise Refusal(ErrorKind.NOT_SAVED, "anonymous_not_now") from None
