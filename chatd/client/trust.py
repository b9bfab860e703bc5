"""The judgement on a server with TLS: if it is the one that the user means.

It is, if its key is the one that was given; or the one that is stored (`known_servers`), and no
other one counts then; or if its certificate is valid for the host. Otherwise a person at a terminal
is asked once, and the key is stored. This module must not know what is said to a server.
"""

from __future__ import annotations

import sys

from chatd.client import known_servers, tls, wire
from chatd.client.tls import TlsStream
from chatd.client.wire import UntrustedServer

_OR_ANOTHER = f"name the host and the port that uses TLS, in the README {wire.TLS_PORT}."


def connect(host: str, port: int, given: str | None, *, may_ask: bool) -> TlsStream:
    """Connect to a server that is trusted. *given* is the fingerprint of its key, if there is one.

    Raises `UntrustedServer`, and `ClientError` if there is no server, or no TLS.
    """
    address = wire.show_address(host, port)
    known = known_servers.find(address) if given is None else None
    invalid = ""
    if given is None and known is None:
        try:
            return _connect(host, port, verifies=True)
        except tls.InvalidCertificate as error:
            invalid = str(error)
    stream = _connect(host, port, verifies=False)
    try:
        if known is not None:
            known.check(stream.fingerprint)
        elif given is None:
            _ask(address, stream.fingerprint, invalid, may_ask=may_ask)
        elif stream.fingerprint != given:
            raise UntrustedServer(
                f"the key of {address} is {stream.fingerprint}, and not {given}, which was given."
                " It is new, or that of another server: ask its operator."
            )
    except BaseException:
        stream.close()
        raise
    return stream


def _connect(host: str, port: int, *, verifies: bool) -> TlsStream:
    return tls.start(wire.connect(host, port, _OR_ANOTHER), host, verifies=verifies)


def _ask(address: str, fingerprint: str, invalid: str, *, may_ask: bool) -> None:
    """Ask the person at the terminal to trust a key, and store it. Raises `ClientError`."""
    if not (may_ask and _is_terminal()):
        raise UntrustedServer(
            f"the key of {address} is not known ({invalid}). Ask its operator for the fingerprint,"
            " which its log has, and give it as --fingerprint; or connect from a terminal, where"
            " you are asked, and the key is stored."
        )
    print(f"The key of {address} is not known ({invalid}):\n  {fingerprint}", file=sys.stderr)
    question = "The log of its daemon has the right one. Trust this key from now on? [yes/no] "
    while True:
        print(question, end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if answer.strip().lower() in _YES:
            break
        if not answer or answer.strip().lower() == "no":
            raise UntrustedServer(f"nothing was sent: the key of {address} is not trusted.")
        question = "Type yes or no: "
    path = known_servers.add(address, fingerprint)
    print(f"It is stored in {path}.", file=sys.stderr)


_YES = ("yes", "y", "sí", "si", "s")


def _is_terminal() -> bool:
    """Return True if there is a person to ask, and to show the question to."""
    return all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr))
