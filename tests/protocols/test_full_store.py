"""A store that takes no more lines: each door refuses them, and all else goes on."""

from __future__ import annotations

import pytest

from chatd.errors import ErrorKind
from tests.support.browser import browser
from tests.support.http import SiteWorld, error_of
from tests.support.sentences import EN
from tests.support.world import Member, World

FULL = EN.error(ErrorKind.NOT_SAVED, "store_full")


@pytest.fixture
def web() -> SiteWorld:
    """Return a site whose store is full, with a past and an account."""
    web = SiteWorld()
    web.world.register("eva")
    web.world.say("before")
    web.world.store.takes_lines = False
    return web


@pytest.fixture
def world(web: SiteWorld) -> World:
    return web.world


@pytest.fixture
def ana(world: World) -> Member:
    return world.person("ana")


@pytest.mark.parametrize("line", ["hola", "/me waves", "/topic tea", "/msg eva hola"])
def test_a_line_is_refused_and_shown_to_no_client(world: World, ana: Member, line: str) -> None:
    luis = world.person("luis")
    before = len(world.stored("lobby")) + len(world.stored("@eva"))
    assert ana.ask(line) == [FULL]
    assert luis.seen() == []
    assert len(world.stored("lobby")) + len(world.stored("@eva")) == before


def test_each_line_of_several_is_refused(ana: Member) -> None:
    ana.type("one", "two")
    assert ana.seen() == [FULL, FULL]


def test_a_program_on_the_bare_port_is_told(world: World) -> None:
    program = world.program()
    program.type("hola")
    assert program.seen() == [f"ERR {ErrorKind.NOT_SAVED.value}"]


def test_a_browser_is_told_which_line(world: World) -> None:
    one = browser(world)
    one.say("hola", room="lobby", id=7)
    error, refused = one.seen("refused", "error", "ack")
    assert (error["key"], refused["type"], refused["id"]) == ("store_full", "refused", 7)


def test_a_request_is_refused(web: SiteWorld) -> None:
    got = web.ask("POST", "/api/rooms/lobby/messages", b"hola")
    assert error_of(got) == (503, "store_full")


def test_a_line_with_a_key_is_said_once_there_is_room(web: SiteWorld) -> None:
    def post() -> int:
        target = "/api/rooms/lobby/messages"
        return web.ask("POST", target, b"hola", idempotency_key="k").status

    assert post() == 503
    web.world.store.takes_lines = True
    assert [post(), post()] == [201, 200]


def test_the_health_says_that_nothing_is_saved(web: SiteWorld) -> None:
    assert web.ask("GET", "/healthz").status == 503
    web.world.store.takes_lines = True
    assert web.ask("GET", "/healthz").status == 200


def test_the_past_is_read_and_private_lines_of_guests_are_passed_on(
    world: World, ana: Member
) -> None:
    assert ana.ask("/history")[-1].endswith("before")
    luis = world.person("luis")
    ana.type("/msg luis hola")
    assert luis.seen() == ["(private) <ana> hola"]


def test_an_administrator_can_ban_and_a_person_keeps_settings(world: World) -> None:
    root, eva = world.member("root", admin=True), world.member("eva")
    trol = world.person("trol")
    root.type("/ban trol")
    assert trol.session.room is None
    assert [author for author, _ in world.deeds("lobby")] == ["root"]
    eva.type("/away tea")
    assert world.restarted().server.accounts.table["eva"].settings["away"] == "tea"
