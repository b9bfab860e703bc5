"""Real daemons, `twistd -n chat` with SQLite, started many times and cheaply.

A process that has imported everything forks for each start, and the child calls twistd's own entry
point. That costs a tenth of a new interpreter, so that 10,000 starts are possible; with ``fresh``
the child becomes a new interpreter all the same.

The process that imports this must not have installed a reactor.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from twisted.scripts.twistd import run as run_twistd

import chatd
import chatd.cli
import tests.support.imports  # noqa: F401 - what else would be imported at each start
from chatd.storage.sqlite import checkpoints, maintenance_schedule
from tests.support.cheap_passwords import hash_cheaply
from tests.support.live_server import NO_BUDGETS

CHECKOUT = Path(chatd.__file__).parent.parent
STORE = "disk/chat"
"""The store below a daemon's directory, alone in a directory of its own."""

_PR_SET_PDEATHSIG = 1
_TWISTD = ["twistd", "-n", "--pidfile=", "chat", "-l", "tcp:0:interface=127.0.0.1"]
_WEB = ["--web", "tcp:0:interface=127.0.0.1"]
_HOOKS = ["--hooks-to", "127.0.0.0/8"]
_UNLIMITED = ["--lines-per-second", "0", "--bytes-per-second", "0", *NO_BUDGETS]
"""Options that let there be load."""


class Daemon:
    """A daemon in a directory, which listens, or has ended already.

    ``web_port`` is its port for browsers and programs, if it has one.
    """

    def __init__(
        self, directory: Path, variables: dict[str, str], *, fresh: bool = False, web: bool = False
    ) -> None:
        (directory / "disk").mkdir(exist_ok=True)
        web_arguments = _WEB if web else []
        arguments = [*_TWISTD, *_UNLIMITED, *_HOOKS, "-s", f"sqlite:{STORE}", *web_arguments]
        self._status: int | None = None
        self._log, output = os.pipe()
        self.pid = fork(
            lambda: _become_twistd(arguments, fresh=fresh), directory, variables, output
        )
        os.close(output)
        self.said = ""
        self.port = self.web_port = 0
        while "history in " not in self.said and (more := os.read(self._log, 4096)):
            self.said += more.decode()
        if found := re.search(r"listening on 127\.0\.0\.1:(\d+)\.", self.said):
            self.port = int(found[1])
        if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)/", self.said):
            self.web_port = int(found[1])

    def kill(self) -> None:
        """Kill the daemon as `kill -9` does."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for the end, and read all output.

        Return the status as `os.waitstatus_to_exitcode`.
        """
        if self._status is None:
            while more := os.read(self._log, 4096):
                self.said += more.decode()
            os.close(self._log)
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._status

    def stop(self) -> int:
        """Stop the daemon as systemd does."""
        os.kill(self.pid, signal.SIGTERM)
        return self.wait()


def export(directory: Path) -> bytes:
    """Return the output of `chatd export` for the store in a directory."""
    reading, output = os.pipe()
    pid = fork(
        lambda: sys.exit(chatd.cli.main(["export", "--private", "--store", f"sqlite:{STORE}"])),
        directory,
        {},
        output,
    )
    os.close(output)
    with open(reading, "rb") as pipe:
        written = pipe.read()
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError(f"chatd export failed: {written.decode()}")
    return written


def _become_twistd(arguments: list[str], *, fresh: bool) -> None:
    if fresh:
        os.environ["PYTHONPATH"] = str(CHECKOUT)
        entry = "from twisted.scripts.twistd import run; run()"
        os.execv(sys.executable, [sys.executable, "-c", entry, *arguments[1:]])
    sys.argv = arguments
    # The index is written while clients talk, as after many lines or a minute.
    (
        maintenance_schedule.ENOUGH_EVENTS,
        maintenance_schedule.PATIENCE_SECONDS,
        maintenance_schedule.IDLE_SECONDS,
    ) = (
        1,
        0.0,
        0.001,
    )
    # Checkpoints come between batches, and often.
    checkpoints.WORTH_FRAMES, checkpoints.MOST_FRAMES = 30, 60
    hash_cheaply()
    run_twistd()


def fork(
    work: Callable[[], object], directory: Path, variables: dict[str, str], output: int
) -> int:
    """Run a function in a child process in a directory; return its pid.

    Its output and errors go to ``output``.
    """
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _be_child(work, directory, variables, output)
    return pid


def _be_child(
    work: Callable[[], object], directory: Path, variables: dict[str, str], output: int
) -> NoReturn:
    status = 70
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(3, 4096)  # the parent's descriptors
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # end with it, however it ends
        os.environ.update(variables)
        os.chdir(directory)
        work()
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = 0 if end.code is None else end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
