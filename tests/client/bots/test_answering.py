"""`chatd.client.bots.answering`: each call is answered once, at each break.

The server and the program are in memory, so a connection breaks at each of its requests, and the
bot ends at each of them, as if it was killed: all that is left of it is its file.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from chatd.client.bots.answering import Bot, Rules
from chatd.client.bots.answers import Part
from chatd.client.bots.calls import Call
from chatd.client.bots.results import Result, Results
from chatd.client.bots.state import State
from chatd.client.following import PutOut
from chatd.client.json_lines import JsonLink, Refused
from chatd.client.sentences import Sentence
from chatd.client.wire import ClientError
from tests.support.bot_room import HELLO, BotRoom, BotTalk


class Program:
    """A program that answers at once, unless it is held. It counts its runs."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self.calls: list[Call] = []
        self.is_held = False
        self.answer: Callable[[Call], list[Part]] = lambda call: [Part(f"re {call.text}")]
        self.failure: Sentence | None = None

    def start(self, call: Call) -> None:
        self.calls.append(call)
        if not self.is_held:
            self.end(call)

    def end(self, call: Call) -> None:
        self._results.put(Result(call, self.answer(call), self.failure))


class Helper:
    """A bot of a room, with its file; it can be killed, and started again."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path = path
        self.rules = rules
        self.room = BotRoom()
        self.now = 0.0
        self._start()

    def _start(self) -> None:
        self.state = State.open(str(self.path), "ops")
        self.results = Results()
        self.program = Program(self.results)
        self.bot = Bot(self.rules, self.state, self.program, self.results, lambda: self.now)

    def kill(self) -> None:
        """Lose all that is in memory."""
        self.close()
        self._start()

    def close(self) -> None:
        self.state.close()
        self.results.close()

    def serve(self, breaks: int = 0, *steps: Callable[[], object]) -> BotTalk:
        """Serve over a connection until nothing is left to do, with steps whenever it is idle."""
        talk, left = BotTalk(self.room, breaks), iter(steps)

        def step() -> bool:
            for each in left:
                each()
                return True
            return False

        talk.when_idle = step
        self.bot.serve(cast(JsonLink, talk), HELLO, "ops")
        return talk

    def say(self, text: str, author: str = "ana") -> Callable[[], object]:
        """Return a step in which a line is said."""
        return lambda: self.room.say(author, text)


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def helper(tmp_path: Path, rules: Rules) -> Iterator[Helper]:
    helper = Helper(tmp_path / "bot.json", rules)
    yield helper
    helper.close()


def with_rules(rules: Rules) -> pytest.MarkDecorator:
    """Return a mark for a test of a bot with some rules."""
    return pytest.mark.parametrize("rules", [rules])


class TestCalls:
    def test_it_answers_what_is_said_after_it_came(self, helper: Helper) -> None:
        helper.room.say("ana", "!before")
        helper.serve(0, helper.say("!ping"), helper.say("hola"), helper.say("!pong", "luis"))
        assert helper.room.said() == ["re !ping", "re !pong"]

    def test_it_answers_what_was_said_while_it_was_away_in_that_order(self, helper: Helper) -> None:
        helper.serve()
        for text in "!1", "talk", "!2", "!3":
            helper.room.say("ana", text)
        helper.kill()
        helper.serve()
        assert helper.room.said() == ["re !1", "re !2", "re !3"]
        helper.kill()
        helper.serve()
        assert len(helper.program.calls) == 0

    @with_rules(Rules(most_old=2))
    def test_of_too_many_it_answers_the_last_and_says_so_once(self, helper: Helper) -> None:
        helper.serve()
        before = helper.path.read_text()
        for number in range(5):
            helper.room.say("ana", f"!{number}")
        helper.kill()
        helper.serve()
        left_out = str(Sentence("bot_left_out", count=3))
        assert helper.room.said() == [left_out, "re !3", "re !4"]
        # Killed after it said so, and before it noted that: the count is another one by then.
        helper.path.write_text(before)
        helper.room.say("ana", "!5")
        helper.kill()
        helper.serve(0, lambda: None)
        assert helper.room.said() == [left_out, "re !3", "re !4", "re !5"]

    @with_rules(Rules(most_old=0))
    def test_it_may_answer_none_of_them(self, helper: Helper) -> None:
        helper.serve()
        helper.room.say("ana", "!1")
        helper.kill()
        helper.serve()
        assert helper.room.said() == [str(Sentence("bot_left_out", count=1))]

    @with_rules(Rules(skips=True))
    def test_it_may_leave_out_silently_what_it_missed(self, helper: Helper) -> None:
        helper.serve()
        helper.room.say("ana", "!1")
        helper.kill()
        helper.serve()
        helper.room.say("ana", "!2")  # missed by a bot that runs
        helper.serve()
        assert helper.room.said() == ["re !2"]

    def test_another_log_is_no_pause(self, helper: Helper) -> None:
        helper.program.is_held = True
        helper.serve(0, helper.say("!old"))
        (old,) = helper.program.calls
        helper.room.log.clear()
        helper.room.is_new = True
        helper.room.say("ana", "!other")
        helper.serve(0, lambda: helper.program.end(old), helper.say("!new"))
        assert [call.text for call in helper.program.calls] == ["!old", "!new"]
        assert helper.room.said() == []

    @with_rules(Rules(takes_all=True, of_person=3))
    def test_a_program_that_takes_all_fails_silently(self, helper: Helper) -> None:
        helper.program.failure = Sentence("bot_status", status=1)
        helper.program.answer = lambda call: []
        helper.serve(0, helper.say("hola"), helper.say("!x"))
        assert helper.room.said() == ["!x failed: exit status 1."]


class TestPeople:
    def test_the_program_is_told_the_account(self, helper: Helper) -> None:
        helper.room.accounts = {"ana": 1002}
        helper.serve(0, *(helper.say("!x", name) for name in ("ana", "ana", "luis")))
        assert [call.account for call in helper.program.calls] == ["", "ana", ""]

    @with_rules(Rules(accounts=frozenset(["ana"])))
    def test_a_guest_of_that_name_is_not_obeyed(self, helper: Helper) -> None:
        helper.room.accounts = {"ana": 1002, "luis": 0}
        helper.serve(0, *(helper.say("!x", name) for name in ("ana", "luis", "ANA", "ana")))
        assert [call.seq for call in helper.program.calls] == [4]
        assert helper.room.said() == ["re !x"]
        assert helper.state.bookmark.startswith("4-")

    def test_one_call_of_a_person_waits_and_another_is_told_so(self, helper: Helper) -> None:
        helper.program.is_held = True
        one, two, three = (helper.say(f"!{number}") for number in (1, 2, 3))
        helper.serve(0, lambda: (one(), two(), three()))
        (first,) = helper.program.calls
        busy = str(Sentence("bot_busy", name="ana"))
        assert helper.room.said() == [busy]
        helper.serve(0, lambda: helper.program.end(first))
        assert helper.room.said() == [busy, "re !1"]
        assert [call.text for call in helper.program.calls] == ["!1", "!2"]
        # Killed: the one that was told so is not given to the program any more.
        helper.kill()
        helper.serve()
        assert helper.room.said() == [busy, "re !1", "re !2"]


class TestAnswers:
    def test_several_messages_are_said_each_once(self, helper: Helper) -> None:
        helper.program.answer = lambda call: [Part("a"), Part("a"), Part("b", to="luis"), Part(" ")]
        helper.serve(0, helper.say("!x"))
        assert helper.room.said() == ["a", "a"]
        assert helper.room.private == [("luis", "b")]

    def test_a_message_that_the_program_named_is_said_once(self, helper: Helper) -> None:
        def remind() -> None:
            helper.results.put(Result(None, [Part("tea", key="tea-7")]))

        helper.serve(0, remind, remind, lambda: helper.results.put(Result(None, [Part("tea")])))
        assert helper.room.said() == ["tea", "tea"]

    def test_that_a_program_ended_is_said(self, helper: Helper) -> None:
        why = Sentence("bot_status", status=1)
        helper.serve(0, lambda: helper.results.put(Result(None, [], why)))
        assert helper.room.said() == [str(Sentence("bot_ended", reason=why))]

    def test_a_failure_comes_after_the_output(self, helper: Helper) -> None:
        helper.program.failure = Sentence("bot_late", seconds="30")
        helper.serve(0, helper.say("!slow down"))
        assert helper.room.said() == ["re !slow down\n!slow failed: it took longer than 30 s."]

    @pytest.mark.parametrize("last", [Part("b", to="luis"), Part("b", key="daily")])
    def test_a_failure_is_told_in_the_room_after_an_answer_that_is_not_for_it(
        self, helper: Helper, last: Part
    ) -> None:
        helper.program.answer = lambda call: [last]
        helper.program.failure = Sentence("bot_late", seconds="30")
        helper.serve(0, helper.say("!slow"))
        assert helper.room.said()[-1] == "!slow failed: it took longer than 30 s."
        assert (*helper.room.private, *helper.room.said()[:-1]) in ((("luis", "b"),), ("b",))

    def test_a_result_that_comes_before_a_retry_does_not_keep_it_awake(
        self, helper: Helper
    ) -> None:
        helper.room.refusals.append({"kind": "Not saved"})
        readable: list[bool] = []

        def come() -> None:
            helper.results.put(Result(None, [Part("tea")]))

        def look() -> None:
            readable.append(bool(select.select([helper.results], [], [], 0)[0]))
            helper.now += 3.0

        helper.serve(0, helper.say("!x"), come, look)
        assert readable == [False]
        assert helper.room.said() == ["re !x", "tea"]

    @pytest.mark.parametrize("kind", ["Not known", "Not saved", "Used up"])
    def test_one_that_cannot_be_said_now_is_said_later(self, helper: Helper, kind: str) -> None:
        helper.room.refusals.extend([{"kind": kind}, {"kind": kind}])

        def wait() -> None:
            helper.now += 3.0

        helper.serve(0, helper.say("!x"), wait, wait, wait)
        assert helper.room.said() == ["re !x"]
        assert len(helper.program.calls) == 1

    def test_one_that_was_said_and_is_not_known_is_not_said_again(self, helper: Helper) -> None:
        answers = iter(["6", "1"])
        helper.program.answer = lambda call: [Part(next(answers))]
        helper.serve(0, helper.say("!roll"))
        helper.path.write_text(helper.path.read_text().replace("1-1001", "0-1000"))
        helper.kill()
        helper.program.answer = lambda call: [Part("1")]
        helper.serve()
        assert len(helper.program.calls) == 1
        assert helper.room.said() == ["6"]

    def test_one_that_is_refused_for_good_is_not_said(
        self, helper: Helper, capfd: pytest.CaptureFixture[str]
    ) -> None:
        helper.room.refusals.append({"kind": "Not allowed"})
        helper.serve(0, helper.say("!x"), helper.say("!y"))
        assert helper.room.said() == ["re !y"]
        assert "not said: Not allowed" in capfd.readouterr().err


@with_rules(Rules(most_old=1000))
def test_each_call_is_answered_once_however_the_connection_breaks(helper: Helper) -> None:
    """Break it after each request, with the bot killed or not, and more calls each time."""
    helper.serve()
    broken = 0
    for number in range(60):
        helper.room.say("ana", f"!{number}")
        try:
            helper.serve(number % 11 + 1, helper.say("talk", "luis"), *[lambda: None] * 5)
        except ClientError:
            broken += 1
        if number % 2:
            helper.kill()
    helper.serve(0, *[lambda: None] * 5)
    assert broken > 40
    assert sorted(helper.room.said()) == sorted(f"re !{number}" for number in range(60))


@with_rules(Rules(most_old=1000))
def test_each_person_is_told_once_alone_however_the_connection_breaks(helper: Helper) -> None:
    """As above, with an answer in the room, and one of two lines to the person alone."""

    def answer(call: Call) -> list[Part]:
        return [Part(f"re {call.text}"), Part(f"a {call.text}\n\nb {call.text}", to=call.author)]

    helper.serve()
    broken = 0
    for number in range(60):
        helper.program.answer = answer
        helper.room.say("ana", f"!{number}")
        try:
            helper.serve(number % 13 + 1, *[lambda: None] * 5)
        except ClientError:
            broken += 1
        if number % 2:
            helper.kill()
    helper.program.answer = answer
    helper.serve(0, *[lambda: None] * 5)
    assert broken > 40
    assert sorted(helper.room.said()) == sorted(f"re !{number}" for number in range(60))
    lines = [("ana", f"{word} !{number}") for number in range(60) for word in "ab"]
    assert sorted(helper.room.private) == sorted(lines)


def test_a_person_who_is_not_there_is_told_nothing_and_one_who_was_told_the_rest(
    helper: Helper, capfd: pytest.CaptureFixture[str]
) -> None:
    helper.program.answer = lambda call: [Part("a\nb", to="eva"), Part("c\nd", to="luis")]
    helper.room.refusals += [{"kind": "Nobody there"}, {}, {"kind": "Full"}]
    helper.serve(0, helper.say("!x"), lambda: setattr(helper, "now", helper.now + 61))
    assert helper.room.private == [("luis", "c"), ("luis", "d")]
    assert capfd.readouterr().err.count("not said: Nobody there") == 1


def test_of_a_second_run_that_says_something_else_only_the_rest_is_told(helper: Helper) -> None:
    helper.serve()
    helper.room.say("ana", "!x")
    helper.program.answer = lambda call: [Part("a 1\nb 1\nc 1", to="ana")]
    with pytest.raises(ClientError):
        helper.serve(4)
    assert helper.room.private == [("ana", "a 1")]
    helper.kill()
    helper.program.answer = lambda call: [Part("a 2\nb 2\nc 2", to="ana")]
    helper.serve(0, lambda: None)
    assert helper.room.private == [("ana", "a 1"), ("ana", "b 2"), ("ana", "c 2")]


def test_it_is_put_out_and_does_not_come_back(helper: Helper) -> None:
    talk = BotTalk(helper.room)

    def put_out() -> bool:
        talk.receive("left", room="ops", by="luis")
        return True

    talk.when_idle = put_out
    with pytest.raises(PutOut, match="luis removed you"):
        helper.bot.serve(cast(JsonLink, talk), HELLO, "ops")


def test_a_server_that_is_silent_is_left(helper: Helper) -> None:
    talk = BotTalk(helper.room)

    def wait() -> bool:
        helper.now += 61
        return True

    talk.when_idle = wait
    helper.bot.serve(cast(JsonLink, talk), HELLO, "ops")
    assert talk.asked[-1]["type"] == "ping"


def test_a_request_that_cannot_be_right_ends_it(helper: Helper) -> None:
    talk = BotTalk(helper.room)
    helper.room.refusals.append({"kind": "Not allowed"})
    talk.refuses = "enter"
    with pytest.raises(Refused):
        helper.bot.serve(cast(JsonLink, talk), HELLO, "ops")
