"""The name under which a command for programs acts: a registered one, with its password.

This module reads the arguments and the password, and logs in over JSON lines. It must not know what
is done under the name.
"""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from chatd.client.json_lines import JsonLink
from chatd.client.wire import ClientError, WrongUsage
from chatd.text.validation import InvalidName, validate_name, validate_room_name

_PASSWORD = "CHATD_PASSWORD"
"""The variable of the environment that may contain a password."""

_RULE = "1 to 32 letters of one alphabet, digits, _ - or ., a letter or digit first"


class Login(NamedTuple):
    """A registered name, and its password."""

    name: str
    password: str


def add_arguments(parser: argparse.ArgumentParser, *, with_guests: bool) -> None:
    """Add the arguments for a name to *parser*: also for that of a guest if *with_guests*."""
    names = parser.add_mutually_exclusive_group()
    if with_guests:
        names.add_argument("--name", type=name, help="a name to say it under (default: a guest's)")
    names.add_argument("--login", type=name, metavar="NAME", help="a registered name to log in to")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help=f"a file whose first line is the password for --login (default: {_PASSWORD})",
    )


def add_token(parser: argparse.ArgumentParser) -> None:
    """Add the argument for a token to *parser*."""
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help="a file whose first line is a token of an account (/token new), to log in by",
    )


def token_of(arguments: argparse.Namespace) -> str | None:
    """Return the token that the arguments name, if any. Raises `ClientError`."""
    file: str | None = arguments.token_file
    if file is None:
        return None
    if arguments.login is not None or arguments.name is not None:
        raise WrongUsage("a token says who it is: leave --name and --login out.")
    token = _first_line_of(file).strip()
    if not token:
        raise ClientError(f"{file} is empty. Its first line is to be a token.")
    return token


def login_of(arguments: argparse.Namespace) -> Login | None:
    """Return the login that the arguments name, if any. Raises `ClientError`."""
    if arguments.login is None:
        if arguments.password_file is not None:
            raise WrongUsage("a password is for --login NAME.")
        return None
    return Login(arguments.login, _read_password(arguments.password_file))


def log_in(talk: JsonLink, login: Login) -> None:
    """Log in. Raises `ClientError`. In no room, no member is told of the name."""
    talk.ask("line", text=f"/login {login.name} {login.password}")


def name(text: str) -> str:
    """Return *text* as a name, for argparse."""
    try:
        return validate_name(text)
    except InvalidName:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be a name: {_RULE}") from None


def room(text: str) -> str:
    """Return *text* as the name of a room, for argparse."""
    try:
        return validate_room_name(text)
    except InvalidName:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be a room: {_RULE}") from None


def _read_password(file: str | None) -> str:
    """Return the password in the first line of *file*, or without one that in the environment."""
    password = os.environ.get(_PASSWORD, "") if file is None else _first_line_of(file)
    password = password.splitlines()[0] if password.splitlines() else ""
    if not password.strip():
        raise ClientError(f"--login needs a password: --password-file FILE, or {_PASSWORD}.")
    return password


def _first_line_of(file: str) -> str:
    try:
        with open(file, encoding="utf-8-sig") as lines:
            return lines.readline()
    except UnicodeDecodeError:
        raise ClientError(f"cannot read {file}: it is not UTF-8.") from None
    except OSError as error:
        raise ClientError(f"cannot read {file}: {error.strerror}.") from None
