"""Why an address cannot be bound: the reason, and what to do."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from twisted.internet.error import CannotListenError

from chatd.daemon import bind_errors
from chatd.daemon.addresses import address_of
from chatd.daemon.bind_errors import CannotBind, check_files, why_not
from chatd.daemon.port_owner import Owner
from tests.support.certificate import write_certificate


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(description: str) -> str:
    """Return why the files of an address are refused."""
    with pytest.raises(CannotBind) as refused:
        check_files(address_of(description))
    return str(refused.value)


def reason(description: str, number: int) -> str:
    """Return why an address was not bound, after an error of the system."""
    error = CannotListenError("", 7, OSError(number, os.strerror(number)))
    return why_not(address_of(description), error)


class TestUnixSocket:
    def test_needs_a_directory(self) -> None:
        assert refusal("unix:nowhere/chat") == (
            "there is no directory nowhere. Make it first, or take another path."
        )

    def test_does_not_replace_another_file(self, here: Path) -> None:
        (here / "notes").touch()
        assert refusal("unix:notes") == "notes is there, and is no socket. Take another path."
        assert refusal("unix:notes/chat").startswith("there is no directory notes.")

    def test_has_a_short_path(self) -> None:
        assert refusal("unix:" + "x" * 108).startswith("its path has 108 bytes, and that of a ")

    def test_needs_rights(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda *_, **__: False)
        assert refusal("unix:chat") == "the directory . cannot be written. Take another one."

    def test_may_be_that_of_a_daemon_that_is_gone(self, here: Path) -> None:
        with closing(socket.socket(socket.AF_UNIX)) as gone:
            gone.bind("chat")
        check_files(address_of("unix:chat"))
        check_files(address_of("unix:new"))

    def test_is_of_one_process(self) -> None:
        error = CannotListenError("", "chat", "Cannot acquire lock")
        assert why_not(address_of("unix:chat"), error) == (
            "another process listens there. Stop it, or take another path."
        )


class TestTls:
    def test_needs_a_key(self) -> None:
        assert refusal("ssl:7") == (
            "TLS needs a key and a certificate: ssl:7:privateKey=key.pem:certKey=cert.pem."
        )

    def test_needs_files_that_can_be_read(self, here: Path) -> None:
        write_certificate(here / "both.pem")
        for description, name in ("ssl:7:no", "privateKey"), ("ssl:7:both.pem:no", "certKey"):
            assert refusal(description).startswith(f"{name}={here}/no cannot be read: No such file")

    def test_takes_one_file_with_both(self, here: Path) -> None:
        write_certificate(here / "both.pem")
        check_files(address_of("ssl:7:both.pem"))
        check_files(address_of("haproxy:ssl:7:both.pem:both.pem"))

    def test_takes_the_file_that_twisted_takes(self, here: Path) -> None:
        write_certificate(here / "server.pem")
        check_files(address_of("ssl:7"))

    @pytest.mark.parametrize(
        ("key", "certificate", "why"),
        [
            ("key", None, "key has no certificate. Give its file, too: certKey=cert.pem."),
            ("cert", "key", "privateKey and certKey are the wrong way round. Exchange them."),
            ("notes", "cert", "privateKey=notes has no private key in PEM. Name the file of the "),
            ("key", "notes", "certKey=notes has no certificate in PEM. Name the file of the "),
            (
                "locked",
                "cert",
                "privateKey=locked has a passphrase, which a daemon cannot be ",
            ),
        ],
    )
    def test_needs_each_in_its_place(
        self, here: Path, key: str, certificate: str | None, why: str
    ) -> None:
        both = write_certificate(here / "both").read_bytes()
        begin = both.index(b"-----BEGIN CERTIFICATE")
        (here / "key").write_bytes(both[:begin])
        (here / "cert").write_bytes(both[begin:])
        (here / "notes").write_text("buy milk")
        private = serialization.load_pem_private_key(both, None)
        (here / "locked").write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"secret"),
            )
        )
        values = f"{key}:{certificate}" if certificate else key
        assert refusal(f"ssl:7:{values}").startswith(why)


class TestPort:
    def test_in_use_names_the_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bind_errors, "owner_of", lambda port: Owner(port, "nginx"))
        assert reason("tcp:80", errno.EADDRINUSE) == (
            "the port is in use by nginx, process 80. Stop that program, or take another port."
        )

    def test_in_use_by_an_unknown_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bind_errors, "owner_of", lambda port: None)
        assert reason("tcp:80", errno.EADDRINUSE) == (
            "the port is in use. Stop that program, or take another port."
        )

    def test_in_use_by_this_daemon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bind_errors, "owner_of", lambda port: Owner(os.getpid(), "chatd"))
        assert reason("tcp:80", errno.EADDRINUSE).startswith("another address of this daemon has ")

    def test_below_1024_is_for_root(self) -> None:
        assert reason("tcp:80", errno.EACCES).startswith("ports below 1024 are for root. Take one ")
        assert reason("tcp:1024", errno.EACCES) == (
            "Permission denied. Put that right, or give another address."
        )

    def test_is_at_an_address_of_this_machine(self) -> None:
        told = "this machine does not have the address '192.0.2.1'. Take one of its own, or"
        address = "tcp:7:interface=192.0.2.1"
        assert reason(address, errno.EADDRNOTAVAIL).startswith(told)
        unknown = CannotListenError("", 7, socket.gaierror(-2, "Name or service not known"))
        assert why_not(address_of(address), unknown).startswith(told)


def test_another_error_is_told_as_it_is() -> None:
    assert why_not(address_of("tcp:7"), ValueError("Odd.")) == (
        "Odd. Put that right, or give another address."
    )
