"""`chatd say` under a registered name, with a daemon that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.commands import chatd_in_text
from tests.support.live_server import LiveServer

PASSWORD = "correct horse battery"


class ServedAccount:
    """A daemon with an account, and a directory that clients work in."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.certificate = write_certificate(directory / "pem")
        (directory / "password").write_text(f"{PASSWORD}\n")
        self.run("admin", "--store", "sqlite:store", "add", "ana", given=f"{PASSWORD}\n")
        pem = f"privateKey={self.certificate}:certKey={self.certificate}"
        tls, unix = f"ssl:0:interface=127.0.0.1:{pem}", f"unix:{directory}/chat.sock"
        self.daemon = LiveServer(directory, "-l", tls, "-l", unix)

    def run(self, *arguments: str, given: str = "") -> str:
        """Run ``chatd`` to its end, which must be good, and return its output."""
        status, output, errors = chatd_in_text(self.directory, *arguments, given=given)
        assert status == 0, errors
        return output + errors

    def said(self) -> list[str]:
        """Return the lines of the lobby, without their times."""
        stored = self.run("export", "--store", "sqlite:store")
        return [line.partition("] ")[2] for line in stored.splitlines()]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedAccount]:
    served = ServedAccount(tmp_path)
    yield served
    with served.daemon as daemon:
        daemon.stop()


@pytest.mark.parametrize("way", ["unix", "tls"])
def test_all_lines_are_said_under_the_registered_name(served: ServedAccount, way: str) -> None:
    known = {
        "unix": ["--unix", "chat.sock"],
        "tls": [
            *("--port", str(served.daemon.ports[1])),
            *("--fingerprint", fingerprint_of(served.certificate)),
        ],
    }[way]
    lines = [f"line {number}" for number in range(250)]
    login = ("--login", "ana", "--password-file", "password")
    assert served.run("say", *known, *login, given="\n".join(lines)) == ""
    assert served.said() == [f"<ana> {line}" for line in lines]
