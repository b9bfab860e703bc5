"""The sentences that the server says to people, in each language. Pure.

A sentence is looked up by its key. A sentence with a count has a second form, ``KEY_one``, for a
``count`` of 1. One that names commands has another form, ``KEY_http``, if HTTP gives it as an
error, and may have ``KEY_irc`` for IRC clients. A `Moment` is written as a date in that language.
The kinds of errors are the same in every language, so that programs recognise them.
The wording of commands is in their rows, in `chatd.commands`. This package must not know a session,
an event or a format.

Modules (python3 -m tools.documents writes this list):

- `en`: The sentences of the server in English: the same keys and values as every other language.
- `es`: The sentences of the server in Spanish: the same keys and values as every other language.
"""

from __future__ import annotations

import enum
import re
import time
from collections.abc import Mapping, Sequence

from chatd.i18n import en, es


class Language(enum.Enum):
    """A language in which the server speaks to a session."""

    ENGLISH = "en"
    SPANISH = "es"

    __hash__ = object.__hash__  # that of `Enum` is a call in Python, at each look into a table


class Phrase(str):
    """A value of a sentence: the key of a phrase, to be filled in in the same language."""

    __slots__ = ()


class Moment(int):
    """A value of a sentence: a time in seconds since 1970, shown as a date in the same language."""

    __slots__ = ()


_SOUNDS_LIKE_I = re.compile("#?(?:[ií]|h[ií](?![aeo]))", re.IGNORECASE)
"""The beginning of a word before which *and* is another word in Spanish."""

_CATALOGUES = {Language.ENGLISH: en.SENTENCES, Language.SPANISH: es.SENTENCES}


def sentence(language: Language, key: str, **values: object) -> str:
    """Return the sentence of a key, with the values filled in. Raises `KeyError` for other keys."""
    catalogue = _CATALOGUES[language]
    if values.get("count") == 1:
        key = f"{key}_one"
    for name, value in values.items():
        if isinstance(value, Phrase):
            values[name] = catalogue[value]
        elif isinstance(value, Moment):
            values[name] = _written(catalogue, value)
    return catalogue[key].format(**values)


def _written(catalogue: Mapping[str, str], seconds: int) -> str:
    """Return a time as people read it, with the name of the month, in the server's zone."""
    there = time.localtime(seconds)
    month = catalogue["months"].split()[there.tm_mon - 1]
    clock = time.strftime("%H:%M:%S", there)
    return catalogue["moment"].format(
        day=there.tm_mday, month=month, year=there.tm_year, time=clock
    )


def sentence_of_form(language: Language, form: str, key: str, **values: object) -> str:
    """Return the sentence of a key as `sentence` does, in a form of it, if it has that one.

    The form is that for clients of one kind (`chatd.formats.base.Format.kind`), who type other
    commands, say.
    """
    in_form = f"{key}_{form}"
    return sentence(language, in_form if in_form in _CATALOGUES[language] else key, **values)


def sentence_over_http(language: Language, key: str, **values: object) -> str:
    """Return the sentence of a key as `sentence` does, in its form for HTTP, if it has one.

    A request carries out no commands, so the form names none but as one to be typed in the chat.
    """
    return sentence_of_form(language, "http", key, **values)


def people(language: Language, names: Sequence[str], guests: int, more: int = 0) -> str:
    """Return a list of people such as ``ana, luis and 2 guests``, or "" if there are none.

    ``more`` is the number of people with a name who are not in *names*.
    """
    parts = list(names)
    if more:
        parts.append(sentence(language, "more_people", count=more))
    if guests:
        parts.append(sentence(language, "guests", count=guests))
    if len(parts) < 2:
        return "".join(parts)
    key = "and_before_i" if _SOUNDS_LIKE_I.match(parts[-1]) else "and"
    return sentence(language, key, first=", ".join(parts[:-1]), last=parts[-1])
