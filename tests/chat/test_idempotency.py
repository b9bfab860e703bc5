"""`chatd.chat.idempotency`: lines that are sent again are said once, after any fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from chatd.chat.idempotency import (
    FORGOTTEN_AT_ONCE,
    KEPT_OF_OWNER,
    KEPT_SECONDS,
    IdempotencyKeys,
    KeyOwner,
    Said,
    account_owner,
    browser_owner,
    guest_owner,
    session_owner,
)
from chatd.chat.server import ChatServer
from chatd.chat.session import Rights, Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Draft, Kind
from chatd.formats.bare import BareFormat
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from chatd.storage.sqlite.store import SqliteStore
from tests.support.logs import Expect
from tests.support.world import Member, World

Answers = list[Any]


class Door:
    """A world with a client that says lines with keys, and receives their outcome."""

    def __init__(self, **options: Any) -> None:
        self.world = World(**options)
        self.world.clock.advance(1_000_000)
        self.luis = self.world.person()
        self.person = self.newcomer()

    def newcomer(self) -> Member:
        person = self.world.person()
        person.session.queue.wants_receipts()
        return person

    @property
    def server(self) -> ChatServer:
        return self.world.server

    @property
    def idempotency(self) -> IdempotencyKeys:
        return self.server.idempotency

    @property
    def lobby(self) -> Room:
        return self.server.lobby

    def begin(
        self,
        *texts: str,
        key: str | None = "k",
        owner: str = "ana",
        person: Member | None = None,
        room: Room | None = None,
    ) -> Answers:
        """Say it; the answer comes into the list that is given."""
        session: Session = (person or self.person).session
        said = self.idempotency.say(session, room or self.lobby, texts, account_owner(owner), key)
        answers: Answers = []
        self.waiting = Deferred.fromCoroutine(said)
        self.waiting.addBoth(lambda result: answers.append(getattr(result, "value", result)))
        return answers

    def say(self, *texts: str, **options: Any) -> Any:
        """Say it, and give the answer."""
        answers = self.begin(*texts, **options)
        self.world.settle()
        (answer,) = answers
        return answer

    def refused(self, *texts: str, **options: Any) -> str:
        refusal = self.say(*texts, **options)
        assert isinstance(refusal, Refusal)
        return refusal.key

    def restart(self) -> None:
        """Start a new server on the store as it is now."""
        world = self.world
        world.server = ChatServer(world.store, world.clock, now=world.clock.seconds)
        world.chat.server = world.bare.server = world.server
        self.luis, self.person = self.world.person(), self.newcomer()

    def log(self) -> list[str]:
        """Return the texts of the lobby."""
        return [event.text for event in self.world.store._logs["lobby"].events]

    def fail(self) -> None:
        self.world.settle()
        self.world.store.fail()
        self.world.settle()


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def slow() -> Door:
    return Door(slow=True)


def test_lines_are_said_and_answered_with_their_seqs(door: Door) -> None:
    door.world.say("one")
    assert door.say("two", "three") == [2, 3]
    assert door.log() == ["one", "two", "three"]
    assert door.luis.seen()[-1] == "<guest2> three"


def test_the_same_with_the_same_key_is_the_same_lines(door: Door) -> None:
    assert door.say("one", "two") == [1, 2]
    door.world.say("three")
    assert door.say("one", "two") == [1, 2]
    assert door.log() == ["one", "two", "three"]


@pytest.mark.parametrize("restarted", [False, True])
def test_of_an_owner_the_last_keys_are_known_also_after_the_clock_was_set_back(
    door: Door, restarted: bool
) -> None:
    now = door.world.clock.seconds()
    for number in range(KEPT_OF_OWNER):
        door.say("ahead", key=f"ahead{number}")
    door.world.clock.rightNow = now - 3600
    if restarted:
        door.restart()
    for number in range(5):
        seqs = door.say("behind", key=f"behind{number}")
        assert [door.say("behind", key=f"behind{known}") for known in range(number)] == [
            [KEPT_OF_OWNER + known + 1] for known in range(number)
        ]
        assert seqs == [KEPT_OF_OWNER + number + 1]
    assert len(door.idempotency.table) == KEPT_OF_OWNER


def test_without_a_key_it_is_said_again(door: Door) -> None:
    assert door.say("one", key=None) == [1]
    assert door.say("one", key=None) == [2]
    assert not door.idempotency.table


def test_with_another_key_or_another_owner_it_is_said_again(door: Door) -> None:
    assert door.say("one") == [1]
    assert door.say("one", key="l") == [2]
    assert door.say("one", owner="eva") == [3]
    assert door.say("one", owner="2001:db8::/64") == [4]
    assert door.say("one", owner="2001:db8::/64") == [4]


def test_it_may_come_from_another_connection(door: Door) -> None:
    assert door.say("one") == [1]
    door.person.hang_up()
    assert door.say("one", person=door.newcomer()) == [1]


def test_it_is_known_after_a_restart(door: Door) -> None:
    door.world.say("zero")
    assert door.say("one", "two") == [2, 3]
    door.restart()
    assert door.say("one", "two") == [2, 3]
    assert door.log() == ["zero", "one", "two"]


@pytest.mark.parametrize("texts", [["two"], ["one", "two"], ["on", "e"], ["One"], ["one", ""]])
def test_other_lines_with_the_same_key_are_refused(door: Door, texts: Sequence[str]) -> None:
    door.say("one")
    refusal = door.say(*texts)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.key) == (ErrorKind.WRONG_USE, "other_lines_with_key")
    door.restart()
    assert door.refused(*texts) == "other_lines_with_key"
    assert door.log() == ["one"]


def test_so_are_the_same_lines_for_another_room(door: Door) -> None:
    door.say("one")
    assert door.refused("one", room=door.server.rooms.add("ops")) == "other_lines_with_key"


def test_while_they_are_on_their_way_a_retry_waits_for_them(slow: Door) -> None:
    first = slow.begin("one")
    other = slow.newcomer()
    retries = [slow.begin("one", person=other) for _ in range(2)]
    refused = slow.begin("two", person=other)
    assert (first, *retries) == ([], [], [])
    assert isinstance(refused[0], Refusal)
    slow.world.release()
    assert (first, *retries) == ([[1]], [[1]], [[1]])
    assert slow.log() == ["one"]


def test_lines_and_key_are_kept_in_one_go(slow: Door) -> None:
    slow.begin("one")
    slow.world.settle()
    ((batch, _),) = slow.world.store.held
    (key,) = slow.idempotency.table
    assert [type(each).__name__ for each in batch] == ["Draft", "RecordWrite"]
    assert [record.key for record in batch[1].records] == [key]
    assert key.startswith("ana/")
    assert len(key) == len("ana/") + 64


def test_if_they_cannot_be_kept_the_key_can_be_used_again(
    slow: Door, expected_errors: Expect
) -> None:
    first = slow.begin("one")
    slow.fail()
    assert first == [None]
    assert slow.person.seen()[-1].startswith("ERR Not saved: ")
    assert not slow.idempotency.table
    again = slow.begin("two")
    slow.world.release()
    assert again == [[1]]
    assert slow.log() == ["two"]
    expected_errors()


def test_then_one_who_waits_says_them(slow: Door, expected_errors: Expect) -> None:
    first = slow.begin("one")
    others = [slow.newcomer() for _ in range(2)]
    retries = [slow.begin("one", person=other) for other in others]
    slow.fail()
    assert (first, *retries) == ([None], [], [])
    slow.world.release()
    assert retries == [[[1]], [[1]]]
    assert slow.log() == ["one"]
    assert slow.luis.seen()[-1] == f"<guest{others[0].session.number}> one"
    expected_errors()


def test_without_a_key_one_is_told_too_if_it_could_not_be_saved(
    slow: Door, expected_errors: Expect
) -> None:
    first = slow.begin("one", key=None)
    slow.fail()
    assert first == [None]
    expected_errors()


def test_one_who_may_not_speak_is_told_why_and_nothing_is_kept(door: Door) -> None:
    refusal = Refusal(ErrorKind.NOT_ALLOWED, "room_announces", room="lobby", name="guest2")
    door.lobby.guarded = True
    door.person.session.rights = Rights(guard=lambda session, room: refusal)
    door.person.seen()
    assert door.say("one") is None
    assert door.person.seen()[0].startswith("ERR Not allowed: in #lobby only operators speak.")
    assert not door.idempotency.table
    door.lobby.guarded = False
    assert door.say("one") == [1]


def test_behind_what_they_said_before(slow: Door) -> None:
    before = slow.begin("zero", key=None)
    slow.lobby.guarded = True
    refusal = Refusal(ErrorKind.NOT_ALLOWED, "room_announces", room="lobby")
    slow.person.session.rights = Rights(guard=lambda session, room: refusal)
    refused = slow.begin("one")
    assert (before, refused) == ([], [])
    slow.world.release()
    assert (before, refused) == ([[1]], [None])


def test_one_who_may_not_speak_any_more_is_told_what_was_said(door: Door) -> None:
    assert door.say("one") == [1]
    door.lobby.guarded = True
    refusal = Refusal(ErrorKind.NOT_ALLOWED, "muted")
    door.person.session.rights = Rights(guard=lambda session, room: refusal)
    assert door.say("one") == [1]


def test_of_one_who_has_gone_the_lines_are_known_all_the_same(slow: Door) -> None:
    first = slow.begin("one")
    slow.person.hang_up()
    retry = slow.begin("one", person=slow.newcomer())
    slow.world.release()
    assert (first, retry) == ([[1]], [[1]])


def test_one_who_ceases_to_wait_takes_nothing_back(slow: Door) -> None:
    first = slow.begin("one")
    slow.waiting.cancel()
    retry = slow.begin("one", person=slow.newcomer())
    slow.waiting.cancel()
    again = slow.begin("one", person=slow.newcomer())
    slow.world.release()
    assert (len(first), len(retry), again) == (1, 1, [[1]])
    assert slow.begin("one") == [[1]]


def test_lines_that_were_forgotten_are_not_said_again(door: Door) -> None:
    door.say("one")
    door.world.store._logs["lobby"].events.clear()
    door.restart()
    assert door.say("one") == []
    door.world.say("two")
    assert door.say("one") == []
    assert door.log() == ["two"]


def test_of_lines_that_were_forgotten_in_part_nothing_is_known(door: Door) -> None:
    door.say("one", "two")
    door.world.store._logs["lobby"].events.popleft()
    door.restart()
    assert door.say("one", "two") == []


def test_what_cannot_be_read_is_an_error_and_not_said_again(door: Door) -> None:
    door.say("one")
    door.restart()

    door.lobby._latest.clear()

    async def read(*_: object) -> None:
        raise StoreError("it is damaged.")

    door.world.store.read, read_well = read, door.world.store.read
    assert isinstance(door.say("one"), StoreError)
    door.world.store.read = read_well
    assert door.say("one") == [1]


def test_they_are_found_among_those_of_others_on_many_pages(slow: Door) -> None:
    other = slow.newcomer()
    for _ in range(3):
        slow.lobby.append(Draft("lobby", 0, "x", Kind.MESSAGE, ["one"] * 700))
    other.session.say("one", "two")
    answers = slow.begin("one", "two")
    slow.lobby.append(Draft("lobby", 0, "x", Kind.MESSAGE, ["one", "two"]))
    slow.world.release()
    assert answers == [[2103, 2104]]
    slow.restart()
    retry = slow.begin("one", "two")
    slow.world.settle()
    assert retry == [[2103, 2104]]


def test_lines_that_say_the_same_have_each_their_own_place(slow: Door) -> None:
    keys = ["a", "b", "c"]
    answers = [slow.begin("one", key=key) for key in keys]
    slow.world.release()
    assert answers == [[[1]], [[2]], [[3]]]
    slow.restart()
    assert [slow.begin("one", key=key) for key in keys] == [[[1]], [[2]], [[3]]]


def test_they_are_found_where_notices_passed_at_the_same_time(slow: Door) -> None:
    slow.world.person("eva")
    answers = slow.begin("one")
    slow.world.release()
    assert answers == [[1]]
    slow.restart()
    assert slow.begin("one") == [[1]]


def test_those_of_others_that_say_the_same_are_not_taken_for_them(slow: Door) -> None:
    slow.world.person("eva")  # for her notice there may be a line more, as far as is known
    answers = slow.begin("one")
    slow.lobby.append(Draft("lobby", 0, "x", Kind.MESSAGE, ["one"]))
    slow.world.release()
    assert answers == [[1]]
    slow.restart()
    assert slow.begin("one") == [[1]]


def test_nor_are_lines_that_say_something_else(slow: Door) -> None:
    slow.world.person("eva")
    answers = slow.begin("one")
    slow.begin("two", key=None)
    slow.world.release()
    assert answers == [[1]]
    slow.restart()
    assert slow.begin("one") == [[1]]


def test_the_log_is_read_for_a_retry_alone_and_once(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[tuple[int, int]] = []
    read = Room.read

    def counted(room: Room, after: int, upto: int) -> Any:
        reads.append((after, upto))
        return read(room, after, upto)

    monkeypatch.setattr(Room, "read", counted)
    assert door.say("one", "two") == [1, 2]
    assert reads == []
    assert door.say("one", "two") == [1, 2]
    assert reads == [(0, 2)]


def test_a_session_without_receipts_is_answered_from_the_log(door: Door) -> None:
    assert door.say("one", "two", person=door.luis) == [1, 2]


def test_a_key_is_known_for_a_day(door: Door) -> None:
    assert door.say("one") == [1]
    door.world.clock.advance(KEPT_SECONDS - 1)
    assert door.say("one") == [1]
    door.world.clock.advance(1)
    assert door.say("other") == [2]
    assert door.say("other") == [2]
    assert len(door.idempotency.table) == 1


def test_those_of_yesterday_go_a_few_at_a_time(door: Door) -> None:
    for number in range(FORGOTTEN_AT_ONCE + 5):
        door.say("one", key=f"k{number}")
    door.restart()
    door.world.clock.advance(KEPT_SECONDS)
    door.say("one", key="new")
    assert len(door.idempotency.table) == 6
    assert len(door.idempotency._ages.all) == 6
    door.say("one", key="k24")
    assert len(door.idempotency.table) == 2
    assert len(door.idempotency._ages.all) == 2


def test_nothing_is_left_of_an_older_use_of_a_key(door: Door) -> None:
    for number in range(FORGOTTEN_AT_ONCE + 1):
        door.say("one", key=f"k{number}")
    door.world.clock.advance(KEPT_SECONDS)
    door.say("one", key=f"k{FORGOTTEN_AT_ONCE}")
    assert len(door.idempotency._ages.all) == 1
    door.say("one", key="new")
    assert len(door.idempotency._ages.all) == 2


def test_of_one_owner_so_many_are_known(door: Door) -> None:
    door.say("one", owner="eva")
    for number in range(KEPT_OF_OWNER):
        door.say("one", key=f"k{number}")
        door.world.clock.advance(1)
    assert len(door.idempotency.table) == KEPT_OF_OWNER + 1
    assert door.say("one", key="k0") == [2]
    door.restart()
    assert door.say("one", key="more") == [KEPT_OF_OWNER + 2]
    assert len(door.idempotency.table) == KEPT_OF_OWNER + 1
    assert door.say("one", key="k1") == [3]
    assert door.say("one", owner="eva") == [1]
    assert door.say("one", key="k0") == [KEPT_OF_OWNER + 3]
    assert door.say("one", key="k2") == [4]


def test_of_keys_that_went_before_their_day_nothing_is_left(door: Door) -> None:
    door.say("one", owner="eva")  # which stays the oldest
    for number in range(KEPT_OF_OWNER + 50):
        door.say("one", key=f"k{number}")
    assert set(door.idempotency._ages.all) == set(door.idempotency.table)
    assert len(door.idempotency._ages.all) == KEPT_OF_OWNER + 1


def test_nor_of_one_that_could_not_be_kept(slow: Door, expected_errors: Expect) -> None:
    slow.begin("one", key="a")
    slow.world.release()
    slow.world.clock.advance(KEPT_SECONDS)
    slow.begin("one", key="b")
    slow.fail()
    assert list(slow.idempotency._ages.all) == list(slow.idempotency.table) != []
    expected_errors()


def test_one_that_is_used_again_after_a_day_takes_the_place_of_none_that_is_known(
    door: Door,
) -> None:
    old = FORGOTTEN_AT_ONCE + 5
    for number in range(KEPT_OF_OWNER):
        if number == old:
            door.world.clock.advance(KEPT_SECONDS - 1)
        door.say("one", key=f"k{number}")
    door.world.clock.advance(1)
    assert door.say("one", key=f"k{old - 1}") == [KEPT_OF_OWNER + 1]
    assert [door.say("one", key=f"k{number}") for number in range(old, KEPT_OF_OWNER)] == [
        [number + 1] for number in range(old, KEPT_OF_OWNER)
    ]


class TestOfAll:
    """A limit of keys of all owners that is low."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chatd.chat.idempotency.KEPT", 3)

    def owners(self, door: Door) -> str:
        return "".join(sorted(key.partition("/")[0] for key in door.idempotency.table))

    def test_the_oldest_goes(self, door: Door) -> None:
        for owner in "abcd":
            door.say("one", owner=owner)
        assert self.owners(door) == "bcd"
        assert door.say("one", owner="b") == [2]
        door.say("one", owner="e")
        assert self.owners(door) == "cde"

    def test_none_goes_where_one_is_over_its_day(self, door: Door) -> None:
        door.say("one", owner="a")
        door.world.clock.advance(1)
        for key in "kl":
            door.say("one", owner="b", key=key)
        door.world.clock.advance(KEPT_SECONDS - 1)
        door.say("one", owner="c")
        assert self.owners(door) == "bbc"

    def test_also_after_a_restart(self, door: Door) -> None:
        for owner in "cba":
            door.say("one", owner=owner)
            door.world.clock.advance(1)
        door.restart()
        door.say("one", owner="d")
        assert self.owners(door) == "abd"

    def test_it_stays_if_the_new_one_cannot_be_kept(
        self, slow: Door, expected_errors: Expect
    ) -> None:
        for owner in "abc":
            slow.begin("one", owner=owner)
            slow.world.release()
            slow.world.clock.advance(1)
        for _ in range(5):
            slow.begin("one", owner="d")
            slow.fail()
            assert self.owners(slow) == "abc"
        for owner in "de":
            slow.begin("one", owner=owner)
            slow.world.release()
            assert len(slow.idempotency.table) == 3
            assert owner in self.owners(slow)
        expected_errors()

    def test_of_one_share_the_oldest_goes_also_if_it_could_not_once(
        self, slow: Door, expected_errors: Expect
    ) -> None:
        def begin(browser: str) -> None:
            slow.world.clock.advance(1)
            owner = browser_owner(browser, "192.0.2.7")
            saying = slow.idempotency.say(slow.person.session, slow.lobby, ["one"], owner, "k")
            Deferred.fromCoroutine(saying)

        for browser in "abc":
            begin(browser)
            slow.world.release()
        begin("d")
        slow.fail()
        assert self.owners(slow) == "abc"
        begin("d")
        slow.world.release()
        assert self.owners(slow) == "bcd"
        expected_errors()

    def test_what_stays_so_makes_no_newer_key_an_older_one(
        self, slow: Door, expected_errors: Expect
    ) -> None:
        now = slow.world.clock.seconds()
        for browser in "abc":
            slow.world.clock.advance(1)
            slow.begin("one", owner=browser)
            slow.world.release()
        slow.begin("one", owner="d")
        slow.fail()
        slow.world.clock.rightNow = now
        slow.begin("one", owner="d")
        slow.world.release()
        assert [*slow.idempotency.table.values()][-1].time == now + 3
        expected_errors()

    def test_it_goes_from_the_share_that_has_the_most(self, door: Door) -> None:
        for owner in "ana", "eva":
            door.say("one", owner=owner)
        for number in range(20):
            owner = browser_owner(f"browser {number}", "192.0.2.7")
            saying = door.idempotency.say(door.person.session, door.lobby, ["one"], owner, "k")
            Deferred.fromCoroutine(saying)
            door.world.settle()
        assert len(door.idempotency.table) == 3
        assert door.say("one", owner="ana") == [1]
        assert door.say("one", owner="eva") == [2]


