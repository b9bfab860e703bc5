"""The answer over HTTP to who was in a room, and when."""

from __future__ import annotations

import csv
import io

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions import registered_stays
from chatd.chat.permissions import LEAST, Act, Mode, Role
from chatd.event import Event
from chatd.protocols.web.api import registers
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from tests.support.http import Got, SiteWorld, error_of, request
from tests.support.rights import give_role, set_mode
from tests.support.world import Member

REGISTER = "/api/rooms/class/register"


class Web(SiteWorld):
    """A site, and the tokens with which it was asked, by the names of accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, str] = {}


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def ana(web: Web) -> Member:
    """She owns #class, which keeps a register since the time 0."""
    ana = web.world.member("ana")
    ana.type("/create class", "/mode register on")
    return ana


def person(web: Web, name: str) -> Member:
    person = web.world.person(name)
    person.type("/join class")
    return person


def ask(web: Web, query: str = "", name: str = "ana") -> Got:
    """Ask with a token of an account that reads, or as a guest."""
    if name and name not in web.tokens:
        web.tokens[name] = web.token(name, "read")
    headers = {"authorization": f"Bearer {web.tokens[name]}"} if name else {}
    return web.ask("GET", REGISTER + query, **headers)


def stays(got: Got) -> list[tuple[str, float, float | None]]:
    assert got.status == 200, got
    return [
        (each["name"], each["came"] / 1000, each["left"] and each["left"] / 1000)
        for each in got.json["stays"]
    ]


def rows(got: Got) -> list[list[str]]:
    assert got.status == 200, got
    return [*csv.reader(io.StringIO(got.body.decode(), newline=""))]


class TestAnswer:
    def test_those_who_left_and_those_who_are_there(self, web: Web, ana: Member) -> None:
        luis = person(web, "luis")
        web.world.wait(60)
        luis.type("/leave")
        web.world.wait(10)
        person(web, "eva")
        got = ask(web)
        assert stays(got) == [("ana", 0, None), ("luis", 0, 60), ("eva", 70, None)]
        assert got.json["room"] == "class"
        assert got.json["kept"] is True
        assert "next" not in got.json

    def test_clients_of_one_person_are_one_stay(self, web: Web, ana: Member) -> None:
        other = web.world.member("ana")
        other.type("/join class")
        web.world.wait(60)
        other.hang_up()
        assert stays(ask(web)) == [("ana", 0, None)]

    def test_after_it_was_switched_off_it_can_be_had(self, web: Web, ana: Member) -> None:
        web.world.wait(60)
        ana.type("/mode register off")
        got = ask(web)
        assert stays(got) == [("ana", 0, 60)]
        assert got.json["kept"] is False

    def test_a_room_that_never_had_one_has_none(self, web: Web) -> None:
        web.world.member("ana").type("/create class")
        got = ask(web)
        assert (stays(got), got.json["kept"]) == ([], False)

    def test_since_a_time(self, web: Web, ana: Member) -> None:
        for name in "luis", "eva":
            someone = person(web, name)
            web.world.wait(60)
            someone.type("/leave")
        assert stays(ask(web, "?since=60001")) == [("ana", 0, None), ("eva", 60, 120)]

    def test_csv(self, web: Web, ana: Member) -> None:
        luis = person(web, "luis")
        web.world.wait(3600)
        luis.type("/leave")
        got = ask(web, "?format=csv")
        assert got.headers["content-type"].startswith("text/csv; charset=utf-8")
        assert rows(got) == [
            ["room", "name", "came", "left", "seconds"],
            ["class", "ana", "1970-01-01T00:00:00Z", "", ""],
            ["class", "luis", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z", "3600"],
        ]

    def test_a_long_one_comes_in_several_answers(
        self, web: Web, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registered_stays, "STAYS_GIVEN", 2)
        monkeypatch.setattr("chatd.storage.contract.PAGE_EVENTS", 2)
        monkeypatch.setattr(registers, "ROWS_A_SLICE", 1)
        for name in "luis", "eva", "nora":
            person(web, name).type("/leave")
        first, last = ask(web), ask(web, "?after=2")
        assert stays(first) == [("eva", 0, 0), ("luis", 0, 0)]
        assert first.json["next"] == 2
        assert stays(last) == [("ana", 0, None), ("nora", 0, 0)]
        assert "next" not in last.json
        first, last = ask(web, "?format=csv"), ask(web, "?format=csv&after=2")
        link = '</api/rooms/class/register?format=csv&after=2>; rel="next"'
        assert first.headers["link"] == link
        assert [row[1] for row in rows(first)] == ["name", "eva", "luis"]
        assert [row[1] for row in rows(last)] == ["name", "ana", "nora"]
        assert "link" not in last.headers


class TestRights:
    @pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.FREE])
    @pytest.mark.parametrize("role", Role)
    def test_each_cell_of_the_table(self, web: Web, mode: Mode, role: Role) -> None:
        web.world.person("luis").type("/join class", "hola")
        zoe = web.world.member("zoe")
        set_mode(web.world, "class", mode)
        if role is not Role.EVERYONE:
            give_role(zoe, role, "class")
        got = ask(web, name="zoe")
        assert (got.status == 200) is (role >= LEAST[Act.REGISTER, mode])

    def test_a_guest_is_told_who_may(self, web: Web, ana: Member) -> None:
        assert error_of(ask(web, name="")) == (403, "only_owner")

    def test_a_room_without_an_owner_has_none(self, web: Web) -> None:
        web.world.person("luis").type("/join class", "hola")
        web.world.register("ana")
        assert error_of(ask(web)) == (403, "switch_needs_owner_register")

    def test_a_token_that_ends_meanwhile_ends_the_answer(
        self, web: Web, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person(web, "luis").type("/leave")
        web.world.settle()
        held: Deferred[None] = Deferred()

        async def read(*_: object) -> list[Event]:
            await held
            return []

        monkeypatch.setattr(Room, "read", read)
        caller = web.caller()
        token = web.token("ana", "read")
        caller.send(request("GET", REGISTER, authorization=f"Bearer {token}"))
        ana.type("/token revoke t")
        web.world.settle()
        held.callback(None)
        web.world.settle()
        (got,) = caller.got()
        assert error_of(got) == (401, "wrong_token")


def test_a_register_that_cannot_be_read_is_said(
    web: Web, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(web, "luis").type("/leave")
    web.world.settle()

    async def fail(*_: object) -> None:
        raise StoreError("the disk is gone.")

    monkeypatch.setattr(Room, "read", fail)
    assert error_of(ask(web)) == (503, "not_readable")


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("?format=xml", "not_a_format"),
        ("?format=", "not_a_format"),
        ("?since=1h", "not_a_number"),
        ("?after=-1", "not_a_number"),
        ("?limit=5", "unknown_parameter"),
    ],
)
def test_a_wrong_request_is_refused(web: Web, ana: Member, query: str, key: str) -> None:
    assert error_of(ask(web, query)) == (422, key)
