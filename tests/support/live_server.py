"""Daemons in processes of twistd, and clients on blocking sockets.

Daemons are not measured, which would double the time they take to start; their code is measured
where other tests run it in their own process.
"""

from __future__ import annotations

import atexit
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import chatd
from chatd.util.budget_table import BUDGETS
from tests.support import forks
from tests.support.sentences import EN

RUN_TWISTD = "from twisted.scripts.twistd import run; run()"
HASH_CHEAPLY = "from tests.support.cheap_passwords import hash_cheaply; hash_cheaply()"
HOLD = (
    "import os, signal, time;"
    " hold = lambda *_: (os.write(1, b'[tests] held\\n'), time.sleep(3600));"
    " signal.signal(signal.SIGURG, hold)"
)
TWISTD = [sys.executable, "-c", f"{HOLD}; {RUN_TWISTD}"]
CHECKOUT = str(Path(chatd.__file__).parent.parent)
LOOPBACK = "tcp:0:interface=127.0.0.1"
PATIENCE = 20.0
"""Most seconds that a test waits for a daemon or its answer."""

NO_BUDGETS = tuple(f"--budget={name}=0" for name, each in BUDGETS.items() if not each.rule.held)
"""The options of a daemon that takes more from one address than people send in a day."""

WELCOMED = EN.notices("welcome", name="", room="", here="")[-1]
"""The last line of the welcome, as a client receives it."""


def environment() -> dict[str, str]:
    """Return the environment of the tests, with the plugin on the path, and without coverage."""
    paths = [CHECKOUT, os.environ.get("PYTHONPATH", "")]
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    return {**inherited, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def output_of(*command: str, cwd: Path, given: str = "") -> str:
    """Run a command to its end, which must be good, and return what it printed."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(),
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stdout


def spawn(
    directory: Path,
    *arguments: str,
    twistd: Sequence[str] = (),
    under: Sequence[str] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start ``twistd -n chat`` in a directory, with the options of a `subprocess.Popen`.

    ``twistd`` are more options of twistd itself, ``under`` is the beginning of a command that runs
    it, and ``variables`` are more variables of its environment.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [*under, *TWISTD, "-n", "--pidfile=", *twistd, "chat", *arguments],
        cwd=directory,
        env={**environment(), **variables},
        **options,
    )


@cache
def prepared() -> forks.Interpreter:
    """Return the interpreter that has imported chatd, which ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    modules = "tests.support.imports", "tests.support.cheap_passwords"
    return stack.enter_context(forks.interpreter(*modules, variables=environment()))


def forked(
    directory: Path,
    *arguments: str,
    output: int,
    twistd: Sequence[str] = (),
    files: tuple[int, int] | None = None,
) -> forks.Program:
    """Start ``twistd -n chat`` in a directory, in a process that has imported chatd already.

    It hashes passwords at the least cost.
    ``output`` is the descriptor for its output and its errors, ``twistd`` are more options of
    twistd itself, ``files`` are the soft and the hard limit of its open files.
    """
    limit = f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, {files}); " if files else ""
    with open(os.devnull, "rb") as nothing:
        return forks.Program(
            prepared(),
            f"{limit}{HASH_CHEAPLY}; {HOLD}; {RUN_TWISTD}",
            *("-n", "--pidfile=", *twistd, "chat", *arguments),
            directory=directory,
            environment=environment(),
            files=(nothing.fileno(), output, output),
        )


UNHURRIED = ("--lines-per-second", "0", "--bytes-per-second", "0")
"""Options without rate limits, because these tests send much at once."""

LISTENING = re.compile(r"^listening on (?:(https?)://)?[^ ]*:(\d+)(?:/|\.)")
"""A line of the log about a port of TCP."""

Server = TypeVar("Server", bound="LiveServer")


