"""`chatd tail`, `who`, `rooms` and `search` with a daemon: output, exit status, and no trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from chatd.client.json_lines import JsonLink
from chatd.client.reading import all_rooms
from tests.support.commands import chatd_in_text
from tests.support.live_server import PATIENCE, LiveServer, environment
from tests.support.sentences import EN

Result = tuple[int, str, str]
"""The exit status of a command, its output, and its errors."""

PASSWORD = "correct horse battery"


def run(where: LiveServer, *arguments: str, given: str = "") -> Result:
    """Run a command of `chatd` that reaches a daemon through its UNIX socket."""
    command, *rest = arguments
    return chatd_in_text(
        where.directory,
        *(command, "--unix", "chat.sock", *rest),
        given=given,
        CHATD_PASSWORD=PASSWORD,
        TZ="UTC",
    )


def untimed(output: str) -> list[str]:
    """Return lines without the times in front of them."""
    return [line.partition("] ")[2] for line in output.splitlines()]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Yield a daemon with two rooms, one of them private, in which lines were said."""
    directory = tmp_path_factory.mktemp("chat")
    with LiveServer(directory, "-l", f"unix:{directory}/chat.sock") as daemon:
        with daemon.guest() as ana:
            ana.type(f"/nick ana\n/register {PASSWORD}\n/create staff\n/mode private")
            ana.type("hidden plan\n/join ops\n/topic Release\n/me waves\nthe disk is full")
            ana.type(*(f"line {number}" for number in range(500)), "/sync")
            ana.until("/sync")
        assert run(daemon, "say", "--name", "luis", "in the lobby")[0] == 0
        yield daemon
        daemon.stop()


@pytest.mark.parametrize(
    ("command", "status", "output"),
    [
        ("tail", 0, ["<luis> in the lobby"]),
        ("tail -n 1 ops", 0, ["<ana> line 499"]),
        ("tail -n 0 ops", 1, []),
        ("tail --since 1w -n 2 ops", 2, []),
        ("tail no-room", 2, []),
        ("tail staff", 2, []),
        ("tail --login ana --since 1h staff", 0, ["*** ana created", "<ana> hidden plan"]),
        ("who", 1, []),
        ("who no-room", 2, []),
        ("search line 499", 1, []),
        ("search --room ops full", 0, ["<ana> the disk is full"]),
        ("search --room ops full empty", 1, []),
        ("search --room ops since:xyz", 2, []),
        ("search --room no-room full", 2, []),
        ("search --all hidden", 1, []),
        ("search --all --login ana hidden", 0, ["<ana> hidden plan"]),
    ],
)
def test_the_status_is_that_of_grep(
    daemon: LiveServer, command: str, status: int, output: list[str]
) -> None:
    result, printed, errors = run(daemon, *command.split())
    lines = untimed(printed)
    assert result == status, errors
    is_hint = status == 1 and "--all" in errors  # of a search in the lobby alone
    assert len(errors.splitlines()) == (status == 2 or is_hint)
    for line in output:
        assert any(line in each for each in lines), printed
    assert bool(lines) == bool(output)


def test_tail_prints_as_many_lines_as_asked_of_several_pages(daemon: LiveServer) -> None:
    status, printed, _ = run(daemon, "tail", "-n", "450", "ops")
    assert status == 0
    assert untimed(printed) == [f"<ana> line {number}" for number in range(50, 500)]


def test_tail_shows_each_kind_of_line_as_the_chat_does(daemon: LiveServer) -> None:
    printed = run(daemon, "tail", "--since", "1h", "ops")[1]
    assert untimed(printed)[-503:-500] == [
        EN.notice("topic_set", name="ana", topic="Release"),
        "* ana waves",
        "<ana> the disk is full",
    ]


def test_rooms_lists_those_that_one_may_read(daemon: LiveServer) -> None:
    printed = run(daemon, "rooms")[1]
    assert sorted(printed.splitlines()) == ["#lobby\t0", "#ops\t0\tRelease"]
    assert "#staff\t0" in run(daemon, "rooms", "--login", "ana")[1].splitlines()


class Lists:
    """A server with lists of rooms, by the name that each begins with; None for the first."""

    def __init__(self, **lists: tuple[list[str], str]) -> None:
        self._lists = lists
        self.asked: list[str] = []

    def ask(self, type: str, **members: str) -> dict[str, object]:
        assert type == "rooms"
        start = members.get("from", "first")
        self.asked.append(start)
        names, more = self._lists[start]
        return {"rooms": [{"room": name} for name in names], **({"next": more} if more else {})}


