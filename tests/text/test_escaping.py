"""`chatd.text.escaping`: the text that reaches a terminal, tried on every code point."""

import json
import re
import unicodedata
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.blanks import BLANK, NOTHING, columns, is_blank
from chatd.text.escaping import (
    MAX_BLANK,
    Lines,
    encode_json,
    encode_line,
    encode_lines,
    encode_screen_line,
    encode_screen_lines,
    excerpt,
    most_visible,
    most_visible_bytes,
    visible,
    visible_bytes,
    visible_on_screen,
)
from chatd.text.unicode_tables import INVISIBLE
from tests.proofs.terminal.documented import beyond, every_code_point, unsafe_code_points


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


MARK, VEDIC, FAR = "\u0301", "\u1cd0", "\U0001e944"
ZWJ = "\u200d"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" + MARK * 5, "a" + MARK * 4 + r"\u0301"),
        (MARK * 5, MARK * 4 + r"\u0301"),
        ("a" + (MARK + VEDIC) * 3, "a" + (MARK + VEDIC) * 2 + r"\u0301\u1cd0"),
        ("𞤀" + FAR * 5, "𞤀" + FAR * 4 + r"\U0001e944"),
        (("a" + MARK * 5) * 2, ("a" + MARK * 4 + r"\u0301") * 2),
        # A joiner does not reset the count, and joiners after the marks are escaped with them.
        ("a" + (MARK + ZWJ) * 5, "a" + (MARK + ZWJ) * 4 + r"\u0301\u200d"),
        ("a" + (MARK + "\xad") * 5, "a" + (MARK + "\xad") * 4 + r"\u0301\xad"),
        ("a" + MARK * 4 + "\u0903" + MARK, "a" + MARK * 4 + "\u0903" + r"\u0301"),
        ("a" + MARK * 4 + "\u1160" + MARK, "a" + MARK * 4 + "\u1160" + r"\u0301"),
        ("a" + MARK * 4 + "\u202e" + MARK * 4, "a" + MARK * 4 + r"\u202e" + r"\u0301" * 4),
        ("a" + MARK * 4 + "\x1b" + MARK * 4, "a" + MARK * 4 + "^[" + MARK * 4),
        ("❤" + "\ufe0f" * 6, "❤" + "\ufe0f" * 4 + r"\ufe0f\ufe0f"),
    ],
)
def test_shows_the_marks_behind_the_fourth(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "a" + MARK * 4,
        ("a" + MARK * 4) * 9,
        "Việt",
        "Vie\u0323\u0302t",
        "ที่นี่",
        "လျှော့",
        "नमस्ते",
        "མཱུྃ",
        "שִׁ֑",
        "مُحَمَّدٌ",
        "1\ufe0f\u20e3" * 6,
        "❤️" * 9,
        "👩\u200d❤️\u200d💋\u200d👨" * 3,
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "𞤀" + "𞥄𞤀" * 9,
        "𝐇𝐞𝐥𝐥𝐨",
        "┌──────┐",
        "👍🏽👍🏽👍🏽",
        "각",
    ],
)
def test_leaves_the_marks_of_living_languages_and_emoji_as_they_are(text: str) -> None:
    assert visible(text) == text


@given(text=st.text())
def test_no_text_is_longer_than_the_quick_look_says(text: str) -> None:
    assert len(visible(text)) <= most_visible(text)
    assert visible_bytes(text) <= most_visible_bytes(text)


def test_marks_of_two_lines_are_not_added_up() -> None:
    assert encode_lines([MARK * 4, MARK * 4], b"\n").decode() == f"{MARK * 4}\n{MARK * 4}\n"


@pytest.mark.parametrize(
    "text", ["", "hola", "a\tb", "¿qué tal, Ñandú?", "日本語", "👩‍👩‍👧 ❤️", "שלום", "a\u00a0b"]
)
def test_leaves_ordinary_text_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_changes_exactly_the_unsafe_code_points() -> None:
    shown = visible(" | ".join(every_code_point())).split(" | ")
    pairs = zip(every_code_point(), shown, strict=True)
    assert {before for before, after in pairs if before != after} == unsafe_code_points()


