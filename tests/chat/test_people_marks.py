"""The list of people that a browser keeps, with roles and who is away, against that of the room.

People come and go, as guests and with names, in several tabs, change their names and go away, and
get roles and lose them. After each step and a moment, three lists equal what the room has.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from chatd.rooms.notices import TOGETHER_SECONDS
from tests.support.browser import Browser, browser, browser_tab
from tests.support.world import World

NAMES = st.sampled_from(["ana", "luis", "eva", "max"])


class Lists:
    """A browser that keeps the list of the people in the lobby."""

    def __init__(self, world: World) -> None:
        self.browser = browser(world)
        self.named: dict[str, tuple[str, bool]] = {}
        self.guests = 0
        self.ask()

    def ask(self) -> None:
        self.browser.send("people", room="lobby")
        self.follow()

    def follow(self) -> None:
        for message in self.browser.seen("people", "people_changed"):
            if message["type"] == "people":
                self.named.clear()
            for name in message.get("gone", []):
                self.named.pop(name, None)
            for name in message.get("here", message.get("names", [])):
                self.named[name] = (message["roles"].get(name, ""), name in message["away"])
            self.guests = message["guests"]


class PeopleOfARoom(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.root = self.world.member("root", admin=True)
        self.lists = [Lists(self.world) for _ in range(3)]
        self.members: list[Browser] = []

    def check(self) -> None:
        self.world.wait(TOGETHER_SECONDS)
        marked, lobby = self.world.server.marked, self.world.server.lobby
        roles, away = marked.describe(lobby, list(lobby.here.named))
        there = {name: (roles.get(name, ""), name in away) for name in lobby.here.named}
        for each in self.lists:
            each.follow()
            assert (each.named, each.guests) == (there, lobby.here.guests)

    def one_of(self, data: st.DataObject) -> Browser:
        return data.draw(st.sampled_from(self.members))

    @rule()
    def come(self) -> None:
        self.members.append(browser(self.world))
        self.check()

    @rule(name=NAMES)
    def come_with_a_name(self, name: str) -> None:
        self.members.append(browser_tab(self.world, name))
        self.check()

    @precondition(lambda self: self.members)
    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        self.one_of(data).say(f"/nick {name}")
        self.check()

    @precondition(lambda self: self.members)
    @rule(data=st.data(), line=st.sampled_from(["/away lunch", "/away", "/register {}", "/logout"]))
    def change(self, data: st.DataObject, line: str) -> None:
        self.one_of(data).say(line.format("correct horse"))
        self.check()

    @precondition(lambda self: self.members)
    @rule(data=st.data(), name=NAMES)
    def log_in(self, data: st.DataObject, name: str) -> None:
        self.one_of(data).say(f"/login {name} correct horse")
        self.check()

    @rule(name=NAMES, deed=st.sampled_from(["voice", "unvoice", "op", "unop"]))
    def give_a_role(self, name: str, deed: str) -> None:
        self.root.type(f"/{deed} {name}")
        self.check()

    @precondition(lambda self: self.members)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        member = self.one_of(data)
        self.members.remove(member)
        member.hang_up()
        self.check()

    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        each = data.draw(st.sampled_from(self.lists))
        each.browser.hang_up()
        self.lists[self.lists.index(each)] = Lists(self.world)
        self.check()


TestPeopleOfARoom = PeopleOfARoom.TestCase
TestPeopleOfARoom.settings = settings(max_examples=20, stateful_step_count=50)


@pytest.fixture(params=[1, 2], ids=["one node", "two nodes"])
def world(request: pytest.FixtureRequest) -> World:
    return World(nodes=request.param)


class TestMarks:
    def test_an_administrator_is_one_until_the_operator_takes_that_back(self, world: World) -> None:
        world.member("ana")
        lists = Lists(world)
        world.ask_operator("promote", name="ana")
        world.wait(TOGETHER_SECONDS)
        lists.follow()
        assert lists.named == {"ana": ("administrator", False)}
        world.ask_operator("demote", name="ana")
        world.wait(TOGETHER_SECONDS)
        lists.follow()
        assert lists.named == {"ana": ("", False)}

    def test_who_owns_the_room_is_marked(self, world: World) -> None:
        ana, page = world.member("ana"), browser(world)
        ana.type("/create ops private", "/invite guest2")
        page.send("enter", room="ops")
        page.send("people", room="ops")
        assert page.seen("people")[-1]["roles"] == {"ana": "owner"}

    def test_an_invitation_is_no_mark(self, world: World) -> None:
        root, ana = world.member("root", admin=True), world.member("ana")
        root.type("/invite ana")
        assert Lists(world).named["ana"] == ("", False)
        assert ana.seen()

    def test_who_comes_and_goes_is_in_the_list_and_not(self, world: World) -> None:
        lists = Lists(world)
        ana = browser_tab(world, "ana")
        world.wait(TOGETHER_SECONDS)
        lists.follow()
        assert lists.named == {"ana": ("", False)}
        ana.hang_up()
        world.wait(TOGETHER_SECONDS)
        lists.follow()
        assert lists.named == {}

    def test_who_is_away_already_is_marked(self, world: World) -> None:
        browser_tab(world, "ana").say("/away lunch")
        assert Lists(world).named == {"ana": ("", True)}

    def test_who_is_away_is_so_in_each_room(self, world: World) -> None:
        page = browser_tab(world, "ana")
        page.send("enter", room="ops")
        lists = Lists(world)
        lists.browser.send("enter", room="ops")
        lists.browser.seen()
        page.say("/away lunch", room="ops")
        world.wait(TOGETHER_SECONDS)
        changes = lists.browser.seen("people_changed")
        assert [(each["room"], each["away"]) for each in changes] == [
            ("lobby", ["ana"]),
            ("ops", ["ana"]),
        ]


def test_one_who_fell_far_behind_is_told_to_ask(world: World) -> None:
    page = browser(world)
    page.seen()
    page.transport.producer.pauseProducing()
    speaker = world.person("luis")
    for _ in range(40):
        speaker.type(*["x" * 4000] * 10)
        world.wait(1)
    page.transport.producer.resumeProducing()
    world.wait(1)
    assert {"type": "people_changed", "room": "lobby"} in page.seen("people_changed")
