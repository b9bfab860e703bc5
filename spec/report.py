"""Searches of models, and what is printed of them. This module must not know what is modelled."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

from spec.search import Found, Model, search


class Case(NamedTuple):
    """A model to search. ``falls`` are the beginnings of the faults that it has to have, or none.

    ``models`` are searched one after the other, until one has a fault.
    """

    name: str
    models: Iterable[Model[Any]]
    falls: tuple[str, ...] = ()


class Bounds(NamedTuple):
    """The bounds of one search. A ``partial`` one need not see all states."""

    states: int = 3_000_000
    seconds: float = 600
    partial: bool = False


def run(cases: Iterable[Case], bounds: Bounds, *, traces: bool = False) -> bool:
    """Search the models of all cases, and print the results. Return True if all are as expected."""
    count, states, seconds, wrong = 0, 0, 0.0, list[str]()
    for case in cases:
        verdict, found = judge(case, bounds)
        count, states, seconds = count + 1, states + found.states, seconds + found.seconds
        print(
            f"{verdict:4} {case.name}: {found.fault or 'holds'};"
            f" {found.states:,} states, {found.depth} steps, {found.seconds:.1f} s",
            flush=True,
        )
        if verdict == "BAD":
            wrong.append(case.name)
        if found.trace and (traces or verdict == "BAD"):
            print("".join(f"       {step}\n" for step in found.trace), end="")
    outcome = f"NOT as expected: {', '.join(wrong)}" if wrong else "all as expected"
    print(f"{count} worlds, {states:,} states, {seconds:.1f} s: {outcome}", flush=True)
    return not wrong


def judge(case: Case, bounds: Bounds) -> tuple[str, Found]:
    """Search the models of a case. Return "ok", "part" or "BAD", and all that was found."""
    states, depth, seconds = 0, 0, 0.0
    found = Found("", [], 0, 0, 0.0, complete=True)
    for model in case.models:
        found = _search(model, bounds)
        states, seconds = states + found.states, seconds + found.seconds
        depth = max(depth, found.depth)
        if found.fault or not found.complete:
            break
    found = found._replace(states=states, depth=depth, seconds=seconds)
    if case.falls:
        expected = found.fault.startswith(case.falls)
        return "ok" if expected else "BAD", found
    if found.fault:
        return "BAD", found
    if found.complete:
        return "ok", found
    return "part" if bounds.partial else "BAD", found


def _search(model: Model[Hashable], bounds: Bounds) -> Found:
    return search(model, bounds.states, bounds.seconds)