def test_shows_every_unsafe_code_point_that_stands_alone() -> None:
    assert not [character for character in unsafe_code_points() if visible(character) == character]


def test_lets_no_unsafe_code_point_out() -> None:
    assert unsafe_code_points().isdisjoint(visible(every_code_point()))


@given(st.text(st.sampled_from("ab" + MARK * 3 + VEDIC + FAR + ZWJ + "\u0903\u1160\u202e\x1b𝐇👍")))
def test_lets_nothing_undocumented_out_however_marks_are_mixed(text: str) -> None:
    assert list(beyond(visible(text))) == []
    assert visible(visible(text)) == visible(text)


@given(st.text(st.characters()))
def test_encoding_twice_is_encoding_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_a_line_has_the_end_it_was_given_behind_it() -> None:
    assert encode_line("¡hola!", b"\r\n") == "¡hola!".encode() + b"\r\n"


def test_a_newline_in_the_text_does_not_make_a_second_line() -> None:
    assert encode_line("a\r\nERR b", b"\n") == b"a^M^JERR b\n"


def test_a_line_never_holds_iac_or_another_line_end_whatever_its_text() -> None:
    line = encode_line(every_code_point(), b"\n")
    assert b"\xff" not in line
    assert line.index(b"\n") == len(line) - 1


def test_no_lines_are_no_bytes() -> None:
    assert encode_lines([], b"\r\n") == b""


RISKY = st.text(st.sampled_from('ab"\\n\n\n\t\x1b\x7f\u2028\u0301 '))


@given(st.dictionaries(RISKY, st.builds(Lines, RISKY) | RISKY | st.lists(RISKY) | st.none()))
def test_in_json_each_string_is_escaped_and_only_lines_keep_their_ends(value: Any) -> None:
    encoded = encode_json(value)
    assert b"\n" not in encoded
    assert json.loads(encoded) == {key: as_shown(member) for key, member in value.items()}


def as_shown(member: Any) -> Any:
    if isinstance(member, Lines):
        return "\n".join(map(visible, member.split("\n")))
    if isinstance(member, list):
        return [*map(visible, member)]
    return member if member is None else visible(member)


@cache
def unseen() -> list[str]:
    return list(filter(is_blank, every_code_point()))


@cache
def blanks() -> list[str]:
    return [each for each in unseen() if re.match(f"[{BLANK}]", each)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ok" + " " * 72 + "<vic> yes", r"ok\s{72}<vic> yes"),
        (" " * 41, r"\s{41}"),
        ("\t" * 6 + "x", r"\s{48}x"),
        ("a" + " " * 20 + "\t" * 3 + "b", r"a\s{44}b"),
        ("a" + "\u3000" * 30 + "b", r"a\s{60}b"),
        ("a" + "\u2800" * 70 + "b", r"a\s{70}b"),
        ("a" + " \ufe0f" * 40 + "b", r"a\s{80}b"),
        ("a" + " \u200b" * 40 + "b", r"a\s{80}b"),
        ("a" + "\u3164" * 41 + "b", r"a\s{82}b"),
        ("a" + "\u2065" * 41 + "b", r"a\s{41}b"),  # not assigned, but ignorable
        ("a" + "\U000e0fff " * 41 + "b", r"a\s{82}b"),
        ("\x1b" + " " * 50 + "\u202e", r"^[\s{50}\u202e"),
    ],
)
def test_a_long_blank_is_shown_shortened_on_a_screen(text: str, shown: str) -> None:
    assert visible_on_screen(text) == shown
    assert encode_screen_line(text, b"\n") == shown.encode() + b"\n"
    assert encode_screen_lines(["hola", text], b"\n") == f"hola\n{shown}\n".encode()
    assert (
        encode_line(text, b"\n") == f"{visible(text)}\n".encode()
    )  # for programs it is not escaped


