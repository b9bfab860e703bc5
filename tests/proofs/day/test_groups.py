"""A class and an office behind one address are refused nothing: the short form of the day."""

from __future__ import annotations

from tests.proofs.day.daemon import Daemon
from tests.proofs.day.groups import ADDRESSES, HOUR, Class, Office
from tests.proofs.day.people import AtBrowser, Guest

SHORT_CLASS = Class(lines=2, asks=2, pasted=0, breaks=1)
SHORT_OFFICE = Office(lines=1, searches=1, reconnects=1, posted=20, ends=9.1, kinds=(AtBrowser,))


def refused(group: Class | Office, place: str, *options: str) -> list[str]:
    """Return what a group was refused, and what was lost of what it said."""
    daemon = Daemon(options=options)
    people = group.begin(daemon, ADDRESSES[place])
    daemon.run(group.ends * HOUR + 600)
    problems = [str(fault) for fault in daemon.faults]
    said = sum(one.said for one in people) + daemon.posted
    assert problems or said == group.all_lines, f"only {said} lines were said"
    return problems


def test_a_class_is_refused_nothing() -> None:
    assert refused(SHORT_CLASS, "one IPv6 /64") == []


def test_a_class_of_guests_is_refused_nothing() -> None:
    assert refused(SHORT_CLASS._replace(kinds=(Guest,)), "one IPv4 address") == []


def test_an_office_is_refused_nothing() -> None:
    assert refused(SHORT_OFFICE, "one IPv4 address") == []


def test_a_paste_of_300_lines_is_taken() -> None:
    assert refused(Class(people=2, lines=3, asks=0, breaks=2), "one IPv4 address") == []


def test_a_refusal_is_told_with_its_time_and_its_owner() -> None:
    problems = refused(SHORT_CLASS, "one IPv4 address", "--connections-per-address", "20")
    assert any("pupil" in each and "address_full" in each for each in problems), problems
