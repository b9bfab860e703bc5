"""The dashboard for Grafana: a table of panels, and the JSON that Grafana imports.

`tools.documents` writes it to `PATH`. This module must not know which figures there are: a test
compares.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

PATH = "docs/monitoring/chatd-dashboard.json"

SCHEMA = 39
"""The version of the form of dashboards, that of Grafana 11. A later Grafana brings it up to date.
"""

COLUMNS = 3
WIDTH, HEIGHT = 24 // COLUMNS, 8
"""The size of a panel: Grafana's grid has 24 columns."""

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


class Panel(NamedTuple):
    """A graph: its title, its unit in Grafana, and its queries, each with a legend."""

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]


def _rate(name: str, by: str) -> str:
    return f"sum by ({by}) (rate({name}{{$of}}[$__rate_interval]))"


def _quantile(share: float, name: str, by: str = "le", where: str = "$of") -> str:
    rates = f"rate({name}_bucket{{{where}}}[$__rate_interval])"
    return f"histogram_quantile({share}, sum by ({by}) ({rates}))"


PANELS = (
    Panel(
        "Clients",
        "short",
        (
            ("sum by (door) (chatd_connections{$of})", "{{door}}"),
            ("sum (chatd_connections_limit{$of})", "limit"),
        ),
    ),
    Panel("Sessions", "short", (("sum by (kind) (chatd_sessions{$of})", "{{kind}}"),)),
    Panel("Rooms", "short", (("chatd_rooms{$of}", "{{instance}}"),)),
    Panel(
        "Lines stored a second",
        "short",
        ((_rate("chatd_store_events_total", "instance"), "{{instance}}"),),
    ),
    Panel(
        "Lines, messages and requests read a second",
        "short",
        ((_rate("chatd_inputs_total", "door"), "{{door}}"),),
    ),
    Panel(
        "Deliveries a second",
        "short",
        ((_rate("chatd_deliveries_total", "format"), "{{format}}"),),
    ),
    Panel(
        "The way of a line: p99 of each stage",
        "s",
        ((_quantile(0.99, "chatd_line_stage_seconds", "le, stage"), "{{stage}}"),),
    ),
    Panel(
        "Lines in a commit",
        "short",
        (
            (
                "sum by (instance) (rate(chatd_store_events_total{$of}[$__rate_interval])) / sum by"
                ' (instance) (rate(chatd_line_stage_seconds_count{stage="commit", $of}'
                "[$__rate_interval]))",
                "{{instance}}",
            ),
        ),
    ),
    Panel(
        "Reactor lag",
        "s",
        tuple(
            (_quantile(share, "chatd_reactor_lag_seconds"), f"p{100 * share:g}")
            for share in (0.5, 0.99)
        ),
    ),
    Panel(
        "Refused a second",
        "short",
        (
            (_rate("chatd_connections_refused_total", "reason"), "connections: {{reason}}"),
            (_rate("chatd_lines_refused_total", "reason"), "lines: {{reason}}"),
        ),
    ),
    Panel(
        "Clients that take nothing",
        "short",
        (("sum by (door) (chatd_connections_blocked{$of})", "{{door}}"),),
    ),
    Panel(
        "Bytes a second",
        "Bps",
        (
            (_rate("chatd_received_bytes_total", "instance"), "read"),
            (_rate("chatd_delivered_bytes_total", "instance"), "delivered"),
        ),
    ),
    Panel(
        "Passwords a second",
        "short",
        ((_rate("chatd_passwords_total", "outcome"), "{{outcome}}"),),
    ),
    Panel("Passwords, p99", "s", ((_quantile(0.99, "chatd_passwords_seconds"), "p99"),)),
    Panel("Webhooks", "short", (("sum by (state) (chatd_hooks{$of})", "{{state}}"),)),
    Panel(
        "Store",
        "bytes",
        (
            ("sum (chatd_store_bytes{$of})", "store"),
            ("sum (chatd_store_wal_bytes{$of})", "log"),
        ),
    ),
    Panel(
        "Lines that no index has",
        "short",
        (("chatd_index_lag_events{$of}", "{{instance}}"),),
    ),
    Panel(
        "Until certificates expire",
        "s",
        (("chatd_certificate_expiry_timestamp_seconds{$of} - time()", "{{instance}} {{door}}"),),
    ),
    Panel("Memory", "bytes", (("process_resident_memory_bytes{$of}", "{{instance}}"),)),
    Panel(
        "Processor",
        "percentunit",
        ((_rate("process_cpu_seconds_total", "instance"), "{{instance}}"),),
    ),
    Panel(
        "Open files",
        "percentunit",
        (("process_open_fds{$of} / process_max_fds{$of}", "{{instance}}"),),
    ),
    Panel("Ready: 1, or 0", "short", (("chatd_ready{$of}", "{{instance}}"),)),
    Panel(
        "Age of the last back-up",
        "s",
        (("time() - chatd_backup_last_success_timestamp_seconds{$of}", "{{instance}}"),),
    ),
)
"""The graphs, row by row. ``$of`` stands for the instances that are chosen."""

OF_INSTANCES = 'instance=~"$instance"'


def expressions() -> list[str]:
    """Return the expressions of all graphs, in PromQL with the variables of Grafana."""
    queries = (query for panel in PANELS for query, _ in panel.queries)
    return [query.replace("$of", OF_INSTANCES) for query in queries]


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": WIDTH * column, "y": HEIGHT * row},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": _SOURCE,
                "expr": query.replace("$of", OF_INSTANCES),
                "legendFormat": legend,
            }
            for place, (query, legend) in enumerate(panel.queries)
        ],
    }


def written() -> str:
    """Return the dashboard as JSON."""
    variables = [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
        {
            "name": "instance",
            "type": "query",
            "datasource": _SOURCE,
            "query": "label_values(chatd_build_info, instance)",
            "refresh": 2,
            "includeAll": True,
            "multi": True,
            "current": {"text": "All", "value": "$__all"},
        },
    ]
    dashboard = {
        "title": "chatd",
        "uid": "chatd",
        "schemaVersion": SCHEMA,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": variables},
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }
    return json.dumps(dashboard, indent=2) + "\n"
