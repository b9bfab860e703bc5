"""Runs of pytest in processes of their own, forked from one that has imported what they need.

The imports would take most of the time of a short run.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.checkout import ROOT

OUTPUT = "output"
"""The file in the directory of a run that receives its output."""


class Run:
    """A run of pytest in the current directory, with the current environment."""

    def __init__(self, server: subprocess.Popen[bytes], *options: str) -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self._answers = server.stdout
        self._output = Path(OUTPUT).absolute()
        request = json.dumps([os.getcwd(), options, dict(os.environ)])
        server.stdin.write(f"{request}\n".encode())
        self._process = int(self._answers.readline())

    def fileno(self) -> int:
        """Return the descriptor that can be read once the run has ended."""
        return self._answers.fileno()

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self._process, number)

    def end(self, seconds: float) -> tuple[int, str]:
        """Wait for the run, or kill it after so long. Return its status and its output."""
        if not select.select([self], [], [], seconds)[0]:
            self.send_signal(signal.SIGKILL)
        return int(self._answers.readline()), self._output.read_text("utf-8")


@contextmanager
def serving() -> Generator[subprocess.Popen[bytes], None, None]:
    """Start the process that runs are forked from, one after the other."""
    # Coverage is of no use there, and would be measured in the runs, too.
    environment = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.forked_pytest"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        cwd=ROOT,
        env=environment,
    ) as server:
        yield server


def _serve() -> None:
    """Fork a run for each request. Answer with its process, and at its end with its status."""
    assert "twisted.internet.reactor" not in sys.modules, "each run installs its own"
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for request in iter(sys.stdin.readline, ""):
        process = os.fork()
        if not process:
            _run(*json.loads(request))
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(directory: str, options: list[str], environment: dict[str, str]) -> NoReturn:
    """Do what ``python -m pytest`` does, and end the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = directory
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for here, there in (nothing, 0), (output, 1), (output, 2):
        os.dup2(here, there)
    os.closerange(3, max(nothing, output) + 1)
    # What is imported already can have no assertions rewritten, of which pytest would warn.
    sys.exit(pytest.main(["--assert=plain", *options]))


if __name__ == "__main__":
    # So that no run has to import these, and what they import.
    import twisted.internet.default  # noqa: F401

    import tests.conftest  # noqa: F401

    _serve()
