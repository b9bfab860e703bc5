"""`chatd admin`: the accounts, the budgets and the clock of a store, on the host of the store.

Passwords are hashed here, so that none is sent. Only users who may open the files, or the database,
can do this. This module must not know how requests are carried out (`chatd.client.admin_replies`).
"""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from pathlib import Path
from typing import Any

from chatd.accounts.passwords import Hasher, InvalidPassword, Unavailable, new_password_of
from chatd.client.admin_replies import reply_of_database, reply_of_file
from chatd.client.files import add_node, add_store, check_node, path_as_owner
from chatd.client.node_rows import rows_of_nodes
from chatd.client.wire import ClientError
from chatd.i18n import Language, sentence
from chatd.storage.contract import StoreError
from chatd.storage.paths import is_shared, path_of
from chatd.text.escaping import visible
from chatd.util.command_manual import Example
from chatd.util.extras import how_to_install

_SUMMARIES = {
    "list": "list the registered names",
    "add": "register a name, with a password that is asked for",
    "promote": "make an account an administrator",
    "demote": "take the rights of an administrator from an account",
    "password": "set the password of an account, which is asked for",
    "remove": "remove an account, and all that is stored with it",
    "stats": "show the figures of the daemon: clients, lines, the store, times",
    "budgets": "show what all together use of each budget, or who uses most of one",
    "nodes": "show the nodes that share the store, and how far this one has read and shown the log",
    "hook": "make a webhook by which a tool posts in a room, and print its URL",
    "wall": "say something in every room with people in it",
    "reload": "have the daemon read its configuration, motd and certificates again",
    "clock": "confirm that the clock is right, so that --keep deletes lines again",
}


WITHOUT_NAME = ("list", "clock", "reload", "stats", "budgets", "nodes", "wall", "hook")
"""The requests that are about no account."""

SUCCESS = "it was done"

