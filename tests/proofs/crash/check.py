"""Check that all lines that were seen are stored: compare transcripts with `chatd export`.

This is a small program of its own, which needs neither chatd nor the tests. Take transcripts of a
chat port, as many as you like, for as long as you like, through crashes and restarts, each
connection in its own file:

    nc HOST 60060 | tee seen-1.txt

and when the daemon runs again (or while it runs):

    chatd export > stored.txt
    python3 -m tests.proofs.crash.check stored.txt seen-*.txt

It prints one line for each fault, and ends with status 1 if there is one. It checks that

- every line that a transcript shows is stored, in the room in which it was shown; and so are acts
  of moderation in the room, as far as they were shown;
- no client was shown a line twice, or two lines in another order than that of the log (so all saw
  one order);
- the numbers of each room's lines go from 1 on, without a gap and none twice. (Of a store from
  which `--keep` has deleted lines they do not.)

If the texts that were said were all different (`--unique`), a text that is stored twice is a fault,
too. If no client switched echo off and none ignored another (`--complete`), so is a line that was
left out between two that were shown.

Private lines are passed over, because those to guests are not stored. If all were said to members
who had an account by then, and are in the export (`--private`, there and here), they are compared
with the receiver's inbox in the same way: the lines that the receiver was shown, when they came or
as missed, and the receipts of their authors.

The room is read from the server's sentence on entering, in English or Spanish. Lines that /history
and /since answer with, and missed lines that a member is shown on logging in, are checked, too, in
their order; those that /search and /mentions find, in the opposite one. The headings of all these
name the room. Notices, answers, and a last line that is cut off are passed over. Transcripts of
bare ports, where lines have no names, cannot be read.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
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
_NAMED = re.compile(r"\*\*\* (?:You are now|Ahora eres) (\S+)\.")
_PRIVATE = re.compile(r"\(private(?: to (\S+))?\) (<.*)", re.DOTALL)
_TOPIC = re.compile(r"(\*\*\* \S+) (?:set the topic|ha puesto el tema): ")

_IN_ORDER = (
    # /history and /since
    r"(?P<count>\d+) (?:of|de) \d+ (?:lines?|líneas?) (?:of|de) #(?P<room>\S+?)(?:, .*)?:",
    # what was missed: in a room, and private lines
    r"(?P<count>\d+) lines? in #(?P<room>\S+) since you left:",
    r"(?P<count>\d+) líneas? en #(?P<room>\S+) desde que te fuiste:",
    r"(?P<count>\d+) private lines? since you left(?P<room>):",
    r"(?P<count>\d+) líneas? privadas? desde que te fuiste(?P<room>):",
)
_NEWEST_FIRST = (
    # /search and /mentions
    r"(?:The last )?(?P<count>\d+ )?lines? of #(?P<room>\S+?)(?: that mentions? you)?"
    r"(?:, newest first)?(?:; there may be more)?:",
    r"(?:La última )?(?P<count>\d+ )?líneas? de #(?P<room>\S+?)(?: que te nombran?)?"
    r"(?:, primero las últimas)?(?:; puede haber más)?:",
)
_HEADINGS = [
    (re.compile(rf"\*\*\* {heading}"), headings is _NEWEST_FIRST)
    for headings in (_IN_ORDER, _NEWEST_FIRST)
    for heading in headings
]
"""Headings of parts of a log: their number of lines and their room (none for an inbox), and whether
the newest line comes first."""

_DEEDS = (
    ("kicked {target}", "ha echado a {target}"),
    ("muted {target}", "ha callado a {target}"),
    ("let {target} speak again", "deja hablar otra vez a {target}"),
    ("banned {target}", "ha vetado a {target}"),
    ("lifted the ban on {target}", "ha levantado el veto a {target}"),
    (
        "banned the address that {target} came from",
        "ha vetado la dirección desde la que vino {target}",
    ),
    (
        "lifted the ban on the address that {target} came from",
        "ha levantado el veto a la dirección desde la que vino {target}",
    ),
    ("set the room's mode to {target}", "ha puesto la sala en modo {target}"),
    ("invited {target}", "ha invitado a {target}"),
    ("withdrew the invitation of {target}", "ha retirado la invitación a {target}"),
    ("gave {target} a voice", "ha dado voz a {target}"),
    ("took the voice back from {target}", "ha quitado la voz a {target}"),
    ("made {target} an operator", "ha dado derechos de operador a {target}"),
    ("took operator rights from {target}", "ha quitado los derechos de operador a {target}"),
    ("closed the room", "ha cerrado la sala"),
    ("to everyone", "a todos"),
    ("created this room: {target}", "ha creado esta sala: {target}"),
    ("disconnected {target}", "ha desconectado a {target}"),
    ("banned an address", "ha vetado una dirección"),
    ("lifted the ban on an address", "ha levantado el veto a una dirección"),
    ("lets everyone write private lines", "deja que todos escriban líneas privadas"),
    (
        "lets only people who are logged in write private lines",
        "deja escribir líneas privadas solo con la sesión iniciada",
    ),
    ("banned a network ({target})", "ha vetado una red ({target})"),
    ("lifted the ban on a network ({target})", "ha levantado el veto a una red ({target})"),
    (
        "added a webhook: the lines of this room are sent to {target}",
        "ha añadido un webhook: las líneas de esta sala se envían a {target}",
    ),
    ("removed the webhook to {target}", "ha quitado el webhook a {target}"),
    ("removed the topic", "ha quitado el tema"),
    (
        "ended the webhook to {target}, because its creator lost the right to it",
        "ha terminado el webhook a {target}, porque quien lo puso ya no tiene derecho",
    ),
    (
        "has no webhook to {target} any more: nothing could be delivered for a week",
        "ya no tiene el webhook a {target}: en una semana no se le ha podido entregar nada",
    ),
    (
        "lets {target} post here",
        "deja que {target} publique aquí",
    ),
    (
        "does not let {target} post here any more",
        "ya no deja que {target} publique aquí",
    ),
    (
        "ended the posts of {target}, because the creator of that webhook lost the right to it",
        "ha terminado lo que publica {target}, porque quien creó ese webhook ya no tiene derecho",
    ),
    (
        "lets authors and operators see which people have a line (/seen)",
        "deja ver a autores y operadores quién tiene una línea (/visto)",
    ),
    (
        "switched /seen off in this room",
        "ha quitado /visto en esta sala",
    ),
    (
        "keeps a register here: it is stored when people come and go",
        "lleva un registro aquí: se guarda cuándo llega y se va la gente",
    ),
    ("ended the register of this room", "ha terminado el registro de esta sala"),
    ("has this", "se encarga de esto"),
)
_MODES = {
    "libre": "free",
    "abierto": "open",
    "privado": "private",
    "moderado": "moderated",
    "anuncios": "announce",
    "cerrado": "closed",
}
_LET_GO = re.compile(r"\*\*\* \S+ disconnected you\.")
_DONE_ELSEWHERE = re.compile(r"\*\*\* (?:In|En) #(\S+): (.*)", re.DOTALL)


def _deed(words: str) -> re.Pattern[str]:
    words = re.escape(words).replace(r"\{target\}", r"(?P<target>(?:https?://)?[^\s:]+?(?::\d+)?)")
    return re.compile(
        rf"\*\*\* (?P<name>[^\s:]+) {words}"
        r"(?: (?:for|durante) (?P<time>\d+[dhms](?: \d+[dhms])*))?(?P<reason>\.|: .*)",
        re.DOTALL,
    )


_IN_ENGLISH = [_deed(english) for english, _ in _DEEDS]
_IN_SPANISH = [(_deed(spanish), english) for english, spanish in _DEEDS]


def as_exported(line: str, *, timed: bool = False) -> str | None:
    """Return a line of a room without its time, as `chatd export` writes it.

    None if it is no such line.
    """
    if line.startswith(("<", "* ")):
        return line
    if not line.startswith("*** ") or _LET_GO.fullmatch(line):
        return None
    if topic := _TOPIC.match(line):
        return f"{topic[1]} set the topic: {line[topic.end() :]}"
    # Only events have a time, so a deed of a later chatd is recognised by it.
    return _deed_exported(line) or (line if timed else None)


def _deed_exported(line: str) -> str | None:
    if any(deed.fullmatch(line) for deed in _IN_ENGLISH):
        return line
    for deed, english in _IN_SPANISH:
        if found := deed.fullmatch(line):
            did = english
            if "{target}" in english:
                did = english.format(target=_MODES.get(found["target"], found["target"]))
            time = f" for {found['time']}" if found["time"] else ""
            return f"*** {found['name']} {did}{time}{found['reason']}"
    return None


def inbox_of(name: str) -> str:
    """Return the name of an inbox in an export."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return f"@{unicodedata.normalize('NFKC', folded)}"


