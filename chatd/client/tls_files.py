"""`chatd tls`: make the key and the certificate of a server, and show what clients see of them.

This module must not know how they are made, nor who uses them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from chatd.client.files import folder_as_owner
from chatd.client.wire import ClientError
from chatd.text.escaping import visible
from chatd.text.validation import is_host_name
from chatd.util import interfaces, key_pairs, self_signed
from chatd.util.command_manual import Example
from chatd.util.extras import how_to_install
from chatd.util.key_pairs import BadPair
from chatd.util.private_files import UnsafePath
from chatd.util.whole_files import content_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_SUMMARIES = {
    "self-signed": "make a certificate that its own key signs, and a key unless there is one",
    "show": "show the fingerprints, the names and the dates of a certificate",
    "fingerprint": "print the fingerprint of the key of a certificate, and nothing else",
}

SUCCESS = "it was done"

EXAMPLES = (
    Example("make a key and a certificate in the directory tls", "chatd tls self-signed"),
    Example(
        "make them for another name, too",
        "chatd tls self-signed --host chat.example.org /etc/chatd",
    ),
    Example("compare what clients see", "chatd tls show tls/cert.pem"),
    Example("print what --fingerprint takes", "chatd tls fingerprint tls/cert.pem"),
)

_USED = ("x509", "x509.oid", "hazmat.primitives.hashes", "hazmat.primitives.serialization")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd tls` to *parser*."""
    actions = parser.add_subparsers(dest="do", metavar="DO", required=True)
    for do, summary in _SUMMARIES.items():
        action = actions.add_parser(do, help=summary, description=summary, allow_abbrev=False)
        if do != "self-signed":
            action.add_argument("file", type=Path, metavar="FILE", help="a certificate in PEM")
            continue
        action.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=Path("tls"),
            metavar="FOLDER",
            help=f"the directory of {self_signed.KEY} and {self_signed.CERTIFICATE} (default: tls)",
        )
        action.add_argument(
            "--host",
            action="append",
            type=_name,
            default=[],
            metavar="NAME",
            help="a name or an address for the certificate, besides this machine's own (may be"
            " repeated)",
        )
        action.add_argument(
            "--new-key",
            action="store_true",
            help="replace the key, too: clients that know the server will refuse it",
        )


def run(arguments: argparse.Namespace) -> int:
    """Carry out what is asked, and print the result. Raises `ClientError` if that is impossible."""
    _load_cryptography()
    try:
        if arguments.do == "self-signed":
            lines = _made(arguments.folder, arguments.host, new_key=arguments.new_key)
        else:
            certificate = _certificate_in(arguments.file)
            fingerprint = key_pairs.fingerprint_of(certificate)
            lines = [fingerprint] if arguments.do == "fingerprint" else _shown(certificate)
    except (BadPair, UnsafePath) as error:
        raise ClientError(str(error)) from None
    except OSError as error:
        if error.filename is None:  # the working directory is gone
            raise
        raise ClientError(f"{error.filename}: {error.strerror}.") from None
    for line in lines:
        print(visible(line))
    return 0


def _load_cryptography() -> None:
    """Import the library now: the owner of a folder may not be allowed to read it later."""
    try:
        for name in (*_USED, "hazmat.primitives.asymmetric.ec"):
            import_module(f"cryptography.{name}")
    except ImportError:
        raise ClientError(f"chatd tls needs cryptography: {how_to_install('tls')}") from None


def _made(folder: Path, hosts: Sequence[str], *, new_key: bool) -> list[str]:
    """Make a pair, and return lines about it."""
    names = [*self_signed.own_names(interfaces.addresses()), *hosts]
    made = self_signed.make(
        folder_as_owner(folder), names, datetime.now(timezone.utc), new_key=new_key
    )
    certificate = made.pair.certificate
    return [
        f"key:         {made.files.key} ({'the one before' if made.had_key else 'new'})",
        f"certificate: {made.files.certificate}",
        *_shown(certificate),
    ]


def _shown(certificate: Certificate) -> list[str]:
    """Return lines about a certificate."""
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    issuer = (
        "its own key"
        if key_pairs.is_self_signed(certificate)
        else certificate.issuer.rfc4514_string()
    )
    return [
        f"fingerprint: {key_pairs.fingerprint_of(certificate)}",
        f"in browsers: SHA-256 {key_pairs.digest_of(certificate)}",
        f"names:       {', '.join(key_pairs.names_of(certificate)) or 'none'}",
        f"valid:       {key_pairs.day(begin)} to {key_pairs.day(end)}",
        f"signed by:   {issuer}",
    ]


def _certificate_in(path: Path) -> Certificate:
    return key_pairs.certificates_of(content_of(path), str(path))[0]


def _name(text: str) -> str:
    """Return a host name or an address, for argparse."""
    try:
        return str(ip_address(text))
    except ValueError:
        if is_host_name(text):
            return text
    raise argparse.ArgumentTypeError(f"{text!r} is not a host (a name or an address)")
