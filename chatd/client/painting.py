"""The things that a conversation shows, as paragraphs of a log: times, names in colours, styles.

Pure. Names of styles are those of `chatd.client.screen`; colours are words that prompt_toolkit
understands. Text is escaped already. This module must not know the size of a screen.
"""

from __future__ import annotations

import zlib
from datetime import datetime

from chatd.client.answers import unwrapped
from chatd.client.hosts import with_hosts
from chatd.client.paragraph import Fragment, Paragraph
from chatd.client.scrollback import Line
from chatd.client.sentences import ENGLISH, Sentence
from chatd.client.shown import Kind, Shown
from chatd.i18n import Language, sentence
from chatd.text.escaping import visible, visible_on_screen
from chatd.text.folding import fold

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

_SENTENCES = {
    Kind.DEED: ("*** ", "class:deed"),
    Kind.NEWS: ("*** ", "class:news"),
    Kind.ERROR: ("ERR ", "class:error"),
    Kind.OWN: ("chatd: ", "class:own"),
    Kind.GAP: ("--- ", "class:news"),
}
"""The beginning of each kind of sentence, which no person can say, and its style."""


def colour(name: str) -> str:
    """Return the colour of *name*: the same one for all spellings with the same `fold`."""
    return _COLOURS[zlib.crc32(fold(name).encode()) % len(_COLOURS)]


def line_of(shown: Shown, now: datetime, language: str = ENGLISH) -> Line:
    """Return a thing that is shown *now* as a line of the log, with words of *language*.

    A line that a command found is among those of today, with its date and its room.
    """
    time = now if shown.time is None else datetime.fromtimestamp(shown.time, now.tzinfo)
    if shown.source:
        head = [("class:time", f"{time:%Y-%m-%d %H:%M} #{visible(shown.source)} ")]
        return Line(_paragraph(head, shown, language), now.date())
    return Line(_paragraph([_clock(time)], shown, language), time.date())


def continued(line: Line, shown: Shown) -> Line:
    """Return *line*, which is the beginning of a message of several lines, with the next one."""
    head, body = line.paragraph
    return line._replace(paragraph=Paragraph(head, [*body, ("", f"\n{_safe(shown.text)}")]))


def waiting(
    text: str, name: str, is_sent: bool, language: str = ENGLISH, *, is_in_doubt: bool = False
) -> Paragraph:
    """Return a text that was typed, and that the server has not answered yet, or with a doubt."""
    told = Sentence("in_doubt" if is_in_doubt else "waits")
    mark = "....." if is_sent else told.in_language(language)
    head = [("class:waiting", f"{mark} <{visible(name)}> ")]
    lines = "\n".join(_safe(line) for line in text.split("\n"))
    return Paragraph(head, [("class:waiting", lines)])


def topic(text: str) -> str:
    """Return the topic of a room in one line."""
    return _safe(text.replace("\n", " "))


def _clock(time: datetime) -> Fragment:
    return "class:time", f"{time:%H:%M} "


def _paragraph(head: list[Fragment], shown: Shown, language: str) -> Paragraph:
    text = "\n".join(map(_safe, shown.text.split("\n")))
    if shown.kind is Kind.ANSWER:  # without a time, because its lines are as long as a screen
        return Paragraph([("class:answer", "*** ")], unwrapped(text, "class:answer"))
    if shown.kind is Kind.UNSAID:
        unsaid = Sentence("not_said", text=text).in_language(language)
        return Paragraph(head, [("class:error", unsaid)])
    if shown.kind in _SENTENCES:
        mark, style = _SENTENCES[shown.kind]
        return Paragraph(head, [(style, f"{mark}{text}")])
    name = (_name_style(shown), visible(shown.author))
    if shown.kind is Kind.TOPIC:
        key = "topic_set" if text else "topic_cleared"
        told = sentence(Language(language), key, name=name[1], topic=text)
        return Paragraph(head, [("class:deed", f"*** {told}")])
    if shown.kind is Kind.ACTION:
        return Paragraph([*head, ("", "* ")], [name, ("", f" {text}")])
    if shown.kind is Kind.PRIVATE:
        private = Sentence("private_to" if shown.to else "private", name=visible(shown.to))
        head = [*head, ("class:private", f"({private.in_language(language)}) ")]
    return Paragraph([*head, ("", "<"), name, ("", "> ")], [("", text)])


def _name_style(shown: Shown) -> str:
    style = colour(shown.author)
    if shown.own:
        return f"{style} class:me"
    return f"{style} class:mention" if shown.mention else style


def _safe(text: str) -> str:
    """Return a line with the hosts of links, and without blanks that fill the screen."""
    return visible_on_screen(with_hosts(text))
