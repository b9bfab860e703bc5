"""`chatd.chat.actions.settings`: the settings of a session and of its account."""

from __future__ import annotations

import pytest

from chatd.chat.actions import settings
from chatd.chat.actions.login import log_in
from chatd.i18n import Language
from chatd.rooms.view import Bell
from tests.support.sessions import done, guest, member, program, refused, refuses
from tests.support.world import PASSWORD, World


def test_switches_of_the_view(world: World) -> None:
    luis, server = guest(world), world.server
    done(world, settings.set_echo(server, luis, False))
    done(world, settings.set_times(server, luis, True))
    done(world, settings.set_quiet(server, luis, True))
    done(world, settings.set_bell(server, luis, Bell.MENTIONS))
    now = luis.subscriptions.settings
    assert (now.echo, now.times, now.quiet, now.bell) == (False, True, True, Bell.MENTIONS.value)


def test_the_language(world: World) -> None:
    luis = guest(world)
    done(world, settings.set_language(world.server, luis, Language.SPANISH))
    assert luis.language is Language.SPANISH


def test_settings_are_stored_with_the_account(world: World) -> None:
    done(world, settings.set_language(world.server, member(world, "ana"), Language.SPANISH))
    again = guest(world)
    done(world, log_in(world.server, again, "ana", PASSWORD))
    assert again.language is Language.SPANISH


def test_an_away_text_is_cut_off(world: World) -> None:
    luis = guest(world, "luis")
    away = done(world, settings.set_away(world.server, luis, "x" * 300))
    assert away == "x" * settings.AWAY_CHARACTERS == world.server.sessions.away_text("luis")


def test_a_name_is_ignored_once_and_shown_again(world: World) -> None:
    luis, server = guest(world), world.server
    for name in "eva", "EVA":
        done(world, settings.ignore(server, luis, name))
    assert list(settings.ignored_names(luis)) == ["EVA"]
    assert done(world, settings.unignore(server, luis, "eva"))
    assert not done(world, settings.unignore(server, luis, "eva"))


def test_only_so_many_names_are_ignored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IGNORED_AT_MOST", 1)
    luis = guest(world)
    done(world, settings.ignore(world.server, luis, "eva"))
    assert refused(world, settings.ignore(world.server, luis, "max")) == "too_many_ignored"


def test_a_token_sets_no_away_text(world: World) -> None:
    member(world, "ana")
    robot = program(world, "ana")
    assert refused(world, settings.set_away(world.server, robot, "x")) == "not_with_a_token"


def test_guests_are_refused_and_taken_from(world: World) -> None:
    luis = guest(world)
    for guests in False, True:
        done(world, settings.set_guests(world.server, luis, guests))
        assert luis.subscriptions.settings.guests is guests


def test_a_token_does_not_refuse_guests(world: World) -> None:
    member(world, "ana")
    robot = program(world, "ana")
    assert refused(world, settings.set_guests(world.server, robot, False)) == "not_with_a_token"


def test_a_session_in_one_room_sends_only_text(world: World) -> None:
    luis = guest(world)
    settings.become_text_only(luis)
    assert luis.text_only


def test_a_session_with_several_rooms_does_not(world: World) -> None:
    luis = guest(world)
    luis.subscriptions.allow_many_rooms()
    with refuses("not_text_only"):
        settings.become_text_only(luis)
