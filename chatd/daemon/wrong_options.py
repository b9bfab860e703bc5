"""Options that the daemon does not have, and the ones that may have been meant.

This module must not know the values that options take.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.util.usage import nearest, unknown

_UNKNOWN = re.compile(r"option (-\S+) not recognized")
_NO_VALUE = re.compile(r"option (-\S+) requires argument")
_SUPERFLUOUS = re.compile(r"option (-\S+) must not have an argument")
_AMBIGUOUS = re.compile(r"option (-\S+) not a unique prefix")

_TLS = "ssl:60062:privateKey=key.pem:certKey=cert.pem"

_OF_OTHERS = {
    "port": "--listen tcp:{PORT}",
    **dict.fromkeys(
        ("host", "bind", "address", "interface", "ip"), "--listen tcp:60060:interface={HOST}"
    ),
    **dict.fromkeys(("tls", "ssl", "cert", "key", "certificate"), f"--listen {_TLS}"),
    **dict.fromkeys(("unix", "socket"), "--listen unix:{PATH}"),
    **dict.fromkeys(("http", "http-port", "web-port"), "--web tcp:{PORT}"),
    **dict.fromkeys(("db", "database", "data", "file"), "--store sqlite:{PATH}"),
    **dict.fromkeys(("daemon", "daemonize", "background", "detach"), "twistd --pidfile= chat"),
    **dict.fromkeys(("user", "group"), "twistd -n --pidfile= --uid=NUMBER chat"),
    **dict.fromkeys(("retention", "expire"), "--keep {TIME}"),
    "name": "--lobby {ROOM}",
    "max-connections": "--connections {NUMBER}",
}
"""Options of other servers, and what does the same here."""

_PLACE = re.compile(r"\{(\w+)\}")

_PLAIN = re.compile(r"[\w./-]+", re.ASCII)

_EXAMPLES = {
    **dict.fromkeys(("listen", "l", "bare", "b", "web", "w"), DEFAULT_LISTEN),
    **dict.fromkeys(("store", "s"), "sqlite:chatd.sqlite"),
}


def why_wrong(
    message: str, arguments: Sequence[str], known: Collection[str], of_twistd: Collection[str]
) -> str:
    """Return what is wrong with the arguments, from the message of `getopt`.

    *known* are the options of the daemon, with ``=`` after those that take a value, and *of_twistd*
    those that come before ``chat``.
    """
    names = [f"--{name.rstrip('=')}" for name in known]
    if found := _UNKNOWN.fullmatch(message):
        return _unknown(found[1], arguments, names, of_twistd)
    if found := _NO_VALUE.fullmatch(message):
        example = _EXAMPLES.get(found[1].lstrip("-"))
        such_as = f" such as {example}" if example else ""
        return f"{found[1]} needs a value{such_as}."
    if found := _SUPERFLUOUS.fullmatch(message):
        return f"{found[1]} takes no value."
    if found := _AMBIGUOUS.fullmatch(message):
        meant = ", ".join(sorted(name for name in names if name.startswith(found[1])))
        return f"{found[1]} may be any of {meant}. Write one of them."
    return message


def too_many(word: str) -> str:
    """Return why a word that is not the value of an option is wrong."""
    if word.isascii() and word.isdecimal():
        word = f"tcp:{word}"
    if re.match(r"(?:haproxy:)?(?:tcp6?|ssl|unix|systemd):", word):
        return f"an address is the value of an option. Did you mean --listen {word}?"
    if re.match(r"sqlite:|postgresql:|memory:", word):
        return f"a store is the value of an option. Did you mean --store {word}?"
    return f"there are options only, such as --listen; not {word!r}."


def _unknown(
    option: str, arguments: Sequence[str], names: Collection[str], of_twistd: Collection[str]
) -> str:
    name = option.lstrip("-")
    there_is_none = f"there is no option {option}."
    if name in (each.rstrip("=") for each in of_twistd):
        before = {"pidfile": "-n --pidfile=FILE", "n": "-n --pidfile=", "nodaemon": "-n --pidfile="}
        options = before.get(name, f"-n --pidfile= {option} ...")
        return f"{there_is_none} It is one of twistd: twistd {options} chat."
    near = nearest(option, [*names, *(f"--{other}" for other in _OF_OTHERS)]) or ""
    if near in names or not near:
        return unknown("option", option, names)
    value = _value_of(option, arguments)
    meant = _PLACE.sub(lambda place: value or place[1], _OF_OTHERS[near.lstrip("-")])
    return f"{there_is_none} Did you mean {meant}?"


def _value_of(option: str, arguments: Sequence[str]) -> str:
    """Return the value that was given to an option, if a shell would leave it as it is."""
    for argument, after in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name == option:
            value = value if equals else after
            return value if _PLAIN.fullmatch(value) and not value.startswith("-") else ""
    return ""
