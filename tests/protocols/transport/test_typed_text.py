"""`chatd.protocols.transport.typed_text`: what is typed is an answer, a command, or said."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.action_queue import Action
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import dispatch
from chatd.protocols.transport.typed_text import take, take_answer
from tests.support.sessions import guest, keys, member
from tests.support.world import World


class Typist:
    """A client that types, and notes what is done with it."""

    def __init__(self, world: World) -> None:
        self.server: ChatServer = world.server
        self.session: Session = guest(world)
        self.said: list[str] = []
        self.charged: list[float] = []
        self.actions: list[Action] = []
        self.answers: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def when_said(self, action: Action) -> None:
        self.actions.append(action)

    def charge(self, lines: float) -> None:
        self.charged.append(lines)

    def done(self) -> list[str]:
        """Carry out the actions so far. Return the keys of what the client received by that."""
        keys(self.session)
        actions, self.actions = self.actions, []
        for action in actions:
            job = action()
            if job is not None:
                Deferred.fromCoroutine(job)
        return keys(self.session)


@pytest.fixture
def typist(world: World) -> Typist:
    return Typist(world)


class TestText:
    @pytest.mark.parametrize("text", ["hola", "register", "login now", "/", "/ etc", "/etc/hosts"])
    def test_a_line_that_is_no_command_is_said(self, typist: Typist, text: str) -> None:
        take(typist, text)
        assert typist.said == [text]
        assert typist.actions == []

    def test_one_slash_of_two_is_not_said(self, typist: Typist) -> None:
        take(typist, "//who")
        assert typist.said == ["/who"]

    def test_a_session_of_text_alone_has_no_commands(self, typist: Typist) -> None:
        typist.session.text_only = True
        for text in "/who", "login ana secret":
            take(typist, text)
        assert typist.said == ["/who", "login ana secret"]

    def test_a_line_that_is_nearly_a_password_is_not_said(self, typist: Typist) -> None:
        take(typist, "login ana secret")
        assert typist.said == []
        assert typist.done() == ["nearly_a_password"]

    def test_the_name_of_an_account_makes_more_words_a_password(
        self, world: World, typist: Typist
    ) -> None:
        member(world, "ana")
        take(typist, "login ana correct horse")
        take(typist, "login luis correct horse")
        assert typist.said == ["login luis correct horse"]


class TestCommands:
    def test_one_takes_effect_after_the_lines_before_it(self, world: World, typist: Typist) -> None:
        take(typist, "/nick ana")
        assert typist.said == []
        assert typist.session.name != "ana"
        typist.done()
        world.settle()
        assert typist.session.name == "ana"

    @pytest.mark.parametrize(("cost", "charged"), [(1, []), (2, [1]), (30, [29])])
    def test_one_is_charged_what_it_costs_beside_its_line(
        self, typist: Typist, cost: int, charged: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatch, "cost_of", {"search": cost}.get)
        take(typist, "/search hola")
        assert typist.charged == charged


class TestAnswers:
    def ask(self, typist: Typist) -> None:
        typist.session.prompt.ask("password_prompt", typist.answers.append)
        keys(typist.session)

    def test_without_a_question_a_line_is_no_answer(self, typist: Typist) -> None:
        assert not take_answer(typist, "hola")
        assert typist.actions == []

    @pytest.mark.parametrize("answer", ["correct horse", "/who", ""])
    def test_the_next_line_is_the_answer(self, typist: Typist, answer: str) -> None:
        self.ask(typist)
        assert take_answer(typist, answer)
        assert typist.answers == []
        typist.done()
        assert typist.answers == [answer]

    def test_one_answer_is_taken(self, typist: Typist) -> None:
        self.ask(typist)
        take_answer(typist, "one")
        assert not take_answer(typist, "two")

    def test_a_password_that_nothing_asks_for_is_dropped(self, typist: Typist) -> None:
        typist.session.prompt.knows_password("correct horse".__eq__)
        typist.session.prompt.may_get_password()
        assert take_answer(typist, "correct horse")
        assert typist.done() == ["password_not_needed"]

    def test_a_line_typed_before_a_refusal_was_read_is_not_said(self, typist: Typist) -> None:
        typist.session.prompt.refuse_to_ask()
        assert take_answer(typist, "correct horse")
        assert typist.done() == ["answer_to_nothing"]

    def test_a_command_typed_before_a_refusal_was_read_is_one(self, typist: Typist) -> None:
        typist.session.prompt.refuse_to_ask()
        assert not take_answer(typist, "/who")


class TestOfAClientThatHasGone:
    @pytest.mark.parametrize("line", ["/who", "/rooms", "/history 5", "/search x", "/nosuch"])
    def test_a_command_that_only_answers_is_not_carried_out(
        self, typist: Typist, line: str
    ) -> None:
        typist.session.stream.shut()
        take(typist, line)
        assert (typist.actions, typist.charged) == ([], [])

    @pytest.mark.parametrize("line", ["/login ana a-password", "/register a-password", "/missed"])
    def test_one_that_takes_long_is_not_either_and_ends_the_session(
        self, typist: Typist, line: str
    ) -> None:
        typist.session.stream.shut()
        take(typist, line)
        assert typist.charged == []
        assert typist.done() == []
        assert typist.session.stream.finished

    @pytest.mark.parametrize("line", ["/nick eva", "/topic x", "/join ops"])
    def test_any_other_one_is(self, typist: Typist, line: str) -> None:
        typist.session.stream.shut()
        take(typist, line)
        assert len(typist.actions) == 1
