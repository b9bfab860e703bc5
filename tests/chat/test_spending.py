"""All that is put on disk counts in the budgets of its owner; too much of it is refused."""

from __future__ import annotations

from math import ceil
from typing import Any
from urllib.parse import quote

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from chatd.chat.idempotency import KEY_BYTES
from chatd.chat.spending import (
    ASCII_BYTES,
    LETTER_BYTES,
    LINE_BYTES,
    RECORD_BYTES,
    SLICE_BYTES,
    SLICE_LINES,
    refusal_of,
)
from chatd.errors import ErrorKind
from chatd.i18n import Phrase
from chatd.text.validation import MAX_NAME_LENGTH
from chatd.util.budget_table import Budget, Kind, Level
from chatd.util.budgets import DAY, Owner, UsedUp, owner_of
from tests.support.browser import Browser
from tests.support.http import SiteWorld
from tests.support.sentences import EN, ES
from tests.support.world import HERE, World

AWAY_FROM_HERE = IPv4Address("TCP", "127.0.0.2", 40000)

GUEST = owner_of("", HERE.host)
ANA = owner_of("ana", HERE.host)


def used(world: World, owner: Owner, kind: Kind) -> int:
    """Return what an owner uses at its narrowest level."""
    return world.server.budgets.uses(owner, kind)[0].used


def over(kind: str, whose: str, limit: object, wait: str = "", language: Any = EN) -> str:
    """Return the error of a budget that is used up."""
    values = {"what": Phrase(f"budget_{kind}"), "whose": Phrase(f"budget_of_{whose}")}
    return str(
        language.error(ErrorKind.USED_UP, "used_up", limit=limit, wait=wait, **values)
        if wait
        else language.error(ErrorKind.USED_UP, "used_up_held", limit=limit, **values)
    )


class TestLines:
    def test_beyond_the_budget_are_refused_and_the_connection_stays(self) -> None:
        world = World(budgets={"lines.address": 4})
        guest, other = world.person("eva"), world.person("luis", address=AWAY_FROM_HERE)
        assert guest.ask("one", "two") == ["<eva> one", "<eva> two"]
        assert guest.ask("three") == [over("lines", "address", 4, "12h")]
        assert other.seen() == ["<eva> one", "<eva> two"]
        assert other.ask("hola") == ["<luis> hola"]

    def test_come_back_in_the_course_of_a_day(self) -> None:
        world = World(budgets={"lines.address": 4})
        guest = world.person("eva")
        guest.type("one", "two")
        world.clock.advance(DAY / 2)
        assert guest.ask("three", "four") == ["<eva> three", over("lines", "address", 4, "12h")]

    def test_of_one_turn_are_refused_together_each_with_its_error(self) -> None:
        world = World(budgets={"lines.address": 4})
        guest = world.person("eva")
        guest.type("one")
        guest.seen()
        guest.send(b"two\nthree\n")
        world.settle()
        assert guest.seen() == [over("lines", "address", 4, "12h")] * 2
        assert [event.text for event in world.stored("lobby")] == ["one"]

    def test_are_refused_in_the_language_of_their_author(self) -> None:
        world = World(budgets={"lines.address": 2})
        guest = world.person("eva")
        guest.type("/idioma es", "uno")
        assert guest.ask("dos") == [over("lines", "address", 2, "1d", ES)]

    def test_weigh_what_they_weigh_on_disk(self) -> None:
        world = World(budgets={"bytes.address": 10**9})
        guest = world.person()
        guest.type("x" * 3000, "ñ" * 3000)
        guest.hang_up()
        expected = 2 * LINE_BYTES + 3000 * (ASCII_BYTES + LETTER_BYTES)
        assert used(world, GUEST, Kind.BYTES) == expected

    def test_beyond_the_budget_of_bytes_are_refused(self) -> None:
        world = World(budgets={"bytes.address": 80_000})
        guest = world.person("eva")
        assert guest.ask("x" * 3000) == [f"<eva> {'x' * 3000}"]
        assert guest.ask("x" * 3000) == [over("bytes", "address", "78.1K", "15h 48m")]
        assert guest.ask("hola") == ["<eva> hola"]

    def test_of_an_account_count_for_it_and_not_for_guests_there(self) -> None:
        world = World(budgets={"lines.account": 10**6, "lines.address": 10**6})
        ana = world.member("ana")
        ana.type("one", "two")
        ana.hang_up()
        assert (used(world, ANA, Kind.LINES), used(world, GUEST, Kind.LINES)) == (2, 0)

    def test_of_an_administrator_are_counted_and_never_refused(self) -> None:
        world = World(budgets={"lines.account": 4})
        root = world.member("root", admin=True)
        assert root.ask("one", "two", "three") == [f"<root> {n}" for n in ("one", "two", "three")]
        root.hang_up()
        assert used(world, owner_of("root", HERE.host), Kind.LINES) == 3

    def test_private_ones_to_accounts_count_and_those_to_guests_do_not(self) -> None:
        world = World(budgets={"lines.address": 10**6})
        world.register("ana")
        world.person("luis")
        eva = world.person("eva")
        eva.type("/msg ana hola", "/msg luis hola")
        eva.hang_up()
        assert used(world, GUEST, Kind.LINES) == 1


