"""Lines that people say, in IRC: their length, their tags, and batches."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.event import Event, Kind
from chatd.formats.irc_lines import LINE_BYTES
from chatd.formats.irc_spoken import MULTILINE, Spoken
from chatd.formats.irc_tags import IrcServer
from chatd.text.times import local_time

MASK = ":ana!ana@irc.example"


def said(
    *texts: str, kind: Kind = Kind.MESSAGE, as_one: bool = False, author: str = "ana"
) -> list[Event]:
    return [
        Event("Ops", seq, 1234, 3, author, kind, text, 7 if as_one else None)
        for seq, text in enumerate(texts, 7)
    ]


def lines_of(
    events: Sequence[Event],
    *capabilities: str,
    server: IrcServer = IrcServer("irc.example"),  # noqa: B008 - a value
    **how: object,
) -> list[str]:
    spoken = Spoken(server, frozenset(capabilities))._replace(**how)  # type: ignore[arg-type]
    lines = spoken.render(events, "#ops").decode().split("\r\n")
    assert lines.pop() == ""
    return lines


def text_of(line: str) -> str:
    return line.split(" #ops :", 1)[1]


class TestLength:
    @pytest.mark.parametrize("kind", [Kind.MESSAGE, Kind.NOTICE, Kind.ACTION])
    @pytest.mark.parametrize("text", ["word " * 200, "ñ" * 4096, "👩‍👩‍👧" * 100, "\x07" * 600])
    def test_no_line_is_too_long(self, text: str, kind: Kind) -> None:
        lines = lines_of(said(text, kind=kind))
        assert len(lines) > 1
        assert all(len(line.encode()) <= LINE_BYTES for line in lines)

    def test_a_line_that_just_fits(self) -> None:
        room = LINE_BYTES - len(f"{MASK} PRIVMSG #ops :")
        assert len(lines_of(said("x" * room))) == 1
        assert len(lines_of(said("x" * (room + 1)))) == 2

    def test_words_are_whole(self) -> None:
        text = "word " * 200
        parts = [text_of(line) for line in lines_of(said(text))]
        assert "".join(parts) == text
        assert all(part.endswith("word ") for part in parts)

    def test_the_first_part_has_the_id(self) -> None:
        lines = lines_of(said("word " * 200), "message-tags", "server-time")
        time = "time=1970-01-01T00:00:01.234Z"
        assert lines[0].startswith(f"@{time};msgid=7-ops {MASK}")
        assert all(line.startswith(f"@{time} {MASK}") for line in lines[1:])

    def test_parts_of_an_action_are_actions(self) -> None:
        parts = [text_of(line) for line in lines_of(said("word " * 200, kind=Kind.ACTION))]
        assert all(part[:8] == "\x01ACTION " and part[-1] == "\x01" for part in parts)


class TestMessages:
    def test_lines_without_batches(self) -> None:
        lines = lines_of(said("", "a", "", "b", as_one=True), "message-tags")
        assert lines == [f"@msgid=7-ops {MASK} PRIVMSG #ops :a", f"{MASK} PRIVMSG #ops :b"]

    def test_a_batch(self) -> None:
        lines = lines_of(said("", "a", as_one=True), "message-tags", MULTILINE)
        assert lines == [
            f"@msgid=7-ops {MASK} BATCH +m7 {MULTILINE} #ops",
            f"@batch=m7 {MASK} PRIVMSG #ops :",
            f"@batch=m7 {MASK} PRIVMSG #ops :a",
            ":irc.example BATCH -m7",
        ]

    def test_a_long_text_is_a_batch(self) -> None:
        text = "word " * 200
        first, *parts, _ = lines_of(said(text), MULTILINE)
        assert first.endswith(f"BATCH +m7 {MULTILINE} #ops")
        assert "".join(map(text_of, parts)) == text
        assert [MULTILINE + "-concat" in part for part in parts] == [False, True, True]

    def test_messages_one_after_another(self) -> None:
        later = [event._replace(seq=event.seq + 2, part_of=9) for event in said("c", "d")]
        lines = lines_of([*said("a", "b", as_one=True), *later, *said("e")], MULTILINE)
        assert [line.split(" ")[2] for line in lines if "BATCH" in line] == [
            "+m7",
            "-m7",
            "+m9",
            "-m9",
        ]
        assert lines[-1] == f"{MASK} PRIVMSG #ops :e"

    def test_parts_as_their_author_cut_them(self) -> None:
        server = IrcServer("irc.example", cuts_of={"a b": ["a ", "b"]}.get)
        assert list(map(text_of, lines_of(said("a b"), server=server))) == ["a ", "b"]
        assert len(lines_of(said("a b"), MULTILINE, server=server)) == 4


class TestPast:
    def test_in_a_batch(self) -> None:
        assert lines_of(said("a"), batch="h") == [f"@batch=h {MASK} PRIVMSG #ops :a"]

    def test_a_batch_in_a_batch(self) -> None:
        first, second, *_ = lines_of(said("a", "b", as_one=True), MULTILINE, batch="h")
        assert first.startswith("@batch=h ")
        assert second.startswith("@batch=m7 ")

    def test_dates(self) -> None:
        assert text_of(*lines_of(said("a"), dated=True)) == f"[{local_time(1)}] a"


class TestPrivate:
    def test_marks(self) -> None:
        def private(text: str) -> str:
            (line,) = lines_of(said(text, kind=Kind.PRIVATE))
            return line.removeprefix(f"{MASK} ")

        assert private("hola") == "PRIVMSG #ops :hola"
        assert private("/me waves") == "PRIVMSG #ops :\x01ACTION waves\x01"
        assert private("/notice done") == "NOTICE #ops :done"
        assert private("/memo") == "PRIVMSG #ops :/memo"


class TestHostileText:
    def test_nothing_ends_a_line_or_is_ctcp(self) -> None:
        for kind in (Kind.MESSAGE, Kind.NOTICE, Kind.PRIVATE):
            (line,) = lines_of(said("\x01VERSION\x01\r\nQUIT", kind=kind))
            assert line.isprintable()
