"""The one encoder: escapes text that a person chose, so that it is safe on any terminal.

All text that a person typed (lines, names, topics, quotations in errors and in the log) is escaped
here when it is sent or logged, on every path, because a check of input can be forgotten for one of
them. Characters that a terminal would obey are escaped and not removed: removing one could join the
text on both sides into a new control sequence.

There are two sets of rules: `visible` for all clients, and `visible_on_screen`, which also bounds
runs of blanks, for people at a terminal. Nearly all text needs no escaping, so each function looks
at the whole batch once, quickly, before it looks at each text.

This module must not know who wrote the text, who reads it, or the format of the line around it.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from json.encoder import JSONEncoder, encode_basestring
from typing import Any

from chatd.text.blanks import BLANK, NOTHING, columns
from chatd.text.unicode_tables import JOINERS, MARKS

MAX_MARKS = 4
"""Most combining marks without width of their own that are sent as they are on one character.
Hebrew with vowels and accents, Tibetan and Burmese take four."""

MOST_GROWTH = 10
"""Most characters that one character becomes when it is escaped."""

MAX_BLANK = 40
"""Most columns in a row that show nothing on a screen: half of an 80-column row, five TABs, ten
levels of four."""


def _show(code: int) -> str:
    if code < 0x80:
        return "^" + chr(code ^ 0x40)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


_UNSAFE = (
    *(range(0x09), range(0x0A, 0x20)),  # C0 but TAB: ESC, CR, BEL
    range(0x7F, 0xA0),  # DEL, and C1: some terminals take U+009B for CSI (RFC 5198 section 2)
    range(0x2028, 0x202A),  # line and paragraph separators
    *(range(0x061C, 0x061D), range(0x200E, 0x2010)),  # bidi controls (CVE-2021-42574)
    *(range(0x202A, 0x202F), range(0x2066, 0x206A)),
    range(0x206A, 0x2070),  # deprecated formats
    range(0xFFF9, 0xFFFC),  # interlinear annotation
    range(0xE0001, 0xE0002),  # language tag
    range(0xD800, 0xE000),  # lone surrogates, which UTF-8 cannot carry
    range(0xFDD0, 0xFDF0),  # noncharacters, and the two at the end of each plane (Unicode 23.7)
    *(range(plane | 0xFFFE, plane + 0x10000) for plane in range(0, 0x110000, 0x10000)),
)

# Most runs of a client meet nothing unsafe. So the table of what is shown instead, and the patterns
# of marks, which are long, are made when they are first needed.


@cache
def _shown() -> dict[int, str]:
    return {code: _show(code) for codes in _UNSAFE for code in codes}


# Each range beyond U+FFFF costs every character a comparison, so these are left out if possible.


def _near(ranges: str) -> str:
    return re.split("[^\0-\uffff]", ranges, maxsplit=1)[0]


_BEYOND = "\U00010000-\U0001efff\U000e0000-\U000effff"  # without the planes of emoji and of Han


@cache
def _maybe_too_many_marks(or_else: str = "(?!)") -> re.Pattern[str]:
    """Return a pattern that finds all runs of marks, and some of letters beyond U+FFFF; no emoji.

    It also finds a single mark of which ``or_else`` is true.
    """
    first, either = f"[{_near(MARKS)}{_BEYOND}]", f"[{_near(MARKS)}{_near(JOINERS)}{_BEYOND}]"
    return re.compile(f"{first}(?:{either}{{{MAX_MARKS},}}|{or_else})")


@cache
def _too_many_marks(near: bool) -> re.Pattern[str]:
    mark, joiner = (_near(MARKS), _near(JOINERS)) if near else (MARKS, JOINERS)
    return re.compile(f"((?:[{mark}][{joiner}]*){{{MAX_MARKS}}})([{mark}][{mark}{joiner}]*)")


_MANY_MARKS = 64
"""Length of a run from which on its distinct characters are looked at first: those of a flood are
few."""


@lru_cache(maxsize=256)
def _is_mark(character: str) -> bool:
    return re.fullmatch(f"[{MARKS}]", character) is not None


def _thin_out(run: re.Match[str]) -> str:
    marks = run[0]
    if len(marks) >= _MANY_MARKS:
        kinds = {_is_mark(character) for character in set(marks)}
        if len(kinds) == 1:  # all of them are marks, or none is
            return marks[:MAX_MARKS] + _in_code_points(marks[MAX_MARKS:]) if any(kinds) else marks
    return _too_many_marks(max(marks) <= "\uffff").sub(_show_further_marks, marks)


def _show_further_marks(run: re.Match[str]) -> str:
    return run[1] + _in_code_points(run[2])


def _in_code_points(marks: str) -> str:
    return marks.encode("unicode_escape").decode()


def visible(text: str) -> str:
    r"""Return *text* with all characters that a terminal might obey escaped.

    TAB stays. C0 and DEL become caret notation (``^[``, ``^?``), C1 ``\x9b``; line separators, bidi
    controls, noncharacters and lone surrogates ``\u202e`` or ``\U000e0001``. So do, of the marks
    and joiners in a row, those after the first `MAX_MARKS` marks. Takes any string and never
    raises.
    """
    if is_ordinary(text):
        return text
    text = _maybe_too_many_marks().sub(_thin_out, text)
    return text if text.isprintable() else text.translate(_shown())


_PART_OF_ESCAPE = re.compile(r"(?:\^|\\(?:U[0-9a-f]{0,7}|u[0-9a-f]{0,3}|x[0-9a-f]?)?)\Z")

EXCERPTS_KEPT = 1024
"""Most excerpts that are kept, of texts that take escaping: as many as the longest list shows."""


def excerpt(text: str, most: int) -> str:
    """Return *text* escaped as `visible` does, in at most *most* characters.

    If it is longer, it ends in an ellipsis, and no escape sequence is cut. Its size, and the time
    that it takes, depend on *most* alone: escaping makes some texts ten times as long.
    """
    text = text[: most + 1]
    if is_ordinary(text):
        return text if len(text) <= most else text[: most - 1] + "…"
    return _escaped_excerpt(text, most)


@lru_cache(maxsize=EXCERPTS_KEPT)
def _escaped_excerpt(text: str, most: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= most else _PART_OF_ESCAPE.sub("", shown[: most - 1]) + "…"


def visible_bytes(text: str) -> int:
    """Return the number of bytes of *text* in UTF-8, once it is escaped as `visible` does."""
    return len(visible(text).encode())


def most_visible(text: str) -> int:
    """Return the most characters that *text* may have once it is escaped, after a quick look."""
    return len(text) if is_ordinary(text) else MOST_GROWTH * len(text)


def most_visible_bytes(text: str) -> int:
    """Return the most that `visible_bytes` may return for *text*, after a quick look."""
    return len(text.encode()) if is_ordinary(text) else MOST_GROWTH * len(text)


def is_ordinary(text: str) -> bool:
    """Return True if a quick look shows that a text needs no escaping.

    It does for nearly all texts, in any language. If it returns False, the text may turn out to
    contain nothing unsafe.
    """
    # Of the unsafe characters, only marks are printable.
    return text.isprintable() and (text.isascii() or _maybe_too_many_marks().search(text) is None)


def encode_line(text: str, eol: bytes) -> bytes:
    """Return *text* as one line to be sent: see `encode_lines`."""
    return encode_lines([text], eol)


_MANY_SPACES = " " * (MAX_BLANK + 1 - MAX_MARKS)  # up to so many marks may stand before them
_HIDDEN = f"(?<= [{NOTHING}])"  # after a space
_LONG_BLANK = re.compile(f"[{BLANK}]{{{MAX_BLANK // 8 + 1},}}")  # a TAB has eight columns


def _is_ordinary_on_screen(text: str) -> bool:
    """Return True if a quick look shows that a text needs no escaping, and has no long blank."""
    # Blanks that are printable, and no marks, are looked for one by one, which is quick.
    return (
        text.isprintable()
        and _MANY_SPACES not in text
        and (
            text.isascii()
            or (
                "\u2800" not in text
                and "\u3164" not in text
                and "\u115f" not in text
                and "\u1160" not in text
                and "\uffa0" not in text
                and _maybe_too_many_marks(_HIDDEN).search(text) is None
            )
        )
    )


def _show_length(blank: re.Match[str]) -> str:
    count = columns(blank[0])
    return f"\\s{{{count}}}" if count > MAX_BLANK else blank[0]


def visible_on_screen(text: str) -> str:
    r"""Return *text* escaped as `visible` does, and with long runs of blanks escaped, too.

    On a screen, a row must not seem to end before its line does. So a run of characters that show
    nothing (see `chatd.text.blanks`), of more than `MAX_BLANK` columns, becomes ``\s{72}``, with
    the number of columns that it may take. Programs receive such runs as they are.
    """
    return text if _is_ordinary_on_screen(text) else visible(_LONG_BLANK.sub(_show_length, text))


def encode_screen_line(text: str, eol: bytes) -> bytes:
    """Return *text* as one line for a screen: see `encode_screen_lines`."""
    return encode_screen_lines([text], eol)


def encode_screen_lines(texts: Sequence[str], eol: bytes) -> bytes:
    """Return *texts* as `encode_lines` does, but escaped as `visible_on_screen` does."""
    if not _is_ordinary_on_screen("".join(texts)):
        texts = [visible_on_screen(text) for text in texts]
    return _in_lines(texts, eol)


def encode_lines(texts: Sequence[str], eol: bytes) -> bytes:
    """Return *texts* as lines to be sent: escaped, in UTF-8, with *eol* after each.

    Takes any strings and never raises. A newline inside a text becomes ``^J``, so the result has as
    many lines as there are texts. It never contains 0xFF, which telnet would take for a command.
    """
    if not is_ordinary("".join(texts)):  # one look, for a whole batch
        texts = [visible(text) for text in texts]
    return _in_lines(texts, eol)


def _in_lines(texts: Sequence[str], eol: bytes) -> bytes:
    end = eol.decode()
    return (end.join(texts) + end).encode() if texts else b""


class Lines(str):
    """Lines of the server, with line ends between them. No text of a client contains any."""


def encode_json(value: Any) -> bytes:
    """Return a value as JSON to be sent: all strings in it escaped, in UTF-8, on one line.

    So it is safe on a terminal as it is, and so are the strings that a program decodes from it.
    Only `Lines` keep their line ends. Takes any value that JSON can represent, with any strings,
    and never raises then.
    """
    text = _to_json(value)
    # JSON escapes control characters, and two that are none (" and \\). See `is_ordinary`.
    escapes = text.count("\\")
    if (escapes and escapes > _line_ends(value)) or not is_ordinary(text):
        text = _to_json(_all_visible(value))
    return text.encode()


def encode_json_strings(texts: Sequence[str]) -> list[bytes]:
    """Return each text as a string in JSON, as `encode_json` does, with one look at all of them."""
    if not is_ordinary("".join(texts)):
        texts = [visible(text) for text in texts]
    return [encode_basestring(text).encode() for text in texts]


_to_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _line_ends(value: Any) -> int:
    """Return the number of line ends in the `Lines` of an object; each takes a backslash."""
    if not isinstance(value, dict):
        return 0
    return sum(each.count("\n") for each in value.values() if isinstance(each, Lines))


def _all_visible(value: Any) -> Any:
    if isinstance(value, Lines):
        return "\n".join(map(visible, value.split("\n")))
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _all_visible(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_all_visible(member) for member in value]
    return value
