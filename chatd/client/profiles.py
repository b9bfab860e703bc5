"""The file `profiles`: servers, and the names that the user has there, under names of their own.

It has the form of an INI file. A profile is used by `--profile NAME`, or by `@NAME` in place of a
host, and the profile ``default`` if no argument names a server. Arguments go before profiles. This
module must not know what a command does with its arguments.

    [work]
    host = chat.example.com
    port = 60062
    tls = yes
    login = ana
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from chatd.client import config_files, server, wire
from chatd.client.wire import ClientError
from chatd.text.escaping import visible
from chatd.text.validation import InvalidName, validate_name, validate_room_name
from chatd.util.usage import listed, unknown

NAME = "profiles"

DEFAULT = "default"
"""The profile of commands whose arguments name no server."""

_SECTION = re.compile(r"\[\s*([^\[\]\s]+)\s*\]")

_SERVER = ("host", "port", "tls", "fingerprint")
"""The keys for a server that is reached over a network. The other way is `unix`."""


class Value(NamedTuple):
    """A value in a profile, and the number of its line, from 1."""

    value: Any
    line: int


Profile = dict[str, Value]
"""The values by key."""


def complete(arguments: argparse.Namespace) -> None:
    """Fill in what the arguments leave out from the profile that they name, or the default one.

    Its name is ``profile`` then, also if it came as a host.

    Raises `ClientError` for a profile that there is not, and for a faulty file.
    """
    name: str | None = arguments.profile
    if arguments.host is not None and arguments.host.startswith(wire.PROFILE_MARK):
        if name is not None:
            raise ClientError("--profile and @NAME both name a profile: leave one of them out.")
        name, arguments.host = arguments.host.removeprefix(wire.PROFILE_MARK), None
        arguments.profile = name
    given = {key for key in (*_SERVER, "unix") if getattr(arguments, key)}
    if name is None and given:
        return
    path = config_files.path_of(NAME)
    profiles = _parsed(path, config_files.lines_of(path))
    profile = profiles.get(DEFAULT if name is None else name)
    if profile is not None:
        _fill(arguments, profile, given)
    elif name is not None:
        otherwise = f"{path} has none." if not profiles else f"There is {listed([*profiles])}."
        raise ClientError(unknown("profile", name, profiles, otherwise))


def is_profile(name: str) -> bool:
    """Return True if there is a profile of that name. Raises `ClientError` for a faulty file."""
    path = config_files.path_of(NAME)
    return name in _parsed(path, config_files.lines_of(path))


def advice_for(arguments: argparse.Namespace, host: str) -> str:
    """Return the profile that may be meant by a host that is not found, after a space; or ""."""
    with suppress(ClientError):  # a faulty file is not the matter here
        if arguments.profile is None and is_profile(host):
            return f" Or did you mean {wire.PROFILE_MARK}{host}?"
    return ""


def _fill(arguments: argparse.Namespace, profile: Profile, given: set[str]) -> None:
    """Set arguments that are not given, except those of another server or person than is given."""
    left_out = set(_SERVER) if "unix" in given else {"unix"} if given else set()
    if getattr(arguments, "name", None) or getattr(arguments, "login", None):
        left_out |= {"name", "login", "password-file"}
    for key, value in profile.items():
        argument = key.replace("-", "_")
        if key not in left_out and not getattr(arguments, argument, True):
            setattr(arguments, argument, value.value)


def _parsed(path: str | None, lines: list[str]) -> dict[str, Profile]:
    """Return the profiles by name."""
    profiles: dict[str, Profile] = {}
    profile: Profile | None = None
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line[0] in "#;":
            continue
        try:
            if (section := _SECTION.fullmatch(line)) is not None:
                profile = _begin(profiles, section[1])
            elif profile is None:
                raise _Fault("it is in no profile. Write [NAME] in a line above it.")
            else:
                _add(profile, line, number)
        except _Fault as fault:
            raise ClientError(f"{path}, line {number}: {fault}") from None
    return profiles


class _Fault(Exception):
    """A line is not as it must be. The text is a sentence, or several."""


def _begin(profiles: dict[str, Profile], name: str) -> Profile:
    if name in profiles:
        raise _Fault(f"the profile {visible(name)} is there already. Choose another name.")
    profiles[name] = {}
    return profiles[name]


def _add(profile: Profile, line: str, number: int) -> None:
    key, equals, text = map(str.strip, line.partition("="))
    if not equals:
        raise _Fault(f"{visible(line)!r} is neither [NAME] nor KEY = VALUE.")
    if key not in _KEYS:
        raise _Fault(unknown("key", key, _KEYS, f"Take {listed([*_KEYS])}."))
    for other in (key, *_EXCLUDED.get(key, ())):
        if other in profile:
            verb = "is there already" if other == key else f"does not go with {other}"
            raise _Fault(f"{key} {verb}, in line {profile[other].line}. Delete one of them.")
    try:
        profile[key] = Value(_KEYS[key](text), number)
    except argparse.ArgumentTypeError as error:
        raise _Fault(f"{key}: {error}.") from None


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _host(text: str) -> str:
    if text.startswith(wire.PROFILE_MARK):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host (a name or an address)")
    return wire.host_name(text)


def _path(text: str) -> str:
    path = os.path.expanduser(text)
    if not os.path.isabs(path) or "\0" in path:
        raise argparse.ArgumentTypeError(f"{text!r} is not a path from / or ~ on")
    return path


def _valid(validate: Callable[[str], str], kind: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        try:
            return validate(text)
        except InvalidName:
            raise argparse.ArgumentTypeError(f"{text!r} cannot be a {kind}") from None

    return convert


_KEYS: dict[str, Callable[[str], Any]] = {
    "host": _host,
    "port": wire.port_number,
    "tls": _yes,
    "fingerprint": server.fingerprint,
    "unix": _path,
    "name": _valid(validate_name, "name"),
    "login": _valid(validate_name, "name"),
    "password-file": _path,
    "room": _valid(validate_room_name, "room"),
}
"""The keys, and for each the function that turns its text into a value, as for argparse."""

_EXCLUDED = {
    "unix": _SERVER,
    **dict.fromkeys(_SERVER, ("unix",)),
    "name": ("login",),
    "login": ("name",),
}
"""The keys that cannot be in a profile with a key."""
