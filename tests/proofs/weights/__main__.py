"""``python3 -m tests.proofs.weights``: measure what a line of each unit of work takes.

Exit with 1 if one takes more than twice the time that a line counts for.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from twisted.internet.task import Clock

from chatd.event import Draft, Event, Kind
from chatd.formats.base import Format
from chatd.formats.chat import ChatFormat
from chatd.formats.json import JsonFormat
from chatd.protocols.transport.rate import LINE_SECONDS
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.writer import Writer
from chatd.text.folding import fold_for_search, folding_work
from chatd.util.meter import BYTES_A_LINE, FOLDED_A_LINE, ROWS_A_LINE

ROUNDS = 9
"""Each measurement is repeated so often, and the shortest time counts."""

TEXTS = {
    "ordinary text": "a line of those that people write, of some eighty characters, no more",
    "characters that become ten": "a" + "\U000e0001" * 4000,
    "marks of one kind": "a" + "\u0301" * 4000,
    "marks between letters": ("a" + "\u0301" * 29) * 130,
    "control characters": "\x1b" * 4000,
    "directions": "a\u202e" * 2000,
    "all of them": "a\U000e0001\u0301\x1b\u202e" * 800,
}

FOLDED = {
    "Spanish": "una línea de las que la gente escribe, con ñ y acentos, de ochenta o más",
    "Cyrillic with breves": "\u0439" * 4000,
    "Korean": "\uac01" * 4000,
    "words in one character": "\u3300" * 4000,
    "half-width marks": "\uff9e" * 4000,
    "marks in the wrong order": "a" + "\u0301\u0323" * 2000,
    "marks after a letter without any": "q" + "\u0301" * 4000,
    "ligatures": "\ufb03" * 4000,
    "phrases": "\ufdfa" * 4000,
}

FORMATS: dict[str, Format] = {"for a screen": ChatFormat(times=True), "in JSON": JsonFormat()}


def seconds(work: Callable[[], object]) -> float:
    """Return the shortest CPU time of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def of_bytes() -> dict[str, float]:
    """Return the seconds that it takes to make the bytes of a line, for each text and format."""
    found = {}
    for text_name, text in TEXTS.items():
        count = max(1, 64 * 1024 // len(text))
        events = [Event("a", seq, 1000, 1, "eve", Kind.MESSAGE, text) for seq in range(count)]
        for name, format in FORMATS.items():
            size = len(format.render(events))
            took = seconds(partial(format.render, events))
            found[f"bytes of {text_name}, {name}"] = took * BYTES_A_LINE / size
    return found


def of_folding() -> dict[str, float]:
    """Return the seconds that it takes to fold the characters of a line, for each text."""
    found = {}
    for name, text in {**TEXTS, **FOLDED}.items():
        if work := folding_work(text):
            took = seconds(partial(fold_for_search, text))
            found[f"characters folded of {name}"] = took * FOLDED_A_LINE / work
    return found


def of_rows() -> dict[str, float]:
    """Return the seconds that it takes to read the rows of a line, with short texts."""
    rows = 700
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory).resolve() / "chatd.sqlite"
        file = StoreFile(path)
        writer = Writer(file, Clock(), time.time, SizeLimit(path))
        texts = [f"{number} {TEXTS['ordinary text']}" for number in range(rows)]
        writer.write([Draft("lobby", 1, "eve", Kind.MESSAGE, texts)])
        writer.close()
        archive = Archive(path)
        took = seconds(lambda: archive.page("lobby", 0, rows))
        archive.close()
        file.lock.release()
    return {"rows read": took * ROWS_A_LINE / rows}


def main() -> int:
    """Print all measurements. Return 1 if one is too long."""
    found = {**of_bytes(), **of_folding(), **of_rows()}
    for name, took in found.items():
        print(f"{took * 1e6:6.0f} us  a line's worth of {name}")
    print(f"{LINE_SECONDS * 1e6:6.0f} us  what a line counts for")
    return int(max(found.values()) > 2 * LINE_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
