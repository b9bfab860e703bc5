"""A terminal (pyte on a pty) in which `chatd connect` runs, and the server's end of its connection.

Its process is forked from one that has imported what it needs.

A test speaks for the server with `Talk`, and types and reads with `Talk.terminal`.
"""

import atexit
import fcntl
import json
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
from typing import Any

import pyte

from tests.support import forks
from tests.support.checkout import ROOT
from tests.support.stand_in import DEADLINE, WELCOME, Peer

UP, DOWN = "\x1b[A", "\x1b[B"
PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"
CTRL_HOME, CTRL_END = "\x1b[1;5H", "\x1b[1;5F"
ESCAPE = "\x1b"
CTRL_C = "\x03"
CTRL_D = "\x04"


@cache
def prepared() -> forks.Interpreter:
    """Return the interpreter that has imported the console, which ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    modules = "chatd.cli", "chatd.client.connect", "chatd.client.console", "chatd.commands.dispatch"
    return stack.enter_context(forks.interpreter(*modules, variables={"PYTHONUTF8": "1"}))


class Screen(pyte.Screen):
    """The emulated screen of a terminal, which counts its bells."""

    bells = 0

    def bell(self, *_: object) -> None:
        self.bells += 1

    @property
    def is_other(self) -> bool:
        """True while a program draws on the terminal's other screen."""
        return 1049 << 5 in self.mode


class Terminal:
    """A terminal in which `chatd connect` runs, with the arguments that follow that."""

    def __init__(
        self,
        *arguments: str,
        stdout: int | None = None,
        columns: int = 80,
        rows: int = 24,
        **environment: str,
    ) -> None:
        self._screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
        self._settings = termios.tcgetattr(self._master)
        self._ended = False
        inherited = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        usual = {"TERM": "xterm-256color", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
        self.process = forks.Program(
            prepared(),
            forks.CHATD,
            "connect",
            *arguments,
            directory=ROOT,
            environment={**inherited, **usual, **environment},
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

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal. Its program is told, and draws again."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def rows(self) -> list[str]:
        """Return the rows on the screen that are not blank."""
        return [row.rstrip() for row in self._screen.display if row.strip()]

    @property
    def uses_other_screen(self) -> bool:
        """True while the program draws on the other screen, so that the usual one stays."""
        return self._screen.is_other

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

    def read(self, seconds: float) -> None:
        """Read from the program for so long."""
        end = time.monotonic() + seconds
        while not self._ended and (left := end - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
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
    """A terminal, and the server's end of its connections over a UNIX socket.

    The person is `guest1`, in the lobby unless other *rooms* are given, which all are entered.
    """

    def __init__(
        self,
        columns: int = 80,
        rows: int = 24,
        *,
        rooms: tuple[str, ...] = ("lobby",),
        greeting: dict[str, Any] | None = None,
        **environment: str,
    ) -> None:
        self._directory = TemporaryDirectory()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{self._directory.name}/chat.sock")
        self._listener.listen()
        self._listener.settimeout(DEADLINE)
        self._rooms = rooms
        self._greeting = greeting or {}
        address = "--unix", self._listener.getsockname()
        self.terminal = Terminal(*address, columns=columns, rows=rows, **environment)
        self.hello: dict[str, Any] = {}
        self.accept()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()
        self.peer.close()
        self._listener.close()
        self._directory.cleanup()

    def accept(self) -> None:
        """Take the next connection, greet, and put the person into the rooms."""
        connection, _ = self._listener.accept()
        connection.settimeout(DEADLINE)
        self.peer = Peer(connection)
        self.peer.send(WELCOME)
        while not (line := self.peer.read()).startswith(b"/sync"):
            assert line, "the client has gone"
        self.send("error", kind="Invalid message", key="message_not_json", text="No message.")
        self.hello = self.next("hello")
        usual = {"max_length": 4096, "max_lines": 100, "max_bytes": 16384, **self._greeting}
        self.send("hello", name="guest1", guest=True, account=False, lobby="lobby", **usual)
        for room in self._rooms:
            resumed = bool((self.hello.get("rooms") or {}).get(room))
            self.enter(room, resumed=resumed)
        self.settle()

    def settle(self) -> None:
        """Wait until the client has taken all that was sent."""
        bells = self.terminal.bells
        self.send("bell")
        self.terminal.until(lambda rows: self.terminal.bells > bells)

    def send(self, type: str, **members: Any) -> None:
        """Send a message."""
        self.peer.send(json.dumps({"type": type, **members}))

    def next(self, type: str) -> dict[str, Any]:
        """Return the next message of a type that the client sends."""
        while line := self.peer.read():
            if line.startswith(b"{"):
                message: dict[str, Any] = json.loads(line)
                if message["type"] == type:
                    return message
        raise AssertionError("the client has gone")

    def enter(self, room: str, *, after: int = 0, resumed: bool = False, topic: str = "") -> None:
        """Put the person into a room, whose lines up to *after* are not sent."""
        place = {"head": after, "after": after, "bookmark": None}
        text = f"Now in #{room}."
        state = {"topic": topic, "resumed": resumed, "anew": False, "text": text}
        self.send("entered", room=room, **place, **state)

    def hear(self, seq: int, author: str, text: str, room: str = "lobby", **members: Any) -> None:
        """Let the person hear a line."""
        self.send("events", room=room, events=[event(seq, author, text, **members)])

    def heed(self, seq: int) -> str:
        """Store the next line that the person says in the lobby at that seq. Return its text."""
        line = self.next("line")
        self.hear(seq, "guest1", line["text"])
        self.send("ack", id=line["id"], room="lobby", seq=seq)
        text: str = line["text"]
        return text


def event(seq: int, author: str, text: str, **members: Any) -> dict[str, Any]:
    """Return a line of a room's log as the server sends it."""
    return {
        "seq": seq,
        "time": int(time.time()) * 1000,
        "author": author,
        "kind": "message",
        "text": text,
        **members,
    }
