"""The table of the settings of the daemon: the one list of what an operator can set.

The options, the manual, the configuration file, the environment, `chatd init` and the tables of the
reference follow from it. This module must not know where values come from, nor what is done with
them.
"""

from __future__ import annotations

from chatd.daemon import value_kinds as kinds
from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.daemon.irc_rows import IRC_ROWS
from chatd.daemon.log_lines import LogFormat
from chatd.daemon.setting_row import LISTEN, Group, Reload, Row
from chatd.daemon.shared_rows import SHARED_ROWS
from chatd.daemon.webhook_rows import WEBHOOK_ROWS
from chatd.util.budget_table import TABLE as BUDGETS
from chatd.util.budget_table import Kind, Level

DEFAULT_MAX_STORE = "100G"
"""Beyond what an office of 200 says in decades: 40,000 lines a day, of 55 characters and 0.14 KB on
disk with the index (measured), are 2 GB a year. It bounds what many networks together store."""


_A, _H, _P, _L = Group.ADDRESSES, Group.HISTORY, Group.PEOPLE, Group.LIMITS
_G, _M, _S = Group.LOG, Group.WATCHING, Group.SIGN_IN

ROWS = (
    Row(
        "listen.chat",
        "listen",
        kinds.ADDRESS,
        DEFAULT_LISTEN,
        "An address for chat lines, a Twisted endpoint (may be repeated)",
        _A,
        letter="l",
        repeated=True,
    ),
    Row(
        "listen.bare",
        "bare",
        kinds.ADDRESS,
        None,
        "An address for bare lines, a Twisted endpoint (may be repeated)",
        _A,
        letter="b",
        repeated=True,
    ),
    Row(
        "listen.web",
        "web",
        kinds.ADDRESS,
        None,
        "An address for browsers and HTTP, a Twisted endpoint (may be repeated)",
        _A,
        letter="w",
        repeated=True,
    ),
    *IRC_ROWS,
    Row(
        "web.names",
        "web-name",
        kinds.HOST_NAME,
        None,
        "A name by which browsers may reach this machine, besides its addresses and its hostname"
        " (may be repeated)",
        _A,
        Reload.AT_ONCE,
        repeated=True,
        example="chat.example.org",
    ),
    Row(
        "lan.open",
        "lan",
        kinds.YES_NO,
        "false",
        "Let the local network in, over TLS: chat lines at port 60062, browsers at 60443",
        _A,
    ),
    Row(
        "lan.public",
        "lan-all",
        kinds.YES_NO,
        "false",
        "The same for everyone who can reach this machine, also from the Internet",
        _A,
    ),
    Row(
        "store.where",
        "store",
        kinds.STORE,
        "sqlite:chatd.sqlite",
        "The store of the history: sqlite:PATH, postgresql://HOST/DATABASE, or memory:",
        _H,
        letter="s",
    ),
    Row(
        "store.max_size",
        "max-store",
        kinds.STORE_SIZE,
        DEFAULT_MAX_STORE,
        "The largest size of the store on disk, such as 20G. Near it, lines are refused",
        _H,
    ),
    Row(
        "store.keep",
        "keep",
        kinds.SPAN,
        None,
        "The time that lines are stored: 90d for all rooms, ROOM=30d for one (may be repeated)",
        _H,
        Reload.AT_ONCE,
        repeated=True,
        without="for ever",
        example="90d",
    ),
    *SHARED_ROWS,
    Row(
        "server.recent",
        "recent",
        kinds.NUMBER,
        "10",
        "Past lines that are shown on entering a room",
        _H,
        Reload.AT_ONCE,
    ),
    Row(
        "server.lobby",
        "lobby",
        kinds.ROOM,
        None,
        "The lobby: the room that everyone enters first; by default lobby, or entrada where a store"
        " was begun with --language es",
        _P,
        example="plaza",
    ),
    Row(
        "server.language",
        "language",
        kinds.LANGUAGE,
        "en",
        "The server's language: en or es, also for the first lines of the log. /language changes it"
        " for one person",
        _P,
        Reload.NEWCOMERS,
    ),
    Row(
        "server.motd",
        "motd",
        kinds.FILE,
        None,
        "A file with a UTF-8 text that is shown after the welcome",
        _P,
        Reload.AT_ONCE,
        example="motd.txt",
    ),
    Row(
        "server.max_length",
        "max-length",
        kinds.POSITIVE_NUMBER,
        "4096",
        "Most characters in one chat line",
        _P,
    ),
    Row(
        "users.unix_names",
        "unix-names",
        kinds.YES_NO,
        "false",
        "Users of this machine have their login names at the UNIX sockets of --listen (Linux)",
        _P,
    ),
    Row(
        "passwords.allow_plaintext",
        "allow-plaintext-passwords",
        kinds.YES_NO,
        "false",
        "Accept passwords also over connections that others may read",
        _P,
        Reload.AT_ONCE,
    ),
    Row(
        "sign_in.socket",
        "sign-in-socket",
        kinds.UNIX_SOCKET,
        None,
        "The UNIX socket at which a helper of the operator's checks the passwords of an"
        " organisation",
        _S,
        example="/run/chatd-sign-in/socket",
    ),
    Row(
        "sign_in.timeout",
        "sign-in-timeout",
        kinds.HELPER_SECONDS,
        "9",
        "Seconds that the helper has to answer",
        _S,
    ),
    Row(
        "sign_in.at_once",
        "sign-in-at-once",
        kinds.HELPER_QUESTIONS,
        "8",
        "Most questions that the helper is asked at a time",
        _S,
    ),
    Row(
        "sign_in.create",
        "sign-in-create",
        kinds.YES_NO,
        "false",
        "Make the accounts of people who the organisation knows when they come first",
        _S,
    ),
    Row(
        "sign_in.admins",
        "sign-in-admin",
        kinds.ACCOUNT_NAME,
        None,
        "An account that administers also when a proxy with trusted_header names it (may be"
        " repeated)",
        _S,
        repeated=True,
        example="maria",
    ),
    Row(
        "sign_in.local",
        "sign-in-local",
        kinds.ACCOUNT_NAME,
        None,
        "An account whose password is checked here, not by the helper (may be repeated)",
        _S,
        repeated=True,
        example="ana",
    ),
    *WEBHOOK_ROWS,
    Row(
        "log.format",
        "log-format",
        kinds.LOG_FORMAT,
        LogFormat.TEXT.value,
        "The format of the log: text, or json for an object on each line",
        _G,
        Reload.AT_ONCE,
    ),
    Row(
        "log.level",
        "log-level",
        kinds.LOG_LEVEL,
        "info",
        "The least level of what is logged: debug, info, warn or error",
        _G,
        Reload.AT_ONCE,
    ),
    Row(
        "log.audit",
        "audit",
        kinds.FILE,
        None,
        "A file for an audit: who signed in, moderated or administered, and from where",
        _G,
        example="audit.log",
    ),
    Row(
        "listen.metrics",
        "metrics",
        kinds.ADDRESS,
        None,
        "An address for those who watch the daemon: its figures at /metrics, /healthz and /readyz"
        " (may be repeated)",
        _M,
        repeated=True,
    ),
    Row(
        "metrics.token_file",
        "metrics-token-file",
        kinds.FILE,
        None,
        "A file with the token that a request for /metrics needs, as Authorization: Bearer TOKEN",
        _M,
        example="metrics.token",
    ),
    Row(
        "limits.budgets",
        "budget",
        kinds.BUDGET,
        None,
        "A limit for each owner, KIND.LEVEL=VALUE like bytes.account=1G or hooks.all=500 (may be"
        " repeated)",
        _L,
        Reload.AT_ONCE,
        repeated=True,
        example="bytes.account=1G",
    ),
    Row(
        "limits.lines_per_second",
        "lines-per-second",
        kinds.NUMBER,
        "100",
        "Lines a second that are read from a connection",
        _L,
        Reload.NEWCOMERS,
    ),
    Row(
        "limits.bytes_per_second",
        "bytes-per-second",
        kinds.NUMBER,
        "65536",
        "Bytes a second that are read from a connection",
        _L,
        Reload.NEWCOMERS,
    ),
    Row(
        "limits.line_seconds",
        "line-seconds",
        kinds.NUMBER,
        "300",
        "Seconds from the first byte of a line to its end",
        _L,
        Reload.AT_ONCE,
    ),
    Row(
        "limits.connections",
        "connections",
        kinds.NUMBER,
        str(BUDGETS[Kind.CONNECTIONS].limits[Level.ALL]),
        "Most connections",
        _L,
        Reload.NEWCOMERS,
    ),
    Row(
        "limits.connections_per_address",
        "connections-per-address",
        kinds.NUMBER,
        str(BUDGETS[Kind.CONNECTIONS].limits[Level.NETWORK]),
        "Most connections from an IPv4 address or IPv6 /64",
        _L,
        Reload.NEWCOMERS,
    ),
    Row(
        "limits.dead_after",
        "dead-after",
        kinds.SECONDS_UNTIL_DEAD,
        "90",
        "Seconds until a client that is gone is disconnected",
        _L,
    ),
    Row(
        "limits.send_buffer",
        "send-buffer",
        kinds.NUMBER,
        "32768",
        "Bytes of the kernel's send buffer of a TCP client",
        _L,
    ),
    Row(
        "limits.receive_buffer",
        "receive-buffer",
        kinds.NUMBER,
        "32768",
        "Bytes of the kernel's receive buffer of a TCP client",
        _L,
    ),
)
"""All settings, in the order of the configuration file."""

SETTINGS = tuple(row for row in ROWS if row.section != LISTEN)
"""The settings that have a place of their own. Addresses are in the section `LISTEN`."""

CONFIG = Row(
    "",
    "config",
    kinds.FILE,
    None,
    "A file in TOML that may have all other options: chatd init writes one. Options of the command"
    " line go before it",
    Group.FILE,
    letter="c",
)
"""The option that names the configuration file, and is in no file."""

OPTIONS = (CONFIG, *ROWS)
"""All options, in the order of the manual and of the reference."""

BY_PATH = {row.path: row for row in ROWS}
