"""Python programs in processes of their own, forked from one that has imported what they need.

The imports would take most of the time of a short program, and so would the end of an interpreter,
which copies each page of memory that it shares to free what is in it. A program ends once its
threads have ended, its exit functions have run and its output is written. It is forked in two
steps: its parent waits for it, so that many can run at once and each tells its own status. It is
measured if its environment has the variables of coverage; what was imported before is not.

What is read when a process starts, such as ``LD_PRELOAD`` and ``PYTHONPATH``, has to be as in the
interpreter.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from tests.support.checkout import ROOT

CHATD = "import runpy; runpy.run_module('chatd', run_name='__main__', alter_sys=True)"
"""The code of ``python -m chatd``."""

COVERAGE = frozenset(("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"))
"""The variables by which coverage has processes measured."""


class Program:
    """A program that runs: ``python -c CODE ARGUMENTS`` in a directory.

    ``files`` are the descriptors that it has for its input, its output and its errors. Its methods
    are those of `subprocess.Popen`.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        code: str,
        *arguments: str,
        directory: Path,
        environment: Mapping[str, str],
        files: tuple[int, int, int],
    ) -> None:
        reading, writing = os.pipe()
        try:
            request = [code, arguments, str(directory), dict(environment)]
            interpreter.ask(request, (*files, writing))
        finally:
            os.close(writing)
        self._answers = open(reading, "rb", buffering=0)  # noqa: SIM115 - `wait` closes it
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None

    def fileno(self) -> int:
        """Return the descriptor that can be read once the program has ended."""
        return self._answers.fileno()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the program has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """Return the status, or None while the program runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the status. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            if not select.select([self], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"program {self.pid}", timeout or 0)
            self.returncode = int(self._answers.readline())
            self._answers.close()
        return self.returncode


def run(
    interpreter: Interpreter,
    code: str,
    *arguments: str,
    directory: Path,
    environment: Mapping[str, str],
    given: bytes = b"",
    timeout: float,
) -> tuple[int, bytes, bytes]:
    """Run a program to its end; return its status, its output and its errors."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write(given)
        files[0].seek(0)
        descriptors: Any = tuple(each.fileno() for each in files)
        program = Program(
            interpreter,
            code,
            *arguments,
            directory=directory,
            environment=environment,
            files=descriptors,
        )
        try:
            status = program.wait(timeout)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
            raise
        _, output, errors = (each.seek(0) or each.read() for each in files)
    return status, output, errors


class Interpreter:
    """The process that programs are forked from, and its environment."""

    def __init__(self, requests: socket.socket, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._requests = requests

    def ask(self, request: list[Any], files: tuple[int, ...]) -> None:
        """Ask for a program; the last of the files receives its process, and then its status.

        Raises `ValueError` if the program's environment needs an interpreter of its own.
        """
        for name in self.environment.keys() | request[-1].keys():
            ours, its = self.environment.get(name), request[-1].get(name)
            if name.startswith(("LD_", "PYTHON")) and ours != its:
                raise ValueError(f"{name} is read at a start, and is {ours!r} here: not {its!r}")
        data = f"{json.dumps(request)}\n".encode()
        sent = socket.send_fds(self._requests, [data], files)
        self._requests.sendall(data[sent:])


@contextmanager
def interpreter(
    *modules: str, variables: Mapping[str, str] = MappingProxyType({})
) -> Generator[Interpreter, None, None]:
    """Start an interpreter with more variables, and import modules that install no reactor."""
    # Measuring what is imported here would leave all programs measured.
    inherited = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    environment = {**inherited, **variables}
    ours, theirs = socket.socketpair()
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.forks", *modules],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
        ),
        ours,  # closed first, which ends the process
    ):
        theirs.close()
        yield Interpreter(ours, environment)


def _serve(requests: socket.socket) -> None:
    """Fork a program for each request, until there are no more."""
    assert "twisted.internet.reactor" not in sys.modules, "each program installs its own"
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.freeze()  # or each program would look at all that is imported for garbage, and copy it
    while True:
        data, files, _, _ = socket.recv_fds(requests, 1 << 16, 4)
        if not data:
            return
        while not data.endswith(b"\n"):
            data += requests.recv(1 << 16)
        if not os.fork():
            requests.detach()  # it is the standard input, which the program has another of
            _start(json.loads(data), files)
        for each in files:
            os.close(each)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _start(request: list[Any], files: list[int]) -> NoReturn:
    """Fork a program and tell its process, wait for it, and tell its status."""
    *standard, answers = files
    program = os.fork()
    if not program:
        _run(*request, files)
    for each in standard:
        os.close(each)
    os.write(answers, f"{program}\n".encode())
    _, status = os.waitpid(program, 0)
    os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _run(
    code: str, arguments: list[str], directory: str, environment: dict[str, str], files: list[int]
) -> NoReturn:
    """Do what ``python -c`` does, and end the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()  # it was read before
    sys.path[0] = directory
    sys.argv = ["-c", *arguments]
    for standard, each in enumerate(files[:3]):
        os.dup2(each, standard)
    os.closerange(3, max(files) + 1)
    if environment.keys() & COVERAGE:
        import_module("coverage").process_startup()  # not earlier: it takes a while
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit as end:
        _end.status = end.code or 0
        raise
    _end.status = 0
    sys.exit()


class _End:
    """The last exit function, which ends a program that has a status."""

    status: object = None

    def __call__(self) -> None:
        if isinstance(self.status, int):
            try:
                for stream in filter(None, (sys.stdout, sys.stderr)):  # None if it is closed
                    stream.flush()
            except (OSError, ValueError):
                return  # the interpreter reports it
            os._exit(self.status & 0xFF)


_end = _End()

if __name__ == "__main__":
    atexit.register(_end)  # the first of all
    for module in sys.argv[1:]:
        import_module(module)
    _serve(socket.socket(fileno=0))
