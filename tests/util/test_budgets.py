"""Budgets: what fits at all levels of an owner is counted, and comes back over a day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from chatd.util import budgets
from chatd.util.budget_table import Budget, Kind, Level, Limits
from chatd.util.budgets import DAY, SERVER, UNLIMITED, Budgets, UsedUp, owner_of

ANA = owner_of("ana", "192.0.2.7")
GUEST = owner_of("", "192.0.2.7")
ELSEWHERE = owner_of("", "198.51.100.1")


def made(clock: Clock | None = None, **limits: int) -> Budgets:
    """Return budgets with these limits: ``lines_account=3``, say."""
    given: Limits = {
        Budget(Kind(kind), Level(level)): limit
        for name, limit in limits.items()
        for kind, _, level in [name.partition("_")]
    }
    return Budgets(clock or Clock(), given)


def refused(counts: Budgets, owner: budgets.Owner, *costs: tuple[Kind, int]) -> UsedUp | None:
    """Spend, and return the refusal if there is one."""
    try:
        counts.spend(owner, *costs)
    except UsedUp as refusal:
        return refusal
    return None


class TestOwners:
    @pytest.mark.parametrize(
        ("account", "host", "owner"),
        [
            ("ana", "192.0.2.7", "account ana, 64 192.0.2.7, all "),
            ("", "192.0.2.7", "address 192.0.2.7, 64 192.0.2.7, all "),
            (
                "",
                "2001:db8:1:2ff::7",
                "address 2001:db8:1:2ff::7, 64 2001:db8:1:2ff::/64, 56 2001:db8:1:200::/56,"
                " 48 2001:db8:1::/48, all ",
            ),
            (
                "ana",
                "2001:db8:1:2ff::/64",
                "account ana, 64 2001:db8:1:2ff::/64, 56 2001:db8:1:200::/56,"
                " 48 2001:db8:1::/48, all ",
            ),
            ("", "", "address , 64 , all "),
            ("ana", "", "account ana, 64 , all "),
            ("", "uid1001", "address uid1001, 64 uid1001, all "),
            ("ana", "uid1001", "account ana, 64 uid1001, all "),
        ],
    )
    def test_count_at_levels_from_the_narrowest(self, account: str, host: str, owner: str) -> None:
        levels = (f"{level.value} {key}" for level, key in owner_of(account, host))
        assert ", ".join(levels) == owner


class TestSpending:
    def test_half_at_once_and_the_rest_over_a_day(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=20)
        assert refused(counts, ANA, (Kind.LINES, 10)) is None
        full = refused(counts, ANA, (Kind.LINES, 1))
        assert full is not None
        assert full.args == ("lines.account", 20, pytest.approx(DAY / 10))
        clock.advance(DAY / 10)
        assert refused(counts, ANA, (Kind.LINES, 1)) is None
        assert refused(counts, ANA, (Kind.LINES, 1)) is not None

    @given(st.lists(st.tuples(st.floats(0, DAY), st.integers(1, 6)), max_size=60))
    def test_in_no_day_more_than_the_limit(self, spends: list[tuple[float, int]]) -> None:
        clock = Clock()
        counts = made(clock, lines_account=12)
        spent: list[tuple[float, int]] = []
        for pause, amount in spends:
            clock.advance(pause)
            if refused(counts, ANA, (Kind.LINES, amount)) is None:
                spent.append((clock.seconds(), amount))
        for end, _ in spent:
            assert sum(n for at, n in spent if end - DAY * 0.999 < at <= end) <= 12

    def test_one_that_is_more_than_half_fits_into_the_whole_budget(self) -> None:
        clock = Clock()
        counts = made(clock, bytes_account=10)
        assert refused(counts, ANA, (Kind.BYTES, 8)) is None
        clock.advance(DAY)
        assert refused(counts, ANA, (Kind.BYTES, 8)) is not None  # it still owes three
        clock.advance(DAY * 3 / 5)
        assert refused(counts, ANA, (Kind.BYTES, 8)) is None

    def test_at_every_level_or_at_none(self) -> None:
        counts = made(lines_address=4, lines_64=2)
        assert refused(counts, GUEST, (Kind.LINES, 1)) is None
        full = refused(counts, GUEST, (Kind.LINES, 1))
        assert full is not None
        assert full.budget == Budget(Kind.LINES, Level.NETWORK)
        assert [use.used for use in counts.uses(GUEST, Kind.LINES)] == [1, 1]

    def test_of_every_kind_or_of_none(self) -> None:
        counts = made(lines_address=4, bytes_address=4)
        assert refused(counts, GUEST, (Kind.LINES, 1), (Kind.BYTES, 3)) is None  # into the whole
        assert refused(counts, GUEST, (Kind.LINES, 1), (Kind.BYTES, 1)) is not None
        assert counts.uses(GUEST, Kind.LINES)[0].used == 1

    def test_an_account_is_one_owner_wherever_it_is(self) -> None:
        counts = made(lines_account=2)
        assert refused(counts, ANA, (Kind.LINES, 1)) is None
        assert refused(counts, owner_of("ana", "198.51.100.1"), (Kind.LINES, 1)) is not None
        assert refused(counts, owner_of("luis", "192.0.2.7"), (Kind.LINES, 1)) is None

    def test_others_are_not_refused(self) -> None:
        counts = made(lines_64=2)
        assert refused(counts, GUEST, (Kind.LINES, 1)) is None
        assert refused(counts, ANA, (Kind.LINES, 1)) is not None
        assert refused(counts, ELSEWHERE, (Kind.LINES, 1)) is None

    def test_all_are_one_owner(self) -> None:
        counts = made(lines_all=4)
        assert refused(counts, GUEST, (Kind.LINES, 1)) is None
        assert refused(counts, SERVER, (Kind.LINES, 1)) is None
        assert refused(counts, ELSEWHERE, (Kind.LINES, 1)) is not None

    def test_a_refusal_says_the_limit_and_the_wait(self) -> None:
        counts = made(lines_account=4)
        counts.spend(ANA, (Kind.LINES, 2))
        full = refused(counts, ANA, (Kind.LINES, 1))
        assert full is not None
        assert (full.limit, full.seconds) == (4, DAY / 2)

    def test_a_limit_of_one_is_one(self) -> None:
        counts = made(lines_account=1)
        assert refused(counts, ANA, (Kind.LINES, 1)) is None
        assert refused(counts, ANA, (Kind.LINES, 1)) is not None

    def test_nothing_fits_always(self) -> None:
        counts = made(lines_account=4)
        counts.count(ANA, (Kind.LINES, 100))
        assert refused(counts, ANA, (Kind.LINES, 0)) is None

    def test_without_a_limit_nothing_is_refused(self) -> None:
        assert refused(made(lines_account=0), ANA, (Kind.LINES, 10**9)) is None

    def test_what_is_given_back_may_be_spent_again(self) -> None:
        counts = made(lines_account=4)
        counts.spend(ANA, (Kind.LINES, 2))
        counts.count(ANA, (Kind.LINES, -2))
        assert refused(counts, ANA, (Kind.LINES, 2)) is None

    def test_no_more_is_given_back_than_the_budget(self) -> None:
        counts = made(lines_account=4)
        counts.count(ANA, (Kind.LINES, -100))
        assert refused(counts, ANA, (Kind.LINES, 2)) is None
        assert refused(counts, ANA, (Kind.LINES, 1)) is not None

    def test_what_cannot_be_refused_is_paid_for_later(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=4)
        counts.count(ANA, (Kind.LINES, 4))
        clock.advance(DAY)
        assert refused(counts, ANA, (Kind.LINES, 1)) is not None

    def test_what_cannot_be_refused_is_paid_for_after_two_days(self) -> None:
        clock = Clock()
        counts = made(clock, lines_64=4)
        counts.count(ANA, (Kind.LINES, 400))
        clock.advance(2 * DAY - 1)
        assert counts.left(GUEST, Kind.LINES) == 1
        clock.advance(1)
        assert counts.left(GUEST, Kind.LINES) == 2


class TestLeft:
    def test_is_what_fits_at_all_levels_now(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=20, lines_64=10)
        assert counts.left(ANA, Kind.LINES) == 5
        counts.spend(ANA, (Kind.LINES, 4))
        assert counts.left(ANA, Kind.LINES) == 1
        clock.advance(DAY / 10)
        assert counts.left(ANA, Kind.LINES) == 1  # half a line came back
        counts.count(GUEST, (Kind.LINES, 100))
        assert counts.left(ANA, Kind.LINES) == 0

    def test_is_unlimited_without_a_limit(self) -> None:
        assert made(lines_account=0).left(ANA, Kind.LINES) == UNLIMITED
        assert made().left(ANA, Kind.HOOKS) == UNLIMITED

    @given(st.lists(st.tuples(st.floats(0, DAY / 3), st.integers(1, 40)), max_size=30))
    def test_fits(self, spends: list[tuple[float, int]]) -> None:
        clock = Clock()
        counts = made(clock, lines_account=100)
        for pause, amount in spends:
            clock.advance(pause)
            left = counts.left(ANA, Kind.LINES)
            assert refused(counts, ANA, (Kind.LINES, min(amount, left))) is None


class TestHolding:
    def test_counts_while_it_exists(self) -> None:
        counts = made(hooks_account=1)
        counts.spend(ANA, (Kind.HOOKS, 1))
        full = refused(counts, ANA, (Kind.HOOKS, 1))
        assert full is not None
        assert full.args == ("hooks.account", 1, 0.0)
        counts.count(ANA, (Kind.HOOKS, -1))
        assert refused(counts, ANA, (Kind.HOOKS, 1)) is None

    def test_has_no_key_that_holds_nothing(self) -> None:
        counts = made(hooks_account=1)
        counts.spend(ANA, (Kind.HOOKS, 1))
        assert [use.key for use in counts.heaviest(Kind.HOOKS, Level.ACCOUNT, 9)] == ["ana"]
        counts.count(ANA, (Kind.HOOKS, -1))
        assert list(counts._ledgers[Kind.HOOKS][Level.ACCOUNT]) == []

    def test_does_not_come_back_by_itself(self) -> None:
        clock = Clock()
        counts = made(clock, hooks_account=1)
        counts.spend(ANA, (Kind.HOOKS, 1))
        clock.advance(2 * DAY)
        assert refused(counts, ANA, (Kind.HOOKS, 1)) is not None


class TestTheTablesOfKeys:
    def test_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(budgets, "MOST_KEYS", 2)
        counts = made(lines_account=4)
        for name in "abc":
            counts.spend(owner_of(name, ""), (Kind.LINES, 1))
        stored = counts.heaviest(Kind.LINES, Level.ACCOUNT, 10)
        assert [use.key for use in stored] == ["b", "c"]

    def test_have_no_key_that_was_given_all_back(self) -> None:
        counts = made(lines_account=4)
        for name, lines in ("a", 1), ("b", 1), ("b", -1):
            counts.count(owner_of(name, ""), (Kind.LINES, lines))
        assert list(counts._ledgers[Kind.LINES][Level.ACCOUNT]) == ["a"]

    def test_have_no_key_with_its_whole_budget(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=4)
        counts.spend(owner_of("a", ""), (Kind.LINES, 1))
        clock.advance(DAY)
        counts.spend(owner_of("b", ""), (Kind.LINES, 1))
        counts.count(owner_of("b", ""), (Kind.LINES, -1))
        assert list(counts._ledgers[Kind.LINES][Level.ACCOUNT]) == []


class TestUses:
    def test_of_an_owner_at_each_of_its_levels(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=20, lines_64=40)
        counts.spend(ANA, (Kind.LINES, 8))
        counts.spend(GUEST, (Kind.LINES, 4))
        clock.advance(DAY / 4)
        uses = [(str(u.budget), u.used, u.most, u.limit) for u in counts.uses(ANA, Kind.LINES)]
        # A quarter of the day has brought back a quarter of what may be spent at once.
        assert uses == [("lines.account", 6, 10, 20), ("lines.64", 7, 20, 40)]

    def test_are_of_little_also_where_much_is_allowed(self) -> None:
        counts = made(lines_account=10**6)
        counts.spend(ANA, (Kind.LINES, 1))
        assert counts.uses(ANA, Kind.LINES)[0].used == 1

    def test_of_all_are_those_of_all_networks_if_they_have_no_limit(self) -> None:
        counts = made(lines_64=20, hooks_all=5)
        for owner in ANA, GUEST, ELSEWHERE:
            counts.spend(owner, (Kind.LINES, 2), (Kind.HOOKS, 1))
        assert counts.total(Kind.LINES) == (Budget(Kind.LINES, Level.ALL), "", 6, 0, 0)
        assert counts.total(Kind.HOOKS) == (Budget(Kind.HOOKS, Level.ALL), "", 3, 5, 5)

    def test_the_heaviest_come_first(self) -> None:
        counts = made(lines_account=20)
        for name, lines in ("ana", 2), ("luis", 5), ("eva", 0):
            counts.spend(owner_of(name, ""), (Kind.LINES, lines))
        heaviest = counts.heaviest(Kind.LINES, Level.ACCOUNT, 10)
        assert [(use.key, use.used) for use in heaviest] == [("luis", 5), ("ana", 2)]
        assert len(counts.heaviest(Kind.LINES, Level.ACCOUNT, 1)) == 1

    def test_of_what_has_come_back_are_none_of_the_heaviest(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=20)
        counts.spend(ANA, (Kind.LINES, 2))
        clock.advance(DAY)
        assert counts.heaviest(Kind.LINES, Level.ACCOUNT, 9) == []

    def test_what_is_held_is_counted_without_a_limit(self) -> None:
        counts = made()
        counts.spend(GUEST, (Kind.CONNECTIONS, 1))
        assert [use.used for use in counts.uses(GUEST, Kind.CONNECTIONS)] == [1, 1]


class TestOtherLimits:
    @staticmethod
    def changed(counts: Budgets, **limits: int) -> None:
        counts.change_limits(
            {
                Budget(Kind(kind), Level(level)): limit
                for name, limit in limits.items()
                for kind, _, level in [name.partition("_")]
            }
        )

    def test_count_what_is_held(self) -> None:
        counts = made(hooks_account=3)
        counts.spend(ANA, (Kind.HOOKS, 2))
        self.changed(counts, hooks_account=2)
        assert refused(counts, ANA, (Kind.HOOKS, 1)) is not None
        self.changed(counts)
        assert refused(counts, ANA, (Kind.HOOKS, 1)) is None

    def test_count_what_was_spent(self) -> None:
        clock = Clock()
        counts = made(clock, lines_account=100)
        counts.spend(ANA, (Kind.LINES, 40))
        self.changed(counts, lines_account=200)
        assert counts.left(ANA, Kind.LINES) == 60
        clock.advance(DAY)
        assert counts.left(ANA, Kind.LINES) == 100

    def test_may_be_none_and_begin_again(self) -> None:
        counts = made(lines_account=100)
        self.changed(counts)
        assert counts.left(ANA, Kind.LINES) == UNLIMITED
        self.changed(counts, lines_account=100)
        assert counts.left(ANA, Kind.LINES) == 50
