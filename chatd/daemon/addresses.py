"""The description of an address, as operators write it: its parts, or what is wrong with it.

The grammar is that of Twisted's endpoints: a kind, values in order, and values with names, with
colons in between; a backslash makes the next character part of a value. This module must not open
what is described.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.interfaces import IStreamServerEndpointStringParser
from twisted.plugin import getPlugins

from chatd.util.usage import listed, nearest, unknown

DEFAULT_LISTEN = "tcp:60060:interface=127.0.0.1"

_TAKES = {
    "tcp": ("port", "interface", "backlog"),
    "tcp6": ("port", "backlog", "interface"),
    "ssl": (
        *("port", "privateKey", "certKey", "sslmethod", "interface", "backlog"),
        *("extraCertChain", "dhParameters"),
    ),
    "unix": ("address", "mode", "backlog", "lockfile"),
    "systemd": ("domain", "index", "name"),
}
"""The values that each kind takes, in order. The first is needed, except of ``systemd``."""

_PATHS = {
    "ssl": {"privateKey", "certKey", "extraCertChain", "dhParameters"},
    "unix": {"address"},
}
"""The values that are paths, by the kind of address."""

_PROXY = "haproxy"

_OTHER_NAMES = {
    **dict.fromkeys(("host", "address", "addr", "bind", "ip", "iface"), "interface"),
    **dict.fromkeys(("key", "keyfile", "private"), "privateKey"),
    **dict.fromkeys(("cert", "certificate", "certfile"), "certKey"),
    **dict.fromkeys(("path", "file", "socket"), "address"),
}
"""Names of values in other programs, and the name here."""

_HOST_AND_PORT = re.compile(r"(?:\w+://)?(\[[\da-fA-F:]+\]|[\w.*-]*):([0-9]+)/?", re.ASCII)

_LOOPBACK = ("localhost", "::1")

_ALL_INTERFACES = ("", "*", "0.0.0.0")

_DOMAINS = ("INET", "INET6", "UNIX")

_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)

LARGEST_PORT = 65_535


class WrongAddress(ValueError):
    """A description is not that of an address. Its text says what is wrong, and what is right."""


class Address(NamedTuple):
    """An address at which the daemon listens."""

    kind: str
    """``tcp``, ``tcp6``, ``ssl``, ``unix``, ``systemd``, or the kind of a plugin of Twisted."""

    values: dict[str, str]
    """The values by name; none for the kind of a plugin."""

    behind_proxy: bool

    @property
    def may_be_unix_socket(self) -> bool:
        """True if clients come by a UNIX socket, as far as is known, and not by a proxy."""
        domain = {"unix": "UNIX", "systemd": self.values.get("domain", "UNIX")}.get(self.kind)
        return domain == "UNIX" and not self.behind_proxy

    @property
    def is_loopback(self) -> bool:
        """True if it is an address of IP that no other machine can reach."""
        interface = self.values.get("interface", "")
        is_loopback = interface in _LOOPBACK or interface.startswith("127.")
        return is_loopback and not self.behind_proxy

    @property
    def is_of_this_machine(self) -> bool:
        """True if it is certain that no other machine can reach it, but through a program here."""
        is_unix = self.kind == "unix" or self.values.get("domain") == "UNIX"
        return self.is_loopback or (is_unix and not self.behind_proxy)

    @property
    def may_be_closed(self) -> bool:
        """True if it is a UNIX socket to which others than its owner and its group cannot connect.

        The mode of one that systemd has opened is not known here.
        """
        mode = int(self.values.get("mode", "666"), 8) if self.kind == "unix" else 0
        return self.may_be_unix_socket and mode & ~0o660 == 0

    @property
    def place(self) -> tuple[str, ...] | None:
        """The values that only one address can have; None if the system chooses the port."""
        wanted = {"tcp6": "tcp", "ssl": "tcp"}.get(self.kind, self.kind)
        if wanted == "tcp" and int(self.values["port"]):
            return wanted, self.values["port"], self.values.get("interface", "")
        if wanted == "systemd":
            return wanted, *(self.values.get(each, "") for each in ("index", "name"))
        return (wanted, self.values["address"]) if wanted == "unix" else None


def address_of(description: str) -> Address:
    """Return the parts of a description. Raises `WrongAddress`."""
    kind, *rest = _parts(description)
    behind_proxy = kind == ("", _PROXY) and bool(rest)
    if behind_proxy:
        kind, *rest = rest
    name = f"{kind[0]}={kind[1]}" if kind[0] else kind[1]
    if name not in _TAKES:
        if name in _plugins() and rest:
            return Address(name, {}, behind_proxy)
        raise WrongAddress(_no_kind(description, name))
    values = _values(name, rest)
    _check(name, values)
    return Address(name, values, behind_proxy)


def with_paths_in(description: str, folder: Path) -> str:
    """Return a valid description with its paths that are relative to a folder made absolute."""
    parts = _parts(description)
    begin = 2 if parts[0] == ("", _PROXY) else 1
    kind = parts[begin - 1][1]
    paths = _PATHS.get(kind)
    if paths is None:
        return description
    unnamed = iter(_TAKES[kind])
    for place, (name, value) in enumerate(parts[begin:], start=begin):
        if (name or next(unnamed)) in paths:
            parts[place] = name, str(folder / value)
    return ":".join(
        # In a value without a name, an equals sign would end a name.
        f"{name}={quoteStringArgument(value)}" if name else _unnamed(value)
        for name, value in parts
    )


def _unnamed(value: str) -> str:
    quoted: str = quoteStringArgument(value)
    return quoted.replace("=", r"\=")


def _parts(description: str) -> list[tuple[str, str]]:
    """Return the names and the values between the colons; "" for a value without a name."""
    parts = [["", ""]]
    named = False
    characters = iter(description)
    for character in characters:
        if character == ":":
            parts.append(["", ""])
            named = False
        elif character == "=" and not named:
            parts[-1] = [parts[-1][1], ""]
            named = True
        else:
            parts[-1][1] += next(characters, "") if character == "\\" else character
    return [(name, value) for name, value in parts]


def _values(kind: str, parts: list[tuple[str, str]]) -> dict[str, str]:
    """Return the values of an address by name."""
    takes = _TAKES[kind]
    unnamed = [value for name, value in parts if not name]
    host_and_port = len(unnamed) > 1 and _NUMBER.fullmatch(unnamed[1])
    if host_and_port and takes[0] == "port" and not _NUMBER.fullmatch(unnamed[0]):
        raise WrongAddress(_did_you_mean(kind, *unnamed[:2]))
    if len(unnamed) > len(takes):
        raise WrongAddress(_ESCAPE)
    values = dict(zip(takes, unnamed, strict=False))
    for name, value in parts:
        if not name:
            continue
        if name not in takes:
            meant = _OTHER_NAMES.get(name.lower()) or nearest(name, takes)
            advice = f"Did you mean {meant}?" if meant in takes else f"It takes {listed(takes)}."
            raise WrongAddress(f"{kind} takes no {name}. {advice}")
        if name in values:
            raise WrongAddress(f"it has two values for {name}. {_ESCAPE}")
        values[name] = value
    if not values.get(takes[0]) and kind != "systemd":
        raise WrongAddress(f"its {takes[0]} is missing. {_such_as(kind)}")
    return values


_ESCAPE = r"In a value, write a colon as \: and a backslash as \\."


def _check(kind: str, values: dict[str, str]) -> None:
    """Raise `WrongAddress` for a value that is none of its name."""
    port = values.get("port", "0")
    if not _NUMBER.fullmatch(port) or int(port) > LARGEST_PORT:
        raise WrongAddress(f"a port is a number from 0 to {LARGEST_PORT}; not {port!r}.")
    backlog = values.get("backlog", "0")
    if not _NUMBER.fullmatch(backlog):
        raise WrongAddress(f"its backlog is a number of connections; not {backlog!r}.")
    mode = values.get("mode", "666")
    if not re.fullmatch("[0-7]{1,4}", mode):
        raise WrongAddress(f"its mode is an octal number such as 660; not {mode!r}.")
    if kind != "systemd":
        return
    if bool(values.get("index")) == bool(values.get("name")):
        raise WrongAddress(f"it has either an index or a name. {_such_as(kind)}")
    domain = values.get("domain", _DOMAINS[0])
    if domain not in _DOMAINS:
        raise WrongAddress(f"its domain is {listed(_DOMAINS)}; not {domain!r}.")
    index = values.get("index", "0")
    if not _NUMBER.fullmatch(index):
        raise WrongAddress(f"its index is the number of a socket, from 0; not {index!r}.")


def _no_kind(description: str, kind: str) -> str:
    """Return what may have been meant by a description without a kind that is known."""
    if not description:
        return f"it is empty. {_such_as('tcp')}"
    if description.startswith("-"):
        return f"it is an option, and the value is missing. {_such_as('tcp')}"
    if description.startswith(("/", "./", "~")):
        return f"did you mean unix:{description}?"
    rest = description.removeprefix(f"{_PROXY}:")
    prefix = f"{_PROXY}:" if rest != description else ""
    if _NUMBER.fullmatch(rest):
        return _did_you_mean(f"{prefix}tcp", "", rest)
    if (found := _HOST_AND_PORT.fullmatch(rest)) and nearest(found[1], _TAKES) is None:
        return _did_you_mean(f"{prefix}tcp", found[1], found[2])
    kinds = (*_TAKES, _PROXY)
    return unknown("kind of address", kind, kinds, f"It is {listed(kinds)}. {_such_as('tcp')}")


def _did_you_mean(kind: str, host: str, port: str) -> str:
    if host in _ALL_INTERFACES:
        return f"did you mean {kind}:{port}?"
    if host.startswith("["):
        interface = host.strip("[]").replace(":", r"\:")
        return f"did you mean {kind}6:{port}:interface={interface}?"
    return f"did you mean {kind}:{port}:interface={host}?"


_EXAMPLES = {
    "tcp": DEFAULT_LISTEN,
    "tcp6": r"tcp6:60060:interface=\:\:1",
    "ssl": "ssl:60062:privateKey=key.pem:certKey=cert.pem",
    "unix": "unix:/run/chatd/chat.sock",
    "systemd": "systemd:name=chat",
}


def _such_as(kind: str) -> str:
    return f"An address is like {_EXAMPLES[kind]}."


def _plugins() -> set[str]:
    """Return the kinds that Twisted and its plugins add to its own."""
    return {parser.prefix for parser in getPlugins(IStreamServerEndpointStringParser)}
