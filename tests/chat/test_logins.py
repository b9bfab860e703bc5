"""`chatd.chat.logins`: grants and names of sessions that log in and out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.logger import LogEvent

from chatd.accounts.accounts import Account
from chatd.chat.membership import LASTING
from chatd.chat.names import Names
from tests.support.members import member
from tests.support.world import (
    CHEAP,
    Person,
    World,
)

PASSWORD = "correct horse"
HASH = CHEAP.hash(PASSWORD)

Expect = Callable[..., list[LogEvent]]


@pytest.mark.parametrize("line", ["/logout", f"/login eva {PASSWORD}"])
def test_a_session_that_logs_out_leaves_its_private_room_under_its_old_name(line: str) -> None:
    world = World()
    world.server.accounts.store(Account("eva", HASH))
    owner, ana = member(world, "olga"), member(world, "ana")
    owner.type("/create den private", "/invite ana", "/invite eva")
    ana.type("/join den")
    world.clock.advance(LASTING)
    owner.seen()
    ana.type(line)
    assert owner.seen() == ["*** ana left."]
    assert world.server.rooms["den"] not in ana.session.memberships


def test_typing_a_password_logs_no_guest_in() -> None:
    world = World()
    guest = world.person()
    world.server.logins.password_typed(guest.session)
    assert guest.session.grant is None


class TestALoginThatFails:
    """Logins of sessions whose rename fails."""

    @pytest.fixture
    def world(self) -> World:
        world = World()
        for name in "ana", "eva":
            world.server.accounts.store(Account(name, HASH))
        return world

    def fail_to_log_in(self, world: World, person: Person, patch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError

        with patch.context() as patched:
            patched.setattr(Names, "give", fail)
            with pytest.raises(ZeroDivisionError):
                world.server.logins.log_in(person.session, world.server.accounts.table["eva"])

    def test_leaves_a_member_a_guest(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        ana = world.person()
        ana.type(f"/login ana {PASSWORD}")
        self.fail_to_log_in(world, ana, monkeypatch)
        assert ana.session.grant is None
        assert ana.session.is_guest
        assert not world.server.names.of("ana")

    def test_leaves_a_guest_its_name(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        luis = world.person("luis")
        self.fail_to_log_in(world, luis, monkeypatch)
        assert luis.session.name == "luis"
        assert not luis.session.is_guest
