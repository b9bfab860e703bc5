"""`chatd.client.answers`: lists such as that of /help on screens of any width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.client.answers import unwrapped
from chatd.client.paragraph import Paragraph, rows_of

LIST = """\
/who [ROOM]       list the people in a room, here or in another that you may
                  see
/a-very-long-usage [WITH MANY WORDS]
                  explained below, in a text that has two rows of its
                  own
/quit             leave
/help COMMAND explains one."""


def shown(text: str, columns: int) -> list[str]:
    """Return the rows of an answer without styles."""
    paragraph = Paragraph([("", "*** ")], unwrapped(text, "class:answer"))
    return [
        "".join(part for _, part in row.fragments).rstrip() for row in rows_of(paragraph, columns)
    ]


def test_a_text_is_below_its_beginning() -> None:
    assert shown(LIST, 60) == [
        "*** /who [ROOM]       list the people in a room, here or in",
        "                      another that you may see",
        "    /a-very-long-usage [WITH MANY WORDS]",
        "                      explained below, in a text that has",
        "                      two rows of its own",
        "    /quit             leave",
        "    /help COMMAND explains one.",
    ]


def test_it_is_below_its_words_where_there_is_no_room_beside_them() -> None:
    assert shown(LIST, 40) == [
        "*** /who [ROOM]",
        "      list the people in a room, here or",
        "      in another that you may see",
        "    /a-very-long-usage [WITH MANY WORDS]",
        "      explained below, in a text that",
        "      has two rows of its own",
        "    /quit",
        "      leave",
        "    /help COMMAND explains one.",
    ]


@pytest.mark.parametrize(
    "text", ["one\ntwo", "", "a  b", "    indented", "one\n\n    two\n  three", "x   \n    y"]
)
def test_another_text_is_shown_as_it_is(text: str) -> None:
    assert "".join(part for _, part in unwrapped(text, "")) == text


@given(st.text("ab  \n漢", max_size=200), st.integers(4, 60))
def test_no_row_is_wider_than_the_screen(text: str, columns: int) -> None:
    paragraph = Paragraph([("", "*** ")], unwrapped(text, ""))
    rows = rows_of(paragraph, columns)
    assert all(
        sum(len(part) + part.count("漢") for _, part in row.fragments) <= columns for row in rows
    )
    starts = [row.start for row in rows]
    assert starts == sorted(starts)
