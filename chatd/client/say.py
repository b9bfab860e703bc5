"""`chatd say`: say lines, wait until each is saved, and tell by the exit status if all were.

This module reads the command line; `chatd.client.said_text` has the input, and
`chatd.client.say_session` speaks with the server. None of them must import anything beyond the
standard library and chatd's pure modules, because cron jobs start with them.
"""

from __future__ import annotations

import argparse
from contextlib import closing

from chatd.client import logging_in, said_text, say_session, server
from chatd.client.json_lines import Refused
from chatd.client.said_text import StreamSource, TextSource
from chatd.client.say_session import Author, Source
from chatd.client.wire import PROFILE_MARK, ClientError, WrongUsage
from chatd.util.command_manual import Example

_NOTHING = "nothing was said: "

"""The sentence for a user who has given no text, so that silence is not taken for an error."""

SUCCESS = "every line was saved"

EXAMPLES = (
    Example("say a line in the lobby", "chatd say 'the backup is done'"),
    Example("say it in a room, under a name", "chatd say --room builds --name ci 'build 7 passed'"),
    Example(
        "say the lines of a program as they come", "tail -f build.log | chatd say --room builds"
    ),
    Example("say a file as one message", "chatd say --room builds --message --file report.txt"),
    Example(
        "say it once, also if it is tried again",
        "chatd say --name ci --idempotency-key build-7 'build 7 passed'",
    ),
    Example(
        "say it under a registered name, over a UNIX socket",
        "chatd say --unix chat.sock --login ci --password-file ci.password 'build 7 passed'",
    ),
    Example("say a text that begins with a dash", "chatd say -- '-5% of the disk is left'"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd say` to *parser*."""
    server.add_options(parser)
    parser.add_argument(
        "--room", type=logging_in.room, help="the room to say it in (default: the lobby)"
    )
    logging_in.add_arguments(parser, with_guests=True)
    parser.add_argument(
        "--file",
        metavar="FILE",
        help="say the lines of this file (-: standard input), but for blank ones",
    )
    parser.add_argument(
        "--message",
        action="store_true",
        help="say all lines as one message, of at most 100, with the blank ones between them",
    )
    parser.add_argument(
        "--notice",
        action="store_true",
        help="say it as a program: people are shown it as any line, and no program may answer it",
    )
    parser.add_argument(
        "--idempotency-key",
        metavar="KEY",
        type=_key,
        help="say it once within a day, however often it is said with this KEY",
    )
    said_text.add_text(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say the text that *arguments* name. Raises `ClientError` unless all of it was saved."""
    _refuse_profile(arguments)
    login = logging_in.login_of(arguments)
    kind = "notice" if arguments.notice else None
    author = Author(arguments.name, login, arguments.idempotency_key, kind)
    with closing(_source_of(arguments)) as source:
        said: Source = source
        if arguments.message:
            said = said_text.as_message(source)
        elif author.key is not None:
            said = said_text.whole(source, say_session.KEYED_LINES)
        try:
            talk, receipts = say_session.enter(server.server_of(arguments), author, arguments.room)
        except Refused as refusal:
            raise ClientError(f"{_NOTHING}{_reason(refusal, author)}") from None
        with closing(talk):
            say_session.say(talk, said, receipts)
    return 0


def _reason(refusal: Refused, author: Author) -> str:
    """Return why nothing was said. The server's advice for a registered name is a slash command."""
    if refusal.key != "registered_name" or author.name is None:
        return str(refusal)
    name = author.name
    return (
        f"{refusal.kind}: {name} is registered. If it is yours, --login {name} --password-file FILE"
        " says it under that name; or choose another one."
    )


def _refuse_profile(arguments: argparse.Namespace) -> None:
    """Raise `WrongUsage` if a text begins with a profile, as the arguments of connect may."""
    first: str = next(iter(arguments.text), "")
    if not first.startswith(PROFILE_MARK):
        return
    if arguments.profile is None and not arguments.only_text:
        from chatd.client import profiles  # takes a while

        name = first.removeprefix(PROFILE_MARK)
        if profiles.is_profile(name):
            raise WrongUsage(f"did you mean --profile {name}? To say {first}, put -- before it.")


def _source_of(arguments: argparse.Namespace) -> TextSource | StreamSource:
    """Return the input that the arguments name. Raises `ClientError`."""
    if arguments.text and arguments.text != ["-"]:
        if arguments.file is not None:
            raise WrongUsage(f"{_NOTHING}give TEXT or --file, not both.")
        text = TextSource(" ".join(arguments.text))
        if text.is_blank:
            raise WrongUsage("nothing to say: TEXT is empty. Without it, standard input is said.")
        return text
    if arguments.file not in (None, "-"):
        return said_text.open_file(arguments.file)
    return StreamSource(said_text.standard_input("say").fileno())


def _key(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("KEY is empty: give the name of a run, such as build-17")
    return text
