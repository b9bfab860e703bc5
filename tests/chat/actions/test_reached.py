"""Finding out who has a line: who counts, who may ask, and about which line."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost

from chatd.chat.actions import reached
from chatd.chat.actions.costs import PEOPLE_A_LINE
from chatd.chat.actions.reached import Readers, is_own, last_line, line_of, readers_of
from chatd.chat.reach import Reached
from chatd.errors import Refusal
from chatd.event import Event
from chatd.storage.contract import StoreError
from tests.support.browser import browser
from tests.support.meters import NotingMeter
from tests.support.world import Member, World


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #ops."""
    ana = world.member("ana")
    ana.type("/create ops")
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    luis = world.person("luis")
    luis.type("/join ops")
    return luis


def found(person: Member, words: str = "") -> Event | None:
    """Return the line that a member asks about in its room. Raises `Refusal`."""
    room = person.session.room
    done = Deferred.fromCoroutine(last_line(person.server, person.session, room, words))
    return result_of(person, done)


def of_seq(person: Member, seq: int) -> Event:
    room = person.session.room
    done = Deferred.fromCoroutine(line_of(person.server, person.session, room, seq))
    return result_of(person, done)


def result_of(person: Member, done: Deferred):  # type: ignore[no-untyped-def, type-arg]
    results: list[object] = []
    done.addBoth(results.append)
    for _ in range(12):
        person.world.wait(0.1)
    (result,) = results
    if hasattr(result, "raiseException"):
        result.raiseException()
    return result


def asked(person: Member) -> dict[str, Reached]:
    """Return who has the last line of a member, by name."""
    line = found(person)
    assert line is not None
    return {each.name: each.reached for each in readers(person, line).readers}


def readers(person: Member, line: Event) -> Readers:
    room = person.session.room
    found: Readers = result_of(
        person, Deferred.fromCoroutine(readers_of(person.server, person.session, room, line))
    )
    return found