class Stored:
    """The contents of the store. ``faults`` has the faults of the store itself."""

    def __init__(self, lines: Iterable[str], *, unique: bool = False) -> None:
        self.faults: list[str] = []
        self.count = 0
        self.heads: dict[str, int] = {}
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
        """The rooms with stored lines."""
        return [log for log in self.heads if not log.startswith("@")]

    @property
    def inboxes(self) -> list[str]:
        """The inboxes with stored lines."""
        return [log for log in self.heads if log.startswith("@")]

    def places(self, log: str, line: str) -> list[int]:
        """Return the seqs of a line in a log, ascending."""
        return self._places[log].get(line, []) if log in self._places else []

    def _add(self, log: str, seq: int, line: str) -> None:
        expected = self.heads.get(log, 0) + 1
        if seq < expected:
            self.faults.append(f"#{log} {seq} is stored twice, or out of order: {line!a}")
        elif seq > expected:
            self.faults.append(f"#{log} has a gap: {seq} follows {expected - 1}")
        self.heads[log] = max(seq, expected - 1)
        self._places[log][line].append(seq)
        self.count += 1

    def _look_for_doubles(self) -> None:
        everywhere: dict[str, list[str]] = defaultdict(list)
        for log, lines in self._places.items():
            for line, seqs in lines.items():
                everywhere[line] += [f"#{log} {seq}" for seq in seqs]
        self.faults += [
            f"{' and '.join(places)} are one line, stored twice: {line!a}"
            for line, places in everywhere.items()
            if len(places) > 1 and not _deed_exported(line)  # a deed may be done twice
        ]


