"""A terminal (pyte on a pty) in which `chatd connect` runs, and the server's end of its connection.

Its process is forked from one that has imported what it needs.

A test speaks for the server with `Talk.peer`, and types and reads with `Talk.terminal`.
"""

import atexit
import fcntl
import os
import pty
import select
import socket
import struct
import termios
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from tempfile import TemporaryDirectory

import pyte

from tests.support import forks
from tests.support.checkout import ROOT
from tests.support.sentences import EN
from tests.support.stand_in import DEADLINE, Peer

UP = "\x1b[A"
CTRL_C = "\x03"
CTRL_D = "\x04"


@cache
def prepared() -> forks.Interpreter:
    """Return the interpreter that has imported the console, which ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    modules = "chatd.cli", "chatd.client.connect", "chatd.client.console"
    return stack.enter_context(forks.interpreter(*modules, variables={"PYTHONUTF8": "1"}))


class Screen(pyte.Screen):
    """The emulated screen of a terminal, which counts its bells."""

    bells = 0

    def bell(self, *_: object) -> None:
        self.bells += 1


class Terminal:
    """A terminal, of 80 columns unless others are given, in which `chatd connect` runs."""

    def __init__(
        self, *address: str, stdout: int | None = None, columns: int = 80, **environment: str
    ) -> None:
        self._screen = Screen(columns, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        self._settings = termios.tcgetattr(self._master)
        self._ended = False
        inherited = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        self.process = forks.Program(
            prepared(),
            forks.CHATD,
            "connect",
            *address,
            directory=ROOT,
            environment={**inherited, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
            files=(slave, slave if stdout is None else stdout, slave),
        )
        os.close(slave)

    def close(self) -> None:
        """End the program if it still runs."""
        if not self._ended:
            self.process.terminate()  # and not killed, or its coverage would be lost
            self.status()
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def rows(self) -> list[str]:
        """Return the rows on the screen that are not blank."""
        return [row.rstrip() for row in self._screen.display if row.strip()]

    @property
    def bells(self) -> int:
        """The number of times that the terminal has rung."""
        return self._screen.bells

    def colours(self, text: str) -> set[str]:
        """Return the colours in which *text* is on the screen."""
        for y, row in enumerate(self._screen.display):
            if text in row:
                start = row.index(text)
                cells = self._screen.buffer[y]
                return {cells[x].fg for x in range(start, start + len(text))}
        raise AssertionError(f"{text!r} is not on the screen: {self.rows()}")

    def until(self, is_so: Callable[[list[str]], object]) -> None:
        """Read from the program until *is_so* of the rows on the screen."""
        end = time.monotonic() + DEADLINE
        while not is_so(self.rows()):
            assert not self._ended, f"ended with {self.rows()}"
            self._read(end)

    def until_last(self, *rows: str) -> None:
        """Read from the program until the last rows on the screen are *rows*."""
        self.until(lambda shown: [*map(str.rstrip, shown[-len(rows) :])] == list(rows))

    def status(self) -> int:
        """Read until the program ends and return its exit status."""
        end = time.monotonic() + DEADLINE
        while not self._ended:
            self._read(end)
        assert termios.tcgetattr(self._master) == self._settings, "the terminal was left changed"
        return self.process.wait(DEADLINE)

    def _read(self, end: float) -> None:
        ready, _, _ = select.select([self._master], [], [], max(0, end - time.monotonic()))
        assert ready, f"nothing more came: {self.rows()}"
        try:
            self._stream.feed(os.read(self._master, 1 << 16))
        except OSError:  # EIO: no process has the terminal open any more
            self._ended = True


class Talk:
    """A terminal and the server's end of its connection.

    The server is known, by a UNIX socket, unless the connection is *over_tcp*.
    """

    def __init__(
        self,
        stdout: int | None = None,
        columns: int = 80,
        *,
        over_tcp: bool = False,
        **environment: str,
    ) -> None:
        self._directory = TemporaryDirectory()
        with socket.socket(socket.AF_INET if over_tcp else socket.AF_UNIX) as listener:
            listener.bind(("127.0.0.1", 0) if over_tcp else f"{self._directory.name}/chat.sock")
            listener.listen()
            listener.settimeout(DEADLINE)
            name = listener.getsockname()
            address = (name[0], str(name[1])) if over_tcp else ("--unix", name)
            self.terminal = Terminal(*address, stdout=stdout, columns=columns, **environment)
            connection, _ = listener.accept()
        connection.settimeout(DEADLINE)
        self.peer = Peer(connection)

    def __enter__(self) -> "Talk":
        here = EN.sentence("here", people="luis and 2 guests")
        welcome, *_ = EN.notices("welcome", name="guest1", room="lobby", here=here)
        self.peer.send(welcome)
        self.terminal.until(
            lambda rows: rows and rows[0].startswith(welcome[:6]) and rows[-1].strip() == ">"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()
        self.peer.close()
        self._directory.cleanup()
