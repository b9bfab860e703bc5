"""Why an address cannot be bound, in a sentence that says what to do about it.

What can be seen before is checked before: Twisted would leave the file of a lock, and say less.
This module must not bind anything.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
from pathlib import Path

from twisted.internet.error import CannotListenError

from chatd.daemon.addresses import Address
from chatd.daemon.port_owner import owner_of
from chatd.util.key_pairs import BadPair, PairFiles

_OTHERWISE = "Put that right, or give another address."

_LONGEST_PATH = 107 if sys.platform == "linux" else 103
"""Bytes of the path of a UNIX socket: unix(7)."""

_FREE_PORTS = 1024
"""The first port that any user may take."""


class CannotBind(Exception):
    """An address cannot be bound as things are. Its text is the reason, and what to do."""


def check_files(address: Address) -> None:
    """Raise `CannotBind` if a file that an address names is not as it must be."""
    if address.kind == "unix":
        _check_path(Path(address.values["address"]))
    elif address.kind == "ssl":
        _check_key_and_certificate(address)


def why_not(address: Address, error: BaseException) -> str:
    """Return why an address was not bound, from the exception of Twisted or of the system."""
    reason: object = error.socketError if isinstance(error, CannotListenError) else error
    return (
        _system_reason(address, reason) if isinstance(reason, OSError) else _other(address, reason)
    )


def _system_reason(address: Address, error: OSError) -> str:
    values = address.values
    port, interface = values.get("port", ""), values.get("interface", "")
    if error.errno == errno.EADDRINUSE and port:
        owner = owner_of(int(port))
        if owner is not None and owner.process == os.getpid():
            return "another address of this daemon has the port. Give each a port of its own."
        by = f" by {owner.name}, process {owner.process}" if owner is not None else ""
        return f"the port is in use{by}. Stop that program, or take another port."
    if error.errno == errno.EACCES and port and int(port) < _FREE_PORTS:
        return (
            f"ports below {_FREE_PORTS} are for root. Take one above, or let systemd open it:"
            " systemd:name=chat."
        )
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return (
            f"this machine does not have the address {interface!r}. Take one of its own, or"
            " leave interface out for all of them."
        )
    return f"{error.strerror or error}. {_OTHERWISE}"


def _other(address: Address, error: object) -> str:
    if address.kind == "unix" and "lock" in str(error):
        return "another process listens there. Stop it, or take another path."
    return f"{str(error).rstrip('.')}. {_OTHERWISE}"


def _check_path(path: Path) -> None:
    length = len(os.fsencode(path))
    if length > _LONGEST_PATH:
        raise CannotBind(
            f"its path has {length} bytes, and that of a socket has at most {_LONGEST_PATH}. Take"
            " a shorter one."
        )
    try:
        parent = path.parent.stat()
        if not stat.S_ISDIR(parent.st_mode):
            raise NotADirectoryError
        if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=_HAS_EFFECTIVE):
            raise CannotBind(f"the directory {path.parent} cannot be written. Take another one.")
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise CannotBind(f"{path} is there, and is no socket. Take another path.")
    except (FileNotFoundError, NotADirectoryError):
        if not path.parent.is_dir():
            raise CannotBind(
                f"there is no directory {path.parent}. Make it first, or take another path."
            ) from None
    except OSError as error:
        raise CannotBind(f"{path}: {error.strerror}. {_OTHERWISE}") from None


_HAS_EFFECTIVE = os.access in os.supports_effective_ids


def _check_key_and_certificate(address: Address) -> None:
    """Check that there are a private key and a certificate, both in PEM."""
    port = address.values["port"]
    key = address.values.get("privateKey", "server.pem")
    certificate = address.values.get("certKey", key)
    if "privateKey" not in address.values and not Path(key).exists():
        raise CannotBind(
            f"TLS needs a key and a certificate: ssl:{port}:privateKey=key.pem:certKey=cert.pem."
        )
    try:
        PairFiles(Path(certificate), Path(key), "certKey", "privateKey").check()
    except BadPair as bad:
        raise CannotBind(str(bad)) from None