class TestAllotments:
    def test_are_taken_by_the_first_line_and_given_back_at_the_end(self) -> None:
        world = World(budgets={"lines.address": 10**6, "bytes.address": 10**9})
        guest = world.person()
        assert used(world, GUEST, Kind.LINES) == 0
        guest.type("x")
        assert used(world, GUEST, Kind.LINES) == SLICE_LINES
        assert used(world, GUEST, Kind.BYTES) == SLICE_BYTES
        guest.hang_up()
        assert used(world, GUEST, Kind.LINES) == 1
        assert used(world, GUEST, Kind.BYTES) == LINE_BYTES + ASCII_BYTES

    def test_are_no_larger_than_what_is_left(self) -> None:
        world = World(budgets={"lines.address": 6})
        guest = world.person("eva")
        assert guest.ask("one", "two", "three") == ["<eva> one", "<eva> two", "<eva> three"]
        assert guest.ask("four") == [over("lines", "address", 6, "8h")]

    def test_of_many_who_say_little_leave_enough_for_others(self) -> None:
        world = World(budgets={"lines.address": 4000, "bytes.address": 4000 * 1000})
        guests = [world.person(f"p{number}") for number in range(40)]
        for guest in guests:
            guest.type("x")
        assert guests[-1].ask("y") == ["<p39> y"]
        assert used(world, GUEST, Kind.LINES) < 40 * 3
        assert used(world, GUEST, Kind.BYTES) < 40 * 3 * 1000

    def test_follow_the_session_to_another_owner(self) -> None:
        world = World(
            budgets={"lines.account": 10**6, "lines.address": 10**6, "bytes.address": 10**9}
        )
        world.register("ana")
        guest = world.person()
        guest.type("one", "/login ana correct horse")
        guest.type(*["two"] * SLICE_LINES)
        guest.hang_up()
        world.settle()
        # The slice that the guest took was the guest's, also for what the account said of it.
        both = used(world, ANA, Kind.LINES), used(world, GUEST, Kind.LINES)
        assert both == (1, SLICE_LINES)
        assert used(world, GUEST, Kind.BYTES) == SLICE_LINES * (LINE_BYTES + 3 * ASCII_BYTES)


class TestOtherKinds:
    def test_private_lines_to_the_absent(self) -> None:
        world = World(budgets={"absent.address": 2})
        ana = world.member("ana")
        eva = world.person("eva")
        eva.type(*["/msg ana hola"] * 3)
        assert over("absent", "address", 2, "1d") not in eva.seen()
        ana.hang_up()
        eva.type("/msg ana hola")
        assert eva.ask("/msg ana hola") == [over("absent", "address", 2, "1d")]

    def test_new_rooms(self) -> None:
        world = World(budgets={"rooms.address": 2})
        guest = world.person("eva")
        guest.type("/join one", "hola")
        assert guest.ask("/join two") == [over("rooms", "address", 2, "1d")]
        assert "two" not in world.server.rooms
        guest.type("/join lobby", "/join one")
        assert guest.session.room is world.room("one")

    def test_registered_names(self) -> None:
        world = World(budgets={"names.64": 2})
        guests = [world.person(name) for name in ("ana", "eva")]
        assert guests[0].ask("/register correct horse")[0].startswith("*** ")
        assert guests[1].ask("/register correct horse") == [over("names", "64", 2, "1d")]

    def test_bans(self) -> None:
        world = World(budgets={"bans.account": 2})
        ana = world.member("ana")
        ana.type("/join ops", "/mute luis 1h")
        assert ana.ask("/ban luis 1h") == [over("bans", "account", 2, "1d")]
        assert ana.ask("/unmute luis") == [EN.deed("unmute", "ana", "luis")]

    def test_deeds_are_lines(self) -> None:
        world = World(budgets={"lines.account": 4})
        ana = world.member("ana")
        ana.type("/join ops", "/mode moderated", "/mode open")
        assert ana.ask("/mode moderated") == [over("lines", "account", 4, "12h")]
        assert len(world.deeds("ops")) == 2

    def test_settings_are_bytes(self) -> None:
        world = World(budgets={"bytes.account": 2000})
        ana = world.member("ana")
        answers = ana.ask(*["/away lunch"] * 10)
        limit = over("bytes", "account", "1.95K", "")
        assert any("Used up" in answer for answer in answers), limit
        assert not any("Used up" in answer for answer in answers[:2])

    def test_marks_are_bytes(self) -> None:
        world = World(budgets={"bytes.account": 10**6})
        world.person().type("/join ops", "hola")
        ana = world.member("ana")
        before = used(world, ANA, Kind.BYTES)
        ana.type("/join ops")
        assert used(world, ANA, Kind.BYTES) > before