def test_of_keys_that_are_gone_nothing_is_left(door: Door) -> None:
    for number in range(3):
        door.say("one", key=f"k{number}")
    change(door.world.store, *door.idempotency.account_gone("ana"))
    door.world.settle()
    ages = door.idempotency._ages
    assert [*ages.all, *ages.owners, *ages._shares, *ages._sizes] == []
    assert door.idempotency.account_gone("ana") == []
    assert door.say("one", key="k0") == [4]


def test_it_is_known_which_session_said_the_lines_of_a_key(door: Door) -> None:
    ana, other = account_owner("ana"), door.newcomer()
    door.say("one")
    assert door.idempotency.were_said_by(door.person.session, ana, "k")
    assert not door.idempotency.were_said_by(other.session, ana, "k")
    assert not door.idempotency.were_said_by(door.person.session, ana, "l")


def found(door: Door, room: str, *texts: str, owner: str = "ana") -> Any:
    """Return the result of finding a key."""
    answers: Answers = []
    finding = door.idempotency.find(account_owner(owner), "k", room, texts)
    Deferred.fromCoroutine(finding).addBoth(answers.append)
    door.world.settle()
    (answer,) = answers
    return getattr(answer, "value", answer)


def test_a_key_is_found_in_its_room_or_in_any(door: Door) -> None:
    assert found(door, "lobby", "one") is None
    door.say("one")
    for room in "lobby", "#Lobby", "":
        assert found(door, room, "one") == ("lobby", [1])
    for room in "ops", "no room":
        assert found(door, room, "one").key == "other_lines_with_key"
    assert found(door, "lobby", "one", owner="eva") is None


