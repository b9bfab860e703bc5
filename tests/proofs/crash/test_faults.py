"""A failing disk under a real daemon: no client sees unsaved lines, and the rest goes on.

CHATD_LOCKED_SECONDS is the time for which another program locks the file.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from math import log2
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.proofs.crash import disk
from tests.support import preload, store_files
from tests.support.live_server import (
    LOOPBACK,
    NO_BUDGETS,
    PATIENCE,
    WELCOMED,
    Client,
    LiveServer,
    message_of,
    spawn,
)
from tests.support.sentences import EN

pytestmark = pytest.mark.skipif(bool(preload.why_not()), reason=preload.why_not())

STORE = "disk/chat"
LOCKED_SECONDS = float(os.environ.get("CHATD_LOCKED_SECONDS", "3"))
LOCK_WAIT = 2.0
"""Seconds that a batch waits for a lock."""


class FaultyServer(LiveServer):
    """A daemon whose disk can be broken, and repaired."""

    def __init__(self, directory: Path, **options: Any) -> None:
        self.fault = directory / "fault"
        self.path = directory / STORE
        self.path.parent.mkdir(exist_ok=True)
        motd = directory / "motd"
        motd.touch()
        self._said_so_far = f"read the motd {motd} again."
        arguments = ("-s", f"sqlite:{STORE}", "--recent", "0", "--motd", "motd", *NO_BUDGETS)
        super().__init__(directory, *arguments, **options)

    def log(self, wait: float = 0) -> list[str]:
        """Return the lines logged since the last time, or in the next ``wait`` seconds.

        Its log is written by a thread. The line about reading the motd comes after all the rest.
        """
        select.select([self.output], [], [], wait)
        self.process.send_signal(signal.SIGHUP)
        said = b""
        while not said.decode().endswith(f"] {self._said_so_far}\n"):
            piece = os.read(self.output.fileno(), 1 << 16)
            assert piece, "it has ended"
            said += piece
        return [message_of(line) for line in said.decode().splitlines()[:-1]]

    def enter(self, name: str) -> Client:
        """Return a client in the lobby."""
        person = Client(self.port)
        person.type(f"/nick {name}")
        person.until(EN.notice("you_are", name=name))
        return person


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[FaultyServer, None, None]:
    """Yield one daemon for all tests, to save time."""
    directory = tmp_path_factory.mktemp("faults")
    variables = {
        "LD_PRELOAD": str(preload.build(disk.SOURCE, directory)),
        **disk.environment(directory / "disk", fault=directory / "fault"),
    }
    with FaultyServer(directory, variables=variables) as server:
        yield server


# Kinds of failures


def failing(what: str) -> Callable[[FaultyServer], AbstractContextManager[None]]:
    @contextmanager
    def fail(server: FaultyServer) -> Iterator[None]:
        server.fault.write_text(what)
        try:
            yield
        finally:
            server.fault.unlink()

    return fail


@contextmanager
def locked(server: FaultyServer) -> Iterator[None]:
    with store_files.locked(server.path):
        yield


def away(suffix: str) -> Callable[[FaultyServer], AbstractContextManager[None]]:
    @contextmanager
    def moved(server: FaultyServer) -> Iterator[None]:
        path = Path(f"{server.path}{suffix}")
        path.rename(f"{path}.away")
        try:
            yield
        finally:
            Path(f"{path}.away").rename(path)

    return moved


@contextmanager
def replaced(server: FaultyServer) -> Iterator[None]:
    with away("")(server):
        server.path.write_bytes(b"not yours")
        yield
        assert server.path.read_bytes() == b"not yours"


CAUSES = {
    "full": (failing("write ENOSPC"), "database or disk is full"),
    "failing to write": (failing("write EIO"), "disk I/O error"),
    "failing to sync": (failing("sync EIO"), "disk I/O error"),
    "read-only": (failing("write EROFS"), "disk I/O error"),
    "locked": (locked, "database is locked"),
    "deleted": (away(""), "No such file or directory. Put the file back."),
    "its log deleted": (away("-wal"), "No such file or directory. Put the file back."),
    "replaced": (replaced, "was replaced while in use. Put the old file back."),
}


def lose(server: FaultyServer, ana: Client) -> list[str]:
    """Say lines that cannot be saved; return what the daemon logs about it."""
    ana.type("lost")
    ana.until("ERR Not saved: ")
    return server.log(wait=0.05)


@pytest.mark.parametrize("name", CAUSES)
def test_nobody_sees_a_line_that_was_not_saved_and_it_goes_on_when_the_cause_is_gone(
    server: FaultyServer, name: str
) -> None:
    cause, why = CAUSES[name]
    with server.enter("ana") as ana, server.enter("luis") as luis:
        ana.type("before")
        shown = luis.until("<ana> before")
        server.log()
        with cause(server):
            refused: list[str] = []
            while not refused:  # a second cause is logged only after a pause
                refused = lose(server, ana)
            refused += lose(server, ana)
            luis.type("/who")
            shown += luis.until("*** In #lobby: ")
        ana.type("after")
        shown += luis.until("<ana> after")
        ana.until("<ana> after")
    assert not [line for line in shown if "lost" in line]
    # Logged once; but each wait for a lock is as long as the pause between two log lines.
    assert len(refused) == 1 or name == "locked"
    for line in refused:
        assert line.startswith("lines are refused, because they cannot be saved: ")
        assert why in line
    assert server.log(wait=PATIENCE) == ["lines are saved again"]
    with closing(sqlite3.connect(server.path)) as store:
        kept = store.execute("SELECT text FROM log WHERE room = 'lobby' ORDER BY seq").fetchall()
        assert kept[-2:] == [("before",), ("after",)]
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_while_the_disk_hangs_only_what_must_be_stored_waits(server: FaultyServer) -> None:
    with server.enter("ana") as ana, server.enter("luis") as luis:
        with failing("sync hang")(server):
            ana.type("waits")
            luis.type("/help", "/who", "/rooms", "/history 1")
            luis.until(EN.notice("help_more"))
            luis.until("*** In #lobby: ")
            luis.until("*** #lobby: ")
            with Client(server.port) as eva:
                assert "You are guest" in eva.line()
                eva.until(WELCOMED)
                eva.type("/join tea", "/who")
                eva.until(EN.notice("joined_room", room="tea", here=...).rstrip(". "))
                eva.until("*** In #tea: ")
        assert "<ana> waits" in ana.until("<ana> waits")


def test_what_waits_for_a_disk_that_hangs_is_bounded_and_none_of_it_is_lost(
    server: FaultyServer,
) -> None:
    said = [f"{number} {'x' * 1000}" for number in range(20_000)]
    unsent = memoryview("".join(f"{line}\n" for line in said).encode())
    with server.enter("ana") as ana, server.enter("luis") as luis:
        before = server.memory()
        with failing("sync hang")(server):
            ana.socket.setblocking(False)
            # Until the server reads no more from her, and the kernel's buffers are full.
            while select.select([], [ana.socket], [], 0.3)[1]:
                unsent = unsent[ana.socket.send(unsent[: 1 << 16]) :]
            assert len(unsent) > 1 << 20
            assert server.memory() - before < 4 << 20
        ana.socket.settimeout(PATIENCE)
        reading = Thread(target=ana.until, args=(f"> {said[-1]}",))
        reading.start()
        sending = Thread(target=ana.socket.sendall, args=(unsent,))
        sending.start()
        shown = luis.until(f"> {said[-1]}")
        sending.join()
        reading.join()
    assert [line for line in shown if line.startswith("<")] == [f"<ana> {line}" for line in said]


@pytest.mark.deadline(60 + 2 * LOCKED_SECONDS)
def test_while_another_program_holds_the_file_only_what_must_be_stored_is_refused(
    server: FaultyServer,
) -> None:
    answered: list[float] = []
    refused = 0
    with server.enter("ana") as ana, server.enter("luis") as luis:
        ana.until(EN.sentence("renamed", name="", new_name="luis"))
        server.log()
        with locked(server):
            end = time.monotonic() + LOCKED_SECONDS
            while time.monotonic() < end:
                ana.type("lost")
                while not select.select([ana.socket], [], [], 0.05)[0]:
                    asked = time.monotonic()
                    luis.type("/who")
                    luis.until("*** In #lobby: ")
                    answered.append(time.monotonic() - asked)
                assert ana.line().startswith("ERR Not saved: ")
                refused += 1
        told = server.log()
        ana.type("after")
        assert ana.until("<ana> ") == ["<ana> after"]
        assert luis.until("<ana> ") == ["<ana> after"]
    longest = max(answered)
    print(f"{refused} lines refused, told {len(told)} times; {len(answered)} answers, ", end="")
    print(f"after {longest * 1000:.1f} ms at most")
    assert refused >= LOCKED_SECONDS / LOCK_WAIT - 1
    assert longest < LOCK_WAIT / 2
    assert all("database is locked" in line for line in told)
    assert len(told) <= 2 + log2(LOCKED_SECONDS)  # at 0, 1, 3, 7 ... seconds
    assert server.log(wait=PATIENCE) == ["lines are saved again"]


# A disk that is really full, or read-only


def on_a_disk_of_its_own(directory: Path, *mount: str) -> list[str]:
    """Return the beginning of a command that mounts a file system as ``disk`` below a directory.

    Skips the test if mounting is not allowed.
    """
    (directory / "disk").mkdir()
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    begin = [*unshare, "sh", "-c", " && ".join([*mount, 'exec "$@"']), "sh"]
    if (
        not shutil.which("unshare")
        or subprocess.run(
            [*begin, "true"], cwd=directory, capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("may not mount a tmpfs in a namespace of its own (unshare)")
    return begin


@pytest.fixture
def small(tmp_path: Path) -> Generator[FaultyServer, None, None]:
    """Yield a daemon whose store is on a disk of 1 MiB."""
    begin = on_a_disk_of_its_own(tmp_path, "mount -t tmpfs -o size=1m,mode=700 none disk")
    with FaultyServer(tmp_path, under=begin) as server:
        server.path = Path(f"/proc/{server.process.pid}/root{server.path}")
        yield server


def test_a_full_disk_refuses_lines_until_there_is_room_again(small: FaultyServer) -> None:
    filling = small.path.with_name("filling")
    filling.write_bytes(bytes(512 << 10))
    text = "x" * 3000
    with small.enter("ana") as ana, small.enter("luis") as luis:
        saved = 0
        while True:
            ana.type(f"{saved} {text}")
            while (answer := ana.line()).startswith("***"):
                pass
            if answer.startswith("ERR"):
                break
            saved += 1
        assert answer.startswith("ERR Not saved: ")
        assert saved > 10
        (refused,) = small.log(wait=PATIENCE)
        assert refused.startswith("lines are refused, because they cannot be saved: ")
        assert "full" in refused
        filling.unlink()
        ana.type("after")
        ana.until("<ana> after")
        assert [line for line in luis.until("<ana> after") if line.startswith("<")] == [
            *(f"<ana> {number} {text}" for number in range(saved)),
            "<ana> after",
        ]
        assert small.log(wait=PATIENCE) == ["lines are saved again"]


def test_a_disk_that_cannot_be_written_to_refuses_the_start(tmp_path: Path) -> None:
    begin = on_a_disk_of_its_own(
        tmp_path, "mount -t tmpfs -o mode=700 none disk", "mount -o remount,ro none disk"
    )
    start = spawn(
        tmp_path,
        *["-l", LOOPBACK, "-s", f"sqlite:{STORE}"],
        under=begin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = start.communicate(timeout=PATIENCE)
    assert (start.returncode, out.decode(), err.decode()) == (
        1,
        "",
        f"chatd: cannot use --store sqlite:{STORE}: the directory {(tmp_path / STORE).parent}"
        " cannot be written: Read-only file system. Put that right, or give another --store.\n",
    )
