"""The options of the daemon, their defaults (limits, past lines shown, ...), and their checks.

A wrong value is refused in one line that names the option and the values that it takes. This module
must not open files or addresses that an option names.
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from twisted.python.usage import Options as TwistedOptions

from chatd.daemon.os_process import refuse
from chatd.daemon.retention import RetentionPolicy
from chatd.i18n import Language
from chatd.protocols.transport.limits import Limits
from chatd.storage.paths import MEMORY
from chatd.storage.size_limit import LEAST_SIZE
from chatd.text.folding import fold
from chatd.text.sizes import bytes_of, written_size
from chatd.text.times import seconds_of
from chatd.text.validation import InvalidName, validate_room_name
from chatd.util.budget_table import BUDGETS, TABLE, Budget, Kind, Level
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.webhooks.urls import Network, networks_of

DEFAULT_LISTEN = "tcp:60060:interface=127.0.0.1"

DEFAULT_MAX_STORE = "100G"
"""Beyond what an office of 200 says in decades: 40,000 lines a day, of 55 characters and 0.14 KB on
disk with the index (measured), are 2 GB a year. It bounds what many networks together store."""

LARGEST_NUMBER = 999_999_999

LONGEST_DEAD_AFTER = 90_000
"""Seconds. Linux takes at most 32,767 seconds for a time of keepalive; a third of ``--dead-after``
is set."""

# Letters beyond ASCII reach a server as Punycode, because browsers send host names so.
_HOST_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*", re.IGNORECASE | re.ASCII)


class Options(TwistedOptions):
    """The options of ``twistd chat``, as text. `Settings` are their values, checked."""

    synopsis = "[options]"
    longdesc = "A chat room that any terminal can join. A limit of 0 is no limit."
    optParameters = [
        ["store", "s", "sqlite:chatd.sqlite", "The store of the history: sqlite:PATH, or memory:"],
        [
            "max-store",
            None,
            DEFAULT_MAX_STORE,
            "The largest size of the store on disk, such as 20G. Near it, lines are refused.",
        ],
        ["max-length", None, "4096", "Most characters in one chat line."],
        ["recent", None, "10", "Past lines that are shown on entering a room."],
        [
            "lobby",
            None,
            None,
            "The lobby: the room that everyone enters first; by default lobby, or entrada where a"
            " store was begun with --language es.",
        ],
        [
            "language",
            None,
            "en",
            "The server's language: en or es. /language changes it for one person.",
        ],
        ["motd", None, None, "A file with a UTF-8 text that is shown after the welcome."],
        ["lines-per-second", None, "100", "Lines a second that are read from a connection."],
        ["bytes-per-second", None, "65536", "Bytes a second that are read from a connection."],
        ["line-seconds", None, "300", "Seconds from the first byte of a line to its end."],
        [
            "connections",
            None,
            str(TABLE[Kind.CONNECTIONS].limits[Level.ALL]),
            "Most connections.",
        ],
        [
            "connections-per-address",
            None,
            str(TABLE[Kind.CONNECTIONS].limits[Level.NETWORK]),
            "Most connections from an IPv4 address or IPv6 /64.",
        ],
        ["dead-after", None, "90", "Seconds until a client that is gone is disconnected."],
        ["send-buffer", None, "32768", "Bytes of the kernel's send buffer of a TCP client."],
        ["receive-buffer", None, "32768", "Bytes of the kernel's receive buffer of a TCP client."],
    ]

    optFlags = [
        [
            "allow-plaintext-passwords",
            None,
            "Accept passwords also over connections that others may read.",
        ],
        [
            "unix-names",
            None,
            "Users of this machine have their login names at the UNIX sockets of --listen (Linux).",
        ],
    ]

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []
        self["bare"] = []
        self["web"] = []
        self["web-name"] = []
        self["keep"] = []
        self["hooks-to"] = []
        self["budget"] = []
        # Docstrings are wrapped for the source. In the help their line ends would be blanks.
        self.docs = {option: " ".join(doc.split()) for option, doc in self.docs.items()}

    def getSynopsis(self) -> str:
        """Return the usage, which is that of `chatd serve` if that command started this process."""
        if sys.argv[0] == "chatd serve":
            return "Usage: chatd serve [options]"
        return super().getSynopsis()

    def opt_listen(self, endpoint: str) -> None:
        """An address for chat lines, a Twisted endpoint (may be repeated) [default:
        tcp:60060:interface=127.0.0.1]"""
        self["listen"].append(endpoint)

    def opt_bare(self, endpoint: str) -> None:
        """An address for bare lines, a Twisted endpoint (may be repeated)"""
        self["bare"].append(endpoint)

    def opt_web(self, endpoint: str) -> None:
        """An address for browsers and HTTP, a Twisted endpoint (may be repeated)"""
        self["web"].append(endpoint)

    def opt_web_name(self, name: str) -> None:
        """A name by which browsers may reach this machine, besides its addresses and its hostname
        (may be repeated)"""
        self["web-name"].append(name)

    def opt_keep(self, span: str) -> None:
        """The time that lines are stored: 90d for all rooms, ROOM=30d for one (may be repeated)
        [default: for ever]"""
        self["keep"].append(span)

    def opt_hooks_to(self, network: str) -> None:
        """A network that webhooks may lead to, besides public addresses: 10.0.0.0/8, an address,
        or any (may be repeated)"""
        self["hooks-to"].append(network)

    def opt_budget(self, limit: str) -> None:
        """A limit for each owner, KIND.LEVEL=VALUE like bytes.account=1G or hooks.all=500 (may be
        repeated)"""
        self["budget"].append(limit)

    def parseArgs(self, *values: str) -> None:
        """Raise `SystemExit` if there is a word that is not an option."""
        if values:
            refuse(f"there are options only, such as --listen; not {values[0]!r}.")

    opt_l = opt_listen
    opt_b = opt_bare
    opt_w = opt_web


class Settings(NamedTuple):
    """The values of all options, checked. Paths are text, relative to twistd's ``--rundir``."""

    listen: list[str]
    """Descriptions of endpoints for chat lines; at least one."""

    bare: list[str]
    """Descriptions of endpoints for bare lines."""

    web: list[str]
    """Descriptions of endpoints for browsers and HTTP."""

    web_names: list[str]
    """Names by which browsers know this machine, besides its own."""

    store: str
    """``sqlite:PATH`` or ``memory:``. It is checked when the store is opened."""

    max_store: int
    """The largest size of the store on disk, in bytes; 0 for no limit."""

    max_length: int
    """Characters in one chat line."""

    recent: int
    """Past lines that a newcomer to a room receives."""

    lobby: str | None
    """None for the name that the store has."""

    language: Language
    motd: str | None
    limits: Limits

    send_buffer: int
    """Bytes that the kernel buffers for a client; 0 for the system's default."""

    receive_buffer: int
    """Bytes that the kernel buffers from a client; 0 for the system's default."""

    retention: RetentionPolicy

    hook_networks: tuple[Network, ...]
    """Networks that webhooks may lead to, besides public addresses."""

    budgets: BudgetLimits
    """The limits of budgets that are not the default ones, and that of all connections."""

    plaintext_passwords: bool
    """True if passwords are accepted over connections that others may read."""

    unix_names: bool
    """True if users of this machine are known by their logins at UNIX sockets for chat lines."""

    @classmethod
    def of(cls, options: Options) -> Settings:
        """Return the values of ``options``. Raises `SystemExit` for the first that is wrong."""
        return cls(
            max_store=_max_store(options["max-store"], options["store"]),
            max_length=_number(options, "max-length", 1),
            recent=_number(options, "recent", 0),
            language=_language(options["language"]),
            lobby=_lobby(options["lobby"]),
            limits=_limits(options),
            send_buffer=_number(options, "send-buffer", 0),
            receive_buffer=_number(options, "receive-buffer", 0),
            retention=_retention(options["keep"]),
            hook_networks=_networks(options["hooks-to"]),
            listen=options["listen"] or [DEFAULT_LISTEN],
            bare=options["bare"],
            web=options["web"],
            web_names=_web_names(options["web-name"]),
            store=options["store"],
            motd=options["motd"],
            budgets=_budgets(options),
            plaintext_passwords=bool(options["allow-plaintext-passwords"]),
            unix_names=bool(options["unix-names"]),
        )


