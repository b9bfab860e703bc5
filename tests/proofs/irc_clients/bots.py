"""Bots on libraries of two languages, and a bouncer in front of irssi.

This module must not know what is said.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.proofs.irc_clients.programs import PATIENCE, Irssi, Program
from tests.support.server_processes import free_port
from tests.support.store_files import NOBODY

HERE = Path(__file__).parent


class Bot(Program):
    """A bot that obeys lines such as ``say #ops hello``, and logs what it is told of.

    It joins its room whenever it comes.
    """

    def command(self) -> list[str]:
        """Return the beginning of the command that runs it."""
        raise NotImplementedError

    def prepared(self) -> list[str]:
        log = str(self.home / "log")
        room = f"#{self.room}"
        return [*self.command(), log, str(self.port), self.nickname, room, self.password]

    def join(self, room: str) -> None:
        self.type(f"join #{room}")

    def say(self, room: str, text: str) -> None:
        self.type(f"say #{room} {text}")

    def tell(self, name: str, text: str) -> None:
        self.type(f"say {name} {text}")

    def act(self, room: str, text: str) -> None:
        self.type(f"act #{room} {text}")

    def set_topic(self, room: str, text: str) -> None:
        self.type(f"topic #{room} {text}")

    def joined(self, room: str) -> str:
        return f"joined #{room}"

    def kicked(self, room: str, by: str) -> str:
        return f"kicked from #{room} by {by}"


class IrcFramework(Bot):
    """A bot on irc-framework, the library of The Lounge and Kiwi IRC."""

    name = "irc-framework"

    @classmethod
    def missing(cls) -> str:
        if shutil.which("node") is None:
            return "node"
        found = subprocess.run(
            ["node", "-e", "require.resolve('irc-framework')"], capture_output=True, check=False
        )
        return "" if found.returncode == 0 else "npm's irc-framework, in NODE_PATH"

    def command(self) -> list[str]:
        return ["node", str(HERE / "framework_bot.cjs")]


class Pydle(Bot):
    """A bot on pydle."""

    name = "pydle"

    @classmethod
    def missing(cls) -> str:
        needed = ("pydle", "puresasl")
        return "" if all(map(importlib.util.find_spec, needed)) else "pydle[sasl], of PyPI"

    def command(self) -> list[str]:
        return [sys.executable, str(HERE / "pydle_bot.py")]


class IrssiBehindZnc(Irssi):
    """irssi that comes by a bouncer, znc: the bouncer is chatd's client."""

    password_of_server = "bouncer:at-home"

    @classmethod
    def missing(cls) -> str:
        return super().missing() or ("" if shutil.which("znc") else "znc")

    def __init__(self, home: Path, port: int, nickname: str, room: str, password: str = "") -> None:
        self._bouncer = _Znc(port, nickname, room, password)
        super().__init__(home, self._bouncer.port, nickname, room)
        self.password = password  # the bouncer's, and not irssi's

    def close(self) -> None:
        super().close()
        self._bouncer.close()


class _Znc:
    """A bouncer with one user, who is at one network, chatd, and in one room.

    It waits for half a minute if root runs it, so root has another user run it.
    """

    def __init__(self, port: int, nickname: str, room: str, password: str) -> None:
        self.port = free_port()
        user = NOBODY if os.geteuid() == 0 else None
        self._directory = tempfile.TemporaryDirectory(prefix="chatd-")
        home = Path(self._directory.name)
        configs = home / "configs"
        configs.mkdir()
        login = f" {nickname}:{password}" if password else ""
        secret = hashlib.sha256(b"at-homesalt").hexdigest()
        (configs / "znc.conf").write_text(
            "Version = 1.8.2\nConnectDelay = 1\nServerThrottle = 1\n"
            f"<Listener l>\nPort = {self.port}\nHost = 127.0.0.1\nIPv6 = false\nSSL = false\n"
            "</Listener>\n<User bouncer>\nAdmin = true\n"
            f"Pass = sha256#{secret}#salt#\nNick = {nickname}\nAltNick = {nickname}_\n"
            f"Ident = {nickname}\nRealName = {nickname}\n<Network chatd>\n"
            f"FloodBurst = 100\nServer = 127.0.0.1 {port}{login}\n<Chan #{room}>\n</Chan>\n"
            "</Network>\n</User>\n"
        )
        if user is not None:
            for path in (home, configs, configs / "znc.conf"):
                os.chown(path, user, user)
        self._process: subprocess.Popen[Any] = subprocess.Popen(
            ["znc", "--foreground", "--datadir", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=user,
        )

    def close(self) -> None:
        """End the bouncer."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)
        self._directory.cleanup()
