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
)
from chatd.chat.key_ages import Said
from chatd.chat.key_owners import ClientKey, KeyOwner, account_owner, browser_owner
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
from chatd.util.fair_queue import Asker
from tests.support.logs import Expect
from tests.support.sessions import begin
from tests.support.world import Member, World

Answers = list[Any]


class KeyedClient:
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
        own = None if key is None else ClientKey(account_owner(owner), key)
        said = self.server.keyed_lines.say(session, room or self.lobby, texts, own)
        answers: Answers = []
        self.waiting = Deferred.fromCoroutine(said)
        self.waiting.addCallback(lambda outcome: outcome.result)
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
        self.world = self.world.restarted()
        self.luis, self.person = self.world.person(), self.newcomer()

    def log(self) -> list[str]:
        """Return the texts of the lobby."""
        return [event.text for event in self.world.stored("lobby")]


@pytest.fixture
def client() -> KeyedClient:
    return KeyedClient()


@pytest.fixture
def slow() -> KeyedClient:
    return KeyedClient(slow=True)


def test_lines_are_said_and_answered_with_their_seqs(client: KeyedClient) -> None:
    client.world.say("one")
    assert client.say("two", "three") == [2, 3]
    assert client.log() == ["one", "two", "three"]
    assert client.luis.seen()[-1] == "<guest2> three"


def test_the_same_with_the_same_key_is_the_same_lines(client: KeyedClient) -> None:
    assert client.say("one", "two") == [1, 2]
    client.world.say("three")
    assert client.say("one", "two") == [1, 2]
    assert client.log() == ["one", "two", "three"]


@pytest.mark.parametrize("restarted", [False, True])
def test_of_an_owner_the_last_keys_are_known_also_after_the_clock_was_set_back(
    client: KeyedClient, restarted: bool
) -> None:
    now = client.world.clock.seconds()
    for number in range(KEPT_OF_OWNER):
        client.say("ahead", key=f"ahead{number}")
    client.world.clock.rightNow = now - 3600
    if restarted:
        client.restart()
    for number in range(5):
        seqs = client.say("behind", key=f"behind{number}")
        assert [client.say("behind", key=f"behind{known}") for known in range(number)] == [
            [KEPT_OF_OWNER + known + 1] for known in range(number)
        ]
        assert seqs == [KEPT_OF_OWNER + number + 1]
    assert len(client.idempotency.table) == KEPT_OF_OWNER


def test_without_a_key_it_is_said_again(client: KeyedClient) -> None:
    assert client.say("one", key=None) == [1]
    assert client.say("one", key=None) == [2]
    assert not client.idempotency.table


def test_with_another_key_or_another_owner_it_is_said_again(client: KeyedClient) -> None:
    assert client.say("one") == [1]
    assert client.say("one", key="l") == [2]
    assert client.say("one", owner="eva") == [3]
    assert client.say("one", owner="2001:db8::/64") == [4]
    assert client.say("one", owner="2001:db8::/64") == [4]


def test_it_may_come_from_another_connection(client: KeyedClient) -> None:
    assert client.say("one") == [1]
    client.person.hang_up()
    assert client.say("one", person=client.newcomer()) == [1]


def test_it_is_known_after_a_restart(client: KeyedClient) -> None:
    client.world.say("zero")
    assert client.say("one", "two") == [2, 3]
    client.restart()
    assert client.say("one", "two") == [2, 3]
    assert client.log() == ["zero", "one", "two"]


@pytest.mark.parametrize("texts", [["two"], ["one", "two"], ["on", "e"], ["One"], ["one", ""]])
def test_other_lines_with_the_same_key_are_refused(
    client: KeyedClient, texts: Sequence[str]
) -> None:
    client.say("one")
    refusal = client.say(*texts)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.key) == (ErrorKind.WRONG_USE, "other_lines_with_key")
    client.restart()
    assert client.refused(*texts) == "other_lines_with_key"
    assert client.log() == ["one"]