def _number(options: Options, name: str, least: int, most: int = LARGEST_NUMBER) -> int:
    value = options[name]
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        range_ = f"{least} or more" if most == LARGEST_NUMBER else f"{least} to {most}"
        refuse(f"--{name} takes a whole number, {range_}; not {value!r}.")
    return int(value)


_LARGEST = {"dead_after": LONGEST_DEAD_AFTER}


def _limits(options: Options) -> Limits:
    return Limits(
        *(
            _number(options, field.replace("_", "-"), 0, _LARGEST.get(field, LARGEST_NUMBER))
            for field in Limits._fields
        )
    )


_CONNECTIONS = {
    Budget(Kind.CONNECTIONS, Level.ALL): "connections",
    Budget(Kind.CONNECTIONS, Level.NETWORK): "connections-per-address",
}
"""The budgets that have an option of their own."""


def _budgets(options: Options) -> BudgetLimits:
    """Return the limits that all of --budget make; of two for the same budget the last one counts.

    The default of an option is no limit that was given: it may be lowered with that of all.
    """
    given: dict[Budget, int] = {}
    for value in options["budget"]:
        name, _, limit = value.partition("=")
        budget = BUDGETS.get(name)
        if budget is None:
            refuse(_no_budget(name, value))
        given[budget] = _limit(budget, limit)
    for budget, option in _CONNECTIONS.items():
        number, default = _number(options, option, 0), budget.rule.limits[budget.level]
        if number != default and given.get(budget, number) != number:
            refuse(f"--{option} and --budget {budget} are one limit: give one of them.")
        if number != default or budget.level is Level.ALL:
            given.setdefault(budget, number)
    return given