def test_of_a_room_that_is_gone_no_places_are_found(door: Door) -> None:
    door.say("one", room=door.server.rooms.add("ops"))
    del door.server.rooms._rooms["ops"]
    assert found(door, "ops", "one") == ("ops", ())


shares = st.sampled_from("abcd")


@given(st.lists(st.tuples(shares, st.integers(0, 30)), max_size=80), st.booleans())
def test_a_share_loses_nothing_to_others_as_long_as_it_has_its_part(
    uses: list[tuple[str, int]], again: bool
) -> None:
    """The part is that of the table, divided by how many shares there are: against a model."""
    door = Door()
    most = 8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatd.chat.idempotency.KEPT", most)
        used: dict[str, dict[int, None]] = {share: {} for share in "abcd"}
        for share, number in uses:
            owner = KeyOwner(f"{share}{number}", share)
            saying = door.idempotency.say(door.person.session, door.lobby, ["x"], owner, "k")
            Deferred.fromCoroutine(saying)
            door.world.settle()
            used[share].setdefault(number)
            door.world.clock.advance(1)
        if again:
            door.restart()
        known = {
            share: [
                n for n in numbers if door.idempotency.knows(KeyOwner(f"{share}{n}", share), "k")
            ]
            for share, numbers in used.items()
        }
        assert sum(map(len, known.values())) == len(door.idempotency.table) <= most
        part = most // max(1, sum(map(bool, used.values())))
        for share, numbers in known.items():
            assert len(numbers) >= min(part, len(used[share])), share


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (account_owner("ana"), account_owner("ana"), True),
        (account_owner("ana"), account_owner("eva"), False),
        (account_owner("ana"), guest_owner("ana", "192.0.2.7"), False),
        (browser_owner("browser k", "192.0.2.7"), browser_owner("browser k", "::/64"), True),
        (browser_owner("browser k", "192.0.2.7"), browser_owner("browser l", "192.0.2.7"), False),
        (guest_owner("Ana", "192.0.2.7"), guest_owner("ana", "192.0.2.7"), True),
        (guest_owner("ana", "192.0.2.7"), guest_owner("eva", "192.0.2.7"), False),
        (guest_owner("ana", "192.0.2.7"), guest_owner("ana", "192.0.2.8"), False),
        (guest_owner("", "192.0.2.7"), guest_owner("", "192.0.2.7"), True),
        (session_owner(7, "192.0.2.7"), session_owner(8, "192.0.2.7"), False),
        (session_owner(7, "192.0.2.7"), guest_owner("session 7", "192.0.2.7"), False),
    ],
)
def test_whose_keys_are_the_same(one: KeyOwner, other: KeyOwner, same: bool) -> None:
    assert (one.space == other.space) == same


def test_nothing_that_is_kept_shows_a_text_or_a_key(door: Door) -> None:
    door.say("my secret", key="my key", owner="a")
    ((key, said),) = door.idempotency.table.items()
    assert "my" not in key
    assert said == Said("lobby", 2, 0, 1, said.digest, 1_000_000, "a")
    assert "secret" not in said.digest


async def test_with_sqlite_it_is_known_to_the_next_daemon(tmp_path: Path) -> None:
    from twisted.internet import reactor

    for _ in range(2):
        store = SqliteStore(reactor, tmp_path / "chat")  # type: ignore[arg-type]
        server = ChatServer(store, reactor)  # type: ignore[arg-type]
        store.start()
        session = server.connect(Stream(), BareFormat())
        session.queue.wants_receipts()
        ana = account_owner("ana")
        said = await server.idempotency.say(session, server.lobby, ["one", "two"], ana, "k")
        assert said == [1, 2]
        assert server.lobby.head == 2
        server.disconnect(session)
        await store.flush()
        await store.close()
