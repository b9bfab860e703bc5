"""Accounts that stay in their rooms while none of their clients is there."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.membership import LASTING
from chatd.chat.staying import MOST_ABSENT, STAYS
from chatd.errors import ErrorKind
from tests.support.presence_world import PresenceWorld
from tests.support.sentences import EN
from tests.support.world import Member, World


class StayingWorld(World):
    """Luis is in #ops, and Ana, who stays where she is."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.luis = self.member("luis")
        self.luis.type("/join ops")
        self.ana = self.come()
        self.ana.type("/stay on")
        self.wait(LASTING + 1)
        self.luis.seen()

    def come(self) -> Member:
        """Return a client of Ana that is in #ops."""
        ana = self.member("ana")
        ana.type("/join ops")
        return ana

    @property
    def who(self) -> list[str]:
        """The people in #ops, as Luis and as each node has them."""
        [line] = self.luis.ask("/who ops")
        for server in self.servers:
            here = server.rooms["ops"].here
            assert line == EN.notice("people_in", room="ops", people=_listed(here))
        return line.partition(": ")[2].rstrip(".").replace(" and ", ", ").split(", ")

    def look(self) -> None:
        """Have one node look for people who are absent for long."""
        done = Deferred.fromCoroutine(self.server.staying.look())
        self.settle()
        assert done.called

    def rooms_of(self, account: str) -> list[str]:
        [rooms] = {
            tuple(sorted(room.name for room in server.staying.records.rooms_of(account)))
            for server in self.servers
        }
        return list(rooms)


def _listed(here: object) -> str:
    named: dict[str, object] = here.named  # type: ignore[attr-defined]
    absent: dict[str, None] = here.absent  # type: ignore[attr-defined]
    return " and ".join(
        EN.sentence("name_away", name=name) if name in absent else name for name in named
    )


@pytest.fixture
def world() -> StayingWorld:
    return StayingWorld()