class Place:
    """The position in a log of a client that is shown it line by line, from anywhere on."""

    def __init__(self, log: str, *, newest_first: bool = False) -> None:
        self.log = log
        self.newest_first = newest_first
        # Possible seqs: several, while all shown lines are in several places.
        self._seqs: set[int] = set()

    @property
    def seq(self) -> int:
        """The seq of the position; 0 if it is not known."""
        return next(iter(self._seqs)) if len(self._seqs) == 1 else 0

    def move(self, places: list[int], *, complete: bool) -> str:
        """Move to one of some seqs, or to the next seq if all is shown.

        Return the fault, or "" if there is none.
        """
        if complete and not self.newest_first:
            next_ones = {seq + 1 for seq in self._seqs}.intersection(places)
            if not self._seqs or next_ones:
                self._seqs = next_ones or set(places)
                return ""
        if not self._seqs:
            self._seqs = {places[-1] if self.newest_first else places[0]}
            return ""
        last = max(self._seqs) if self.newest_first else min(self._seqs)
        if self.newest_first:
            following = places[: bisect_left(places, last)][-1:]
        else:
            following = places[bisect_right(places, last) :][:1]
        if not following:
            how = "a second time" if last in places else f"after {last}"
            return f"#{self.log} {last if last in places else places[-1]} {how}"
        self._seqs = set(following)
        return f"#{self.log} {following[0]} right after {last}" if complete else ""


