"""`--lan`: what is opened, and the pair that is made for it."""

from __future__ import annotations

import socket
import ssl
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from twisted.internet.threads import deferToThread

from chatd.daemon import lan
from chatd.daemon.lan import RENEWED_BEFORE
from chatd.daemon.listener_settings import ListenerKind
from chatd.util import self_signed
from chatd.util.extras import how_to_install
from chatd.util.key_pairs import names_of
from tests.support.authority import write_signed_pair
from tests.support.lan import NOW, doors
from tests.support.service import make, ports_of, unbind
from tests.support.tls_client import any_certificate


def refusal(folder: Path) -> str:
    with pytest.raises(SystemExit) as refused:
        doors(folder)
    return str(refused.value)


@pytest.fixture(autouse=True)
def _is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)


class TestAddresses:
    def test_are_those_of_ipv4_and_the_unique_local_ones_of_ipv6(self, tmp_path: Path) -> None:
        found = doors(tmp_path)
        assert [(each.kind, each.endpoint, each.only_local) for each in found.listeners] == [
            (ListenerKind.CHAT, "tcp:60062", True),
            (ListenerKind.CHAT, r"tcp6:60062:interface=fd00\:\:5", True),
            (ListenerKind.WEB, "tcp:60443", True),
            (ListenerKind.WEB, r"tcp6:60443:interface=fd00\:\:5", True),
            (ListenerKind.WEB, "tcp:60080:interface=127.0.0.1", False),
        ]

    def test_are_public_too_if_all_are_let_in(self, tmp_path: Path) -> None:
        found = doors(tmp_path, lan__public="true")
        assert not any(each.only_local for each in found.listeners)
        endpoints = [each.endpoint for each in found.listeners]
        assert r"tcp6:60062:interface=2606\:2800\:\:1" in endpoints
        assert "fe80" not in str(endpoints)

    def test_have_tls_but_for_the_one_of_this_machine(self, tmp_path: Path) -> None:
        *others, here = doors(tmp_path).listeners
        assert here.tls is None
        assert {each.tls for each in others} == {self_signed.files_in(tmp_path / "tls")}

    def test_that_are_told_are_those_that_others_reach(self, tmp_path: Path) -> None:
        assert list(map(str, doors(tmp_path).addresses)) == ["192.168.1.5", "fd00::5"]

    def test_of_browsers_that_were_given_stay_as_they_are(self, tmp_path: Path) -> None:
        endpoints = [each.endpoint for each in doors(tmp_path, listen__web="tcp:7").listeners]
        assert "tcp:60080:interface=127.0.0.1" not in endpoints

    def test_have_the_limits_of_all(self, tmp_path: Path) -> None:
        found = doors(tmp_path, limits__line_seconds="7", limits__send_buffer="9")
        assert {(each.limits.line_seconds, each.buffers.send) for each in found.listeners} == {
            (7, 9)
        }


class TestThePair:
    def test_is_made_for_the_addresses_of_this_machine(self, tmp_path: Path) -> None:
        pair = doors(tmp_path).certificate.pair
        assert {"localhost", "192.168.1.5", "fd00::5"} <= set(names_of(pair.certificate))
        assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700

    def test_is_the_same_at_the_next_start(self, tmp_path: Path) -> None:
        first, second = (doors(tmp_path).certificate.pair.certificate for _ in range(2))
        assert first == second

    def test_is_renewed_in_its_last_month_with_the_same_key(self, tmp_path: Path) -> None:
        (tmp_path / "tls").mkdir(0o700)
        then = NOW - self_signed.LIFETIME + RENEWED_BEFORE
        old = self_signed.make(tmp_path / "tls", ["chat.test"], then).pair
        new = doors(tmp_path).certificate.pair
        assert new.fingerprint == old.fingerprint
        assert new.not_after > NOW + timedelta(days=800)
        assert "chat.test" in names_of(new.certificate)

    def test_may_be_that_of_an_authority(self, tmp_path: Path) -> None:
        (tmp_path / "tls").mkdir(0o700)
        write_signed_pair(tmp_path / "tls", NOW - timedelta(days=1), 3)
        certificate = (tmp_path / "tls/cert.pem").read_bytes()
        doors(tmp_path)
        assert (tmp_path / "tls/cert.pem").read_bytes() == certificate

    def test_that_is_none_stays_and_is_refused(self, tmp_path: Path) -> None:
        doors(tmp_path)
        (tmp_path / "tls/key.pem").write_bytes(b"half")
        assert "key.pem has no private key in PEM" in refusal(tmp_path)
        assert (tmp_path / "tls/key.pem").read_bytes() == b"half"

    def test_is_not_made_where_others_may_write(self, tmp_path: Path) -> None:
        (tmp_path / "tls").mkdir()
        (tmp_path / "tls").chmod(0o777)
        assert "others may write to the directory" in refusal(tmp_path)

    def test_is_not_made_without_a_directory(self, tmp_path: Path) -> None:
        (tmp_path / "tls").touch()
        assert refusal(tmp_path) == f"chatd: cannot use --lan: {tmp_path}/tls: File exists."

    def test_needs_a_library(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "cryptography", None)
        for name in [name for name in sys.modules if name.startswith("cryptography.")]:
            monkeypatch.setitem(sys.modules, name, None)
        needs = f"--lan needs cryptography, which is not installed: {how_to_install('tls')}."
        assert refusal(tmp_path) == f"chatd: {needs}"


async def test_a_line_is_said_over_tls_from_an_empty_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan, "PORTS", dict.fromkeys(lan.PORTS, 0))
    monkeypatch.setattr(lan, "WEB_HERE", "tcp:0:interface=127.0.0.1")
    service = make(tmp_path, "--listen", "tcp:0:interface=127.0.0.1", "--lan")
    chat = next(each for each in service.listeners if each.certificate is not None)
    address = "127.0.0.1", chat.ports[0].getHost().port  # type: ignore[attr-defined]

    def say() -> tuple[str, bytes]:
        context = any_certificate()
        with (
            socket.create_connection(address, timeout=10) as plain,
            context.wrap_socket(plain) as client,
        ):
            heard = b""
            while b"/quit" not in heard:
                heard += client.recv(4096)
            client.sendall(b"hola\n")
            while b"> hola\n" not in heard:
                heard += client.recv(4096)
            return ssl.DER_cert_to_PEM_cert(client.getpeercert(binary_form=True) or b""), heard

    certificate, heard = await deferToThread(say)
    assert certificate.split() == (tmp_path / "tls/cert.pem").read_text().split()
    assert b"<guest1> hola" in heard
    await chat.factory.when_empty()
    assert len(ports_of(service)) >= 4
    await unbind(service)
