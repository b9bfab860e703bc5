"""Kinds of values of settings: what each takes, and how its text becomes a value.

A value is the same text on the command line, in a file and in the environment. This module must not
know which settings there are, where a value was given, nor open what a value names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from chatd.daemon import addresses
from chatd.daemon.log_lines import LEVELS, LogFormat
from chatd.i18n import Language
from chatd.storage.paths import FORMS, MEMORY, is_shared, wrong_store
from chatd.storage.shared.settings import NODE_NAME, Durability
from chatd.storage.size_limit import LEAST_SIZE
from chatd.text.folding import fold
from chatd.text.sizes import bytes_of, written_size
from chatd.text.times import seconds_of
from chatd.text.validation import is_host_name, validate_name, validate_room_name
from chatd.util.budget_table import BUDGETS, Budget
from chatd.util.budget_table import Kind as BudgetKind
from chatd.util.usage import listed
from chatd.webhooks.urls import Network, networks_of

LARGEST_NUMBER = 999_999_999

LONGEST_DEAD_AFTER = 90_000
"""Seconds. Linux takes at most 32,767 seconds for a time of keepalive; a third of ``--dead-after``
is set."""


_USED_HEADERS = re.compile(
    "authorization|cookie|host|origin|referer|user-agent|connection|upgrade|expect|te|range"
    "|chatd-proof|transfer-encoding|idempotency-key|last-event-id|(?:accept|content|if|sec)(?:-.*)?"
)
"""The headers that browsers and clients send for themselves, which no proxy replaces."""

LONGEST_SOCKET_PATH = 107
"""Bytes of the path of a UNIX socket on Linux (unix(7))."""


_BITS = 64
"""Bits of the largest number that is shown. Python writes no number of more than 4300 digits."""


_LONGEST = 300
"""Characters of the longest text that is shown whole: a message is one line."""


class WrongValue(ValueError):
    """A text is no value of its kind. The text of this is what comes after the setting's name."""


def _as_it_is(text: str, folder: Path) -> str:
    return text


class ValueKind(NamedTuple):
    """A kind of value."""

    takes: str
    """The values that it takes: a noun phrase."""

    placeholder: str
    """The value in a synopsis: ``NUMBER``, say."""

    parse: Callable[[str], Any]
    """Return the value of a text. Raises `ValueError`; a `WrongValue` has its own words."""

    form: type[bool] | type[int] | type[str] = str
    """The type of the value in a file."""

    anchored: Callable[[str, Path], str] = _as_it_is
    """Return a valid text with paths that are relative to a folder made absolute."""

    choices: tuple[str, ...] = ()
    """All texts that it takes, if they are few."""

    def value_of(self, text: str) -> Any:
        """Return the value of a text. Raises `WrongValue`, whose text also has what was given."""
        try:
            if self.choices and text not in self.choices:
                raise ValueError
            return self.parse(text)
        except WrongValue:
            raise
        except ValueError:
            raise self.wrong(shown(text)) from None

    def wrong(self, given: str) -> WrongValue:
        """Return the error for a value, as it is shown."""
        return WrongValue(f" takes {self.takes}; not {given}.")


def shown(value: object) -> str:
    """Return a value as a file has it, a text in the quotes of Python.

    Of a table only the names are there: its values may be tables, too, to any depth.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"a table with {listed(list(value))}" if value else "a table"
    if isinstance(value, int) and value.bit_length() > _BITS:
        return f"a number of {value.bit_length()} bits"
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}...")
    return str(value)


def whole_number(least: int, most: int = LARGEST_NUMBER) -> ValueKind:
    """Return the kind of whole numbers between two bounds."""
    range_ = f"{least} or more" if most == LARGEST_NUMBER else f"{least} to {most}"

    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return ValueKind(f"a whole number, {range_}", "NUMBER", parse, int)


def one_of(*words: str, placeholder: str, parse: Callable[[str], Any] = str) -> ValueKind:
    """Return the kind of a choice of words, of which ``parse`` makes a value."""
    return ValueKind(listed(words), placeholder, parse, choices=words)


def _host_name(text: str) -> str:
    if not is_host_name(text):
        raise ValueError
    return text


def _dotted_name(text: str) -> str:
    if "." not in text.strip("."):
        raise ValueError
    return _host_name(text)


def _account_name(text: str) -> str:
    """Return the key of an account of that name."""
    return fold(validate_name(text))


def _header_name(text: str) -> str:
    """Return the name of a header (RFC 9110 section 5.1) that has no other use here."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", text):
        raise ValueError
    if _USED_HEADERS.fullmatch(text.lower()):
        raise ValueError
    return text


def _unix_socket(text: str) -> str:
    if not text.startswith("/") or "\0" in text or len(text.encode()) > LONGEST_SOCKET_PATH:
        raise ValueError
    return text