EXAMPLES = (
    Example("list the accounts", "chatd admin list"),
    Example("make the first administrator", "chatd admin add ana --admin"),
    Example("use a changed configuration", "chatd admin reload"),
    Example("set a forgotten password", "chatd admin password ana"),
    Example("let a tool post in a room", "chatd admin hook in ops alerts"),
    Example("announce something", "chatd admin wall The server restarts at six"),
    Example("see what the daemon does", "chatd admin stats"),
    Example("see which owners store most", "chatd admin budgets bytes"),
    Example("see the servers that share a database", "chatd admin nodes"),
    Example("ask about another store", "chatd admin --store sqlite:/srv/chat/chatd.sqlite list"),
    Example("ask about a database", "chatd admin --store postgresql:///chatd list"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd admin` to *parser*."""
    add_store(parser)
    add_node(parser, without="; without one, the database is used")
    actions = parser.add_subparsers(dest="do", metavar="DO", required=True)
    for do, summary in _SUMMARIES.items():
        action = actions.add_parser(do, help=summary, description=summary, allow_abbrev=False)
        if do == "clock":
            action.add_argument("is", choices=["ok"], metavar="ok")
        elif do == "budgets":
            action.add_argument("kind", nargs="?", metavar="KIND", help="lines or bytes, say")
        elif do == "stats":
            action.add_argument(
                "--format",
                choices=["text", "prometheus"],
                default="text",
                help="text, or the format of Prometheus (default: text)",
            )
        elif do == "nodes":
            action.add_argument(
                "--json", action="store_true", help="print JSON Lines: each node, then the log"
            )
        elif do == "hook":
            action.add_argument("way", choices=["in"], metavar="in")
            action.add_argument("room", metavar="ROOM", help="a room with a line in it")
            action.add_argument("name", metavar="NAME", help="the name that the tool posts in")
        elif do == "wall":
            action.add_argument("text", nargs="+", metavar="TEXT")
        elif do not in WITHOUT_NAME:
            action.add_argument("name", metavar="NAME")
        if do == "add":
            action.add_argument("--admin", action="store_true", help="as an administrator")
        if do == "remove":
            action.add_argument("--yes", action="store_true", help="do not ask at a terminal")


def run(arguments: argparse.Namespace) -> int:
    """Carry out the request and print the result. Raises `ClientError` if that is impossible."""
    from twisted.internet import reactor

    check_node(arguments)
    try:
        path = path_of(arguments.store, Path.cwd())
        is_new = path is not None and not path.exists()
        if arguments.do != "add" and is_new:
            raise StoreError(f"there is no file {path}. Name the one that the daemon was given.")
        request = {"do": arguments.do}
        if arguments.do == "budgets":
            request["kind"] = arguments.kind
        elif arguments.do == "stats":
            request["exposed"] = arguments.format == "prometheus"
        elif arguments.do == "hook":
            request |= {"room": arguments.room, "name": arguments.name}
        elif arguments.do == "wall":
            request["text"] = " ".join(arguments.text)
        elif arguments.do not in WITHOUT_NAME:
            request["name"] = arguments.name
        if arguments.do == "add":
            request["admin"] = arguments.admin
        if arguments.do == "remove" and not arguments.yes:
            _confirm_removal(arguments.name)
        if arguments.do in ("add", "password"):
            hasher = _hasher()
            request["hash"] = hasher.hash(_password(arguments.name))
        if is_shared(arguments.store):
            reply = reply_of_database(arguments.store, arguments.node, request, reactor)
        else:
            reply = reply_of_file(path_as_owner(arguments.store), request, reactor)
    except StoreError as error:
        raise ClientError(f"cannot use --store {arguments.store}: {error}") from None
    # In another folder than the daemon's, it was made by mistake. Tell its path.
    made = f" The store is new: {visible(str(path))}." if is_new else ""
    if "error" in reply:
        raise ClientError(f"{visible(str(reply['error']))}{made}")
    if "accounts" in reply:
        for account in reply["accounts"]:
            print(_row(account))
        if not reply["accounts"]:
            # Not on standard output, where a script expects a row for each account.
            print(f"no accounts in {arguments.store}", file=sys.stderr)
    elif "budgets" in reply:
        for use in reply["budgets"]:
            print(_use_row(use))
        if not reply["budgets"]:
            print(f"no owner uses any of {arguments.kind}", file=sys.stderr)
        if "note" in reply:
            print(visible(str(reply["note"])), file=sys.stderr)
    elif "nodes" in reply:
        print("\n".join(rows_of_nodes(reply, as_json=arguments.json)))
    elif "exposition" in reply:
        sys.stdout.write(reply["exposition"])
    elif "stats" in reply:
        for row in reply["stats"]:
            print("\t".join(row))
    elif "faults" in reply:
        return _print_reload(reply)
    else:
        print(f"{visible(str(reply.get('said')))}{made}")
    return 0


def _print_reload(reply: dict[str, list[str]]) -> int:
    """Print the outcome of a reload; return 1 if there was a fault, otherwise 0."""
    for fault in reply["faults"]:
        print(f"chatd: {visible(fault)}", file=sys.stderr)
    changed = visible(", ".join(reply["changed"]))
    renewed = reply.get("renewed", [])  # an older daemon does not tell
    if changed or not (renewed or reply["faults"]):
        print(f"changed: {changed or 'nothing'}.")
    for line in *renewed, *reply["waiting"]:
        print(visible(line))
    return 1 if reply["faults"] else 0


def _row(account: dict[str, Any]) -> str:
    created = time.strftime("%Y-%m-%d", time.localtime(account["created"]))
    role = "administrator" if account["admin"] else "-"
    columns = [
        visible(account["name"]),
        role,
        f"since {created}",
        f"{account['connections']} here",
        f"{account.get('failures', 0)} failed tries",  # an older daemon does not tell
    ]
    if "uid" in account:
        columns.append(f"uid {account['uid']}")
    if "closed" in account:
        columns.append("closed")
    elif "outside" in account:
        columns.append("signs in outside")
    return "\t".join(columns)


def _use_row(use: dict[str, Any]) -> str:
    most = f"of {use['most']}" if use["most"] else "no limit"
    owner = visible(use["owner"]) or "-"
    return "\t".join((use["budget"], owner, f"{use['used']} used", most))


def _password(name: str) -> str:
    """Return the password, which is typed twice or piped in."""
    if sys.stdin is None:
        raise ClientError("there is nothing to read a password from: standard input is closed.")
    if sys.stdin.isatty():
        text = getpass.getpass(f"Password for {visible(name)}: ")
        password = _valid(text, name)  # what is not is refused before it is typed again
        if getpass.getpass("The same again: ") != text:
            raise ClientError("the two passwords differ. Try again.")
        return password
    try:
        text = sys.stdin.buffer.readline().decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ClientError("the password is not UTF-8.") from None
    return _valid(text, name)


def _valid(text: str, name: str) -> str:
    """Return the normalised text of a new password. Raises `ClientError` if it is not valid."""
    try:
        return new_password_of(text, name)
    except InvalidPassword as invalid:
        raise ClientError(sentence(Language.ENGLISH, invalid.key, **invalid.values)) from None


def _confirm_removal(name: str) -> None:
    """Have a person at a terminal type the name once more. Raises `ClientError` for another one.

    A script is not asked, nor is a person who gives --yes.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        return
    shown = visible(name)
    print(
        f"This removes the account {shown} and the private lines stored for it; nothing restores"
        f" them. Type {shown} to do it: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    if sys.stdin.readline().strip() != name:
        raise ClientError(f"that is not {shown}, so nothing was removed.")


def _hasher() -> Hasher:
    try:
        return Hasher()
    except Unavailable:
        command = how_to_install("accounts")
        raise ClientError(f"passwords need argon2-cffi: {command}") from None
