"""Questions and answers as messages and bodies have them: their members, read and described.

The verbs and the routes of HTTP have the same. This module must not know a connection.
"""

from __future__ import annotations

from typing import Any

from chatd.chat.actions import ask, own_answers
from chatd.chat.actions.look import room_called
from chatd.chat.actions.remarks import valid_words
from chatd.chat.key_owners import key_of_session
from chatd.chat.question_records import Asked
from chatd.protocols.live.conversation import Conversation
from chatd.protocols.live.members import (
    Members,
    id_of,
    key_in,
    number_in,
    text_in,
    wrong_member,
)
from chatd.remarks import Question
from chatd.rooms.room import Room

MOST_MISSING = 500
"""Most people who have not answered, and answers in words, of one message."""


def question_in(members: Members, max_length: int) -> Question:
    """Return the question of a message. Raises `WrongMessage` and `Refusal`."""
    options, anonymous = members.get("options", []), members.get("anonymous", False)
    if not isinstance(options, list) or not all(isinstance(each, str) for each in options):
        raise wrong_member("options", "right_options")
    if not isinstance(anonymous, bool):
        raise wrong_member("anonymous", "right_flag")
    words, *texts = (
        valid_words(each, max_length) for each in (text_in(members, "question"), *options)
    )
    return Question(words, tuple(texts), anonymous)


def answer_in(members: Members, max_length: int) -> str:
    """Return the answer of a message: a number, or a text, "" for yes.

    Raises `WrongMessage` and `Refusal`.
    """
    answer = members.get("answer", "")
    if isinstance(answer, int) and not isinstance(answer, bool):
        return str(answer)
    return valid_words(text_in(members, "answer", ""), max_length)


def asked_members(asked: Asked) -> dict[str, Any]:
    """Return the members of a question."""
    record = asked.record
    return {
        "room": record.room,
        "seq": record.seq,
        "question": record.words,
        "options": record.options,
        "anonymous": record.anonymous,
        "by": record.by,
        "open": record.open,
    }


def standing_members(standing: ask.Standing) -> dict[str, Any]:
    """Return the members of the answers to a question, as far as they may be shown."""
    members = asked_members(standing.asked)
    members |= {
        "answered": len(standing.given),
        "expected": standing.expected,
        "missing": [name for _, name in standing.missing[:MOST_MISSING]],
    }
    if standing.counts:
        members["counts"] = [count.people for count in standing.counts]
    if standing.shows_words:
        given = standing.given[:MOST_MISSING]
        members["answers"] = [{"name": each.name, "text": each.words} for each in given]
    return members


def given_members(given: ask.Answered) -> dict[str, Any]:
    """Return the members of an answer that is stored."""
    record = given.asked.record
    members: dict[str, Any] = {"room": record.room, "seq": record.seq, "again": given.again}
    if record.options:
        return {**members, "option": given.option + 1, "text": record.options[given.option]}
    return {**members, "text": given.words}


async def begin(conversation: Conversation, members: Members) -> None:
    """Ask a room a question."""
    server, session = conversation.server, conversation.session
    question, wanted = question_in(members, conversation.max_length), text_in(members, "room")
    key = key_of_session(session, key_in(members))
    asked, _ = await ask.ask_once(server, session, wanted, question, key)
    conversation.tell("asked", id=id_of(members), **asked_members(asked))


async def answer(conversation: Conversation, members: Members) -> None:
    """Answer a question."""
    server, session = conversation.server, conversation.session
    text, wanted = answer_in(members, conversation.max_length), text_in(members, "room")
    key = key_of_session(session, key_in(members))
    given = await ask.answer_once(server, session, wanted, text, seq_in(members), key)
    conversation.tell("answer", id=id_of(members), **given_members(given))


def look(conversation: Conversation, members: Members) -> None:
    """Tell what was answered so far."""
    server, session = conversation.server, conversation.session
    standing = ask.look(server, session, _room(conversation, members), seq_in(members))
    conversation.tell("answers", id=id_of(members), **standing_members(standing))


def list_questions(conversation: Conversation, members: Members) -> None:
    """Tell which questions of a room are open, and what the session's person answered."""
    room = _room(conversation, members)
    seen = own_answers.questions_seen(conversation.server, conversation.session, room)
    questions = [_seen_members(each) for each in seen]
    conversation.tell("questions", id=id_of(members), room=room.name, questions=questions)


def _seen_members(seen: own_answers.SeenQuestion) -> dict[str, Any]:
    record = seen.asked.record
    members: dict[str, Any] = {"seq": record.seq, "open": record.open, "mine": seen.mine}
    if seen.own is not None:
        option, words = seen.own
        if record.options and option is not None:
            members["own"] = {"option": option + 1, "text": record.options[option]}
        else:
            members["own"] = {"text": words}
    if seen.counts is not None:
        members["counts"] = seen.counts
    return members


async def close(conversation: Conversation, members: Members) -> None:
    """Close a question."""
    server, session = conversation.server, conversation.session
    room = _room(conversation, members)
    standing = await ask.close(server, session, room, seq_in(members))
    conversation.tell("answers", id=id_of(members), **standing_members(standing))


async def show(conversation: Conversation, members: Members) -> None:
    """Show the room who answered what."""
    server, session = conversation.server, conversation.session
    room = _room(conversation, members)
    seq = seq_in(members)
    await ask.show(server, session, room, seq)
    standing = ask.look(server, session, room, seq)
    conversation.tell("answers", id=id_of(members), **standing_members(standing))


def seq_in(members: Members) -> int | None:
    """Return the seq of a question; None for the last one. Raises `WrongMessage`."""
    return None if members.get("seq") is None else number_in(members, "seq")


def _room(conversation: Conversation, members: Members) -> Room:
    return room_called(conversation.server, conversation.session, text_in(members, "room"))
