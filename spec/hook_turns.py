"""Turns of hooks: each safe line is posted at least once, by the node whose turn it is.

The node posts the lines behind the hook's cursor, and stores the cursor behind each post. The
stored cursor only grows, because a node may store one late, after its turn. A small model. This
module must not know why a turn ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MOST_LINES = 3
"""Lines in a world: enough for a cursor that is two behind another one."""


class HookRules(NamedTuple):
    """The rules of hooks. Each field is a mistake if it is not as by default."""

    grows: bool = True
    """The stored cursor is the greatest of those that were stored."""

    post_first: bool = True
    """The cursor is stored once the line is posted."""

    safe_lines: bool = True
    """A line is posted once it is safe."""


class Turn(NamedTuple):
    """A node in its turn: the last line that it ``posted``, and the cursor that it ``stored``."""

    posted: int
    stored: int


class Hook(NamedTuple):
    """A hook: ``lines``, of which ``safe`` are on the standby; the stored cursor, and there.

    ``highest`` is the highest cursor that was safe. Both nodes may believe that it is their turn.
    """

    lines: int = 0
    safe: int = 0
    cursor: int = 0
    safe_cursor: int = 0
    highest: int = 0
    turns: tuple[Turn | None, Turn | None] = (None, None)
    posted: frozenset[int] = frozenset()


class HookModel:
    """A hook, two nodes that may post to it, and failovers."""

    def __init__(self, rules: HookRules) -> None:
        self._rules = rules

    def first(self) -> Hook:
        """Return the state without a line."""
        return Hook()

    def steps(self, state: Hook) -> Iterator[tuple[str, tuple[object, ...], Hook]]:
        """Return what may happen next."""
        if state.lines < MOST_LINES:
            yield "a line is said", (), state._replace(lines=state.lines + 1)
        if (state.safe, state.safe_cursor) != (state.lines, state.cursor):
            highest = max(state.highest, state.cursor)
            new = state._replace(safe=state.lines, safe_cursor=state.cursor, highest=highest)
            yield "the standby receives all", (), new
            new = state._replace(lines=state.safe, cursor=state.safe_cursor, turns=(None, None))
            yield "a failover", (), new
        for node in (0, 1):
            turn = state.turns[node]
            if turn is None:
                new = _put(state, node, Turn(state.cursor, state.cursor))
                yield "node {} takes the turn at {}", (node, state.cursor), new
            else:
                yield from self._deliver(state, node, turn)
                yield "node {} dies", (node,), _put(state, node, None)

    def _deliver(
        self, state: Hook, node: int, turn: Turn
    ) -> Iterator[tuple[str, tuple[object, ...], Hook]]:
        end = state.safe if self._rules.safe_lines else state.lines
        if turn.posted < end and (self._rules.post_first or turn.stored > turn.posted):
            line = turn.posted + 1
            new = _put(state, node, turn._replace(posted=line))
            yield "node {} posts {}", (node, line), new._replace(posted=state.posted | {line})
        cursor = turn.posted if self._rules.post_first else turn.posted + 1
        if turn.stored < cursor <= state.lines:
            new = _put(state, node, turn._replace(stored=cursor))
            kept = max(state.cursor, cursor) if self._rules.grows else cursor
            yield "node {} stores {}", (node, cursor), new._replace(cursor=kept)

    def fault(self, state: Hook) -> str:
        """Return what is wrong: a line that is never posted, one too soon, or one too often."""
        if state.posted and max(state.posted) > state.safe:
            return f"line {max(state.posted)} was posted, and a failover would lose it"
        if state.turns == (None, None) and not state.posted.issuperset(range(1, state.cursor + 1)):
            return f"the cursor is {state.cursor}, and only {sorted(state.posted)} were posted"
        if state.safe_cursor < state.highest:
            return f"the cursor goes back from {state.highest} to {state.safe_cursor}"
        return ""

    def fault_at_the_end(self, state: Hook) -> str:
        """Return nothing: a node can always take the turn."""
        return ""


def _put(state: Hook, node: int, turn: Turn | None) -> Hook:
    """Return a state with another turn of a node."""
    first, second = state.turns
    return state._replace(turns=(turn, second) if node == 0 else (first, turn))