class Transcript:
    """The lines that one client received on one connection, compared with the stored ones.

    ``received`` has the seqs of its private lines, by inbox.
    """

    def __init__(
        self, name: str, stored: Stored, *, complete: bool = False, private: bool = False
    ) -> None:
        self.shown = 0
        self.received: dict[str, set[int]] = defaultdict(set)
        self._name = name
        self._stored = stored
        self._complete = complete
        self._private = private
        self._room: Place | None = None  # lines that are shown as they are said
        self._inbox = Place("")
        self._receipts: dict[str, Place] = {}
        self._elsewhere: dict[str, Place] = {}  # deeds in rooms of which it is no member
        self._stretch = Place("")  # the part that a heading announced
        self._stretch_left = 0

    def faults(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the faults of the next lines that the client received."""
        for line in lines:
            line = line.removeprefix("\a")
            timed = _TIMED.match(line)
            said = line[timed.end() :] if timed else line
            if private := _PRIVATE.fullmatch(said):
                yield from self._said_privately(private[1], f"(private) {private[2]}", bool(timed))
            elif event := as_exported(said, timed=timed is not None):
                self.shown += 1
                yield from self._said(event, line, self._announced(bool(timed)) or self._room)
            else:
                yield from self._told(line)

    def _told(self, line: str) -> Iterator[str]:
        self._stretch_left = 0
        if found := _ENTERED.match(line):
            self._room = Place(found[1])
        elif found := _NAMED.fullmatch(line):
            self._inbox = Place(inbox_of(found[1]))
        elif found := _DONE_ELSEWHERE.fullmatch(line):
            deed = _deed_exported(f"*** {found[2]}")
            if deed is not None:
                self.shown += 1
                place = self._elsewhere.setdefault(found[1], Place(found[1]))
                yield from self._said(deed, line, place, complete=False)
        for heading, newest_first in _HEADINGS:
            if found := heading.fullmatch(line):
                self._stretch_left = int(found["count"] or 1)
                log = found["room"] or self._inbox.log
                self._stretch = Place(log, newest_first=newest_first)

    def _announced(self, timed: bool) -> Place | None:
        """Return the position in the part that a heading announced, if a line is in it."""
        if not timed:  # it is shorter if authors are ignored
            self._stretch_left = 0
        if not self._stretch_left:
            return None
        self._stretch_left -= 1
        return self._stretch

    def _said_privately(self, receiver: str | None, line: str, timed: bool) -> Iterator[str]:
        place = self._announced(timed) or self._inbox
        if not self._private:
            return
        self.shown += 1
        if receiver is not None:
            log = inbox_of(receiver)
            place = self._receipts.setdefault(log, Place(log))
            yield from self._said(line, line, place, complete=False)
            return
        yield from self._said(line, line, place, once=self.received[place.log])

    def _said(
        self,
        event: str,
        line: str,
        place: Place | None,
        *,
        complete: bool | None = None,
        once: set[int] | None = None,
    ) -> Iterator[str]:
        if place is None:
            yield f"{self._name} shows a line before it says in which room: {line!a}"
            return
        places = self._stored.places(place.log, event)
        if not places:
            yield f"{self._name} shows what is not stored in #{place.log}: {event!a}"
            return
        complete = self._complete if complete is None else complete
        if fault := place.move(places, complete=complete and not place.newest_first):
            yield f"{self._name} shows {fault}: {event!a}"
        elif once is not None and place.seq:
            if place.seq in once:
                yield f"{self._name} shows #{place.log} {place.seq} a second time: {event!a}"
            once.add(place.seq)


def lines_of(data: bytes) -> list[str]:
    """Return the whole lines of some data; one that is cut off at the end is left out."""
    return [
        line.removesuffix(b"\r").decode(errors="backslashreplace")
        for line in data.split(b"\n")[:-1]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Check the files that the command names; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.proofs.crash.check",
        description="Compare what clients saw with what chatd export says is stored.",
    )
    parser.add_argument("stored", type=Path, help="what chatd export wrote")
    parser.add_argument("seen", type=Path, nargs="+", help="transcripts, one for each connection")
    parser.add_argument("--unique", action="store_true", help="no text was said twice")
    parser.add_argument(
        "--complete", action="store_true", help="nobody switched echo off or ignored anybody"
    )
    parser.add_argument(
        "--private",
        action="store_true",
        help="chatd export --private wrote it, and private lines were said to nobody without an"
        " account",
    )
    options = parser.parse_args(arguments)
    stored = Stored(lines_of(options.stored.read_bytes()), unique=options.unique)
    faults = list(stored.faults)
    shown = 0
    for path in options.seen:
        transcript = Transcript(
            str(path), stored, complete=options.complete, private=options.private
        )
        faults += transcript.faults(lines_of(path.read_bytes()))
        shown += transcript.shown
    for fault in faults:
        print(fault)
    inboxes = f" and {len(stored.inboxes)} inboxes" if stored.inboxes else ""
    print(
        f"{stored.count} lines stored in {len(stored.rooms)} rooms{inboxes};"
        f" {shown} shown in {len(options.seen)} transcripts; {len(faults)} faults."
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
