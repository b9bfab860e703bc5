"""`chatd.chat.question_grammar`: from what a person typed to a question, and to an option."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.chat.question_grammar import (
    ANSWER_CHARACTERS,
    OPTION_CHARACTERS,
    QUESTION_CHARACTERS,
    WORDS,
    checked,
    counted,
    listed,
    option_of,
    question_of,
)
from chatd.errors import Refusal
from chatd.remarks import MOST_OPTIONS, Question

PORTS = Question("Which port?", ("21", "80", "443"))


@pytest.mark.parametrize(
    ("argument", "question"),
    [
        ("here?", Question("here?")),
        ("Which port? | 21 | 80 | 443", PORTS),
        ("Which port?|21|80|443", PORTS),
        ("Which port? | 21 | 80 | 443 |", PORTS),
        ("Which port? |", Question("Which port?")),
        ("go? | go", Question("go?", ("go",))),
        ("How many? | 1 | 2 | 3", Question("How many?", ("1", "2", "3"))),
        ("How many? | 4 | 5", Question("How many?", ("4", "5"))),
        ("n | " + " | ".join("abcdefghi"), Question("n", tuple("abcdefghi"))),
    ],
)
def test_a_question_is_its_words_and_its_options(argument: str, question: Question) -> None:
    assert question_of(argument) == question


@pytest.mark.parametrize(
    ("argument", "key"),
    [
        ("", "question_is_blank"),
        ("| a", "question_is_blank"),
        ("q" * (QUESTION_CHARACTERS + 1), "question_too_long"),
        ("q | " + " | ".join("abcdefghij"), "too_many_options"),
        ("q | a | | b", "option_is_blank"),
        (f"q | {'a' * (OPTION_CHARACTERS + 1)}", "option_too_long"),
        ("q | yes | YES", "options_are_same"),
        ("q | 0 | 1", "option_is_a_number"),
        ("q | a | １", "option_is_a_number"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(argument: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        question_of(argument)
    assert refused.value.key == key


def test_the_longest_question_is_taken() -> None:
    options = [f"{letter * (OPTION_CHARACTERS - 1)}" for letter in "abcdefghi"]
    argument = " | ".join(["q" * QUESTION_CHARACTERS, *options])
    assert question_of(argument) == Question("q" * QUESTION_CHARACTERS, tuple(options))


def test_an_anonymous_question_needs_options() -> None:
    assert question_of("q | a | b", anonymous=True) == Question("q", ("a", "b"), True)
    with pytest.raises(Refusal) as refused:
        question_of("q", anonymous=True)
    assert refused.value.key == "anonymous_without_options"


def test_an_option_with_a_separator_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        checked(Question("q", ("a", "b | c")))
    assert (refused.value.key, refused.value.values["number"]) == ("option_has_separator", 2)


@pytest.mark.parametrize(
    ("answer", "option"), [("2", 1), (" 2 ", 1), ("80", 1), ("443", 2), ("1", 0), ("3", 2)]
)
def test_an_option_is_chosen_by_its_number_or_its_text(answer: str, option: int) -> None:
    assert option_of(PORTS, answer) == option


def test_the_case_of_an_option_does_not_count() -> None:
    assert option_of(Question("q", ("Straße", "Weg")), "STRASSE") == 0


@pytest.mark.parametrize("answer", ["", "yes", "Y", "sí", "SI"])
def test_yes_is_the_option_that_says_yes_or_the_only_one(answer: str) -> None:
    assert option_of(Question("q", ("no", "Yes")), answer) == 1
    assert option_of(Question("q", ("go",)), answer) == 0
    assert option_of(Question("q"), answer) == WORDS


@pytest.mark.parametrize(
    ("answer", "key"), [("", "which_option"), ("4", "no_such_option"), ("8", "no_such_option")]
)
def test_an_answer_that_is_no_option_is_refused(answer: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        option_of(PORTS, answer)
    assert refused.value.key == key
    assert refused.value.values["options"] == "1: 21, 2: 80, 3: 443"


def test_an_answer_in_words_has_a_limit() -> None:
    assert option_of(Question("q"), "a" * ANSWER_CHARACTERS) == WORDS
    with pytest.raises(Refusal) as refused:
        option_of(Question("q"), "a" * (ANSWER_CHARACTERS + 1))
    assert refused.value.key == "answer_too_long"


def test_options_are_counted_and_listed() -> None:
    assert counted(PORTS.options, [1, 1, 2]) == [0, 2, 1]
    assert listed(PORTS.options) == "1: 21, 2: 80, 3: 443"


@given(st.text(alphabet="ab1 2|\u00e9", max_size=40))
def test_a_question_is_refused_or_each_option_is_chosen_by_number_and_text(argument: str) -> None:
    try:
        question = question_of(argument)
    except Refusal:
        return
    assert len(question.options) <= MOST_OPTIONS
    for place, option in enumerate(question.options):
        assert option_of(question, str(place + 1)) == place
        assert option_of(question, option) == place
