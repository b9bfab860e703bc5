"""`chatd bot`: let a program answer the people of a room.

Theory of operation. The bot follows a room, and gives the program each line that calls it; what the
program prints is said. `chatd.client.bots` has that conversation, over one connection after
another, and the processes. This module reads the command line, connects, and decides which failures
end the bot.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from chatd.client import json_lines, logging_in, reading, server
from chatd.client.bots.answering import Bot, Rules
from chatd.client.bots.programs import Programs
from chatd.client.bots.requests import TEMPORARY, Requests
from chatd.client.bots.results import Results
from chatd.client.bots.state import State, default_path
from chatd.client.bots.stay import StayingProgram
from chatd.client.following import PutOut
from chatd.client.json_lines import JsonLink, Message, Refused, text_of
from chatd.client.pauses import pause_after
from chatd.client.reading import note
from chatd.client.sentences import LANGUAGES
from chatd.client.server import Server
from chatd.client.wire import ClientError, UntrustedServer, WrongUsage
from chatd.text.folding import fold
from chatd.util.command_manual import Example

SUCCESS = "it was ended by SIGTERM"

EXAMPLES = (
    Example("answer !ping in a room", "chatd bot --room ops --name helper -- sh hello.sh"),
    Example(
        "obey two people alone, under a registered name",
        "chatd bot --room ops --token-file bot.token --from ana,luis -- ./deploy",
    ),
    Example(
        "give one process all messages, as JSON",
        "chatd bot --room ops --name log --stay --json --all -- python3 log.py",
    ),
)

_JOBS = 4
_SECONDS = 30.0
_OLD = 20

_MOST_JOBS = 100
_MOST_SECONDS = 3600.0

_LINES_OF_PERSON = 100
"""Most lines of one person that wait for a program that is given all lines."""

_AGAIN = frozenset({*TEMPORARY, "Name in use"})
"""The kinds of refusals after which a bot that was in its room comes again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd bot` to *parser*."""
    server.add_options(parser)
    parser.add_argument("--room", type=logging_in.room, help="the room (default: the lobby)")
    logging_in.add_arguments(parser, with_guests=True)
    logging_in.add_token(parser)
    parser.add_argument(
        "--stay",
        action="store_true",
        help="start the program once: it answers each line that it reads by one line",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="give the program an event in JSON, and take its answers in JSON",
    )
    parser.add_argument(
        "--all", action="store_true", help="give it all messages, not only those that begin with !"
    )
    parser.add_argument(
        "--from",
        dest="accounts",
        type=_names,
        default=[],
        metavar="NAMES",
        help="answer these registered names alone: ana,luis",
    )
    parser.add_argument(
        "--since", choices=("now",), help="at the start, leave out the calls that were missed"
    )
    parser.add_argument(
        "--missed",
        type=reading.number,
        default=_OLD,
        metavar="N",
        help=f"answer the last N calls that were missed (default: {_OLD})",
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=_JOBS,
        metavar="N",
        help=f"work on at most N calls at once (default: {_JOBS})",
    )
    parser.add_argument(
        "--limit",
        type=_seconds,
        default=_SECONDS,
        metavar="SECONDS",
        help=f"end a program that takes longer (default: {_SECONDS:g})",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        help="the language of what the bot says itself, en or es (default: the server's)",
    )
    parser.add_argument(
        "--state",
        metavar="FILE",
        help="the file with the calls that are answered (default: one of this room and name)",
    )
    parser.add_argument(
        "program", nargs="+", metavar="PROGRAM", help="the program and its arguments, after --"
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer calls until SIGTERM comes. Raises `ClientError`."""
    command: list[str] = arguments.program
    if shutil.which(command[0]) is None:
        raise WrongUsage(f"there is no program {command[0]}: give its path, or one in PATH.")
    where = server.server_of(arguments)
    connector = _Connector(where, arguments)
    state = State.open(_path_of(arguments, where), arguments.room or "")
    results = Results()
    programs = _programs_of(arguments, results)
    bot = Bot(_rules_of(arguments), state, programs, results)
    try:
        with _ended_by_sigterm():
            _serve(bot, connector, state, arguments)
    finally:
        programs.close()
        with suppress(ClientError):
            state.save()
        state.close()
        results.close()
    return 0


def _serve(bot: Bot, connector: _Connector, state: State, arguments: argparse.Namespace) -> None:
    """Answer calls over one connection after another. Raises `ClientError` for the last one."""
    talk, hello = connector.connect(state.id)
    with closing(talk):
        _check_accounts(Requests(talk, hello), arguments.accounts)
        _serve_once(bot, talk, hello, arguments)
    while True:
        note(f"{talk.ending} Trying again.")
        talk, hello = _connect_again(connector, state)
        with closing(talk):
            _serve_once(bot, talk, hello, arguments)


def _serve_once(bot: Bot, talk: JsonLink, hello: Message, arguments: argparse.Namespace) -> None:
    try:
        bot.serve(talk, hello, _room_of(arguments, hello))
    except PutOut:
        raise
    except Refused as refused:
        if refused.kind not in _AGAIN:
            raise
        note(str(refused))
    except ClientError as error:
        note(str(error))


def _connect_again(connector: _Connector, state: State) -> tuple[JsonLink, Message]:
    failures = 0
    while True:
        time.sleep(pause_after(failures))
        try:
            return connector.connect(state.id)
        except UntrustedServer:
            raise
        except ClientError as error:
            if isinstance(error, Refused) and error.kind not in _AGAIN:
                raise
            note(f"{error} Trying again.")
        failures += 1


class _Connector:
    """Connects to a server under the name that some arguments give."""

    def __init__(self, where: Server, arguments: argparse.Namespace) -> None:
        self._where = where
        self._name: str | None = arguments.name
        self._language: str | None = arguments.language
        self._login = logging_in.login_of(arguments)
        self._token = logging_in.token_of(arguments)

    def connect(self, id: str) -> tuple[JsonLink, Message]:
        """Connect, and take the name; a guest is known by the id. Raises `ClientError`."""
        login, token = self._login, self._token
        is_guest = login is None and token is None
        talk, hello = json_lines.begin(
            self._where,
            for_password=not is_guest,
            name=self._name,
            key=id if is_guest else None,
            token=token,
            language=self._language,
            rooms={},
        )
        try:
            if login is not None:
                logging_in.log_in(talk, login)
            errors: list[Message] = []
            talk.ask("ping", otherwise=errors.append)
            for each in errors:
                if each.get("type") == "error":
                    raise Refused(each)
        except BaseException:
            talk.close()
            raise
        return talk, hello


def _check_accounts(requests: Requests, names: list[str]) -> None:
    """Raise `ClientError` if one of some names is no account's."""
    for name in names:
        if not requests.account_of(name):
            raise ClientError(
                f"there is no account {name} here. --from takes registered names alone, because a"
                " guest may have any other one."
            )


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """End what is within once SIGTERM comes."""

    def end(*_: object) -> None:
        raise _Ended

    before = signal.signal(signal.SIGTERM, end)
    try:
        with suppress(_Ended):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Ended(BaseException):
    """SIGTERM has come. No handler of errors may take it for one."""


def _programs_of(arguments: argparse.Namespace, results: Results) -> Programs | StayingProgram:
    command, limit, speaks_json = arguments.program, arguments.limit, arguments.json
    if not arguments.stay:
        return Programs(command, results, limit, speaks_json=speaks_json)
    variables = {"CHATD_ROOM": arguments.room or ""}
    return StayingProgram(command, results, limit, variables, speaks_json=speaks_json)


def _rules_of(arguments: argparse.Namespace) -> Rules:
    return Rules(
        takes_all=arguments.all,
        accounts=frozenset(map(fold, arguments.accounts)),
        most_old=arguments.missed,
        skips=arguments.since is not None,
        # One that is given several calls could not say which one it answers.
        jobs=1 if arguments.stay and not arguments.json else arguments.jobs,
        of_person=_LINES_OF_PERSON if arguments.all else 1,
    )


def _room_of(arguments: argparse.Namespace, hello: Message) -> str:
    return arguments.room or text_of(hello, "lobby")


def _path_of(arguments: argparse.Namespace, where: Server) -> str:
    if arguments.state is not None:
        return str(arguments.state)
    name = arguments.login or arguments.name or arguments.token_file or ""
    path = default_path(where.where, arguments.room or "", name)
    if path is None:
        raise ClientError("there is no place for the state: give --state FILE.")
    return path


def _names(text: str) -> list[str]:
    return [logging_in.name(name.strip()) for name in text.split(",")]


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST_JOBS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of calls (1 to {_MOST_JOBS})")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MOST_SECONDS:
        most = f"{_MOST_SECONDS:g}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a time in seconds, at most {most}")
    return seconds
