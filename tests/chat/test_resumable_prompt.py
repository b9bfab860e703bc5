"""`chatd.chat.resumable_prompt`: a prompt that goes on in another process."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.chat.paste import Paste
from chatd.chat.prompt import CONFIRM_SECONDS
from chatd.chat.replies import READING_SECONDS
from chatd.errors import ErrorKind
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.util.state import decode, encode
from tests.support.prompts import PromptHarness
from tests.support.sentences import EN

TOO_LATE = EN.error(ErrorKind.NOT_SAID, "asked_before_upgrade") + "\n"


@pytest.fixture
def harness() -> PromptHarness:
    return PromptHarness()


@pytest.fixture
def room() -> Room:
    return Room("ops", MemoryStore(Clock()))


def handed_over(harness: PromptHarness, *rooms: Room) -> PromptHarness:
    """Return the prompt as another process has it, at the same time."""
    successor = PromptHarness()
    successor.clock.advance(harness.clock.seconds())
    state: Any = decode(encode(harness.prompt.state()))
    successor.prompt.resume(state, {each.name: each for each in rooms}.get)
    return successor


class TestAQuestion:
    @pytest.fixture
    def successor(self, harness: PromptHarness) -> PromptHarness:
        harness.ask()
        return handed_over(harness)

    def test_has_its_answer_taken_so_that_it_is_not_said(self, successor: PromptHarness) -> None:
        assert successor.next_line("a secret")
        assert successor.sent() == TOO_LATE

    def test_has_one_answer(self, successor: PromptHarness) -> None:
        successor.next_line("a secret")
        assert not successor.next_line("hola")

    def test_is_not_shown_again(self, successor: PromptHarness) -> None:
        assert successor.sent() == ""

    def test_is_still_answered_here_if_the_other_process_fails(
        self, harness: PromptHarness
    ) -> None:
        harness.ask()
        handed_over(harness)
        assert harness.next_line("yes")
        assert harness.answers == ["yes"]

    def test_goes_on_once_more(self, successor: PromptHarness) -> None:
        successor = handed_over(successor)
        assert successor.next_line("a secret")
        assert successor.sent() == TOO_LATE


def test_without_a_question_a_line_is_one_like_others(harness: PromptHarness) -> None:
    assert not handed_over(harness).next_line("hola")


class TestAfterARefusal:
    """A question was refused, and its answer may come all the same."""

    @pytest.fixture(autouse=True)
    def refused(self, harness: PromptHarness) -> None:
        harness.clock.advance(100)
        harness.prompt.refuse_to_ask()

    def test_a_line_that_comes_too_soon_is_no_line(self, harness: PromptHarness) -> None:
        successor = handed_over(harness)
        assert successor.next_line("a secret")
        assert successor.sent() == EN.error(ErrorKind.NOT_SAID, "answer_to_nothing") + "\n"

    def test_one_that_comes_later_is_a_line_like_others(self, harness: PromptHarness) -> None:
        successor = handed_over(harness)
        successor.clock.advance(READING_SECONDS)
        assert not successor.next_line("hola")


class TestAConfirmation:
    def test_is_that_of_the_same_command_in_time(self, harness: PromptHarness) -> None:
        harness.prompt.confirms("/delete ops")
        assert handed_over(harness).prompt.confirms("/delete ops")

    def test_is_none_of_another_command(self, harness: PromptHarness) -> None:
        harness.prompt.confirms("/delete ops")
        assert not handed_over(harness).prompt.confirms("/delete lobby")

    def test_is_none_after_its_time(self, harness: PromptHarness) -> None:
        harness.prompt.confirms("/delete ops")
        successor = handed_over(harness)
        successor.clock.advance(CONFIRM_SECONDS)
        assert not successor.prompt.confirms("/delete ops")


class TestAPaste:
    def test_goes_on_with_its_lines_and_room(self, harness: PromptHarness, room: Room) -> None:
        paste = Paste(room)
        paste.take("one")
        harness.prompt.collect(paste)
        successor = handed_over(harness, room).prompt.paste
        assert successor is not None
        assert successor.room is room
        successor.take("two")
        assert successor.text(100) == "one\ntwo"

    def test_takes_the_next_line(self, harness: PromptHarness, room: Room) -> None:
        harness.prompt.collect(Paste(room))
        successor = handed_over(harness, room)
        assert successor.next_line("/quit")
        assert successor.sent() == ""

    def test_of_a_room_that_has_gone_has_none(self, harness: PromptHarness, room: Room) -> None:
        harness.prompt.collect(Paste(room))
        paste = handed_over(harness).prompt.paste
        assert paste is not None
        assert paste.room is None

    def test_for_no_room_has_none(self, harness: PromptHarness, room: Room) -> None:
        harness.prompt.collect(Paste(None))
        paste = handed_over(harness, room).prompt.paste
        assert paste is not None
        assert paste.room is None
