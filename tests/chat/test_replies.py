"""The answers to a session: their language, and their format."""

from __future__ import annotations

import pytest

from chatd.chat.replies import Replies
from chatd.errors import ErrorKind
from chatd.event import Event, Kind
from chatd.formats.bare import BareFormat
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.stream import Stream
from chatd.text.times import local_time
from tests.support.sentences import EN, ES
from tests.support.sessions import taken


@pytest.fixture
def replies() -> Replies:
    return Replies(Stream(), ChatFormat(), Language.ENGLISH)


def sent(replies: Replies) -> str:
    return taken(replies.stream)


def test_a_sentence_is_sent(replies: Replies) -> None:
    replies.answer("you_are", name="ana")
    assert sent(replies) == EN.notice("you_are", name="ana") + "\n"


def test_lines_are_sent(replies: Replies) -> None:
    replies.tell("one\ntwo")
    assert sent(replies) == "*** one\n*** two\n"


def test_found_events_are_sent_with_times(replies: Replies) -> None:
    replies.show([Event("lobby", 3, 0, 2, "luis", Kind.MESSAGE, "hola")])
    line = sent(replies)
    assert line.endswith("<luis> hola\n")
    assert local_time(0) in line


def test_an_error_is_sent(replies: Replies) -> None:
    replies.error(ErrorKind.NOT_SAVED, "not_saved")
    assert sent(replies).startswith("ERR Not saved: ")


def test_another_language_holds_for_the_next_answer(replies: Replies) -> None:
    replies.use_language(Language.SPANISH)
    assert replies.sentence("you_are", name="ana") == ES.sentence("you_are", name="ana")
    replies.answer("you_are", name="ana")
    assert sent(replies) == ES.notice("you_are", name="ana") + "\n"


def test_answers_may_have_a_format_of_their_own(replies: Replies) -> None:
    replies.answer_in(BareFormat())
    replies.tell("one")
    assert sent(replies) == BareFormat().say("one").decode()
    replies.answer_in(None)
    replies.tell("one")
    assert sent(replies) == "*** one\n"
