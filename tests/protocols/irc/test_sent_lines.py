"""`chatd.protocols.irc.sent_lines`: what a client said to guests."""

from __future__ import annotations

from chatd.protocols.irc.sent_lines import SENT_BYTES, SentLines


def test_they_are_of_one_guest_and_one_author() -> None:
    lines = SentLines()
    lines.add("Luis", "Ana", 1000, "one")
    lines.add("eva", "Ana", 1000, "two")
    lines.add("luis", "tom", 1000, "three")
    lines.add("LUIS", "ana", 1000, "four")
    found = lines.to("luis", "ana")
    assert [line.text for line in found] == ["one", "four"]
    assert found == sorted(found, key=lambda line: line.seq)


def test_the_last_are_kept() -> None:
    lines = SentLines()
    for number in range(10):
        lines.add("luis", "ana", number, "x" * (SENT_BYTES // 4))
    assert [line.time for line in lines.to("luis", "ana")] == [6, 7, 8, 9]


def test_one_that_is_larger_than_all_is_not() -> None:
    lines = SentLines()
    lines.add("luis", "ana", 1, "x" * (SENT_BYTES + 1))
    assert lines.to("luis", "ana") == []
