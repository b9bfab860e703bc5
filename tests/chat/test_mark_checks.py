"""`chatd.chat.mark_checks`: the marks of the accounts that are due are stored, as if of all.

The model is plain: every minute it looks at all accounts that are logged in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.task import Clock

from chatd.chat.mark_checks import CHECKS_A_MINUTE, MarkChecks
from chatd.chat.read_marks import EmptyStretch, ReadTracker
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.util.sliced_loop import SLICE_SECONDS
from tests.support.world import Member, World


class Desk:
    """Checks on a fake clock, of accounts each of which is in a room, and is looked at slowly."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.looks: list[str] = []
        self.present: dict[str, dict[Any, ReadTracker]] = {}
        self.checks = MarkChecks(self.clock, self.present, self.look)

    def look(self, account: str) -> None:
        self.looks.append(account)
        self.clock.rightNow += SLICE_SECONDS

    def arrive(self, account: str, room: str = "lobby") -> None:
        tracker = ReadTracker(account, self.log(f"@{account}"))
        tracker.show(room, EmptyStretch(0, 1))
        self.present[account] = {object(): tracker}

    def log(self, key: str) -> Room:
        return Room(key, MemoryStore(self.clock))

    def minute(self) -> list[str]:
        """Check for a minute; return those who are looked at, in the order of their names."""
        before = len(self.looks)
        for _ in range(CHECKS_A_MINUTE):
            self.checks.check()
        self.clock.advance(0)
        return sorted(self.looks[before:])


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.arrive("ana")
    desk.arrive("luis")
    desk.arrive("eva", "ops")
    return desk


def test_nobody_is_looked_at_while_nothing_begins(desk: Desk) -> None:
    assert desk.minute() == []


def test_an_account_that_is_due_is_looked_at_once(desk: Desk) -> None:
    desk.checks.add("ana")
    assert desk.minute() == ["ana"]
    assert desk.minute() == []


def test_one_that_is_not_logged_in_is_not(desk: Desk) -> None:
    desk.checks.add("mia")
    desk.arrive("mia")
    assert desk.minute() == []


def test_a_line_in_a_room_concerns_those_who_are_sent_it(desk: Desk) -> None:
    desk.checks.fresh.add("lobby")
    assert desk.minute() == ["ana", "luis"]
    assert desk.minute() == []


def test_a_private_line_concerns_its_owner(desk: Desk) -> None:
    desk.checks.fresh.add("@eva")
    assert desk.minute() == ["eva"]


def test_what_begins_while_others_are_looked_at_is_for_the_next_minute(desk: Desk) -> None:
    desk.checks.fresh.add("lobby")
    for _ in range(CHECKS_A_MINUTE):
        desk.checks.check()
    assert desk.looks == ["ana"]
    desk.checks.add("ana")
    desk.checks.fresh.add("ops")
    assert desk.minute() == ["luis"]
    desk.checks.check()
    desk.clock.advance(0)
    assert desk.looks == ["ana", "luis", "ana", "eva"]


NAMES = ("ana", "eva", "luis")
numbers = st.integers(0, 5)


class Side:
    """One of two servers on which the same is done; the ``plain`` one looks at all accounts."""

    def __init__(self, plain: bool) -> None:
        self.plain = plain
        self.world = World()
        for name in NAMES:
            self.world.register(name)
        self.members: list[Member] = []

    def minute(self) -> None:
        unread = self.world.server.unread
        if self.plain:
            for account in tuple(unread._present):
                unread.keep(account)
        else:
            for _ in range(CHECKS_A_MINUTE):
                unread.checks.check()
        self.world.settle()

    def marks(self) -> dict[str, int]:
        table = self.world.server.unread.read_marks.table
        return {key: mark.seq for key, mark in table.items()}


class Marks(RuleBasedStateMachine):
    """Members on two servers: after each minute, both have stored the same marks."""

    def __init__(self) -> None:
        super().__init__()
        self.sides = Side(plain=False), Side(plain=True)
        self.arrived = True
        self.patch = pytest.MonkeyPatch()
        answer = ConnectionWriter.acknowledged.fget
        assert answer is not None
        acknowledged = property(lambda writer: self.arrived and answer(writer))
        self.patch.setattr(ConnectionWriter, "acknowledged", acknowledged)

    def teardown(self) -> None:
        """All arrives in the end, and is stored within a minute."""
        try:
            self.minute()
            self.arrived = True
            for side in self.sides:
                for member in side.members:
                    member.take_again()
            self.minute()
        finally:
            self.patch.undo()

    def members(self, number: int) -> Iterator[Member]:
        """Return the member of that number on each side."""
        for side in self.sides:
            yield side.members[number % len(side.members)]

    @property
    def anybody(self) -> bool:
        return bool(self.sides[0].members)

    @precondition(lambda self: len(self.sides[0].members) < 5)
    @rule(name=st.sampled_from(NAMES))
    def come(self, name: str) -> None:
        for side in self.sides:
            side.members.append(side.world.member(name))

    @precondition(lambda self: self.anybody)
    @rule(number=numbers)
    def go(self, number: int) -> None:
        for side, member in zip(self.sides, list(self.members(number)), strict=True):
            member.hang_up()
            side.members.remove(member)

    @precondition(lambda self: self.anybody)
    @rule(
        number=numbers,
        line=st.sampled_from(
            ["hola", "/join ops", "/leave", "/msg ana psst", "/history", "/echo off", "/skip"]
        ),
    )
    def type(self, number: int, line: str) -> None:
        for member in self.members(number):
            member.type(line)

    @precondition(lambda self: self.anybody)
    @rule(number=numbers, takes=st.booleans())
    def take(self, number: int, takes: bool) -> None:
        for member in self.members(number):
            if takes:
                member.take_again()
            else:
                member.stop_taking()

    @precondition(lambda self: self.anybody)
    @rule(number=numbers, seq=st.integers(1, 3))
    def see(self, number: int, seq: int) -> None:
        for side, member in zip(self.sides, list(self.members(number)), strict=True):
            side.world.server.unread.seen(member.session, side.world.server.lobby, seq)
            side.world.settle()

    @rule(line=st.sampled_from(["hello", "/msg eva psst", "/join ops"]))
    def passer_by(self, line: str) -> None:
        for side in self.sides:
            person = side.world.person()
            person.type(line, "hello")
            person.hang_up()

    @rule(arrived=st.booleans())
    def network(self, arrived: bool) -> None:
        self.arrived = arrived

    @rule()
    def minute(self) -> None:
        for side in self.sides:
            side.minute()
        one, other = self.sides
        assert one.marks() == other.marks()

    @invariant()
    def the_same_is_seen(self) -> None:
        one, other = ([member.seen() for member in side.members] for side in self.sides)
        assert one == other


TestMarks = Marks.TestCase
TestMarks.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
