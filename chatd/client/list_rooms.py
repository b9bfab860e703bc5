"""`chatd rooms`: the rooms of a server.

This module must not know how the server is spoken to.
"""

from __future__ import annotations

import argparse
from contextlib import closing

from chatd.client import reading
from chatd.client.json_lines import text_of
from chatd.util.command_manual import Example

SUCCESS = "there are rooms"
NOTHING = "there are none"

EXAMPLES = (
    Example("list the rooms, those with most people first", "chatd rooms"),
    Example("print their names alone", "chatd rooms | cut -f1"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd rooms` to *parser*."""
    reading.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the rooms: name, number of people and topic, with TABs between them."""
    out = reading.Output(as_json=arguments.json)
    talk, _ = reading.begin(arguments)
    with closing(talk):
        for room in reading.all_rooms(talk):
            name, topic = text_of(room, "room"), text_of(room, "topic")
            out.write(f"#{name}\t{room.get('people')}\t{topic}".rstrip("\t"), room)
    return out.status
