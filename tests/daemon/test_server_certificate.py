"""`ServerCertificate`: who is shown which pair, and which pairs are not taken."""

from __future__ import annotations

import ssl
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet.interfaces import IProtocolNegotiationFactory
from twisted.internet.protocol import Factory, Protocol
from zope.interface import implementer

from chatd.daemon.server_certificate import ServerCertificate
from chatd.util import self_signed
from chatd.util.key_pairs import BadPair, PairFiles
from tests.support.authority import write_signed_pair
from tests.support.certificate import write_certificate
from tests.support.tls_client import TlsClient, any_certificate

NOW = datetime.now(timezone.utc)


class Echo(Protocol):
    def dataReceived(self, data: bytes) -> None:
        self.transport.write(data)  # type: ignore[union-attr]


@implementer(IProtocolNegotiationFactory)
class OfWeb(Factory):
    """A factory that negotiates, as that of the web does."""

    protocol = Echo

    def acceptableProtocols(self) -> list[bytes]:
        return [b"http/1.1"]


@pytest.fixture
def files(tmp_path: Path) -> PairFiles:
    write_signed_pair(tmp_path, NOW - timedelta(days=1))
    return self_signed.files_in(tmp_path)


@pytest.fixture
def certificate(files: PairFiles) -> ServerCertificate:
    return ServerCertificate(files)


def come(certificate: ServerCertificate, context: ssl.SSLContext | None = None) -> TlsClient:
    """Return a client that has shaken hands."""
    client = TlsClient(certificate, Factory.forProtocol(Echo), context)
    client.shake_hands()
    return client


def in_file(files: PairFiles) -> bytes:
    return files.read().certificate.public_bytes(Encoding.DER)


class TestAClient:
    def test_is_shown_the_certificate(
        self, certificate: ServerCertificate, files: PairFiles
    ) -> None:
        assert come(certificate).certificate == in_file(files)

    def test_is_not_the_cause_of_a_warning(self, certificate: ServerCertificate) -> None:
        with warnings.catch_warnings(record=True) as warned:
            come(certificate)
        assert warned == []

    def test_of_old_versions_of_tls_is_refused(self, certificate: ServerCertificate) -> None:
        context = any_certificate()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            come(certificate, context)

    def test_negotiates_what_is_spoken_inside(self, certificate: ServerCertificate) -> None:
        context = any_certificate()
        context.set_alpn_protocols(["h2", "http/1.1"])
        client = TlsClient(certificate, OfWeb(), context)
        client.shake_hands()
        assert client.spoken == "http/1.1"

    def test_may_be_sent_certificates_of_authorities_in_between(
        self, files: PairFiles, tmp_path: Path
    ) -> None:
        chain = write_certificate(tmp_path / "chain.pem")
        assert come(ServerCertificate(files._replace(chain=chain))).certificate == in_file(files)


class TestARenewal:
    def test_is_for_those_who_come_afterwards(
        self, certificate: ServerCertificate, files: PairFiles, tmp_path: Path
    ) -> None:
        early = come(certificate)
        before = in_file(files)
        write_signed_pair(tmp_path, NOW - timedelta(days=1))
        assert come(certificate).certificate == before
        certificate.renew(NOW)
        assert come(certificate).certificate == in_file(files) != before
        assert early.ask(b"hola") == b"hola"

    def test_during_a_handshake_does_not_break_it(
        self, certificate: ServerCertificate, tmp_path: Path
    ) -> None:
        client = TlsClient(certificate, Factory.forProtocol(Echo))
        write_signed_pair(tmp_path, NOW - timedelta(days=1))
        certificate.renew(NOW)
        client.shake_hands()
        assert client.ask(b"hola") == b"hola"

    @pytest.mark.parametrize("begin", [-100, 1])
    def test_is_refused_if_its_dates_are_wrong(
        self, certificate: ServerCertificate, files: PairFiles, tmp_path: Path, begin: int
    ) -> None:
        before = in_file(files)
        write_signed_pair(tmp_path, NOW + timedelta(days=begin))
        with pytest.raises(BadPair, match=r"the certificate (expired on|is valid from)"):
            certificate.renew(NOW)
        assert come(certificate).certificate == before

    def test_is_refused_if_the_key_is_of_another_certificate(
        self, certificate: ServerCertificate, files: PairFiles, tmp_path: Path
    ) -> None:
        before = in_file(files)
        other = tmp_path / "other"
        other.mkdir()
        write_signed_pair(other, NOW)
        (other / "key.pem").replace(files.key)
        with pytest.raises(BadPair, match="do not belong together"):
            certificate.renew(NOW)
        assert come(certificate).certificate == before

    def test_finds_the_files_from_another_directory(
        self, files: PairFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        certificate = ServerCertificate(PairFiles(Path("cert.pem"), Path("key.pem")))
        monkeypatch.chdir("/")
        certificate.renew(NOW)


class TestAChangeOfTheFiles:
    def test_is_none_until_there_is_one(self, certificate: ServerCertificate) -> None:
        assert certificate.stamp_of_change() is None

    @pytest.mark.parametrize("name", ["key", "certificate"])
    def test_of_either_is_seen(self, certificate: ServerCertificate, name: str) -> None:
        path: Path = getattr(certificate.files, name)
        path.write_bytes(path.read_bytes() + b"\n")
        assert certificate.stamp_of_change() is not None

    def test_of_certificates_in_between_is_seen(self, files: PairFiles, tmp_path: Path) -> None:
        chain = write_certificate(tmp_path / "chain.pem")
        certificate = ServerCertificate(files._replace(chain=chain))
        assert certificate.stamp_of_change() is None
        write_certificate(chain)
        assert certificate.stamp_of_change() is not None

    def test_to_none_is_seen(self, certificate: ServerCertificate) -> None:
        certificate.files.key.unlink()
        assert certificate.stamp_of_change() is not None

    def test_is_over_once_it_was_taken(
        self, certificate: ServerCertificate, tmp_path: Path
    ) -> None:
        write_signed_pair(tmp_path, NOW - timedelta(days=1))
        certificate.renew(NOW)
        assert certificate.stamp_of_change() is None


def test_a_key_that_is_too_weak_is_refused_before_clients_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    monkeypatch.setattr(self_signed, "_new_key", lambda: weak)
    files = self_signed.make(tmp_path, ["chat.test"], NOW).files
    with pytest.raises(
        BadPair, match=r"OpenSSL does not take .*cert\.pem for TLS: ee key too small"
    ):
        ServerCertificate(files)
