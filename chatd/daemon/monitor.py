"""The monitor: what those are told who watch the daemon, over HTTP and by `chatd admin stats`.

This module must not know connections, nor how a figure comes about.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from chatd.daemon.exposition import LIBRARY, Exposition
from chatd.daemon.figure_row import Value
from chatd.daemon.figures import Figures
from chatd.daemon.readiness import Readiness
from chatd.util.counts import Histogram
from chatd.util.extras import how_to_install
from chatd.util.worker import Worker


def missing_library() -> str:
    """Return what to do for figures in the format of Prometheus, as one line."""
    return f"{LIBRARY} is not installed: {how_to_install('metrics')}."


class Monitor:
    """Tells the state and the ``figures`` of the daemon.

    ``worker`` reads what would hold the reactor. It runs between `start` and `stop`.
    """

    def __init__(self, figures: Figures, readiness: Readiness, worker: Worker) -> None:
        self.figures = figures
        self._readiness = readiness
        self._worker = worker

    def start(self) -> None:
        """Begin to tell figures in the format of Prometheus."""
        self._worker.start()

    def stop(self) -> None:
        """Tell them no more."""
        self._worker.stop()

    @cached_property
    def exposition(self) -> Exposition | None:
        """The figures in the format of Prometheus; None if the library for it is not installed.

        To ask for it the first time takes 70 ms, in which the library is imported.
        """
        try:
            return Exposition(self.figures, self._worker)
        except ImportError:
            return None

    @property
    def health(self) -> str:
        """The word for the state of the store; "ok" if lines are saved."""
        return self._readiness.health

    @property
    def readiness(self) -> str:
        """The word for the state of the daemon; "ok" if it serves clients."""
        return self._readiness.readiness

    async def expose(self, accept: str = "") -> tuple[bytes, str] | None:
        """Return the figures in a format of Prometheus, and its media type.

        It is the one that an ``Accept`` header asks for, by default text. None without the library.
        """
        return None if self.exposition is None else await self.exposition.expose(accept)

    async def stats(self, exposed: bool) -> dict[str, Any]:
        """Return the reply to `chatd admin stats`, ``exposed`` in the format of Prometheus.

        It has ``{"stats": [[NAME, LABELS, TEXT], ...]}``, or ``{"exposition": TEXT}``, or the
        ``error``.
        """
        if not exposed:
            rows = [
                [reading.row.name, " ".join(labels), _shown(value)]
                for reading in self.figures.read()
                for labels, value in reading.samples
            ]
            return {"stats": rows}
        written = await self.expose()
        if written is None:
            return {"error": missing_library()}
        return {"exposition": written[0].decode()}


def _shown(value: Value) -> str:
    """Return a value for people: of a histogram, the number of times and how long most took."""
    if not isinstance(value, Histogram):
        return f"{value:.15g}"
    if not value.count:
        return "0"
    half, most = (_bounded(value, share) for share in (0.5, 0.99))
    return f"{value.count}, half {half}, 99 % {most}"


def _bounded(histogram: Histogram, share: float) -> str:
    bound = histogram.quantile(share)
    if bound > histogram.bounds[-1]:
        return f"over {1000 * histogram.bounds[-1]:g} ms"
    return f"up to {1000 * bound:g} ms"
