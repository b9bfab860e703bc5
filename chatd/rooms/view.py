"""Settings of a user, and the view of a room that follows from them.

Pure values. This module must not know a room, a session or an account.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from operator import is_
from typing import Any, NamedTuple

from chatd.event import REMARKS, SPOKEN, Entry, Event, Kind
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.text.folding import fold
from chatd.text.mentions import any_mentions

_OF_AUTHORS = (*SPOKEN, *REMARKS)


class Bell(enum.Enum):
    """The lines of others at which a client's bell rings."""

    OFF = "off"
    MENTIONS = "mentions"  # those that name the reader, and private ones
    ON = "on"  # any


class View(NamedTuple):
    """The entries of a room that a reader is sent, and at which of them the bell rings.

    ``echo`` is true if the reader is sent the lines of its own connection. No connection of the
    reader rings at lines of the reader. ``ignored`` has the folded names (see `fold`) whose lines
    are left out, ``names`` those of the reader. The lines of its own connection, and those beside
    them, are rendered for the reader alone in the format ``apart``, if there is one; then ``echo``
    is false.
    """

    echo: bool = True
    ignored: frozenset[str] = frozenset()
    bell: Bell = Bell.OFF
    names: frozenset[str] = frozenset()
    apart: Format | None = None

    @property
    def plain(self) -> bool:
        """True if all entries are shown and none rings, so that none need be looked at."""
        return self.echo and not self.ignored and self.bell is Bell.OFF

    @property
    def without_echo(self) -> bool:
        """True if all entries are shown but the reader's own lines, and none rings."""
        return not (self.echo or self.ignored) and self.bell is Bell.OFF

    @property
    def shows_own(self) -> bool:
        """True if the reader is sent its own lines, also those that are apart."""
        return self.echo or self.apart is not None

    @property
    def of_inbox(self) -> View:
        """The same for an inbox: lines of the reader to itself came to it, too."""
        return self if self.echo else self._replace(echo=True, apart=None)

    @property
    def of_past(self) -> View:
        """The same for history: the reader's own lines are shown, and nothing rings."""
        return View(ignored=self.ignored) if self.ignored else EVERYTHING

    def shown(self, entries: Sequence[Entry], session: int) -> Sequence[Entry]:
        """Return the entries that a session is shown; its own presence never is."""
        shown = [
            part for entry in entries if (part := self._shown_part(entry, session)) is not None
        ]
        return entries if len(shown) == len(entries) and all(map(is_, shown, entries)) else shown

    def shown_events(self, events: Sequence[Event], session: int) -> Sequence[Event]:
        """Return the events that a session is shown."""
        return [event for event in events if self._shows(event, session)]

    def rings(self, entries: Iterable[Entry], session: int) -> bool:
        """Return True if the bell rings at one of some entries that a session is shown."""
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
        """Return True if the reader said this, on any connection.

        The name decides, too: only one person has it at a time.
        """
        return event.session == session or fold(event.author) in self.names

    def _shown_part(self, entry: Entry, session: int) -> Entry | None:
        """Return an entry, the part of a notice that is about others, or None."""
        if not isinstance(entry, Event):
            return entry.without(session)
        return entry if self._shows(entry, session) else None

    def _shows(self, event: Event, session: int) -> bool:
        if event.session == session:
            return self.shows_own
        return not self.ignores(event)

    def ignores(self, event: Event) -> bool:
        """Return True if an event is a line or a remark of an ignored author."""
        return (
            bool(self.ignored) and event.kind in _OF_AUTHORS and fold(event.author) in self.ignored
        )


EVERYTHING = View()


class Settings(NamedTuple):
    """The settings of a user.

    ``language`` is "" if none is chosen. ``away`` is the text that others receive while the user is
    away, "" while the user is not. ``guests`` is true if the user takes private lines from guests.
    """

    echo: bool = True
    times: bool = False
    language: str = ""
    bell: str = Bell.OFF.value
    quiet: bool = False
    ignored: tuple[str, ...] = ()
    away: str = ""
    guests: bool = True

    def view(self, *names: str, apart: Format | None = None) -> View:
        """Return the view of a user with these settings and names."""
        ignored = frozenset(map(fold, self.ignored))
        echo, apart = (self.echo, None) if apart is None or not self.echo else (False, apart)
        view = View(echo, ignored, Bell(self.bell), frozenset(map(fold, names)), apart)
        # Nearly all users have the same view, so they share one object.
        return EVERYTHING if view.plain else view

    @property
    def without_others(self) -> Settings:
        """The same without what concerns other people: whom to ignore, and what they are told.

        The next user of that terminal inherits the rest only.
        """
        return self._replace(ignored=(), away="", guests=True)

    def with_kept(self, kept: Mapping[str, Any]) -> Settings:
        """Return these settings, replaced by the stored ones as far as those are valid."""
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