class TestLeavingWithoutAClient:
    def test_one_who_stays_is_away(self, world: StayingWorld) -> None:
        assert world.who == ["luis", "ana"]
        world.ana.hang_up()
        world.wait(10)
        assert world.luis.seen() == []
        assert world.who == ["luis", "ana (away)"]

    def test_one_who_comes_back_has_not_left(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.wait(10)
        world.come()
        world.wait(10)
        assert world.luis.seen() == []
        assert world.who == ["luis", "ana"]

    def test_quitting_is_no_leaving(self, world: StayingWorld) -> None:
        world.ana.type("/quit")
        world.wait(10)
        assert world.who == ["luis", "ana (away)"]

    def test_nothing_is_inferred(self, world: StayingWorld) -> None:
        world.luis.hang_up()
        world.wait(10)
        assert "luis" not in world.room("ops").here.named

    def test_a_room_with_one_who_stays_is_not_empty(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.luis.type("/leave")
        world.settle()
        assert [server.rooms["ops"].people for server in world.servers] == [1] * len(world.nodes)

    def test_logging_out_is_no_leaving(self, world: StayingWorld) -> None:
        world.ana.type("/logout")
        world.wait(10)
        assert world.luis.seen() == []
        assert "ana" in world.room("ops").here.absent

    def test_logging_in_in_the_room_ends_the_absence(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        guest = world.person()
        guest.type("/join ops")
        server = guest.server
        server.logins.log_in(guest.session, server.accounts.table["ana"])
        world.wait(10)
        assert world.who == ["luis", "ana"]
        assert world.luis.seen() == []


class TestARestart:
    def test_keeps_those_who_stay(self, world: StayingWorld) -> None:
        world.luis.hang_up()
        again = world.restarted()
        here = again.room("ops").here
        assert list(here.named) == list(here.absent) == ["ana"]

    def test_nothing_was_said_in_the_room(self, world: StayingWorld) -> None:
        world.ana.type("/join tea")
        assert world.room("tea").head == 0
        assert list(world.restarted().room("tea").here.absent) == ["ana"]

    def test_without_a_message_that_those_have_joined(self, world: StayingWorld) -> None:
        again = world.restarted()
        luis = again.member("luis")
        luis.type("/join ops")
        luis.seen()
        again.member("ana").type("/join ops")
        again.wait(10)
        assert luis.seen() == []


class TestTheEnd:
    def left(self, world: StayingWorld) -> None:
        world.wait(10)
        assert world.luis.seen() == [EN.notice("left_one", people="ana")]
        assert world.who == ["luis"]

    def test_by_leaving(self, world: StayingWorld) -> None:
        world.ana.type("/leave")
        self.left(world)

    def test_by_moving_on(self, world: StayingWorld) -> None:
        world.ana.type("/join tea")
        self.left(world)
        assert world.rooms_of("ana") == ["tea"]

    def test_not_by_looking_in(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.come().type("/join tea")
        world.wait(10)
        assert world.rooms_of("ana") == ["lobby", "ops", "tea"][1:]
        assert world.who == ["luis", "ana (away)"]

    def test_by_leaving_a_room_of_another_client(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.come().type("/leave")
        self.left(world)

    def test_not_while_another_client_is_there(self, world: StayingWorld) -> None:
        other = world.come()
        world.ana.type("/leave")
        world.wait(10)
        other.hang_up()
        assert world.who == ["luis", "ana (away)"]

    def test_by_choice(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        again = world.member("ana")
        assert again.ask("/stay off") == [EN.notice("stay_off")]
        self.left(world)
        assert world.rooms_of("ana") == []

    def test_by_choice_while_there(self, world: StayingWorld) -> None:
        world.ana.type("/stay off")
        assert world.who == ["luis", "ana"]
        world.ana.hang_up()
        self.left(world)

    def test_by_giving_up_the_name(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        server = world.server
        account = server.accounts.table["ana"]
        Deferred.fromCoroutine(server.registrations.unregister(account))
        self.left(world)

    def test_by_a_kick(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        admin = world.member("root", admin=True)
        admin.type("/kick #ops ana spam")
        world.wait(10)
        assert world.luis.seen()[-1] == EN.notice("left_one", people="ana")
        assert world.who == ["luis"]

    def test_by_a_kick_of_a_client(self, world: StayingWorld) -> None:
        admin = world.member("root", admin=True)
        admin.type("/kick #ops ana spam")
        world.wait(10)
        assert world.luis.seen()[-1] == EN.notice("left_one", people="ana")
        assert world.rooms_of("ana") == ["lobby"]

    @pytest.mark.parametrize("order", ["/ban #ops ana", "/close #ops"])
    def test_by_losing_the_right(self, world: StayingWorld, order: str) -> None:
        world.ana.hang_up()
        owner = world.member("root", admin=True)
        owner.type(order, order)
        world.wait(10)
        assert world.rooms_of("ana") == []
        assert "ana" not in world.room("ops").here.named

    def test_not_by_a_room_that_becomes_private_for_the_invited(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        owner = world.member("root", admin=True)
        owner.type("/invite #ops ana", "/mode #ops private")
        world.settle()
        assert world.rooms_of("ana") == ["ops"]

    def test_after_long_absence(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.ahead = MOST_ABSENT - 1
        world.look()
        assert world.who == ["luis", "ana (away)"]
        world.ahead += 60
        world.look()
        self.left(world)
        assert not world.server.staying.records.absences

    def test_never_while_a_client_is_elsewhere(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.member("ana")
        world.ahead = 2 * MOST_ABSENT
        world.look()
        assert world.who == ["luis", "ana (away)"]

    def test_counted_from_the_last_client(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        world.ahead = MOST_ABSENT - 60
        world.member("ana").hang_up()
        world.ahead += 120
        world.look()
        assert world.who == ["luis", "ana (away)"]

    def test_counted_from_the_next_look_after_a_crash(self, world: StayingWorld) -> None:
        server = world.server
        server.staying._keep(server.staying.records.set_absence("ana", None))
        world.ana.hang_up()
        server.staying._keep(server.staying.records.set_absence("ana", None))
        world.settle()
        world.look()
        assert server.staying.records.absences["ana"].since == int(world.now())

    def test_of_a_choice_that_was_half_stored(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        account = world.server.accounts.table["ana"]
        world.server.accounts.store(account._replace(settings={}))
        world.settle()
        world.look()
        self.left(world)


class TestChoosing:
    def test_takes_an_account(self, world: StayingWorld) -> None:
        guest = world.person("eva")
        assert guest.ask("/stay on") == [EN.error(ErrorKind.NOT_REGISTERED, "not_logged_in")]

    def test_is_answered(self, world: StayingWorld) -> None:
        assert world.ana.ask("/stay on") == [EN.notice("stay_on")]

    def test_concerns_all_clients(self, world: StayingWorld) -> None:
        one, other = world.member("eva"), world.member("eva")
        other.type("/join ops")
        one.type("/stay on")
        assert world.rooms_of("eva") == ["lobby", "ops"]

    def test_there_is_a_limit(self, world: StayingWorld) -> None:
        rooms = [f"room{number}" for number in range(STAYS + 5)]
        server = world.ana.server
        for name in rooms:
            server.rooms.add(name)
        before = server.staying.records.rooms_of("ana")
        server.staying._begin(world.ana.session, "ana", [server.rooms[name] for name in rooms])
        assert len(server.staying.records.rooms_of("ana")) == STAYS > len(before)


class TestBeingAsked:
    def test_whois_tells_the_rooms(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        [line] = world.luis.ask("/whois ana")
        assert EN.sentence("whois_stays", name="ana", rooms="#ops") in line

    def test_a_greeting_has_those_who_are_there(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        eva = world.person("eva")
        line = eva.ask("/join ops")[0]
        assert "luis" in line
        assert "ana" not in line

    def test_the_list_of_a_browser_has_it_as_away(self, world: StayingWorld) -> None:
        world.ana.hang_up()
        marks = world.server.marked.describe(world.room("ops"), ["ana", "luis"])
        assert marks.away == ["ana"]


class TestPresence:
    @pytest.fixture
    def shown(self) -> PresenceWorld:
        world = PresenceWorld()
        rosa = world.member("rosa", stay=True)
        rosa.type("/join ops")
        assert world.told == ["+ rosa (account rosa)"]
        world.rosa = rosa  # type: ignore[attr-defined]
        return world

    def test_one_who_stays_is_shown_as_away(self, shown: PresenceWorld) -> None:
        shown.rosa.hang_up()  # type: ignore[attr-defined]
        assert shown.told == ["away: rosa (account rosa) (absent)"]

    def test_and_as_back(self, shown: PresenceWorld) -> None:
        shown.rosa.hang_up()  # type: ignore[attr-defined]
        shown.told  # noqa: B018
        shown.member("rosa").type("/join ops")
        assert shown.told == ["away: rosa (account rosa)"]

    def test_with_the_words_that_the_account_has_for_it(self, shown: PresenceWorld) -> None:
        shown.rosa.type("/away at sea")  # type: ignore[attr-defined]
        assert shown.told == ["away: rosa (account rosa) (at sea)"]
        shown.rosa.hang_up()  # type: ignore[attr-defined]
        assert shown.told == ["away: rosa (account rosa) (absent) (at sea)"]
        shown.member("rosa").type("/join ops")
        assert shown.told == ["away: rosa (account rosa) (at sea)"]

    def test_of_the_end_while_away(self, shown: PresenceWorld) -> None:
        shown.rosa.hang_up()  # type: ignore[attr-defined]
        shown.told  # noqa: B018
        shown.member("rosa").type("/stay off")
        assert shown.told == ["- rosa (account rosa)"]

    def test_a_guest_who_logs_in_leaves_and_is_the_one_who_was_away(
        self, shown: PresenceWorld
    ) -> None:
        shown.rosa.hang_up()  # type: ignore[attr-defined]
        guest = shown.come("max")
        shown.told  # noqa: B018
        server = guest.server
        server.logins.log_in(guest.session, server.accounts.table["rosa"])
        assert shown.told == [
            "- max",
            "away: rosa",
        ]

    def test_one_who_logs_out_comes_as_a_guest(self, shown: PresenceWorld) -> None:
        rosa = shown.rosa  # type: ignore[attr-defined]
        rosa.type("/logout")
        assert shown.told == [f"+ {rosa.session.name} (guest)", "away: rosa (absent)"]

    def test_another_client_is_the_same(self, shown: PresenceWorld) -> None:
        shown.member("rosa").type("/join ops")
        assert shown.told == []
        shown.rosa.hang_up()  # type: ignore[attr-defined]
        assert shown.told == []
