"""Every sentence that the server says to a person, in each language. Pure.

A sentence is looked up by its key. One that counts something has a second form, ``KEY_one``, for a
``count`` of 1. The kinds of errors are the same in every language, so that programs can tell them.
This package must not know a session, an event or a format.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from chatd.i18n import en, es


class Language(enum.Enum):
    """What the server speaks to a session."""

    ENGLISH = "en"
    SPANISH = "es"


_CATALOGUES = {Language.ENGLISH: en.SENTENCES, Language.SPANISH: es.SENTENCES}


def sentence(language: Language, key: str, **values: object) -> str:
    """The sentence of that key with the values in their places. Raises `KeyError` without one."""
    catalogue = _CATALOGUES[language]
    if values.get("count") == 1:
        key = f"{key}_one"
    return catalogue[key].format(**values)


def people(language: Language, names: Sequence[str], guests: int, more: int = 0) -> str:
    """Who is there: ``ana, luis and 2 guests``; ``more`` counts the named ones not listed.

    Empty when nobody is.
    """
    parts = list(names)
    if more:
        parts.append(sentence(language, "more_people", count=more))
    if guests:
        parts.append(sentence(language, "guests", count=guests))
    if len(parts) < 2:
        return "".join(parts)
    return sentence(language, "and", first=", ".join(parts[:-1]), last=parts[-1])
