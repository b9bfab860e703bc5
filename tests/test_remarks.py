"""`chatd.remarks`: the values that are stored as the texts of questions, answers and decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.event import REMARKS, Event, Kind
from chatd.remarks import Answers, Count, Question, Remark, value_of, words_of
from tests.support.remarks import ANSWERS, OF_KINDS, QUESTIONS, REMARK_VALUES

pytestmark = pytest.mark.quick


def event(kind: Kind, text: str) -> Event:
    return Event("lobby", 1, 0, 1, "ana", kind, text)


class TestTexts:
    @given(QUESTIONS)
    def test_a_question_is_what_it_was(self, question: Question) -> None:
        assert Question.of(question.text()) == question

    @given(ANSWERS)
    def test_answers_are_what_they_were(self, answers: Answers) -> None:
        assert Answers.of(answers.text()) == answers

    @given(REMARK_VALUES)
    def test_a_remark_is_what_it_was(self, remark: Remark) -> None:
        assert Remark.of(remark.text()) == remark

    def test_are_stored_like_this(self) -> None:
        """Pin the form: logs of released versions have it."""
        assert Question("Which port?", ("21", "80 | 8080")).text() == (
            "named 11/2/9 Which port? 21 80 | 8080"
        )
        assert Question("here?", anonymous=True).text() == "anonymous 5 here?"
        counts = (Count("yes", 2, ("ana", "luis")), Count("not yet", 0))
        assert Answers("show", 12, counts).text() == "show 12 2/0 ana,luis/ 3/7 yes not yet"
        assert Answers("close", 12).text() == "close 12"
        assert Remark("ack", 7, "alerts", "disk full", "on it").text() == (
            "ack 7 alerts 9/5 disk full on it"
        )
        assert Remark("decision", 7, "luis", "go back").text() == "decision 7 luis 7/0 go back "

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            (Kind.QUESTION, ""),
            (Kind.QUESTION, "named"),
            (Kind.QUESTION, "named 3"),
            (Kind.QUESTION, "named 3 four"),
            (Kind.QUESTION, "named 3/1 fouro"),
            (Kind.QUESTION, "named 9/-5 some words"),
            (Kind.QUESTION, "secret 4 four"),
            (Kind.QUESTION, "named " + "/".join("1" * 11) + " " + " ".join("a" * 11)),
            (Kind.ANSWER, "close"),
            (Kind.ANSWER, "close x"),
            (Kind.ANSWER, "close 3 1"),
            (Kind.ANSWER, "close 3 1 /"),
            (Kind.ANSWER, "close 3 1/2  1 a"),
            (Kind.ANSWER, "close 3 x  1 a"),
            (Kind.ACK, "ack 3 ana 2 ab"),
            (Kind.ACK, "ack x ana 2/0 ab "),
            (Kind.DECISION, "decision 3"),
            (Kind.MESSAGE, "hola"),
        ],
    )
    def test_others_are_none(self, kind: Kind, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            value_of(event(kind, text))

    @given(st.sampled_from(REMARKS), st.text())
    def test_no_text_is_anything_but_a_value_or_none(self, kind: Kind, text: str) -> None:
        try:
            value = value_of(event(kind, text))
        except ValueError:
            return
        assert value_of(event(kind, value.text())) == value


class TestWords:
    @pytest.mark.parametrize(("kind", "value", "words"), OF_KINDS)
    def test_are_those_of_people(
        self, kind: Kind, value: Question | Answers | Remark, words: str
    ) -> None:
        assert words_of(event(kind, value.text())) == words

    def test_of_a_line_are_its_text(self) -> None:
        assert words_of(event(Kind.MESSAGE, "named 4 hola")) == "named 4 hola"

    def test_of_what_chatd_did_not_write_are_its_text(self) -> None:
        assert words_of(event(Kind.ACK, "hola")) == "hola"
