"""Links, anchors and paths in all documents lead somewhere."""

from __future__ import annotations

import pytest

from tests.support.checkout import ROOT
from tests.support.documents import DOCUMENTS, anchors, links, paths, read

HISTORY = "CHANGELOG.md"
"""The document that may name files of earlier versions."""


def broken_links(document: str, text: str) -> list[str]:
    """Return the targets in the text of a document that are not there."""
    broken = []
    for target in links(text):
        path, _, anchor = target.partition("#")
        there = (ROOT / document).parent / path
        is_there = there.exists()
        if is_there and anchor:
            is_there = anchor in anchors(there.read_text("utf-8") if path else text)
        if not is_there:
            broken.append(target)
    return broken


def broken_paths(text: str) -> list[str]:
    """Return the paths in a text that are not in the checkout. A capital stands for any name."""
    return [path for path in paths(text) if path == path.lower() and not (ROOT / path).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files_and_headings(document: str) -> None:
    assert broken_links(document, read(document)) == []


@pytest.mark.parametrize("document", sorted({*DOCUMENTS} - {HISTORY}))
def test_paths_in_the_prose_are_there(document: str) -> None:
    assert broken_paths(read(document)) == []


@pytest.mark.parametrize(
    "text",
    [
        "[a](docs/no.md)",
        "[a](#no)",
        "[a](docs/wire.md#no)",
        "![a](docs/no.png)",
        '<img src="docs/no.png">',
    ],
)
def test_broken_links_are_found(text: str) -> None:
    assert len(broken_links("README.md", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[a](docs/wire.md#order-and-receipts)",
        "# One two\n[a](#one-two)",
        "# One\n# One\n[a](#one-1)",
        "[a](https://example.org/no)",
        "```\n[a](no)\n```\n",
    ],
)
def test_other_links_are_not(text: str) -> None:
    assert broken_links("README.md", text) == []


def test_broken_paths_are_found() -> None:
    text = "see `chatd/no.py`, `tests/chat`, `tests/storage/sqlite/version_N.db`"
    assert broken_paths(text) == ["chatd/no.py"]
