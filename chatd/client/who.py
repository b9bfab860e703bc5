"""`chatd who`: the people in a room.

This module must not know how the server is spoken to.
"""

from __future__ import annotations

import argparse
from contextlib import closing

from chatd.client import reading
from chatd.util.command_manual import Example

SUCCESS = "there are people in the room"
NOTHING = "the room is empty"

EXAMPLES = (
    Example("list the people in the lobby", "chatd who"),
    Example("list those in another room", "chatd who builds"),
    Example("count the names", "chatd who --json builds | grep -c '\"name\"'"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd who` to *parser*."""
    reading.add_arguments(parser)
    reading.add_room(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the people in a room: names in a line each, and the number of guests."""
    out = reading.Output(as_json=arguments.json)
    talk, hello = reading.begin(arguments)
    with closing(talk):
        people = reading.ask_about(talk, "people", reading.room_of(arguments, hello))
    names, roles, away = people.get("names"), people.get("roles"), people.get("away")
    for name in names if isinstance(names, list) else []:
        role = roles.get(name, "") if isinstance(roles, dict) else ""
        is_away = isinstance(away, list) and name in away
        marks = ", ".join(filter(None, (str(role), "away" if is_away else "")))
        plain = f"{name} ({marks})" if marks else str(name)
        out.write(plain, {"name": name, "role": role or None, "away": is_away})
    for member, one, several in _COUNTED:
        count = people.get(member)
        if isinstance(count, int) and count:
            out.write(one if count == 1 else several.format(count=count), {member: count})
    return out.status


_COUNTED = (
    ("more", "1 more name", "{count} more names"),
    ("guests", "1 guest", "{count} guests"),
    (
        "age",
        "as of 1 second ago: this server is cut off from the others",
        "as of {count} seconds ago: this server is cut off from the others",
    ),
)
"""Members of the answer that are numbers, and how each is told."""
