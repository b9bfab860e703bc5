"""`chatd.commands.history`: searching and reading the log.

Missed lines are in `tests/chat/test_unread.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from chatd.chat.actions.search import FOUND_BYTES, FOUND_SHOWN
from chatd.errors import ErrorKind
from chatd.event import Event
from chatd.rooms.room import Room
from chatd.storage.contract import Found, StoreError, Wanted
from chatd.storage.records import change
from chatd.text.times import local_time
from chatd.util.fair_queue import Asker
from tests.support.sentences import EN
from tests.support.world import Member, World

EPOCH = local_time(0)


def told(person: Member, line: str) -> list[str]:
    return [answer.removeprefix(f"[{EPOCH}] ") for answer in person.ask(line)]


class TestSearch:
    def test_shows_what_is_found_newest_first_with_times_and_names(
        self, ana: Member, luis: Member
    ) -> None:
        luis.type("The build is GREEN", "no", "/me paints it green", "/topic green")
        luis.seen()
        ana.seen()
        ana.type("/search green")
        assert ana.seen() == [
            EN.notice("found", count=3, room="lobby"),
            f"[{EPOCH}] " + EN.notice("topic_set", name="luis", topic="green"),
            f"[{EPOCH}] * luis paints it green",
            f"[{EPOCH}] <luis> The build is GREEN",
        ]
        assert luis.seen() == []

    def test_takes_phrases_authors_and_times(self, world: World, ana: Member, luis: Member) -> None:
        luis.type("green build")
        world.clock.advance(3600)
        luis.type("build green")
        ana.type("a green build")
        for asked, found in {
            '/search "green build"': 2,
            "/search green from:luis": 2,
            "/buscar de:ANA": 1,
            "/search green since:30m": 2,
            "/buscar green desde:2h": 3,
            "/search from:luis since:30m": 1,
        }.items():
            assert len(told(ana, asked)) == found + 1, asked

    def test_finds_parts_of_words_and_other_scripts(self, ana: Member, luis: Member) -> None:
        luis.type("今天的构建是绿色的", "Straße")
        assert told(ana, "/search 构建")[1:] == ["<luis> 今天的构建是绿色的"]
        assert told(ana, "/search STRASS")[1:] == ["<luis> Straße"]

    def test_says_that_nothing_is_found(self, ana: Member) -> None:
        assert told(ana, "/search green") == [EN.notice("nothing_found", room="lobby")]

    def test_finds_nothing_of_another_room(self, ana: Member, luis: Member) -> None:
        luis.type("/join ops", "green")
        assert told(ana, "/search green") == [EN.notice("nothing_found", room="lobby")]

    def test_finds_no_private_lines(self, world: World, luis: Member) -> None:
        eva = world.member("eva")
        luis.type("/msg eva green")
        assert told(eva, "/search green") == [EN.notice("nothing_found", room="lobby")]

    def test_shows_so_many_and_says_that_there_may_be_more(self, ana: Member, luis: Member) -> None:
        luis.type(*[f"green {number}" for number in range(FOUND_SHOWN + 1)])
        seen = told(ana, "/search green")
        assert seen[0] == EN.notice("found_more", count=20, room="lobby")
        assert seen[1:] == [f"<luis> green {number}" for number in range(FOUND_SHOWN, 0, -1)]

    def test_shows_all_there_are_if_they_are_just_so_many(self, ana: Member, luis: Member) -> None:
        luis.type(*[f"green {number}" for number in range(FOUND_SHOWN)])
        assert told(ana, "/search green")[0] == EN.notice("found", count=20, room="lobby")

    def test_of_long_lines_shows_fewer(self, ana: Member, luis: Member) -> None:
        luis.type(*["green" + "x" * (FOUND_BYTES // 2 - 5)] * 5)
        seen = told(ana, "/search green")
        assert seen[0] == EN.notice("found_more", count=3, room="lobby")
        assert len(seen) == 4

    def test_leaves_out_who_is_ignored(self, world: World, ana: Member, luis: Member) -> None:
        luis.type("green")
        ana.type("/ignore luis")
        assert told(ana, "/search green") == [EN.notice("nothing_found", room="lobby")]

    def test_says_how_far_it_looked_if_that_takes_too_long(
        self, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []

        async def look(_: object, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Found:
            asked.append(upto)
            return Found([], upto - 1)

        luis.type(*"abcdef")
        monkeypatch.setattr(Room, "search", look)
        assert told(ana, "/search green") == [
            EN.notice("nothing_found", room="lobby"),
            EN.notice("not_looked_at", first=2, all=6),
        ]
        assert asked == [6, 5, 4, 3]

    def test_says_that_it_cannot_look(
        self, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> Found:
            raise StoreError("the disk is broken.")

        luis.type("green")
        monkeypatch.setattr(Room, "search", fail)
        for asked in "/search green", "/mentions":
            assert [line[:17] for line in told(ana, asked)] == ["ERR Not readable:"]

    def test_shows_nothing_of_a_room_that_may_not_be_read_any_more(
        self, world: World, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def look(room: Room, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Found:
            change(
                ana.server.store, ana.server.moderation.roles.change_policy(room, mode="private")
            )
            return Found(await room.read(0, upto, asker), 0)

        ana.type("/join ops")
        luis.type("/join ops", "green")
        monkeypatch.setattr(Room, "search", look)
        for asked in "/search green", "/search green":
            first, *rest = told(ana, asked)
            assert first.startswith("ERR Not allowed:")
            assert not [line for line in rest if "green" in line]

    def test_takes_something_to_look_for(self, ana: Member) -> None:
        for wrong in "/search", '/search ""', "/search " + "x " * 17:
            assert told(ana, wrong)[0].startswith("ERR Wrong use")

    def test_is_of_the_room_that_one_is_in(self, ana: Member) -> None:
        ana.session.joined.leave()
        for asked in "/search x", "/mentions":
            assert told(ana, asked)[0].startswith("ERR No room")


class TestSearchInRooms:
    def test_finds_lines_of_another_room(self, ana: Member, luis: Member) -> None:
        luis.type("/join ops", "green")
        ana.type("green")
        for asked in "/search green in:ops", "/buscar en:#OPS green":
            assert told(ana, asked) == [
                EN.notice("found", count=1, room="ops"),
                "<luis> green",
            ], asked

    def test_finds_nothing_of_a_room_that_may_not_be_read(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        olga = world.member("olga")
        olga.type("/create den private", "green")
        for room in "den", "nowhere":
            assert told(ana, f"/search in:{room} green") == [
                EN.error(ErrorKind.NO_ROOM, "unknown_room", room=room)
            ]
        assert told(ana, "/search in:all green") == [EN.notice("nothing_found_anywhere")]

    def test_finds_lines_of_all_my_rooms_room_by_room(self, world: World, luis: Member) -> None:
        eva = world.member("eva")
        eva.type("/join ops", "/join other", "/leave")
        luis.type("a green line", "/join ops", "green", "/join never", "green")
        for asked in "/search in:all green", "/buscar green en:todas":
            assert told(eva, asked) == [
                EN.notice("found", count=1, room="lobby"),
                "<luis> a green line",
                EN.notice("found", count=1, room="ops"),
                "<luis> green",
            ], asked

    def test_says_which_rooms_were_not_searched_to_the_end(
        self, world: World, luis: Member
    ) -> None:
        eva = world.member("eva")
        eva.type("/join ops", "/leave")
        luis.type(*["green"] * FOUND_SHOWN, "/join ops", "green")
        assert told(eva, "/search in:all green")[-1] == EN.notice(
            "rooms_not_looked_at", count=1, room="ops"
        )

    def test_takes_a_room_once(self, ana: Member) -> None:
        for wrong in "/search in: x", "/search in:a/b x", "/search in:all in:lobby x":
            assert told(ana, wrong)[0].startswith("ERR Wrong use"), wrong


class TestMentions:
    def test_are_lines_of_others_that_name_me(self, ana: Member, luis: Member) -> None:
        luis.type("hola Ana", "banana", "/me waves at ana.", "ana-maria")
        ana.type("I am ana")
        assert told(ana, "/mentions") == [
            EN.notice("mentions", count=2, room="lobby"),
            "* luis waves at ana.",
            "<luis> hola Ana",
        ]

    def test_may_be_none(self, ana: Member) -> None:
        assert told(ana, "/mentions") == [EN.notice("no_mentions", name="ana")]

    def test_of_who_has_an_account_are_of_all_their_rooms(self, world: World, luis: Member) -> None:
        eva = world.member("eva")
        eva.type("/join ops", "/join other", "/leave")
        luis.type("eva?", "/join ops", "eva!", "/join never", "eva")
        assert told(eva, "/mentions") == [
            EN.notice("mentions", count=1, room="lobby"),
            "<luis> eva?",
            EN.notice("mentions", count=1, room="ops"),
            "<luis> eva!",
        ]

    @pytest.mark.one_process("the test changes or holds objects of one process")
    def test_of_a_room_that_may_not_be_read_are_not_shown(
        self, world: World, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        eva = world.member("eva")
        luis.type("/join ops", "x")
        eva.type("/join ops", "/leave")
        luis.type("eva!")
        unread = eva.server.unread
        monkeypatch.setattr(unread.missed, "_readable", lambda session, room: room.name != "ops")
        assert told(eva, "/mentions") == [EN.notice("no_mentions", name="eva")]

    def test_are_so_many_at_most(self, ana: Member, luis: Member) -> None:
        luis.type(*["ana"] * (FOUND_SHOWN + 1))
        seen = told(ana, "/mentions")
        assert seen[0] == EN.notice("mentions", count=20, room="lobby")
        assert seen[-1] == (EN.notice("more_mentions", name="ana"))
        assert len(seen) == FOUND_SHOWN + 2

    def test_of_who_is_ignored_are_left_out(self, ana: Member, luis: Member) -> None:
        luis.type("ana")
        ana.type("/ignore luis")
        assert told(ana, "/mentions") == [EN.notice("no_mentions", name="ana")]

    def test_takes_nothing(self, ana: Member) -> None:
        assert told(ana, "/mentions x")[0].startswith("ERR Wrong use")

    def test_of_long_lines_are_fewer_in_all_rooms_together(
        self, world: World, luis: Member
    ) -> None:
        eva = world.member("eva")
        for number in range(5):
            eva.type(f"/join r{number}")
            luis.type(f"/join r{number}", "eva " + "x" * (FOUND_BYTES // 2 - 4))
        seen = told(eva, "/mentions")
        assert len(seen) == 2 * 3 + 1
        assert seen[-1] == EN.notice("more_mentions", name="eva")


def test_what_is_found_is_as_it_was_said(ana: Member, luis: Member) -> None:
    """Also where a store finds something else than it should."""

    async def look(_: Any, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Found:
        events: Sequence[Event] = await ana.session.room.read(0, upto, asker)
        return Found(list(events), 0)

    luis.type("\x1b]0;green\x07")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Room, "search", look)
        assert told(ana, "/search green")[1:] == ["<luis> ^[]0;green^G"]
