"""`chatd.text.messages`: messages of several lines."""

from __future__ import annotations

import pytest

from chatd.text.messages import (
    MOST_MESSAGE_BYTES,
    MOST_MESSAGE_LINES,
    InvalidMessage,
    MessageFault,
    validate_message,
)

pytestmark = pytest.mark.quick


def fault_of(text: str, max_length: int = 4096) -> tuple[MessageFault, int]:
    with pytest.raises(InvalidMessage) as caught:
        validate_message(text, max_length)
    return caught.value.fault, caught.value.number


class TestMessage:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("one\ntwo", "one\ntwo"),
            ("one\r\ntwo\r\n", "one\ntwo"),
            ("  if x:\n\n    pass ", "  if x:\n\n    pass "),
            ("\n \t\none\n\u200b\ntwo\n\n  ", "one\n\ntwo"),
            ("\x1b[31mred\x1b[0m\n\x1b[1m\nplain", "red\n\nplain"),
            ("/quit\n//x\n", "/quit\n//x"),
            ("one", "one"),
            (" \n\u200b\r\n\t", ""),
            ("\n", ""),
            ("a\rb\nc", "a\rb\nc"),
        ],
    )
    def test_has_its_lines_as_they_were_written(self, text: str, message: str) -> None:
        assert validate_message(text, 4096) == message

    def test_may_be_as_large_as_the_limits(self) -> None:
        lines = "\n".join("x" * MOST_MESSAGE_LINES)
        assert validate_message(f"\n{lines}\n", 1) == lines
        full = "x\n" + "é" * (MOST_MESSAGE_BYTES // 2 - 1)
        assert validate_message(full, MOST_MESSAGE_BYTES) == full


class TestFaults:
    def test_too_many_lines_are_counted(self) -> None:
        lines = MOST_MESSAGE_LINES + 7
        assert fault_of("x\n" * lines) == (MessageFault.LINES, lines)

    def test_too_many_bytes_are_counted(self) -> None:
        text = "x\n" + "é" * (MOST_MESSAGE_BYTES // 2)
        assert fault_of(text, MOST_MESSAGE_BYTES) == (MessageFault.BYTES, MOST_MESSAGE_BYTES + 2)

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            ("x" * 11, MessageFault.TOO_LONG),
            ("\ud83d", MessageFault.NOT_UTF8),
            ("e" + "\u0301" * 31, MessageFault.MARKS),
        ],
    )
    def test_a_line_that_is_wrong_has_its_number(self, line: str, fault: MessageFault) -> None:
        assert fault_of(f"one\n\n{line}\nfour", 10 if len(line) == 11 else 40) == (fault, 3)
