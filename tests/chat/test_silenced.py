"""A member that may not speak in a room can show it no text by any other way.

One member is silenced in a room, in each of the ways there are, and then gives every command every
form of argument, with a word of its choice in it. The other members never see the word.
"""

from __future__ import annotations

import pytest

from chatd.chat.membership import LASTING
from chatd.commands.dispatch import TABLE
from chatd.errors import ErrorKind
from tests.support.browser import browser, browser_tab
from tests.support.http import SiteWorld
from tests.support.sentences import EN
from tests.support.world import PASSWORD, World

WORD = "buy-now.example.com"


class SilencedWorld(World):
    """Ana owns #den, wat watches there, and others are silenced there: guests, or operators."""

    def __init__(self, how: str, *names: str) -> None:
        super().__init__()
        self.register(WORD)
        self.ana = self.member("ana")
        self.ana.type("/create den")
        self.wat = self.person("wat")
        self.wat.type("/join den")
        come = self.member if how == "operator" else self.person
        self.silenced = [come(name) for name in names or ("zed",)]
        for person in self.silenced:
            person.type("/join den")
        self.clock.advance(LASTING)
        for person in self.silenced:
            self.ana.type(*(each.format(person.session.name) for each in SILENCED[how]))
        self.zed = self.silenced[0]
        self.told()

    def told(self) -> list[str]:
        """Return the lines of the room that wat is sent meanwhile, and soon after.

        Private lines go on: they are not of the room, and wat may ignore zed.
        """
        self.settle()
        self.wait(2 * LASTING)
        return [line for line in self.wat.seen() if not line.startswith("(private)")]


SILENCED = {
    "muted": ["/mute {}"],
    "moderated": ["/mode moderated"],
    "announce": ["/mode announce"],
    "operator": ["/op {}", "/mute {}"],
}
"""The commands that silence a member of that name."""

GUESTS = [each for each in SILENCED if each != "operator"]

ARGUMENTS = (
    WORD,
    f"{WORD} {WORD}",
    f"#den {WORD}",
    f"#{WORD}",
    f"#den wat {WORD}",
    f"wat {WORD}",
    f"wat 10m {WORD}",
    f"add http://{WORD}/",
    f"{WORD} {PASSWORD}",
)


@pytest.mark.parametrize("how", SILENCED)
@pytest.mark.parametrize("command", [each.name for each in TABLE])
def test_no_command_shows_their_words(how: str, command: str) -> None:
    world = SilencedWorld(how, *(f"zed{number}" for number in range(len(ARGUMENTS))))
    for person, argument in zip(world.silenced, ARGUMENTS, strict=True):
        person.type(f"/{command} {argument}", f"/{command} {argument}")
        assert WORD not in str(world.told()), argument
    world.ana.type("hola")
    assert world.told() == ["<ana> hola"]


@pytest.mark.parametrize("how", ["muted", "operator"])
@pytest.mark.parametrize(
    "line",
    [
        WORD,
        f"/me {WORD}",
        f"/topic {WORD}",
        f"/msg #den {WORD}",
        f"/kick wat {WORD}",
        f"/mute {WORD}",
        f"/ban wat 1h {WORD}",
        f"/invite {WORD}",
        "/mode announce",
        f"/hook add http://{WORD}/",
    ],
)
def test_the_refusal_names_the_room(how: str, line: str) -> None:
    world = SilencedWorld(how)
    (error,) = world.zed.ask(line)
    assert error.startswith("ERR Not allowed: ")
    assert "#den" in error


def test_a_muted_guest_keeps_their_name_while_they_are_there() -> None:
    world = SilencedWorld("muted")
    assert world.zed.ask(f"/nick {WORD[:20]}-{'x' * 8}") == [
        EN.error(ErrorKind.NOT_ALLOWED, "name_stays", room="den")
    ]
    world.ana.type("/unmute zed")
    world.told()
    assert world.zed.ask("/nick zoe") == [EN.notice("you_are", name="zoe")]
    assert world.told() == [EN.notice("renamed", name="zed", new_name="zoe")]