@pytest.mark.parametrize(
    "text",
    [
        "    def indented(self) -> None:",
        "\t" * 5 + "return;",
        " " * 40 + "^~~~",
        "NAME" + " " * 36 + "READY" + " " * 12 + "AGE",
        "漢\u3000字",
        "👩\u200d👩\u200d👧 ❤\ufe0f می\u200cخواهم",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_indentation_tables_and_emoji_are_left_as_they_are_on_a_screen(text: str) -> None:
    assert visible_on_screen(text) == text


@pytest.mark.parametrize(
    "text",
    ["{0}" * 41, " {0}" * 21, "{0} " * 21, "{0}{0}" + " " * 39, "{0}" * 4 + " " * 37],
)
def test_no_blank_is_too_long_on_a_screen(text: str) -> None:
    for blank in unseen():
        shown = visible_on_screen(f"é{text.format(blank)}x")
        assert re.search(r"\\s\{|\\[uUx]|\^", shown), ascii(shown)


@given(
    st.lists(
        st.text(
            st.deferred(lambda: st.sampled_from("a <é\u0301🎉" + "".join(blanks()[:40]))),
            max_size=60,
        ),
        max_size=6,
    )
)
def test_the_quick_look_at_blanks_is_right(texts: list[str]) -> None:
    shown = [
        visible(
            re.sub(
                f"[{BLANK}]+",
                lambda run: f"\\s{{{columns(run[0])}}}" if columns(run[0]) > MAX_BLANK else run[0],
                text,
            )
        )
        for text in texts
    ]
    assert [visible_on_screen(text) for text in texts] == shown
    assert encode_screen_lines(texts, b"\n") == "".join(f"{each}\n" for each in shown).encode()


def test_what_shows_nothing_is_blank_or_shown_otherwise() -> None:
    invisible, nothing = (
        set(re.findall(f"[{table}]", every_code_point())) for table in (INVISIBLE, NOTHING)
    )
    assert invisible - unsafe_code_points() == nothing


def test_blanks_show_nothing() -> None:
    for each in every_code_point():
        if unicodedata.category(each) == "Zs":
            assert is_blank(each), ascii(each)
    for each in blanks():
        assert is_blank(f"\t{each} ")
        assert not is_blank(f"{each}x")
        assert each in unsafe_code_points() or visible(each) == each, ascii(each)
    assert is_blank("")


class TestExcerpt:
    @pytest.mark.parametrize("text", ["", "hola", "é\u0301", "a" * 40, "\x1b" * 20])
    def test_a_short_text_is_whole(self, text: str) -> None:
        assert excerpt(text, 40) == visible(text)

    def test_of_a_long_text_the_beginning(self) -> None:
        assert excerpt("a" * 41, 40) == "a" * 39 + "…"

    def test_what_grows_is_cut_after_escaping(self) -> None:
        assert excerpt("\U000e0001" * 5, 40) == r"\U000e0001" * 3 + "…"

    @given(st.text(), st.integers(1, 100))
    def test_it_has_so_many_characters_at_most(self, text: str, most: int) -> None:
        assert len(excerpt(text, most)) <= most

    @given(st.text(alphabet="a\x1b\x9b\u202e\U000e0001\u0301"), st.integers(1, 100))
    def test_no_escape_is_cut(self, text: str, most: int) -> None:
        shown = excerpt(text, most).removesuffix("…")
        starts = {visible(text[:length]) for length in range(len(text) + 1)}
        assert any(start.startswith(shown) for start in starts)
        assert not re.search(r"(?:\\U[0-9a-f]{0,7}|\\u[0-9a-f]{0,3}|\\x[0-9a-f]?)\Z", shown)

    def test_an_excerpt_that_was_escaped_is_ordinary(self) -> None:
        assert visible(excerpt("\U000e0001" * 300, 200)) == excerpt("\U000e0001" * 300, 200)


@pytest.mark.parametrize("unit", [MARK, VEDIC, FAR, MARK + VEDIC, MARK + ZWJ, "\U000e0041", ZWJ])
def test_a_flood_is_escaped_as_a_short_run_is(unit: str) -> None:
    """More than so many in a row are looked at in another way."""
    some, many = visible("a" + unit * 20), visible("a" + unit * 400)
    assert many.startswith(some)
    assert set(many) == set(some)


@given(st.text())
def test_the_visible_bytes_is_that_of_the_visible_text(text: str) -> None:
    assert visible_bytes(text) == len(visible(text).encode())
