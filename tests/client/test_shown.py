"""`chatd.client.shown`: what a server sends as typed values, which control no terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.client.shown import LONGEST_TEXT, Kind, escaped, event_shown
from chatd.text.escaping import visible
from tests.support.conversations import event


def test_an_event_that_names_the_reader_is_a_mention() -> None:
    shown = event_shown(event(3, "luis", "hola ANA"), "ana")
    assert shown.mention
    assert (shown.kind, shown.author, shown.seq, shown.time) == (Kind.MESSAGE, "luis", 3, 3.0)


def test_a_notice_that_names_the_reader_is_a_mention() -> None:
    shown = event_shown({**event(3, "ci", "hola ANA"), "kind": "notice"}, "ana")
    assert (shown.kind, shown.mention, shown.is_spoken) == (Kind.NOTICE, True, True)


@pytest.mark.parametrize("kind", ["deed", "question", "answer", "ack", "decision"])
def test_a_deed_and_a_remark_are_sentences(kind: str) -> None:
    shown = event_shown({**event(3, "luis", "luis asks: here?"), "kind": kind}, "ana")
    assert (shown.kind, shown.text, shown.is_spoken) == (Kind.DEED, "luis asks: here?", False)


def test_ones_own_event_is_no_mention() -> None:
    shown = event_shown(event(3, "Ana", "I am ana"), "ana")
    assert shown.own
    assert not shown.mention


def test_the_lines_of_a_message_after_the_first_continue_it() -> None:
    first, second = (event_shown(event(seq, "luis", "x", part_of=3), "ana") for seq in (3, 4))
    assert [first.continues, second.continues] == [False, True]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_no_string_of_a_message_has_a_control_character(value: object) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return [text for pair in value.items() for each in pair for text in strings(each)]
        return [text for each in value for text in strings(each)] if isinstance(value, list) else []

    for text in strings(escaped(value)):
        assert all(visible(line) == line for line in text.split("\n"))


def test_a_text_that_is_longer_than_any_line_is_cut() -> None:
    text = "ñ" * LONGEST_TEXT
    assert escaped({"text": text}) == {"text": text}
    assert escaped({"text": text + "ñ"}) == {"text": text + "…"}
