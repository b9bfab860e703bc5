"""`chatd check-config`: what is wrong with a configuration file, all at once.

It reads the files that the settings name, binds no address and opens no store. This module must not
know which settings there are.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from chatd.daemon.configuration import Configuration
from chatd.daemon.given import Faulty
from chatd.daemon.listener_settings import ListenerSettings, UnknownUser
from chatd.daemon.metrics_token import TokenError, read_token
from chatd.daemon.motd import MotdError, read_motd
from chatd.daemon.server_certificate import ServerCertificate
from chatd.daemon.settings import Settings
from chatd.daemon.tls_endpoints import files_of
from chatd.text.escaping import visible
from chatd.util.command_manual import Example
from chatd.util.extras import how_to_install
from chatd.util.key_pairs import BadPair

DEFAULT_FILE = "chatd.toml"
"""The file that is checked, or written, if none is named. The daemon reads none by itself."""

SUCCESS = "the daemon can start with the settings"

EXAMPLES = (
    Example("check chatd.toml", "chatd check-config"),
    Example("check another file", "chatd check-config /etc/chatd/chatd.toml"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd check-config` to *parser*."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        default=DEFAULT_FILE,
        help=f"the configuration file (default: {DEFAULT_FILE})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print each fault in a line on standard error. Return 0 if there is none, otherwise 1."""
    file = Path.cwd() / arguments.file
    try:
        settings = Configuration({}, os.environ, file, arguments.file).read()
        faults = [f"{arguments.file}: {each}" for each in faults_of_files(settings, Path.cwd())]
    except Faulty as faulty:
        faults = [fault.line for fault in faulty.faults]
    for fault in faults:
        sys.stderr.write(f"{visible(fault)}\n")
    if not faults:
        count = len(settings.listeners)
        sys.stdout.write(
            f"{visible(arguments.file)}: no fault; {count} address{'es' * (count > 1)}.\n"
        )
    return 1 if faults else 0


def faults_of_files(settings: Settings, folder: Path) -> Iterator[str]:
    """Generate what is wrong with the files that settings name.

    Paths that are relative to none but the daemon's folder are relative to ``folder``.
    """
    if settings.motd is not None:
        try:
            read_motd(folder / settings.motd)
        except MotdError as error:
            yield str(error)
    if settings.token_file is not None:
        try:
            read_token(folder / settings.token_file)
        except TokenError as error:
            yield str(error)
    for listener in settings.listeners:
        for wrong in (_wrong_pair(listener), _wrong_user(listener)):
            if wrong is not None:
                yield f"{listener.endpoint!r}: {wrong}"


def _wrong_user(listener: ListenerSettings) -> str | None:
    """Return what is wrong with the user of the trusted proxy of a listener, or None."""
    try:
        _ = listener.trust and listener.trust.uid
    except UnknownUser as error:
        return str(error)
    return None


def _wrong_pair(listener: ListenerSettings) -> str | None:
    """Return what is wrong with the key and the certificate of a listener; None if nothing is."""
    files = files_of(listener)
    if files is None:
        return None
    try:
        wrong = ServerCertificate(files).pair.wrong_date(datetime.now(timezone.utc))
    except BadPair as bad:
        return str(bad)
    except ModuleNotFoundError as error:
        return f"TLS needs {error.name}, which is not installed: {how_to_install('tls')}."
    return None if wrong is None else f"{wrong}. Write a new one, or give its file."
