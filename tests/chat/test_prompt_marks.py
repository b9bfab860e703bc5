"""`chatd.chat.prompt_marks`: what clients without bookmarks have is on disk soon."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.chat.prompt_marks import MARKS_AT_ONCE, PROMPT_SECONDS, PromptMarks
from chatd.chat.read_marks import EmptyStretch, ReadTracker
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from tests.support.browser import browser
from tests.support.irc_client import IrcClient, irc_person
from tests.support.world import World, log_in


class Desk:
    """Prompt marks on a fake clock, of accounts that are each in a room."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rounds: list[list[str]] = []
        self.marks = PromptMarks(self.clock, self.store)

    def store(self, *accounts: str) -> None:
        self.rounds.append(list(accounts))

    def arrive(self, account: str, room: str = "lobby") -> ReadTracker:
        inbox = Room(f"@{account}", MemoryStore(self.clock))
        tracker = ReadTracker(account, inbox)
        for log in (inbox.key, room):
            tracker.show(log, EmptyStretch(0, 1))
        self.marks.arrive(tracker)
        return tracker

    def round(self) -> list[str]:
        """Wait for one round; return the accounts whose marks it stores."""
        before = len(self.rounds)
        self.clock.advance(PROMPT_SECONDS)
        return [account for each in self.rounds[before:] for account in each]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.arrive("ana")
    desk.arrive("luis")
    desk.arrive("eva", "ops")
    return desk


class TestRounds:
    def test_nothing_waits_while_nothing_is_said(self, desk: Desk) -> None:
        assert desk.clock.getDelayedCalls() == []

    def test_a_line_concerns_those_who_are_sent_it_once(self, desk: Desk) -> None:
        desk.marks.published("lobby")
        desk.marks.published("lobby")
        assert desk.round() == ["ana", "luis"]
        assert desk.clock.getDelayedCalls() == []

    def test_a_line_in_a_room_that_nobody_is_sent_concerns_nobody(self, desk: Desk) -> None:
        desk.marks.published("elsewhere")
        desk.clock.advance(PROMPT_SECONDS)
        assert desk.rounds == []

    def test_a_private_line_concerns_its_owner(self, desk: Desk) -> None:
        desk.marks.published("@eva")
        assert desk.round() == ["eva"]

    def test_what_is_sent_to_one_concerns_that_one(self, desk: Desk) -> None:
        desk.marks.add("luis")
        desk.marks.add("nobody")
        assert desk.round() == ["luis"]

    def test_all_that_comes_within_a_round_is_stored_together(self, desk: Desk) -> None:
        desk.marks.published("lobby")
        desk.marks.published("ops")
        desk.marks.add("eva")
        desk.clock.advance(PROMPT_SECONDS)
        assert [sorted(each) for each in desk.rounds] == [["ana", "eva", "luis"]]

    def test_a_crowd_has_its_turns(self, desk: Desk) -> None:
        names = [f"a{number}" for number in range(2 * MARKS_AT_ONCE)]
        for name in names:
            desk.arrive(name, "fair")
        desk.marks.published("fair")
        assert desk.round() == names[:MARKS_AT_ONCE]
        desk.marks.published("fair")  # who was looked at comes after those who were not
        assert desk.round() == names[MARKS_AT_ONCE:]
        assert desk.round() == names[:MARKS_AT_ONCE]
        assert desk.clock.getDelayedCalls() == []

    def test_who_has_gone_is_not_looked_at(self, desk: Desk) -> None:
        desk.marks.depart(desk.arrive("mia"))
        first, second = desk.arrive("noa"), desk.arrive("noa")
        desk.marks.depart(first)
        desk.marks.published("lobby")
        assert desk.round() == ["ana", "luis", "noa"]
        desk.marks.depart(second)
        desk.marks.published("lobby")
        assert desk.round() == ["ana", "luis"]

    def test_nothing_is_stored_after_the_stop(self, desk: Desk) -> None:
        desk.marks.stop()
        desk.marks.published("lobby")
        desk.marks.stop()
        desk.marks.stop()
        desk.marks.add("ana")
        assert desk.clock.getDelayedCalls() == []


def past(client: IrcClient, room: str) -> list[str]:
    """Join a room; return the texts that were said there before."""
    lines = client.ask(f"JOIN #{room}")
    return [line.partition(f"PRIVMSG #{room} :")[2] for line in lines if "PRIVMSG" in line]


def texts(lines: list[str]) -> list[str]:
    """Return what past lines say, without the times with which they begin."""
    return [line.rpartition("] ")[2] for line in lines]


class TestAfterACrash:
    def test_what_has_arrived_is_not_sent_again(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), world.person("luis")
        luis.type("/join ops", "before", "/msg ana psst")
        assert len(ana.seen()) >= 2
        world.wait(PROMPT_SECONDS)
        again = world.restarted()
        again.person().type("/join ops", "after", "/msg ana hey")
        eva = irc_person(again, "eva")
        log_in(eva.server, eva.handler.session, "ana")
        private = [line for line in eva.seen() if " PRIVMSG " in line]
        assert [line.rpartition(":")[2] for line in private] == ["hey"]
        assert texts(past(eva, "ops")) == ["after"]

    def test_nor_what_the_client_said_itself(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.send("PRIVMSG #ops :mine")
        world.wait(PROMPT_SECONDS)
        again = world.restarted()
        assert past(irc_person(again, "ana", account=True), "ops") == []

    def test_what_had_no_time_to_arrive_is_not_lost(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), world.person("luis")
        monkeypatch.setattr(ConnectionWriter, "acknowledged", False)
        luis.type("/join ops", "before")
        world.wait(PROMPT_SECONDS)
        again = world.restarted()
        assert texts(past(irc_person(again, "ana", account=True), "ops")) == ["before"]
        ana.hang_up()

    def test_what_arrives_late_is_stored_then(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        irc_person(world, "ana", "ops", account=True)
        luis = world.person("luis")
        with monkeypatch.context() as patch:
            patch.setattr(ConnectionWriter, "acknowledged", False)
            luis.type("/join ops", "before")
            world.wait(PROMPT_SECONDS)
        assert world.server.unread.read_marks.of("ana", "ops") == 0
        world.wait(PROMPT_SECONDS)
        assert world.server.unread.read_marks.of("ana", "ops") == 1

    def test_a_crowd_is_stored_in_one_batch(self) -> None:
        world = World(nodes=1)
        for name in ("ana", "eva"):
            irc_person(world, name, "ops", account=True)
        luis = world.person("luis")
        luis.type("/join ops", "hola")
        world.store.holds = True
        world.wait(PROMPT_SECONDS)
        ((batch, _),) = world.store.held
        assert [[record.key for record in each.records] for each in batch] == [
            ["ana/ops", "eva/ops"]
        ]


class TestOthers:
    def test_lines_and_browsers_wait_for_the_minute(self, world: World) -> None:
        ana, eva = world.member("ana"), world.person("eva")
        world.register("mia")
        mia = browser(world)
        log_in(mia.server, mia.session, "mia")
        eva.type("hola")
        world.wait(PROMPT_SECONDS)
        assert world.server.unread.read_marks.of("ana", "lobby") == 0
        ana.hang_up()
        assert world.server.unread.read_marks.of("ana", "lobby") == 1

    def test_who_logs_out_is_not_looked_at(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), world.person("luis")
        luis.type("/join ops")
        ana.send("QUIT")
        ana.hang_up()
        world.wait(PROMPT_SECONDS)
        before = world.delayed_calls()
        luis.type("hola")
        assert world.delayed_calls() == before
