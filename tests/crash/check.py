"""Was every line that anybody saw stored? Compares transcripts with what `chatd export` writes.

Its own small program, which needs no chatd and no test. Take transcripts of a chat port, as many
as you like, for as long as you like, through crashes and restarts, each connection in its own file:

    nc HOST 60060 | tee seen-1.txt

and when the daemon runs again (or while it runs):

    chatd export > stored.txt
    python3 -m tests.crash.check stored.txt seen-*.txt

It says one line for each fault, and ends with status 1 if there is one. It looks whether

- every line that a transcript shows is stored, in the room in which it was shown;
- nobody was shown a line twice, or two lines in another order than that of the log (so all saw
  one order);
- the numbers of each room's lines go from 1 on, without a gap and none twice.

If the texts that were said were all different (`--unique`), a text that is stored twice is a fault,
too. If nobody switched echo off (`--complete`), so is a line that was left out between two that
were shown.

It tells the room from what the server says on entering, in English or Spanish. Lines that /history
and /since answer with, and those that were missed, are looked for, too, and in their order. So are,
in any order, those that /search and /mentions find, and receipts of private lines to somebody whose
private lines are among what is stored (`chatd export --private`). It passes over notices, answers,
other private lines, and a last line that was cut off. It does not read transcripts of bare ports,
where lines have no names.
"""

from __future__ import annotations

import argparse
import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

_TIME = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] "
_STORED = re.compile(rf"#(\S+) (\d+) {_TIME}(.*)", re.DOTALL)
_TIMED = re.compile(_TIME)
_ENTERED = re.compile(
    r"\*\*\* (?:Welcome to chatd\. You are \S+ in|You are in"
    r"|Te damos la bienvenida a chatd\. Eres \S+ en|Estás en) #(\S+?)[.,](?: |$)"
)
_HISTORY = re.compile(r"\*\*\* (\d+) (?:of|de) \d+ .*#\S+[:,]")
_MISSED = re.compile(
    r"\*\*\* (\d+) (?:lines? in|líneas? en) #(\S+) (?:since you left|desde que te fuiste):"
)
_FOUND = re.compile(
    r"\*\*\* (?:The last |La última )?(?:\d+ )?(?:lines?|líneas?) (?:of|de) #([^\s,;:]+).*:"
)
_PRIVATE = re.compile(r"\(private to (\S+)\) (<.*)", re.DOTALL)
_TOPIC = re.compile(r"(\*\*\* \S+) (?:set the topic|ha puesto el tema): ")


class Stored:
    """What the store holds. ``faults`` says what is wrong with it in itself."""

    def __init__(self, lines: Iterable[str], *, unique: bool = False) -> None:
        self.faults: list[str] = []
        self.count = 0
        self._heads: dict[str, int] = {}
        self._places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, line in enumerate(lines, 1):
            found = _STORED.fullmatch(line)
            if found is None:
                self.faults.append(f"line {number} of what is stored is not from chatd export")
                continue
            self._add(found[1], int(found[2]), found[3])
        if unique:
            self._look_for_doubles()

    @property
    def rooms(self) -> list[str]:
        """The rooms in which something was said."""
        return list(self._heads)

    def head(self, room: str) -> int:
        """The number of a room's last line; 0 if nothing was said there."""
        return self._heads.get(room, 0)

    def places(self, room: str, line: str) -> list[int]:
        """Where in a room's log a line is that looks so: seqs, ascending."""
        return self._places[room].get(line, []) if room in self._places else []

    def _add(self, room: str, seq: int, line: str) -> None:
        expected = self._heads.get(room, 0) + 1
        if seq < expected:
            self.faults.append(f"#{room} {seq} is stored twice, or out of order: {line!a}")
        elif seq > expected:
            self.faults.append(f"#{room} has a gap: {seq} follows {expected - 1}")
        self._heads[room] = max(seq, expected - 1)
        self._places[room][line].append(seq)
        self.count += 1

    def _look_for_doubles(self) -> None:
        everywhere: dict[str, list[str]] = defaultdict(list)
        for room, lines in self._places.items():
            for line, seqs in lines.items():
                everywhere[line] += [f"#{room} {seq}" for seq in seqs]
        self.faults += [
            f"{' and '.join(places)} are one line, stored twice: {line!a}"
            for line, places in everywhere.items()
            if len(places) > 1
        ]


