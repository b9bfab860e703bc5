"""The list of members that a reader has, computed from notices, against the members of the room.

Members come and go, talk and change their names at any time, several under one name. Time passes in
steps shorter and longer than that for which notices wait. A reader asks for the list at any time,
and keeps it by the notices. One who is there from the beginning reads no line of a person whose
coming was not told.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from chatd.chat.membership import LASTING
from chatd.rooms.notices import TOGETHER_SECONDS
from tests.support.browser import Browser, browser, browser_tab
from tests.support.world import World

NAMES = st.sampled_from(["ana", "luis", "eva"])


class HastyWorld(World):
    """A world in which notices wait, unless time passes."""

    def settle(self) -> None:
        self.clock.advance(0)


class Reader:
    """A guest in a browser, who keeps a list of the members with a name."""

    def __init__(self, world: World) -> None:
        self._browser = browser(world)
        self._browser.send("people", room="lobby")
        (people,) = self._browser.seen("people")
        self.names = set(people["names"])

    def follow(self) -> None:
        """Apply the notices that were received."""
        for message in self._browser.seen("events"):
            for entry in message["events"]:
                if "notice" in entry:
                    self._apply(entry)
                else:
                    self.heard(entry["author"])

    def heard(self, author: str) -> None:
        """Take note of a line."""

    def _apply(self, entry: dict[str, str]) -> None:
        names = entry.get("names", [entry["name"]])
        self.names.difference_update(names)
        if entry["notice"] == "joined":
            self.names.update(names)
        if entry["notice"] == "renamed":
            self.names.add(entry["new_name"])


class First(Reader):
    """A reader who was the first one there."""

    def heard(self, author: str) -> None:
        assert author in self.names or author.startswith("guest")


class Notices(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = HastyWorld()
        self.members: list[Browser] = []
        self.readers: list[Reader] = [First(self.world)]

    @property
    def lobby_names(self) -> set[str]:
        return set(self.world.server.lobby.here.named)

    @rule()
    def come_as_a_guest(self) -> None:
        self.members.append(browser(self.world))

    @rule(name=NAMES)
    def come_with_a_name(self, name: str) -> None:
        self.members.append(browser_tab(self.world, name))

    @precondition(lambda self: self.members)
    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        data.draw(st.sampled_from(self.members)).say(f"/nick {name}")

    @precondition(lambda self: self.members)
    @rule(data=st.data())
    def talk(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.members)).say("hola")

    @precondition(lambda self: self.members)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(self.members))
        self.members.remove(member)
        member.hang_up()

    @rule()
    def read(self) -> None:
        self.readers.append(Reader(self.world))

    @rule(seconds=st.sampled_from([0.05, 0.1, TOGETHER_SECONDS, 1, LASTING]))
    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    @rule()
    def be_quiet(self) -> None:
        for _ in range(2):  # first they are announced, then the notices have waited
            self.world.clock.advance(LASTING)
        for reader in self.readers:
            reader.follow()
            assert reader.names == self.lobby_names

    def teardown(self) -> None:
        self.be_quiet()


TestNotices = Notices.TestCase
TestNotices.settings = settings(max_examples=20, stateful_step_count=30)
