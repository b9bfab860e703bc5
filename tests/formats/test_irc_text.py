"""`chatd.formats.irc_text`: no formatting of IRC and no CTCP comes in, and none goes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.formats.irc_text import LEAST_ROOM, Typed, in_parts, typed, without_formatting
from chatd.text.escaping import visible_on_screen
from chatd.text.graphemes import is_boundary
from tests.proofs.terminal.documented import undocumented
from tests.support.hostile import HOSTILE

pytestmark = pytest.mark.quick

FORMATTED = {
    "\x02bold\x02 and \x1ditalics\x0f": "bold and italics",
    "\x11a\x16b\x1ec\x1fd": "abcd",
    "\x03red": "red",
    "\x034red": "red",
    "\x0304red": "red",
    "\x03045red": "5red",
    "\x0304,12red": "red",
    "\x034,1red": "red",
    "\x0304,125": "5",
    "\x0304,red": ",red",
    "\x03,12red": ",12red",
    "\x03\x0304,12": "",
    "\x03\u0664red": "\u0664red",
    "\x04FF8800red": "red",
    "\x04ff8800,00FF00red": "red",
    "\x04ff88red": "ff88red",
    "\x04ff8800,red": ",red",
    "\x02\x03\x0204": "04",
    "plain, \u00f1 \U0001f600": "plain, \u00f1 \U0001f600",
    "a\tb \x1b[1m\x01 \u00a0": "a\tb \x1b[1m\x01 \u00a0",
    "": "",
}


@pytest.mark.parametrize("text", FORMATTED, ids=ascii)
def test_formatting_is_dropped(text: str) -> None:
    assert without_formatting(text) == FORMATTED[text]


@given(st.text(st.sampled_from("\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f019,afx")))
def test_no_code_remains(text: str) -> None:
    assert not set(without_formatting(text)) & set("\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hola", Typed(None, "hola")),
        ("\x02hola", Typed(None, "hola")),
        ("\x01ACTION waves\x01", Typed("ACTION", "waves")),
        ("\x01ACTION waves", Typed("ACTION", "waves")),
        ("\x01action  \x0304waves \x01", Typed("ACTION", " waves ")),
        ("\x01ACTION\x01", Typed("ACTION", "")),
        ("\x01ACTION", Typed("ACTION", "")),
        ("\x01VERSION\x01", Typed("VERSION", "")),
        ("\x01DCC SEND file 1 2\x01", Typed("DCC", "SEND file 1 2")),
        ("\x01\x01", Typed("", "")),
        ("\x01", Typed("", "")),
        ("hola \x01ACTION waves\x01", Typed(None, "hola \x01ACTION waves\x01")),
        ("\x02\x01ACTION waves\x01", Typed(None, "\x01ACTION waves\x01")),
        ("", Typed(None, "")),
    ],
    ids=ascii,
)
def test_a_text_is_plain_or_of_ctcp(text: str, meant: Typed) -> None:
    assert typed(text) == meant


FAMILY = "\U0001f469\u200d\U0001f467"  # 11 bytes


class TestParts:
    def test_a_text_that_fits_is_one_part(self) -> None:
        assert list(in_parts("ñandú", 7)) == ["ñandú"]
        assert list(in_parts("", 7)) == [""]

    def test_a_part_ends_after_its_last_space(self) -> None:
        assert list(in_parts("uno dos tres", 8)) == ["uno dos ", "tres"]
        assert list(in_parts("uno dos tres", 7)) == ["uno ", "dos ", "tres"]

    def test_a_word_that_is_too_long_is_cut(self) -> None:
        assert list(in_parts("a bcdefghijkl mn", 5)) == ["a ", "bcdef", "ghijk", "l mn"]

    def test_no_character_is_cut(self) -> None:
        assert list(in_parts("ñññññ", 5)) == ["ññ", "ññ", "ñ"]
        assert list(in_parts("\U0001f600" * 3, 7)) == ["\U0001f600"] * 3

    def test_no_cluster_is_cut(self) -> None:
        assert list(in_parts(f"ab{FAMILY}c", 12)) == ["ab", f"{FAMILY}c"]
        assert list(in_parts("abcdee\u0301", 7)) == ["abcde", "e\u0301"]

    def test_a_cluster_that_has_no_room_is_cut_between_characters(self) -> None:
        assert list(in_parts(FAMILY, 10)) == ["\U0001f469\u200d", "\U0001f467"]

    def test_a_space_with_a_mark_on_it_ends_no_part(self) -> None:
        assert list(in_parts("abc \u0301def", 6)) == ["abc \u0301", "def"]
        assert list(in_parts("abc \u0301def", 5)) == ["abc", " \u0301de", "f"]
        assert list(in_parts("a b \u0301c", 5)) == ["a ", "b \u0301c"]

    def test_the_text_is_escaped_first(self) -> None:
        assert list(in_parts("a\x01\r\nb", 5)) == ["a^A^M", "^Jb"]
        assert list(in_parts("a\x01", 3)) == ["a^A"]

    def test_one_character_must_have_room(self) -> None:
        assert list(in_parts("\U0001f600" * 2, LEAST_ROOM)) == ["\U0001f600"] * 2
        with pytest.raises(ValueError, match="no room"):
            in_parts("hola", LEAST_ROOM - 1)

    @pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
    def test_no_part_has_what_a_terminal_or_an_irc_client_obeys(self, hostile: str) -> None:
        for room in 4, 5, 17, 400:
            for part in in_parts(f"{hostile} {FAMILY} \x01ACTION \x02\x0304,12x\x01\0", room):
                assert undocumented(part.encode() + b"\n") == set()
                assert not set(part) & set(map(chr, range(0x20))) - {"\t"}

    @given(
        st.text(st.sampled_from(f"ab  \u00f1\u0301\t\x01\x03\r\n\u1100\u1161\U0001f1ea{FAMILY}"))
        | st.text(),
        st.integers(LEAST_ROOM, 30),
    )
    def test_the_parts_are_the_text(self, text: str, room: int) -> None:
        parts = list(in_parts(text, room))
        shown = visible_on_screen(text)
        assert "".join(parts) == shown
        assert [visible_on_screen(part) for part in parts] == parts
        assert all(len(part.encode()) <= room for part in parts)
        assert all(parts) or parts == [""]
        end = 0
        for part in parts[:-1]:
            end += len(part)
            cluster_has_room = any(
                is_boundary(shown, place) for place in range(end - len(part) + 1, end + 1)
            )
            assert is_boundary(shown, end) or not cluster_has_room
            following = shown[end : end + 1]
            assert (
                part.endswith(" ")
                or " " not in part
                or not is_boundary(part + following, part.rindex(" ") + 1)
            )
