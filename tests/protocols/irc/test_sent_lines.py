"""`chatd.protocols.irc.sent_lines`: what a client said to guests."""

from __future__ import annotations

from chatd.protocols.irc.sent_lines import SENT_BYTES, SentLines
from chatd.util.state import decode, encode


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


def test_they_go_on_in_another_process() -> None:
    lines, after = SentLines(), SentLines()
    for text in "one", "two":
        lines.add("Luis", "ana", 1000, text)
    after.resume(decode(encode(lines.state())))
    assert after.to("luis", "ana") == lines.to("luis", "ana")
    after.add("luis", "ana", 2000, "x" * SENT_BYTES)
    assert [line.time for line in after.to("luis", "ana")] == [2000]
