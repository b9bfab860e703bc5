"""Wrong calls as one line, and the words that were meant."""

from __future__ import annotations

import pytest

from chatd.util.usage import listed, nearest, unknown, wrong_usage


@pytest.mark.parametrize("why", ["it is so", "it is so."])
def test_a_line_ends_with_the_help(why: str) -> None:
    assert wrong_usage("chatd say", why) == "chatd say: it is so. See chatd say --help."


def test_a_question_stays_one() -> None:
    assert wrong_usage("chatd", "What?") == "chatd: What? See chatd --help."


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("exprt", "export"),
        ("SAY", "say"),
        ("sya", "say"),
        ("sing", None),
        ("", None),
        ("mute", None),
    ],
)
def test_the_nearest_word_is_one_of_similar_spelling(word: str, near: str | None) -> None:
    assert nearest(word, ["say", "export", "demote"]) == near


def test_of_equally_near_words_it_is_the_first() -> None:
    assert nearest("jon", ["join", "json"]) == "join"
    assert nearest("jon", ["json", "join"]) == "json"


def test_no_word_is_near_to_one_that_is_too_long() -> None:
    assert nearest("j" + "oin" * 20, ["j" + "oin" * 20 + "s"]) is None


def test_without_known_words_none_is_near() -> None:
    assert nearest("say", []) is None


def test_without_a_near_word_there_is_other_advice() -> None:
    assert unknown("command", "x", ["say"], "Ask.") == "there is no command x. Ask."
    assert unknown("command", "x", ["say"]) == "there is no command x."
    assert unknown("command", "sa", ["say"], "Ask.") == "there is no command sa. Did you mean say?"


@pytest.mark.parametrize("word", ["a b", "a\nb", "\x1b[2J"])
def test_a_word_that_would_be_misread_is_quoted(word: str) -> None:
    assert unknown("option", word, ["-a"]) == f"there is no option {word!r}."


@pytest.mark.parametrize(
    ("words", "choice"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_words_are_listed_as_a_choice(words: list[str], choice: str) -> None:
    assert listed(words) == choice
