"""The help of the daemon: its options in groups, as a manual like that of all commands.

This module must not know the values of options.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, NamedTuple

from chatd.util.command_parser import CommandParser, Example

PURPOSE = "run the daemon of a chat room that any terminal can join"

GROUPS = {
    "Addresses": ("listen", "bare", "web", "web-name"),
    "History": ("store", "max-store", "keep", "recent"),
    "Rooms and people": (
        "lobby",
        "language",
        "motd",
        "max-length",
        "unix-names",
        "allow-plaintext-passwords",
    ),
    "Webhooks": ("hooks-to",),
    "Limits (0 is no limit)": (
        *("budget", "lines-per-second", "bytes-per-second", "line-seconds", "connections"),
        *("connections-per-address", "dead-after", "send-buffer", "receive-buffer"),
    ),
}
"""The options in the order of the help. Each is in one group."""

EXAMPLES = (
    Example("talk on this machine only", "chatd serve"),
    Example("talk in the browser, too", "chatd serve --web tcp:60080:interface=127.0.0.1"),
    Example(
        "let other machines in, over TLS",
        "chatd serve --listen ssl:60062:privateKey=key.pem:certKey=cert.pem",
    ),
    Example("delete lines that are older than three months", "chatd serve --keep 90d"),
    Example("try something, and keep nothing", "chatd serve --store memory:"),
    Example("run in the background", "twistd --pidfile= chat"),
)

_METAVARS = {
    **dict.fromkeys(("listen", "bare", "web"), "ADDRESS"),
    "web-name": "NAME",
    "store": "WHERE",
    "max-store": "SIZE",
    "keep": "TIME",
    "motd": "FILE",
    "lobby": "ROOM",
    "language": "CODE",
    "hooks-to": "NETWORK",
    "budget": "LIMIT",
}
"""The values of options that are not numbers."""


_STOPPED = {130: "it was stopped by Ctrl+C", 143: "it was stopped by SIGTERM"}


class Option(NamedTuple):
    """An option of the daemon: its names without dashes, its meaning, and its default."""

    name: str
    letter: str | None
    meaning: str

    default: str
    """``none`` or ``off`` if there is no default value."""

    takes_value: bool = True


def options_of(declared: type[Any]) -> Iterator[Option]:
    """Return the options of a class: those that may be repeated, those with a value, flags."""
    methods = {
        name.removeprefix("opt_"): method
        for name, method in vars(declared).items()
        if name.startswith("opt_") and name not in ("opt_help", "opt_version")
    }
    letters = {method: name for name, method in methods.items() if len(name) == 1}
    for name, method in methods.items():
        if len(name) > 1:
            text = " ".join((inspect.getdoc(method) or "").split())
            meaning, _, default = text.removesuffix("]").partition(" [default: ")
            yield Option(name.replace("_", "-"), letters.get(method), meaning, default or "none")
    for name, letter, value, meaning in declared.optParameters:
        yield Option(name, letter, meaning.removesuffix("."), value or "none")
    for name, letter, meaning in declared.optFlags:
        yield Option(name, letter, meaning.removesuffix("."), "off", takes_value=False)


def text(program: str, declared: type[Any]) -> str:
    """Return the manual of *program*, for the options of a class."""
    parser = CommandParser(program, PURPOSE, examples=EXAMPLES, success="", signals=_STOPPED)
    options = {option.name: option for option in options_of(declared)}
    for title, names in GROUPS.items():
        group = parser.add_argument_group(title)
        for option in map(options.__getitem__, names):
            flags = [f"-{option.letter}"] if option.letter else []
            kind: dict[str, Any] = {"action": "store_true"}
            if option.takes_value:
                kind = {"metavar": _METAVARS.get(option.name, "NUMBER")}
            group.add_argument(*flags, f"--{option.name}", help=_help(option), **kind)
    return parser.format_help()


def _help(option: Option) -> str:
    meaning = option.meaning[0].lower() + option.meaning[1:]
    default = "" if option.default in ("none", "off") else f" (default: {option.default})"
    return f"{meaning}{default}".replace("%", "%%")
