"""`chatd.webhooks.incoming.reader`: the lines in bodies of tools, and what hostile ones become."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.messages import validate_message
from chatd.webhooks.incoming.lines import MOST_LINES, Reading
from chatd.webhooks.incoming.reader import Fault, read
from tests.support.hook_bodies import BODIES, FORM, JSON, HookBody

MAX_LENGTH = 4096

MUTANTS = int(os.environ.get("CHATD_HOOK_MUTANTS", "2000"))
"""Number of mutated bodies; each seed gives others."""


def lines(body: object, type: str = JSON, max_length: int = MAX_LENGTH) -> tuple[str, ...]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    got = read(type, data, max_length)
    assert isinstance(got, Reading), got
    return got.lines


@pytest.mark.parametrize("given", BODIES, ids=lambda each: each.sender)
def test_each_sender_says_what_a_person_would_write(given: HookBody) -> None:
    assert lines(given.body, given.type) == given.lines


class TestBlocks:
    """Blocks of any type, and of none."""

    @pytest.mark.parametrize(
        ("block", "said"),
        [
            ({"type": "image", "alt_text": "a cat", "image_url": "http://c"}, ["a cat http://c"]),
            ({"type": "image", "title": {"text": "t"}, "image_url": "http://c"}, ["t", "http://c"]),
            (
                {"type": "context", "elements": [{"text": "a"}, {"alt_text": "b"}, {"x": 1}]},
                ["a b"],
            ),
            (
                {"type": "section", "text": "a", "accessory": {"url": "u", "text": "b"}},
                ["a", "b: u"],
            ),
            ({"type": "section", "text": "a", "accessory": {"type": "button"}}, ["a"]),
            ({"type": "markdown", "text": "# a"}, ["# a"]),
            ({"type": "input", "label": {"text": "name"}}, ["name"]),
            ({"type": "video", "title": {"text": "v"}, "title_url": "http://v"}, ["v http://v"]),
            ({"type": "table", "rows": [[{"text": "a"}, {"text": "b"}], "x"]}, ["a | b"]),
            ({"text": "of no type"}, ["of no type"]),
            ({"type": ["odd"], "text": {"text": {"text": "no text"}}}, []),
            (
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "user", "user_id": "U1"},
                                {"type": "text", "text": " see "},
                                {"type": "channel", "channel_id": "C1"},
                                {"type": "emoji", "name": "tada"},
                                {"type": "broadcast", "range": "here"},
                            ],
                        },
                        {
                            "type": "rich_text_list",
                            "elements": [
                                {"type": "rich_text_section", "elements": [{"text": "one"}]},
                                {"type": "rich_text_section", "elements": [{"text": "two"}]},
                            ],
                        },
                    ],
                },
                ["@U1 see #C1:tada:@here", "- one", "- two"],
            ),
        ],
    )
    def test_is_said(self, block: object, said: list[str]) -> None:
        assert lines({"text": "first", "attachments": [{"blocks": [block]}]}) == ("first", *said)

    def test_replace_the_text(self) -> None:
        blocks = [{"type": "section", "text": {"text": "said"}}]
        assert lines({"text": "for a phone", "blocks": blocks}) == ("said",)

    def test_that_show_nothing_leave_the_text(self) -> None:
        assert lines({"text": "a", "blocks": [{"type": "divider"}, "x"]}) == ("a",)


class TestFallback:
    def test_is_said_if_there_is_nothing_else(self) -> None:
        given = {"attachments": [{"fallback": "&lt;a&gt;"}, {"fallback": "b"}]}
        assert lines(given) == ("<a>", "b")

    def test_is_left_out_otherwise(self) -> None:
        given = {"attachments": [{"fallback": "a"}, {"fallback": "b", "text": "c"}]}
        assert lines(given) == ("c",)


@pytest.mark.parametrize(
    ("type", "body", "fault"),
    [
        (JSON, b"", Fault.INVALID_PAYLOAD),
        (JSON, b"[]", Fault.INVALID_PAYLOAD),
        (JSON, b'"a"', Fault.INVALID_PAYLOAD),
        (JSON, b'{"text": "a"', Fault.INVALID_PAYLOAD),
        (JSON, b"[" * 60_000, Fault.INVALID_PAYLOAD),
        (JSON, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, None),
        (JSON, '{"text": "a"}'.encode("utf-16"), Fault.INVALID_PAYLOAD),
        (JSON, b"{}", Fault.NO_TEXT),
        (JSON, b'{"text": null, "attachments": null, "blocks": {}}', Fault.NO_TEXT),
        (JSON, b'{"text": ["a"], "attachments": "a", "embeds": [[]]}', Fault.NO_TEXT),
        (JSON, b'{"text": "\\u200b \\n"}', Fault.NO_TEXT),
        (FORM, b"payload=x", Fault.INVALID_PAYLOAD),
        (FORM, b"payload=", Fault.INVALID_PAYLOAD),
        (FORM, b"payload=%7B%7D", Fault.NO_TEXT),
        (FORM, b"text=", Fault.NO_TEXT),
        (FORM, b"", Fault.NO_TEXT),
        ("text/plain", b" \n", Fault.NO_TEXT),
        ("image/png", b"\x89PNG", Fault.INVALID_PAYLOAD),
        ("multipart/form-data; boundary=x", b"--x", Fault.INVALID_PAYLOAD),
    ],
)
def test_a_body_that_says_nothing_has_a_fault(type: str, body: bytes, fault: Fault | None) -> None:
    got = read(type, body, MAX_LENGTH)
    assert got in (Fault.INVALID_PAYLOAD, Fault.NO_TEXT)
    assert fault is None or got is fault


def test_odd_values_are_texts_or_nothing() -> None:
    given = b'{"text": NaN, "fields": [{"title": 1e400, "value": %s}, 3, {"value": true}]}'
    said, field, last = lines(given % (b"9" * 5000))
    assert (said, field[:10], field[-2:], last) == ("NaN", "1e400: 999", "9…", "true")
    assert lines(b'{"text": "a\\ud800b"}') == ("a\ufffdb",)
    assert lines(b'{"text": "caf\xe9"}') == ("caf\ufffd",)
    assert lines({"text": "a", "fields": {"title": "b", "value": "c"}}) == ("a", "b: c")


def test_a_long_body_ends_in_the_number_of_its_other_lines() -> None:
    body = {"text": "\n".join(f"line {number}" for number in range(MOST_LINES + 37))}
    got = lines(body)
    assert len(got) == MOST_LINES + 1
    assert got[-2:] == (f"line {MOST_LINES - 1}", "... 37 more lines")
    assert lines({"text": "\n".join(map(str, range(MOST_LINES + 1)))})[-1] == "... 1 more line"


def test_equal_neighbours_are_said_once() -> None:
    given = {"text": "a\na\n\na\nb", "attachments": [{"text": "b"}, {"text": "a"}]}
    assert lines(given) == ("a", "b", "a")


def test_all_lines_are_one_valid_message() -> None:
    for text in ("é" * 60_000, "\U0001f600" * 15_000, "a\u0301" * 9000, "a" + "\u0301" * 20_000):
        got = lines({"text": text + "\n" + text})
        assert validate_message("\n".join(got), MAX_LENGTH) == "\n".join(got)
    assert lines({"text": "\x1b[31mred\x1b[0m\x1b]0;x\x07"}) == ("red\x1b]0;x\x07",)
    assert lines({"text": "abcdefghij"}, max_length=5) == ("abcd…",)


class TestAlerts:
    @pytest.mark.parametrize(
        ("began", "ended"),
        [
            ("[FIRING:2] {} (db1)", "[RESOLVED] {} (db1)"),
            ("🔥 ALERTING: {}", "RESOLVED: {}"),
            ("[{}] [🔴 Down] timeout", "[{}] [✅ Up] 200 - OK"),
            ("_Shop_\n{0}\n[{0}] [🔴 Down] timeout", "{0}\n[{0}] [✅ Up] 200 - OK"),
            ("❌ Your service {} went down. ❌", "✅ Your service {} is up! ✅"),
            ("{} service went down.", "{} service went up!"),
            ("“{}” is DOWN.", "“{}” is UP (last ping was 1 s ago)."),
        ],
    )
    def test_one_that_is_over_has_the_identity_of_the_one_that_began(
        self, began: str, ended: str
    ) -> None:
        def alert(title: str) -> tuple[str, bool]:
            got = read(JSON, json.dumps({"attachments": [{"title": title}]}).encode(), MAX_LENGTH)
            assert isinstance(got, Reading)
            (found,) = got.alerts
            return found.identity, found.is_resolved

        identity, is_resolved = alert(began.format("Shop / web"))
        assert not is_resolved
        assert alert(ended.format("Shop / web")) == (identity, True)
        assert alert(began.format("Shop / mail")) != (identity, False)

    @pytest.mark.parametrize(
        "text", ["the service went down. Who is on it?", "“a” is up", "[a] b", "a\n\n[b] [up]"]
    )
    def test_words_of_people_are_none(self, text: str) -> None:
        got = read(JSON, json.dumps({"text": text}).encode(), MAX_LENGTH)
        assert isinstance(got, Reading)
        assert not got.alerts

    def test_are_at_their_first_lines(self) -> None:
        alerts = [
            {"labels": {"alertname": name}, "annotations": {"summary": "s\nt"}, "status": state}
            for name, state in (("a", "firing"), ("b", "resolved"), ("a", "resolved"))
        ]
        got = read(JSON, json.dumps({"alerts": alerts}).encode(), MAX_LENGTH)
        assert isinstance(got, Reading)
        assert [(each.line, each.is_resolved) for each in got.alerts] == [(0, False), (3, True)]
        assert got.lines[3] == "[RESOLVED] b"

    def test_that_are_not_said_are_at_the_last_line(self) -> None:
        alerts = [{"labels": {"alertname": f"a{number}"}} for number in range(80)]
        got = read(JSON, json.dumps({"alerts": alerts, "status": "firing"}).encode(), MAX_LENGTH)
        assert isinstance(got, Reading)
        assert len(got.alerts) == 80
        assert got.alerts[-1].line == MOST_LINES
        assert got.lines[MOST_LINES] == "... 30 more lines"

    def test_that_were_left_out_are_counted(self) -> None:
        got = lines({"alerts": [{"labels": {"alertname": "a"}}], "truncatedAlerts": 3})
        assert got == ("[] a", "... 3 more alerts")


def _mutated(chance: random.Random, body: bytes) -> bytes:
    """Return a body with some bytes changed, left out, doubled, or of another body."""
    data = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data) + 1)
        length = chance.choice((1, 1, 2, 8, 64))
        changes: tuple[Callable[[], bytes], ...] = (
            lambda length=length: chance.randbytes(length),  # type: ignore[misc]
            lambda: b"",
            lambda place=place: bytes(data[place : place + 200]) * 3,  # type: ignore[misc]
            lambda: chance.choice((b"[", b"{", b'"', b"null", b"1e999", b"\\ud800", b"<", b"&")),
            lambda: chance.choice(BODIES).body[:100],
        )
        data[place : place + length] = chance.choice(changes)()
    return bytes(data)


def test_no_mutated_body_makes_it_fail() -> None:
    seed = int(os.environ.get("CHATD_HOOK_SEED", "1"))
    chance = random.Random(seed)
    said = 0
    for number in range(MUTANTS):
        given = chance.choice(BODIES)
        body = _mutated(chance, given.body)
        got = read(chance.choice((given.type, JSON, FORM, "", "text/plain")), body, MAX_LENGTH)
        if isinstance(got, Reading):
            said += 1
            text = "\n".join(got.lines)
            assert validate_message(text, MAX_LENGTH) == text, (seed, number)
            assert all(0 <= each.line < len(got.lines) for each in got.alerts), (seed, number)
    assert said > MUTANTS / 10


_MEMBERS = (
    *("text", "blocks", "attachments", "fields", "title", "elements", "embeds", "type", "alerts"),
    *("labels", "annotations", "status", "value", "url", "footer", "rows", "author", "image"),
    *("accessory", "actions", "fallback", "payload", "fingerprint", "truncatedAlerts"),
)
_SIMPLE = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
_VALUES = st.recursive(
    _SIMPLE,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_MEMBERS), inner),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(("text", "blocks", "attachments", "alerts")), _VALUES))
def test_no_value_of_json_makes_it_fail(value: dict[str, object]) -> None:
    got = read(JSON, json.dumps(value).encode(), MAX_LENGTH)
    assert isinstance(got, Reading | Fault)
