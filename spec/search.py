"""The search through all states of a model, breadth first, so that a way to a fault is a shortest.

This module must not know what is modelled.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol, TypeVar

S = TypeVar("S", bound=Hashable)


class Model(Protocol[S]):
    """A model: its first state, the steps from each, and what has to be so."""

    def first(self) -> S:
        """Return the first state."""

    def steps(self, state: S, /) -> Iterable[tuple[str, tuple[object, ...], S]]:
        """Return the steps from a state: a sentence, what is filled in, and the next state."""

    def fault(self, state: S, /) -> str:
        """Return what is wrong in a state; empty if it is in order."""

    def fault_at_the_end(self, state: S, /) -> str:
        """Return what is wrong if nothing is left to happen after a state."""


class Found(NamedTuple):
    """The result of a search: what is wrong, if anything is, and the steps to it.

    ``complete`` is False if a bound ended the search: then nothing is wrong in the states that it
    saw, which are all within ``depth`` steps.
    """

    fault: str
    trace: list[str]
    states: int
    depth: int
    seconds: float
    complete: bool


def search(model: Model[S], states: int = 1_000_000, seconds: float = 600) -> Found:
    """Search a model until something is wrong, all states were seen, or a bound is reached."""
    began = time.perf_counter()
    first = model.first()
    parents: dict[S, S | None] = {first: None}
    layer = [first]
    depth = 0

    def found(fault: str = "", state: S | None = None, *, complete: bool = True) -> Found:
        trace = [] if state is None else _trace(model, parents, state)
        spent = time.perf_counter() - began
        return Found(fault, trace, len(parents), depth, spent, complete)

    with _without_collections():
        while layer:
            depth += 1
            later = []
            for state in layer:
                moves = False
                for _, _, new in model.steps(state):
                    moves = moves or new != state
                    if new in parents:
                        continue
                    parents[new] = state
                    later.append(new)
                    fault = model.fault(new)
                    if fault:
                        return found(fault, new)
                if not moves:
                    fault = model.fault_at_the_end(state)
                    if fault:
                        return found(fault, state)
            if later and (len(parents) > states or time.perf_counter() - began > seconds):
                return found(complete=False)
            layer = later
    return found()


def _trace(model: Model[S], parents: dict[S, S | None], state: S) -> list[str]:
    """Return the steps to a state, as sentences."""
    sentences = []
    parent = parents[state]
    while parent is not None:
        sentence, told = next(
            (sentence, told) for sentence, told, new in model.steps(parent) if new == state
        )
        sentences.append(sentence.format(*told))
        state, parent = parent, parents[parent]
    return sentences[::-1]


@contextmanager
def _without_collections() -> Iterator[None]:
    """Let the collector rest: there are millions of tuples, and no cycle among them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
