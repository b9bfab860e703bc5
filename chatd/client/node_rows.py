"""The rows of `chatd admin nodes`: a node each, and then the log as one of them knows it.

This module must not know how they are asked for.
"""

from __future__ import annotations

import json
from typing import Any

from chatd.text.escaping import visible


def rows_of_nodes(reply: dict[str, Any], *, as_json: bool) -> list[str]:
    """Return the rows of a reply (see `chatd.storage.node_states`), or its objects, each a line."""
    if as_json:
        nodes = ({"type": "node", **node} for node in reply["nodes"])
        return [json.dumps(each) for each in (*nodes, {"type": "log", **reply["log"]})]
    return [*map(_row, reply["nodes"]), _log_row(reply["log"])]


def _row(node: dict[str, Any]) -> str:
    state = "live" if node["live"] else "ended"
    columns = [
        visible(str(node["name"])),
        f"{state}, asked" if node["is_this"] else state,
        f"term {node['term']}",
        f"version {node['version']}",
        f"beat {node['beat_seconds']:.0f} s ago",
        f"applied {node['applied']}",
    ]
    return "\t".join(columns)


def _log_row(log: dict[str, Any]) -> str:
    left = "cut off" if log["is_cut_off"] else f"current for {log['seconds_left']:.0f} s"
    columns = [
        "log",
        left,
        f"level {log['level']}",
        f"read {log['read']}",
        f"safe {log['safe']}",
        f"shown {log['published']}",
        f"{log['lag']} behind",
        f"{log['dropped']} dropped",
        f"{log['lost_links']} links lost",
    ]
    return "\t".join(columns)
