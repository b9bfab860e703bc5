"""`chatd.client.bots.programs`, with real processes: what they are given, and how they end."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatd.client.bots import processes
from chatd.client.bots.answers import Part
from chatd.client.bots.calls import Call
from chatd.client.bots.programs import MOST_BYTES, Programs
from chatd.client.bots.results import Result, Results
from chatd.client.sentences import Sentence
from tests.support.live_server import wait_for_end

PATIENCE = 20.0

CALL = Call("ops", 7, 1764100000123, "ana", "!ping $(id) `id`; exit 9", "ana")


@contextmanager
def programs(
    *command: str, seconds: float = PATIENCE, speaks_json: bool = False
) -> Iterator[tuple[Programs, Results]]:
    results = Results()
    running = Programs(command, results, seconds, speaks_json=speaks_json)
    try:
        yield running, results
    finally:
        running.close()
        results.close()


def result_of(results: Results) -> Result:
    """Return the next result."""
    assert select.select([results], [], [], PATIENCE)[0], "the program has no result"
    (result,) = results.take()
    return result


def answer(*command: str, seconds: float = PATIENCE, speaks_json: bool = False) -> Result:
    """Return the result of a program for a call."""
    with programs(*command, seconds=seconds, speaks_json=speaks_json) as (running, results):
        running.start(CALL)
        return result_of(results)


def sh(script: str, seconds: float = PATIENCE) -> Result:
    return answer("sh", "-c", script, seconds=seconds)


def said(text: str, failure: Sentence | None = None) -> Result:
    return Result(CALL, [Part(text)], failure)


def test_a_program_is_given_the_call_and_answers_by_its_output() -> None:
    given = f"ana {CALL.text}\n"
    assert sh("cat") == said(given)
    assert sh('read -r who text; echo "$who: $text"') == said(f"ana: {CALL.text}\n")


def test_its_environment_and_its_descriptors_are_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATD_PASSWORD", "secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    script = (
        "import os, sys; print(sorted(os.environ), sorted(os.listdir('/proc/self/fd'))[:-1],"
        " os.getpgrp() == os.getpid())"
    )
    inherited = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    try:
        (part,) = answer(sys.executable, "-I", "-c", script).parts
    finally:
        os.close(inherited)
    names = ["ACCOUNT", "AUTHOR", "ROOM", "SEQ", "TIME"]
    expected = sorted([*(f"CHATD_{name}" for name in names), *processes.INHERITED])
    has = eval(part.text.partition("]")[0] + "]")
    assert [name for name in has if name not in ("LC_CTYPE", "__CF_USER_TEXT_ENCODING")] == expected
    assert part.text.endswith("['0', '1', '2'] True\n")


@pytest.mark.parametrize(
    ("script", "output", "failure"),
    [
        ("true", "", None),
        ("echo half; exit 3", "half\n", Sentence("bot_status", status=3)),
        ("kill -9 $$", "", Sentence("bot_signal", number=9)),
        ("printf 'a\\377b'", "a\\xffb", None),
        ("exec >&-; read -r line; exit 4", "", Sentence("bot_status", status=4)),
        ("exec <&-; echo unread", "unread\n", None),
    ],
)
def test_how_programs_end(script: str, output: str, failure: Sentence | None) -> None:
    assert sh(script) == said(output, failure)


def test_one_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    late = Sentence("bot_late", seconds="0.5")
    for number, script in enumerate(
        (
            "echo $$ > {pids}; echo half; sleep 3600",
            # The first process ends, and another one holds the output open.
            "sh -c 'echo $$ > {pids}; exec sleep 3600' & echo half",
            # Its output ends, and it does not.
            "echo $$ > {pids}; echo half; exec >&-; sleep 3600",
        )
    ):
        pids = tmp_path / f"{number}"
        assert sh(script.format(pids=pids), 0.5) == said("half\n", late), script
        assert wait_for_end(int(pids.read_text()), PATIENCE)


def test_what_a_program_left_behind_is_ended_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 3600 >/dev/null 2>&1 & echo $! > {pids}; echo done"
    assert sh(script) == said("done\n")
    assert wait_for_end(int(pids.read_text()), PATIENCE)


def test_one_that_leaves_its_group_and_holds_the_output_is_not_waited_for() -> None:
    script = (
        "import os, sys, time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    time.sleep(3)\n"
        "print('half')\n"
    )
    result = answer(sys.executable, "-c", script, seconds=0.2)
    assert result.failure == Sentence("bot_late", seconds="0.2")


def test_one_without_end_is_ended() -> None:
    result = answer("yes")
    assert result.failure == Sentence("bot_too_much")
    assert MOST_BYTES <= len(result.parts[0].text) < 2 * MOST_BYTES


def test_one_that_cannot_be_started(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = answer(str(tmp_path / "none"))
    assert result.failure == Sentence("bot_not_started")
    assert "No such file" in capfd.readouterr().err


def test_its_complaints_are_escaped(capfd: pytest.CaptureFixture[str]) -> None:
    assert sh("printf 'oh \\033[31mno\\n' >&2; printf '\\377 end' >&2; exit 1").failure is not None
    deadline = []
    while "end" not in (errors := "".join(deadline)):
        deadline.append(capfd.readouterr().err)
    assert errors == "chatd: program: oh ^[[31mno\nchatd: program: \\xff end\n"


def test_an_answer_in_json() -> None:
    script = (
        "import json, sys\n"
        "event = json.loads(sys.stdin.readline())\n"
        "for text in event['author'], event['account']:\n"
        "    print(json.dumps({'text': text, 'to': 'luis'}))\n"
        "print()\n"
    )
    result = answer(sys.executable, "-c", script, speaks_json=True)
    assert result == Result(CALL, [Part("ana", "luis"), Part("ana", "luis")])


def test_what_is_no_json_is_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    script = 'echo \'{"text":"a"}\'; echo "\\033[31m"'
    result = answer("sh", "-c", script, speaks_json=True)
    assert result.failure == Sentence("bot_not_json")
    assert "\x1b" not in capfd.readouterr().err


def test_several_run_at_once(tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    for fifo in begun, go:
        os.mkfifo(fifo)
    both = [os.open(fifo, os.O_RDWR) for fifo in (begun, go)]
    try:
        with programs("sh", "-c", f"printf . > {begun}; read -r word < {go}") as (running, results):
            for seq in range(4):
                running.start(CALL._replace(seq=seq))
            for _ in range(4):
                assert os.read(both[0], 1) == b"."
            os.write(both[1], b"go\n" * 4)
            found: list[int] = []
            while len(found) < 4:
                assert select.select([results], [], [], PATIENCE)[0]
                found += [each.call.seq for each in results.take() if each.call is not None]
            assert sorted(found) == [0, 1, 2, 3]
    finally:
        for descriptor in both:
            os.close(descriptor)


def test_none_is_left_when_the_bot_ends(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with programs("sh", "-c", f"echo $$ > {fifo}; sleep 3600") as (running, results):
        running.start(CALL)
        number = int(fifo.read_text())
        running.close()
        assert wait_for_end(number, PATIENCE)
        assert result_of(results).failure == Sentence("bot_signal", number=9)
    results.put(Result(None, []))  # too late, and dropped
