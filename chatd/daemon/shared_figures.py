"""The figures of a log that several nodes share: there are none for a daemon that is alone.

This module must not know how figures are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatd.daemon.figure_row import FigureKind, Parts, Row, Sample
from chatd.storage.node_states import LogState


def _of_log(read: Callable[[LogState], float]) -> Callable[[Parts], Iterable[Sample]]:
    """Return the reader of a figure of the log."""

    def read_all(parts: Parts) -> Iterable[Sample]:
        state = parts.server.store.log_state()
        return [] if state is None else [((), read(state))]

    return read_all


_C, _G = FigureKind.COUNTER, FigureKind.GAUGE

SHARED_FIGURES = (
    Row(
        "nodes_live",
        _G,
        "Nodes that share the store and are live, with this one; missing without several nodes",
        _of_log(lambda state: state.live_nodes),
    ),
    Row(
        "node_term",
        _G,
        "Term of this node: it grows whenever this node or another one begins one",
        _of_log(lambda state: state.term),
    ),
    Row(
        "node_seconds_left",
        _G,
        "Seconds for which this node is still current without another renewal of its lease",
        _of_log(lambda state: state.seconds_left),
    ),
    Row(
        "node_cut_off",
        _G,
        "1 if this node is cut off from the others, otherwise 0",
        _of_log(lambda state: state.is_cut_off),
    ),
    Row(
        "log_level",
        _G,
        "Version of the log that all nodes can read",
        _of_log(lambda state: state.level),
    ),
    Row(
        "log_read_number",
        _G,
        "Number of the last batch of the log that this node has read",
        _of_log(lambda state: state.read),
    ),
    Row(
        "log_safe_number",
        _G,
        "Number of the last batch of the log that is known to be safe",
        _of_log(lambda state: state.safe),
    ),
    Row(
        "log_published_number",
        _G,
        "Number of the last batch of the log that this node has shown",
        _of_log(lambda state: state.published),
    ),
    Row(
        "log_lag_batches",
        _G,
        "Batches that are in the log and not shown by this node yet",
        _of_log(lambda state: state.lag),
    ),
    Row(
        "log_dropped_total",
        _C,
        "Batches that were read and never shown, because the link was lost before they were safe",
        _of_log(lambda state: state.dropped),
    ),
    Row(
        "links_lost_total",
        _C,
        "Links to the database that were lost",
        _of_log(lambda state: state.lost_links),
    ),
)
"""The figures, in the order in which they are shown."""
