"""The announcements of a member that is in a room several times."""

from __future__ import annotations

import pytest

from chatd.chat.membership import LASTING
from tests.support.browser import Browser, browser_tab
from tests.support.sentences import EN
from tests.support.world import World


class TabsWorld(World):
    """Luis watches Ana's tabs come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.luis = self.person("luis")
        self.last()

    def tab(self, name: str = "ana") -> Browser:
        return browser_tab(self, name)

    def last(self) -> None:
        """Let all members be present long enough to be announced."""
        self.wait(LASTING)

    @property
    def told(self) -> list[str]:
        """Return the lines that Luis was sent since the last call."""
        return [line.removeprefix("*** ") for line in self.luis.seen()]


def joined(people: str) -> str:
    """Return the notice of people who come."""
    return EN.sentence("joined_one", people=people)


def left(people: str) -> str:
    """Return the notice of people who go."""
    return EN.sentence("left_one", people=people)


def renamed(new_name: str, name: str = "ana") -> str:
    """Return the notice of a new name."""
    return EN.sentence("renamed", name=name, new_name=new_name)


@pytest.fixture
def world() -> TabsWorld:
    return TabsWorld()


def test_one_comes_once_and_goes_once(world: TabsWorld) -> None:
    first = world.tab()
    world.last()
    second = world.tab()
    world.last()
    first.hang_up()
    assert world.told == [joined("ana")]
    second.hang_up()
    assert world.told == [left("ana")]


def test_several_that_come_together_are_told_of(world: TabsWorld) -> None:
    tabs = [world.tab(), world.tab()]
    world.last()
    assert world.told == [joined("ana")]
    for tab in tabs:
        tab.hang_up()
    assert world.told == [left("ana")]


def test_one_that_takes_the_place_of_another_is_not_told_of(world: TabsWorld) -> None:
    first = world.tab()
    world.last()
    world.tab()
    first.hang_up()
    world.last()
    assert world.told == [joined("ana")]


def test_the_last_to_go_is_told_of_however_short_it_was_here(world: TabsWorld) -> None:
    first = world.tab()
    world.last()
    second = world.tab()
    first.hang_up()
    second.hang_up()
    assert world.told == [joined("ana"), left("ana")]


def test_one_that_takes_the_name_of_another_leaves_its_own(world: TabsWorld) -> None:
    first, second = world.tab(), world.tab("eva")
    world.last()
    assert world.told == [joined("ana and eva")]
    second.say("/nick ana")
    assert world.told == [left("eva")]
    first.hang_up()
    assert world.told == []
    second.hang_up()
    assert world.told == [left("ana")]


def test_a_new_name_of_one_who_was_told_of_is_that_of_who_leaves(world: TabsWorld) -> None:
    tab = world.tab()
    world.last()
    tab.say("/nick eva")
    tab.hang_up()
    assert world.told == [joined("ana"), renamed("eva"), left("eva")]
    assert list(world.server.lobby.here.named) == ["luis"]


def test_one_that_takes_the_name_of_one_who_was_not_told_of_is_told_of(world: TabsWorld) -> None:
    eva = world.tab("eva")
    world.last()
    ana = world.tab()
    eva.say("/nick ana")
    assert world.told == [joined("eva"), renamed("ana", "eva")]
    ana.hang_up()
    world.last()
    assert world.told == []
    eva.hang_up()
    assert world.told == [left("ana")]


def test_of_one_who_came_for_a_moment_nothing_is_told(world: TabsWorld) -> None:
    world.tab().hang_up()
    world.last()
    assert world.told == []


def test_one_of_several_that_logs_in_to_an_account_that_is_here_is_not_told_of(
    world: TabsWorld,
) -> None:
    eva, first, second = world.tab("eva"), world.tab(), world.tab()
    eva.say("/register correct horse")
    world.last()
    assert world.told == [joined("eva and ana")]
    first.say("/login eva correct horse")
    assert first.session.name == "eva"
    assert world.told == []
    second.hang_up()
    assert world.told == [left("ana")]


def test_a_guest_who_had_a_name_leaves_without_a_word(world: TabsWorld) -> None:
    tab = world.tab()
    tab.say("/register correct horse")
    world.last()
    tab.say("/logout")
    guest = tab.session.name
    assert world.told == [joined("ana"), renamed(guest)]
    tab.hang_up()
    assert world.told == []