def _no_budget(name: str, value: str) -> str:
    """Return the reason for which a value of --budget names no budget."""
    kind = name.partition(".")[0]
    levels = [each.level.value for each in BUDGETS.values() if each.kind.value == kind]
    if levels:
        return f"--budget {kind}.LEVEL takes the levels {', '.join(levels)}; not {value!r}."
    kinds = ", ".join(each.value for each in Kind)
    return (
        f"--budget takes KIND.LEVEL=VALUE such as bytes.account=1G; the kinds are {kinds};"
        f" not {value!r}."
    )


def _limit(budget: Budget, value: str) -> int:
    in_bytes = budget.rule.in_bytes
    try:
        limit = bytes_of(value)
    except ValueError:
        limit = None
    if limit is None or not (in_bytes or value.isdecimal()):
        takes = "a size like 256M or 1G" if in_bytes else "a whole number"
        refuse(f"--budget {budget} takes {takes}, 0 for no limit; not {value!r}.")
    return limit


def _max_store(value: str, store: str) -> int:
    try:
        size = bytes_of(value)
    except ValueError:
        size = -1
    if size and size < LEAST_SIZE:
        least = written_size(LEAST_SIZE)
        refuse(f"--max-store takes a size like 20G, {least} at least (0: no limit); not {value!r}.")
    if size and store == MEMORY and value != DEFAULT_MAX_STORE:
        refuse(f"--max-store is for a store in a file; with --store {MEMORY} leave it out.")
    return size


def _language(value: str) -> Language:
    try:
        return Language(value)
    except ValueError:
        refuse(f"--language takes en or es; not {value!r}.")


def _lobby(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return validate_room_name(value)
    except InvalidName:
        refuse(
            "--lobby takes a room's name: 1 to 32 letters of one alphabet, digits, _, - or .;"
            f" not {value!r}."
        )


def _web_names(values: list[str]) -> list[str]:
    for name in values:
        if not _HOST_NAME.fullmatch(name):
            refuse(f"--web-name takes a name such as chat.example.com; not {name!r}.")
    return values


def _retention(values: list[str]) -> RetentionPolicy:
    """Return the policy that all of --keep make; of two for the same rooms the last one counts."""
    policy = RetentionPolicy()
    for value in values:
        room, is_room, span = value.rpartition("=")
        try:
            seconds = 0 if span == "0" else seconds_of(span)
            if is_room:
                policy = policy._replace(
                    rooms={**policy.rooms, fold(validate_room_name(room)): seconds}
                )
            else:
                policy = policy._replace(others=seconds)
            if not seconds and span != "0":
                raise ValueError
        except ValueError:
            refuse(
                "--keep takes a time span like 90d or 12h (0: for ever), or one for a room, like"
                f" ops=30d; not {value!r}."
            )
    return policy


def _networks(values: list[str]) -> tuple[Network, ...]:
    """Return the networks that all of --hooks-to name."""
    networks: list[Network] = []
    for value in values:
        try:
            networks += networks_of(value)
        except ValueError:
            refuse(
                f"--hooks-to takes a network like 10.0.0.0/8, an address, or any; not {value!r}."
            )
    return tuple(networks)
