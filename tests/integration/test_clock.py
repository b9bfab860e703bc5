"""Setting the system's clock while a daemon runs: a real daemon with its own time of day."""

from __future__ import annotations

import os
import select
import socket
import sqlite3
import struct
import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from chatd.protocols.transport.writer import LINGER_SECONDS
from tests.support import preload
from tests.support.checkout import ROOT
from tests.support.live_server import PATIENCE, LiveServer
from tests.support.sentences import EN

HOUR, DAY = 3600, 24 * 3600
STEPS = (HOUR, -HOUR, DAY, -DAY)
LATE = 1.0
"""Seconds by which a timer may act late."""

TRIES = 4
"""Tries until a step is judged. A busy machine may be late itself; a timer that the step delays
would be late each time."""

SOURCE = ROOT / "tests" / "support" / "stepped_clock.c"

pytestmark = pytest.mark.skipif(bool(preload.why_not()), reason=preload.why_not())


class SteppedClock:
    """A file with the seconds by which a daemon's time of day is ahead of the real one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(struct.pack("=q", 0))
        self._file = path.open("r+b", buffering=0)
        self._ahead = 0

    def step(self, seconds: int) -> None:
        self._ahead += seconds
        os.pwrite(self._file.fileno(), struct.pack("=q", self._ahead), 0)

    def close(self) -> None:
        self._file.close()


class SteppedServer(LiveServer):
    """A daemon whose time of day the test sets."""

    def __init__(self, directory: Path, clock: SteppedClock) -> None:
        self.clock = clock
        variables = {
            "LD_PRELOAD": str(preload.build(SOURCE, directory)),
            "STEPPED_CLOCK": str(clock.path),
        }
        super().__init__(directory, "--recent", "0", variables=variables)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[SteppedServer, None, None]:
    directory = tmp_path_factory.mktemp("clock")
    with (
        closing(SteppedClock(directory / "clock")) as clock,
        SteppedServer(directory, clock) as server,
    ):
        yield server


def closing_seconds(server: SteppedServer, seconds: int) -> tuple[float, float]:
    """Set the clock while the server closes the connection of a client that said /quit.

    Return the seconds from its /quit to the close, and from its goodbye.
    """
    with server.guest() as ana:
        gone = select.poll()
        gone.register(ana.socket, 0)  # the end of both directions: the server has closed
        began = time.monotonic()
        ana.type("/quit")
        assert ana.until(EN.notice("goodbye"))
        assert ana.line() == ""
        told = time.monotonic()
        server.clock.step(seconds)
        assert gone.poll(PATIENCE * 1000), "it never fired"
        now = time.monotonic()
    return now - began, now - told


@pytest.mark.parametrize("seconds", STEPS)
def test_no_timer_fires_early_or_late(server: SteppedServer, seconds: int) -> None:
    took = []
    for _ in range(TRIES):
        since_quit, since_goodbye = closing_seconds(server, seconds)
        assert since_quit >= LINGER_SECONDS
        took.append(since_goodbye)
        if since_goodbye < LINGER_SECONDS + LATE:
            return
    raise AssertionError(f"it took {took} s")


def test_nobody_is_cut_off(server: SteppedServer) -> None:
    requests = 6000  # more answers than the kernel takes
    with ExitStack() as stack:
        crowd = [stack.enter_context(server.guest()) for _ in range(20)]
        # A client that has a minute to take its answers.
        slow = stack.enter_context(server.guest())
        slow.type(*["/help"] * requests)
        slow.socket.shutdown(socket.SHUT_WR)
        for number, seconds in enumerate(STEPS):
            server.clock.step(seconds)
            crowd[0].type(f"cut {number}")
            for person in crowd:
                assert person.until("> cut ")[-1].endswith(f"> cut {number}")
        answers = slow.lines.read().decode()
        assert answers.count("/leave ") >= requests
        assert f"> cut {len(STEPS) - 1}" in answers


def test_lines_keep_their_order_and_have_the_time_of_day(server: SteppedServer) -> None:
    with server.guest() as ana:
        ana.type("/join #ordered")
        ana.until(EN.notice("joined_new_room", room="ordered"))
        said = []
        for number, seconds in enumerate((0, *STEPS)):
            server.clock.step(seconds)
            ana.type(f"line {number}")
            said.append(ana.until(f"line {number}")[-1])
        ana.type("/history")
        ana.until(EN.notice("history", shown=len(said), count=len(said), room="ordered"))
        assert [ana.line().split("] ", 1)[1] for _ in said] == said
        with closing(sqlite3.connect(server.directory / "store")) as store:
            rows = store.execute(
                "SELECT seq, CAST(strftime('%s', utc) AS INTEGER) FROM log"
                " WHERE room = 'ordered' ORDER BY seq"
            ).fetchall()
    assert [seq for seq, _ in rows] == list(range(1, len(said) + 1))
    times = [seconds for _, seconds in rows]
    for step, before, after in zip(STEPS, times, times[1:], strict=False):
        assert 0 <= after - before - step < PATIENCE
