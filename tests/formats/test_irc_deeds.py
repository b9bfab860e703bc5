"""Deeds as lines of IRC."""

from __future__ import annotations

import pytest

from chatd.event import Deed, Event, Kind
from chatd.formats.irc_deeds import deed_lines, is_told


def mask(name: str) -> str:
    return f"{name}!{name}@irc.example"


def event(deed: Deed | str) -> Event:
    text = deed if isinstance(deed, str) else deed.text()
    return Event("ops", 1, 0, 0, "ana", Kind.DEED, text)


def lines(deed: Deed | str, *capabilities: str) -> list[str] | None:
    return deed_lines(event(deed), mask, frozenset(capabilities))


class TestModes:
    @pytest.mark.parametrize(
        ("verb", "target", "shown"),
        [
            ("op", "luis", "+o luis"),
            ("unop", "luis", "-ov luis luis"),
            ("voice", "luis", "+v luis"),
            ("unvoice", "luis", "-v luis"),
            ("ban", "luis", "+b luis!*@*"),
            ("unban", "luis", "-b luis!*@*"),
            ("mode", "private", "+i"),
            ("mode", "moderated", "+m"),
            ("mode", "announce", "+m"),
            ("mode", "open", "-im"),
            ("create", "private", "+i"),
            ("close", "-", "+i"),
        ],
    )
    def test_a_deed_that_is_one(self, verb: str, target: str, shown: str) -> None:
        assert lines(Deed(verb, target)) == [f":ana!ana@irc.example MODE #ops {shown}"]

    @pytest.mark.parametrize(
        "deed",
        [
            Deed("mute", "luis", 60),
            Deed("ban", "@luis"),
            Deed("create", "open"),
            Deed("later"),
            "nothing of this chatd",
        ],
        ids=str,
    )
    def test_what_only_words_tell(self, deed: Deed | str) -> None:
        assert lines(deed) is None

    def test_a_kick_is_told_by_the_presence(self) -> None:
        assert lines(Deed("kick", "luis")) == []


class TestWords:
    @pytest.mark.parametrize(
        ("deed", "told"),
        [
            (Deed("op", "luis"), False),
            (Deed("mode", "moderated"), False),
            (Deed("mode", "announce"), True),
            (Deed("close"), True),
            (Deed("ban", "luis", 60), False),
            (Deed("ban", "luis", 60, "spam"), True),
            ("nothing of this chatd", True),
        ],
        ids=str,
    )
    def test_beside_a_line(self, deed: Deed | str, told: bool) -> None:
        assert is_told(event(deed)) is told


class TestInvitations:
    def test_to_those_who_asked_for_them(self) -> None:
        expected = [":ana!ana@irc.example INVITE luis #ops"]
        assert lines(Deed("invite", "luis"), "invite-notify") == expected

    def test_to_nobody_else(self) -> None:
        assert lines(Deed("invite", "luis")) == []
        assert lines(Deed("uninvite", "luis")) == []
