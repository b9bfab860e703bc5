"""`chatd wall`: say something in every room with people in it, as an administrator.

At a UNIX socket a member of the group of administrators is one by the word of the kernel. This
module must not import anything beyond the standard library and chatd's pure modules, because
scripts start it.
"""

from __future__ import annotations

import argparse
from contextlib import closing

from chatd.client import json_lines, logging_in, said_text, server
from chatd.client.json_lines import Refused
from chatd.client.wire import ClientError, WrongUsage
from chatd.text.blanks import is_blank
from chatd.util.command_manual import Example

MOST_LINES = 100
"""Most lines that are said. Each of them is shown in every room."""

_MOST_BYTES = MOST_LINES * 4096

_NOT_ALLOWED = "Not allowed"
"""The kind of the error for a person who is no administrator."""

_WHO_MAY = (
    "Members of the system's group chatd may, at the UNIX socket of a daemon with --unix-names; so"
    " may an administrator, with --login. Root has `chatd admin wall`."
)

SUCCESS = "every line was said"

EXAMPLES = (
    Example(
        "announce something to all who are here", "chatd wall 'the printers are off till noon'"
    ),
    Example("announce the lines of a program", "uptime | chatd wall"),
    Example(
        "announce it from another machine",
        "chatd wall --host chat.example.org --tls --login ana --password-file ana.password 'tea'",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd wall` to *parser*."""
    server.add_options(parser)
    logging_in.add_arguments(parser, with_guests=False)
    said_text.add_text(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say the text that *arguments* name. Raises `ClientError` unless all of it was said."""
    login = logging_in.login_of(arguments)
    lines = _lines_of(arguments.text)
    said = 0
    try:
        talk, _ = json_lines.begin(
            server.server_of(arguments), for_password=login is not None, rooms={}
        )
        with closing(talk):
            if login is not None:
                logging_in.log_in(talk, login)
            for line in lines:
                talk.ask("line", text=f"/wall {line}")
                said += 1
    except Refused as refused:
        before = f"{said} of {len(lines)} lines were said" if said else "nothing was said"
        hint = f" {_WHO_MAY}" if refused.kind == _NOT_ALLOWED else ""
        raise ClientError(f"{before}: {refused}{hint}") from None
    return 0


def _lines_of(text: list[str]) -> list[str]:
    """Return the lines to say: that of the command line, or those of standard input.

    Lines that are blank are left out. Raises `ClientError`.
    """
    if text and text != ["-"]:
        lines = [" ".join(text)]
    else:
        typed = said_text.standard_input("wall")
        data = typed.buffer.read(_MOST_BYTES + 1)
        if typed.isatty() and any(map(said_text.is_cut, data.split(b"\n"))):
            raise ClientError(said_text.CUT)
        try:
            lines = data.decode("utf-8-sig").split("\n")
        except UnicodeDecodeError:
            raise ClientError("nothing was said: the text is not UTF-8.") from None
        if len(data) > _MOST_BYTES or len(lines) > MOST_LINES + 1:
            raise ClientError(f"nothing was said: the text has more than {MOST_LINES} lines.")
    lines = [line.removesuffix("\r") for line in lines if not is_blank(line)]
    if not lines:
        raise WrongUsage("nothing to say: the text is empty. Give it as TEXT.")
    if any("\n" in line for line in lines):
        raise WrongUsage("nothing to say: TEXT is one line. Standard input may have several.")
    return lines