def test_so_are_the_same_lines_for_another_room(client: KeyedClient) -> None:
    client.say("one")
    assert client.refused("one", room=client.server.rooms.add("ops")) == "other_lines_with_key"


def test_while_they_are_on_their_way_a_retry_waits_for_them(slow: KeyedClient) -> None:
    first = slow.begin("one")
    other = slow.newcomer()
    retries = [slow.begin("one", person=other) for _ in range(2)]
    refused = slow.begin("two", person=other)
    assert (first, *retries) == ([], [], [])
    assert isinstance(refused[0], Refusal)
    slow.world.release()
    assert (first, *retries) == ([[1]], [[1]], [[1]])
    assert slow.log() == ["one"]


def test_lines_and_key_are_kept_in_one_go(slow: KeyedClient) -> None:
    slow.begin("one")
    slow.world.settle()
    ((batch, _),) = slow.world.store.held
    (key,) = slow.idempotency.table
    assert [type(each).__name__ for each in batch] == ["Draft", "RecordWrite"]
    assert [record.key for record in batch[1].records] == [key]
    assert key.startswith("ana/")
    assert len(key) == len("ana/") + 64


def test_if_they_cannot_be_kept_the_key_can_be_used_again(
    slow: KeyedClient, expected_errors: Expect
) -> None:
    first = slow.begin("one")
    slow.world.fail()
    assert [each.key for each in first] == ["not_saved"]
    assert not slow.idempotency.table
    again = slow.begin("two")
    slow.world.release()
    assert again == [[1]]
    assert slow.log() == ["two"]
    expected_errors()


def test_then_one_who_waits_says_them(slow: KeyedClient, expected_errors: Expect) -> None:
    first = slow.begin("one")
    others = [slow.newcomer() for _ in range(2)]
    retries = [slow.begin("one", person=other) for other in others]
    slow.world.fail()
    assert ([each.key for each in first], *retries) == (["not_saved"], [], [])
    slow.world.release()
    assert retries == [[[1]], [[1]]]
    assert slow.log() == ["one"]
    assert slow.luis.seen()[-1] == f"<guest{others[0].session.number}> one"
    expected_errors()


def test_without_a_key_one_is_told_too_if_it_could_not_be_saved(
    slow: KeyedClient, expected_errors: Expect
) -> None:
    first = slow.begin("one", key=None)
    slow.world.fail()
    assert [each.key for each in first] == ["not_saved"]
    expected_errors()


def test_one_who_may_not_speak_is_told_why_and_nothing_is_kept(client: KeyedClient) -> None:
    refusal = Refusal(ErrorKind.NOT_ALLOWED, "room_announces", room="lobby", name="guest2")
    client.lobby.guarded = True
    client.person.session.rights = Rights(guard=lambda session, room: refusal)
    assert client.refused("one") == "room_announces"
    assert not client.idempotency.table
    client.lobby.guarded = False
    assert client.say("one") == [1]


def test_behind_what_they_said_before(slow: KeyedClient) -> None:
    before = slow.begin("zero", key=None)
    slow.lobby.guarded = True
    refusal = Refusal(ErrorKind.NOT_ALLOWED, "room_announces", room="lobby")
    slow.person.session.rights = Rights(guard=lambda session, room: refusal)
    refused = slow.begin("one")
    assert (before, refused) == ([], [])
    slow.world.release()
    assert (before, [each.key for each in refused]) == ([[1]], ["room_announces"])


def test_one_who_may_not_speak_any_more_is_told_what_was_said(client: KeyedClient) -> None:
    assert client.say("one") == [1]
    client.lobby.guarded = True
    refusal = Refusal(ErrorKind.NOT_ALLOWED, "muted")
    client.person.session.rights = Rights(guard=lambda session, room: refusal)
    assert client.say("one") == [1]


