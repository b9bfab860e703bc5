"""Blocks of session numbers: a node uses one only once the grant is sealed. A small model.

This module must not know what the numbers are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MOST_BLOCKS = 3
"""Blocks that are granted in a world: one each, and one that is granted once more."""


class Blocks(NamedTuple):
    """Blocks that are ``granted``, of which the standby has ``safe``, and which node has which."""

    granted: int = 0
    safe: int = 0
    held: tuple[int | None, int | None] = (None, None)
    used: tuple[tuple[int, int], ...] = ()


class BlockModel:
    """Two nodes that take blocks of numbers, and failovers."""

    def __init__(self, *, sealed: bool = True) -> None:
        """``sealed`` is True if a block is used only once its grant is on the standby."""
        self._sealed = sealed

    def first(self) -> Blocks:
        """Return the state in which no block is granted."""
        return Blocks()

    def steps(self, state: Blocks) -> Iterator[tuple[str, tuple[object, ...], Blocks]]:
        """Return what may happen next."""
        granted, safe, held, used = state
        for node in (0, 1):
            block = held[node]
            if block is None:
                if granted < MOST_BLOCKS:
                    new = Blocks(granted + 1, safe, _put(held, node, granted), used)
                    yield "node {} is granted block {}", (node, granted), new
            elif block < safe or not self._sealed:
                new = Blocks(granted, safe, _put(held, node, None), (*used, (block, node)))
                yield "node {} uses block {}", (node, block), new
        if safe < granted:
            yield "the standby receives a grant", (), state._replace(safe=safe + 1)
            left = [None if block is None or block >= safe else block for block in held]
            yield "a failover", (), Blocks(safe, safe, (left[0], left[1]), used)

    def fault(self, state: Blocks) -> str:
        """Return what is wrong if two nodes use one block, or one uses it twice."""
        blocks = [block for block, _ in state.used]
        return f"a block is used twice: {blocks}" if len({*blocks}) < len(blocks) else ""

    def fault_at_the_end(self, state: Blocks) -> str:
        """Return what is wrong if a block that was granted is never used."""
        if len(state.used) < state.granted:
            return f"{state.granted} blocks were granted, and {len(state.used)} used"
        return ""


def _put(
    held: tuple[int | None, int | None], node: int, block: int | None
) -> tuple[int | None, int | None]:
    return (block, held[1]) if node == 0 else (held[0], block)
