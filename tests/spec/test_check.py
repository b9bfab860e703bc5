"""`spec.check` and `spec.small_models`: the commands say what they found, and exit by it."""

from __future__ import annotations

import pytest

from spec import check, small_models
from spec.report import Bounds, Case, run
from spec.world import World
from spec.worlds_that_fall import FALL


class TestCheck:
    """The command that searches the worlds."""

    def test_a_world_is_searched_by_a_part_of_its_name(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert check.main(["--traces", "a WARNING"]) == 0
        first, *steps, last = capsys.readouterr().out.splitlines()
        assert first.startswith("ok   a WARNING is ignored: I3 0.0 was acknowledged")
        assert steps[-1] == "       the seal of 'stored 1' is cancelled"
        assert last.endswith("all as expected")

    def test_a_name_that_no_world_has_is_an_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit, match="2"):
            check.main(["no such world"])
        assert "no world has such a name" in capsys.readouterr().err

    def test_quick_worlds_are_among_all(self) -> None:
        quick, everything = check.chosen("quick", []), check.chosen("all", [])
        assert {world.name for world in quick} < {world.name for world in everything}


class TestRun:
    """The report of searches."""

    def world(self) -> World:
        return next(each for each in FALL if each.name == "no fence")

    def test_a_fault_where_there_must_be_none_is_told_with_its_trace(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (case,) = check.cases([self.world()._replace(falls=())])
        assert not run([case], Bounds())
        out = capsys.readouterr().out
        assert "BAD  no fence: I4" in out
        assert "node 0 sends 0.0 (say)" in out
        assert "NOT as expected: no fence" in out

    def test_another_fault_than_the_one_that_is_expected_is_told(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (case,) = check.cases([self.world()._replace(falls=("I1",))])
        assert not run([case], Bounds())
        assert "BAD" in capsys.readouterr().out

    @pytest.mark.parametrize(("partial", "verdict"), [(True, "part"), (False, "BAD ")])
    def test_a_search_that_is_not_finished_is_told(
        self, partial: bool, verdict: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (case,) = check.cases(check.chosen("all", ["three nodes"]))
        assert run([case], Bounds(states=10, partial=partial)) is partial
        assert capsys.readouterr().out.startswith(f"{verdict} no faults, three nodes")


class TestSmallModels:
    """The models beside that of the log."""

    @pytest.mark.parametrize(
        "case",
        [case for case in small_models.CASES if "lease" not in case.name],
        ids=lambda case: case.name,
    )
    def test_a_model_is_as_it_has_to_be(self, case: Case) -> None:
        assert run([case], Bounds())

    def test_a_clock_that_stops_breaks_a_lease(self) -> None:
        (case,) = [case for case in small_models.CASES if "a clock that stops" in case.name]
        assert run([case], Bounds())
