"""The table of all limits: it has those of the code, and names attacks that there are."""

from __future__ import annotations

import re
from functools import cache

import pytest

from chatd.i18n import Language
from tests.proofs.attacks.__main__ import name_of
from tests.proofs.attacks.catalogue import CATALOGUE
from tests.support.checkout import ROOT
from tools.limits import LIMITS, OPTIONS, Limit

A_LIMIT = re.compile(
    r"(MOST|MAX|SLOW|QUICK|KEPT|UNPUBLISHED|ALL_UNPUBLISHED)_.*|KEPT|WAITING"
    r"|.*_(COST|LISTED|SLOTS|SHOWN|GIVEN|AT_ONCE|A_TURN|A_LINE|A_SLICE|READ_BYTES|ANSWER_BYTES)"
)
"""The names of constants that limit something."""

NO_LIMITS = {
    # Rules of the language, and of what people read
    *("chat.session.NAMES_SHOWN", "text.escaping.MAX_BLANK", "text.escaping.MOST_GROWTH"),
    "commands.seen.NAMES_SHOWN",
    "text.work.MOST_WORK",
    *("text.validation.KEPT_OF_LONG", "chat.actions.sanctions.MOST_SECONDS"),
    # Steps of work that no client asks for, and of its own size
    *("chat.idempotency.FORGOTTEN_AT_ONCE", "storage.sqlite.search_index.MOST_GRAMS"),
    *("chat.prompt_marks.MARKS_AT_ONCE", "chat.reach.SESSIONS_A_TURN"),
    *("storage.postgres.search_index.MOST_GRAMS", "storage.postgres.search_index.MOST_BLOCKS"),
    "webhooks.lanes.QUICK_TO_RETURN",
    # Of the operator alone
    *("protocols.control.MAX_LENGTH", "util.private_files.MAX_LINKS"),
    *("util.whole_files.MAX_BYTES", "storage.sqlite.examination.MOST_FAULTS"),
    *("daemon.retention.MOST_SECONDS", "daemon.service.OLD_NAMES_LISTED"),
    *("chat.actions.administration.OWNERS_LISTED", "chat.admin_requests.MOST_CHARACTERS"),
    *("daemon.handover.channel.MOST_BYTES", "daemon.handover.channel.MOST_DESCRIPTORS"),
    "daemon.handover.giving.MOST_TOGETHER",
    "protocols.web.monitoring.SCRAPE_COST",
}
"""Constants with such a name that keep no client from costing others much."""


@cache
def constants() -> frozenset[str]:
    """Return the constants of chatd that are named as limits, as the table names them."""
    found = set()
    for path in (ROOT / "chatd").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT / "chatd").with_suffix("").parts)
        names = re.findall("^([A-Z][A-Z_]*) = ", path.read_text("utf-8"), re.MULTILINE)
        found.update(f"{module}.{name}" for name in names if A_LIMIT.fullmatch(name))
    return frozenset(name for name in found if not name.startswith("client."))


def test_the_table_has_each_limit_of_the_code() -> None:
    """A new one is a row of tools/limits.csv, with the attack that made it; see `NO_LIMITS`."""
    listed = {limit.name for limit in LIMITS}
    assert sorted(constants() - listed - NO_LIMITS) == []


def test_a_limit_has_one_row() -> None:
    names = [limit.name for limit in LIMITS]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_exceptions_are_constants_without_a_row() -> None:
    assert sorted(NO_LIMITS - constants()) == []
    assert sorted(NO_LIMITS & {limit.name for limit in LIMITS}) == []


def test_the_attacks_are_in_the_catalogue() -> None:
    rows = {**OPTIONS, **{limit.name: limit.attacks for limit in LIMITS}}
    catalogue = {name_of(kind) for kind in CATALOGUE}
    assert [name for name, attacks in rows.items() if not attacks] == []
    assert {attack for attacks in rows.values() for attack in attacks.split()} <= catalogue


def limit(name: str, unit: str) -> Limit:
    return Limit(name, unit, "a limit", "un límite", "an-attack")


@pytest.mark.parametrize(
    ("name", "unit", "written"),
    [
        ("storage.group_commit.WAITING_BYTES", "B", "4 MiB"),
        ("rooms.feed.PUSH_BYTES", "B", "64 KiB"),
        ("util.meter.BYTES_A_LINE", "B", "5000 B"),
        ("webhooks.targets.GIVE_UP_SECONDS", "s", "7 d"),
        ("protocols.transport.writer.CLOSE_SECONDS", "s", "60 s"),
        ("protocols.transport.scheduler.TURN_SECONDS", "s", "2 ms"),
        ("chat.idempotency.KEPT", "", "20000"),
    ],
)
def test_a_value_has_its_unit(name: str, unit: str, written: str) -> None:
    assert limit(name, unit).written == written


@pytest.mark.parametrize("name", ["rooms.feed.NO_SUCH", "rooms.nothing.MOST", "rooms.feed.Feed"])
def test_a_row_of_no_number_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"tools/limits.csv: chatd.{name}")):
        limit(name, "").value  # noqa: B018 - a property that raises


def test_a_meaning_is_in_each_language() -> None:
    assert limit("", "").meaning(Language.ENGLISH) == "a limit"
    assert limit("", "").meaning(Language.SPANISH) == "un límite"