def test_of_one_who_has_gone_the_lines_are_known_all_the_same(slow: KeyedClient) -> None:
    first = slow.begin("one")
    slow.person.hang_up()
    retry = slow.begin("one", person=slow.newcomer())
    slow.world.release()
    assert (first, retry) == ([[1]], [[1]])


def test_one_who_ceases_to_wait_takes_nothing_back(slow: KeyedClient) -> None:
    first = slow.begin("one")
    slow.waiting.cancel()
    retry = slow.begin("one", person=slow.newcomer())
    slow.waiting.cancel()
    again = slow.begin("one", person=slow.newcomer())
    slow.world.release()
    assert (len(first), len(retry), again) == (1, 1, [[1]])
    assert slow.begin("one") == [[1]]


def test_lines_that_were_forgotten_are_not_said_again(client: KeyedClient) -> None:
    client.say("one")
    client.world.store._logs["lobby"].events.clear()
    client.restart()
    assert client.say("one") == []
    client.world.say("two")
    assert client.say("one") == []
    assert client.log() == ["two"]


def test_of_lines_that_were_forgotten_in_part_nothing_is_known(client: KeyedClient) -> None:
    client.say("one", "two")
    client.world.store._logs["lobby"].events.popleft()
    client.restart()
    assert client.say("one", "two") == []


def test_what_cannot_be_read_is_an_error_and_not_said_again(client: KeyedClient) -> None:
    client.say("one")
    client.restart()

    client.lobby.latest.clear()

    async def read(*_: object) -> None:
        raise StoreError("it is damaged.")

    client.world.store.read, read_well = read, client.world.store.read
    assert isinstance(client.say("one"), StoreError)
    client.world.store.read = read_well
    assert client.say("one") == [1]


def test_they_are_found_among_those_of_others_on_many_pages(slow: KeyedClient) -> None:
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


def test_lines_that_say_the_same_have_each_their_own_place(slow: KeyedClient) -> None:
    keys = ["a", "b", "c"]
    answers = [slow.begin("one", key=key) for key in keys]
    slow.world.release()
    assert answers == [[[1]], [[2]], [[3]]]
    slow.restart()
    assert [slow.begin("one", key=key) for key in keys] == [[[1]], [[2]], [[3]]]


def test_they_are_found_where_notices_passed_at_the_same_time(slow: KeyedClient) -> None:
    slow.world.person("eva")
    answers = slow.begin("one")
    slow.world.release()
    assert answers == [[1]]
    slow.restart()
    assert slow.begin("one") == [[1]]


def test_those_of_others_that_say_the_same_are_not_taken_for_them(slow: KeyedClient) -> None:
    slow.world.person("eva")  # for her notice there may be a line more, as far as is known
    answers = slow.begin("one")
    slow.lobby.append(Draft("lobby", 0, "x", Kind.MESSAGE, ["one"]))
    slow.world.release()
    assert answers == [[1]]
    slow.restart()
    assert slow.begin("one") == [[1]]


def test_nor_are_lines_that_say_something_else(slow: KeyedClient) -> None:
    slow.world.person("eva")
    answers = slow.begin("one")
    slow.begin("two", key=None)
    slow.world.release()
    assert answers == [[1]]
    slow.restart()
    assert slow.begin("one") == [[1]]


