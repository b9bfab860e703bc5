"""IRC clients, as programs that a test types into and reads.

A terminal of a test has no person: what the program draws is dropped, and what it shows is read
from its logs. This module must not know what is said.
"""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0
"""Most seconds that a program may take to show what it was sent."""

LOOK_SECONDS = 0.02
"""Seconds between two looks at a log while nothing is drawn: a program may draw nothing for it."""

TERMINAL = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}


class Program:
    """A program on a terminal of its own, which comes into a ``room``. Its logs are in ``home``.

    It comes back by itself, also into that room. With a ``password`` it logs in to an account.
    """

    name = ""

    def __init__(self, home: Path, port: int, nickname: str, room: str, password: str = "") -> None:
        self.home = home
        self.port = port
        self.nickname = nickname
        self.room = room
        self.password = password
        home.mkdir(exist_ok=True)
        self._master, slave = pty.openpty()
        environment = {**os.environ, **TERMINAL, "HOME": str(home)}
        self._process = subprocess.Popen(
            self.prepared(),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self._drew = threading.Event()
        self._drawing = threading.Thread(target=self._drop_what_is_drawn, daemon=True)
        self._drawing.start()

    @classmethod
    def missing(cls) -> str:
        """Return what this needs and this machine has not; empty if all is here."""
        return "" if shutil.which(cls.name) else cls.name

    def prepared(self) -> list[str]:
        """Write the configuration of the program, and return the command that runs it."""
        raise NotImplementedError

    def type(self, *lines: str) -> None:
        """Type lines."""
        os.write(self._master, "".join(f"{line}\r" for line in lines).encode())

    def logs(self) -> str:
        """Return what the program has logged so far."""
        files = sorted(path for path in self.home.rglob("*log*") if path.is_file())
        return "\n".join(path.read_text("utf-8", errors="replace") for path in files)

    def until(self, text: str, times: int = 1) -> None:
        """Wait until a text was shown so many times."""
        end = time.monotonic() + PATIENCE
        while (seen := self.logs().count(text)) < times:
            assert time.monotonic() < end, f"{self.name} shows {text!r} {seen} times: {self.logs()}"
            self._look_again()
        assert seen == times, f"{self.name} shows {text!r} {seen} times: {self.logs()}"

    def close(self) -> None:
        """Kill the program."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._drawing.join()
        os.close(self._master)

    def _look_again(self) -> None:
        """Return as soon as something may have been logged."""
        self._drew.wait(LOOK_SECONDS)
        self._drew.clear()

    def _drop_what_is_drawn(self) -> None:
        """Read what the program draws: a terminal that takes nothing would hold it."""
        with suppress(OSError):  # EIO: the program has ended
            while os.read(self._master, 1 << 16):
                self._drew.set()

    # Commands of the person

    def join(self, room: str) -> None:
        """Join a room."""
        self.type(f"/join #{room}")

    def say(self, room: str, text: str) -> None:
        """Say a line in a room, or an action or a topic that is a command of the program."""
        raise NotImplementedError

    def tell(self, name: str, text: str) -> None:
        """Say a line to one person."""
        self.type(f"/msg {name} {text}")

    def act(self, room: str, text: str) -> None:
        """Say an action in a room."""
        self.say(room, f"/me {text}")

    def set_topic(self, room: str, text: str) -> None:
        """Set the topic of a room."""
        self.say(room, f"/topic {text}")

    # Texts on the screen of the program

    def joined(self, room: str) -> str:
        """Return a text that is shown once the program is in a room."""
        raise NotImplementedError

    def kicked(self, room: str, by: str) -> str:
        """Return a text that is shown once the program was put out of a room."""
        raise NotImplementedError


class Irssi(Program):
    """irssi, which asks for few capabilities."""

    name = "irssi"
    password_of_server = ""

    def prepared(self) -> list[str]:
        sasl = {"sasl_mechanism": "PLAIN", "sasl_username": self.nickname}
        login = {**sasl, "sasl_password": self.password} if self.password else {}
        settings = {
            "core": {"real_name": self.nickname, "server_reconnect_time": "1s"},
            # It types faster than people, and is not held back for that.
            "irc/core": {"cmd_queue_speed": "1msec", "cmds_max_at_once": "100"},
            "fe-text": {"paste_detect_time": "0"},
            "fe-common/core": {
                "autolog": "yes",
                "autolog_level": "all -crap -clientcrap",
                "autolog_path": f"{self.home}/log/$0.log",
            },
        }
        network = {"type": "IRC", **login}
        room = {"name": f"#{self.room}", "chatnet": "chatd", "autojoin": "yes"}
        server = {"address": "127.0.0.1", "chatnet": "chatd", "port": str(self.port)}
        if self.password_of_server:
            server["password"] = self.password_of_server
        of_settings = " ".join(f"{_key(name)} = {_block(each)};" for name, each in settings.items())
        (self.home / "config").write_text(
            f"servers = ( {_block(server)} );\n"
            f"chatnets = {{ chatd = {_block(network)}; }};\n"
            f"channels = ( {_block(room)} );\n"
            f"settings = {{ {of_settings} }};\n"
        )
        return ["irssi", f"--home={self.home}", "-c", "chatd", "-n", self.nickname]

    def say(self, room: str, text: str) -> None:
        self.type(f"/window goto #{room}", text)

    def joined(self, room: str) -> str:
        return f"{self.nickname} [{self.nickname}@chatd.local] has joined #{room}"

    def kicked(self, room: str, by: str) -> str:
        return f"was kicked from #{room} by {by}"


def _key(name: str) -> str:
    return f'"{name}"'


def _block(values: Mapping[str, str]) -> str:
    return f"{{ {' '.join(f'{name} = {_key(value)};' for name, value in values.items())} }}"


class WeeChat(Program):
    """WeeChat without a screen, which is typed into by a pipe."""

    name = "weechat-headless"

    def prepared(self) -> list[str]:
        sasl = ""
        if self.password:
            sasl = f" -sasl_mechanism=plain -sasl_username={self.nickname}"
            sasl += f" -sasl_password={self.password}"
        commands = (
            "/set logger.file.flush_delay 0",
            "/set irc.server_default.autoreconnect_delay 1",
            "/set irc.server_default.autorejoin on",
            "/set irc.look.smart_filter off",
            f"/server add chatd 127.0.0.1/{self.port} -nossl -nicks={self.nickname}{sasl}"
            f" -autojoin=#{self.room}",
            "/connect chatd",
        )
        return [self.name, "-d", str(self.home), "-r", ";".join(commands)]

    def type(self, *lines: str) -> None:
        for line in lines:
            self._put("server.chatd", line)

    def say(self, room: str, text: str) -> None:
        self._put(f"chatd.#{room}", text)

    def joined(self, room: str) -> str:
        return f"({self.nickname}@chatd.local) has joined #{room}"

    def kicked(self, room: str, by: str) -> str:
        return f"{by} has kicked {self.nickname}"

    def _put(self, buffer: str, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while not (pipes := list(self.home.glob("weechat_fifo_*"))):
            assert time.monotonic() < end, "it made no pipe"
            self._look_again()
        pipes[0].write_text(f"irc.{buffer} *{text}\n")