class LiveServer:
    """`twistd -n chat` in a process, on a port of its own; its store is in the directory.

    ``web`` is its port for HTTP, 0 for a free one. ``files`` are the soft and the hard limit of its
    open files. ``options`` are those of `spawn`. The process is forked from one that has imported
    chatd, and a new interpreter if it is ``fresh`` or has options.
    """

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        web: int | None = None,
        files: tuple[int, int] | None = None,
        reactor: str = "",
        fresh: bool = False,
        **options: Any,
    ) -> None:
        self.directory = directory
        self._arguments = arguments
        for_web = [] if web is None else ["--web", f"tcp:{web}:interface=127.0.0.1"]
        whole = ["-l", LOOPBACK, "-s", "sqlite:store", *UNHURRIED, *for_web, *arguments]
        reading, writing = os.pipe()
        self.output = open(reading, "rb")  # noqa: SIM115 - closed with the server
        self.process: subprocess.Popen[bytes] | forks.Program
        twistd = [f"--reactor={reactor}"] if reactor else []
        if fresh or options:
            self.process = spawn(
                directory, *whole, twistd=twistd, stdout=writing, stderr=writing, **options
            )
        else:
            self.process = forked(directory, *whole, output=writing, twistd=twistd, files=files)
        os.close(writing)
        self.said: list[str] = []
        while line := self._next_line():
            self.said.append(message_of(line))
            if self.said[-1].startswith("history in "):
                break
        found = [match for match in map(LISTENING.match, self.said) if match]
        self.ports = [int(match[2]) for match in found if not match[1]]
        assert self.ports, f"it did not start: {self.said}"
        self.port = self.ports[0]
        self.web_port = next((int(match[2]) for match in found if match[1]), None)

    @property
    def url(self) -> str:
        """The URL of the page."""
        return self.url_at("127.0.0.1")

    def url_at(self, host: str) -> str:
        """Return the page's URL under another name of this machine.

        For a browser it is another site, with cookies and a storage of its own.
        """
        return f"http://{host}:{self.web_port}/"

    def guest(self) -> Client:
        """Return a client that has received its welcome."""
        client = Client(self.port)
        client.until(WELCOMED)
        return client

    def logged(self) -> str:
        """Wait for the next line of the log, and return its message."""
        return message_of(self._next_line())

    def memory(self, *, peak: bool = False) -> int:
        """Return the bytes of memory that the daemon has now, or the most that it has had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        field = "VmHWM" if peak else "VmRSS"
        (kilobytes,) = re.findall(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
        return int(kilobytes) * 1024

    def hold(self) -> None:
        """Hold the reactor for longer than any test takes, and wait until it is held.

        Handlers of signals run meanwhile. What was logged before is passed over.
        """
        self.process.send_signal(signal.SIGURG)
        while self.logged() != "held":
            pass

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status.

        A daemon that stopped by itself did so within `chatd.daemon.signals.STOP_SECONDS`: the
        system ends a slower one by SIGALRM.
        """
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill the daemon, as a power cut does."""
        self.stop(signal.SIGKILL)

    def again(self) -> LiveServer:
        """Start the daemon again, which has ended, with the same store and port for HTTP."""
        return LiveServer(self.directory, *self._arguments, web=self.web_port)

    def rest(self) -> str:
        """Return the output until the daemon ended."""
        return self.output.read().decode()

    def _next_line(self) -> str:
        return self.output.readline().decode().rstrip("\n")

    def __enter__(self: Server) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.output.close()


def message_of(line: str) -> str:
    """Return a line of the log without its time and source."""
    return line.partition("] ")[2]


def unix_connection(path: str) -> socket.socket:
    """Connect to a UNIX socket; a refused connection leaves no open socket behind."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(PATIENCE)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


class Client:
    """A client that writes lines, reads lines, and waits for them."""

    def __init__(self, address: int | str | socket.socket) -> None:
        if isinstance(address, socket.socket):
            self.socket = address
        elif isinstance(address, int):
            self.socket = socket.create_connection(("127.0.0.1", address), PATIENCE)
        else:
            self.socket = unix_connection(address)
        self.lines = self.socket.makefile("rb")

    def type(self, *lines: str) -> None:
        self.socket.sendall("".join(f"{line}\n" for line in lines).encode())

    def line(self) -> str:
        """Return the next line, or "" at the end."""
        return self.lines.readline().decode().rstrip("\n")

    def said(self) -> str:
        """Return the next line that is no notice: clients of other tests may leave now."""
        while (line := self.line()).startswith("*** "):
            pass
        return line

    def until(self, text: str) -> list[str]:
        seen = [self.line()]
        while text not in seen[-1]:
            assert seen[-1], f"the server closed; before that: {seen[-3:]}"
            seen.append(self.line())
        return seen

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.lines.close()
        self.socket.close()


def start(directory: Path, *arguments: str) -> tuple[int, str]:
    """Start a daemon as README has it; return the exit status of its start, and what that said."""
    status, output, errors = forks.run(
        prepared(),
        RUN_TWISTD,
        *("--pidfile=", "chat", *arguments),
        directory=directory,
        environment=environment(),
        timeout=PATIENCE,
    )
    return status, (output + errors).decode()


def wait_for_end(number: int, patience: float) -> bool:
    """Wait until a process that is no child of this one has ended. False if it does not."""
    if hasattr(os, "pidfd_open"):  # on Linux alone
        with suppress(ProcessLookupError):
            process = os.pidfd_open(number)
            try:
                return bool(select.select([process], [], [], patience)[0])
            finally:
                os.close(process)
        return True
    late = time.monotonic() + patience
    while time.monotonic() < late:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


@contextmanager
def in_the_background(directory: Path, *arguments: str) -> Iterator[tuple[int, str]]:
    """Start a daemon; yield its process number, from its store's lock, and its UNIX socket."""
    path = str(directory / "chat")
    assert start(directory, "-l", f"unix:{path}", "-s", "sqlite:store", *arguments) == (0, "")
    number = 0
    try:
        with Client(path) as person:
            person.until(WELCOMED)  # then it runs, and its socket is not only bound
        number = int((directory / "store.lock").read_text())
        yield number, path
        with suppress(ProcessLookupError):  # a test may have stopped it
            os.kill(number, signal.SIGTERM)
        assert wait_for_end(number, PATIENCE), "it did not stop"
    finally:
        if number:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


STOPPED = (0, -signal.SIGTERM)
"""The exit statuses of a daemon that stopped within `chatd.daemon.signals.STOP_SECONDS`. SIGALRM
would have ended a slower one."""
