"""The rules of the log, as the functions of the database hold them."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from chatd.event import Event, Kind, Origin, Record, Seqs
from chatd.storage.batches import Committed, NumbersRequest, Release
from chatd.storage.claims import Claim
from chatd.storage.contract import FORGOTTEN
from chatd.storage.postgres import requests
from chatd.storage.shared.engine import (
    PROTOCOL,
    Again,
    Fenced,
    JoinRequest,
    LinkLost,
    Node,
    Replaced,
)
from tests.support.log_nodes import LogNode, claim, line, request_of, write


def texts(committed: Committed) -> list[str]:
    return [entry.text for entry in committed.entries if isinstance(entry, Event)]


def role(value: str | None = '{"of": "ana"}', key: str = "ana") -> Record:
    return Record("role", key, value)


def place(seq: int) -> Record:
    return Record("place", "ana", json.dumps({"seq": seq}), grows="seq")


def visit(key: str) -> Record:
    return Record("visit", key, "{}", ephemeral=True)


class TestLines:
    def test_they_continue_the_seqs_of_their_rooms(self, one: LogNode) -> None:
        one.append(line("a", "b"), line("c", room="den"))
        committed = one.append(line("d", room="den"), line("e"), line("f", room="den"))
        got = [(e.room, e.seq, e.text) for e in committed.entries if isinstance(e, Event)]
        assert got == [("den", 2, "d"), ("lobby", 3, "e"), ("den", 3, "f")]

    def test_all_of_a_batch_have_one_time_which_never_goes_back(self, one: LogNode) -> None:
        one.channel.connection.execute("UPDATE clock SET time = 9000000000000")
        one.append(line("a", "b"))
        assert one.rows("SELECT DISTINCT time FROM events") == [9_000_000_000_000]
        assert one.value("SELECT time FROM batches WHERE no = (SELECT no FROM clock)") == 9 * 10**12

    def test_a_message_of_several_lines_is_one(self, one: LogNode) -> None:
        one.append(line("a"), line("b", "c", as_one=True))
        assert one.rows("SELECT seq, part_of FROM events ORDER BY seq") == [
            (1, None),
            (2, 2),
            (3, 2),
        ]

    def test_numbers_have_no_gap(self, one: LogNode, two: LogNode) -> None:
        numbers = [node.append(line("a")).number for node in (one, two, one)]
        assert numbers == [3, 4, 5]  # after those of the two joins

    def test_a_room_knows_its_highest_session(self, one: LogNode) -> None:
        one.append(line("a")._replace(session=9), line("b")._replace(session=4))
        one.append(line("c")._replace(session=5))
        assert one.value("SELECT session FROM rooms") == 9

    def test_a_room_is_made_by_its_first_line(self, one: LogNode) -> None:
        one.append(line("a", made=Origin("ana", 5)), line("b", made=Origin("bob", 6)))
        one.append(line("c", made=Origin("bob", 7)))
        assert one.rows("SELECT made_by, made_at FROM rooms") == [("ana", 5)]

    def test_without_a_maker_it_has_the_time_of_its_first_line(self, one: LogNode) -> None:
        one.append(line("a"), line("b", made=Origin("bob", 6)))
        assert one.rows("SELECT made_by, made_at FROM rooms") == one.rows(
            "SELECT '', time FROM events LIMIT 1"
        )

    def test_the_last_topic_stays_with_who_set_it(self, one: LogNode) -> None:
        topics = [line(text, kind=Kind.TOPIC) for text in ("a", "b")]
        one.append(*topics, line("c"), line("d", room="den"))
        one.append(line("e"))
        assert one.rows("SELECT topic, topic_by, topic_at > 0 FROM rooms ORDER BY name DESC") == [
            ("b", "ana", True),
            ("", "", False),
        ]

    def test_a_text_may_have_any_character(self, one: LogNode, two: LogNode) -> None:
        text = '\0\x1a\x01\\"{}%s\u2028é🎉'
        one.append(line(text, kind=Kind.TOPIC))
        [event] = two.last().entries
        assert isinstance(event, Event)
        assert event.text == text


class TestAgain:
    def test_a_batch_that_is_stored_is_answered_as_before(self, one: LogNode) -> None:
        request = request_of(line("a"), claim("ana"), NumbersRequest(), known=one.known)
        first = one.send(request)
        one.append(line("b"))
        assert one.send(request._replace(again=True)) == first

    def test_it_is_also_under_a_term_that_has_ended(self, one: LogNode) -> None:
        request = request_of(line("a"), known=one.known)
        first, term = one.send(request), one.term
        one.join()
        one.term = term
        assert one.send(request._replace(again=True)) == first

    def test_a_batch_that_is_not_is_stored(self, one: LogNode) -> None:
        request = request_of(line("a"), known=one.known)
        assert isinstance(one.send(request._replace(again=True)), Committed)


class TestFence:
    def test_an_ended_term_stores_nothing(self, one: LogNode, two: LogNode) -> None:
        term = one.term
        one.join()
        one.term = term
        before = one.value("SELECT no FROM clock")
        assert one.send(request_of(line("a"), known=one.known)) == Fenced()
        assert one.send(request_of(write(role(), known=one.known))) == Fenced()
        assert one.value("SELECT no FROM clock") == before
        assert two.read(before) == []

    def test_a_reaped_one_stores_nothing(self, one: LogNode, two: LogNode) -> None:
        [node, _] = requests.beat(two.channel, two.term, 0) or []
        requests.reap(two.channel, two.term, node)
        assert one.send(request_of(line("a"), known=99)) == Fenced()


class TestRights:
    def test_lines_that_others_rights_may_forbid_are_asked_for_again(
        self, one: LogNode, two: LogNode
    ) -> None:
        known = two.known
        first = one.append(write(role(), known=one.known, rights=True))
        changed = one.append(write(role(None), known=one.known, rights=True))
        assert two.send(request_of(line("a"), known=known)) == Again(changed.number)
        assert two.send(request_of(line("a"), known=first.number)) == Again(changed.number)
        assert two.append(line("a"), known=changed.number).number == changed.number + 1

    def test_a_batch_without_lines_is_not(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        one.append(write(role(), known=one.known, rights=True))
        two.append(claim("ana"), known=known)

    def test_lines_behind_own_ones_are_not(self, one: LogNode) -> None:
        known = one.known
        one.append(write(role(), known=known, rights=True))
        one.append(line("a"), known=known)

    def test_lines_behind_those_of_an_own_earlier_term_are(self, one: LogNode) -> None:
        known = one.known
        changed = one.append(write(role(), known=known, rights=True))
        one.join()
        assert one.send(request_of(line("a"), known=known)) == Again(changed.number)

    def test_rights_that_conflicted_forbid_nothing(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        changed = one.append(write(role(), known=known, rights=True)).number
        two.append(write(role(None), known=known, rights=True))
        assert one.append(line("a"), known=changed).conflicts == []


class TestConflicts:
    def test_a_record_that_another_has_changed_is_not_written(
        self, one: LogNode, two: LogNode
    ) -> None:
        known = two.known
        one.append(write(Record("k", "a", '"one"'), known=known))
        late = write(Record("k", "b", '"two"'), Record("k", "a", '"two"'), known=known)
        assert two.append(late).conflicts == [late]
        assert one.rows("SELECT key, value FROM records") == [("a", '"one"')]

    def test_nor_one_that_another_has_deleted(self, one: LogNode, two: LogNode) -> None:
        one.append(write(Record("k", "a", "1"), known=one.known))
        known = one.known
        one.append(write(Record("k", "a", None), known=known))
        late = write(Record("k", "a", "2"), known=known)
        assert two.append(late).conflicts == [late]

    def test_an_own_change_is_no_conflict(self, one: LogNode) -> None:
        known = one.known
        one.append(write(Record("k", "a", "1"), known=known))
        assert one.append(write(Record("k", "a", "2"), known=known)).conflicts == []

    def test_a_known_change_is_none(self, one: LogNode, two: LogNode) -> None:
        known = one.append(write(Record("k", "a", "1"), known=one.known)).number
        assert two.append(write(Record("k", "a", "2"), known=known)).conflicts == []

    def test_rights_conflict_with_all_rights_of_others(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        one.append(write(role(), known=known, rights=True))
        late = write(role(key="bob"), known=known, rights=True)
        other = write(Record("k", "a", "1"), known=known)
        assert two.append(late, other).conflicts == [late]

    def test_what_is_stored_together_conflicts_together(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        one.append(write(Record("k", "a", "1"), known=known))
        with_it = line("a", "b"), line("c", room="new")
        late = [
            write(Record("k", key, "2"), known=known, unit=5, drafts=with_it) for key in ("a", "b")
        ]
        apart = line("d", "e")
        committed = two.append(with_it[0], apart, *late, with_it[1], known=99)
        assert committed.conflicts == late
        assert texts(committed) == ["d", "e"]
        assert two.rows("SELECT seq, text FROM events ORDER BY seq") == [(1, "d"), (2, "e")]
        assert two.rows("SELECT name, head FROM rooms") == [("lobby", 2)]
        assert one.last().entries == committed.entries

    def test_messages_behind_lines_that_are_left_out_stay_whole(
        self, one: LogNode, two: LogNode
    ) -> None:
        known = two.known
        one.append(write(Record("k", "a", "1"), known=known), line("before"))
        out = line("a", "b", as_one=True)
        late = write(Record("k", "a", "2"), known=known, unit=5, drafts=[out])
        committed = two.append(out, late, line("c"), line("d", "e", as_one=True), known=99)
        assert two.rows("SELECT seq, text, part_of FROM events ORDER BY seq") == [
            (1, "before", None),
            (2, "c", None),
            (3, "d", 3),
            (4, "e", 3),
        ]
        assert one.last().entries == committed.entries

    def test_lines_that_are_left_out_leave_no_trace(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        one.append(write(Record("k", "a", "1"), known=known))
        topic = line("a", kind=Kind.TOPIC, made=Origin("ana", 5))._replace(session=50)
        late = write(Record("k", "a", "2"), known=known, unit=5, drafts=[topic])
        two.append(topic, late, line("b"), known=99)
        [(made_by, made_at, topic_text, session)] = two.rows(
            "SELECT made_by, made_at, topic, session FROM rooms"
        )
        assert (made_by, topic_text, session) == ("", "", 7)
        assert made_at > 5


class TestGrowing:
    def test_the_greater_value_stays(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        one.append(write(place(10), known=known))
        late, more = write(place(9), known=known), write(place(11), known=known)
        assert two.append(late).conflicts == []
        assert [json.loads(record.value or "") for record in late.records] == [{"seq": 10}]
        assert two.append(more).conflicts == []
        assert [json.loads(value) for value in one.rows("SELECT value FROM records")] == [
            {"seq": 11}
        ]

    def test_followers_read_the_one_that_stays(self, one: LogNode, two: LogNode) -> None:
        one.append(write(place(10), known=one.known))
        two.append(write(place(9), known=0))
        [record] = one.last().records
        assert json.loads(record.value or "") == {"seq": 10}

    def test_a_deleted_one_does_not_stay(self, one: LogNode) -> None:
        one.append(write(place(10), known=0))
        one.append(write(Record("place", "ana", None), known=0))
        one.append(write(place(1), known=0))
        assert json.loads(one.value("SELECT value FROM records")) == {"seq": 1}


class TestSeqs:
    def test_a_record_gets_those_around_its_lines(self, one: LogNode) -> None:
        one.append(line("a", "b"))
        mine = line("d", "e")
        seqs = Record("retry", "k", '{"room": "lobby"}', Seqs("after", "upto"))
        written = write(seqs, known=0, unit=1, drafts=[mine])
        one.append(line("c"), mine, written, line("f"))
        [record] = written.records
        value = {"room": "lobby", "after": 3, "upto": 5}
        assert json.loads(record.value or "") == value
        assert json.loads(one.value("SELECT value FROM records")) == value

    def test_lines_that_are_left_out_do_not_count(self, one: LogNode, two: LogNode) -> None:
        known = two.known
        one.append(write(Record("k", "a", "1"), known=known))
        out, mine = line("a"), line("b")
        late = write(Record("k", "a", "2"), known=known, unit=1, drafts=[out])
        seqs = Record("retry", "k", "{}", Seqs(last="upto"))
        written = write(seqs, known=known, unit=2, drafts=[mine])
        two.append(out, late, mine, written, known=99)
        assert [json.loads(each.value or "") for each in written.records] == [{"upto": 1}]

    def test_they_may_be_what_grows(self, one: LogNode) -> None:
        mine = line("a")
        record = Record("place", "ana", '{"seq": 0}', Seqs(before="seq"), "seq")
        for seq in (0, 1):
            written = write(record, known=0, unit=1, drafts=[mine])
            one.append(mine, written)
            assert json.loads(one.value("SELECT value FROM records")) == {"seq": seq}


class TestClaims:
    def test_a_name_has_one_holder(self, one: LogNode, two: LogNode) -> None:
        taken, late = claim("Ana", "1", "ana", "anna"), claim("Anna", "2", "anna")
        one.append(taken)
        two.append(late)
        assert (taken.answer, late.answer) == (None, "Ana")

    def test_one_that_is_not_held_has_none_of_its_looks(self, one: LogNode) -> None:
        one.append(claim("Ana", "1", "ana"), claim("Anna", "2", "ana", "anna"))
        free = claim("anna", "3", "anna")
        one.append(free)
        assert free.answer is None

    def test_its_holder_may_hold_it_twice(self, one: LogNode, two: LogNode) -> None:
        claims = claim("ana", "1"), claim("Ana", "1")
        one.append(claims[0])
        two.append(claims[1])
        assert [each.answer for each in claims] == [None, None]

    def test_one_is_free_once_all_of_its_holder_are_released(
        self, one: LogNode, two: LogNode
    ) -> None:
        held = claim("ana", "1").claim
        one.append(claim("ana", "1"))
        two.append(claim("ana", "1"))
        answers = []
        for release in ([], [Release(held)]):
            one.append(*release)
            for node in (one, two):
                late = claim("ana", "2")
                node.append(late)
                answers.append(late.answer)
        two.append(Release(held), last := claim("ana", "2"))
        assert (answers, last.answer) == (["ana"] * 4, None)


class TestNumbers:
    def test_a_block_is_given_once(self, one: LogNode, two: LogNode) -> None:
        wanted = NumbersRequest(), NumbersRequest(), NumbersRequest()
        one.append(wanted[0], wanted[1])
        two.append(wanted[2])
        assert [each.block for each in wanted] == [
            range(1, 1001),
            range(1001, 2001),
            range(2001, 3001),
        ]


class TestTerms:
    def test_a_join_ends_what_the_node_had(self, one: LogNode, two: LogNode) -> None:
        one.append(write(visit("a"), Record("k", "a", "1"), known=0), claim("ana"))
        two.append(write(visit("b"), known=0), claim("bob"))
        one.join()
        assert two.last().records == [Record("visit", "a", None, ephemeral=True)]
        assert one.rows("SELECT key FROM records WHERE value IS NOT NULL ORDER BY kind") == [
            "a",
            "b",
        ]
        assert one.rows("SELECT name FROM claims") == ["bob"]

    def test_it_takes_the_claims_that_are_still_held(self, one: LogNode, two: LogNode) -> None:
        held, lost = claim("ana", "1").claim, claim("bob", "1").claim
        one.append(claim("ana", "1"), claim("bob", "1"))
        requests.leave(one.channel, one.term)
        two.append(claim("bob", "2"))
        assert one.join(held, lost) == [lost]
        assert one.rows("SELECT name, holder FROM claims ORDER BY name") == [
            ("ana", "1"),
            ("bob", "2"),
        ]

    def test_terms_are_drawn_from_one_counter(self, one: LogNode, two: LogNode) -> None:
        terms = [one.term, two.term]
        for node in (one, two, one):
            node.join()
            terms.append(node.term)
        assert terms == [1, 2, 3, 4, 5]

    def test_what_an_own_join_has_ended_is_no_conflict(self, one: LogNode) -> None:
        known = one.append(write(visit("a"), known=0)).number
        one.join()
        assert one.append(write(visit("a"), known=known)).conflicts == []

    def test_what_the_reaping_by_another_has_ended_is_one(self, one: LogNode, two: LogNode) -> None:
        known = one.append(write(visit("a"), known=0)).number
        requests.reap(two.channel, two.term, (requests.beat(two.channel, two.term, 0) or [])[0])
        one.join()
        late = write(visit("a"), known=known)
        assert one.append(late).conflicts == [late]

    def test_one_that_is_begun_again_is_one(self, one: LogNode, two: LogNode) -> None:
        two.append(claim("bob", "2"))
        held = claim("ana", "1").claim, claim("bob", "1").claim
        request = JoinRequest(uuid4(), one.term, held)
        joined = requests.join(one.channel, one.name, request)
        assert requests.join(one.channel, one.name, request) == joined
        assert (joined.term, joined.lost) == (3, [held[1]])

    def test_one_that_comes_late_ends_no_later_one(self, one: LogNode) -> None:
        late = JoinRequest(uuid4(), one.term)
        one.join()
        before = one.value("SELECT no FROM clock")
        with pytest.raises(Replaced, match="called one, too"):
            requests.join(one.channel, one.name, late)
        assert one.value("SELECT no FROM clock") == before
        one.append(line("a"))

    def test_a_reaped_node_has_joined_no_later_one(self, one: LogNode) -> None:
        requests.leave(one.channel, one.term)
        assert requests.last_term(one.channel, "one") == 1
        assert requests.last_term(one.channel, "new") == 0
        one.join()
        assert one.term == 3

    def test_a_version_that_cannot_read_the_log_gets_none(self, one: LogNode) -> None:
        one.channel.connection.execute("UPDATE meta SET level = 9")
        with pytest.raises(LinkLost, match="level 9"):
            one.join()

    def test_a_beat_returns_all_nodes(self, one: LogNode, two: LogNode) -> None:
        requests.leave(two.channel, two.term)
        assert requests.beat(one.channel, one.term, 2) == [
            Node(1, "one", 1, live=True, beat=1, applied=2, version=PROTOCOL),
            Node(2, "two", 2, live=False, beat=0, applied=1, version=PROTOCOL),
        ]

    def test_an_ended_term_has_no_beat(self, one: LogNode) -> None:
        requests.leave(one.channel, one.term)
        assert requests.beat(one.channel, one.term, 2) is None
        assert requests.leave(one.channel, one.term) is None


class TestReaping:
    @pytest.fixture
    def dead(self, one: LogNode, two: LogNode) -> Node:
        one.append(write(visit("a"), known=0), claim("ana"))
        return (requests.beat(two.channel, two.term, 0) or [])[0]

    def test_what_the_node_had_ends_with_it(self, dead: Node, one: LogNode, two: LogNode) -> None:
        number = requests.reap(two.channel, two.term, dead)
        batch = two.last()
        assert (batch.number, batch.records) == (
            number,
            [Record("visit", "a", None, ephemeral=True)],
        )
        assert two.rows("SELECT FROM claims") == []

    def test_a_beat_saves_it(self, dead: Node, one: LogNode, two: LogNode) -> None:
        requests.beat(one.channel, one.term, 0)
        assert requests.reap(two.channel, two.term, dead) is None
        assert one.append(line("a")).number

    def test_a_new_term_saves_it(self, dead: Node, one: LogNode, two: LogNode) -> None:
        one.join()
        assert requests.reap(two.channel, two.term, dead) is None

    def test_an_ended_term_reaps_none(self, dead: Node, two: LogNode) -> None:
        requests.leave(two.channel, two.term)
        assert requests.reap(two.channel, two.term, dead) is None

    def test_it_is_reaped_once(self, dead: Node, two: LogNode) -> None:
        requests.reap(two.channel, two.term, dead)
        assert requests.reap(two.channel, two.term, dead) is None


class TestForgetting:
    def test_the_oldest_are_deleted_and_all_nodes_are_told(
        self, one: LogNode, two: LogNode
    ) -> None:
        one.append(line("a", "b", "c"), line("d", room="den"))
        forgotten, number = requests.forget(one.channel, "lobby", 2)
        assert forgotten == 2
        assert two.last().forgot == [("lobby", 2)]
        assert two.last().number == number
        assert one.rows("SELECT text FROM events ORDER BY text") == ["c", "d"]
        assert one.append(line("e")).entries[0].seq == 4  # type: ignore[union-attr]

    def test_where_nothing_is_left_nothing_is_written(self, one: LogNode) -> None:
        one.append(line("a"))
        requests.forget(one.channel, "lobby", 1)
        before = one.value("SELECT no FROM clock")
        assert requests.forget(one.channel, "lobby", 9) == (0, None)
        assert requests.forget(one.channel, "nowhere", 9) == (0, None)
        assert one.value("SELECT no FROM clock") == before

    def test_a_step_is_bounded(self, one: LogNode) -> None:
        one.append(line(*["a"] * (FORGOTTEN + 2)))
        steps = [requests.forget(one.channel, "lobby", FORGOTTEN + 1)[0] for _ in range(3)]
        assert steps == [FORGOTTEN, 1, 0]

    def test_a_message_is_deleted_as_a_whole(self, one: LogNode) -> None:
        one.append(line("a"), line("b", "c", "d", as_one=True), line("e"))
        assert requests.forget(one.channel, "lobby", 3)[0] == 1
        assert requests.forget(one.channel, "lobby", 4)[0] == 3


LATER = PROTOCOL + 1
"""A version of the protocol after that of these nodes."""


class TestLevel:
    def test_it_is_raised_for_all(self, one: LogNode, two: LogNode) -> None:
        one.channel.connection.execute(f"UPDATE nodes SET version = {LATER}")
        number = requests.raise_level(one.channel, one.term, LATER)
        batch = two.last()
        assert (batch.number, batch.level) == (number, LATER)
        assert one.value("SELECT level FROM meta") == LATER
        assert requests.raise_level(one.channel, one.term, LATER) is None

    def test_a_live_node_of_an_older_version_prevents_it(self, one: LogNode, two: LogNode) -> None:
        one.channel.connection.execute(f"UPDATE nodes SET version = {LATER} WHERE name = 'one'")
        assert requests.raise_level(one.channel, one.term, LATER) is None
        requests.leave(two.channel, two.term)
        assert requests.raise_level(one.channel, one.term, LATER) is not None


class TestPruning:
    def test_batches_that_all_have_applied_are_deleted_after_an_hour(
        self, one: LogNode, two: LogNode
    ) -> None:
        for _ in range(5):
            one.append(line("a"))
        execute = one.channel.connection.execute
        requests.beat(one.channel, one.term, 7)
        requests.beat(two.channel, two.term, 5)
        requests.prune(one.channel)
        assert one.value("SELECT min(no) FROM batches") == 1
        execute("UPDATE batches SET time = time - 3600000")
        requests.prune(one.channel)
        assert one.value("SELECT min(no) FROM batches") == 6
        requests.leave(two.channel, two.term)
        requests.prune(one.channel)
        assert one.value("SELECT min(no) FROM batches") == 8

    def test_tombstones_are_deleted_with_them(self, one: LogNode) -> None:
        one.append(write(Record("k", "a", None), Record("k", "b", "1"), known=0))
        one.append(write(Record("k", "c", None), known=0))
        one.channel.connection.execute("UPDATE batches SET time = 0 WHERE no < 4")
        one.channel.connection.execute("UPDATE nodes SET applied = 9")
        requests.prune(one.channel)
        assert one.rows("SELECT key FROM records ORDER BY key") == ["b", "c"]

    def test_there_is_more_if_it_was_a_full_step(
        self, one: LogNode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(requests, "PRUNED", 2)
        one.append(line("a"))
        one.channel.connection.execute("UPDATE batches SET time = 0")
        one.channel.connection.execute("UPDATE nodes SET applied = 9")
        assert requests.prune(one.channel)
        assert not requests.prune(one.channel)

    def test_the_last_one_stays(self, one: LogNode) -> None:
        one.append(line("a"))
        one.channel.connection.execute("UPDATE batches SET time = 0")
        one.channel.connection.execute("UPDATE nodes SET applied = 9")
        requests.prune(one.channel)
        assert one.rows("SELECT no FROM batches") == [3]


class TestShards:
    def test_each_has_its_own_order(self, one: LogNode) -> None:
        one.append(line("a"))
        one.channel.connection.execute("INSERT INTO clock (shard) VALUES (1)")
        row = one.channel.ask(
            "SELECT what, no FROM chatd_append_1(1, %s, false, %s, 0, '[\"two\"]', '{1}', '{7}',"
            " '{0}', '{1}', '{1}', '{1}', '{}', '{7}', '[\"ana\"]', '{1}', '[\"b\"]',"
            " NULL, NULL, NULL, NULL, 0, NULL, 0)",
            *(uuid4(), one.term),
        )
        assert row == [("stored", 1)]
        assert one.value("SELECT no FROM clock WHERE shard = 0") == 3
        assert one.rows("SELECT shard, text FROM events ORDER BY shard") == [(0, "a"), (1, "b")]


def test_a_claim_is_of_its_holder_alone() -> None:
    assert claim("ana", "1").claim == Claim("ana", frozenset({"ana"}), "1")
