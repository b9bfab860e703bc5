"""`chatd.daemon.monitor` and `exposition`: the figures for people, and as Prometheus reads them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Coroutine
from math import inf
from typing import Any, TypeVar

import pytest
from twisted.internet.defer import Deferred

from chatd.daemon.figure_row import FigureKind
from chatd.daemon.figures import FIGURES
from chatd.util.extras import how_to_install
from tests.support.monitors import monitor_of
from tests.support.world import World

T = TypeVar("T")

parser = pytest.importorskip("prometheus_client.parser")


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(sys.modules):
        if name.startswith("prometheus_client"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)


def exposed(world: World) -> str:
    """Return the figures of a world in the text format of Prometheus."""
    written = result_of(monitor_of(world).expose())
    assert written is not None
    return written[0].decode()


def result_of(asked: Coroutine[Deferred[Any], Any, T]) -> T:
    """Return the result of what is asked in a world, whose workers work at once."""
    results: list[T] = []
    Deferred.fromCoroutine(asked).addCallback(results.append)
    (result,) = results
    return result


class TestExposition:
    def test_has_each_figure_with_its_kind(self) -> None:
        families = {
            each.name: each for each in parser.text_string_to_metric_families(exposed(World()))
        }
        for row in FIGURES:
            family = families[row.full_name.removesuffix("_total")]
            assert (family.type, family.documentation) == (row.kind.value, row.meaning)

    def test_has_the_values_by_their_labels(self) -> None:
        world = World()
        world.person()
        world.program()
        samples = _samples(exposed(world))
        assert samples["chatd_connections", "door=chat"] == 1
        assert samples["chatd_connections_admitted_total", "door=bare"] == 1

    def test_has_the_times_up_to_each_bound(self) -> None:
        world = World()
        world.say("hola")
        samples = _samples(exposed(world))
        count = samples["chatd_line_stage_seconds_count", "stage=commit"]
        assert count >= 1
        for bound in "0.0005", "2.5", "+Inf":
            labels = f"le={bound} stage=commit"
            assert samples["chatd_line_stage_seconds_bucket", labels] == count

    def test_has_the_figures_of_the_process(self) -> None:
        assert _samples(exposed(World()))["process_resident_memory_bytes", ""] > 0

    def test_is_in_the_format_that_is_asked_for(self) -> None:
        monitor = monitor_of(World())
        written = result_of(monitor.expose("application/openmetrics-text; version=1.0.0"))
        assert written is not None
        assert written[1].startswith("application/openmetrics-text")
        assert written[0].endswith(b"# EOF\n")

    @pytest.mark.parametrize("version", ["abc", "."])
    def test_is_text_for_a_version_that_is_none(self, version: str) -> None:
        accept = f"application/openmetrics-text; version={version}"
        written = result_of(monitor_of(World()).expose(accept))
        assert written is not None
        assert written[1].startswith("text/plain")

    @pytest.mark.usefixtures("without_library")
    def test_needs_its_library(self) -> None:
        assert result_of(monitor_of(World()).expose()) is None

    @pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
    def test_is_as_prometheus_wants_it(self) -> None:
        text = exposed(World()).encode()
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=text, capture_output=True, timeout=20
        )
        assert (checked.returncode, checked.stderr, checked.stdout) == (0, b"", b"")


class TestStats:
    def test_are_a_row_for_each_value(self) -> None:
        world = World(nodes=2)
        for _ in range(2):
            world.person()
        rows = result_of(monitor_of(world).stats(exposed=False))["stats"]
        assert ["connections", "chat", "1"] in rows
        assert {name for name, _, _ in rows} >= {
            row.name for row in FIGURES if row.kind is not FigureKind.GAUGE
        }

    def test_tell_how_long_most_took(self) -> None:
        world = World()
        monitor = monitor_of(world)
        commits = world.store.counts.stages
        commits.histograms["commit"].counts[:] = [0] * 13
        for _ in range(9):
            commits.add(0.0, 0.002)
        commits.add(0.0, 7.0)
        rows = {
            (name, labels): text
            for name, labels, text in result_of(monitor.stats(exposed=False))["stats"]
        }
        assert rows["line_stage_seconds", "commit"] == "10, half up to 2.5 ms, 99 % over 2500 ms"
        assert rows["passwords_seconds", ""] == "0"

    def test_are_as_prometheus_reads_them_if_asked(self) -> None:
        text = result_of(monitor_of(World()).stats(exposed=True))["exposition"]
        assert list(parser.text_string_to_metric_families(text))

    @pytest.mark.usefixtures("without_library")
    def test_need_the_library_for_that_alone(self) -> None:
        monitor = monitor_of(World())
        error = f"prometheus-client is not installed: {how_to_install('metrics')}."
        assert result_of(monitor.stats(exposed=True)) == {"error": error}
        assert result_of(monitor.stats(exposed=False))["stats"]


def _samples(text: str) -> dict[tuple[str, str], float]:
    """Return the values by their names and labels, in order of these."""
    found = {
        (sample.name, " ".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert inf not in found.values()
    return found
