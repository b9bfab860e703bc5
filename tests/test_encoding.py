"""What `chatd.encoding` lets through to a terminal: measured on every code point there is."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.encoding import encode_line, encode_lines, visible

EVERY_CODE_POINT = [chr(code) for code in range(sys.maxunicode + 1)]

# Written out a second time on purpose, and in other words: by what Unicode calls them.
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
OTHER_FORMATS = frozenset("\u206a\u206b\u206c\u206d\u206e\u206f\ufff9\ufffa\ufffb\U000e0001")


def is_unsafe(character: str) -> bool:
    code = ord(character)
    return (
        (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} and character != "\t")
        or character in BIDI_CONTROLS
        or character in OTHER_FORMATS
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


UNSAFE = frozenset(filter(is_unsafe, EVERY_CODE_POINT))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x00", "^@"),
        ("\r", "^M"),
        ("\n", "^J"),
        ("\x1b]0;title\x07", "^[]0;title^G"),
        ("\x1f", "^_"),
        ("\x7f", "^?"),
        ("\x80\x9b31m", r"\x80\x9b31m"),
        ("a\u2028b", r"a\u2028b"),
        ("\u202eevil", r"\u202eevil"),
        ("\ufdd0\uffff", r"\ufdd0\uffff"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("\U0010ffff", r"\U0010ffff"),
    ],
)
def test_shows_what_a_terminal_would_obey(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["", "hola", "a\tb", "¿qué tal, Ñandú?", "日本語", "👩‍👩‍👧 ❤️", "שלום", "a\u00a0b"]
)
def test_leaves_ordinary_text_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_changes_exactly_the_unsafe_code_points() -> None:
    shown = visible(" | ".join(EVERY_CODE_POINT)).split(" | ")
    pairs = zip(EVERY_CODE_POINT, shown, strict=True)
    assert {before for before, after in pairs if before != after} == UNSAFE


def test_shows_every_unsafe_code_point_that_stands_alone() -> None:
    assert not [character for character in UNSAFE if visible(character) == character]


def test_lets_no_unsafe_code_point_out() -> None:
    assert UNSAFE.isdisjoint(visible("".join(EVERY_CODE_POINT)))


@given(st.text(st.characters()))
def test_encoding_twice_is_encoding_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_a_line_has_the_end_it_was_given_behind_it() -> None:
    assert encode_line("¡hola!", b"\r\n") == "¡hola!".encode() + b"\r\n"


def test_a_newline_in_the_text_does_not_make_a_second_line() -> None:
    assert encode_line("a\r\nERR b", b"\n") == b"a^M^JERR b\n"


def test_a_line_never_holds_iac_or_another_line_end_whatever_its_text() -> None:
    line = encode_line("".join(EVERY_CODE_POINT), b"\n")
    assert b"\xff" not in line
    assert line.index(b"\n") == len(line) - 1


def test_no_lines_are_no_bytes() -> None:
    assert encode_lines([], b"\r\n") == b""
