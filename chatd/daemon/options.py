"""The options of the daemon, and their defaults: limits, past lines shown, ...

A wrong one is refused in one line. This module must not open files or addresses that an option
names.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import NamedTuple, NoReturn

from twisted.python.usage import Options as TwistedOptions
from twisted.python.usage import UsageError

from chatd.daemon import manual
from chatd.daemon import option_values as values
from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.daemon.os_process import program, refuse_call
from chatd.daemon.retention import RetentionPolicy
from chatd.daemon.wrong_options import too_many, why_wrong
from chatd.i18n import Language
from chatd.protocols.transport.limits import Limits
from chatd.util.budget_table import TABLE, Kind, Level
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.util.versions import versions
from chatd.webhooks.urls import Network


class Options(TwistedOptions):
    """The options of ``twistd chat``, as text. `Settings` are their values, checked."""

    optParameters = [
        ["store", "s", "sqlite:chatd.sqlite", "The store of the history: sqlite:PATH, or memory:"],
        [
            "max-store",
            None,
            values.DEFAULT_MAX_STORE,
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
            "The server's language: en or es, also for the first lines of the log. /language"
            " changes it for one person.",
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

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Parse the options. Raises `SystemExit` if one is wrong, or asks for help."""
        arguments = sys.argv[1:] if options is None else options
        try:
            super().parseOptions(arguments)
        except UsageError as error:
            refuse_call(why_wrong(str(error), arguments, self.longOpt, self._options_of_twistd()))

    def _options_of_twistd(self) -> Collection[str]:
        """Return the options that come before ``chat``, without dashes; ``=`` may be at the end."""
        twistd = self.parent
        if not isinstance(twistd, TwistedOptions):
            return ()
        return [*twistd.longOpt, *twistd.shortOpt.replace(":", "")]

    def opt_help(self) -> NoReturn:
        """Show this help and exit."""
        sys.stdout.write(manual.text(program(), type(self)))
        sys.exit(0)

    def opt_version(self) -> NoReturn:
        """Print the versions and exit."""
        sys.stdout.write(f"{versions()}\n")
        sys.exit(0)

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

    def parseArgs(self, *words: str) -> None:
        """Raise `SystemExit` if there is a word that is not an option."""
        if words:
            refuse_call(too_many(words[0]))

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
        values.addresses(options)
        return cls(
            max_store=values.max_store(options["max-store"], options["store"]),
            max_length=values.number(options, "max-length", 1),
            recent=values.number(options, "recent", 0),
            language=values.language(options["language"]),
            lobby=values.lobby(options["lobby"]),
            limits=values.limits(options),
            send_buffer=values.number(options, "send-buffer", 0),
            receive_buffer=values.number(options, "receive-buffer", 0),
            retention=values.retention(options["keep"]),
            hook_networks=values.networks(options["hooks-to"]),
            listen=options["listen"] or [DEFAULT_LISTEN],
            bare=options["bare"],
            web=options["web"],
            web_names=values.web_names(options["web-name"]),
            store=values.store(options["store"]),
            motd=options["motd"],
            budgets=values.budgets(options),
            plaintext_passwords=bool(options["allow-plaintext-passwords"]),
            unix_names=bool(options["unix-names"]),
        )
