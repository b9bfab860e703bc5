"""`chatd check-config`: what is wrong with a configuration file, all at once.

It reads the files that the settings name, and looks at the places of those that the daemon writes,
with the rights of its user. It binds no address and opens no store. This module must not know which
settings there are.
"""

from __future__ import annotations

import argparse
import os
import pwd
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path

from chatd.daemon.configuration import Configuration
from chatd.daemon.given import Faulty
from chatd.daemon.listener_settings import Lan, ListenerSettings, UnknownUser
from chatd.daemon.metrics_token import TokenError, read_token
from chatd.daemon.motd import MotdError, read_motd
from chatd.daemon.os_process import refuse
from chatd.daemon.server_certificate import ServerCertificate
from chatd.daemon.settings import Settings
from chatd.daemon.systemd import USER
from chatd.daemon.tls_endpoints import files_of
from chatd.storage.contract import StoreError
from chatd.storage.paths import is_shared, path_of
from chatd.text.escaping import visible
from chatd.util.command_manual import Example
from chatd.util.extras import how_to_install
from chatd.util.key_pairs import BadPair
from chatd.util.private_files import UnsafePath, check_folder, login_of, why_not_writable
from chatd.util.privileges import Identity, current, identity_of

DEFAULT_FILE = "chatd.toml"
"""The file that is checked, or written, if none is named. The daemon reads none by itself."""

SUCCESS = "the daemon can start with the settings"

EXAMPLES = (
    Example("check chatd.toml", "chatd check-config"),
    Example("check another file", "chatd check-config /etc/chatd/chatd.toml"),
    Example("check it as root for the user alba", "chatd check-config --user alba"),
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
    parser.add_argument(
        "--user",
        metavar="USER",
        help="the user of the daemon, with whose rights root looks at files (default:"
        f" {USER}, if there is one)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print each fault in a line on standard error. Return 0 if there is none, otherwise 1."""
    folder = Path.cwd()
    user = _user(arguments.user)
    configuration = Configuration({}, os.environ, folder / arguments.file, arguments.file, user)
    try:
        settings = configuration.read()
        with user.acting():
            found = list(faults_of_files(settings, folder))
        faults = [f"{arguments.file}: {each}" for each in found]
    except Faulty as faulty:
        faults = [fault.line for fault in faulty.faults]
    for fault in faults:
        sys.stderr.write(f"{visible(fault)}\n")
    if not faults:
        who = "" if user.uid == os.geteuid() else f" for the user {login_of(user.uid)}"
        sys.stdout.write(f"{visible(arguments.file)}: no fault{who}; {_counted(settings)}.\n")
    return 1 if faults else 0


def _user(name: str | None) -> Identity:
    """Return the user of the daemon. Refuse a name that is none, and another one without rights."""
    if name is None and os.geteuid() != 0:
        return current()
    try:
        uid = pwd.getpwnam(name or USER).pw_uid
    except KeyError:
        if name is None:
            return current()
        refuse(f"--user takes a user of this machine; not {visible(repr(name))}.")
    if os.geteuid() not in (0, uid):
        refuse(f"only root can check for another user: run this as {visible(repr(name))}, or root.")
    return identity_of(uid)


def _counted(settings: Settings) -> str:
    """Return the number of the addresses. Those for the network depend on its interfaces."""
    count = len(settings.listeners)
    lan = "" if settings.lan is Lan.NOBODY else ", and those for the network"
    return f"{count} address{'es' * (count > 1)}{lan}"


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
    # The daemon's folder is known to its unit alone, so nothing is known of a place in it.
    audit = settings.audit or ""
    if os.path.isabs(audit) and (why := _wrong_place(Path(audit))):
        yield f"cannot write the audit {audit}: {why}."
    is_file = not is_shared(settings.store) and os.path.isabs(settings.store.partition(":")[2])
    if is_shared(settings.store) and find_spec("psycopg") is None:
        needs = f"it needs psycopg: {how_to_install('postgres')}."
        yield f"cannot use --store {settings.store}: {needs}"
    if is_file and (why := _wrong_store(settings.store)):
        yield f"cannot use --store {settings.store}: {why}"
    for listener in settings.listeners:
        for wrong in (_wrong_pair(listener), _wrong_user(listener)):
            if wrong is not None:
                yield f"{listener.endpoint!r}: {wrong}"


def _wrong_store(where: str) -> str:
    """Return why this process could not make a store, or write to it; "" if it could."""
    try:
        path = path_of(where, Path("/"))
        if path is None:
            return ""
        check_folder(path.parent)
    except (StoreError, UnsafePath) as error:
        return str(error)
    except OSError as error:
        return f"{error.filename}: {error.strerror}."
    why = _wrong_place(path)
    return f"{path}: {why}." if why else ""


def _wrong_place(path: Path) -> str:
    """Return why this process could not make a file, or write to it; "" if it could."""
    if os.path.exists(path) or not os.path.isdir(path.parent):
        return why_not_writable(path)
    return why_not_writable(path.parent)


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
