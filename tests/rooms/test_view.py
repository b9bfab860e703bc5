"""`chatd.rooms.view`: settings, and the entries that a reader is shown."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.event import REMARKS, SPOKEN, Change, Event, Kind, Notice, Presence
from chatd.i18n import Language
from chatd.rooms.view import EVERYTHING, NOTHING_SET, Bell, Settings, View

OWN, OTHER = 1, 2


def said(text: str = "hola", *, by: int = OTHER, kind: Kind = Kind.MESSAGE) -> Event:
    return Event("lobby", 1, 0, by, "Luis" if by == OTHER else "ana", kind, text)


def came(by: int) -> Notice:
    return Notice("lobby", Change.JOINED, ((by, "luis"),))


class TestView:
    def test_of_somebody_who_has_set_nothing_is_plain_and_shows_everything_but_own_notices(
        self,
    ) -> None:
        assert EVERYTHING.plain
        entries = [said(by=OWN), said(), came(OTHER)]
        assert EVERYTHING.shown(entries, OWN) is entries
        assert EVERYTHING.shown([came(OWN), *entries], OWN) == entries

    def test_leaves_out_the_presence_of_the_reader_alone(self) -> None:
        own, other = (Presence("lobby", Change.JOINED, by, "luis") for by in (OWN, OTHER))
        assert EVERYTHING.shown([own, other], OWN) == [other]
        assert View(echo=False, ignored=frozenset({"luis"})).shown([other], OWN) == [other]

    def test_leaves_the_reader_out_of_a_notice_about_several(self) -> None:
        entries = [said(), Notice("lobby", Change.LEFT, ((OWN, "ana"), (OTHER, "luis")))]
        others = Notice("lobby", Change.LEFT, ((OTHER, "luis"),))
        assert EVERYTHING.shown(entries, OWN) == [entries[0], others]
        assert EVERYTHING.shown(entries, 3) is entries

    @pytest.mark.parametrize(
        "view", [View(echo=False), View(ignored=frozenset({"luis"})), View(bell=Bell.ON)]
    )
    def test_is_not_plain_if_anything_must_be_looked_at(self, view: View) -> None:
        assert not view.plain

    def test_is_without_echo_if_own_lines_alone_are_left_out(self) -> None:
        assert View(echo=False).without_echo
        assert View(echo=False, names=frozenset({"luis"})).without_echo
        ignored = frozenset({"luis"})
        for other in EVERYTHING, View(echo=False, ignored=ignored), View(ignored=ignored):
            assert not other.without_echo
        assert not View(echo=False, bell=Bell.MENTIONS).without_echo

    def test_without_echo_leaves_out_own_lines(self) -> None:
        other = said()
        assert View(echo=False).shown([said(by=OWN), other], OWN) == [other]

    @pytest.mark.parametrize("kind", [*SPOKEN, *REMARKS])
    def test_leaves_out_what_somebody_ignored_says_however_the_name_is_written(
        self, kind: Kind
    ) -> None:
        assert View(ignored=frozenset({"luis"})).shown([said(kind=kind)], OWN) == []

    @pytest.mark.parametrize("kind", [Kind.TOPIC, Kind.DEED])
    def test_shows_what_somebody_ignored_does(self, kind: Kind) -> None:
        entries = [said(kind=kind), came(OTHER)]
        assert View(ignored=frozenset({"luis"})).shown(entries, OWN) is entries

    def test_shows_what_others_say_and_that_somebody_ignored_came(self) -> None:
        view = View(ignored=frozenset({"eva"}))
        assert view.shown([said(), came(OTHER)], OWN) == [said(), came(OTHER)]
        assert not view.ignores(said())

    def test_of_the_past_shows_own_lines_and_rings_for_nothing(self) -> None:
        view = View(False, frozenset({"luis"}), Bell.ON, frozenset({"ana"}))
        assert view.of_past == View(ignored=frozenset({"luis"}))
        assert View(echo=False, bell=Bell.ON).of_past is EVERYTHING


class TestBell:
    def rings(self, bell: Bell, entry: Event | Notice) -> bool:
        return View(bell=bell, names=frozenset({"ana"})).rings([entry], OWN)

    def test_that_is_off_rings_for_nothing(self) -> None:
        assert not self.rings(Bell.OFF, said("ana", kind=Kind.PRIVATE))

    def test_that_is_on_rings_for_any_line_of_others(self) -> None:
        assert self.rings(Bell.ON, said())
        assert self.rings(Bell.ON, said(kind=Kind.ACTION))

    @pytest.mark.parametrize("bell", [Bell.ON, Bell.MENTIONS])
    def test_never_rings_for_own_lines_and_notices(self, bell: Bell) -> None:
        assert not self.rings(bell, said("ana", by=OWN))
        assert not self.rings(bell, came(OTHER))

    def test_nor_for_those_said_under_the_name_before(self) -> None:
        assert not self.rings(Bell.ON, said(by=OWN)._replace(author="guest1"))

    @pytest.mark.parametrize("bell", [Bell.ON, Bell.MENTIONS])
    @pytest.mark.parametrize("kind", [*SPOKEN, Kind.DEED])
    def test_nor_for_those_from_another_connection_of_the_reader(
        self, bell: Bell, kind: Kind
    ) -> None:
        own = said("ana here", kind=kind)._replace(author="Ana")
        assert own.session == OTHER
        assert not self.rings(bell, own)

    def test_for_mentions_rings_for_them_and_for_private_lines(self) -> None:
        assert self.rings(Bell.MENTIONS, said("hola ana"))
        assert self.rings(Bell.MENTIONS, said(kind=Kind.PRIVATE))
        assert not self.rings(Bell.MENTIONS, said("hola"))


class TestSettings:
    def test_are_at_first_those_of_a_guest(self) -> None:
        assert Settings() == Settings(
            echo=True,
            times=False,
            language="",
            bell="off",
            quiet=False,
            ignored=(),
            away="",
            guests=True,
        )

    def test_for_whoever_is_next_at_a_terminal_are_the_same_without_other_people(self) -> None:
        settings = Settings(echo=False, ignored=("luis",), away="at lunch", guests=False)
        assert settings.without_others == Settings(echo=False)

    def test_that_are_the_usual_ones_make_the_usual_view(self) -> None:
        assert NOTHING_SET.view("ana") is EVERYTHING
        assert Settings(times=True, quiet=True, away="x").view("ana") is EVERYTHING

    def test_make_a_view(self) -> None:
        settings = Settings(echo=False, ignored=("Luis",), bell="mentions")
        assert settings.view("Ana") == View(
            False, frozenset({"luis"}), Bell.MENTIONS, frozenset({"ana"})
        )

    def test_that_were_kept_are_put_in_place_of_others(self) -> None:
        kept = {"echo": False, "ignored": ["luis"], "language": "es", "of a later chatd": 1}
        assert Settings(times=True).with_kept(kept) == Settings(
            echo=False, times=True, language="es", ignored=("luis",)
        )

    @pytest.mark.parametrize(
        "kept",
        [
            {"echo": "yes"},
            {"times": 1},
            {"bell": "loud"},
            {"bell": ["on"]},
            {"language": "xx"},
            {"ignored": "luis"},
            {"ignored": [1]},
            {"away": None},
            {"guests": 0},
        ],
    )
    def test_that_make_no_sense_are_as_if_nothing_was_set(self, kept: dict[str, Any]) -> None:
        assert NOTHING_SET.with_kept(kept) == NOTHING_SET

    def test_can_be_of_every_language(self) -> None:
        for language in Language:
            assert NOTHING_SET.with_kept({"language": language.value}).language == language.value
