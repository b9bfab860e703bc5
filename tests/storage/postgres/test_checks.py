"""Tests of `chatd.storage.postgres.checks`: servers and databases that are not as they must be."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.storage.postgres.checks import Findings, State, findings_of
from chatd.storage.shared.settings import Durability

REPLICATED, MANAGED, ONE_DISK = Durability

GOOD = State(
    database="chat",
    role="chatd",
    encoding="UTF8",
    is_superuser=False,
    may_replicate=False,
    passes_policies=False,
    synchronous_commit="on",
    fsync="on",
    full_page_writes="on",
    standby_names="ANY 1 (alba, eva)",
    standbys=2,
    synchronous=None,
    is_public=False,
    others=[],
    size=8_000_000,
)


def found(durability: Durability = REPLICATED, **other: Any) -> Findings:
    """Return the findings about a state that is good but for some values."""
    return findings_of(GOOD._replace(**other), durability)


@pytest.mark.parametrize("durability", Durability)
def test_nothing_is_found_where_all_is_as_it_must_be(durability: Durability) -> None:
    assert found(durability) == ([], [], [], 8_000_000)


@pytest.mark.parametrize("durability", Durability)
@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"encoding": "LATIN1"}, "the database chat has the encoding LATIN1. "),
        ({"is_superuser": True, "may_replicate": True}, "the role chatd is a superuser. "),
        ({"may_replicate": True}, "the role chatd may replicate the server. "),
        ({"passes_policies": True}, "the role chatd passes row security. "),
    ],
)
def test_some_is_a_fault_in_every_case(
    durability: Durability, other: dict[str, Any], why: str
) -> None:
    (fault,) = found(durability, **other).faults
    assert fault.startswith(why)


class TestDurability:
    @pytest.mark.parametrize(
        ("other", "why"),
        [
            ({"synchronous_commit": "off"}, "synchronous_commit is off, "),
            ({"synchronous_commit": "local"}, "synchronous_commit is local, "),
            ({"synchronous_commit": "remote_write"}, "synchronous_commit is remote_write, "),
            ({"fsync": "off"}, "fsync is off, "),
            ({"full_page_writes": "off"}, "full_page_writes is off, "),
        ],
    )
    def test_a_server_that_forgets_is_refused_unless_the_operator_knows(
        self, other: dict[str, Any], why: str
    ) -> None:
        (fault,) = found(**other).faults
        assert fault.startswith(why)
        assert found(ONE_DISK, **other) == ([], [fault], [], GOOD.size)

    @pytest.mark.parametrize(
        ("other", "why"),
        [
            ({"standby_names": ""}, "synchronous_standby_names is empty, "),
            ({"standby_names": " "}, "synchronous_standby_names is empty, "),
            ({"standbys": 0}, "no standby of synchronous_standby_names (ANY 1 (alba, eva)) "),
            ({"synchronous": False}, "no standby of synchronous_standby_names "),
        ],
    )
    def test_a_server_alone_is_refused_unless_the_operator_knows(
        self, other: dict[str, Any], why: str
    ) -> None:
        (fault,) = found(**other).faults
        assert fault.startswith(why)
        assert found(MANAGED, **other) == found(ONE_DISK, **other) == ([], [], [], GOOD.size)

    def test_a_standby_that_is_seen_to_be_synchronous_is_one(self) -> None:
        assert found(synchronous=True).faults == []

    def test_a_commit_that_waits_for_longer_is_as_good(self) -> None:
        assert found(synchronous_commit="remote_apply").faults == []

    def test_a_service_may_write_no_pages(self) -> None:
        assert found(MANAGED, full_page_writes="off").faults == []
        assert found(MANAGED, fsync="off").faults != []


class TestHints:
    def test_are_doubted_where_all_may_connect(self) -> None:
        (doubt,) = found(is_public=True).doubts
        assert doubt.endswith("REVOKE CONNECT ON DATABASE chat FROM PUBLIC")

    def test_are_doubted_where_another_role_may_connect(self) -> None:
        (doubt,) = found(others=["eva", "luis"]).doubts
        assert doubt == "other roles may connect to the database chat: eva, luis"
