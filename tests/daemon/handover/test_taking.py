"""Successors in processes: what they take, and what is different for them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.commands import chatd_in_text
from tests.support.live_server import (
    PATIENCE,
    TWISTD,
    WELCOMED,
    Client,
    LiveServer,
    environment,
    unix_connection,
    wait_for_end,
)
from tests.support.manager import AS_SYSTEMD, ManagerSocket

CONFIGURATION = """\
[[listen]]
kind = "chat"
endpoint = "unix:{folder}/chat"
"""

ANOTHER_ADDRESS = """\
[[listen]]
kind = "chat"
endpoint = "unix:{folder}/other"
"""


def asked(directory: Path) -> str:
    """Run `chatd upgrade`; return its line, up to what differs each time."""
    _, out, err = chatd_in_text(directory, "upgrade")
    return (out or err).partition(" process ")[0].partition(" The pause")[0].rstrip("\n")


class Background:
    """A daemon of twistd in the background, with a pid file, a log and a configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = folder / "run"
        self.run.mkdir(mode=0o700)
        self.configure(CONFIGURATION)
        subprocess.run(
            [
                *TWISTD,
                *("--pidfile=chatd.pid", "--logfile=chatd.log", "--rundir=run", "--umask=027"),
                *("chat", "--config", str(folder / "chatd.toml")),
            ],
            cwd=folder,
            env=environment(),
            check=True,
            timeout=PATIENCE,
        )

    def configure(self, text: str) -> None:
        """Write the configuration."""
        path = self.folder / "chatd.toml"
        path.write_text(text.format(folder=self.folder))
        path.chmod(0o600)

    @property
    def number(self) -> int:
        """The number in the pid file."""
        return int((self.folder / "chatd.pid").read_text())

    def log(self) -> list[str]:
        """Return the lines of the log since its last rotation, without times and sources."""
        lines = (self.folder / "chatd.log").read_text().splitlines()
        return [line.partition("] ")[2] for line in lines]


@pytest.fixture
def background() -> Iterator[Background]:
    # The socket of control lies in its rundir: a path of pytest may be longer than a socket's.
    with tempfile.TemporaryDirectory() as folder:
        daemon = Background(Path(folder))
        try:
            with Client(str(daemon.folder / "chat")) as person:
                person.until(WELCOMED)  # then it runs, and its socket is not only bound
            yield daemon
        finally:
            with suppress(FileNotFoundError, ProcessLookupError):
                os.kill(daemon.number, signal.SIGKILL)


def test_in_the_background_the_files_and_the_addresses_are_the_successors(
    background: Background,
) -> None:
    folder, first = background.folder, background.number
    chat, other = str(folder / "chat"), folder / "other"
    with Client(chat) as ana:
        ana.until(WELCOMED)
        background.configure(CONFIGURATION + ANOTHER_ADDRESS)
        assert asked(background.run) == "upgraded:"
        second = background.number
        assert second != first
        assert wait_for_end(first, PATIENCE)
        with Client(str(other)) as luis:
            luis.until(WELCOMED)  # then the successor has written its first lines
            log = background.log()
            place = log.index(f"handing over to process {second}")
            told, versions = log[place + 1 : place + 3]
            assert told.startswith(f"upgraded: process {second} goes on with chatd")
            assert versions.startswith("chatd "), "the successor overwrites no line"
            background.configure(CONFIGURATION)
            assert asked(background.run) == (
                "chatd: not upgraded: the new version fails: the settings have no address chat"
                f" unix:{other} any more, and clients are there. This version goes on."
            )
            assert background.number == second
            luis.type("still here")
            luis.until("> still here")
        os.kill(second, signal.SIGUSR1)
        while not (folder / "chatd.log.1").exists():
            ana.type("/who")
            ana.line()
        assert asked(background.run) == "upgraded:"
        ana.type("and here")
        ana.until("> and here")  # then the successor has begun
        assert not other.exists(), "nobody listens there any more"
        with closing(unix_connection(chat)):
            pass
        status = Path(f"/proc/{background.number}/status").read_text()
        assert "Umask:\t0027" in status
    third = background.number
    os.kill(third, signal.SIGTERM)
    assert wait_for_end(third, PATIENCE)
    assert {each.name for each in folder.iterdir()} == {
        *("chatd.toml", "chatd.log", "chatd.log.1", "run")
    }, "it has removed its pid file, and its socket"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says who has told")
def test_a_service_manager_is_told_of_the_successor_and_keeps_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "chat"
    with (
        closing(ManagerSocket(str(tmp_path / "notify"))) as manager,
        socket.socket(socket.AF_UNIX) as opened,
        socket.create_server(("127.0.0.1", 0)) as also,
    ):
        opened.bind(str(path))
        opened.listen()
        descriptors = [opened.fileno(), also.fileno()]
        with LiveServer(
            tmp_path,
            *("--listen", "systemd:name=chat"),
            under=[sys.executable, "-Sc", AS_SYSTEMD, *map(str, descriptors)],
            pass_fds=descriptors,
            variables={
                "LISTEN_FDS": "2",
                "LISTEN_FDNAMES": "chat:chat",
                "NOTIFY_SOCKET": manager.address,
                "WATCHDOG_USEC": "60000000",
            },
        ) as daemon:
            assert manager.next(PATIENCE).startswith("READY=1\n")
            with Client(str(path)) as ana:
                ana.until(WELCOMED)
                status, _, err = chatd_in_text(tmp_path, "upgrade", "--store", "sqlite:store")
                assert (status, err) == (0, "")
                told = manager.next(PATIENCE)
                assert manager.next(PATIENCE).startswith("READY=1\n")
                assert daemon.process.wait(PATIENCE) == 0, "a manager needs no keeper"
                ana.type("here")
                ana.until("> here")  # then the successor has begun
                successor = int((tmp_path / "store.lock").read_text())
                assert told == f"MAINPID={successor}\nWATCHDOG=1"
            with closing(unix_connection(str(path))):
                os.kill(successor, signal.SIGTERM)
            assert manager.next(PATIENCE) == "STOPPING=1"
            assert wait_for_end(successor, PATIENCE)
            assert path.exists(), "the file belongs to the manager"
