"""`chatd.client.bots.answers`: the output of a program as a message."""

from __future__ import annotations

import pytest

from chatd.client.bots.answers import (
    MOST_LINES,
    Limits,
    Part,
    WrongAnswer,
    message_of,
    part_in,
    text_in,
)
from chatd.client.sentences import Sentence
from chatd.text.messages import size_of, validate_message


def shaped(text: str, limits: Limits | None = None) -> str:
    """Return a message, which has to be a valid one."""
    limits = limits or Limits()
    message = message_of(Part(text), limits)
    assert validate_message(message, limits.max_length) == message
    assert size_of(message) <= limits.max_bytes
    return message


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (b"pong\n", "pong"),
        (b"\n \n  a\n\nb\r\n\n", "  a\n\nb"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"a\xffb", "a\\xffb"),
        ("¿qué?".encode()[:-2], "¿qu\\xc3"),
        (b"\0\x1b]0;x\x07", "\0\x1b]0;x\x07"),  # the server escapes it
        (b"", ""),
        (b"\n\n \t\n", ""),
    ],
)
def test_output_is_said_as_it_comes(output: bytes, said: str) -> None:
    assert shaped(text_in(output)) == said


def test_lines_beyond_the_most_are_counted() -> None:
    lines = [f"{number}" for number in range(MOST_LINES + 1)]
    assert shaped("\n".join(lines)).split("\n") == [*lines[:-1], "... 1 more line"]
    said = shaped("\n".join(lines * 1000), Limits(language="es"))
    assert said.endswith("\n... 50950 líneas más")


def test_what_is_longer_than_a_line_is_cut() -> None:
    assert shaped("a" * 20, Limits(max_length=16)) == "a" * 15 + "…"
    assert shaped("e" + "\u0301" * 60).startswith("e\u0301\u0301\u0301\u0301\\u0301")
    assert shaped("e\u0301" + "\u0301" * 9000).endswith("…")


def test_lines_that_are_too_many_bytes_are_left_out() -> None:
    said = shaped("\n".join(["ñ" * 4000] * 5), Limits(max_bytes=16384))
    assert said.split("\n") == ["ñ" * 4000, "... 4 more lines"]


def test_a_sentence_of_the_bot_comes_after_the_output() -> None:
    part = Part("half", after=Sentence("bot_late", seconds="30"))
    assert message_of(part, Limits()) == "half\nit took longer than 30 s"
    assert message_of(part._replace(text=" "), Limits()) == "it took longer than 30 s"


def test_the_limits_are_those_of_the_server() -> None:
    told = {"max_length": 80, "max_bytes": 900, "language": "es"}
    assert Limits.of(told) == Limits(80, 900, "es")
    assert Limits.of({"max_length": "80", "language": "fr"}) == Limits()
    assert Limits.of({"max_length": -7, "max_bytes": 3}) == Limits()


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (b'{"text":"pong"}', Part("pong")),
        (b'{"text":"a\\nb","to":"ana","reply_to":7,"key":"x"}', Part("a\nb", "ana", 7, "x")),
        (b'{"text":"pong","to":null,"more":1}', Part("pong")),
        (b'{"text":"\\ud800"}', Part("\\ud800")),
        (b'{"reply_to":7}', Part("", reply_to=7)),
    ],
)
def test_answers_in_json(line: bytes, part: Part) -> None:
    assert part_in(line) == part


@pytest.mark.parametrize(
    "line",
    [
        b"pong",
        b"\xff",
        b"[1]",
        b'{"text":7}',
        b'{"text":"a","to":5}',
        b'{"text":"a","to":"a b"}',
        b'{"text":"a","to":"x\\n/quit"}',
        b'{"text":"a","reply_to":"7"}',
        b'{"text":"a","reply_to":true}',
        b'{"text":"a","key":1}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_answer_is_refused(line: bytes) -> None:
    with pytest.raises(WrongAnswer):
        part_in(line)