class TestUses:
    def test_are_of_the_owner_and_of_what_was_used_alone(self) -> None:
        world = World(budgets={"lines.account": 200, "lines.address": 200})
        ana = world.member("ana")
        ana.type("one")
        by_kind = {uses[0].budget.kind: uses for uses in world.server.spending.uses(ana.session)}
        assert list(by_kind) == [Kind.CONNECTIONS, Kind.LINES, Kind.HOOKS, Kind.PUSHES]
        assert [(str(use.budget), use.used) for use in by_kind[Kind.LINES]] == [
            ("lines.account", 1)
        ]


class TestDoors:
    def test_http_says_when_to_come_again(self) -> None:
        web = SiteWorld(budgets={"lines.address": 2})
        assert web.ask("POST", "/api/rooms/ops/messages", b"one").status == 201
        got = web.ask("POST", "/api/rooms/ops/messages", b"two")
        assert (got.status, got.json["error"]["key"]) == (429, "used_up")
        seconds = int(got.headers["retry-after"])
        assert seconds == 60 * ceil(DAY / 60)
        assert got.json["error"]["kind"] == "Used up"

    def test_a_program_that_posts_pays_for_its_lines_alone(self) -> None:
        web = SiteWorld(budgets={"lines.address": 10**6})
        for _ in range(3):
            web.ask("POST", "/api/rooms/ops/messages", b"one")
        assert used(web.world, GUEST, Kind.LINES) == 3

    def test_keys_are_counted(self) -> None:
        web = SiteWorld(budgets={"keys.address": 2})
        headers = {"Idempotency_Key": "k" * 16}
        assert web.ask("POST", "/api/rooms/ops/messages", b"one", **headers).status == 201
        assert web.ask("POST", "/api/rooms/ops/messages", b"one", **headers).status == 200
        other = {"Idempotency_Key": "l" * 16}
        got = web.ask("POST", "/api/rooms/ops/messages", b"two", **other)
        assert (got.status, got.json["error"]["key"]) == (429, "used_up")

    def test_a_key_is_charged_for_as_long_as_it_may_be(self) -> None:
        web = SiteWorld(budgets={"keys.address": 10**6})
        longest = "\U00010428" * MAX_NAME_LENGTH  # small letters of Deseret
        address = IPv6Address("TCP", "2001:db8:1111:2222::7", 40_000)
        path = f"/api/rooms/{quote(longest)}/messages?name={quote(longest)}"
        got = web.ask("POST", path, b"one", idempotency_key="k" * 64, address=address)
        assert got.status == 201, got.body
        ((key, value),) = web.world.server.idempotency.table.items()
        record = web.world.server.idempotency.table.put(key, value).record
        size = len(key.encode()) + len(record.value or "")
        assert 0.9 * KEY_BYTES < RECORD_BYTES + size < KEY_BYTES

    @pytest.mark.parametrize("key", [{}, {"key": "k" * 16}])
    def test_a_browser_is_told_which_line_was_refused(self, key: dict[str, str]) -> None:
        web = SiteWorld(budgets={"lines.address": 2})
        browser = Browser(web.world)
        browser.send("hello", rooms={"lobby": None})
        browser.seen()
        browser.send("line", room="lobby", id=1, text="one")
        browser.send("line", room="lobby", id=2, text="two", **key)
        answers = browser.seen("ack", "error", "refused")
        assert [answer["type"] for answer in answers] == ["ack", "error", "refused"]
        assert (answers[1]["key"], answers[2]["id"]) == ("used_up", 2)

    def test_a_browser_whose_keys_are_used_up_is_told_of_the_line(self) -> None:
        browser = Browser(World(budgets={"keys.address": 2}))
        browser.send("hello", rooms={"lobby": None})
        browser.seen()
        for number in 1, 2:
            browser.send("line", room="lobby", id=number, text="one", key=str(number) * 16)
        answers = browser.seen("ack", "error", "refused")
        assert [answer["type"] for answer in answers] == ["ack", "error", "refused"]
        assert (answers[1]["key"], answers[2]["id"]) == ("used_up", 2)

    def test_a_bare_line_is_refused_like_others(self) -> None:
        world = World(budgets={"lines.address": 2})
        program = world.program()
        program.type("one")
        program.seen()
        assert program.ask("two") == ["ERR Used up"]


@pytest.mark.parametrize(
    ("kind", "seconds", "limit", "count"),
    [(Kind.LINES, 1, "2048", 60), (Kind.BYTES, 61, "2K", 120), (Kind.HOOKS, 0, "2048", None)],
)
def test_a_refusal_has_the_limit_in_its_unit_and_the_wait_in_minutes(
    kind: Kind, seconds: float, limit: str, count: int | None
) -> None:
    refusal = refusal_of(UsedUp(Budget(kind, Level.ALL), 2048, seconds))
    assert (refusal.kind, refusal.values["limit"]) == (ErrorKind.USED_UP, limit)
    assert refusal.values.get("count") == count
