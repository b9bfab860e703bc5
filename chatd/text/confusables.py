"""Skeletons of texts that look the same, and scripts of texts: UTS 39, for characters of names.

Pure. This module must not know the rules for names, nor which names are in use.
"""

from bisect import bisect_right
from functools import cache

from chatd.text.folding import normalize
from chatd.text.unicode_tables import ALIKE, FIRST, LAST, PROTOTYPES, SCRIPTS

_ANY_SCRIPT = frozenset("*")
_NO_SCRIPT = frozenset[str]()


def skeleton(text: str) -> str:
    """Return a text that two texts have in common if and only if they look the same.

    After UTS 39 section 4, with the characters of names alone in mind. ``1``, ``l`` and ``I`` look
    the same, and so do ``0`` and ``O``, ``m`` and ``rn``. A skeleton must not be shown.
    """
    # UTS 39 decomposes first and then maps once; but some letters are in its table as a whole, and
    # the prototypes of some have parts that have prototypes. (Our table has these followed to the
    # end.)
    whole = normalize("NFC", text).translate(_prototypes())
    parts = normalize("NFD", whole).translate(_prototypes())
    return normalize("NFD", parts)


def is_of_one_script(text: str) -> bool:
    """Return True if all letters, marks and digits of a text are of one script.

    Scripts that are written together count as one: Japanese is Han, Hiragana and Katakana, Korean
    is Han and Hangul, and Bopomofo is used with Han. ``_``, ``-``, ``.``, and characters that
    Unicode calls common (such as the digits of ASCII and most accents) are of every script;
    mathematical letters, and characters that `chatd.text.unicode_tables.VERSION` of Unicode does
    not have, are of none.
    """
    common = _ANY_SCRIPT
    for character in text:
        scripts = _ANY_SCRIPT if character in "_-." else scripts_of(character)
        if scripts is not _ANY_SCRIPT:
            common = scripts if common is _ANY_SCRIPT else common & scripts
            if not common:
                return False
    return True


def scripts_of(character: str) -> frozenset[str]:
    """Return the scripts of a character of names, as ISO 15924 names them; ``*`` is any script.

    Empty for all other characters.
    """
    place = bisect_right(FIRST, character) - 1
    return _scripts()[place] if place >= 0 and character <= LAST[place] else _NO_SCRIPT


# The tables are made when a name comes: most runs of a client do without them.


@cache
def _prototypes() -> dict[int, str]:
    return dict(zip(map(ord, ALIKE), PROTOTYPES.split("|"), strict=True))


@cache
def _scripts() -> list[frozenset[str]]:
    return [
        _ANY_SCRIPT if scripts == "*" else frozenset(scripts.split("/"))
        for scripts in SCRIPTS.split("|")
    ]
