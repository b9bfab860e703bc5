"""The announcements of a member that is in a room several times."""

from __future__ import annotations

import pytest

from chatd.chat.membership import LASTING
from tests.support.browser import Browser, browser
from tests.support.world import World


class Scene:
    """Luis watches Ana's tabs come and go."""

    def __init__(self) -> None:
        self.world = World()
        self.luis = self.world.person("luis")
        self.last()

    def tab(self, name: str = "ana") -> Browser:
        return browser(self.world, key="a key of this browser".replace(" ", "-"), name=name)

    def last(self) -> None:
        """Let all members be present long enough to be announced."""
        self.world.clock.advance(LASTING)

    @property
    def told(self) -> list[str]:
        """Return the lines that Luis was sent since the last call."""
        return [line.removeprefix("*** ") for line in self.luis.seen()]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_one_comes_once_and_goes_once(scene: Scene) -> None:
    first = scene.tab()
    scene.last()
    second = scene.tab()
    scene.last()
    first.hang_up()
    assert scene.told == ["ana joined."]
    second.hang_up()
    assert scene.told == ["ana left."]


def test_several_that_come_together_are_told_of(scene: Scene) -> None:
    tabs = [scene.tab(), scene.tab()]
    scene.last()
    assert scene.told == ["ana joined."]
    for tab in tabs:
        tab.hang_up()
    assert scene.told == ["ana left."]


def test_one_that_takes_the_place_of_another_is_not_told_of(scene: Scene) -> None:
    first = scene.tab()
    scene.last()
    scene.tab()
    first.hang_up()
    scene.last()
    assert scene.told == ["ana joined."]


def test_the_last_to_go_is_told_of_however_short_it_was_here(scene: Scene) -> None:
    first = scene.tab()
    scene.last()
    second = scene.tab()
    first.hang_up()
    second.hang_up()
    assert scene.told == ["ana joined.", "ana left."]


def test_one_that_takes_the_name_of_another_leaves_its_own(scene: Scene) -> None:
    first, second = scene.tab(), scene.tab("eva")
    scene.last()
    assert sorted(scene.told) == ["ana joined.", "eva joined."]
    second.say("/nick ana")
    assert scene.told == ["eva left."]
    first.hang_up()
    assert scene.told == []
    second.hang_up()
    assert scene.told == ["ana left."]


def test_a_new_name_of_one_who_was_told_of_is_that_of_who_leaves(scene: Scene) -> None:
    tab = scene.tab()
    scene.last()
    tab.say("/nick eva")
    tab.hang_up()
    assert scene.told == ["ana joined.", "ana is now eva.", "eva left."]
    assert scene.world.server.lobby.announced == {"luis"}


def test_of_one_who_came_for_a_moment_nothing_is_told(scene: Scene) -> None:
    scene.tab().hang_up()
    scene.last()
    assert scene.told == []


def test_one_of_several_that_logs_in_to_an_account_that_is_here_is_not_told_of(
    scene: Scene,
) -> None:
    eva, first, second = scene.tab("eva"), scene.tab(), scene.tab()
    eva.say("/register correct horse")
    scene.last()
    assert sorted(scene.told) == ["ana joined.", "eva joined."]
    first.say("/login eva correct horse")
    assert first.session.name == "eva"
    assert scene.told == []
    second.hang_up()
    assert scene.told == ["ana left."]


def test_a_guest_who_had_a_name_leaves_without_a_word(scene: Scene) -> None:
    tab = scene.tab()
    tab.say("/register correct horse")
    scene.last()
    tab.say("/logout")
    guest = tab.session.name
    assert scene.told == ["ana joined.", f"ana is now {guest}."]
    tab.hang_up()
    assert scene.told == []
