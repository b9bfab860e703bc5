"""`tests.proofs.crash.resumed`: correct clients pass, and every kind of fault is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.proofs.crash.check import Stored
from tests.proofs.crash.resumed import (
    LATELY,
    Follower,
    Kept,
    Said,
    faults_of_said,
    keys_of,
    line_of,
)

TIME = "[2026-11-25 12:01:07] "
STORED = Stored(
    [
        f"#ops 1 {TIME}<ana> a",
        f"#ops 2 {TIME}* luis waves",
        f"#ops 3 {TIME}*** ana set the topic: tea",
        f"#ops 4 {TIME}*** ana muted luis for 2h: enough",
        f"#ops 5 {TIME}<ana> b",
    ]
)
EVENTS: list[dict[str, Any]] = [
    {"seq": 1, "time": 7, "author": "ana", "kind": "message", "text": "a"},
    {"seq": 2, "time": 7, "author": "luis", "kind": "action", "text": "waves"},
    {"seq": 3, "time": 7, "author": "ana", "kind": "topic", "text": "tea"},
    {"seq": 4, "time": 7, "author": "ana", "kind": "deed", "text": "ana muted luis for 2h: enough"},
    {"seq": 5, "time": 7, "author": "ana", "kind": "message", "text": "b"},
]
KEPT = Kept("ops", 0, 5)


def shown(*stretches: tuple[int, range], head: int = 5, lately: int | None = None) -> list[str]:
    """Return the faults of a client that entered several times, and received some seqs.

    Each part is the seq after which it was promised lines, and the seqs that it received.
    """
    follower = Follower("eva", lately)
    for after, seqs in stretches:
        follower.enter("ops", head, after)
        for seq in seqs:
            follower.show("ops", EVENTS[seq - 1])
    return follower.faults_of(STORED)


def said(*answers: tuple[list[int], bool | None], kept: Kept | None = KEPT) -> list[str]:
    """Return the faults of a stored line that was sent twice, with some answers."""
    return faults_of(["b"], *answers, kept=kept)


def faults_of(
    texts: list[str], *answers: tuple[list[int], bool | None], kept: Kept | None
) -> list[str]:
    line = Said("ops", texts, [f"<ana> {text}" for text in texts], "k")
    line.sent = 2
    for seqs, new in answers:
        line.answer(seqs, new)
    keys = {} if kept is None else {sha256(b"k").hexdigest(): kept}
    return [fault.partition("': ")[2] or fault for fault in faults_of_said([line], STORED, keys)]


# Received events


def test_all_that_there_is_on_several_connections() -> None:
    assert shown((2, range(3, 5)), (4, range(5, 6))) == []
    assert shown((0, range(1, 6)), (5, range(0))) == []


def test_a_line_that_is_shown_again_after_coming_back() -> None:
    assert shown((2, range(3, 5)), (4, range(4, 6))) == [
        "eva is shown #ops 4 right after 4: '*** ana muted luis for 2h: enough'"
    ]


def test_a_line_that_is_left_out_after_coming_back() -> None:
    (fault,) = shown((0, range(1, 4)), (3, range(5, 6)))
    assert fault.startswith("eva is shown #ops 5 right after 3")


def test_one_who_is_put_elsewhere_than_where_they_were() -> None:
    (fault,) = shown((0, range(1, 3)), (3, range(4, 6)))
    assert fault == "eva comes back to #ops behind 2, and is shown what is behind 3"
    (fault,) = shown((0, range(1, 3)), (1, range(2, 6)), lately=1)
    assert fault == "eva comes back to #ops behind 2, and is shown what is behind 1"


def test_one_who_is_told_that_the_log_is_another() -> None:
    follower = Follower("eva")
    follower.enter("ops", 5, 3)
    follower.show("ops", EVENTS[3])
    follower.enter("ops", 5, 0, anew=True)
    assert follower.faults == ["eva is told that its bookmark 4-7 is of another #ops"]
    assert follower.at == {"ops": 0}


def test_a_bookmark_is_of_the_last_line_or_told_on_coming_in() -> None:
    follower = Follower("eva")
    assert follower.place("ops") is None
    follower.enter("ops", 3, 3)
    assert follower.place("ops") == 3
    follower.enter("tea", 3, 3, "3-7")
    assert follower.place("tea") == "3-7"
    follower.show("ops", EVENTS[3])
    assert follower.place("ops") == "4-7"


def test_a_topic_that_was_taken_away() -> None:
    event = {"seq": 6, "time": 7, "author": "ana", "kind": "topic", "text": ""}
    assert line_of(event) == "*** ana removed the topic."


def test_one_who_missed_more_than_is_shown_begins_with_the_last_lines() -> None:
    follower = Follower("eva", LATELY)
    follower.enter("ops", 3, 3)
    follower.enter("ops", 4 + LATELY, LATELY)
    assert follower.faults == []
    follower = Follower("eva", LATELY)
    follower.enter("ops", 3, 3)
    follower.enter("ops", 3 + LATELY, LATELY)
    assert follower.faults == [
        f"eva comes back to #ops behind 3, and is shown what is behind {LATELY}"
    ]


def test_one_who_was_not_shown_the_end() -> None:
    assert shown((0, range(1, 5))) == ["eva came up to #ops 4, and there are 5"]


def test_what_is_not_stored_there() -> None:
    follower = Follower("eva")
    follower.enter("ops", 5, 4)
    follower.show("ops", {**EVENTS[4], "text": "lost"})
    assert follower.faults_of(STORED) == ["eva shows what is not stored as #ops 5: '<ana> lost'"]


def test_what_is_shown_before_one_is_in_the_room() -> None:
    follower = Follower("eva")
    follower.show("ops", EVENTS[4])
    assert follower.faults_of(STORED) == ["eva is shown #ops before it is in it: '<ana> b'"]


# Answers


def test_a_line_that_is_there_once_however_often_it_was_sent() -> None:
    assert said(([5], True), ([5], False)) == []
    assert said(([5], False)) == []  # the first answer was lost
    assert said(([5], None), ([5], None)) == []


def test_a_line_that_is_answered_as_another() -> None:
    assert said(([4], None)) == ["they were answered as [4], and are [5]"]


def test_a_line_that_is_new_each_time_or_never() -> None:
    assert said(([5], True), ([5], True)) == ["they were answered as new 2 times"]
    assert said(([5], False), ([5], False)) == ["they were answered as new 0 times"]


def test_a_line_that_is_never_answered() -> None:
    assert said() == ["they were never answered"]


def test_a_line_without_its_key_and_a_key_without_its_line() -> None:
    assert said(([5], None), kept=None) == ["their key is not kept"]
    assert said(([5], None), kept=Kept("ops", 0, 4)) == [
        "their key is kept as Kept(room='ops', after=0, upto=4)"
    ]
    assert faults_of(["lost"], ([9], None), kept=KEPT) == [
        "they were answered as [9], and are []",
        "their key is kept as Kept(room='ops', after=0, upto=5)",
    ]


def test_lines_that_are_there_in_part() -> None:
    assert faults_of(["b", "c"], ([5, 6], True), kept=KEPT) == [
        "they are stored [1, 0] times",
        "they were answered as [5, 6], and are [5]",
    ]


def test_a_key_that_nobody_used() -> None:
    assert faults_of_said([], STORED, {"digest": KEPT}) == [
        f"nobody used the key that is kept as {KEPT}"
    ]


def test_keys_are_read_from_the_file(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "chat")) as store:
        store.execute("CREATE TABLE records (kind, key, value)")
        value = '{"room": "ops", "session": 7, "after": 0, "upto": 5, "digest": "", "time": 1}'
        store.execute("INSERT INTO records VALUES ('retry', 'browser b/1/digest', ?)", (value,))
        store.execute("INSERT INTO records VALUES ('room', 'ops', '{}')")
        store.commit()
    assert keys_of(tmp_path / "chat") == {"digest": KEPT}
