"""The answers to questions are those of distinct people, at each node, in all that people do.

Each step is one that people take: they answer, in any of their sessions, take other names, leave,
come back, and are cut off; the question is closed, and another one asked. The model knows a person
by its account, and a guest by its connection.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.world import Member, World

ACCOUNTS = ("luis", "nora")
OPTIONS = ("this", "that", "none")
SESSIONS = 6
"""Most pupils who are connected at a time."""


class Class(RuleBasedStateMachine):
    """A class at two nodes that answers questions, and what each person has answered."""

    @initialize()
    def begin(self) -> None:
        self.world = World(nodes=2)
        for name in ACCOUNTS:
            self.world.register(name)
        self.ana = self.world.member("ana")
        self.ana.ask("/join class")
        self.sessions: list[tuple[str, Member]] = []
        self.answers: dict[str, int] = {}
        self.came = 0
        self.ana.ask(f"/ask Which? | {' | '.join(OPTIONS)}")

    @rule(name=st.sampled_from([*ACCOUNTS, ""]))
    def come(self, name: str) -> None:
        if len(self.sessions) < SESSIONS:
            self.came += 1
            person = self.world.member(name) if name else self.world.person()
            person.ask("/join class")
            self.sessions.append((name or f"guest {self.came}", person))

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), option=st.integers(0, len(OPTIONS) - 1), by_text=st.booleans())
    def answer(self, data: st.DataObject, option: int, by_text: bool) -> None:
        person, session = data.draw(st.sampled_from(self.sessions))
        session.type(f"/a {OPTIONS[option] if by_text else option + 1}")
        self.answers[person] = option

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def take_another_name(self, data: st.DataObject) -> None:
        person, session = data.draw(st.sampled_from(self.sessions))
        if person not in ACCOUNTS:
            self.came += 1
            session.type(f"/nick name{self.came}")

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def leave_and_come_back(self, data: st.DataObject) -> None:
        _, session = data.draw(st.sampled_from(self.sessions))
        session.type("/leave", "/join class")

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.sessions))
        self.sessions.remove(gone)
        gone[1].hang_up()

    @rule()
    def close_and_ask_again(self) -> None:
        self.check()
        self.ana.ask("/ask done")
        self.check()
        self.answers = {}
        self.ana.ask(f"/ask Which? | {' | '.join(OPTIONS)}")

    @invariant()
    def check(self) -> None:
        """Compare the answers at each node with those of the model."""
        if not hasattr(self, "world"):
            return
        self.world.settle()
        for server in self.world.servers:
            asked = server.questions.of(server.rooms["class"])[-1]
            given = server.questions.given_to(asked)
            assert len({each.person for each in given}) == len(given)
            assert Counter(each.option for each in given) == Counter(self.answers.values())


TestClass = Class.TestCase
TestClass.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
