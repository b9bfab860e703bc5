"""`chatd.client.bots.stay`, with real processes: one that is given all calls."""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatd.client.bots.answers import Part
from chatd.client.bots.calls import Call
from chatd.client.bots.results import Result, Results
from chatd.client.bots.stay import StayingProgram
from chatd.client.sentences import Sentence
from tests.support.live_server import wait_for_end

PATIENCE = 20.0

ECHO = 'while read -r who text; do echo "$who: $text"; done'


def call(seq: int, text: str = "!x") -> Call:
    return Call("ops", seq, 1764100000123, "ana", text)


class Stay:
    """A program that stays, and its results."""

    def __init__(self, *command: str, seconds: float = PATIENCE, speaks_json: bool = False) -> None:
        self.results = Results()
        self.program = StayingProgram(
            command,
            self.results,
            seconds,
            {"CHATD_ROOM": "ops"},
            speaks_json=speaks_json,
            pause=lambda failures: 0.0,
        )
        self._taken: list[Result] = []

    def next(self) -> Result:
        """Return the next result."""
        while not self._taken:
            assert select.select([self.results], [], [], PATIENCE)[0], "there is no result"
            self._taken += self.results.take()
        return self._taken.pop(0)

    def ask(self, call: Call) -> Result:
        self.program.start(call)
        return self.next()

    def close(self) -> None:
        self.program.close()
        self.results.close()


@contextmanager
def stay(*command: str, seconds: float = PATIENCE, speaks_json: bool = False) -> Iterator[Stay]:
    staying = Stay(*command, seconds=seconds, speaks_json=speaks_json)
    try:
        yield staying
    finally:
        staying.close()


class TestPlain:
    def test_each_line_answers_the_call_that_it_was_given(self) -> None:
        with stay("sh", "-c", f"{ECHO}; exit 1") as staying:
            for seq in 1, 2, 3:
                one = call(seq, f"!{seq}")
                assert staying.ask(one) == Result(one, [Part(f"ana: !{seq}")])

    def test_a_blank_line_is_no_answer(self) -> None:
        with stay("sh", "-c", "while read -r line; do echo; done") as staying:
            assert staying.ask(call(1)) == Result(call(1), [Part("")])

    def test_what_no_call_waits_for_it_says_by_itself(self) -> None:
        script = 'echo "I am in $CHATD_ROOM"; read -r who text; echo "re $text"; read -r line'
        with stay("sh", "-c", script) as staying:
            assert staying.next() == Result(None, [Part("I am in ops")])
            assert staying.ask(call(1)) == Result(call(1), [Part("re !x")])

    def test_one_that_is_late_is_started_again_before_the_next_call(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        script = (
            f"echo $$ >> {pids}; while read -r who text; do"
            ' case $text in !slow) sleep 3600;; esac; echo "re $text"; done'
        )
        with stay("sh", "-c", script, seconds=1.0) as staying:
            late = Sentence("bot_late", seconds="1")
            assert staying.ask(call(1, "!slow")) == Result(call(1, "!slow"), [], late)
            assert staying.ask(call(2)) == Result(call(2), [Part("re !x")])
            first, *_ = pids.read_text().split()
            assert wait_for_end(int(first), PATIENCE)

    def test_one_that_ends_tells_the_person_who_called(self) -> None:
        with stay("sh", "-c", "read -r line; exit 3") as staying:
            for seq in 1, 2:
                failed = Result(call(seq), [], Sentence("bot_status", status=3))
                assert staying.ask(call(seq)) == failed

    def test_one_that_ends_by_itself_tells_the_room_once(self, tmp_path: Path) -> None:
        runs = tmp_path / "runs"
        script = f"echo >> {runs}; [ $(wc -l < {runs}) -lt 4 ] && exit 5; {ECHO}"
        with stay("sh", "-c", script) as staying:
            assert staying.next() == Result(None, [], Sentence("bot_status", status=5))
            # Nothing about the second and the third one, before the fourth one answers.
            answer = staying.ask(call(1))
            while answer.failure is not None:  # it was given to one that ended
                answer = staying.ask(call(1))
            assert answer == Result(call(1), [Part("ana: !x")])

    def test_one_that_cannot_be_started(self, tmp_path: Path) -> None:
        program = tmp_path / "program"
        with stay(str(program)) as staying:
            assert staying.next() == Result(None, [], Sentence("bot_not_started"))
            program.write_text(f"#!/bin/sh\n{ECHO}\n")
            program.chmod(0o755)
            answer = staying.ask(call(1))
            while answer.failure is not None:
                answer = staying.ask(call(1))
            assert answer.parts == [Part("ana: !x")]

    def test_one_that_reads_nothing_holds_nothing_up(self, tmp_path: Path) -> None:
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        with stay("sh", "-c", f"cat < {fifo}") as staying:
            for seq in range(300):
                staying.program.start(call(seq, "!" + "x" * 4000))
            fifo.write_text("one\n")
            assert staying.next().parts == [Part("one")]

    def test_it_ends_with_the_bot(self, tmp_path: Path) -> None:
        with stay("sh", "-c", "echo $$; sleep 3600") as staying:
            (part,) = staying.next().parts
        assert wait_for_end(int(part.text), PATIENCE)


class TestJson:
    PROGRAM = (
        "import json, sys\n"
        "calls = []\n"
        "for line in sys.stdin:\n"
        "    calls.append(json.loads(line))\n"
        "    if calls[-1]['text'] == '!now':\n"
        "        for call in reversed(calls):\n"
        "            print(json.dumps({'text': call['text'], 'reply_to': call['seq']}))\n"
        "        print(json.dumps({'text': 'all', 'key': 'k'}), flush=True)\n"
    )

    def test_answers_name_the_calls(self) -> None:
        with stay(sys.executable, "-c", self.PROGRAM, speaks_json=True) as staying:
            staying.program.start(call(1, "!one"))
            assert staying.ask(call(2, "!now")).call == call(2, "!now")
            assert staying.next().call == call(1, "!one")
            last = staying.next()
            assert (last.call, last.parts) == (None, [Part("all", key="k")])

    def test_a_call_need_not_be_answered(self) -> None:
        with stay(sys.executable, "-c", self.PROGRAM, seconds=1.0, speaks_json=True) as staying:
            assert staying.ask(call(1, "!one")) == Result(call(1, "!one"), [])
            staying.program.start(call(2, "!now"))
            found = [staying.next() for _ in range(3)]
            # The late answer is said, and is not the answer to the call any more.
            assert [each.call for each in found] == [call(2, "!now"), None, None]

    def test_what_is_no_json_is_left_out(self, capfd: pytest.CaptureFixture[str]) -> None:
        answer = json.dumps({"text": "a", "reply_to": 1})
        script = f"echo no; echo; read -r line; echo '{answer}'; read -r line"
        with stay("sh", "-c", script, speaks_json=True) as staying:
            assert staying.ask(call(1)) == Result(call(1), [Part("a", reply_to=1)])
        assert capfd.readouterr().err.count("no answer") == 1


def test_calls_that_a_late_program_also_had_have_failed() -> None:
    """The bot gives it another one, though it is given one at a time, when the room began anew."""
    stay = Stay("sh", "-c", "read -r one; read -r two; sleep 60", seconds=0.2)
    try:
        stay.program.start(call(1))
        stay.program.start(call(2))
        results = [stay.next(), stay.next()]
    finally:
        stay.close()
    assert [each.call and each.call.seq for each in results] == [1, 2]
    assert all(each.failure is not None for each in results)
