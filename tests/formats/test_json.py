"""`chatd.formats.json`: the messages that browsers and programs receive."""

from __future__ import annotations

import json
from typing import Any
from weakref import ref

import pytest

from chatd.errors import ErrorKind
from chatd.event import UNKNOWN, Change, Deed, Departure, Event, Kind, Notice, Origin
from chatd.formats.base import Entrance, told
from chatd.formats.json import (
    TOPIC_CHARACTERS,
    JsonFormat,
    each_once,
    object_in_pieces,
)
from chatd.formats.sse import SseFormat
from chatd.i18n import Language
from chatd.remarks import Value
from tests.support.remarks import ACK, ANSWER, DECISION, QUESTION
from tests.support.sentences import EN, ES

ENGLISH = JsonFormat()
SPANISH = JsonFormat(Language.SPANISH)


def said(text: str, seq: int = 1, kind: Kind = Kind.MESSAGE, author: str = "ana") -> Event:
    return Event("lobby", seq, 1000, 7, author, kind, text)


def messages(data: bytes) -> list[Any]:
    """Decode the messages in frames, without chatd's own code."""
    found = []
    while data:
        assert data[0] == 0x81
        length, start = data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(data[2:10], "big"), 10
        found.append(json.loads(data[start : start + length]))
        data = data[start + length :]
    return found


@pytest.mark.parametrize(
    ("parts", "rows"),
    [([], []), ([[]], []), ([[1, 2]], [1, 2]), ([[], ["\x1b"], [], [2, "b"], []], ["^[", 2, "b"])],
)
def test_an_object_may_be_made_in_pieces(parts: list[list[object]], rows: list[object]) -> None:
    pieces = list(object_in_pieces({"count": 3}, "rows", parts))
    assert json.loads(b"".join(pieces)) == {"count": 3, "rows": rows}
    assert len(pieces) == 2 + sum(map(bool, parts))


class Slice(list[object]):
    """A slice of a list, which can be referred to weakly."""


@pytest.mark.parametrize("as_message", [False, True])
def test_a_slice_is_not_held_once_its_piece_was_made(as_message: bool) -> None:
    slices = [Slice([1]), Slice([2])]
    held = [ref(each) for each in slices]
    parts = each_once(slices)
    del slices
    if as_message:
        pieces = ENGLISH.message_in_pieces("found", "rows", parts)
    else:
        pieces = object_in_pieces({}, "rows", parts)
    for left in ([True, True], [False, True], [False, False]):
        next(pieces)
        assert [each() is not None for each in held] == left


def test_a_message_may_be_made_in_fragments() -> None:
    format = JsonFormat(about=7)
    fragments = list(format.message_in_pieces("found", "rows", [["a"], ["b"]], count=2))
    whole = format.message("found", count=2, rows=["a", "b"])
    assert [each[0] for each in fragments] == [0x01, 0, 0, 0, 0x80]
    assert all(each[1] == len(each) - 2 for each in fragments)
    assert json.loads(b"".join(each[2:] for each in fragments)) == messages(whole)[0]


