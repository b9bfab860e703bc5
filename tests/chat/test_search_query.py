"""`chatd.chat.search_query`: the language of searches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.chat.search_query import WORDS_WANTED, Query, asks_for_something, parse
from chatd.errors import ErrorKind, Refusal
from chatd.storage.contract import Wanted

NOW = 1_000_000.0
DAY = 86_400


def since(seconds: int) -> int:
    return int((NOW - seconds) * 1000)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Wanted(())),
        ("   ", Wanted(())),
        ("green build", Wanted(("green", "build"))),
        ('"the green build"', Wanted(("the green build",))),
        ('a "b c" d', Wanted(("a", "b c", "d"))),
        ('a "b c', Wanted(("a", "b c"))),
        ('a"b', Wanted(('a"b',))),
        ('"', Wanted(())),
        ('""  " "', Wanted(())),
        ("\u0301 a", Wanted(("a",))),
        ('" a "', Wanted((" a ",))),
        ("from:Ana", Wanted((), "ana")),
        ("DE:José hola", Wanted(("hola",), "josé")),
        ('"from:"', Wanted(("from:",))),
        ('"from:ana"', Wanted(("from:ana",))),
        ('"since:2d"', Wanted(("since:2d",))),
        ("since:2d", Wanted((), "", since(2 * DAY))),
        ("desde:2D x", Wanted(("x",), "", since(2 * DAY))),
        ('"since:yesterday"', Wanted(("since:yesterday",))),
        ("since:99999w", Wanted((), "", 0)),
        ("http://x/?a=b:c", Wanted(("http://x/?a=b:c",))),
        ("日本", Wanted(("日本",))),
    ],
)
def test_what_is_wanted(text: str, wanted: Wanted) -> None:
    assert parse(text, NOW) == Query(wanted)


@pytest.mark.parametrize(
    ("text", "room", "everywhere"),
    [
        ("a in:ops", "ops", False),
        ("EN:#Ops a", "#Ops", False),
        ("in:all a", "all", True),
        ("a en:Todas", "Todas", True),
        ("in:#all a", "#all", False),
    ],
)
def test_where_it_is_wanted(text: str, room: str, everywhere: bool) -> None:
    query = parse(text, NOW)
    assert query == Query(Wanted(("a",)), room)
    assert query.everywhere is everywhere


@given(st.text(st.sampled_from('ab "\t:fromdesince2d\u2028\x00')) | st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        wanted = parse(text, NOW).wanted
    except Refusal:
        return
    assert all(word.strip() for word in wanted.words)
    assert all(word in text for word in wanted.words)
    assert wanted.since >= 0


def test_something_must_be_asked_for_and_not_too_much() -> None:
    for text in "", "in:ops":
        assert not asks_for_something(parse(text, NOW).wanted)
    for text in "x", "from:ana", "since:1h", "x " * WORDS_WANTED:
        assert asks_for_something(parse(text, NOW).wanted)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("from:", "search_wrong_from"),
        ("from: ana", "search_wrong_from"),
        ("de:ana from:luis", "search_wrong_from"),
        ("since:", "search_wrong_since"),
        ("since:yesterday", "search_wrong_since"),
        ("desde:10min x", "search_wrong_since"),
        ("since:1h desde:1h", "search_wrong_since"),
        ("since:99999w since:1h", "search_wrong_since"),
        ("in:", "search_wrong_in"),
        ("in:# x", "search_wrong_in"),
        ("in:a en:b x", "search_wrong_in"),
        ("x " * (WORDS_WANTED + 1), "search_too_many_words"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text, NOW)
    assert (refused.value.kind, refused.value.key) == (ErrorKind.WRONG_USE, key)
