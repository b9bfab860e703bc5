"""Python programs in processes of their own, forked from one that has imported what they need.

The imports would take most of the time of a short program.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from tests.support.checkout import ROOT


class Program:
    """A program that runs: ``python -c CODE ARGUMENTS`` in a directory, without input.

    ``output`` is the file that receives its output and its errors.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        code: str,
        *arguments: str,
        directory: Path,
        environment: Mapping[str, str],
        output: Path,
    ) -> None:
        self._answers = interpreter.answers
        self._output = output
        request = [code, arguments, str(directory), dict(environment), str(output)]
        interpreter.requests.write(f"{json.dumps(request)}\n".encode())
        self._process = int(self._answers.readline())

    def fileno(self) -> int:
        """Return the descriptor that can be read once the program has ended."""
        return self._answers.fileno()

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self._process, number)

    def end(self, seconds: float) -> tuple[int, str]:
        """Wait for the end, or kill it after so long. Return its status and its output."""
        if not select.select([self], [], [], seconds)[0]:
            self.send_signal(signal.SIGKILL)
        return int(self._answers.readline()), self._output.read_text("utf-8")


class Interpreter:
    """The process that programs are forked from, one after the other, and its environment."""

    def __init__(self, process: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
        self.environment = environment
        assert process.stdin is not None
        assert process.stdout is not None
        self.requests, self.answers = process.stdin, process.stdout


@contextmanager
def interpreter(
    *modules: str, variables: Mapping[str, str] = MappingProxyType({})
) -> Generator[Interpreter, None, None]:
    """Start an interpreter with more variables, and import modules that install no reactor."""
    # Coverage would be measured in the programs, too, and is of no use there.
    inherited = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    environment = {**inherited, **variables}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.forks", *modules],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        cwd=ROOT,
        env=environment,
    ) as process:
        yield Interpreter(process, environment)


def _serve() -> None:
    """Fork a program for each request. Answer with its process, and at its end with its status."""
    assert "twisted.internet.reactor" not in sys.modules, "each program installs its own"
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for request in iter(sys.stdin.readline, ""):
        process = os.fork()
        if not process:
            _run(*json.loads(request))
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(
    code: str, arguments: list[str], directory: str, environment: dict[str, str], output: str
) -> NoReturn:
    """Do what ``python -c`` does, and end the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = directory
    sys.argv = ["-c", *arguments]
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for here, there in (nothing, 0), (written, 1), (written, 2):
        os.dup2(here, there)
    os.closerange(3, max(nothing, written) + 1)
    exec(code, {"__name__": "__main__"})
    sys.exit()


if __name__ == "__main__":
    for module in sys.argv[1:]:
        import_module(module)
    _serve()
