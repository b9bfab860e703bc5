"""`chatd.util.self_signed`: what is made, what stays, and what is not overwritten."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from chatd.util import self_signed
from chatd.util.key_pairs import BadPair, names_of
from chatd.util.self_signed import Made, own_names
from tests.support.authority import write_signed_pair

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)


def make(folder: Path, *names: str, new_key: bool = False) -> Made:
    return self_signed.make(folder, names or ["chat.test"], NOW, new_key=new_key)


def text_of(key: ed25519.Ed25519PrivateKey | x25519.X25519PrivateKey) -> bytes:
    """Return a key as a file has it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestACertificate:
    def test_is_one_that_clients_accept(self, tmp_path: Path) -> None:
        made = make(tmp_path, "chat.test", "10.0.0.1", "fd00::1").pair.certificate
        assert isinstance(made.public_key(), ec.EllipticCurvePublicKey)
        assert names_of(made) == ["chat.test", "10.0.0.1", "fd00::1"]
        extension = made.extensions.get_extension_for_class
        assert not extension(x509.BasicConstraints).value.ca
        assert list(extension(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]

    def test_is_valid_since_yesterday_and_for_825_days(self, tmp_path: Path) -> None:
        made = make(tmp_path).pair
        assert made.certificate.not_valid_before_utc == NOW - timedelta(days=1)
        span = made.not_after - made.certificate.not_valid_before_utc
        assert span == timedelta(days=825, seconds=-1)

    def test_is_the_one_that_is_written(self, tmp_path: Path) -> None:
        made = make(tmp_path)
        assert made.files.read().certificate == made.pair.certificate

    def test_of_a_host_with_a_long_name_has_it_all_the_same(self, tmp_path: Path) -> None:
        name = f"{'a' * 60}.chat.test"
        assert names_of(make(tmp_path, name).pair.certificate) == [name]


class TestTheKey:
    @pytest.mark.parametrize("umask", [0, 0o077])
    def test_is_readable_by_its_owner_alone(self, tmp_path: Path, umask: int) -> None:
        before = os.umask(umask)
        try:
            made = make(tmp_path)
        finally:
            os.umask(before)
        assert stat.S_IMODE(made.files.key.stat().st_mode) == 0o600

    def test_stays_when_the_certificate_is_renewed(self, tmp_path: Path) -> None:
        first, second = make(tmp_path), make(tmp_path)
        assert (first.had_key, second.had_key) == (False, True)
        assert first.pair.fingerprint == second.pair.fingerprint
        assert first.pair.certificate != second.pair.certificate

    def test_is_replaced_when_a_new_one_is_asked_for(self, tmp_path: Path) -> None:
        first, second = make(tmp_path), make(tmp_path, new_key=True)
        assert first.pair.fingerprint != second.pair.fingerprint == second.files.read().fingerprint

    @pytest.mark.parametrize("text", [b"", b"-----BEGIN PRIVATE KEY-----\n"])
    def test_that_cannot_be_read_stays(self, tmp_path: Path, text: bytes) -> None:
        (tmp_path / "key.pem").write_bytes(text)
        with pytest.raises(BadPair, match="is no private key that can be read"):
            make(tmp_path)
        assert content(tmp_path) == {"key.pem": text}

    def test_may_be_one_that_signs_without_a_hash(self, tmp_path: Path) -> None:
        key = ed25519.Ed25519PrivateKey.generate()
        (tmp_path / "key.pem").write_bytes(text_of(key))
        made = make(tmp_path)
        assert made.had_key
        assert made.files.read().is_self_signed

    def test_that_signs_nothing_stays(self, tmp_path: Path) -> None:
        text = text_of(x25519.X25519PrivateKey.generate())
        (tmp_path / "key.pem").write_bytes(text)
        with pytest.raises(BadPair, match="signs no certificate for TLS, and stays"):
            make(tmp_path)
        assert content(tmp_path) == {"key.pem": text}

    def test_that_appears_meanwhile_stays(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = tmp_path / "key.pem"

        def of_another() -> ec.EllipticCurvePrivateKey:
            key.write_bytes(b"of another process")
            return ec.generate_private_key(ec.SECP256R1())

        monkeypatch.setattr(self_signed, "_new_key", of_another)
        with pytest.raises(FileExistsError):
            make(tmp_path)
        assert content(tmp_path) == {"key.pem": b"of another process"}


class TestFilesBefore:
    def test_names_stay(self, tmp_path: Path) -> None:
        make(tmp_path, "chat.test", "10.0.0.1")
        names = names_of(make(tmp_path, "other.test").pair.certificate)
        assert names == ["other.test", "chat.test", "10.0.0.1"]

    @pytest.mark.parametrize("new_key", [False, True])
    def test_a_certificate_of_an_authority_stays(self, tmp_path: Path, *, new_key: bool) -> None:
        write_signed_pair(tmp_path, NOW)
        before = content(tmp_path)
        with pytest.raises(BadPair, match="is the certificate of an authority, and stays"):
            make(tmp_path, new_key=new_key)
        assert content(tmp_path) == before

    def test_a_file_of_a_process_that_was_killed_is_removed(self, tmp_path: Path) -> None:
        (tmp_path / "key.pem.new").write_bytes(b"half")
        make(tmp_path)
        assert sorted(content(tmp_path)) == ["cert.pem", "key.pem"]


class TestOwnNames:
    @pytest.mark.parametrize(
        ("hostname", "names"),
        [
            ("den", ["den", "den.local", "localhost"]),
            ("den.example.org", ["den.example.org", "den.local", "localhost"]),
            ("localhost", ["localhost", "localhost.local"]),
            ("a b", ["localhost"]),
        ],
    )
    def test_are_the_hostname_and_that_of_zeroconf(
        self, monkeypatch: pytest.MonkeyPatch, hostname: str, names: Sequence[str]
    ) -> None:
        monkeypatch.setattr(socket, "gethostname", lambda: hostname)
        assert own_names([]) == [*names, "127.0.0.1", "::1"]

    def test_have_no_address_that_is_valid_on_one_link_only(self) -> None:
        found = own_names(map(ip_address, ["10.0.0.1", "fe80::1", "fd00::1"]))
        assert found[-2:] == ["10.0.0.1", "fd00::1"]
