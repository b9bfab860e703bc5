"""The documents that packages carry, for machines without the internet: pages, rules and helpers.

Their links lead from one to another, as in a clone.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.packages.wheels import ROOT

_PAGES = (
    *("README.md", "README.es.md"),
    *(
        f"docs/{name}.md"
        for name in (
            *("operating", "operar", "cluster", "varias-maquinas", "irc", "clientes-irc"),
            *("reference", "referencia", "wire", "promises"),
        )
    ),
)

_FOLDERS = ("docs/monitoring", "docs/sign-in")
"""Folders with the rules and the dashboard for Prometheus and Grafana, and with helpers."""


def documents() -> Mapping[str, bytes]:
    """Return the content of each document, by its path in a clone."""
    paths = [ROOT / page for page in _PAGES]
    paths += [path for each in _FOLDERS for path in sorted((ROOT / each).glob("*.*"))]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
