"""The Markdown documents of the checkout, and the parts of them that tests look for.

This module must not know what any document is about.
"""

from __future__ import annotations

import re
import unicodedata

from tests.support.checkout import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "benchmarks/*.md",
        "spec/*.md",
        "examples/*/*.md",
        ".github/**/*.md",
    )
    for path in ROOT.glob(pattern)
)
"""The paths of all documents."""

_FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)]+)\)|<(?:a|img)\b[^>]*\b(?:href|src)=\"([^\"]+)\"")
_PATH = re.compile(r"(?<![\w/.])(?:benchmarks|chatd|docs|examples|spec|tests|tools)/[\w./-]*\w")


def read(document: str) -> str:
    """Return the text of a document."""
    return (ROOT / document).read_text("utf-8")


def blocks(text: str) -> list[str]:
    """Return the fenced blocks of a text."""
    return _FENCED.findall(text)


def marked(text: str, marker: str) -> str:
    """Return the fenced block right after a marker."""
    found = re.search(rf"^<!-- {marker} -->\n```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no block behind <!-- {marker} -->"
    return found[1]


def prose(text: str) -> str:
    """Return a text without its fenced blocks."""
    return _FENCED.sub("", text)


def links(text: str) -> list[str]:
    """Return the targets of the links and pictures in a text, without those to other hosts."""
    targets = [first or second for first, second in _LINK.findall(prose(text))]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a text."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE):
        kept = [c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN"]
        anchor = first = "".join(kept).replace(" ", "-")
        number = 0
        while anchor in found:
            number += 1
            anchor = f"{first}-{number}"
        found.add(anchor)
    return found


def paths(text: str) -> list[str]:
    """Return the paths of files and folders of the checkout that the prose of a text names."""
    return _PATH.findall(re.sub(r"\]\([^)]+\)|\w+://\S+", "", prose(text)))
