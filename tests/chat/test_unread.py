"""`chatd.chat.unread`: inboxes, places, and what is shown to those who come back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.error import ConnectionLost

from chatd.chat.mark_checks import CHECKS_A_MINUTE
from chatd.chat.missed_lines import SHOWN_AT_ONCE
from chatd.chat.read_marks import ReadMarks
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.records import Put, change
from chatd.text.times import local_time
from chatd.util.sliced_loop import SLICE_SECONDS
from tests.support.browser import browser
from tests.support.json_client import json_client
from tests.support.logs import Expect
from tests.support.loopback import LoopbackServer
from tests.support.memory_client import MemoryClient
from tests.support.sentences import EN, ES
from tests.support.world import Member, World, log_in

EPOCH = local_time(0)


def place(world: World, log: str, account: str = "ana") -> int | None:
    return world.server.unread.read_marks.of(account, log)


def minute(world: World) -> None:
    """Have the marks checked as often as in a minute."""
    for _ in range(CHECKS_A_MINUTE):
        world.server.unread.checks.check()


def dated(*lines: str) -> list[str]:
    return [f"[{EPOCH}] {line}" for line in lines]


def greeting(person: Member) -> list[str]:
    """Return the lines that a person is sent after the answer to the name."""
    seen = person.seen()
    return seen[seen.index(EN.notice("you_are", name="ana")) + 1 :]


class TestInboxes:
    def test_a_private_line_to_an_account_is_stored_and_shown_and_its_receipt_follows(
        self, world: World
    ) -> None:
        luis, ana = world.person("luis"), world.member("ana")
        luis.seen()
        world.store.holds = True
        luis.type("/msg ana hola")
        assert luis.seen() == ana.seen() == []
        world.release()
        assert ana.seen() == ["(private) <luis> hola"]
        assert luis.seen() == ["(private to ana) <luis> hola"]

    def test_one_that_cannot_be_stored_is_shown_to_nobody(
        self, world: World, expected_errors: Expect
    ) -> None:
        luis, ana = world.person("luis"), world.member("ana")
        luis.seen()
        world.store.holds = True
        luis.type("/msg ana hola")
        world.store.fail()
        world.release()
        assert ana.seen() == []
        assert [line.split(":")[0] for line in luis.seen()] == ["ERR Not saved"]
        expected_errors()

    def test_what_is_said_next_has_its_receipt_behind(self, world: World) -> None:
        world.register("ana")
        luis = world.person("luis")
        luis.type("/msg ana one", "two", "/msg ana three", "/foo")
        seen = [line for line in luis.seen() if line != EN.notice("waits_for", name="ana")]
        assert seen[:3] == [
            "(private to ana) <luis> one",
            "<luis> two",
            "(private to ana) <luis> three",
        ]
        assert seen[3].startswith("ERR Unknown command")

    def test_who_writes_is_told_that_the_other_one_is_not_here(self, world: World) -> None:
        world.register("ana")
        luis = world.person("luis")
        luis.type("/msg ANA hola")
        assert luis.seen() == [
            "(private to ana) <luis> hola",
            EN.notice("waits_for", name="ana"),
        ]

    def test_all_connections_of_an_account_are_shown_it(self, world: World) -> None:
        first, second, luis = world.member("ana"), world.member("ana"), world.person("luis")
        luis.type("/msg ana hola")
        assert first.seen()[-1] == second.seen()[-1] == "(private) <luis> hola"

    def test_one_may_write_to_oneself(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/msg ana buy bread")
        assert ana.seen() == ["(private) <ana> buy bread", "(private to ana) <ana> buy bread"]

    def test_a_private_line_has_no_time_while_it_is_live(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.type("/times on")
        ana.seen()
        luis.type("/msg ana hola")
        assert ana.seen() == ["(private) <luis> hola"]

    def test_to_a_guest_it_waits_in_memory_as_ever(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.type("/msg luis hola")
        assert luis.seen()[-1] == "(private) <ana> hola"
        assert ana.seen()[-1] == "(private to luis) <ana> hola"
        assert list(world.server.unread.inboxes.logs) == ["@ana"]

    def test_an_inbox_is_no_room(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("/msg ana hola", "/rooms", "/who @ana", "/join @ana", "/msg #@ana x")
        seen = luis.seen()
        assert EN.notice("rooms", count=1) in seen
        assert [line[:16] for line in seen[-3:]] == ["ERR Invalid name"] * 3
        assert ana.seen() == [
            EN.notice("renamed", name="guest2", new_name="luis"),
            "(private) <luis> hola",
        ]

    def test_one_who_never_read_it_finds_it_there(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.stop_taking()
        luis.type("/msg ana one", "/msg ana two")
        ana.hang_up()
        assert greeting(world.member("ana", greeted=True)) == [
            EN.notice("private_missed", count=2),
            *dated("(private) <luis> one", "(private) <luis> two"),
        ]

    def test_what_waited_is_never_shown_to_a_later_owner_of_the_name(self, world: World) -> None:
        server = world.server
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("/msg ana for the first one")
        ana.hang_up()
        luis.type("/msg ana still for the first one")
        puts = server.registrations.records_of("ana")
        change(world.store, server.accounts.table.put("ana", None), *puts)
        world.settle()
        world.register("ana")
        luis.type("/msg ana for the second one")
        assert greeting(world.member("ana", greeted=True)) == [
            EN.notice("private_missed", count=1),
            *dated("(private) <luis> for the second one"),
        ]

    def test_nor_when_nobody_has_written_since(self, world: World) -> None:
        luis = world.person("luis")
        world.register("ana")
        luis.type("/msg ana for the first one")
        puts = world.server.unread.read_marks.account_gone("ana")
        change(world.store, world.server.accounts.table.put("ana", None), *puts)
        world.settle()
        assert greeting(world.member("ana", greeted=True)) == []
        assert place(world, "@ana") == 1

    def test_a_place_of_an_account_that_is_gone_is_not_kept_again(self, world: World) -> None:
        ana = world.member("ana")
        puts = world.server.unread.read_marks.account_gone("ana")
        change(world.store, world.server.accounts.table.put("ana", None), *puts)
        world.settle()
        ana.type("hola", "/join ops")
        ana.hang_up()
        assert dict(world.server.unread.read_marks.table) == {}

    def test_what_was_written_to_an_account_is_forgotten_with_it(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type(*[f"/msg ana {number}" for number in range(3)])
        ana.hang_up()
        account = world.server.accounts.table["ana"]
        ensureDeferred(world.server.registrations.unregister(account))
        world.settle()
        assert not world.stored("@ana")
        world.register("ana")
        luis.type("/msg ana hola")
        assert greeting(world.member("ana", greeted=True))[1:] == dated("(private) <luis> hola")

    def test_one_whose_account_goes_is_a_guest_who_is_shown_what_guests_are(
        self, world: World
    ) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ensureDeferred(world.server.registrations.unregister(world.server.accounts.table["ana"]))
        world.settle()
        ana.seen()
        luis.type("hola", f"/msg {ana.session.name} psst")
        assert ana.seen() == ["<luis> hola", "(private) <luis> psst"]


class TestComingBack:
    def test_nothing_is_said_when_nothing_was_missed(self, world: World) -> None:
        world.member("ana").hang_up()
        assert greeting(world.member("ana", greeted=True)) == []

    def test_what_was_said_meanwhile_is_counted_and_shown(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("before")
        ana.hang_up()
        luis.type("one", "two")
        assert greeting(world.member("ana", greeted=True)) == [
            EN.notice("missed", count=2, room="lobby"),
            *dated("<luis> one", "<luis> two"),
        ]

    def test_private_lines_come_first_and_the_room_one_is_in_comes_last(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("/join ops", "x", "/leave")
        ana.type("/join ops", "/leave")
        ana.hang_up()
        luis.type("in the lobby", "/msg ana psst", "/join ops", "in ops")
        assert greeting(world.member("ana", greeted=True)) == [
            EN.notice("private_missed", count=1),
            *dated("(private) <luis> psst"),
            EN.notice("missed", count=1, room="ops"),
            *dated("<luis> in ops"),
            EN.notice("missed", count=1, room="lobby"),
            *dated("<luis> in the lobby"),
        ]

    def test_it_is_told_in_ones_own_language(self, world: World) -> None:
        luis = world.person("luis")
        world.register("ana", language="es")
        luis.type("/msg ana psst")
        seen = world.member("ana", greeted=True).seen()
        assert ES.notice("private_missed", count=1) in seen

    def test_a_room_in_which_one_never_was_is_nothing_that_one_missed(self, world: World) -> None:
        world.member("ana").hang_up()
        world.person("luis").type("/join ops", "hola")
        assert greeting(world.member("ana", greeted=True)) == []

    def test_what_was_shown_once_is_not_shown_again(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type("one", "/msg ana psst")
        world.member("ana").hang_up()
        assert greeting(world.member("ana", greeted=True)) == []

    def test_it_is_shown_up_to_a_limit_and_then_asked_for(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        for number in range(SHOWN_AT_ONCE + 30):
            luis.type(f"line {number}")
        ana = world.member("ana", greeted=True)
        seen = greeting(ana)
        assert seen[0] == EN.notice("missed", count=SHOWN_AT_ONCE + 30, room="lobby")
        assert seen[1] == f"[{EPOCH}] <luis> line 0"
        assert len(seen) == SHOWN_AT_ONCE + 2
        assert seen[-1] == EN.notice("missed_more", count=30, room="lobby")
        ana.type("/missed")
        seen = ana.seen()
        assert seen[0] == EN.notice("missed", count=30, room="lobby")
        assert seen[1:] == dated(
            *(f"<luis> line {number}" for number in range(SHOWN_AT_ONCE, SHOWN_AT_ONCE + 30))
        )
        ana.type("/missed")
        assert ana.seen() == [EN.notice("nothing_missed")]

    def test_several_rooms_share_what_is_shown(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("/join ops", "x")
        ana.type("/join ops", "/leave")
        ana.hang_up()
        luis.type(*[f"ops {number}" for number in range(SHOWN_AT_ONCE)], "/leave")
        luis.type(*[f"lobby {number}" for number in range(SHOWN_AT_ONCE)])
        seen = greeting(world.member("ana", greeted=True))
        half = SHOWN_AT_ONCE // 2
        assert len([line for line in seen if "> ops" in line]) == half
        assert len([line for line in seen if "> lobby" in line]) == half
        assert len([line for line in seen if f"*** {half} more in" in line]) == 2

    def test_what_was_forgotten_is_passed_over(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type(*[f"line {number}" for number in range(5 * SHOWN_AT_ONCE)])
        events = world.store._logs["lobby"].events
        for _ in range(4 * SHOWN_AT_ONCE):
            events.popleft()
        ana = world.member("ana")
        ana.type("/missed")
        seen = ana.seen()
        assert seen[0] == EN.notice("missed", count=SHOWN_AT_ONCE, room="lobby")
        assert seen[1:] == dated(
            *(f"<luis> line {number}" for number in range(4 * SHOWN_AT_ONCE, 5 * SHOWN_AT_ONCE))
        )
        ana.type("/missed")
        assert ana.seen() == [EN.notice("nothing_missed")]

    def test_asked_for_twice_at_once_each_line_is_shown_once(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type(*[f"line {number}" for number in range(3 * SHOWN_AT_ONCE)])
        ana = world.member("ana")
        ana.send(b"/missed\n/missed\n/missed\n")
        world.settle()
        world.clock.advance(10)
        lines = [line for line in ana.seen() if "<luis>" in line]
        assert lines == dated(
            *(f"<luis> line {number}" for number in range(SHOWN_AT_ONCE, 3 * SHOWN_AT_ONCE))
        )

    def test_skip_takes_everything_for_seen(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type(*[f"line {number}" for number in range(SHOWN_AT_ONCE + 30)])
        ana = world.member("ana")
        ana.type("/skip", "/missed")
        assert ana.seen() == [
            EN.notice("skipped"),
            EN.notice("nothing_missed"),
        ]
        luis.type("live")
        ana.hang_up()
        luis.type("last")
        assert greeting(world.member("ana", greeted=True))[1:] == dated("<luis> last")

    def test_skip_is_answered_once_it_is_kept(self, expected_errors: Expect) -> None:
        world = World(slow=True)
        world.register("ana")
        ana, luis = world.person(), world.person()
        world.release()
        log_in(world.server, ana.session, "ana")
        world.release()
        ana.hang_up()
        world.release()
        luis.type(*[f"line {number}" for number in range(SHOWN_AT_ONCE + 1)])
        world.release()
        ana = world.person()
        log_in(world.server, ana.session, "ana")
        world.release()
        ana.seen()
        ana.type("/skip")
        assert ana.seen() == []
        world.store.fail(StoreError("the disk is full."))
        world.settle()
        assert ana.seen()[0].startswith("ERR Not saved")
        ana.type("/missed")
        world.release()
        assert f"<guest2> line {SHOWN_AT_ONCE}" in ana.seen()[-1]
        expected_errors()

    def test_a_guest_has_missed_nothing_that_is_known(self, world: World) -> None:
        luis = world.person()
        luis.type("/missed", "/skip")
        assert [line.split(":")[0] for line in luis.seen()] == ["ERR Not registered"] * 2

    def test_ignored_people_are_left_out(self, world: World) -> None:
        luis, eve = world.person("luis"), world.person("eve")
        world.member("ana", ignored=["eve"]).hang_up()
        luis.type("one", "/msg ana one")
        eve.type("two", "/msg ana two")
        said = [line for line in greeting(world.member("ana", greeted=True)) if "<" in line]
        assert said == dated("(private) <luis> one", "<luis> one")

    def test_a_room_that_one_may_not_read_any_more_is_not_shown(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def readable(session: object, room: Room) -> bool:
            return room.name != "ops"

        ana, luis = world.member("ana"), world.person("luis")
        ana.type("/join ops", "hola")
        ana.hang_up()
        luis.type("/join ops", "secret")
        monkeypatch.setattr(world.server.unread.missed, "_readable", readable)
        assert greeting(world.member("ana", greeted=True)) == []

    def test_a_later_owner_of_a_name_has_nothing_of_one_who_is_still_being_sent_what_is_left(
        self, world: World
    ) -> None:
        server = world.server
        ana, ghost = world.member("ana"), world.member("ana")
        ghost.type("/join ops")
        ghost.stop_taking()
        luis = world.person("luis")
        luis.type("/join ops", "one", "/msg ana for the first one")
        server.finish(ghost.session)
        ensureDeferred(server.registrations.unregister(server.accounts.table["ana"]))
        world.settle()
        luis.type("two")
        ana.hang_up()
        world.register("ana")
        assert greeting(world.member("ana", greeted=True)) == []
        assert server.unread.read_marks.logs("ana") == ["@ana", "lobby"]
        ghost.hang_up()
        assert server.unread.read_marks.logs("ana") == ["@ana", "lobby"]


class TestPlaces:
    def test_what_one_does_not_take_does_not_move_it(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("one")
        ana.stop_taking()
        luis.type("two", "three")
        ana.hang_up()
        assert place(world, "lobby") == 1
        assert [line for line in greeting(world.member("ana", greeted=True)) if "<" in line] == (
            dated("<luis> two", "<luis> three")
        )

    def test_nor_what_stands_behind_an_answer_that_is_not_taken(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.stop_taking()
        luis.type("one")
        ana.type("/who")
        luis.type("two", "three")
        ana.type("/who")
        luis.type("four")
        ana.hang_up()
        assert place(world, "lobby") == 0

    def test_nor_a_stretch_of_the_past_that_is_not_taken(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type(*["x" * 1000] * 50)
        ana = world.person()
        ana.stop_taking()
        log_in(world.server, ana.session, "ana")
        world.settle()
        ana.hang_up()
        assert place(world, "lobby") == 0

    def test_a_gap_stays_one_whatever_comes_behind_it(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type(*[f"line {number}" for number in range(SHOWN_AT_ONCE + 30)])
        ana = world.member("ana")
        luis.type("live")
        assert "<luis> live" in ana.seen()
        ana.hang_up()
        assert place(world, "lobby") == SHOWN_AT_ONCE
        assert greeting(world.member("ana", greeted=True))[0] == (
            EN.notice("missed", count=31, room="lobby")
        )

    def test_a_gap_that_is_filled_counts_what_came_behind_it(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type(*[f"line {number}" for number in range(SHOWN_AT_ONCE + 30)])
        ana = world.member("ana")
        luis.type("live")
        ana.type("/missed")
        ana.hang_up()
        assert place(world, "lobby") == SHOWN_AT_ONCE + 31

    def test_it_is_the_furthest_of_all_connections(self, world: World) -> None:
        first, second, luis = world.member("ana"), world.member("ana"), world.person("luis")
        first.stop_taking()
        luis.type("one", "two")
        first.hang_up()
        luis.type("three")
        second.hang_up()
        assert place(world, "lobby") == 3

    def test_one_that_comes_is_not_told_what_another_one_was_shown(self, world: World) -> None:
        world.member("ana")
        world.person("luis").type("one", "two")
        assert greeting(world.member("ana", greeted=True)) == []

    def test_changes_of_how_one_is_shown_things_make_no_gap(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        for setting in "/times on", "/echo off", "/idioma es", "/quiet on", "/ignore eve":
            luis.type("hola")
            ana.type(setting)
            luis.type("hola")
        ana.hang_up()
        assert place(world, "lobby") == 10

    def test_own_lines_that_are_not_shown_count_as_seen(self, world: World) -> None:
        ana = world.member("ana", echo=False)
        ana.type("one", "two")
        ana.hang_up()
        assert place(world, "lobby") == 2

    def test_what_was_said_between_coming_and_logging_in_was_seen(self, world: World) -> None:
        luis = world.person("luis")
        world.member("ana").hang_up()
        luis.type("missed")
        ana = world.person()
        luis.type("seen")
        ana.seen()
        log_in(world.server, ana.session, "ana")
        assert greeting(ana) == [
            EN.notice("missed", count=1, room="lobby"),
            *dated("<luis> missed"),
        ]
        world.settle()
        ana.hang_up()
        assert place(world, "lobby") == 2

    def test_a_room_entered_with_fewer_new_lines_than_are_shown_needs_no_more_words(
        self, world: World
    ) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("/join ops", "one")
        ana.type("/join ops", "/leave")
        luis.type("two", "three")
        ana.seen()
        ana.type("/join ops")
        assert not [line for line in ana.seen() if line == EN.notice("missed", count=2, room="ops")]
        ana.hang_up()
        assert place(world, "ops") == 3

    def test_a_room_entered_with_more_says_so_and_missed_shows_them(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("/join ops", "x")
        ana.type("/join ops", "/leave")
        luis.type(*[f"line {number}" for number in range(15)])
        ana.seen()
        ana.type("/join ops")
        seen = ana.seen()
        assert seen[-2:] == [
            f"[{EPOCH}] <luis> line 14",
            (EN.notice("missed_before", count=5, room="ops")),
        ]
        ana.type("/missed")
        assert ana.seen()[1:] == dated(*(f"<luis> line {number}" for number in range(5)))
        luis.type("live")
        ana.hang_up()
        assert place(world, "ops") == 17

    def test_lines_that_cannot_be_read_do_not_count_as_seen(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> None:
            raise StoreError("the disk is broken.")

        ana, luis = world.member("ana"), world.person("luis")
        ana.hang_up()
        luis.type("one", "two")
        with monkeypatch.context() as patched:
            patched.setattr(Room, "page", fail)
            ana = world.member("ana", greeted=True)
            assert "ERR Not readable" in ana.seen()[-1]
            ana.hang_up()
        assert place(world, "lobby") == 0

    def test_what_was_sent_to_a_machine_that_is_no_more_was_not_seen(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("one")
        world.server.unread.keep("ana")
        ana.stall()
        luis.type("two")
        assert ana.seen()[-1] == "<luis> two"
        ana.hang_up(ConnectionLost)
        assert place(world, "lobby") == 1

    @pytest.mark.parametrize("leave", ["/quit", ""])
    def test_what_had_arrived_when_the_client_left_was_seen(self, world: World, leave: str) -> None:
        """It may close before it has taken the farewell."""
        ana, luis = world.member("ana"), world.person("luis")
        luis.type("one")
        assert ana.seen()[-1] == "<luis> one"
        if leave:
            ana.type(leave)
        else:
            ana.half_close()
        ana.hang_up(ConnectionLost)
        assert place(world, "lobby") == 1

    @pytest.mark.parametrize("come", [World.person, json_client, browser])
    def test_a_private_line_that_arrived_is_read_at_each_door(
        self, world: World, come: Callable[[World], MemoryClient]
    ) -> None:
        """Over TLS, most clients that leave are lost: they do not end the conversation."""
        luis = world.member("luis").session
        world.register("ana")
        world.server.unread.say_to(luis, "ana", "stored")
        world.settle()
        ana: Any = come(world)
        log_in(world.server, ana.session, "ana")
        world.settle()
        world.server.unread.say_to(luis, "ana", "live")
        world.settle()
        seen = ana.bytes_seen()
        assert seen.index(b"stored") < seen.index(b"live")
        ana.hang_up(ConnectionLost)
        assert place(world, "@ana") == 2

    def test_what_was_shown_of_a_room_is_not_missed_on_entering_it(self, world: World) -> None:
        luis, ana = world.person("luis"), world.member("ana")
        ana.type("/join ops")
        ana.hang_up()
        luis.type("/join ops", "one", "two")
        page = json_client(world)
        log_in(world.server, page.session, "ana")
        page.send("line", text="/missed", id=1)
        assert page.texts() == ["one", "two"]
        page.send("enter", room="ops")
        assert [mark["seq"] for mark in page.seen("seen")] == [2]

    def test_nor_is_it_while_that_is_not_known(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, luis = world.member("ana"), world.person("luis")
        luis.type("one")
        with monkeypatch.context() as patched:
            patched.setattr(ConnectionWriter, "acknowledged", False)
            world.server.unread.keep("ana")
            assert place(world, "lobby") == 0
            first.type("/join ops", "/leave")
            assert greeting(world.member("ana", greeted=True))[1:] == dated("<luis> one")


class TestKeeping:
    def test_places_are_kept_every_minute_if_they_moved(self, world: World) -> None:
        world.member("ana")
        world.person("luis").type("one")
        assert place(world, "lobby") == 0
        minute(world)
        world.settle()
        assert place(world, "lobby") == 1

    def test_those_that_did_not_are_not(self) -> None:
        world = World(slow=True)
        world.register("ana")
        world.member("ana")
        world.release()
        minute(world)
        world.settle()
        assert not world.store.held

    def test_many_are_kept_in_slices(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in "ana", "eva", "mia":
            world.member(name)
        world.person("luis").type("one")
        kept = ReadMarks.puts

        def keep_slowly(marks: ReadMarks, *args: Any) -> Iterator[Put]:
            world.clock.rightNow += SLICE_SECONDS
            return kept(marks, *args)

        monkeypatch.setattr(ReadMarks, "puts", keep_slowly)
        minute(world)
        assert [place(world, "lobby", name) for name in ("ana", "eva", "mia")] == [1, 0, 0]
        world.settle()
        assert [place(world, "lobby", name) for name in ("ana", "eva", "mia")] == [1, 1, 1]

    def test_a_room_that_was_left_meanwhile_is_kept_too(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/join ops", "one", "/leave")
        world.person("luis").type("/join ops", "two")
        minute(world)
        assert place(world, "ops") == 1

    def test_a_room_that_one_goes_into_is_ones_own_at_once(self, world: World) -> None:
        luis = world.person("luis")
        luis.type("/join ops", "one")
        ana = world.member("ana")
        ana.type("/join ops")
        assert place(world, "ops") is not None

    def test_a_program_that_does_nothing_but_say_lines_sees_none_for_its_owner(
        self, world: World
    ) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.type("/join ops", "x", "/leave")
        ana.hang_up()
        luis.type("one", "/msg ana psst", "/join ops", "two")
        program = world.member("ana")
        program.type("/join ops", "/text", "deploy done")
        assert program.seen()[-1] == "<ana> deploy done"
        program.hang_up()
        assert [line for line in greeting(world.member("ana", greeted=True)) if "<" in line] == (
            dated("(private) <luis> psst", "<luis> two", "<ana> deploy done", "<luis> one")
        )

    def test_and_on_logging_out(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("one")
        world.server.logins.end_login(ana.session)
        assert place(world, "lobby") == 1
        ana.type("two")
        ana.hang_up()
        assert place(world, "lobby") == 1

    def test_one_who_logged_out_is_shown_no_private_lines(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        world.server.logins.end_login(ana.session)
        luis.type("/msg ana psst")
        luis.type("hola")
        assert ana.seen()[-1] == "<luis> hola"
        assert "(private) <luis> psst" not in ana.seen()

    def test_places_that_cannot_be_kept_are_kept_the_next_time(
        self, world: World, expected_errors: Expect
    ) -> None:
        ana = world.member("ana")
        ana.type("one")
        world.store.holds = True
        unread = world.server.unread
        unread.keep("ana")
        world.settle()
        world.store.fail(StoreError("the disk is full."))
        world.settle()
        assert unread.read_marks.of("ana", "lobby") == 0
        unread.keep("ana")
        world.release()
        assert unread.read_marks.of("ana", "lobby") == 1
        expected_errors()

    def test_nor_are_they_lost_if_it_stores_them_in_vain_for_minutes(
        self, world: World, expected_errors: Expect
    ) -> None:
        ana = world.member("ana")
        ana.type("one")
        world.store.holds = True
        for _ in range(3):
            minute(world)
            world.settle()
        world.fail()
        assert place(world, "lobby") == 0
        minute(world)
        world.release()
        assert place(world, "lobby") == 1
        expected_errors()

    def test_when_the_server_stops_all_are_kept_and_nothing_after_that(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("one")
        kept = world.server.unread.stop()
        world.settle()
        assert kept.called
        assert place(world, "lobby") == 1
        ana.type("two")
        ana.hang_up()
        assert place(world, "lobby") == 1

    def test_nobody_who_has_gone_is_remembered(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/join ops", "hola", "/history", "/leave")
        feeds = [*world.server.unread.inboxes.logs["@ana"]._feeds._feeds.values()]
        ana.hang_up()
        assert world.server.unread._present == {}
        assert not any(feed.followers for feed in feeds)
        assert ana.session.subscriptions.read_tracker is None


class TestWhoIsLookedAt:
    """Thousands may be logged in, and the system is asked of each who is looked at."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        """Return a list of what the system answered when it was asked what has arrived."""
        asked: list[bool] = []
        answer = ConnectionWriter.acknowledged.fget
        assert answer is not None

        def ask(writer: ConnectionWriter) -> bool:
            asked.append(answer(writer))
            return asked[-1]

        monkeypatch.setattr(ConnectionWriter, "acknowledged", property(ask))
        return asked

    @pytest.fixture
    def ana(self, world: World, asked: list[bool]) -> Member:
        """Return a member, in the lobby with another one, of whom all marks are stored."""
        ana = world.member("ana")
        world.member("luis").type("one")
        for _ in range(2):
            minute(world)
            world.settle()
        assert place(world, "lobby") == 1
        asked.clear()
        return ana

    def test_nobody_while_nothing_is_said(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        world.person("bob").hang_up()
        asked.clear()
        minute(world)
        world.settle()
        assert asked == []

    def test_nobody_for_a_line_elsewhere(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        world.person("bob").type("/join ops", "two")
        minute(world)
        assert asked == []

    def test_the_one_to_whom_a_private_line_was_written(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        world.person("bob").type("/msg ana psst")
        minute(world)
        assert asked == [True]
        assert place(world, "@ana") == 1

    def test_all_who_follow_a_room_in_which_something_was_said(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        ana.type("two")
        minute(world)
        assert asked == [True, True]
        assert place(world, "lobby", "luis") == 2

    def test_one_who_takes_nothing_is_looked_at_until_all_is_taken(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        ana.stop_taking()
        world.person("bob").type("/msg ana psst")
        for _ in range(2):
            minute(world)
            assert asked == [False]
            asked.clear()
        ana.take_again()
        minute(world)
        assert place(world, "@ana") == 1

    def test_one_who_is_shown_the_past_is_looked_at(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        ana.type("/history")
        minute(world)
        assert asked == [True]

    def test_one_is_looked_at_until_a_stretch_is_sent(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        stretch = SimpleNamespace(start=1, given=1, end=3, done=False)
        ana.session.subscriptions.read_tracker.show("lobby", stretch)
        minute(world)
        stretch.given = 3
        minute(world)
        assert place(world, "lobby") == 3
        assert asked == [True, True]

    def test_one_who_says_a_line_in_a_room_without_being_sent_it_is_looked_at(
        self, world: World, ana: Member
    ) -> None:
        ana.type("/join ops", "/leave")
        minute(world)
        world.person("bob").type("/join ops", "two")
        world.server.unread.said(ana.session, world.room("ops"), [1])
        minute(world)
        assert place(world, "ops") == 1

    def test_one_whose_mark_is_moved_by_another_door_is_looked_at(
        self, world: World, ana: Member, asked: list[bool]
    ) -> None:
        change(world.store, *world.server.unread.read_marks.puts("ana", "lobby", 0))
        minute(world)
        assert place(world, "lobby") == 1


# With a store on disk


WAITED = [
    EN.notice("private_missed", count=1),
    "(private) <guest2> psst",
    EN.notice("missed", count=1, room="lobby"),
    "<guest2> one",
]
"""The lines that Ana is sent for those of Luis."""


class StoredServer:
    """A loopback whose server is started again and again on what was kept on disk."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def start(self) -> None:
        self.loopback = LoopbackServer.on_file(self.directory / "chatd.sqlite")
        await self.loopback.listen()

    async def ana(self) -> list[str]:
        """Return the lines that Ana is sent when she logs in, up to the answer to a fence."""
        client = await self.loopback.member("ana")
        client.send("/sync")
        lines = await client.until("/sync")
        return [
            line.split("] ")[-1]
            for line in lines[lines.index(EN.notice("you_are", name="ana")) + 1 : -1]
        ]

    async def luis(self) -> None:
        """Say a line, and a private one to Ana, as a guest."""
        luis = await self.loopback.guest()
        luis.send("one", "/msg ana psst", "/sync")
        await luis.until("/sync")

    async def stop(self) -> None:
        await self.loopback.server.unread.stop()
        await self.close(self.loopback)

    async def close(self, loopback: LoopbackServer) -> None:
        """Close a server that may be one that crashed."""
        for client in loopback.clients:
            await client.close()
        await loopback.close()

    def crash(self) -> LoopbackServer:
        """Go on with a copy of what is on disk at this moment; return the server until then."""
        other = self.directory / "crashed"
        other.mkdir()
        for path in self.directory.glob("chatd.sqlite*"):
            if path.suffix != ".lock":
                shutil.copy(path, other)
        self.directory = other
        return self.loopback


async def test_what_waits_and_places_are_there_after_a_restart(tmp_path: Path) -> None:
    stored = StoredServer(tmp_path)
    await stored.start()
    assert await stored.ana() == []
    await stored.loopback.clients[0].close()
    await stored.luis()
    for waited in WAITED, []:
        await stored.stop()
        await stored.start()
        assert await stored.ana() == waited
    await stored.stop()


async def test_after_a_crash_lines_may_be_told_again_and_none_is_lost(tmp_path: Path) -> None:
    stored = StoredServer(tmp_path)
    await stored.start()
    assert await stored.ana() == []
    await stored.luis()
    crashed = stored.crash()
    await stored.start()
    assert await stored.ana() == WAITED
    await stored.stop()
    await stored.close(crashed)


def test_an_attendance_is_empty_after_it_stopped_twice(world: World) -> None:
    world.member("ana")
    stopped: list[Deferred[None]] = [world.server.unread.stop() for _ in range(2)]
    world.settle()
    assert all(each.called for each in stopped)
