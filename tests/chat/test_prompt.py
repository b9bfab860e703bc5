"""The prompt of a session: questions, confirmations, and passwords that were sent unasked."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.chat.prompt import CONFIRM_SECONDS, Prompt
from chatd.chat.replies import READING_SECONDS, Replies
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.stream import Stream

SECRET = "correct horse"


class Asked:
    """A prompt, what was sent of it, and the answers that it was given."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.stream = Stream()
        self.prompt = Prompt(Replies(self.stream, ChatFormat(), Language.ENGLISH), self.clock)
        self.answers: list[str] = []
        self.hidden: list[bool] = []
        self.prompt.hide_typing_with(self.hidden.append)

    def ask(self) -> None:
        self.prompt.ask("password_prompt", self.answers.append)

    def next_line(self, line: str) -> bool:
        """Give the prompt a line; return True if it took it."""
        if self.prompt.passes_over(line):
            return True
        then = self.prompt.take()
        if then is not None:
            then(line)
        return then is not None

    def sent(self) -> bytes:
        return b"".join(iter(self.stream.take, b""))


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_the_line_after_a_question_is_the_answer(asked: Asked) -> None:
    asked.ask()
    assert asked.sent().startswith(b"***")
    assert asked.next_line("/who")
    assert asked.answers == ["/who"]


def test_the_line_after_the_answer_is_a_line_like_others(asked: Asked) -> None:
    asked.ask()
    asked.next_line("hola")
    assert not asked.next_line("hola")


def test_the_client_hides_what_is_typed_until_the_answer(asked: Asked) -> None:
    asked.ask()
    assert asked.hidden == [True]
    asked.next_line("hola")
    assert asked.hidden == [True, False]


class TestUnasked:
    """A line that was typed before a refusal to ask could be read."""

    def test_a_line_that_comes_too_soon_is_answered_with_an_error(self, asked: Asked) -> None:
        asked.prompt.refuse_to_ask()
        assert asked.prompt.unasked
        assert asked.next_line(SECRET)
        assert asked.sent().startswith(b"ERR Not said")

    def test_an_empty_one_is_not(self, asked: Asked) -> None:
        asked.prompt.refuse_to_ask()
        assert asked.next_line("")
        assert asked.sent() == b""

    def test_one_that_comes_later_is_a_line_like_others(self, asked: Asked) -> None:
        asked.prompt.refuse_to_ask()
        asked.clock.advance(READING_SECONDS)
        assert not asked.prompt.unasked
        assert not asked.next_line("hola")

    def test_only_the_next_line_may_be_the_answer(self, asked: Asked) -> None:
        asked.prompt.refuse_to_ask()
        asked.next_line("hola")
        assert not asked.next_line("hola")


class TestExpectedPassword:
    """The password that was typed before, sent again although it is not asked for."""

    @pytest.fixture(autouse=True)
    def known(self, asked: Asked) -> None:
        asked.prompt.knows_password(SECRET.__eq__)
        asked.prompt.may_get_password()

    def test_it_is_dropped(self, asked: Asked) -> None:
        assert asked.next_line(SECRET)
        assert (asked.sent(), asked.answers) == (b"", [])
        assert asked.prompt.pending is None

    def test_another_line_is_a_line_like_others(self, asked: Asked) -> None:
        assert not asked.next_line("hola")

    def test_after_another_line_it_is_not_expected_any_more(self, asked: Asked) -> None:
        asked.next_line("hola")
        assert not asked.next_line(SECRET)

    def test_it_is_no_answer_to_another_question(self, asked: Asked) -> None:
        asked.ask()
        assert asked.next_line(SECRET)
        assert asked.answers == []
        assert asked.next_line("yes")
        assert asked.answers == ["yes"]


def test_a_password_that_is_not_expected_is_not_dropped(asked: Asked) -> None:
    asked.prompt.knows_password(SECRET.__eq__)
    assert not asked.next_line(SECRET)


class TestConfirms:
    """A command that is given twice within a minute."""

    def test_the_second_time_confirms_the_first(self, asked: Asked) -> None:
        assert not asked.prompt.confirms("close")
        asked.clock.advance(CONFIRM_SECONDS - 1)
        assert asked.prompt.confirms("close")

    def test_a_third_time_does_not(self, asked: Asked) -> None:
        assert [asked.prompt.confirms("close") for _ in range(4)] == [False, True, False, True]

    def test_a_minute_later_it_has_to_be_given_twice_again(self, asked: Asked) -> None:
        asked.prompt.confirms("close")
        asked.clock.advance(CONFIRM_SECONDS)
        assert not asked.prompt.confirms("close")

    def test_another_command_confirms_nothing(self, asked: Asked) -> None:
        asked.prompt.confirms("close")
        assert not asked.prompt.confirms("ban")
        assert not asked.prompt.confirms("close")
