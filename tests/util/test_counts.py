"""`chatd.util.counts`: values are counted up to bounds, and nothing is lost."""

from __future__ import annotations

from math import inf

import pytest

from chatd.util.counts import Histogram, Stages


class TestHistogram:
    def test_a_value_counts_up_to_its_bound_and_all_above(self) -> None:
        histogram = Histogram((1.0, 2.0))
        for value in 0.5, 1.0, 1.5, 7.0:
            histogram.add(value)
        assert histogram.cumulative == [(1.0, 2), (2.0, 3), (inf, 4)]
        assert (histogram.count, histogram.total) == (4, 10.0)

    @pytest.mark.parametrize(("share", "bound"), [(0.5, 1.0), (0.75, 2.0), (0.99, inf)])
    def test_a_share_of_the_values_is_below_its_quantile(self, share: float, bound: float) -> None:
        histogram = Histogram((1.0, 2.0))
        for value in 0.5, 1.0, 1.5, 7.0:
            histogram.add(value)
        assert histogram.quantile(share) == bound

    def test_without_values_a_quantile_is_0(self) -> None:
        assert Histogram().quantile(0.5) == 0.0


class TestStages:
    def test_each_stage_has_its_times(self) -> None:
        stages = Stages("first", "then")
        stages.add(0.25, 0.5)
        stages.add(0.25, 1.0)
        totals = {name: each.total for name, each in stages.histograms.items()}
        assert totals == {"first": 0.5, "then": 1.5}
        assert [each.count for each in stages.histograms.values()] == [2, 2]
