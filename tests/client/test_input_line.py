"""`chatd.client.input_line`: drafts, history and completion of the line that is typed."""

from __future__ import annotations

import pytest

from chatd.client.completion import WordCompleter
from chatd.client.input_line import InputLine
from tests.support.conversations import KnownWords


@pytest.fixture
def line() -> InputLine:
    return InputLine(WordCompleter(KnownWords()))


class TestDrafts:
    def test_each_room_has_its_own(self, line: InputLine) -> None:
        line.show("ops")
        line.buffer.insert_text("for ops")
        line.show("dev")
        assert line.text == ""
        line.buffer.insert_text("for dev")
        line.show("ops")
        assert line.text == "for ops"
        assert line.drafts == ["for dev", "for ops"]
        line.forget("dev")
        assert line.drafts == ["for ops"]

    def test_one_that_was_begun_without_a_room_is_that_of_the_first(self, line: InputLine) -> None:
        line.buffer.insert_text("early")
        line.show("ops")
        assert line.text == "early"
        assert line.drafts == ["early"]

    def test_a_text_comes_back_where_nothing_is_typed(self, line: InputLine) -> None:
        line.show("ops")
        line.give_back("ops", "refused")
        line.give_back("ops", "too")
        assert line.text == "refused"
        assert line.buffer.cursor_position == 7
        line.give_back("dev", "elsewhere")
        line.give_back("dev", "too")
        assert line.text == "refused"
        line.show("dev")
        assert line.text == "elsewhere"


class TestHistory:
    def test_it_goes_back_and_on_to_what_is_being_typed(self, line: InputLine) -> None:
        for text in ("one", "two", "two"):
            line.remember(text)
        line.buffer.insert_text("three")
        seen = []
        for move in (line.up, line.up, line.up, line.down, line.down, line.down):
            move()
            seen.append(line.text)
        assert seen == ["two", "one", "one", "two", "three", "three"]
        assert line.buffer.cursor_position == 5

    def test_a_text_that_is_edited_stays_so_until_one_is_entered(self, line: InputLine) -> None:
        line.remember("one")
        line.up()
        line.buffer.insert_text("!")
        line.down()
        line.up()
        assert line.text == "one!"
        line.empty()
        line.up()
        assert line.text == "one"

    def test_the_cursor_moves_in_a_text_of_several_lines_first(self, line: InputLine) -> None:
        line.remember("one\ntwo")
        line.up()
        line.up()
        assert (line.text, line.buffer.cursor_position) == ("one\ntwo", 3)
        line.down()
        line.down()
        assert line.text == ""


class TestCompletion:
    def test_one_that_is_left_is_taken_at_once(self, line: InputLine) -> None:
        line.buffer.insert_text("hola jo")
        line.complete()
        assert line.text == "hola José "
        line.buffer.insert_text("zzz")
        line.complete()
        assert line.text == "hola José zzz"
