"""`chatd.chat.private_lines`: who may write private lines."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.chat.private_lines import PrivateLines, Rule, Senders, takes_from
from chatd.chat.session import Session
from chatd.rooms.view import NOTHING_SET
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Table, change
from tests.support.sessions import alone, refuses

GUESTS_REFUSED = NOTHING_SET._replace(guests=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def guest(store: MemoryStore, clock: Clock) -> Session:
    return alone(1, store, clock, name="luis")


@pytest.fixture
def member(store: MemoryStore, clock: Clock) -> Session:
    return alone(2, store, clock, name="ana", account="ana")


class TestRuleOfTheServer:
    def test_at_first_everyone_may(self, store: MemoryStore, guest: Session) -> None:
        private_lines = PrivateLines(store)
        assert private_lines.senders is Senders.EVERYONE
        private_lines.check(guest)

    def test_members_alone(self, store: MemoryStore, guest: Session, member: Session) -> None:
        private_lines = PrivateLines(store)
        change(store, private_lines.set_senders(Senders.MEMBERS))
        with refuses("members_write"):
            private_lines.check(guest)
        private_lines.check(member)

    @pytest.mark.parametrize("senders", Senders)
    def test_it_is_the_same_after_a_restart(
        self, store: MemoryStore, clock: Clock, senders: Senders
    ) -> None:
        private_lines = PrivateLines(store)
        for each in Senders.MEMBERS, senders:
            change(store, private_lines.set_senders(each))
        clock.advance(0)
        assert PrivateLines(store).senders is senders

    def test_another_word_in_the_store_is_damage(self, store: MemoryStore, clock: Clock) -> None:
        rules: Table[Rule] = Table(store, "private_lines", Rule)
        change(store, rules.put("server", Rule("nobody")))
        clock.advance(0)
        with pytest.raises(Damaged):
            PrivateLines(store)


class TestSettingOfTheReceiver:
    def test_all_are_taken_from_if_nothing_is_set(self, guest: Session, member: Session) -> None:
        assert takes_from(guest, NOTHING_SET)
        assert takes_from(member, NOTHING_SET)

    def test_guests_may_be_refused(self, guest: Session, member: Session) -> None:
        assert not takes_from(guest, GUESTS_REFUSED)
        assert takes_from(member, GUESTS_REFUSED)

    def test_one_whose_login_has_ended_is_a_guest(self, member: Session) -> None:
        member.identity.set_grant(None)
        assert not takes_from(member, GUESTS_REFUSED)
