"""Daemons without the names that only Linux has, and in every reactor of every system.

The names are removed before chatd is imported, in a process of its own, so that any use of them
ends in a traceback. The code that replaces them on other systems cannot be tried on Linux.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import STOPPED, WELCOMED, Client, LiveServer
from tests.support.sentences import EN

pytestmark = pytest.mark.quick

ELSEWHERE = """
import fcntl, os, resource, select, signal, socket, sys

# Modules that import these do so before the names are removed.
import twisted.internet.default, twisted.python.runtime, twisted.scripts.twistd

LACKING = {
    fcntl: ["F_SETPIPE_SZ", "F_GETPIPE_SZ", "F_ADD_SEALS", "F_OFD_SETLK", "F_NOTIFY"],
    os: [
        *["O_PATH", "O_TMPFILE", "O_DIRECT", "fdatasync", "getresuid", "setresuid", "memfd_create"],
        *["pidfd_open", "eventfd", "splice", "copy_file_range", "getxattr", "getrandom"],
        *["sched_setaffinity", "sched_getaffinity", "sched_setscheduler", "setpriority", "pipe2"],
        *["posix_fadvise", "posix_fallocate", "unshare", "setns"],
    ],
    resource: ["prlimit"],
    select: ["epoll"],
    signal: ["pidfd_send_signal", "sigwaitinfo", "sigtimedwait"],
    socket: [
        *["TCP_KEEPIDLE", "TCP_USER_TIMEOUT", "TCP_INFO", "TCP_DEFER_ACCEPT", "TCP_QUICKACK"],
        *["TCP_CORK", "SO_PEERCRED", "SO_PASSCRED", "SO_DOMAIN", "SO_PROTOCOL", "SO_MARK"],
        *["SO_BINDTODEVICE", "SO_INCOMING_CPU", "SOCK_CLOEXEC", "SOCK_NONBLOCK", "MSG_NOSIGNAL"],
    ],
}
for module, names in LACKING.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
sys.platform = "darwin"
open(os.environ["ELSEWHERE"], "w").close()
"""
"""Code that runs when an interpreter starts (site)."""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Start daemons without the names that only Linux has; yield a directory for them.

    Fails if no daemon ran so.
    """
    code = tmp_path / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text(ELSEWHERE)
    monkeypatch.setenv("PYTHONPATH", str(code))
    monkeypatch.setenv("ELSEWHERE", str(code / "was here"))
    yield tmp_path
    assert (code / "was here").exists()


def talk(directory: Path, reactor: str, *, fresh: bool = False) -> None:
    """Start a daemon, talk, stop it, start it again, and read the lines."""
    with LiveServer(directory, reactor=reactor, fresh=fresh) as daemon:
        with Client(daemon.port) as ana, Client(daemon.port) as luis:
            luis.until(WELCOMED)
            ana.type("hola", "¿qué tal?")
            assert luis.until("qué tal?")[-2:] == ["<guest1> hola", "<guest1> ¿qué tal?"]
            ana.type("/quit")
            ana.until(EN.notice("goodbye"))
            assert ana.line() == ""
        assert daemon.stop() in STOPPED
        assert "Traceback" not in daemon.rest()
    with LiveServer(directory, reactor=reactor, fresh=fresh) as daemon, Client(daemon.port) as ana:
        assert ana.until("qué tal?")[-1].endswith("> ¿qué tal?")
        assert daemon.stop() in STOPPED


@pytest.mark.parametrize("reactor", ["", "select", "poll"])
def test_where_there_is_not_what_linux_alone_has(elsewhere: Path, reactor: str) -> None:
    talk(elsewhere, reactor, fresh=True)


@pytest.mark.parametrize("reactor", ["select", "poll", "asyncio"])
def test_in_every_reactor(tmp_path: Path, reactor: str) -> None:
    talk(tmp_path, reactor)
