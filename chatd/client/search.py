"""`chatd search`: lines of a room, or of all rooms, that contain words.

This module must not know how the server is spoken to.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing

from chatd.client import logging_in, reading
from chatd.client.json_lines import JsonLink, Message, text_of
from chatd.text.escaping import visible
from chatd.util.command_manual import Example

SUCCESS = "lines were found"
NOTHING = "none were found"

EXAMPLES = (
    Example("find lines in the lobby", "chatd search backup failed"),
    Example("find a phrase in a room", "chatd search --room ops 'disk is full'"),
    Example("find lines of a day in all rooms", "chatd search --all from:ana since:1d deploy"),
)

_LINES = 20

_ROOMS_A_REQUEST = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd search` to *parser*."""
    reading.add_arguments(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--room", type=logging_in.room, help="the room to search (default: the lobby)"
    )
    where.add_argument("--all", action="store_true", help="search all rooms that you may read")
    parser.add_argument(
        "-n",
        dest="lines",
        type=reading.number,
        default=_LINES,
        metavar="N",
        help=f"most lines to print, the newest (default: {_LINES})",
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORD",
        help="a word, a phrase with spaces, from:NAME, since:2d",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the lines that were found, the newest of each room first."""
    text = " ".join(map(_as_phrase, arguments.words))
    talk, hello = reading.begin(arguments)
    out = reading.Output(as_json=arguments.json, language=text_of(hello, "language"))
    with closing(talk):
        room = reading.room_of(arguments, hello)
        if arguments.all:
            found = _in_all_rooms(talk, text)
        else:
            found = _in_room(talk, room, text)
        for where, event in found:
            if out.printed >= arguments.lines:
                reading.note(f"there may be more: these are {out.printed} lines. See -n.")
                break
            out.write_events(where, [event], f"#{where} " if arguments.all else "")
        if not out.printed and arguments.room is None and not arguments.all:
            reading.note(
                f"nothing found in #{visible(room)}. --room ROOM or --all searches others."
            )
    return out.status


def _as_phrase(word: str) -> str:
    """Return an argument as a part of a query: one with spaces is a phrase."""
    spaced = " " in word and '"' not in word and ":" not in word.partition(" ")[0]
    return f'"{word}"' if spaced else word


def _in_room(talk: JsonLink, room: str, text: str) -> Iterator[tuple[str, Message]]:
    upto: int | None = None
    while upto != 0:
        found = reading.ask_about(talk, "search", room, text=text, upto=upto)
        upto = _rest(found, upto)
        for event in reading.rows(found, "events"):
            yield text_of(found, "room"), event


def _in_all_rooms(talk: JsonLink, text: str) -> Iterator[tuple[str, Message]]:
    rooms = [text_of(each, "room") for each in reading.all_rooms(talk)]
    left: dict[str, int | None] = dict.fromkeys(rooms)
    while left:
        asked = dict(list(left.items())[:_ROOMS_A_REQUEST])
        answer = talk.ask("search", rooms=asked, text=text)
        places = {text_of(each, "room"): each for each in reading.rows(answer, "rooms")}
        searched = [room for room in asked if room in places]
        for room in searched or list(asked)[:1]:
            found = places.get(room, {})
            if upto := _rest(found, asked[room]):
                left[room] = upto
            else:
                del left[room]
            for event in reading.rows(found, "events"):
                yield room, event


def _rest(found: Message, before: int | None) -> int:
    """Return the seq up to which a room is not searched yet; 0 if it is searched to its end.

    A server that does not get on with a search is not asked again.
    """
    upto = found.get("upto")
    if not isinstance(upto, int) or upto < 0 or (before is not None and upto >= before):
        return 0
    return upto
