"""A coming is told before the first line or not at all, and the leaving of all who are known."""

from __future__ import annotations

import pytest

from chatd.chat.membership import LASTING
from chatd.rooms.notices import TOGETHER_SECONDS
from tests.support.browser import browser, browser_tab
from tests.support.sentences import EN, ES
from tests.support.world import Member, World


def joined(people: str) -> str:
    return EN.notice("joined_one", people=people)


def left(people: str) -> str:
    return EN.notice("left_one", people=people)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def reader(world: World) -> Member:
    """Return a member who has read all so far."""
    luis = world.person("luis")
    world.wait(LASTING)
    luis.seen()
    return luis


def test_a_class_reads_who_came_before_what_they_said(world: World) -> None:
    world.register("profe", admin=True)
    profe, ana = world.member("profe"), world.person()
    ana.type("/language es")
    world.wait(LASTING)
    ana.seen()
    browser_tab(world, "luis").say("¡Miradme!!!")
    profe.type("/mute luis 10m")
    world.wait(LASTING + TOGETHER_SECONDS)
    assert ana.seen() == [
        ES.notice("joined_one", people="luis"),
        "<luis> ¡Miradme!!!",
        f"*** {ES.sentence('did_mute', name='profe', target='luis')} durante 10m.",
    ]


class TestComing:
    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            ("hola", "<ana> hola"),
            ("/me waves", "* ana waves"),
            ("/topic tea", EN.notice("topic_set", name="ana", topic="tea")),
        ],
    )
    def test_is_told_in_front_of_the_first_line(
        self, world: World, reader: Member, said: str, shown: str
    ) -> None:
        browser_tab(world, "ana").say(said)
        assert reader.seen() == [joined("ana"), shown]
        world.wait(LASTING + TOGETHER_SECONDS)
        assert reader.seen() == []

    def test_comes_with_the_line_in_one_message(self, world: World) -> None:
        page = browser(world)
        tab = browser_tab(world, "ana")
        page.seen()
        tab.say("hola")
        (message,) = page.seen("events")
        assert [entry.get("notice") or entry["text"] for entry in message["events"]] == [
            "joined",
            "hola",
        ]

    def test_takes_along_no_other_one(self, world: World, reader: Member) -> None:
        browser_tab(world, "eva")
        browser_tab(world, "ana").say("hola")
        assert reader.seen() == [joined("ana"), "<ana> hola"]
        world.wait(LASTING + TOGETHER_SECONDS)
        assert reader.seen() == [joined("eva")]

    def test_is_told_with_a_line_of_any_of_their_sessions(
        self, world: World, reader: Member
    ) -> None:
        first, second = browser_tab(world), browser_tab(world)
        first.hang_up()
        second.say("hola")
        assert reader.seen() == [joined("ana"), "<ana> hola"]


class TestLeaving:
    def test_is_told_of_one_who_took_a_name_just_before(self, world: World, reader: Member) -> None:
        guest = world.person()
        guest.type("/nick ana")
        guest.hang_up()
        world.wait(TOGETHER_SECONDS)
        assert reader.seen() == [EN.notice("renamed", name="guest2", new_name="ana"), left("ana")]

    def test_is_told_of_one_whom_a_newcomer_found_there(self, world: World, reader: Member) -> None:
        ana = browser_tab(world, "ana")
        eva = world.person()
        ana.hang_up()
        world.wait(TOGETHER_SECONDS)
        assert reader.seen() == eva.seen() == [left("ana")]

    def test_is_told_of_one_whom_a_command_listed(self, world: World, reader: Member) -> None:
        ana = browser_tab(world, "ana")
        reader.ask("/who")
        ana.hang_up()
        world.wait(TOGETHER_SECONDS)
        assert reader.seen() == [left("ana")]

    def test_is_not_told_of_one_who_looked_at_the_list_themselves(
        self, world: World, reader: Member
    ) -> None:
        ana = browser_tab(world, "ana")
        ana.say("/who")
        ana.hang_up()
        world.wait(LASTING + TOGETHER_SECONDS)
        assert reader.seen() == []

    def test_is_told_once_of_tabs_that_take_another_name_together(
        self, world: World, reader: Member
    ) -> None:
        tabs = [browser_tab(world, "ana") for _ in range(2)]
        reader.ask("/who")
        tabs[0].say("/nick eva")
        for tab in tabs:
            tab.hang_up()
        world.wait(TOGETHER_SECONDS)
        assert reader.seen() == [EN.notice("renamed", name="ana", new_name="eva"), left("eva")]
