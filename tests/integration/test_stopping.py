"""Real daemons: they stop in time and keep what they acknowledged, and one starts at a time."""

from __future__ import annotations

import fcntl
import re
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.support import preload
from tests.support.checkout import ROOT
from tests.support.live_server import LOOPBACK, PATIENCE, STOPPED, Client, LiveServer, forked, spawn
from tests.support.sentences import EN

GOODBYE = EN.notice("stopping")

IN_USE = re.compile(r"in use by another chatd, process \d+\.")
"""The reason with the process that uses the store, if that has written down its number by then."""


def stored(directory: Path) -> list[str]:
    """Return the stored lines of the lobby, as chat lines."""
    with closing(sqlite3.connect(directory / "store")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = store.execute(
            "SELECT seq, author, text FROM log WHERE room = 'lobby' ORDER BY seq"
        ).fetchall()
    assert [seq for seq, _, _ in rows] == list(range(1, len(rows) + 1))
    return [f"<{author}> {text}" for _, author, text in rows]


class Talker:
    """A client that sends without end, and reads everything."""

    def __init__(self, person: Client) -> None:
        self.person = person
        self.seen: list[str] = []
        self._threads = [threading.Thread(target=each) for each in (self._send, self._read)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        number = 0
        with suppress(OSError):
            while True:
                self.person.type(*(f"line {number + each}" for each in range(100)))
                number += 100

    def _read(self) -> None:
        with suppress(OSError):
            while line := self.person.line():
                self.seen.append(line)
        # Sending to a daemon that reads no more may block for ever.
        with suppress(OSError):
            self.person.socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_under_load_all_that_was_acknowledged_is_stored(tmp_path: Path) -> None:
    daemon = LiveServer(
        tmp_path, "--recent", "0", "--lines-per-second", "0", "--bytes-per-second", "0"
    )
    with daemon, ExitStack() as stack:
        people = [stack.enter_context(Client(daemon.port)) for _ in range(6)]
        for person in people:
            person.until("/quit to leave.")
        witness, deaf, *busy = people
        deaf.type("x" * 4000)
        talkers = [Talker(person) for person in busy]
        seen = witness.until("> line 2000")
        daemon.process.terminate()
        while line := witness.line():
            seen.append(line)
        assert daemon.process.wait(PATIENCE) in STOPPED
        for talker in talkers:
            talker.end()
        assert "Traceback" not in daemon.rest()
    kept = stored(tmp_path)
    for lines in [seen, *(talker.seen for talker in talkers)]:
        said = [line for line in lines if "> " in line]
        # All clients saw the log from its first line on; to its last one if there was time.
        assert said == kept if lines[-1] == GOODBYE else said == kept[: len(said)]


@pytest.fixture
def hanging_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a file that hangs the disk of the next daemon while it exists."""
    if reason := preload.why_not():
        pytest.skip(reason)
    file = tmp_path / "hangs"
    source = ROOT / "tests" / "support" / "hanging_disk.c"
    monkeypatch.setenv("LD_PRELOAD", str(preload.build(source, tmp_path)))
    monkeypatch.setenv("HANGING_DISK", str(file))
    yield file
    file.unlink(missing_ok=True)


def test_it_stops_in_time_although_its_disk_hangs(tmp_path: Path, hanging_disk: Path) -> None:
    with LiveServer(tmp_path, fresh=True) as daemon, Client(daemon.port) as ana:
        ana.type("saved")
        ana.until("<guest1> saved")
        hanging_disk.touch()
        ana.type("perhaps saved")
        assert daemon.stop() in STOPPED
        assert ana.line() == GOODBYE
        log = daemon.rest()
        assert "stopping without waiting any longer for the store" in log
        assert "Traceback" not in log
    hanging_disk.unlink()
    assert stored(tmp_path)[0] == "<guest1> saved"


def test_a_start_that_is_ended_at_any_moment_leaves_a_store_that_can_be_used(
    tmp_path: Path,
) -> None:
    processes = []
    for number in range(8):
        directory = tmp_path / str(number)
        directory.mkdir()
        process = spawn(
            directory,
            *["-l", LOOPBACK, "-s", "sqlite:store"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
    for number, process in enumerate(processes):
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2 if number else 0.05)  # all of them are starting
        process.terminate()
    for number, process in enumerate(processes):
        assert process.wait(PATIENCE) in STOPPED
        lock = tmp_path / str(number) / "store.lock"
        if lock.exists():
            with lock.open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with LiveServer(tmp_path / "3") as daemon:
        assert daemon.stop() in STOPPED


def test_of_twelve_that_start_at_once_one_serves_and_the_others_say_why_not(tmp_path: Path) -> None:
    path = tmp_path / "chat"
    outputs = [tmp_path / f"output{number}" for number in range(12)]
    processes = []
    for number, output in enumerate(outputs):
        with output.open("wb") as written:
            arguments = ["-l", f"unix:{path}{number}", "-s", "sqlite:store"]
            processes.append(forked(tmp_path, *arguments, output=written.fileno()))
    try:
        alive = list(range(12))
        while len(alive) > 1:
            for number in tuple(alive):
                with suppress(subprocess.TimeoutExpired):
                    processes[number].wait(0.05)
                    alive.remove(number)
        (survivor,) = alive
        for number, process in enumerate(processes):
            if number == survivor:
                continue
            (line,) = outputs[number].read_text().splitlines()
            assert process.returncode == 1
            assert IN_USE.sub("in use by another chatd.", line) == (
                f"chatd: cannot use --store sqlite:store: {tmp_path}/store is in use by another"
                " chatd. Stop that one, or give another --store."
            )
        with Client(f"{path}{survivor}") as ana:
            ana.type("hola")
            assert ana.until("hola")
        processes[survivor].terminate()
        assert processes[survivor].wait(PATIENCE) in STOPPED
    finally:
        for process in processes:
            process.kill()
            process.wait()
