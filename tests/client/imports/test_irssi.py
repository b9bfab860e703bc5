"""`chatd.client.imports.irssi`: each kind of line that irssi writes."""

from __future__ import annotations

from datetime import datetime

import pytest

from chatd.client.imports.irssi import read
from chatd.client.imports.said import Bad, Item, Said
from chatd.event import Kind

pytestmark = pytest.mark.quick

OPENED = "--- Log opened Sat Nov 28 09:15:02 2026"


def items(*lines: str) -> list[Item]:
    return list(read(f"{line}\n".encode() for line in lines))


def said(line: str, opened: str = OPENED) -> Said:
    """Return what one line says."""
    first, item = items(opened, line)
    assert first is None
    assert isinstance(item, Said)
    return item


def bad(*lines: str) -> str:
    """Return what is wrong with the last line."""
    item = items(*lines)[-1]
    assert isinstance(item, Bad)
    assert item.place == f"line {len(lines)}"
    return item.why


@pytest.mark.parametrize(
    ("line", "kind", "author", "text"),
    [
        ("09:15 <@ana> hola", Kind.MESSAGE, "ana", "hola"),
        ("09:15 < ana> hola", Kind.MESSAGE, "ana", "hola"),
        ("09:15 <ana> <@luis> quoted", Kind.MESSAGE, "ana", "<@luis> quoted"),
        ("09:15 <+ana[x]> ", Kind.MESSAGE, "ana[x]", ""),
        ("09:15 <@ana> -!- luis has quit", Kind.MESSAGE, "ana", "-!- luis has quit"),
        ("09:15 <@ana> \x0304red\x03", Kind.MESSAGE, "ana", "red"),
        ("09:15  * ana waves", Kind.ACTION, "ana", "waves"),
        ("09:15 * ana waves", Kind.ACTION, "ana", "waves"),
        ("09:15 -ana:#ops- beware", Kind.NOTICE, "ana", "beware"),
        ("09:15 -!- ana changed the topic of #ops to: tea", Kind.TOPIC, "ana", "tea"),
        ("09:15 -!- ana changed the topic of #ops to: ", Kind.TOPIC, "ana", ""),
    ],
)
def test_a_line_is_said(line: str, kind: Kind, author: str, text: str) -> None:
    time = int(datetime(2026, 11, 28, 9, 15).timestamp()) * 1000
    assert said(line) == Said("line 2", "", time, author, kind, text, author)


@pytest.mark.parametrize(
    "line",
    [
        "09:15 -!- ana [~ana@example.org] has joined #ops",
        "09:15 -!- Irssi: #ops: Total of 3 nicks",
        "09:15 !irc.example.org *** Looking up your hostname",
        "--- Log closed Sat Nov 28 10:00:00 2026",
        "--- Day changed Sun Nov 29 2026",
    ],
)
def test_a_line_about_people_and_days_is_not_said(line: str) -> None:
    assert items(OPENED, line) == [None, None]


@pytest.mark.parametrize(
    ("opened", "line", "time"),
    [
        (OPENED, "[09:15:30] <ana> x", datetime(2026, 11, 28, 9, 15, 30)),
        (OPENED, "2027-01-02 09:15:30 <ana> x", datetime(2027, 1, 2, 9, 15, 30)),
        ("--- Day changed Mon Nov 30 2026", "00:00 <ana> x", datetime(2026, 11, 30)),
        ("--- Log opened sáb ene 03 09:15:02 2026", "09:15 <ana> x", datetime(2026, 1, 3, 9, 15)),
    ],
)
def test_a_time_is_local_and_of_the_last_day(opened: str, line: str, time: datetime) -> None:
    assert said(line, opened).time == int(time.timestamp()) * 1000


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("09:15 <ana> x",), "no date is before it, like: --- Log opened Sat Nov 28 09:15:02 2026"),
        ((OPENED, "<ana> x"), "it is no line of irssi, like: 09:15 <@ana> hola"),
        ((OPENED, "09:15 hola"), "after its time there is no line of irssi, like: <@ana> hola"),
        ((OPENED, "25:15 <ana> x"), "its time is none: 25:15"),
        ((OPENED, "2026-02-30 09:15 <ana> x"), "its time is none: 09:15"),
        (("--- Log opened today",), "its date is none like Sat Nov 28 2026"),
        (("--- Day changed Sat Feb 30 2026",), "its date is none like Sat Nov 28 2026"),
        (("--- Day changed Sat Xyz 30 2026",), "its date is none like Sat Nov 28 2026"),
    ],
)
def test_a_bad_line_is_told(lines: tuple[str, ...], why: str) -> None:
    assert bad(*lines) == why


def test_names_that_differ_in_case_are_one_person() -> None:
    assert said("09:15 <Ana> x").person == said("09:15 <ana> x").person


def test_a_line_in_another_encoding_is_told() -> None:
    (item,) = read([b"09:15 <ana> ma\xf1ana\n"])
    assert isinstance(item, Bad)