@pytest.mark.parametrize(
    ("lists", "names"),
    [
        ({"first": (["ops", "agua"], "")}, ["ops", "agua"]),
        (
            {"first": (["ops", "tea"], "agua"), "agua": (["agua", "ops"], "t"), "t": (["tea"], "")},
            ["ops", "tea", "agua"],
        ),
        ({"first": (["ops"], "ops"), "ops": (["ops", "tea"], "ops")}, ["ops", "tea"]),
    ],
    ids=["one list", "several lists", "a server that does not get on"],
)
def test_all_lists_of_rooms_are_asked_for(
    lists: dict[str, tuple[list[str], str]], names: list[str]
) -> None:
    talk = Lists(**lists)
    found = all_rooms(cast(JsonLink, talk))
    assert [room["room"] for room in found] == names
    assert talk.asked == list(lists)


def test_a_missing_room_is_answered_with_a_similar_one_and_is_not_made(daemon: LiveServer) -> None:
    assert run(daemon, "tail", "opps")[2] == ("chatd: there is no room #opps. Did you mean #ops?\n")
    assert "opps" not in run(daemon, "rooms")[1]


class TestJson:
    """`--json`: an object a line, with the members of docs/wire.md."""

    def objects(self, daemon: LiveServer, *arguments: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in run(daemon, *arguments)[1].splitlines()]

    def test_of_lines(self, daemon: LiveServer) -> None:
        for command in (["tail", "--json", "-n", "1", "ops"], ["search", "--json", "499"]):
            room = [] if command[0] == "tail" else ["--room", "ops"]
            (line,) = self.objects(daemon, *command, *room)
            assert line.pop("time")
            assert line.pop("seq")
            assert line == {
                "room": "ops",
                "author": "ana",
                "kind": "message",
                "text": "line 499",
            }

    def test_of_rooms(self, daemon: LiveServer) -> None:
        rooms = self.objects(daemon, "rooms", "--json")
        ops = next(room for room in rooms if room["room"] == "ops")
        assert (ops["people"], ops["topic"]) == (0, "Release")

    def test_of_people(self, daemon: LiveServer) -> None:
        with daemon.guest() as luis, daemon.guest():
            luis.type("/nick luis\n/away at lunch\n/sync")
            luis.until("/sync")
            assert self.objects(daemon, "who", "--json") == [
                {"name": "luis", "role": None, "away": True},
                {"guests": 1},
            ]
            assert run(daemon, "who")[1] == "luis (away)\n1 guest\n"


class TestNoTrace:
    """Members of a room notice nothing, and nothing counts as read."""

    def test_no_member_is_told(self, daemon: LiveServer) -> None:
        with daemon.guest() as luis:
            luis.type("/join den\nhola\n/sync")  # nobody of another test leaves it meanwhile
            luis.until("/sync")
            for command in ("tail den", "who den", "rooms", "search --room den x", "who ops"):
                run(daemon, *command.split())
            run(daemon, "tail", "--login", "ana", "den")
            luis.type("/who\n/sync")
            told = [line for line in luis.until("/sync") if line.startswith("***")]
        assert told == ["*** In #den: 1 guest."]

    def test_missed_lines_stay_missed(self, daemon: LiveServer) -> None:
        with daemon.guest() as luis:
            luis.type("/nick eva\n/msg ana the build is yours\n/sync")
            luis.until("/sync")
        for _ in range(2):
            assert run(daemon, "tail", "--login", "ana", "ops")[0] == 0
        with daemon.guest() as ana:
            ana.type(f"/login ana {PASSWORD}\n/sync")
            assert any("the build is yours" in line for line in ana.until("/sync"))


def following(daemon: LiveServer, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "chatd", "tail", "-f", *arguments],
        cwd=daemon.directory,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_following_goes_on_over_a_killed_daemon_without_a_gap_or_a_double(tmp_path: Path) -> None:
    where = ["-l", f"unix:{tmp_path}/chat.sock"]

    def say(daemon: LiveServer, *lines: str) -> None:
        assert run(daemon, "say", "--room", "ops", given="\n".join(lines))[0] == 0

    with LiveServer(tmp_path, *where) as first:
        say(first, "one", "two")
        tail = following(first, "--unix", "chat.sock", "-n", "1", "ops")
        with tail:
            assert tail.stdout is not None
            assert tail.stderr is not None
            try:
                assert tail.stdout.readline().endswith("two\n")
                say(first, "three")
                assert tail.stdout.readline().endswith("three\n")
                first.kill()
                assert "Trying again" in tail.stderr.readline()
                with LiveServer(tmp_path, *where) as second:
                    # More than a daemon sends to one who enters.
                    say(second, *(f"more {number}" for number in range(1100)))
                    for number in range(1100):
                        assert tail.stdout.readline().endswith(f"more {number}\n")
                    say(second, "last")
                    assert tail.stdout.readline().endswith("last\n")
                    tail.send_signal(signal.SIGINT)
                    assert tail.wait(PATIENCE) == 130
            finally:
                tail.kill()


def test_a_closed_pipe_ends_it_quietly(daemon: LiveServer) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "chatd", "tail", "--unix", "chat.sock", "-n", "500", "ops"],
            cwd=daemon.directory,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
