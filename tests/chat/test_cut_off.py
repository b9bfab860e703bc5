"""People at a node that is cut off are told so, and when it is over."""

from __future__ import annotations

import pytest

from chatd.chat.cut_off import TOLD_AT_ONCE
from chatd.errors import ErrorKind
from chatd.storage.shared.lease import BEAT_SECONDS, CURRENT_SECONDS
from chatd.storage.shared.store import GIVE_UP_SECONDS
from tests.support.browser import browser
from tests.support.event_stream import Reader
from tests.support.json_client import json_client
from tests.support.logs import Expect
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

CUT_OFF = EN.notice("cut_off")
ENDED = EN.notice("cut_off_ended")


@pytest.fixture
def world() -> World:
    """Return a world whose nodes know of each other."""
    world = World(nodes=2)
    world.wait(BEAT_SECONDS)
    return world


@pytest.fixture
def eva(world: World) -> Member:
    """Return a guest at the second node, which is not cut off."""
    return world.person("eva")


@pytest.fixture
def ana(world: World, eva: Member) -> Member:
    """Return a guest at the first node."""
    ana = world.person("ana")
    world.introduce("lobby")
    for each in ana, eva:
        each.seen()
    return ana


def cut(world: World, seconds: float = CURRENT_SECONDS) -> None:
    """Cut the first node off, and wait."""
    world.store.cut = True
    world.wait(seconds)


def reconnect(world: World) -> None:
    """Connect the first node again, and follow what was done meanwhile."""
    world.store.reconnect()
    for _ in range(5):
        world.settle()


class TestPeople:
    def test_are_told_once(self, world: World, ana: Member) -> None:
        cut(world)
        world.wait(CURRENT_SECONDS)
        assert ana.seen() == [CUT_OFF]

    def test_are_not_told_of_a_short_time(self, world: World, ana: Member) -> None:
        cut(world, CURRENT_SECONDS / 2)
        reconnect(world)
        world.wait(CURRENT_SECONDS)
        assert ana.seen() == []

    def test_are_told_when_it_is_over_before_what_was_said(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        cut(world)
        eva.type("hola")
        ana.seen()
        reconnect(world)
        assert ana.seen() == [ENDED, "<eva> hola"]

    def test_at_other_nodes_are_told_nothing(self, world: World, ana: Member, eva: Member) -> None:
        cut(world)
        assert eva.seen() == []

    def test_who_come_meanwhile_are_told(self, world: World, ana: Member) -> None:
        cut(world)
        world.next_node()
        luis = world.person(greeted=True)
        world.wait(1)
        assert luis.server is ana.server
        assert luis.seen()[-1] == CUT_OFF
        reconnect(world)
        assert luis.seen() == [ENDED]

    def test_who_come_after_it_are_told_nothing(self, world: World, ana: Member) -> None:
        cut(world)
        reconnect(world)
        world.next_node()
        luis = world.person()
        world.wait(1)
        assert luis.seen() == []

    def test_are_all_told_also_if_they_are_many(self, world: World, ana: Member) -> None:
        here = [ana]
        while len(here) <= TOLD_AT_ONCE:
            world.next_node()
            here.append(world.person())
        for each in here:
            each.seen()
        cut(world)
        world.settle()
        assert [each.seen() for each in here] == [[CUT_OFF]] * len(here)

    def test_are_told_in_their_language(self, world: World, ana: Member) -> None:
        ana.ask("/idioma es")
        cut(world)
        assert ana.seen() == [ES.notice("cut_off")]


class TestPrograms:
    def test_a_browser_is_told(self, world: World, eva: Member) -> None:
        tab = browser(world)
        cut(world)
        assert [each["key"] for each in tab.seen("say")] == ["cut_off"]

    def test_one_that_reads_json_lines_is_told(self, world: World, eva: Member) -> None:
        program = json_client(world)
        cut(world)
        assert [each["key"] for each in program.seen("say")] == ["cut_off"]

    def test_one_that_reads_an_event_stream_is_told(self, world: World, eva: Member) -> None:
        reader = Reader(world)
        reader.seen()
        cut(world)
        assert [(kind, data["key"]) for kind, data in reader.seen()] == [("say", "cut_off")]

    def test_a_bare_client_is_told_nothing(self, world: World, eva: Member) -> None:
        program = world.program()
        assert program.server is world.server
        cut(world)
        assert program.seen() == []


class TestLines:
    def test_wait_for_a_while(self, world: World, ana: Member, eva: Member) -> None:
        cut(world)
        ana.type("hola")
        reconnect(world)
        assert eva.seen() == ["<ana> hola"]

    def test_are_refused_later(self, world: World, ana: Member, expected_errors: Expect) -> None:
        cut(world, GIVE_UP_SECONDS)
        ana.seen()
        assert ana.ask("hola") == [EN.error(ErrorKind.NOT_SAVED, "cut_off_line")]
        assert ana.ask("/nick luis") == [EN.error(ErrorKind.NOT_SAVED, "cut_off_change")]
        expected_errors()

    def test_at_hand_can_be_read(self, world: World, ana: Member) -> None:
        ana.type("hola")
        cut(world, GIVE_UP_SECONDS)
        assert any("<ana> hola" in line for line in ana.ask("/history"))


class TestWho:
    def test_is_said_with_its_age(self, world: World, ana: Member) -> None:
        cut(world, 12)
        assert ana.ask("/who")[-1] == EN.notice("as_of", time="12s")

    def test_has_no_age_otherwise(self, world: World, ana: Member) -> None:
        assert ana.ask("/who") == [EN.notice("people_in", room="lobby", people="eva and ana")]

    def test_has_one_for_browsers(self, world: World, eva: Member) -> None:
        tab = browser(world)
        tab.send("people", room="lobby")
        cut(world, 12)
        tab.send("people", room="lobby")
        assert [each.get("age") for each in tab.seen("people")] == [None, 12]


class TestANodeWithoutOthers:
    @pytest.fixture
    def ana(self, world: World) -> Member:
        """Return a guest at the first node, which has no others."""
        world.nodes[1].store.crash()
        world.shared_log.reap(world.nodes[1].store)
        world.next_node()
        ana = world.person("ana")
        world.wait(BEAT_SECONDS)
        ana.seen()
        return ana

    def test_says_that_it_does_not_reach_its_store(self, world: World, ana: Member) -> None:
        cut(world)
        assert ana.seen() == [EN.notice("store_away")]
        reconnect(world)
        assert ana.seen() == [EN.notice("store_away_ended")]

    def test_knows_who_is_here(self, world: World, ana: Member) -> None:
        cut(world, 12)
        ana.seen()
        assert len(ana.ask("/who")) == 1