class TestJson:
    def test_what_was_committed_at_once_is_one_message(self) -> None:
        (message,) = messages(ENGLISH.render([said("hola"), said("baila", 2, Kind.ACTION)]))
        assert message == {
            "type": "events",
            "room": "lobby",
            "events": [
                {"seq": 1, "time": 1000, "author": "ana", "kind": "message", "text": "hola"},
                {"seq": 2, "time": 1000, "author": "ana", "kind": "action", "text": "baila"},
            ],
        }

    def test_a_line_of_a_message_names_the_first_one(self) -> None:
        lines = [said("a", 1)._replace(part_of=1), said("b", 2)._replace(part_of=1), said("c", 3)]
        (message,) = messages(ENGLISH.render(lines))
        assert [event.get("part_of") for event in message["events"]] == [1, 1, None]
        assert message["events"] == ENGLISH.members(lines)
        assert "part_of" not in message["events"][2]

    def test_nothing_is_no_message(self) -> None:
        assert ENGLISH.render([]) == b""
        assert ENGLISH.found([]) == b""

    def test_what_passes_stands_among_what_stays(self) -> None:
        joined = Notice("lobby", Change.JOINED, ((7, "ana"),))
        renamed = Notice("lobby", Change.RENAMED, ((7, "ana"),), "eva")
        (message,) = messages(SPANISH.render([joined, renamed]))
        one, two = {"name": "ana"}, {"name": "ana", "new_name": "eva"}
        assert message["events"] == [
            {"notice": "joined", **one, "text": ES.sentence("joined_one", people="ana")},
            {"notice": "renamed", **two, "text": ES.sentence("renamed", **two)},
        ]

    def test_a_notice_about_several_has_all_names(self) -> None:
        names = [f"n{number}" for number in range(1000)]
        joined = Notice("lobby", Change.JOINED, tuple(enumerate(names)))
        ((event,),) = [message["events"] for message in messages(SPANISH.render([joined]))]
        assert event == {
            "notice": "joined",
            "name": "n0",
            "names": names,
            "text": "n0, n1 y 998 más han entrado.",
        }

    def test_a_deed_is_told_and_given_in_parts(self) -> None:
        deed = Deed("mute", "luis", 600, "noise").text()
        (message,) = messages(ENGLISH.render([said(deed, kind=Kind.DEED)]))
        (event,) = message["events"]
        assert event["kind"] == "deed"
        assert event["text"] == EN.deed("mute", "ana", "luis", time="10m", reason="noise")[4:]
        assert event["deed"] == {
            "verb": "mute",
            "target": "luis",
            "seconds": 600,
            "reason": "noise",
        }

    @pytest.mark.parametrize(
        ("kind", "value", "given"),
        [
            (
                Kind.QUESTION,
                QUESTION,
                {
                    "words": "Which port does HTTP use?",
                    "options": ["21", "80", "443"],
                    "anonymous": False,
                },
            ),
            (
                Kind.ANSWER,
                ANSWER,
                {
                    "verb": "close",
                    "seq": 3,
                    "counts": [
                        {"answer": "21", "people": 3, "names": []},
                        {"answer": "80", "people": 17, "names": []},
                        {"answer": "443", "people": 1, "names": []},
                    ],
                },
            ),
            (Kind.ACK, ACK, ACK._asdict()),
            (Kind.DECISION, DECISION, DECISION._asdict()),
        ],
    )
    @pytest.mark.parametrize("format", [ENGLISH, SPANISH])
    def test_a_remark_is_told_and_given_in_parts(
        self, format: JsonFormat, kind: Kind, value: Value, given: dict[str, object]
    ) -> None:
        remark = said(value.text(), kind=kind)
        (message,) = messages(format.render([remark]))
        (event,) = message["events"]
        assert event["kind"] == kind.name.lower()
        assert event["text"] == told(format.language, remark)
        assert event[event["kind"]] == given

    def test_a_deed_of_a_later_version_is_text(self) -> None:
        (message,) = messages(ENGLISH.render([said("??", kind=Kind.DEED)]))
        assert message["events"][0]["text"] == "ana: ??"
        assert "deed" not in message["events"][0]

    def test_private_lines_are_messages_of_their_own(self) -> None:
        private = said("psst", 5, Kind.PRIVATE)
        live, past = ENGLISH, ENGLISH.of_past()
        assert messages(live.render([private])) == [
            {"type": "private", "author": "ana", "text": "psst", "time": 1000}
        ]
        assert messages(past.render([private]))[0]["past"] is True
        assert messages(ENGLISH.private("ana", "psst")) == [
            {"type": "private", "author": "ana", "text": "psst"}
        ]
        assert messages(ENGLISH.private("ana", "psst", "eva"))[0]["to"] == "eva"

    def test_the_past_that_was_asked_for_says_so_but_not_what_newcomers_are_shown(self) -> None:
        assert messages(ENGLISH.of_past().render([said("hola")]))[0]["past"] is True
        assert "past" not in messages(ENGLISH.for_newcomers().render([said("hola")]))[0]

    def test_an_error_has_a_kind_and_a_key(self) -> None:
        (message,) = messages(ENGLISH.error(ErrorKind.NAME_IN_USE, "name_in_use", name="ana"))
        assert message["type"] == "error"
        assert message["kind"] == ErrorKind.NAME_IN_USE.value
        assert message["key"] == "name_in_use"
        assert "ana" in message["text"]

    def test_a_topic_that_grows_when_it_is_escaped_is_cut_after_that(self) -> None:
        topic = "\U000e0001" * TOPIC_CHARACTERS
        (entered,) = messages(ENGLISH.entered(Entrance("ops", 9, 0, 4, topic, "Welcome.")))
        assert len(entered["topic"]) <= TOPIC_CHARACTERS

    @pytest.mark.parametrize(("after", "bookmark"), [(9, "9-1700"), (4, None)])
    def test_one_without_lines_to_come_is_sent_its_bookmark(
        self, after: int, bookmark: str | None
    ) -> None:
        (entered,) = messages(ENGLISH.entered(Entrance("ops", 9, 1700, after, "", "Welcome.")))
        assert entered["bookmark"] == bookmark

    @pytest.mark.parametrize(
        ("topic_set", "made", "members"),
        [
            (UNKNOWN, UNKNOWN, {}),
            (UNKNOWN, Origin("", 7), {"made_at": 7}),
            (
                Origin("ana", 9),
                Origin("luis", 7),
                {"topic_by": "ana", "topic_at": 9, "made_by": "luis", "made_at": 7},
            ),
        ],
    )
    def test_entering_a_room_says_who_made_it_and_set_its_topic(
        self, topic_set: Origin, made: Origin, members: dict[str, object]
    ) -> None:
        entrance = Entrance("ops", 9, 0, 4, "tea", "Hi.", topic_set=topic_set, made=made)
        (entered,) = messages(ENGLISH.entered(entrance))
        assert {each: entered[each] for each in entered if each[-3:] in ("_by", "_at")} == members

    @pytest.mark.parametrize(
        ("departure", "why"),
        [
            (Departure(), {}),
            (Departure("enough", "luis"), {"by": "luis", "reason": "enough"}),
            (Departure(by="luis"), {"by": "luis"}),
            (Departure("bye"), {"reason": "bye"}),
        ],
    )
    def test_leaving_a_room_says_why(self, departure: Departure, why: dict[str, str]) -> None:
        (left,) = messages(ENGLISH.left("ops", departure))
        assert left == {"type": "left", "room": "ops", **why}

    def test_the_rest_of_what_one_is_told(self) -> None:
        data = (
            ENGLISH.entered(Entrance("ops", 9, 0, 4, "the topic" * 100, "Welcome.", "Hm?"))
            + ENGLISH.left("ops")
            + ENGLISH.you("ana", False, True)
            + ENGLISH.seen("ops", 8, 0)
            + ENGLISH.say("one\ntwo", "key")
            + ENGLISH.say("one")
            + ENGLISH.bell
            + ENGLISH.found([said("hola", 3)])
        )
        assert [message.pop("type") for message in messages(data)] == [
            "entered", "left", "you", "seen", "say", "say", "bell", "found",
        ]  # fmt: skip
        entered, _, you, seen, first, second, _, found = messages(data)
        assert (entered["room"], entered["head"], entered["after"]) == ("ops", 9, 4)
        assert entered["text"] == "Welcome.\nHm?"
        assert len(entered["topic"]) == TOPIC_CHARACTERS
        assert (you["name"], you["guest"], you["account"]) == ("ana", False, True)
        assert you["language"] == "en"
        assert seen["seq"] == 8
        assert (first["key"], first["text"]) == ("key", "one\ntwo")
        assert "key" not in second
        assert found["events"][0]["seq"] == 3

    def test_in_another_language_it_is_another_feed(self) -> None:
        assert ENGLISH.in_language(Language.SPANISH) == SPANISH
        assert ENGLISH != SPANISH

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b]0;x\x07", "^[]0;x^G"),
            ("\u202eabc", "\\u202eabc"),
            ("a\x9bb", "a\\x9bb"),
            ("\ud800", "\\ud800"),
            ('"quoted" \\ and\ttabbed', '"quoted" \\ and\ttabbed'),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("ñ 日 👍", "ñ 日 👍"),
        ],
    )
    def test_text_is_made_visible_before_it_is_json(self, text: str, shown: str) -> None:
        for data in (
            ENGLISH.render([said(text)]),
            ENGLISH.render([said("hola", author=text)]),
            ENGLISH.private(text, text),
            ENGLISH.say(text),
        ):
            written = json.dumps(messages(data), ensure_ascii=False)
            assert json.dumps(shown, ensure_ascii=False) in written

    def test_lines_of_the_servers_own_keep_their_ends_and_nothing_else(self) -> None:
        (message,) = messages(ENGLISH.say("one\ntwo \x1b[31m\r"))
        assert message["text"] == "one\ntwo ^[[31m^M"
        (message,) = messages(ENGLISH.render([said("one\ntwo")]))
        assert message["events"][0]["text"] == "one^Jtwo"

    def test_what_is_sent_has_no_control_character_as_it_stands(self) -> None:
        data = ENGLISH.render([said("".join(map(chr, range(0x100))))])
        assert not any(byte < 0x20 or byte == 0x7F for byte in data[4:])


