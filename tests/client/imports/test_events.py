"""`chatd.client.imports.events`: rooms, sessions, seqs and texts of what is imported."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.accounts.accounts import Accounts
from chatd.client.imports.events import MAX_LENGTH, Importing, parts_of
from chatd.client.imports.said import Bad, ImportRefused, Item, Said
from chatd.client.loaded import LoadedStore
from chatd.event import Event, Kind, Record
from chatd.storage.contract import RoomRecord
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES, validate_message

pytestmark = pytest.mark.quick

PRESENT = [RoomRecord("lobby", 3, "", 40), RoomRecord("Tea", 1, "", 12)]
ACCOUNT = Record("account", "luis", '{"name": "Luis", "hash": ""}')


def importing(
    present: Sequence[RoomRecord] = (), into: str | None = None, *, skips: bool = False
) -> Importing:
    accounts = Accounts(LoadedStore(present, [ACCOUNT]))
    return Importing(present, into, accounts, skips=skips)


def said(
    text: str = "hola", kind: Kind = Kind.MESSAGE, room: str = "", author: str = "ana"
) -> Said:
    return Said("line 7", room, 9, author, kind, text, author)


def event(seq: int = 1, room: str = "ops", session: int = 7, author: str = "ana") -> Event:
    kind = Kind.PRIVATE if room.startswith("@") else Kind.MESSAGE
    return Event(room, seq, 9, session, author, kind, "hola")


def refused(one: Importing, *items: Item) -> str:
    with pytest.raises(ImportRefused) as caught:
        list(one.foreign(items))
    return str(caught.value)


class TestOwn:
    def test_events_stay_in_a_store_without_rooms(self) -> None:
        events = [event(5), event(6), event(1, "@eva", 0), event(1, "lobby", author="guest7")]
        one = importing()
        assert list(one.own(events)) == events
        assert (one.made.changed, one.names.changed) == ({}, {})

    def test_a_room_may_have_the_name_of_an_account(self) -> None:
        assert [each.room for each in importing().own([event(1, "luis")])] == ["luis"]

    def test_sessions_are_those_of_other_people_than_here(self) -> None:
        events = [event(1, session=7), event(2, session=0)]
        assert [each.session for each in importing(PRESENT).own(events)] == [47, 0]

    def test_a_room_gets_the_name_that_is_given(self) -> None:
        one = importing(PRESENT, "ops2")
        assert [each.room for each in one.own([event(1, "lobby"), event(2, "lobby")])] == [
            "ops2",
            "ops2",
        ]
        assert one.made.changed == {}

    def test_private_lines_to_an_account_are_refused(self) -> None:
        with pytest.raises(ImportRefused, match="it has private lines to Luis, who may be another"):
            list(importing().own([event(1, "@luis")]))

    def test_a_name_and_a_room_that_are_invalid_are_changed_and_told(self) -> None:
        one = importing()
        (made,) = one.own([event(1, "a b", author="Luis")])
        assert (made.room, made.author) == ("a_b", "Luis-imported")
        assert (one.made.changed, one.names.changed) == ({"a b": "a_b"}, {"Luis": "Luis-imported"})

    def test_a_bad_line_ends_it(self) -> None:
        for why, end in ("it is odd", "."), ("is it odd?", ""):
            with pytest.raises(ImportRefused) as refusal:
                list(importing().own([event(), Bad("line 2", why)]))
            assert str(refusal.value) == f"line 2: {why}{end} Nothing was imported."


class TestRooms:
    @pytest.mark.parametrize(("room", "there"), [("LOBBY", "#lobby has 3"), ("tea", "#Tea has 1")])
    def test_one_that_has_lines_is_not_added_to(self, room: str, there: str) -> None:
        why = refused(importing(PRESENT), said(room=room))
        assert why.startswith(f"{there} line")
        assert why.endswith("Give another name with --into.")

    def test_one_name_is_for_one_room(self) -> None:
        assert refused(importing(into="ops"), said(room="a"), said(room="b")) == (
            "it has several rooms, #a and #b; --into is for a log of one."
        )

    def test_two_that_would_have_one_name_get_numbers(self) -> None:
        rooms = ["##a", "a", "&a", "x" * 40, "x" * 41]
        made = [each.room for each in importing().foreign([said(room=room) for room in rooms])]
        assert made == ["a", "a-2", "a-3", "x" * 32, "x" * 30 + "-2"]

    def test_two_that_differ_in_case_alone_are_one_room_to_a_daemon(self) -> None:
        made = [each.room for each in importing().own([event(1, "OPS"), event(1, "ops")])]
        assert made == ["OPS", "ops-2"]

    def test_two_that_look_alike_stay(self) -> None:
        made = [each.room for each in importing().own([event(1, "O1"), event(1, "OI")])]
        assert made == ["O1", "OI"]


class TestForeign:
    def test_lines_are_numbered_by_room_and_people_have_sessions(self) -> None:
        one = importing(PRESENT)
        items = [said(room="a"), said(room="b", author="eva"), None, said(room="a", author="eva")]
        assert [(each.room, each.seq, each.session) for each in one.foreign(items)] == [
            ("a", 1, 41),
            ("b", 1, 42),
            ("a", 2, 42),
        ]
        assert (one.lines, one.notices, one.made.names) == (3, 1, ["a", "b"])

    def test_names_of_the_server_are_changed(self) -> None:
        one = importing(into="a")
        assert [each.author for each in one.foreign([said(author="admin")])] == ["admin-imported"]
        assert one.names.changed == {"admin": "admin-imported"}

    def test_a_bad_line_is_told_or_skipped(self) -> None:
        bad = Bad("line 7", "it is odd")
        assert refused(importing(into="a"), said(), bad) == (
            "line 7: it is odd. Nothing was imported."
        )
        one = importing(into="a", skips=True)
        assert [each.text for each in one.foreign([bad, said("next")])] == ["next"]
        assert one.bad == [bad]

    def test_two_lines_are_a_message(self) -> None:
        events = importing(into="a").foreign([said("one\ntwo")])
        assert [each.part_of for each in events] == [1, 1]

    def test_a_text_of_several_lines_is_one_message(self) -> None:
        events = importing(into="a").foreign([said("x"), said("one\n\r\ntwo\n"), said("y")])
        assert [(each.seq, each.text, each.part_of) for each in events] == [
            (1, "x", None),
            (2, "one", 2),
            (3, "", 2),
            (4, "two", 2),
            (5, "y", None),
        ]

    def test_blank_texts_are_counted(self) -> None:
        one = importing(into="a")
        assert list(one.foreign([said(" "), said("\n\n")])) == []
        assert (one.notices, one.made.names) == (2, [])

    @pytest.mark.parametrize("text", ["a" + "\u0301" * 40, "\ud800"])
    def test_a_text_that_cannot_be_said_is_told_or_skipped(self, text: str) -> None:
        assert refused(importing(into="a"), said(text)).startswith("line 7: its text is not valid:")
        one = importing(into="a", skips=True)
        assert [each.text for each in one.foreign([said(text), said("next")])] == ["next"]
        assert [bad.place for bad in one.bad] == ["line 7"]


class TestTexts:
    def test_colours_are_left_out(self) -> None:
        assert parts_of(said("\x1b[31mred\x1b[0m")) == [["red"]]

    def test_a_long_line_is_cut_at_a_space(self) -> None:
        text = "x" * 3000 + " " + "y" * 3000
        ((first, second),) = parts_of(said(text))
        assert (first, second) == ("x" * 3000 + " ", "y" * 3000)
        ((first, second),) = parts_of(said("z" * 5000))
        assert (len(first), len(second)) == (MAX_LENGTH, 5000 - MAX_LENGTH)

    @pytest.mark.parametrize(
        "text", ["ñ" * 40_000, "\n".join("abc" for _ in range(350)), "a\n" + "\n" * 300 + "b"]
    )
    def test_a_long_text_is_several_messages_as_they_may_be_said(self, text: str) -> None:
        messages = parts_of(said(text))
        assert "".join("".join(lines) for lines in messages) == text.replace("\n", "")
        for lines in messages:
            assert len(lines) <= MOST_MESSAGE_LINES
            whole = "\n".join(lines)
            assert len(whole.encode()) <= MOST_MESSAGE_BYTES
            assert validate_message(whole, MAX_LENGTH) == whole

    def test_a_line_and_a_message_may_be_as_large_as_they_may_be_said(self) -> None:
        longest = "x" * MAX_LENGTH
        assert parts_of(said(longest)) == [[longest]]
        lines = ["x" * (MAX_LENGTH - 1)] * 4
        assert parts_of(said("\n".join(lines))) == [lines]
        assert parts_of(said("\n".join([*lines, "y"]))) == [lines, ["y"]]
        assert parts_of(said("\n".join(lines * 2))) == [lines, lines]
        assert parts_of(said("\n".join(["", *lines]))) == [lines[:3], lines[3:]]
        many = ["a"] * MOST_MESSAGE_LINES
        assert parts_of(said("\n".join(many))) == [many]
        assert parts_of(said("\n".join([*many, "b"]))) == [many, ["b"]]

    def test_a_piece_without_text_is_empty(self) -> None:
        assert parts_of(said(" " * 3000 + "x" * 3000)) == [["x" * 3000]]
        assert parts_of(said(" " + "x" * MAX_LENGTH)) == [["x" * MAX_LENGTH]]

    def test_an_action_and_a_topic_have_one_line(self) -> None:
        assert parts_of(said("waves\nagain", Kind.ACTION)) == [["waves again"]]
        assert parts_of(said("tea\nnow", Kind.TOPIC)) == [["tea now"]]
        assert parts_of(said("", Kind.TOPIC)) == [[""]]
        assert parts_of(said("", Kind.ACTION)) == []
        assert [len(line) for (line,) in parts_of(said("x" * 5000, Kind.ACTION))] == [4096, 904]