def test_the_log_is_read_for_a_retry_alone_and_once(
    client: KeyedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[tuple[int, int]] = []
    read = Room.read

    def counted(room: Room, after: int, upto: int, asker: Asker) -> Any:
        reads.append((after, upto))
        return read(room, after, upto, asker)

    monkeypatch.setattr(Room, "read", counted)
    assert client.say("one", "two") == [1, 2]
    assert reads == []
    assert client.say("one", "two") == [1, 2]
    assert reads == [(0, 2)]


def test_a_session_without_receipts_is_answered_from_the_log(client: KeyedClient) -> None:
    assert client.say("one", "two", person=client.luis) == [1, 2]


def test_a_key_is_known_for_a_day(client: KeyedClient) -> None:
    assert client.say("one") == [1]
    client.world.clock.advance(KEPT_SECONDS - 1)
    assert client.say("one") == [1]
    client.world.clock.advance(1)
    assert client.say("other") == [2]
    assert client.say("other") == [2]
    assert len(client.idempotency.table) == 1


def test_those_of_yesterday_go_a_few_at_a_time(client: KeyedClient) -> None:
    for number in range(FORGOTTEN_AT_ONCE + 5):
        client.say("one", key=f"k{number}")
    client.restart()
    client.world.clock.advance(KEPT_SECONDS)
    client.say("one", key="new")
    assert len(client.idempotency.table) == 6
    assert len(client.idempotency._ages.all) == 6
    client.say("one", key="k24")
    assert len(client.idempotency.table) == 2
    assert len(client.idempotency._ages.all) == 2


def test_nothing_is_left_of_an_older_use_of_a_key(client: KeyedClient) -> None:
    for number in range(FORGOTTEN_AT_ONCE + 1):
        client.say("one", key=f"k{number}")
    client.world.clock.advance(KEPT_SECONDS)
    client.say("one", key=f"k{FORGOTTEN_AT_ONCE}")
    assert len(client.idempotency._ages.all) == 1
    client.say("one", key="new")
    assert len(client.idempotency._ages.all) == 2


def test_of_one_owner_so_many_are_known(client: KeyedClient) -> None:
    client.say("one", owner="eva")
    for number in range(KEPT_OF_OWNER):
        client.say("one", key=f"k{number}")
        client.world.clock.advance(1)
    assert len(client.idempotency.table) == KEPT_OF_OWNER + 1
    assert client.say("one", key="k0") == [2]
    client.restart()
    assert client.say("one", key="more") == [KEPT_OF_OWNER + 2]
    assert len(client.idempotency.table) == KEPT_OF_OWNER + 1
    assert client.say("one", key="k1") == [3]
    assert client.say("one", owner="eva") == [1]
    assert client.say("one", key="k0") == [KEPT_OF_OWNER + 3]
    assert client.say("one", key="k2") == [4]


def test_of_keys_that_went_before_their_day_nothing_is_left(client: KeyedClient) -> None:
    client.say("one", owner="eva")  # which stays the oldest
    for number in range(KEPT_OF_OWNER + 50):
        client.say("one", key=f"k{number}")
    assert set(client.idempotency._ages.all) == set(client.idempotency.table)
    assert len(client.idempotency._ages.all) == KEPT_OF_OWNER + 1


def test_nor_of_one_that_could_not_be_kept(slow: KeyedClient, expected_errors: Expect) -> None:
    slow.begin("one", key="a")
    slow.world.release()
    slow.world.clock.advance(KEPT_SECONDS)
    slow.begin("one", key="b")
    slow.world.fail()
    assert list(slow.idempotency._ages.all) == list(slow.idempotency.table) != []
    expected_errors()


def test_one_that_is_used_again_after_a_day_takes_the_place_of_none_that_is_known(
    client: KeyedClient,
) -> None:
    old = FORGOTTEN_AT_ONCE + 5
    for number in range(KEPT_OF_OWNER):
        if number == old:
            client.world.clock.advance(KEPT_SECONDS - 1)
        client.say("one", key=f"k{number}")
    client.world.clock.advance(1)
    assert client.say("one", key=f"k{old - 1}") == [KEPT_OF_OWNER + 1]
    assert [client.say("one", key=f"k{number}") for number in range(old, KEPT_OF_OWNER)] == [
        [number + 1] for number in range(old, KEPT_OF_OWNER)
    ]


class TestOfAll:
    """A limit of keys of all owners that is low."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chatd.chat.idempotency.KEPT", 3)

    def owners(self, client: KeyedClient) -> str:
        return "".join(sorted(key.partition("/")[0] for key in client.idempotency.table))

    def test_the_oldest_goes(self, client: KeyedClient) -> None:
        for owner in "abcd":
            client.say("one", owner=owner)
        assert self.owners(client) == "bcd"
        assert client.say("one", owner="b") == [2]
        client.say("one", owner="e")
        assert self.owners(client) == "cde"

    def test_none_goes_where_one_is_over_its_day(self, client: KeyedClient) -> None:
        client.say("one", owner="a")
        client.world.clock.advance(1)
        for key in "kl":
            client.say("one", owner="b", key=key)
        client.world.clock.advance(KEPT_SECONDS - 1)
        client.say("one", owner="c")
        assert self.owners(client) == "bbc"

    def test_also_after_a_restart(self, client: KeyedClient) -> None:
        for owner in "cba":
            client.say("one", owner=owner)
            client.world.clock.advance(1)
        client.restart()
        client.say("one", owner="d")
        assert self.owners(client) == "abd"

    def test_it_stays_if_the_new_one_cannot_be_kept(
        self, slow: KeyedClient, expected_errors: Expect
    ) -> None:
        for owner in "abc":
            slow.begin("one", owner=owner)
            slow.world.release()
            slow.world.clock.advance(1)
        for _ in range(5):
            slow.begin("one", owner="d")
            slow.world.fail()
            assert self.owners(slow) == "abc"
        for owner in "de":
            slow.begin("one", owner=owner)
            slow.world.release()
            assert len(slow.idempotency.table) == 3
            assert owner in self.owners(slow)
        expected_errors()

    def test_of_one_share_the_oldest_goes_also_if_it_could_not_once(
        self, slow: KeyedClient, expected_errors: Expect
    ) -> None:
        def begin(browser: str) -> None:
            slow.world.clock.advance(1)
            owner = browser_owner(browser, "192.0.2.7")
            key = ClientKey(owner, "k")
            saying = slow.server.keyed_lines.say(slow.person.session, slow.lobby, ["one"], key)
            Deferred.fromCoroutine(saying)

        for browser in "abc":
            begin(browser)
            slow.world.release()
        begin("d")
        slow.world.fail()
        assert self.owners(slow) == "abc"
        begin("d")
        slow.world.release()
        assert self.owners(slow) == "bcd"
        expected_errors()

    def test_what_stays_so_makes_no_newer_key_an_older_one(
        self, slow: KeyedClient, expected_errors: Expect
    ) -> None:
        now = slow.world.clock.seconds()
        for browser in "abc":
            slow.world.clock.advance(1)
            slow.begin("one", owner=browser)
            slow.world.release()
        slow.begin("one", owner="d")
        slow.world.fail()
        slow.world.clock.rightNow = now
        slow.begin("one", owner="d")
        slow.world.release()
        assert [*slow.idempotency.table.values()][-1].time == now + 3
        expected_errors()

    def test_it_goes_from_the_share_that_has_the_most(self, client: KeyedClient) -> None:
        for owner in "ana", "eva":
            client.say("one", owner=owner)
        for number in range(20):
            owner = browser_owner(f"browser {number}", "192.0.2.7")
            own = ClientKey(owner, "k")
            saying = client.server.keyed_lines.say(
                client.person.session, client.lobby, ["one"], own
            )
            Deferred.fromCoroutine(saying)
            client.world.settle()
        assert len(client.idempotency.table) == 3
        assert client.say("one", owner="ana") == [1]
        assert client.say("one", owner="eva") == [2]


def test_of_keys_that_are_gone_nothing_is_left(client: KeyedClient) -> None:
    for number in range(3):
        client.say("one", key=f"k{number}")
    change(client.world.store, *client.idempotency.account_gone("ana"))
    client.world.settle()
    ages = client.idempotency._ages
    assert [*ages.all, *ages.owners, *ages.shares, *ages._sizes] == []
    assert client.idempotency.account_gone("ana") == []
    assert client.say("one", key="k0") == [4]


def test_it_is_known_which_lines_were_said_before(slow: KeyedClient) -> None:
    key, outcomes = ClientKey(account_owner("ana"), "k"), list[Any]()
    for person in slow.person, slow.newcomer():
        saying = slow.server.keyed_lines.say(person.session, slow.lobby, ["one"], key)
        Deferred.fromCoroutine(saying).addCallback(outcomes.append)
    slow.world.release()
    assert outcomes == [([1], False), ([1], True)]


def found(client: KeyedClient, room: str, *texts: str, owner: str = "ana") -> Any:
    """Return the result of finding a key."""
    key = ClientKey(account_owner(owner), "k")
    finding = client.server.keyed_lines.find(client.person.session, key, room, texts)
    return begin(client.world, finding).result


def test_a_key_is_found_in_its_room_or_in_any(client: KeyedClient) -> None:
    assert found(client, "lobby", "one") is None
    client.say("one")
    for room in "lobby", "#Lobby", "":
        assert found(client, room, "one") == ("lobby", [1])
    for room in "ops", "no room":
        assert found(client, room, "one").key == "other_lines_with_key"
    assert found(client, "lobby", "one", owner="eva") is None


def test_of_a_room_that_is_gone_no_places_are_found(client: KeyedClient) -> None:
    client.say("one", room=client.server.rooms.add("ops"))
    del client.server.rooms._rooms["ops"]
    assert found(client, "ops", "one") == ("ops", ())


shares = st.sampled_from("abcd")


@given(st.lists(st.tuples(shares, st.integers(0, 30)), max_size=80), st.booleans())
def test_a_share_loses_nothing_to_others_as_long_as_it_has_its_part(
    uses: list[tuple[str, int]], again: bool
) -> None:
    """The part is that of the table, divided by how many shares there are: against a model."""
    client = KeyedClient()
    most = 8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatd.chat.idempotency.KEPT", most)
        used: dict[str, dict[int, None]] = {share: {} for share in "abcd"}
        for share, number in uses:
            owner = KeyOwner(f"{share}{number}", share)
            key = ClientKey(owner, "k")
            saying = client.server.keyed_lines.say(client.person.session, client.lobby, ["x"], key)
            Deferred.fromCoroutine(saying)
            client.world.settle()
            used[share].setdefault(number)
            client.world.clock.advance(1)
        if again:
            client.restart()
        known = {
            share: [
                n
                for n in numbers
                if client.idempotency.knows(ClientKey(KeyOwner(f"{share}{n}", share), "k"))
            ]
            for share, numbers in used.items()
        }
        assert sum(map(len, known.values())) == len(client.idempotency.table) <= most
        part = most // max(1, sum(map(bool, used.values())))
        for share, numbers in known.items():
            assert len(numbers) >= min(part, len(used[share])), share


def test_nothing_that_is_kept_shows_a_text_or_a_key(client: KeyedClient) -> None:
    client.say("my secret", key="my key", owner="a")
    ((key, said),) = client.idempotency.table.items()
    assert "my" not in key
    assert said == Said("lobby", 2, 0, 1, said.digest, 1_000_000, "a")
    assert "secret" not in said.digest


async def test_with_sqlite_it_is_known_to_the_next_daemon(tmp_path: Path) -> None:
    from twisted.internet import reactor

    for number in range(2):
        store = SqliteStore(reactor, tmp_path / "chat")  # type: ignore[arg-type]
        server = ChatServer(store, reactor)  # type: ignore[arg-type]
        store.start()
        session = server.connect(Stream(), BareFormat())
        session.queue.wants_receipts()
        ana = account_owner("ana")
        key = ClientKey(ana, "k")
        said = await server.keyed_lines.say(session, server.lobby, ["one", "two"], key)
        assert said == ([1, 2], number > 0)
        assert server.lobby.head == 2
        server.disconnect(session)
        await store.flush()
        await store.close()