def _text_like(pattern: str) -> Callable[[str], str]:
    """Return a function that returns a text which matches a pattern whole."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return parse


_user = _text_like(r"[0-9]{1,9}|[a-z_][a-z0-9_.-]{0,31}")
"""A login name, as useradd(8) takes it, or a uid."""

_socket_name = _text_like(r"[ -9;-~]{1,255}")
"""A name, as FileDescriptorName= takes it (systemd.socket(5))."""


def _address(text: str) -> str:
    try:
        addresses.address_of(text)
    except addresses.WrongAddress as wrong:
        raise WrongValue(f" {shown(text)}: {wrong}") from None
    return text


def _store(text: str) -> str:
    if wrong := wrong_store(text):
        raise WrongValue(f" {wrong}")
    return text


def _anchored_store(text: str, folder: Path) -> str:
    kind, _, path = text.partition(":")
    return text if text == MEMORY or is_shared(text) else f"{kind}:{folder / path}"


def _store_size(text: str) -> int:
    size = bytes_of(text)
    if size and size < LEAST_SIZE:
        raise ValueError
    return size


def _span(text: str) -> tuple[str | None, int]:
    """Return the `fold` of a room's name, None for all others, and the seconds; 0 for ever."""
    room, is_room, span = text.rpartition("=")
    seconds = 0 if span == "0" else seconds_of(span)
    if not seconds and span != "0":
        raise ValueError
    return (fold(validate_room_name(room)) if is_room else None), seconds


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(networks_of(text))


def _budget(text: str) -> tuple[Budget, int]:
    name, _, limit = text.partition("=")
    budget = BUDGETS.get(name)
    if budget is None:
        raise WrongValue(_no_budget(name, text))
    in_bytes = budget.rule.in_bytes
    try:
        number = bytes_of(limit)
    except ValueError:
        number = None
    if number is None or not (in_bytes or limit.isdecimal()):
        takes = "a size like 256M or 1G" if in_bytes else "a whole number"
        raise WrongValue(f" {budget} takes {takes}, 0 for no limit; not {shown(limit)}.")
    return budget, number


def _no_budget(name: str, text: str) -> str:
    """Return the reason for which a text names no budget."""
    kind = name.partition(".")[0]
    levels = [each.level.value for each in BUDGETS.values() if each.kind.value == kind]
    if levels:
        return f" {kind}.LEVEL takes the levels {', '.join(levels)}; not {shown(text)}."
    return f" takes {_BUDGET}; the kinds are {_BUDGET_KINDS}; not {shown(text)}."


_BUDGET = "KIND.LEVEL=VALUE such as bytes.account=1G"
_BUDGET_KINDS = ", ".join(each.value for each in BudgetKind)

NUMBER = whole_number(0)

POSITIVE_NUMBER = whole_number(1)

HELPER_SECONDS = whole_number(1, 60)

HELPER_QUESTIONS = whole_number(1, 64)

SECONDS_UNTIL_DEAD = whole_number(0, LONGEST_DEAD_AFTER)

SECONDS_OF_TLS = whole_number(0, 31_536_000)

YES_NO = ValueKind("true or false", "", "true".__eq__, bool, choices=("true", "false"))

LANGUAGE = one_of(*(each.value for each in Language), placeholder="CODE", parse=Language)

LOG_FORMAT = one_of(*(each.value for each in LogFormat), placeholder="FORMAT", parse=LogFormat)

LOG_LEVEL = one_of(*LEVELS, placeholder="LEVEL")

FILE = ValueKind("the path of a file", "FILE", str, str, lambda text, folder: str(folder / text))

ADDRESS = ValueKind(
    f"an address such as {addresses.DEFAULT_LISTEN}",
    "ADDRESS",
    _address,
    str,
    addresses.with_paths_in,
)

STORE = ValueKind(listed(FORMS), "WHERE", _store, str, _anchored_store)

STORE_SIZE = ValueKind(
    f"a size like 20G, {written_size(LEAST_SIZE)} at least (0: no limit)", "SIZE", _store_size
)

NODE = ValueKind(
    "a name: 1 to 32 letters from a to z, digits, _, - or .", "NAME", _text_like(NODE_NAME.pattern)
)

DURABILITY = one_of(*(each.value for each in Durability), placeholder="WHERE", parse=Durability)

SECONDS_OF_DOUBT = whole_number(1, 600)

ON_OFF = one_of("on", "off", placeholder="WORD", parse="on".__eq__)

ROOM = ValueKind(
    "a room's name: 1 to 32 letters of one alphabet, digits, _, - or .", "ROOM", validate_room_name
)

ACCOUNT_NAME = ValueKind("the name of an account", "NAME", _account_name)

UNIX_SOCKET = ValueKind(
    f"the path of a UNIX socket from / on, {LONGEST_SOCKET_PATH} bytes at most",
    "PATH",
    _unix_socket,
)

HEADER_NAME = ValueKind("the name of a header, such as Remote-User", "NAME", _header_name)

USER = ValueKind(
    'the login name of a user of this machine, or the number as text: "33"', "USER", _user
)

HOST_NAME = ValueKind("a name such as chat.example.com", "NAME", _host_name)

DOTTED_NAME = ValueKind("a name with a dot, such as irc.example.com", "NAME", _dotted_name)

SOCKET_NAME = ValueKind(
    "the name of a socket: up to 255 characters of ASCII without colons", "NAME", _socket_name
)

SPAN = ValueKind(
    "a time span like 90d or 12h (0: for ever), or one for a room, like ops=30d", "TIME", _span
)

NETWORK = ValueKind("a network like 10.0.0.0/8, an address, or any", "NETWORK", _networks)

BUDGET = ValueKind(_BUDGET, "LIMIT", _budget)
