"""`chatd admin`: the accounts of a store, from the host that it is on.

While a daemon uses the store, it is asked at its control socket; else what is asked is done here. A
password is hashed here, so that it crosses nothing. Who may open the files may do all of this, and
nobody else may.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.administration import Administration
from chatd.client.wire import ClientError
from chatd.encoding import visible
from chatd.passwords import Hasher, InvalidPassword, Unavailable, password_of
from chatd.protocols.control import control_path
from chatd.server import ChatServer
from chatd.store import StoreError
from chatd.stores import path_of
from chatd.stores.sqlite import SqliteStore, StoreInUse
from chatd.texts import Language, sentence

ANSWER_TIMEOUT = 30.0
"""Seconds that the daemon has to answer."""

_SUMMARIES = {
    "list": "list who is registered",
    "add": "register a name, with a password that is asked for",
    "promote": "make somebody an administrator",
    "demote": "make somebody no administrator any more",
    "password": "set somebody's password, which is asked for",
    "remove": "make a name nobody's, and forget all that is kept with it",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what it takes."""
    parser.add_argument(
        "--store", default="sqlite:chatd.sqlite", metavar="WHERE", help="sqlite:PATH"
    )
    deeds = parser.add_subparsers(dest="do", metavar="DO", required=True)
    for do, summary in _SUMMARIES.items():
        deed = deeds.add_parser(do, help=summary, description=f"{summary.capitalize()}.")
        if do != "list":
            deed.add_argument("name", metavar="NAME")
        if do == "add":
            deed.add_argument("--admin", action="store_true", help="as an administrator")


def run(arguments: argparse.Namespace) -> int:
    """Do it, and say so. Raises `ClientError` if it cannot be done."""
    try:
        path = path_of(arguments.store, Path.cwd())
        if path is None:
            raise StoreError("it keeps nothing, so it has no accounts.")
        if arguments.do != "add" and not path.exists():
            raise StoreError("it is not there. Check --store.")
        request = {"do": arguments.do}
        if arguments.do != "list":
            request["name"] = arguments.name
        if arguments.do == "add":
            request["admin"] = arguments.admin
        if arguments.do in ("add", "password"):
            request["hash"] = _hash(_password(arguments.name))
        reply = _answer(path, request)
    except StoreError as error:
        raise ClientError(f"cannot use --store {arguments.store}: {error}") from None
    if "error" in reply:
        raise ClientError(visible(str(reply["error"])))
    if "accounts" in reply:
        for account in reply["accounts"]:
            print(_row(account))
    else:
        print(visible(str(reply.get("said"))))
    return 0


def _row(account: dict[str, Any]) -> str:
    created = time.strftime("%Y-%m-%d", time.localtime(account["created"]))
    role = "administrator" if account["admin"] else "-"
    return f"{visible(account['name'])}\t{role}\tsince {created}\t{account['connections']} here"


def _password(name: str) -> str:
    """The password that is typed twice, or piped in."""
    if sys.stdin is not None and sys.stdin.isatty():
        text = getpass.getpass(f"Password for {visible(name)}: ")
        if getpass.getpass("The same again: ") != text:
            raise ClientError("the two passwords differ. Try again.")
    elif sys.stdin is not None:
        try:
            text = sys.stdin.buffer.readline().decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise ClientError("the password is not UTF-8.") from None
    else:
        raise ClientError("there is nothing to read a password from: standard input is closed.")
    try:
        return password_of(text)
    except InvalidPassword as invalid:
        raise ClientError(sentence(Language.ENGLISH, invalid.key, **invalid.values)) from None


def _hash(password: str) -> str:
    try:
        return Hasher().hash(password)
    except Unavailable:
        raise ClientError("passwords need argon2-cffi: pip install 'chatd[accounts]'") from None


def _answer(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """What the daemon that uses the store answers; without one, what comes of it here."""
    try:
        return _do_here(path, request)
    except StoreInUse:
        return _ask_daemon(control_path(path), request)


def _ask_daemon(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_TIMEOUT)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline()
    except OSError as error:
        # Also a path that is too long for a socket.
        raise ClientError(
            f"a daemon uses the store, and cannot be asked at {path}:"
            f" {error.strerror or error}. Its log may say why; or stop it first."
        ) from None
    if not line:
        raise ClientError("the daemon closed the connection. Is it stopping? Try again.")
    reply: dict[str, Any] = json.loads(line)
    return reply


def _do_here(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    from twisted.internet import reactor

    steady: Any = reactor
    owner = _owner(path)
    store = SqliteStore(steady, path)
    if os.geteuid() == 0:
        store.hand_over(*owner)  # what root makes, the daemon's user must be able to open
    outcome: list[dict[str, Any] | Failure] = []

    def begin() -> None:
        store.start()
        done = Deferred.fromCoroutine(_do(store, steady, request))
        done.addBoth(outcome.append).addBoth(lambda _: steady.stop())

    steady.callWhenRunning(begin)
    steady.run()
    if not outcome:
        raise ClientError("interrupted; what was asked may be done or not.")
    (result,) = outcome
    if isinstance(result, Failure):
        assert result.value is not None
        raise result.value
    return result


async def _do(store: SqliteStore, reactor: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return await Administration(ChatServer(store, reactor)).perform(request)
    finally:
        await store.flush()
        await store.close()


def _owner(path: Path) -> tuple[int, int]:
    """Whose the store is, or will be: its directory's owner's."""
    for each in path, path.parent:
        if each.exists():
            return each.stat().st_uid, each.stat().st_gid
    return -1, -1