class TestServerSentEvents:
    def test_an_event_has_its_place_as_id(self) -> None:
        data = SseFormat().render([said("hola", 5)])
        id, event, line, *end = data.split(b"\n")
        assert (id, event, end) == (b"id: 5-%d" % said("hola").time, b"event: message", [b"", b""])
        assert json.loads(line.removeprefix(b"data: "))["text"] == "hola"

    def test_what_passes_has_none(self) -> None:
        data = SseFormat().render([Notice("lobby", Change.LEFT, ((7, "ana"),))])
        assert data.startswith(b"event: notice\ndata: {")

    def test_what_passes_has_all_names(self) -> None:
        left = Notice("lobby", Change.LEFT, ((7, "ana"), (8, "luis")))
        data = SseFormat().render([left]).removeprefix(b"event: notice\ndata: ")
        assert json.loads(data)["names"] == ["ana", "luis"]

    def test_nobody_can_begin_an_event_of_their_own(self) -> None:
        data = SseFormat().render([said("a\n\nevent: say\r\ndata: b\x00")])
        assert data.count(b"\n") == 4
        assert b"\r" not in data

    def test_all_else_is_an_event_of_its_type(self) -> None:
        format = SseFormat()
        for data, type in (
            (format.error(ErrorKind.FULL, "full", limit=3), b"error"),
            (format.say("hola"), b"say"),
            (format.entered(Entrance("ops", 3, 0, 0, "", "Welcome.")), b"entered"),
            (format.left("ops"), b"left"),
        ):
            assert data.startswith(b"event: " + type + b"\ndata: {")
        assert format.you("ana", False, True) == format.bell == b""

    def test_a_comment_is_no_event(self) -> None:
        assert SseFormat().comment() == b":\n\n"
