"""A daemon with a page, which can be killed and started again at the same address."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from tests.support.live_server import PATIENCE, LiveServer

LISTENING = re.compile(r"^listening on (?:https?://)?[^ ]*:(\d+)\b")


class WebDaemon(LiveServer):
    """A process of ``twistd -n chat --web``; `address` is its URL for a browser."""

    def __init__(self, directory: Path, *arguments: str, web_port: int = 0) -> None:
        self._directory = directory
        self._arguments = arguments
        super().__init__(directory, "--web", f"tcp:{web_port}:interface=127.0.0.1", *arguments)
        ports = [int(found[1]) for found in map(LISTENING.match, self.said) if found]
        self.web_port = next(port for port in ports if port != self.port)

    @property
    def address(self) -> str:
        """The URL of the page."""
        return self.at("127.0.0.1")

    def at(self, host: str) -> str:
        """Return the page's URL under another name of this machine.

        For a browser it is another site, with cookies and a storage of its own.
        """
        return f"http://{host}:{self.web_port}/"

    def kill(self) -> None:
        """Kill the daemon, as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def again(self) -> WebDaemon:
        """Start the daemon again, which has ended, with the same store at the same address."""
        return WebDaemon(self._directory, *self._arguments, web_port=self.web_port)
