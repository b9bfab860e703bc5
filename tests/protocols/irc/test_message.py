"""`chatd.protocols.irc.message` reads the lines of IRC, and all that `irc_line` writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.formats.irc_lines import LINE_BYTES, TAG_BYTES, irc_line
from chatd.protocols.irc.message import LONGEST, InvalidMessage, Message, MessageFault, parse

pytestmark = pytest.mark.quick


def message(
    command: str, *parameters: str, source: str = "", tags: dict[str, str] | None = None
) -> Message:
    return Message(tags or {}, source, command, parameters)


READ = {
    # The grammar of RFC 1459, section 2.3.1
    "PING": message("PING"),
    "ping": message("PING"),
    "001 ana": message("001", "ana"),
    "PRIVMSG #ops hola": message("PRIVMSG", "#ops", "hola"),
    "PRIVMSG #ops :hola": message("PRIVMSG", "#ops", "hola"),
    "PRIVMSG #ops :hola, ana": message("PRIVMSG", "#ops", "hola, ana"),
    "PRIVMSG #ops ::)": message("PRIVMSG", "#ops", ":)"),
    "PRIVMSG #ops :a :b": message("PRIVMSG", "#ops", "a :b"),
    "PRIVMSG #ops :  two  spaces  ": message("PRIVMSG", "#ops", "  two  spaces  "),
    "TOPIC #ops :": message("TOPIC", "#ops", ""),
    "MODE #ops +b a:b": message("MODE", "#ops", "+b", "a:b"),
    ":ana PRIVMSG #ops hola": message("PRIVMSG", "#ops", "hola", source="ana"),
    ":ana!a@h.x QUIT": message("QUIT", source="ana!a@h.x"),
    "USER " + " ".join("abcdefghijklmnop"): message("USER", *"abcdefghijklmnop"),
    "paß ñ": message("paß", "ñ"),
    # Spaces, which some clients send more of
    "  PING   a    b ": message("PING", "a", "b"),
    ":ana   PING   :a": message("PING", "a", source="ana"),
    "@a=1   :ana   PING  a": message("PING", "a", source="ana", tags={"a": "1"}),
    "PING a\tb\u00a0c\u2028d e": message("PING", "a\tb\u00a0c\u2028d", "e"),
    # Tags
    "@a=1;b=2 PING": message("PING", tags={"a": "1", "b": "2"}),
    "@a;b=;c=x=y PING": message("PING", tags={"a": "", "b": "", "c": "x=y"}),
    "@a=1;a=2 PING": message("PING", tags={"a": "2"}),
    "@+typing=active;x.y/z=1 PING": message("PING", tags={"+typing": "active", "x.y/z": "1"}),
    r"@a=\:\s\\\r\n PING": message("PING", tags={"a": "; \\\r\n"}),
    r"@a=\\s;b=\x;c=\ PING": message("PING", tags={"a": r"\s", "b": "x", "c": ""}),
    "@;=1;;a PING": message("PING", tags={"a": ""}),
    "@ PING": message("PING"),
}


@pytest.mark.parametrize("line", READ)
def test_a_line_is_read(line: str) -> None:
    assert parse(line.encode()) == READ[line]


@pytest.mark.parametrize("line", ["", "   ", ":ana", ":ana ", "@a=1", "@a=1 ", "@a=1 :ana", " :a"])
def test_a_line_without_a_command_is_none(line: str) -> None:
    assert parse(line.encode()) is None


class TestFaults:
    def fault(self, line: bytes) -> tuple[MessageFault, Message]:
        with pytest.raises(InvalidMessage) as caught:
            parse(line)
        return caught.value.fault, caught.value.message

    def test_a_line_is_utf_8(self) -> None:
        fault, read = self.fault(b"@label=7 PRIVMSG #ops :a\xf1o")
        assert fault is MessageFault.NOT_UTF8
        assert read == message("PRIVMSG", "#ops", "a\ufffdo", tags={"label": "7"})

    @pytest.mark.parametrize("control", [b"\0", b"\r"])
    def test_a_line_has_no_nul_and_no_cr_in_it(self, control: bytes) -> None:
        fault, read = self.fault(b"@label=7 PRIVMSG #ops :a" + control + b"QUIT")
        assert fault is MessageFault.CONTROL
        assert read == message("PRIVMSG", "#ops", "a\ufffdQUIT", tags={"label": "7"})

    @pytest.mark.parametrize("tags", [b"", b"@label=7 "])
    def test_a_line_may_be_of_the_greatest_length(self, tags: bytes) -> None:
        line = tags + b"PRIVMSG #ops :".ljust(LINE_BYTES, b"x")
        assert parse(line) is not None
        fault, read = self.fault(line + b"x")
        assert fault is MessageFault.TOO_LONG
        assert read == parse(line)

    def test_its_tags_may_be_of_the_greatest_length(self) -> None:
        tags = b"@a=".ljust(TAG_BYTES - 1, b"x")
        rest = b"PING ".ljust(LINE_BYTES, b"x")
        longest = tags + b" " + rest
        assert len(longest) == LONGEST
        assert parse(longest) is not None
        fault, read = self.fault(tags + b"x PING")
        assert fault is MessageFault.TAGS_TOO_LONG
        assert read == message("")

    def test_tags_that_do_not_end_are_too_long(self) -> None:
        fault, _ = self.fault(b"@".ljust(TAG_BYTES + 1, b"x"))
        assert fault is MessageFault.TAGS_TOO_LONG

    def test_a_character_that_is_cut_by_the_greatest_length_does_not_matter(self) -> None:
        fault, read = self.fault("PRIVMSG #ops :".ljust(LINE_BYTES - 1, "x").encode() + b"\xc3\xb1")
        assert fault is MessageFault.TOO_LONG
        assert read.command == "PRIVMSG"

    def test_of_a_line_that_is_not_utf_8_the_command_may_be_missing(self) -> None:
        assert self.fault(b"@\xf1") == (MessageFault.NOT_UTF8, message(""))


words = st.text(
    st.characters(exclude_characters="\0\r\n ", exclude_categories=["Cs"]), min_size=1
).filter(lambda word: word[0] != ":")
texts = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]))
commands = st.from_regex("[A-Z]+|[0-9]{3}", fullmatch=True)
tags = st.dictionaries(
    st.from_regex(r"\+?([a-z0-9.-]+/)?[A-Za-z0-9-]+", fullmatch=True),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
sources = st.one_of(st.just(""), words)


class TestBothWays:
    @given(commands, st.lists(words), st.lists(texts, max_size=1), sources, tags, st.booleans())
    def test_all_that_is_written_is_read_as_it_was(
        self,
        command: str,
        middle: list[str],
        last: list[str],
        source: str,
        tagged: dict[str, str],
        trailing: bool,
    ) -> None:
        parameters = [*middle, *last]
        line = irc_line(command, *parameters, source=source, tags=tagged, trailing=trailing)
        encoded = line.encode()
        if len(encoded) <= LINE_BYTES:
            assert parse(encoded) == Message(tagged, source, command, tuple(parameters))

    @given(st.binary(max_size=60) | st.text(" :@;=\\sa\0\r").map(str.encode))
    def test_any_bytes_are_a_message_or_none_or_invalid(self, line: bytes) -> None:
        try:
            read = parse(line)
        except InvalidMessage:
            return
        if read is not None:
            assert read.command
            assert all(" " not in each for each in (read.source, read.command))
            assert all(" " not in each and each for each in read.parameters[:-1])
