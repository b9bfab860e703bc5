"""The figures in the format of Prometheus, as `prometheus-client` writes them.

Only this module knows that library, which is imported when an `Exposition` is made, or before. It
must not know where figures come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from chatd.daemon.figure_row import FigureKind
from chatd.daemon.figures import Figures, Reading
from chatd.util.counts import Histogram
from chatd.util.worker import Worker

if TYPE_CHECKING:
    from prometheus_client import Metric

LIBRARY = "prometheus-client"


def load_library() -> None:
    """Import the library, if it is installed."""
    with suppress(ImportError):
        import prometheus_client.exposition  # noqa: F401


class Exposition:
    """Writes the figures of the daemon, and those of its process. Raises `ImportError`.

    Those of the process are read in a ``worker``: to count 10,000 open files takes 26 ms.
    """

    def __init__(self, figures: Figures, worker: Worker) -> None:
        from prometheus_client import ProcessCollector
        from prometheus_client.exposition import choose_encoder

        self._choose = choose_encoder
        self._figures = figures
        self._worker = worker
        self._process = ProcessCollector(registry=None)

    async def expose(self, accept: str = "") -> tuple[bytes, str]:
        """Return all figures in one of the formats in an ``Accept`` header, and its media type."""
        of_process = await self._worker.run(self._process.collect)
        try:
            generate, media_type = self._choose(accept)
        except TypeError:  # for a version that is no number the library raises this
            generate, media_type = self._choose("")
        return generate(_Families(self._figures.read(), of_process)), media_type


class _Families:
    """All figures as the library takes them: a collector that has collected."""

    def __init__(self, readings: Iterable[Reading], others: Iterable[Metric]) -> None:
        self._readings = readings
        self._others = others

    def collect(self) -> Iterable[Metric]:
        """Generate the figures."""
        yield from map(_family, self._readings)
        yield from self._others


def _family(reading: Reading) -> Metric:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )

    row, samples = reading
    of_kind = CounterMetricFamily if row.kind is FigureKind.COUNTER else GaugeMetricFamily
    if row.kind is FigureKind.HISTOGRAM:
        histograms = HistogramMetricFamily(row.full_name, row.meaning, labels=row.labels)
        for labels, value in samples:
            assert isinstance(value, Histogram)
            buckets = [(_bound(bound), float(count)) for bound, count in value.cumulative]
            histograms.add_metric(labels, buckets, value.total)
        return histograms
    family = of_kind(row.full_name, row.meaning, labels=row.labels)
    for labels, value in samples:
        assert not isinstance(value, Histogram)
        family.add_metric(labels, value)
    return family


def _bound(bound: float) -> str:
    """Return a bound as Prometheus writes it."""
    return "+Inf" if bound == float("inf") else repr(bound)
