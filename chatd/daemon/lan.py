"""The addresses of `--lan`: the local network comes in over TLS, without a file to prepare.

Chat lines and browsers have a port each, with a certificate that is made beside the store if there
is none; its key stays. This module must not know how addresses are bound, nor what is logged.

Over IPv4 the daemon listens at every address: one that DHCP changes goes on to be served. Over IPv6
it listens at the unique local addresses of the start alone. A machine mostly has public ones beside
them, which clients try first: at one where nothing listens they go on to the next. Connections of
both that are not local are refused (`chatd.daemon.local_network`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv6Address
from pathlib import Path
from typing import NamedTuple

from twisted.internet.endpoints import quoteStringArgument

from chatd.daemon.listener_settings import Lan, ListenerKind, ListenerSettings
from chatd.daemon.local_network import is_public
from chatd.daemon.os_process import acting_as, refuse
from chatd.daemon.server_certificate import ServerCertificate
from chatd.daemon.settings import Settings
from chatd.util import self_signed
from chatd.util.extras import how_to_install
from chatd.util.interfaces import Address
from chatd.util.key_pairs import BadPair, PairFiles
from chatd.util.private_files import UnsafePath, check_folder, resolve
from chatd.util.privileges import Identity

FOLDER = "tls"
"""The directory of the pair, in that of the store."""

RENEWED_BEFORE = timedelta(days=30)
"""The time before its end at which a certificate that is self-signed is made anew, at a start."""

PORTS = {ListenerKind.CHAT: 60062, ListenerKind.WEB: 60443}
"""The ports with TLS, as in the README."""

WEB_HERE = "tcp:60080:interface=127.0.0.1"
"""The address for browsers on this machine, if none is given."""


class LanDoors(NamedTuple):
    """The ways in for the local network."""

    listeners: tuple[ListenerSettings, ...]
    certificate: ServerCertificate

    addresses: tuple[Address, ...]
    """The addresses of this machine that the network can reach, the best ones first."""


def doors_of(
    settings: Settings, folder: Path, user: Identity, addresses: Iterable[Address], now: datetime
) -> LanDoors:
    """Return the ways in, with a pair that is made in a folder if there is none.

    Raises `SystemExit` if that is impossible.
    """
    reached = tuple(each for each in addresses if _can_be_reached(each, settings.lan))
    certificate = _certificate(folder / FOLDER, user, reached, now)
    v6 = [each for each in reached if isinstance(each, IPv6Address)]

    def listener(kind: ListenerKind, endpoint: str) -> ListenerSettings:
        return ListenerSettings(
            kind,
            endpoint,
            certificate.files,
            settings.limits,
            buffers=settings.buffers,
            only_local=settings.lan is Lan.LOCAL,
        )

    listeners = [
        listener(kind, endpoint)
        for kind, port in PORTS.items()
        for endpoint in (
            f"tcp:{port}",
            *(f"tcp6:{port}:interface={quoteStringArgument(str(each))}" for each in v6),
        )
    ]
    if not any(each.kind is ListenerKind.WEB for each in settings.listeners):
        here = ListenerSettings(
            ListenerKind.WEB, WEB_HERE, None, settings.limits, buffers=settings.buffers
        )
        listeners.append(here)
    return LanDoors(tuple(listeners), certificate, reached)


def _can_be_reached(address: Address, lan: Lan) -> bool:
    """Return True for an address that is told to others: link-local ones of IPv6 need a zone."""
    if address.is_loopback or (isinstance(address, IPv6Address) and address.is_link_local):
        return False
    return lan is Lan.ALL or not is_public(address)


def _certificate(
    folder: Path, user: Identity, addresses: Iterable[Address], now: datetime
) -> ServerCertificate:
    """Return the certificate in a folder of the daemon's user, with whose rights it is made."""
    trusted = {0, user.uid} if os.geteuid() == 0 else None
    with acting_as(user):
        try:
            folder = resolve(folder, trusted)
            folder.mkdir(0o700, exist_ok=True)
            check_folder(folder)
            files = self_signed.files_in(folder)
            if _is_missing(files, now):
                self_signed.make(folder, self_signed.own_names(addresses), now)
            return ServerCertificate(files)
        except ImportError as error:
            missing = (error.name or "").partition(".")[0]
            refuse(f"--lan needs {missing}, which is not installed: {how_to_install('tls')}.")
        except (BadPair, UnsafePath) as error:
            refuse(f"cannot use --lan: {error}")
        except OSError as error:
            refuse(f"cannot use --lan: {error.filename}: {error.strerror}.")


def _is_missing(files: PairFiles, now: datetime) -> bool:
    """Return True if a certificate is to be made: there is none, or it ends soon.

    Raises `BadPair` for files that are no pair: they stay.
    """
    if not files.certificate.exists():
        return True
    pair = files.read()
    return pair.is_self_signed and pair.not_after - now < RENEWED_BEFORE