class Transcript:
    """What one client was shown on one connection, line by line, held against what is stored."""

    def __init__(self, name: str, stored: Stored, *, complete: bool = False) -> None:
        self.shown = 0
        self._name = name
        self._stored = stored
        self._complete = complete
        self._room = ""
        self._seq = 0  # of the last line shown as it was said; 0 after entering a room
        self._history_left = 0  # lines that an answer to /history still has
        self._history_seq = 0
        self._history_room = ""
        self._found_in = ""  # the room of what a search has found, while that is shown

    def faults(self, lines: Iterable[str]) -> Iterator[str]:
        """What is wrong with these lines, the next ones that the client was shown."""
        for line in lines:
            line = line.removeprefix("\x07")  # a bell is no part of it
            timed = _TIMED.match(line)
            said = line[timed.end() :] if timed else line
            if topic := _TOPIC.match(said):
                said = f"{topic[1]} set the topic: {said[topic.end() :]}"  # as it is exported
            if topic or said.startswith(("<", "* ")):
                self.shown += 1
                yield from self._said(said, timed=timed is not None)
            elif (private := _PRIVATE.fullmatch(line)) and f"@{private[1]}" in self._stored.rooms:
                self.shown += 1
                yield from self._said_privately(f"@{private[1]}", f"(private) {private[2]}")
            else:
                self._told(line)

    def _said_privately(self, inbox: str, line: str) -> Iterator[str]:
        if not self._stored.places(inbox, line):
            yield f"{self._name} has a receipt of what is not stored in {inbox}: {line!a}"

    def _told(self, line: str) -> None:
        self._history_left = 0
        self._found_in = ""
        if found := _ENTERED.match(line):
            self._room, self._seq = found[1], 0
        elif found := _HISTORY.match(line):
            self._history_left, self._history_seq = int(found[1]), 0
            self._history_room = self._room
        elif found := _MISSED.match(line):
            self._history_left, self._history_seq = int(found[1]), 0
            self._history_room = found[2]
        elif found := _FOUND.fullmatch(line):
            self._found_in = found[1]

    def _said(self, line: str, *, timed: bool) -> Iterator[str]:
        if not self._room:
            yield f"{self._name} shows a line before it says in which room: {line!a}"
            return
        if timed and self._found_in:
            if not self._stored.places(self._found_in, line):
                yield f"{self._name} shows what is not stored in #{self._found_in}: {line!a}"
            return
        self._found_in = ""
        history = timed and self._history_left > 0
        last = self._history_seq if history else self._seq
        room = self._history_room if history else self._room
        places = self._stored.places(room, line)
        following = bisect_right(places, last)
        if not places:
            yield f"{self._name} shows what is not stored in #{room}: {line!a}"
        elif following == len(places):
            how = "a second time" if places[-1] == last else f"after {last}"
            yield f"{self._name} shows #{room} {places[-1]} {how}: {line!a}"
        else:
            seq = places[following]
            if self._complete and last and seq != last + 1:
                yield f"{self._name} shows #{room} {seq} right after {last}: {line!a}"
            if history:
                self._history_seq = seq
            else:
                self._seq = seq
        if history:
            self._history_left -= 1


def lines_of(data: bytes) -> list[str]:
    """The whole lines in what was read; what was cut off at the end is left out."""
    return [
        line.removesuffix(b"\r").decode(errors="backslashreplace")
        for line in data.split(b"\n")[:-1]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Check the files that the command names; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.crash.check",
        description="Compare what clients saw with what chatd export says is stored.",
    )
    parser.add_argument("stored", type=Path, help="what chatd export wrote")
    parser.add_argument("seen", type=Path, nargs="+", help="transcripts, one for each connection")
    parser.add_argument("--unique", action="store_true", help="no text was said twice")
    parser.add_argument("--complete", action="store_true", help="nobody switched echo off")
    options = parser.parse_args(arguments)
    stored = Stored(lines_of(options.stored.read_bytes()), unique=options.unique)
    faults = list(stored.faults)
    shown = 0
    for path in options.seen:
        transcript = Transcript(str(path), stored, complete=options.complete)
        faults += transcript.faults(lines_of(path.read_bytes()))
        shown += transcript.shown
    for fault in faults:
        print(fault)
    print(
        f"{stored.count} lines stored in {len(stored.rooms)} rooms;"
        f" {shown} shown in {len(options.seen)} transcripts; {len(faults)} faults."
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
