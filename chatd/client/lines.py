"""The reading of a line that came from a server: its author, the names in it, its colours.

Pure. Lines are text that is escaped already. Lines of a server of another version, or in a language
that is not in `chatd.i18n`, are shown with fewer colours and names. This module must not know
terminals; colours are words that prompt_toolkit's styles understand.
"""

import re
import string
import zlib
from collections.abc import Iterable, Iterator

from chatd.client.wire import ERROR, NOTICE
from chatd.i18n import en, es
from chatd.text.folding import fold

Fragment = tuple[str, str]
"""A style, and the text that is in it."""

MAX_NAMES = 1000
"""The most names that `SeenNames` stores."""

# Neither the red of errors, nor colours that cannot be read on black or on white.
_COLOURS = (
    "ansigreen",
    "ansiyellow",
    "ansiblue",
    "ansimagenta",
    "ansicyan",
    "ansibrightgreen",
    "ansibrightblue",
    "ansibrightmagenta",
    "ansibrightcyan",
)

_SAID = re.compile(
    r"(?P<time>\[[^\]]*\] )?"
    r"(?P<private>\(private(?: to (?P<reader>[^ )]+))?\) )?"
    r"(?P<before><|\* )(?P<name>[^ <>]+)(?P<after>> | |$)"
    r"(?P<text>.*)",
    re.DOTALL,
)


def paint(line: str) -> list[Fragment]:
    """Return *line* as fragments: names in their colours, notices dim, errors red."""
    if line.startswith(ERROR):
        return [("ansired", line)]
    if line.startswith(NOTICE):
        return [("dim", line)]
    said = _SAID.fullmatch(line)
    if said is None:
        return [("", line)]
    fragments = [
        ("dim", said["time"] or ""),
        ("bold", said["private"] or ""),
        ("", said["before"]),
        (colour(said["name"]), said["name"]),
        ("", said["after"] + said["text"]),
    ]
    return [fragment for fragment in fragments if fragment[1]]


def colour(name: str) -> str:
    """Return the colour of *name*: the same one for all spellings with the same `fold`."""
    return _COLOURS[zlib.crc32(fold(name).encode()) % len(_COLOURS)]


def names_in(line: str) -> list[str]:
    """Return the names in *line* that are in use: of those that speak, enter or are present."""
    if line.startswith(NOTICE):
        return list(_names_in_notice(line[len(NOTICE) :]))
    said = _SAID.fullmatch(line)
    if said is None:
        return []
    return [name for name in (said["reader"], said["name"]) if name]


def asks_for_password(line: str) -> bool:
    """Return True if *line* asks for a password, which is the next line that is typed."""
    return line in _QUESTIONS


def begins_paste(line: str) -> bool:
    """Return True if *line* says that the lines of a message are taken from now on."""
    return line in _BEGUN


def ends_commands(line: str) -> bool:
    """Return True if *line* says that no further line of the connection is a command."""
    return line in _ENDED


class SeenNames:
    """The names that appeared lately, for completion."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}  # spelling by folded form; latest last

    def see(self, names: Iterable[str]) -> None:
        """Store *names* as the latest."""
        for name in names:
            self._names.pop(fold(name), None)
            self._names[fold(name)] = name
        while len(self._names) > MAX_NAMES:
            del self._names[next(iter(self._names))]

    def starting_with(self, text: str) -> list[str]:
        """Return the names that start with *text*, in any case, the latest first."""
        start = fold(text)
        return [name for key, name in reversed(self._names.items()) if key.startswith(start)]


def _pattern(sentence: str) -> str:
    """Return a regular expression that matches *sentence*, with its fields as groups."""
    wide = {"people": ".+"}
    return "".join(
        re.escape(literal) + (f"(?P<{field}>{wide.get(field, '[^ ]+')})" if field else "")
        for literal, field, _, _ in string.Formatter().parse(sentence)
    )


_CATALOGUES = (en.SENTENCES, es.SENTENCES)
_WHOLE = [
    re.compile(_pattern(catalogue[key]))
    for catalogue in _CATALOGUES
    for key in ("joined", "joined_one", "renamed", "you_are", "people_in")
]
_QUESTIONS = {
    NOTICE + catalogue[key]
    for catalogue in _CATALOGUES
    for key in ("password_prompt", "present_password_prompt", "new_password_prompt")
}
_ENDED = {NOTICE + catalogue["text_only"] for catalogue in _CATALOGUES}
_BEGUN = {NOTICE + catalogue["paste_begun"] for catalogue in _CATALOGUES}
_HERE = [re.compile(_pattern(catalogue["here"])) for catalogue in _CATALOGUES]
_BETWEEN_PEOPLE = re.compile(
    ", |" + "|".join(_pattern(c["and"].format(first="", last="")) for c in _CATALOGUES)
)


def _names_in_notice(notice: str) -> Iterator[str]:
    for pattern in _WHOLE:
        if match := pattern.fullmatch(notice):
            fields = match.groupdict()
            yield from (fields[key] for key in ("name", "new_name") if key in fields)
            yield from _people(fields.get("people", ""))
            return
    for pattern in _HERE:
        if match := pattern.search(notice):
            yield from _people(match["people"])


def _people(listed: str) -> list[str]:
    """Return the names in a list such as ``ana, luis and 2 guests``."""
    return [name for name in _BETWEEN_PEOPLE.split(listed) if name and " " not in name]
