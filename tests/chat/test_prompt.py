"""The prompt of a session: questions, confirmations, and passwords that were sent unasked."""

from __future__ import annotations

import pytest

from chatd.chat.prompt import CONFIRM_SECONDS, MOST_AGAIN
from chatd.chat.replies import READING_SECONDS
from tests.support.prompts import PromptHarness
from tests.support.sentences import EN

SECRET = "correct horse"


@pytest.fixture
def harness() -> PromptHarness:
    return PromptHarness()


def test_the_line_after_a_question_is_the_answer(harness: PromptHarness) -> None:
    harness.ask()
    assert harness.sent().startswith("***")
    assert harness.next_line("/who")
    assert harness.answers == ["/who"]


def test_the_line_after_the_answer_is_a_line_like_others(harness: PromptHarness) -> None:
    harness.ask()
    harness.next_line("hola")
    assert not harness.next_line("hola")


def test_the_client_hides_what_is_typed_until_the_answer(harness: PromptHarness) -> None:
    harness.ask()
    assert harness.hidden == [True]
    harness.next_line("hola")
    assert harness.hidden == [True, False]


class TestUnasked:
    """A line that was typed before a refusal to ask could be read."""

    def test_a_line_that_comes_too_soon_is_answered_with_an_error(
        self, harness: PromptHarness
    ) -> None:
        harness.prompt.refuse_to_ask()
        assert harness.prompt.too_soon
        assert harness.next_line(SECRET)
        assert harness.sent().startswith("ERR Not said")

    def test_an_empty_one_is_not(self, harness: PromptHarness) -> None:
        harness.prompt.refuse_to_ask()
        assert harness.next_line("")
        assert harness.sent() == ""

    def test_one_that_comes_later_is_a_line_like_others(self, harness: PromptHarness) -> None:
        harness.prompt.refuse_to_ask()
        harness.clock.advance(READING_SECONDS)
        assert not harness.prompt.too_soon
        assert not harness.next_line("hola")

    def test_only_the_next_line_may_be_the_answer(self, harness: PromptHarness) -> None:
        harness.prompt.refuse_to_ask()
        harness.next_line("hola")
        assert not harness.next_line("hola")


class TestAskingAgain:
    """A question whose answer was refused."""

    def refuse(self, harness: PromptHarness) -> None:
        harness.clock.advance(READING_SECONDS)
        harness.next_line("short")
        harness.sent()
        harness.prompt.ask_again()

    def test_the_next_line_is_the_answer_again(self, harness: PromptHarness) -> None:
        harness.ask()
        asked = harness.sent()
        self.refuse(harness)
        assert harness.sent() == asked
        harness.clock.advance(READING_SECONDS)
        assert harness.next_line(SECRET)
        assert harness.answers == ["short", SECRET]

    def test_typing_stays_hidden(self, harness: PromptHarness) -> None:
        harness.ask()
        self.refuse(harness)
        assert harness.hidden == [True, False, True]

    def test_a_line_that_comes_too_soon_is_no_answer(self, harness: PromptHarness) -> None:
        harness.ask()
        asked = harness.sent()
        self.refuse(harness)
        harness.sent()
        assert harness.next_line(SECRET)
        assert harness.answers == ["short"]
        error, again = harness.sent().splitlines(keepends=True)
        assert error.startswith("ERR Not said")
        assert again == asked

    def test_an_empty_one_that_comes_too_soon_cancels(self, harness: PromptHarness) -> None:
        harness.ask()
        self.refuse(harness)
        assert harness.next_line("")
        assert not harness.next_line("hola")

    def test_it_ends(self, harness: PromptHarness) -> None:
        harness.ask()
        for _ in range(MOST_AGAIN + 1):
            self.refuse(harness)
        assert len(harness.answers) == MOST_AGAIN + 1
        assert harness.next_line(SECRET)  # too soon
        assert not harness.next_line("hola")
        assert len(harness.answers) == MOST_AGAIN + 1

    def test_another_question_may_be_asked_as_often(self, harness: PromptHarness) -> None:
        for _ in range(2):
            harness.ask()
            for _ in range(MOST_AGAIN):
                self.refuse(harness)
                assert harness.prompt.is_repeated
        assert harness.prompt.pending is not None

    def test_what_was_not_asked_is_not_asked_again(self, harness: PromptHarness) -> None:
        harness.ask()
        harness.next_line(SECRET)
        harness.sent()
        harness.prompt.refuse_to_ask()
        harness.prompt.ask_again()
        assert harness.sent() == ""


class TestExpectedPassword:
    """The password that was typed before, sent again although it is not asked for."""

    @pytest.fixture(autouse=True)
    def known(self, harness: PromptHarness) -> None:
        harness.prompt.knows_password(SECRET.__eq__)
        harness.prompt.may_get_password()

    def test_it_is_dropped(self, harness: PromptHarness) -> None:
        assert harness.next_line(SECRET)
        assert (harness.sent(), harness.answers) == ("", [])
        assert harness.prompt.pending is None

    def test_another_line_is_a_line_like_others(self, harness: PromptHarness) -> None:
        assert not harness.next_line("hola")

    def test_after_another_line_it_is_not_expected_any_more(self, harness: PromptHarness) -> None:
        harness.next_line("hola")
        assert not harness.next_line(SECRET)

    def test_it_is_no_answer_to_another_question(self, harness: PromptHarness) -> None:
        harness.ask()
        assert harness.next_line(SECRET)
        assert harness.answers == []
        assert harness.next_line("yes")
        assert harness.answers == ["yes"]


def test_a_password_that_is_not_expected_is_not_dropped(harness: PromptHarness) -> None:
    harness.prompt.knows_password(SECRET.__eq__)
    assert not harness.next_line(SECRET)


class TestConfirms:
    """A command that is given twice within a minute."""

    def test_the_second_time_confirms_the_first(self, harness: PromptHarness) -> None:
        assert not harness.prompt.confirms("close")
        harness.clock.advance(CONFIRM_SECONDS - 1)
        assert harness.prompt.confirms("close")

    def test_a_third_time_does_not(self, harness: PromptHarness) -> None:
        assert [harness.prompt.confirms("close") for _ in range(4)] == [False, True, False, True]

    def test_a_minute_later_it_has_to_be_given_twice_again(self, harness: PromptHarness) -> None:
        harness.prompt.confirms("close")
        harness.clock.advance(CONFIRM_SECONDS)
        assert not harness.prompt.confirms("close")

    def test_another_command_confirms_nothing(self, harness: PromptHarness) -> None:
        harness.prompt.confirms("close")
        assert not harness.prompt.confirms("ban")
        assert not harness.prompt.confirms("close")


def test_a_question_says_that_typing_is_seen_only_where_it_is(harness: PromptHarness) -> None:
    harness.prompt.ask("password_prompt", harness.answers.append, "shown_password_prompt")
    assert harness.sent() == EN.notice("password_prompt") + "\n"
    harness.prompt.forget()
    harness.prompt.ask("password_prompt", harness.answers.append, "shown_password_prompt")
    assert harness.sent() == EN.notice("shown_password_prompt") + "\n"
