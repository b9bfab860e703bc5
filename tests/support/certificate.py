"""A certificate for tests of TLS."""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_certificate(path: Path, *, address: str = "127.0.0.1", has_expired: bool = False) -> Path:
    """Write a key, and a certificate for an address that it signs itself, and return the path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat.test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    until = now + datetime.timedelta(hours=-1 if has_expired else 24)
    names = [x509.IPAddress(ipaddress.ip_address(address))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def fingerprint_of(path: Path) -> str:
    """Return the fingerprint of the key in a certificate, as another library reads it."""
    key = x509.load_pem_x509_certificate(path.read_bytes()).public_key()
    encoded = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"sha256:{base64.b64encode(hashlib.sha256(encoded).digest()).decode()}"


# Twisted speaks to pyOpenSSL in a way that a coming version of it will not take.
OLD_API = pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")
