"""docs/wire.d.ts: the types of messages are those that docs/wire.md describes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.checkout import ROOT

Members = dict[str, set[str]]

ABOUT_ALL = {"type", "id"}
"""Members that docs/wire.md describes for all messages at once."""

_VALUE = re.compile(r':(?:"[^"]*"|\{.*?\}|\[.*?\]|\w+)')


def section() -> str:
    text = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
    return text.partition("### WebSocket\n")[2].partition("\n### ")[0]


def documented(table: str, *, mentioned: bool = False) -> Members:
    """Return the members of each message in a table.

    A row that begins with no message describes a member of the message above it. If `mentioned`,
    members that only the description names count, too.
    """
    members: Members = {}
    type = ""
    for cell, description in re.findall(r"^\| `(.*?)`(.*) \|$", table, re.MULTILINE):
        found = re.search(r'"type":"(\w+)"', cell)
        type = found[1] if found else type
        names = re.findall(r'"(\w+)"', _VALUE.sub("", cell))
        if mentioned:
            names += re.findall(r'"(\w+)":', description)
        members.setdefault(type, set()).update(set(names) - ABOUT_ALL)
    return members


def tables() -> tuple[str, str]:
    """Return the tables of what a client sends, and of what a server sends."""
    client, _, server = section().partition("The server sends:\n")
    return client, server


def types() -> str:
    return (ROOT / "docs" / "wire.d.ts").read_text(encoding="utf-8")


def names(members: str) -> set[str]:
    return set(re.findall(r"[{;\t] ?(\w+)\??: ", members)) - ABOUT_ALL


def client_types() -> Iterator[tuple[str, set[str]]]:
    for type, members in re.findall(r'^\t\| \{ type: "(\w+)"(.*) \}', types(), re.MULTILINE):
        yield type, names(members)


def server_types() -> Iterator[tuple[str, set[str]]]:
    pattern = r'^export interface \w+ \{\n\ttype: "(\w+)";\n(.*?)^\}'
    for type, members in re.findall(pattern, types(), re.MULTILINE | re.DOTALL):
        yield type, set(re.findall(r"^\t(\w+)\??:", members, re.MULTILINE)) - ABOUT_ALL


def test_messages_of_clients() -> None:
    assert dict(client_types()) == documented(tables()[0])


def test_messages_of_servers() -> None:
    assert dict(server_types()).keys() == documented(tables()[1]).keys()


def test_members_of_messages_of_servers() -> None:
    shown, mentioned = documented(tables()[1]), documented(tables()[1], mentioned=True)
    for type, members in server_types():
        assert shown[type] <= members <= mentioned[type], type
