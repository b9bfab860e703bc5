"""The file `known_servers`: the keys of servers that the user trusts, as with ssh.

Each line is an address and the fingerprint of its key, ``chat.example:60062 sha256:...``. A line
that begins with ``#`` is a comment. This module must not know how a key comes to be trusted.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.client import config_files
from chatd.client.wire import ClientError, UntrustedServer
from chatd.text.escaping import visible
from chatd.util import public_keys

NAME = "known_servers"


class KnownServer(NamedTuple):
    """A server whose key is trusted."""

    address: str
    fingerprint: str
    line: int
    """The number of its line, from 1."""

    def check(self, has: str) -> None:
        """Raise `UntrustedServer` unless the server *has* the key that is trusted."""
        if has != self.fingerprint:
            raise UntrustedServer(
                f"the key of {self.address} has changed, or another server answers there: it is"
                f" {has}, and {config_files.path_of(NAME)}, line {self.line}, has"
                f" {self.fingerprint}. If its operator confirms the new key, delete that line."
            )


def find(address: str) -> KnownServer | None:
    """Return the entry of an address, if there is one. Raises `ClientError` for a faulty file."""
    path = config_files.path_of(NAME)
    return _parsed(path, config_files.lines_of(path)).get(_key(address))


def add(address: str, fingerprint: str) -> str:
    """Store the key of a server, and return the path of the file. Raises `ClientError`.

    Another process may have stored one meanwhile; then that is the one which counts.
    """
    path = config_files.path_of(NAME)
    if path is None:
        raise ClientError(
            "the key cannot be stored: you have no home directory. Set XDG_CONFIG_HOME, or give"
            " the key as --fingerprint."
        )
    with config_files.being_changed(path):
        lines = config_files.lines_of(path)
        known = _parsed(path, lines).get(_key(address))
        if known is not None:
            known.check(fingerprint)
        else:
            config_files.replace(path, [*lines, f"{_key(address)} {fingerprint}"])
    return path


def _key(address: str) -> str:
    return address.lower()


def _parsed(path: str | None, lines: list[str]) -> dict[str, KnownServer]:
    """Return the entries by address."""
    found: dict[str, KnownServer] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            address, written = words
            known = KnownServer(_key(address), public_keys.parse(written), number)
        except ValueError:
            raise ClientError(
                f"{path}, line {number}: {visible(line)!r} is not HOST:PORT and sha256:BASE64."
                " Mend that line, or delete it."
            ) from None
        earlier = found.setdefault(known.address, known)
        if earlier is not known:
            raise ClientError(
                f"{path}, line {number}: {visible(known.address)} is in line {earlier.line}, too."
                " Delete one of them."
            )
    return found
