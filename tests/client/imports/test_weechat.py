"""`chatd.client.imports.weechat`: each prefix, and each form of time."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from chatd.client.imports.said import Bad, Item, Said
from chatd.client.imports.weechat import read
from chatd.event import Kind

pytestmark = pytest.mark.quick

LOCAL = datetime(2026, 11, 28, 9, 15, 2)


def item(line: str) -> Item:
    (item,) = read([f"{line}\n".encode()])
    return item


@pytest.mark.parametrize(
    ("line", "kind", "author", "text"),
    [
        ("ana\thola", Kind.MESSAGE, "ana", "hola"),
        ("@ana\thola\twith a TAB", Kind.MESSAGE, "ana", "hola\twith a TAB"),
        ("+ana\t", Kind.MESSAGE, "ana", ""),
        ("ana\t\x0304red", Kind.MESSAGE, "ana", "red"),
        (" *\tana waves", Kind.ACTION, "ana", "waves"),
        ("--\tNotice(ana): beware: x", Kind.NOTICE, "ana", "beware: x"),
        ('--\tana has changed topic for #ops from "x" to "tea"', Kind.TOPIC, "ana", "tea"),
        ('--\tana has changed topic for #ops to "tea"', Kind.TOPIC, "ana", "tea"),
    ],
)
def test_a_line_is_said(line: str, kind: Kind, author: str, text: str) -> None:
    time = int(LOCAL.timestamp()) * 1000
    assert item(f"2026-11-28 09:15:02\t{line}") == Said(
        "line 1", "", time, author, kind, text, author
    )


@pytest.mark.parametrize(
    "line",
    [
        "-->\tana (~ana@example.org) has joined #ops",
        "<--\tana has quit",
        "--\tMode #ops [+o ana] by services",
        "=!=\tsomething failed",
        "\tDay changed to Sun, 29 Nov 2026",
        " *\tana",
    ],
)
def test_a_line_about_people_is_not_said(line: str) -> None:
    assert item(f"2026-11-28 09:15:02\t{line}") is None


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-28 09:15:02", LOCAL),
        ("2026-11-28T09:15:02Z", LOCAL.replace(tzinfo=timezone.utc)),
        ("2026-11-28T09:15:02.25Z", LOCAL.replace(microsecond=250_000, tzinfo=timezone.utc)),
        ("2026-11-28 09:15:02.123456789", LOCAL.replace(microsecond=123_000)),
    ],
)
def test_a_time_is_local_unless_it_says_otherwise(written: str, time: datetime) -> None:
    found = item(f"{written}\tana\tx")
    assert isinstance(found, Said)
    assert found.time == round(time.timestamp() * 1000)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-11-28 09:15:02 ana hola", "it has no two TABs, like: 2026-11-28 09:15:02<TAB>ana"),
        ("09:15\tana\thola", "its time is none like 2026-11-28 09:15:02"),
        ("2026-02-30 09:15:02\tana\thola", "its time is none like 2026-11-28 09:15:02"),
    ],
)
def test_a_bad_line_is_told(line: str, why: str) -> None:
    found = item(line)
    assert isinstance(found, Bad)
    assert found.why.startswith(why)


def test_a_line_in_another_encoding_is_told() -> None:
    (found,) = read([b"2026-11-28 09:15:02\tana\tma\xf1ana\n"])
    assert isinstance(found, Bad)
