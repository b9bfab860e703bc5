"""What somebody has set for themselves, and what follows from it for what they are shown.

Pure values: they know no room, no session and no account.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chatd.event import Entry, Event, Kind, Notice
from chatd.i18n import Language
from chatd.text.folding import fold
from chatd.text.mentions import any_mentions

_IGNORED_KINDS = (Kind.MESSAGE, Kind.ACTION, Kind.PRIVATE)
"""What is not shown of somebody who is ignored: what they say, not what they do."""


class Bell(enum.Enum):
    """Which lines of others ring."""

    OFF = "off"
    MENTIONS = "mentions"  # those that name the reader, and private ones
    ON = "on"  # any


class View(NamedTuple):
    """The view that a reader has of a room, and whether it rings.

    ``echo`` is whether the lines of the reader's own connection are shown. Lines of the reader ring
    on no connection. ``ignored`` has the names (see `fold`) of those whose lines are not shown,
    ``names`` those of the reader.
    """

    echo: bool = True
    ignored: frozenset[str] = frozenset()
    bell: Bell = Bell.OFF
    names: frozenset[str] = frozenset()

    @property
    def plain(self) -> bool:
        """Whether all is shown as it is, so that nothing need be looked at."""
        return self.echo and not self.ignored and self.bell is Bell.OFF

    @property
    def of_past(self) -> View:
        """The same, of what was said before: one's own lines are shown, and nothing rings."""
        return View(ignored=self.ignored) if self.ignored else EVERYTHING

    def shown(self, entries: Sequence[Entry], session: int) -> Sequence[Entry]:
        """Those of these entries that are shown to this session; its own notices never are."""
        shown = [entry for entry in entries if self._shows(entry, session)]
        return entries if len(shown) == len(entries) else shown

    def rings(self, entries: Iterable[Entry], session: int) -> bool:
        """Whether one of these, which are shown to this session, is to ring."""
        if self.bell is Bell.OFF:
            return False
        heard = [
            entry
            for entry in entries
            if isinstance(entry, Event) and not self._is_own(entry, session)
        ]
        if self.bell is Bell.ON or any(entry.kind is Kind.PRIVATE for entry in heard):
            return bool(heard)
        texts = [entry.text for entry in heard]
        return any(any_mentions(texts, name) for name in self.names)

    def _is_own(self, event: Event, session: int) -> bool:
        """Return whether the reader said this, on any connection: a name is one person's at a
        time."""
        return event.session == session or fold(event.author) in self.names

    def _shows(self, entry: Entry, session: int) -> bool:
        if entry.session == session:
            return self.echo and not isinstance(entry, Notice)
        return not self.ignores(entry)

    def ignores(self, entry: Entry) -> bool:
        """Whether this is a line of somebody who is ignored."""
        return (
            bool(self.ignored)
            and isinstance(entry, Event)
            and entry.kind in _IGNORED_KINDS
            and fold(entry.author) in self.ignored
        )


EVERYTHING = View()


class Settings(NamedTuple):
    """What somebody has set. ``language`` is "" while they have chosen none; ``away`` is what
    others are told while they are away, "" while they are not."""

    echo: bool = True
    times: bool = False
    language: str = ""
    bell: str = Bell.OFF.value
    quiet: bool = False
    ignored: tuple[str, ...] = ()
    away: str = ""

    def view(self, *names: str) -> View:
        """What is shown to somebody of these names who has set this."""
        ignored = frozenset(map(fold, self.ignored))
        view = View(self.echo, ignored, Bell(self.bell), frozenset(map(fold, names)))
        # Nearly everybody has the same one.
        return EVERYTHING if view.plain else view

    @property
    def without_others(self) -> Settings:
        """The same without what concerns other people. Whoever is at that terminal next ignores
        nobody for it, and nobody is told anything of them."""
        return self._replace(ignored=(), away="")

    def with_kept(self, kept: Mapping[str, Any]) -> Settings:
        """The same, and in its place what was kept, if it can be understood."""
        understood = {name: kept[name] for name in self._fields if _makes_sense(name, kept)}
        if "ignored" in understood:
            understood["ignored"] = tuple(understood["ignored"])
        return self._replace(**understood)


NOTHING_SET = Settings()

_DEFAULTS = NOTHING_SET._asdict()
_CHOICES = {"bell": {bell.value for bell in Bell}, "language": {each.value for each in Language}}


def _makes_sense(name: str, kept: Mapping[str, Any]) -> bool:
    value = kept.get(name)
    if name == "ignored":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if name in _CHOICES:
        return isinstance(value, str) and value in _CHOICES[name]
    return type(value) is type(_DEFAULTS[name])
