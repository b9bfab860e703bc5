"""The list of the people in the room that is shown."""

from __future__ import annotations

from tests.browser.chromium import Chromium
from tests.browser.page import ME, PEOPLE, Page
from tests.proofs.people.walk import PeopleWalk, tabs
from tests.support.live_server import Client, LiveServer
from tests.support.sentences import EN

PASSWORD = "correct horse"
STEPS = 25
SEED = 17


def test_it_has_oneself_the_roles_and_who_is_away(page: Page, daemon: LiveServer) -> None:
    page.has(PEOPLE, "guest")
    assert page.texts(PEOPLE)[0].endswith("\nyou")
    assert page.texts("#guests") == [""]
    page.say("/nick eva", f"/register {PASSWORD}", "/create ops")
    page.has(PEOPLE, "eva\nyou, owner")
    with daemon.guest() as luis:
        luis.type("/nick luis", f"/register {PASSWORD}", "/join ops")
        page.has(PEOPLE, "luis")
        page.say("/op luis")
        page.has(PEOPLE, "luis\noperator")
        luis.type("/away lunch")
        page.has(PEOPLE, "luis\noperator, away")
        luis.type("/away")
        page.lacks(PEOPLE, "away")
        with daemon.guest() as guest:
            guest.type("/join ops")
            page.has("#guests", "1 guest")
            guest.type("/nick ana")
            page.has(PEOPLE, "ana")
            page.lacks("#guests", "1")
        page.lacks(PEOPLE, "ana")
    assert page.findings("serious", "critical") == []


def test_who_took_a_name_and_left_at_once_is_not_listed(page: Page, daemon: LiveServer) -> None:
    with Client(daemon.port) as carol:
        carol.type("/nick carol")
        page.has(PEOPLE, "carol")
    page.lacks(PEOPLE, "carol")
    page.has("#lines .line", EN.sentence("left_one", people="carol"))


def test_own_names_are_listed_once(page: Page) -> None:
    for name in "quim", "zed", "zoe":
        page.say(f"/nick {name}")
        page.has(ME, name)
        page.has(PEOPLE, name)
        assert page.texts(PEOPLE) == [f"{name}\nyou"]
        assert page.texts("#guests") == [""]


def test_it_equals_who_while_people_come_and_go(chromium: Chromium, daemon: LiveServer) -> None:
    """`python3 -m tests.proofs.people` takes 500 steps."""
    walk = PeopleWalk(daemon, tabs(chromium, daemon), SEED)
    try:
        for _ in range(STEPS):
            walk.step()
            walk.seconds_until_equal()
    finally:
        walk.close()