def test_also_where_they_are_in_another_room_too() -> None:
    world = SilencedWorld("muted")
    zed = browser(world, name="zoe")
    zed.send("enter", room="den")
    world.ana.type("/mute zoe")
    world.told()
    zed.seen()
    zed.say(f"/nick {WORD}", room="lobby")
    (error,) = zed.seen("error")
    assert "#den" in error["text"]
    for text in WORD, f"/me {WORD}", f"/topic {WORD}", f"/msg #den {WORD}":
        zed.say(text, room="den")
    assert world.told() == []


@pytest.mark.parametrize("how", GUESTS)
def test_who_logs_in_is_let_and_the_room_sees_only_that_they_left(how: str) -> None:
    world = SilencedWorld(how)
    assert EN.notice("you_are", name=WORD) in world.zed.ask(f"/login {WORD} {PASSWORD}")
    assert world.told() == [EN.notice("left_one", people="zed")]
    assert world.zed.ask("hola")[0].startswith("ERR Not allowed: ")
    world.zed.ask("/logout")
    assert world.told() == []


def test_one_of_two_tabs_that_logs_in_leaves_the_other_there() -> None:
    world = SilencedWorld("muted")
    tabs = [browser_tab(world, "zoe") for _ in range(2)]
    for tab in tabs:
        tab.send("enter", room="den")
    assert world.told() == [EN.notice("joined_one", people="zoe")]
    world.ana.type("/mode moderated")
    world.told()
    tabs[0].say(f"/login {WORD} {PASSWORD}", room="lobby")
    assert tabs[0].session.name == WORD
    assert world.told() == []
    tabs[1].hang_up()
    assert world.told() == [EN.notice("left_one", people="zoe")]


@pytest.mark.parametrize("how", ["moderated", "announce"])
def test_where_the_mode_keeps_them_quiet_they_may_change_their_name(how: str) -> None:
    """Else no guest could take a name in a lobby that announces."""
    world = SilencedWorld(how)
    assert world.zed.ask("/nick zoe") == [EN.notice("you_are", name="zoe")]
    assert world.told() == [EN.notice("left_one", people="zed")]
    for name in "zoe2x", "zed", "zoe":
        world.zed.ask(f"/nick {name}")
    assert world.told() == []


@pytest.mark.parametrize("how", GUESTS)
def test_who_comes_and_goes_in_a_loop_is_not_told_of(how: str) -> None:
    world = SilencedWorld(how)
    world.zed.ask("/leave")
    assert world.told() == [EN.notice("left_one", people="zed")]
    for number in range(3):
        world.zed.ask(f"/nick ad{number}")
        world.zed.ask("/join den")
        assert world.told() == []
        world.zed.ask("/leave")
        assert world.told() == []


def test_who_may_speak_by_then_is_told_of_under_their_new_name() -> None:
    world = SilencedWorld("moderated")
    late = world.person("late")
    late.type("/join den", "/nick later")
    world.ana.type("/voice later")
    assert world.told()[-1] == EN.notice("joined_one", people="later")


def test_whose_new_name_was_not_told_does_not_leave_under_it() -> None:
    world = SilencedWorld("moderated")
    world.zed.ask("/nick zoe")
    world.told()
    world.wat.ask("/who")
    world.zed.hang_up()
    assert world.told() == []


def test_who_may_speak_at_last_is_told_of_with_their_first_line() -> None:
    world = SilencedWorld("moderated")
    world.zed.ask("/nick zoe")
    assert world.told() == [EN.notice("left_one", people="zed")]
    world.ana.type("/voice zoe")
    world.zed.type("hola")
    assert world.told()[-2:] == [EN.notice("joined_one", people="zoe"), "<zoe> hola"]


def test_over_http() -> None:
    door = SiteWorld()
    for name in "ana", "zed":
        door.world.register(name)
    ana, wat = door.world.person(), door.world.person("wat")
    ana.type(f"/login ana {PASSWORD}", "/create den", "/mute zed", "/mute zoe")
    wat.type("/join den")
    door.world.wait(2 * LASTING)
    wat.seen()
    path = "/api/rooms/den/messages"
    token = {"authorization": f"Bearer {door.token('zed')}"}
    assert door.ask("POST", path, WORD.encode(), **token).status == 403
    got = door.ask("POST", f"{path}?name=zoe", WORD.encode())
    assert got.status == 403
    assert "#den" in got.json["error"]["text"]
    door.clock.advance(2 * LASTING)
    assert wat.seen() == []
