"""The public key in a certificate: as `cryptography` reads it, and its fingerprint."""

from __future__ import annotations

import base64
import datetime
import hashlib
import string
from contextlib import suppress
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from chatd.util import public_keys
from chatd.util.public_keys import NotACertificate, NotAFingerprint

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=16)


@cache
def key(kind: str) -> Key:
    """Return a key of a kind, always the same."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def certificate(
    key: Key, *, name: str = "chat.test", serial: int = 1, hosts: tuple[str, ...] = ()
) -> x509.Certificate:
    """Return a certificate that a key signs itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    began = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), serial)
        .not_valid_before(began)
        .not_valid_after(began + datetime.timedelta(days=365))
    )
    if hosts:
        names = x509.SubjectAlternativeName(map(x509.DNSName, hosts))
        builder = builder.add_extension(names, critical=False)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest)


@cache
def some_certificate() -> bytes:
    """Return a certificate in DER, always the same."""
    return certificate(key("ec")).public_bytes(Encoding.DER)


def known_of(certificate: x509.Certificate) -> bytes:
    """Return the key of a certificate as another library finds it."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@given(
    st.sampled_from(["ec", "ed25519", "rsa"]),
    NAMES,
    st.integers(1, 2**159 - 1),
    st.integers(0, 300),
)
def test_it_is_the_key_that_another_library_finds(
    kind: str, name: str, serial: int, hosts: int
) -> None:
    names = tuple(f"host-{number}.test" for number in range(hosts))
    made = certificate(key(kind), name=name, serial=serial, hosts=names)
    assert public_keys.public_key_of(made.public_bytes(Encoding.DER)) == known_of(made)


def test_the_fingerprint_is_that_of_rfc_7469() -> None:
    made = certificate(key("ec"))
    digest = base64.b64encode(hashlib.sha256(known_of(made)).digest()).decode()
    assert public_keys.fingerprint_of(made.public_bytes(Encoding.DER)) == f"sha256:{digest}"


def test_a_new_certificate_of_the_same_key_has_the_same_fingerprint() -> None:
    first, second = (certificate(key("ec"), serial=serial) for serial in (1, 2))
    assert first != second
    prints = {
        public_keys.fingerprint_of(each.public_bytes(Encoding.DER)) for each in (first, second)
    }
    assert len(prints) == 1


@given(st.binary(max_size=400))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotACertificate):
        public_keys.public_key_of(data)


@given(st.data())
def test_a_certificate_that_is_cut_off_or_goes_on_is_refused(data: st.DataObject) -> None:
    whole = some_certificate()
    cut = data.draw(st.integers(0, len(whole) - 1))
    more = data.draw(st.binary(min_size=1, max_size=9))
    for wrong in whole[:cut], whole + more:
        with pytest.raises(NotACertificate):
            public_keys.public_key_of(wrong)


@given(st.data())
def test_one_changed_byte_causes_no_other_error(data: st.DataObject) -> None:
    whole = bytearray(some_certificate())
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(NotACertificate):
        public_keys.public_key_of(bytes(whole))


@pytest.mark.parametrize(
    "length",
    [b"\x80", b"\x81\x05", b"\x82\x00\x85", b"\x81"],
    ids=["indefinite", "long form of a short one", "zero in front", "cut off"],
)
def test_a_length_has_one_way_to_be_written(length: bytes) -> None:
    with pytest.raises(NotACertificate, match=r"length|cut off"):
        public_keys.public_key_of(b"\x30" + length + bytes(0x85))


class TestWritten:
    """A fingerprint as people write it."""

    @given(st.binary(min_size=32, max_size=32))
    def test_it_is_taken_as_it_is_shown(self, digest: bytes) -> None:
        shown = f"sha256:{base64.b64encode(digest).decode()}"
        assert public_keys.parse(shown) == shown
        assert public_keys.parse(f" {shown}\n") == shown

    def test_bits_that_do_not_count_are_left_out(self) -> None:
        assert public_keys.parse("sha256:" + "A" * 42 + "B=") == "sha256:" + "A" * 43 + "="

    @given(st.text(string.ascii_letters + string.digits + "+/=:", max_size=60))
    def test_another_text_is_refused(self, text: str) -> None:
        with pytest.raises(NotAFingerprint):
            public_keys.parse(text)
