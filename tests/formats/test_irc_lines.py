"""`chatd.formats.irc_lines` writes the grammar of IRC, and nothing that is read as other parts."""

from __future__ import annotations

import pytest

from chatd.formats.irc_lines import Unwritable, echoed, irc_line, irc_tag, is_middle

pytestmark = pytest.mark.quick

WRITTEN = {
    "a command alone": (irc_line("PING"), "PING"),
    "a parameter": (irc_line("PING", "a"), "PING a"),
    "a source": (irc_line("PONG", "h.x", "a", source="h.x"), ":h.x PONG h.x a"),
    "a last parameter with a space": (irc_line("QUIT", "so long"), "QUIT :so long"),
    "one that begins with a colon": (irc_line("QUIT", ":)"), "QUIT ::)"),
    "one that is empty": (irc_line("TOPIC", "#ops", ""), "TOPIC #ops :"),
    "one with a colon inside": (irc_line("QUIT", "a:b"), "QUIT a:b"),
    "one with a colon before it all the same": (irc_line("353", "a", trailing=True), "353 :a"),
    "a colon needs a parameter": (irc_line("PING", trailing=True), "PING"),
    "tags": (
        irc_line("TAGMSG", "#ops", tags={"+typing": "done", "batch": ""}, source="a!a@b.c"),
        "@+typing=done;batch :a!a@b.c TAGMSG #ops",
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_parts_are_written_in_order(case: str) -> None:
    line, expected = WRITTEN[case]
    assert line == expected


class TestRefusals:
    @pytest.mark.parametrize("text", ["", ":a", "a b", " ", "a\r", "a\n", "a\0b"])
    def test_a_middle_parameter_cannot_be_read_as_others(self, text: str) -> None:
        assert not is_middle(text)
        with pytest.raises(Unwritable):
            irc_line("PRIVMSG", text, "hola")
        with pytest.raises(Unwritable):
            irc_line(text)

    @pytest.mark.parametrize("text", ["a\r", "\nQUIT", "a\0b"])
    def test_no_parameter_ends_its_line(self, text: str) -> None:
        with pytest.raises(Unwritable):
            irc_line("PRIVMSG", "#ops", text)

    @pytest.mark.parametrize("source", ["a b", "a\n", "\0", "\r"])
    def test_a_source_is_one_word(self, source: str) -> None:
        with pytest.raises(Unwritable):
            irc_line("PING", source=source)

    @pytest.mark.parametrize("key", ["", "a b", "a;b", "a=b", "a\n", "é", "+", "/a", "a/"])
    def test_a_key_of_a_tag_is_one_word_of_ascii(self, key: str) -> None:
        with pytest.raises(Unwritable):
            irc_tag(key, "1")

    def test_a_tag_has_no_nul(self) -> None:
        with pytest.raises(Unwritable):
            irc_line("PING", tags={"a": "\0"})


class TestTags:
    @pytest.mark.parametrize("key", ["msgid", "+typing", "draft/multiline-concat", "+a.example/b"])
    def test_keys_may_have_a_vendor(self, key: str) -> None:
        assert irc_tag(key, "1") == f"{key}=1"

    def test_a_value_is_escaped(self) -> None:
        assert irc_tag("a", "; \\\r\n:s") == r"a=\:\s\\\r\n:s"


class TestEchoed:
    @pytest.mark.parametrize("text", ["", ":a", "a b"])
    def test_no_parameter_that_others_follow_is_a_star(self, text: str) -> None:
        assert echoed(text) == "*"

    def test_controls_are_shown(self) -> None:
        assert echoed("\x01a\x1b[m\r\n") == "^Aa^[[m^M^J"

    def test_other_text_is_as_it_was(self) -> None:
        assert echoed("#ñandú") == "#ñandú"
