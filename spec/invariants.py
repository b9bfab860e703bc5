"""The invariants of each state, and of one after which nothing is left to happen.

The order of batches in a log is looked at where the log grows (`spec.log`). This module must not
know the rules.
"""

from __future__ import annotations

from spec.log import Log
from spec.state import State, newest_primary


def fault_of(state: State) -> str:
    """Return the invariant that a state breaks, or an empty string."""
    for server in state.servers:
        if server.log.fault:
            return server.log.fault
    for node, one in enumerate(state.nodes):
        if not one.shown.begins(state.ever):
            return f"I2 node {node} publishes another log than others have"
    first, second = state.servers
    if state.promotable and "S" in (first.role, second.role):
        standby = first if first.role == "S" else second
        fault = _lost(state, standby.log, "on the standby")
        if fault:
            return fault
    return _lost(state, newest_primary(state).log, "on the primary")


def _lost(state: State, log: Log, where: str) -> str:
    """Return what was shown or told, and is not so in a log that counts or may come to count."""
    if not state.ever.begins(log):
        return f"I1 what was published is not {where}"
    for node, outcomes in enumerate(state.outcomes):
        for at, outcome in enumerate(outcomes):
            line = f"{node}.{at}"
            if outcome == "acked" and line not in log.lines:
                return f"I3 {line} was acknowledged, and is not {where}"
            if outcome == "refused" and line in log.lines:
                return f"I3 {line} was refused, and is {where}"
    return ""


def unfinished(state: State) -> str:
    """Return the invariant that a state breaks in which nothing is left to happen.

    All is decided then, all nodes have published all that is in the log, and the log has the names
    and the visits that the nodes have.
    """
    newest = newest_primary(state)
    if newest.role == "D":
        return ""
    log = newest.log
    for node, one in enumerate(state.nodes):
        if one.pending is not None or one.next < len(state.outcomes[node]):
            return f"I7 node {node} waits for ever"
        if one.shown is not log:
            return f"I7 node {node} has published {one.shown.number} of {log.number} batches"
        if one.term != log.terms[node]:
            return f"I7 the term of node {node} has ended, and it does not know"
        held = tuple(sorted(look for look, by in log.claims.items() if by[0] == node))
        if held != tuple(sorted(one.holds)):
            return f"I7 node {node} holds {one.holds}, and the log says {held}"
        if ((node, one.term) in log.visits) != bool(one.visit):
            return f"I7 the log has another visit at node {node} than the node"
    return ""
