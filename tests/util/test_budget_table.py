"""The table of budgets, and the limits that follow from it."""

from __future__ import annotations

import pytest

from chatd.util.budget_table import TABLE, Budget, Kind, Level, limits_with


class TestLimits:
    @pytest.mark.parametrize("kind", Kind)
    def test_rise_with_the_level(self, kind: Kind) -> None:
        limits = [
            limit
            for level, limit in TABLE[kind].limits.items()
            if level is not Level.ACCOUNT and limit
        ]
        assert limits == sorted(limits)
        assert Level.ALL in TABLE[kind].limits

    def test_are_the_default_ones_unless_given(self) -> None:
        budget = Budget(Kind.LINES, Level.ACCOUNT)
        assert limits_with({})[budget] == 200_000
        assert limits_with({budget: 5})[budget] == 5

    def test_by_default_no_network_holds_more_than_half(self) -> None:
        every, site = Budget(Kind.CONNECTIONS, Level.ALL), Budget(Kind.CONNECTIONS, Level.SITE)
        assert limits_with({every: 1000})[site] == 500
        assert limits_with({every: 1000, site: 900})[site] == 900
        assert limits_with({every: 50})[site] == 100
        assert limits_with({every: 0})[site] == 4000
