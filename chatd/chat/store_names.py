"""The names that a store has from its beginning: that of its lobby, and of guests without a name.

They are in the language of the daemon that made the store, and are kept in it: another language
later renames nothing that people have linked to or read. `chatd.text.validation` reserves the names
of guests of every language. This module must not know a room or a session.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.i18n import Language
from chatd.storage.contract import Store
from chatd.storage.records import Table, change, ignore_store_error
from chatd.text.validation import GUEST_WORDS

_KEY = ""


class StoreNames(NamedTuple):
    """The name of the lobby, and the word before the number in the name of a guest."""

    lobby: str
    guest: str


ENGLISH = StoreNames("lobby", GUEST_WORDS[0])
"""Those of a store that keeps none: an earlier version of chatd made it."""

_NAMES = {
    Language.ENGLISH: ENGLISH,
    Language.SPANISH: StoreNames("entrada", GUEST_WORDS[1]),  # any keyboard types it
}


def names_of(store: Store, language: Language) -> StoreNames:
    """Return the names that a store has; a new one is given those of a language.

    Raises `Damaged`.
    """
    table: Table[StoreNames] = Table(store, "names", StoreNames)
    kept = table.get(_KEY)
    if kept is not None:
        return kept
    if any(store.rooms()) or any(store.records()):
        return ENGLISH
    names = _NAMES[language]
    change(store, table.put(_KEY, names)).addErrback(ignore_store_error)
    return names