class TestWhoCounts:
    def test_those_who_were_there_and_are_now_without_the_author(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        eva, late = world.person("eva"), world.person("late")
        eva.type("/join ops")
        ana.type("hola")
        late.type("/join ops")
        eva.type("/leave")
        assert asked(ana) == {"luis": Reached.HAS}

    def test_a_person_in_several_tabs_counts_once_and_one_tab_is_enough(
        self, world: World, ana: Member
    ) -> None:
        key = "a-key-of-this-browser"
        tabs = [browser(world, key=key, name="eva", rooms={"ops": None}) for _ in range(2)]
        tabs[0].stall()
        ana.type("one", "two")
        assert asked(ana) == {"eva": Reached.HAS}
        tabs[1].stall()
        ana.type("three", "four")
        assert asked(ana) == {"eva": Reached.NOT_YET}

    def test_the_author_in_another_client_does_not_count(self, world: World, ana: Member) -> None:
        other = world.member("ana")
        other.type("/join ops")
        ana.type("hola")
        assert asked(ana) == {}

    def test_one_who_stays_without_a_client_has_what_is_marked_as_read(
        self, world: World, ana: Member
    ) -> None:
        eva = world.member("eva", stay=True)
        eva.type("/join ops")
        ana.type("one")
        eva.hang_up()
        ana.type("two")
        assert asked(ana) == {"eva": Reached.NOT_YET}
        first = found(ana, "one")
        assert first is not None
        (reader,) = readers(ana, first).readers
        assert reader == ("eva", Reached.HAS)

    def test_one_who_came_back_to_a_stay_has_it_once_it_is_read(
        self, world: World, ana: Member
    ) -> None:
        eva = world.member("eva", stay=True)
        eva.type("/join ops")
        eva.hang_up()
        ana.type("hola")
        eva = world.member("eva")
        eva.type("/join ops")
        assert asked(ana) == {"eva": Reached.NOT_YET}
        eva.type("/missed")
        eva.hang_up()
        assert asked(ana) == {"eva": Reached.HAS}

    def test_an_account_that_lost_the_connection_before_it_had_it_has_it_once_it_is_read(
        self, world: World, ana: Member
    ) -> None:
        eva = world.member("eva")
        eva.type("/join ops")
        ana.type("one")
        eva.server.unread.keep("eva")
        eva.stall()
        ana.type("two", "three")
        eva.hang_up(ConnectionLost)
        assert asked(ana) == {"eva": Reached.NOT_YET}
        first = found(ana, "one")
        assert first is not None
        assert readers(ana, first).readers == []
        eva = world.member("eva")
        eva.type("/join ops")
        assert asked(ana) == {"eva": Reached.NOT_YET}
        eva.type("/missed")
        eva.hang_up()
        assert asked(ana) == {"eva": Reached.HAS}

    def test_one_who_had_it_and_is_gone_does_not_count(self, world: World, ana: Member) -> None:
        eva = world.member("eva")
        eva.type("/join ops")
        ana.type("hola")
        eva.hang_up(ConnectionLost)
        assert asked(ana) == {}

    def test_many_are_put_together_in_turns(
        self, world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reached, "PEOPLE_A_SLICE", 2)
        people = [world.person() for _ in range(5)]
        for person in people:
            person.type("/join ops")
        ana.session.stream.meter = meter = NotingMeter()
        ana.type("hola")
        names = {person.session.name for person in people}
        assert asked(ana) == dict.fromkeys(names, Reached.HAS)
        assert 6 / PEOPLE_A_LINE in meter.charged

    def test_who_ignores_the_author_is_no_exception(self, ana: Member, luis: Member) -> None:
        luis.type("/ignore ana")
        ana.type("hola")
        assert asked(ana) == {"luis": Reached.HAS}


class TestWhichLine:
    def test_the_last_own_one(self, ana: Member, luis: Member) -> None:
        ana.type("one", "/me waves", "/topic of no interest")
        luis.type("two")
        line = found(ana)
        assert line is not None
        assert line.text == "waves"

    def test_also_one_that_is_not_in_memory_any_more(self, ana: Member, luis: Member) -> None:
        ana.type("one")
        luis.type(*[f"line {number}" for number in range(30)])
        line = found(ana)
        assert line is not None
        assert line.text == "one"

    def test_none_if_there_is_none(self, ana: Member, luis: Member) -> None:
        luis.type("hola")
        assert found(ana) is None

    def test_with_words_the_last_own_one_that_has_them(self, ana: Member, luis: Member) -> None:
        ana.type("el café", "the tea")
        luis.type("coffee")
        ana.type("more coffee", "end")
        luis.type("last coffee")
        line = found(luis, "COFFEE")
        assert line is not None
        assert line.text == "last coffee"
        assert found(luis, "tea") is None

    def test_an_operator_finds_those_of_others(self, ana: Member, luis: Member) -> None:
        luis.type("the coffee")
        line = found(ana, "coffee")
        assert line is not None
        assert (line.author, is_own(ana.server, ana.session, line)) == ("luis", False)

    def test_a_seq_names_a_line_of_ones_own(self, ana: Member, luis: Member) -> None:
        luis.type("hola")
        assert of_seq(luis, 2).text == "hola"
        with pytest.raises(Refusal) as refused:
            of_seq(luis, 99)
        assert refused.value.key == "no_such_line"

    def test_a_deed_is_no_line(self, ana: Member, luis: Member) -> None:
        with pytest.raises(Refusal) as refused:
            of_seq(ana, 1)
        assert refused.value.key == "no_such_line"

    def test_a_seq_of_anothers_line_takes_an_operator(self, ana: Member, luis: Member) -> None:
        ana.type("hola")
        with pytest.raises(Refusal) as refused:
            of_seq(luis, 2)
        assert refused.value.key == "only_operators"
        luis.type("mine")
        assert of_seq(ana, 3).author == "luis"

    def test_an_account_owns_its_lines_in_each_client_and_not_those_before_it(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        luis.type("as a guest")
        luis.hang_up()
        world.wait(1)
        luis = world.member("luis")
        luis.type("/join ops", "as myself")
        other = world.member("luis")
        other.type("/join ops")
        assert of_seq(other, 3).text == "as myself"
        with pytest.raises(Refusal):
            of_seq(other, 2)

    def test_a_log_that_cannot_be_read_is_said(
        self, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        luis.type("hola")

        async def fail(*_: object) -> None:
            raise StoreError("no.")

        monkeypatch.setattr(luis.session.room, "read", fail)
        with pytest.raises(Refusal) as refused:
            of_seq(luis, 2)
        assert refused.value.key == "not_readable"


class TestWhere:
    def test_a_room_that_nobody_runs_shows_it_to_nobody(self, ana: Member, luis: Member) -> None:
        luis.type("/join tea", "hola")
        with pytest.raises(Refusal) as refused:
            found(luis)
        assert refused.value.key == "switch_needs_owner_seen"

    def test_where_it_is_off_it_is_shown_to_nobody(self, ana: Member, luis: Member) -> None:
        ana.type("hola", "/mode seen off")
        for person in ana, luis:
            for ask in (lambda: found(person)), (lambda: of_seq(person, 2)):  # noqa: B023
                with pytest.raises(Refusal) as refused:
                    ask()
                assert refused.value.key == "seen_switched_off"

    def test_a_right_that_ends_meanwhile_ends_the_answer(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        luis.type("hola")
        line = found(luis)
        assert line is not None
        ana.stall()
        luis.type("before", "it")
        room = luis.session.room
        done = Deferred.fromCoroutine(readers_of(luis.server, luis.session, room, line))
        ana.type("/ban luis")
        with pytest.raises(Refusal):
            result_of(luis, done)
