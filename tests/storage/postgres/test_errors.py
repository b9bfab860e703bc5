"""Tests of `chatd.storage.postgres.errors`: the lines of errors, from texts of libpq 18."""

from __future__ import annotations

import psycopg
import pytest

from chatd.storage.contract import StoreError
from chatd.storage.postgres.errors import LONGEST, line_of, one_line

AT = 'connection failed: connection to server at "db.example" (10.0.0.1), port 5432 failed: '

REFUSED = "Connection refused\n\tIs the server running on that host and accepting connections?"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            f"{AT}{REFUSED}",
            "db.example:5432: Connection refused. Does the server run, and is that its address?",
        ),
        (
            'connection is bad: connection to server on socket "/run/.s.PGSQL.5432" failed: No such'
            " file or directory\n\tIs the server running locally?",
            "/run/.s.PGSQL.5432: No such file or directory. Does the server run, and is that its"
            " address?",
        ),
        (
            "failed to resolve host 'db.invalid': [Errno -2] Name or service not known",
            "failed to resolve host 'db.invalid': [Errno -2] Name or service not known. Does the"
            " server run, and is that its address?",
        ),
        (
            f'{AT}FATAL:  password authentication failed for user "chatd"',
            'db.example:5432: password authentication failed for user "chatd". Write the password'
            " to ~/.pgpass, or to the file that PGPASSFILE names.",
        ),
        (
            f'{AT}FATAL:  database "chat" does not exist',
            'db.example:5432: database "chat" does not exist. Make it, with the role of chatd as'
            " its owner: createdb --owner=ROLE chat",
        ),
        (
            f'{AT}FATAL:  permission denied for database "chat"\nDETAIL:  User does not have it.',
            'db.example:5432: permission denied for database "chat". Make the role of chatd its'
            " owner: ALTER DATABASE chat OWNER TO ROLE",
        ),
        (
            f"{AT}session is read-only",
            "db.example:5432: session is read-only. That is a standby. Name the primary, or all"
            " servers: postgresql://HOST,HOST/DATABASE",
        ),
        (
            f'{AT}server certificate for "db" does not match host name "db.example"',
            'db.example:5432: server certificate for "db" does not match host name "db.example".'
            " Name the host as its certificate does.",
        ),
        (
            f'{AT}root certificate file "/root.crt" does not exist\nEither provide the file',
            'db.example:5432: root certificate file "/root.crt" does not exist. Name the'
            " certificate of your authority: postgresql://HOST/DATABASE?sslrootcert=/FILE",
        ),
        (f"{AT}FATAL:  hoy no puede ser", "db.example:5432: hoy no puede ser."),
        ("", "OperationalError."),
    ],
)
def test_an_error_is_one_line_with_advice(text: str, line: str) -> None:
    assert line_of(psycopg.OperationalError(text)) == line


def test_of_several_servers_each_is_named() -> None:
    text = (
        f"{AT}{REFUSED}\nMultiple connection attempts failed. All failures were:\n"
        f"- host: 'a', port: '1', hostaddr: '10.0.0.1': {AT.replace('db.example', 'a')}{REFUSED}\n"
        f"- host: '::1', port: '2', hostaddr: '::1': {AT.replace('db.example', '::1')}session is"
        " read-only"
    )
    assert line_of(psycopg.OperationalError(text)).startswith(
        "a:5432: Connection refused; [::1]:5432: session is read-only. That is a standby."
    )


def test_a_server_cannot_write_to_the_terminal_nor_a_page() -> None:
    line = line_of(psycopg.OperationalError("\x1b[2J" + "a" * 5000))
    assert line.startswith("^[[2Ja")
    assert len(line) < LONGEST + 10


def test_errors_of_psycopg_become_errors_of_the_store() -> None:
    with pytest.raises(StoreError, match="gone"), one_line():
        raise psycopg.OperationalError("gone")
