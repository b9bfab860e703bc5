"""What text looks like, and which scripts it is written in: UTS 39, for the characters of names.

Pure. This module must not know what a name may be, nor which names are in use.
"""

from bisect import bisect_right

from chatd.text.folding import normalize
from chatd.text.unicode_tables import ALIKE, FIRST, LAST, PROTOTYPES, SCRIPTS

_ANY_SCRIPT = frozenset("*")
_NO_SCRIPT = frozenset[str]()


def skeleton(text: str) -> str:
    """Return a text that two texts have in common if and only if they look the same.

    After UTS 39 section 4, with the characters of names alone in mind. ``1``, ``l`` and ``I`` look
    the same, and so do ``0`` and ``O``, ``m`` and ``rn``. Not to be shown to anybody.
    """
    # UTS 39 decomposes first and then looks once; but some letters are in its table as a whole, and
    # what some look like has parts that look like others. (The table has them followed to the end.)
    whole = normalize("NFC", text).translate(_PROTOTYPES)
    parts = normalize("NFD", whole).translate(_PROTOTYPES)
    return normalize("NFD", parts)


def is_of_one_script(text: str) -> bool:
    """Whether there is a script that has all letters, marks and digits of a text.

    Scripts that are written together count as one: Japanese is Han, Hiragana and Katakana, Korean
    is Han and Hangul, and Bopomofo stands with Han. ``_``, ``-``, ``.``, and what Unicode calls
    common (such as the digits of ASCII and most accents) go with every script; mathematical letters
    and what `chatd.text.unicode_tables.VERSION` of Unicode does not have go with none.
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
    return _SCRIPTS[place] if place >= 0 and character <= LAST[place] else _NO_SCRIPT


_PROTOTYPES = dict(zip(map(ord, ALIKE), PROTOTYPES.split("|"), strict=True))
_SCRIPTS = [
    _ANY_SCRIPT if scripts == "*" else frozenset(scripts.split("/"))
    for scripts in SCRIPTS.split("|")
]
