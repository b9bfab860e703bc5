"""A daemon with a page: started, killed, and started again where it was."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from tests.integration.test_daemon import PATIENCE, Daemon

LISTENING = re.compile(r"^listening on (?:https?://)?[^ ]*:(\d+)\b")


class WebDaemon(Daemon):
    """``twistd -n chat --web``; its address is in `address`, as a browser wants it."""

    def __init__(self, directory: Path, *arguments: str, web_port: int = 0) -> None:
        self._directory = directory
        self._arguments = arguments
        super().__init__(directory, "--web", f"tcp:{web_port}:interface=127.0.0.1", *arguments)
        ports = [int(found[1]) for found in map(LISTENING.match, self.said) if found]
        self.web_port = next(port for port in ports if port != self.port)

    @property
    def address(self) -> str:
        """Of the page."""
        return self.at("127.0.0.1")

    def at(self, host: str) -> str:
        """The page's address under another name of this machine: to a browser another site, with
        its own cookies and its own memory."""
        return f"http://{host}:{self.web_port}/"

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def again(self) -> WebDaemon:
        """It, with the same store at the same address, once it has ended."""
        return WebDaemon(self._directory, *self._arguments, web_port=self.web_port)
