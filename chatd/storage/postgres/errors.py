"""Errors of psycopg and of PostgreSQL, as one line for operators: why, and what to do about it.

libpq names most errors of a connection by their text alone, so texts are looked at; one in another
language is told without advice. A text of a server may be several lines, of which the first says
what is wrong. This module must not know what was asked of the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Error

from chatd.storage.contract import StoreError
from chatd.text.escaping import visible

LONGEST = 400
"""Characters of the longest line: a server may quote what it was sent."""

_SEVERAL = "Multiple connection attempts failed. All failures were:\n"

_HOST = re.compile(
    r"connection to server at \"(?P<host>[^\"]*)\"(?: \([^)]*\))?, port (?P<port>\d+)"
)

_SOCKET = re.compile(r"connection to server on socket \"(?P<path>[^\"]*)\"")

_BEGIN = re.compile(r"(?:connection failed: |connection is bad: |FATAL:  ?|ERROR:  ?)")

_ADVICE = [
    (
        r"password authentication failed|no password supplied",
        "Write the password to ~/.pgpass, or to the file that PGPASSFILE names.",
    ),
    (
        r"[Pp]eer authentication failed",
        "The role has to be called as the user of the daemon, or be mapped in pg_ident.conf.",
    ),
    (
        r'database "(?P<name>[^"]*)" does not exist',
        "Make it, with the role of chatd as its owner: createdb --owner=ROLE {name}",
    ),
    (
        r'role "(?P<name>[^"]*)" (?:does not exist|is not permitted to log in)',
        "Make it (createuser {name}), or name another one: postgresql://ROLE@HOST/DATABASE",
    ),
    (
        r'permission denied for database "?(?P<name>[^"\s]*)',
        "Make the role of chatd its owner: ALTER DATABASE {name} OWNER TO ROLE",
    ),
    (
        r"permission denied|must be owner",
        "The role of chatd has to own the database, and all that is in it.",
    ),
    (r"pg_hba\.conf", "Add a line for it to the file pg_hba.conf of the server."),
    (
        r"read-only|hot standby|during recovery",
        "That is a standby. Name the primary, or all servers: postgresql://HOST,HOST/DATABASE",
    ),
    (
        r"starting up|shutting down|not yet accepting|terminating connection",
        "Try again in a moment.",
    ),
    (
        r"does not support SSL",
        "Have the server use TLS: ssl = on, with a certificate for the name of its host.",
    ),
    (
        r"does not match host name",
        "Name the host as its certificate does.",
    ),
    (
        r"root certificate file|certificate verify failed",
        "Name the certificate of your authority: postgresql://HOST/DATABASE?sslrootcert=/FILE",
    ),
    (
        r"too many clients|remaining connection slots|too many connections",
        "Raise max_connections of the server, or the limit of the role or of the database.",
    ),
    (
        r"definition of service",
        "Write it to ~/.pg_service.conf, or to the file that PGSERVICEFILE names.",
    ),
    (
        r"Connection refused|No such file|timeout expired|timed out|resolve host|No route to host"
        r"|unreachable|translate host",
        "Does the server run, and is that its address?",
    ),
]
"""The advice about an error, by a pattern of its text. The first one that is found counts."""


def line_of(error: Error) -> str:
    """Return the line that says why an error came, and what to do about it.

    There is no secret in it: libpq puts no password into a text.
    """
    text = str(error)
    _, several, of_hosts = text.partition(_SEVERAL)
    if several:
        tries = re.split(r"(?:\A|\n)- host: .*?: (?=\w+ )", of_hosts)
        reasons = list(dict.fromkeys(_reason(each) for each in tries if each))
    else:
        reasons = [_reason(text)]
    line = "; ".join(filter(None, reasons)) or type(error).__name__
    line = visible(line[:LONGEST]).rstrip(".")
    for pattern, advice in _ADVICE:
        if found := re.search(pattern, line):
            names = {key: value or "DATABASE" for key, value in found.groupdict().items()}
            return f"{line}. {advice.format(**names)}"
    return f"{line}."


@contextmanager
def one_line() -> Iterator[None]:
    """Return a context in which an error of psycopg becomes a `StoreError` of one line."""
    try:
        yield
    except Error as error:
        raise StoreError(line_of(error)) from None


def _reason(text: str) -> str:
    """Return the reason in a text, and the server in front of it."""
    first = text.strip().partition("\n")[0]
    where = ""
    if found := _HOST.search(first):
        host = f"[{found['host']}]" if ":" in found["host"] else found["host"]
        where = f"{host}:{found['port']}: "
    elif found := _SOCKET.search(first):
        where = f"{found['path']}: "
    if found:
        first = first[found.end() :].removeprefix(" failed").removeprefix(":").strip()
    return f"{where}{_BEGIN.sub('', first)}"
