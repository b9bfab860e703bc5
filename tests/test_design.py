"""The design documents: they are of the right size and form, and name what is there.

They are docs/architecture.md, docs/invariants.md and docs/decisions.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.documents import read

ARCHITECTURE = "docs/architecture.md"
INVARIANTS = "docs/invariants.md"
FOLDER = "docs/decisions/"
INDEX = FOLDER + "README.md"

LINES = 100
"""Most lines of the architecture: one screen."""

DECISIONS = sorted(path.name for path in (ROOT / FOLDER).glob("[0-9]*.md"))

SECTIONS = ["Context", "Decision", "Consequences"]


def contracts() -> dict[str, str]:
    """Return the import contracts of pyproject.toml: the text of each by its name."""
    parts = read("pyproject.toml").split("[[tool.importlinter.contracts]]\n")[1:]
    return {re.findall(r'^name = "(.*)"$', part, re.MULTILINE)[0]: part for part in parts}


def packages() -> list[list[str]]:
    """Return the layers of chatd, from the top: the names that stand beside each other in each."""
    contract = contracts()["Imports between packages run one way"]
    layers = re.findall(r"^layers = (\[.*?^\])$", contract, re.MULTILINE | re.DOTALL)[0]
    return [layer.split(" | ") for layer in ast.literal_eval(layers)]


def tree() -> list[str]:
    """Return the names in the tree of the architecture, in its order."""
    found = re.findall(r"^```tree\n(.*?)^```$", read(ARCHITECTURE), re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{ARCHITECTURE} has no block ```tree"
    paths = [line.split("  ")[0] for line in found[0].splitlines()]
    return [Path(name).stem for path in paths for name in path.split(", ")]


def rules() -> list[str]:
    """Return the rules of the invariants, each on one line."""
    found = re.findall(r"^- (.*(?:\n  .*)*)", read(INVARIANTS), re.MULTILINE)
    return [" ".join(rule.split()) for rule in found]


def holders(text: str) -> list[str]:
    """Return the names of the tests, contracts and checks after "Held by" in a text."""
    held = re.findall(r"Held by (.*?)\.\*?$", " ".join(text.split()))
    assert len(held) == 1, f"it does not end with what holds it: {text[-80:]}"
    names: list[str] = re.split(r", ", held[0])
    return names


def missing(holder: str) -> bool:
    """Return True if there is no such test or contract."""
    contract = re.fullmatch(r'(?:the )?contract "(.+)"', holder)
    if contract is not None:
        return contract[1] not in contracts()
    test = re.fullmatch(r"`(tests/[\w/]+\.py)`", holder)
    if test is not None:
        return not (ROOT / test[1]).is_file()
    check = re.fullmatch(r"ruff's `(\w+)`", holder)
    return check is None or f'"{check[1]}"' not in read("pyproject.toml")


def unknown_names(text: str, words: set[str]) -> list[str]:
    """Return the code in a text that names no file of chatd, and that has a word it does not use.

    Read is code without spaces: paths, and names with dots, capitals or underscores.
    """
    unknown = []
    for code in re.findall(r"`(\w[\w./]*)`", text):
        if "/" in code:
            known = any(
                (root / f"{code}{suffix}").exists()
                for root in (ROOT, ROOT / "chatd")
                for suffix in ("", ".py")
            )
        elif re.search(r"[._A-Z]", code):
            known = (ROOT / code).exists() or words.issuperset(code.split("."))
        else:
            known = True
        if not known:
            unknown.append(code)
    return unknown


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Return all words in the sources of chatd, and the names of its modules."""
    sources = [path for path in (ROOT / "chatd").rglob("*") if path.suffix in (".py", ".sql")]
    found = {part for path in sources for part in path.relative_to(ROOT).with_suffix("").parts}
    for path in (*sources, ROOT / "pyproject.toml"):
        found.update(re.findall(r"\w+", path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("document", [ARCHITECTURE, INVARIANTS, *(FOLDER + d for d in DECISIONS)])
def test_names_in_the_text_are_those_of_the_code(document: str, words: set[str]) -> None:
    assert unknown_names(read(document), words) == []


def test_names_that_the_code_does_not_have_are_found(words: set[str]) -> None:
    text = "`rooms/no_module`, `rooms/feed`, `Stream.push`, `Stream.no_such_method`, `NoSuchClass`"
    assert unknown_names(text, words) == ["rooms/no_module", "Stream.no_such_method", "NoSuchClass"]


def test_the_architecture_is_one_screen() -> None:
    assert read(ARCHITECTURE).count("\n") <= LINES


def test_the_tree_has_all_packages_in_the_order_of_their_imports() -> None:
    places = {name: place for place, layer in enumerate(packages()) for name in layer}
    listed = tree()
    assert sorted({*listed, "__main__"}) == sorted(places)
    assert [places[name] for name in listed] == sorted(places[name] for name in listed)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule[:40])
def test_a_rule_names_what_holds_it(rule: str) -> None:
    assert [holder for holder in holders(rule) if missing(holder)] == []


def test_a_missing_holder_is_found() -> None:
    assert missing("`tests/no.py`")
    assert missing('contract "No such contract"')
    assert missing("ruff's `X999`")
    assert missing("the reader")


@pytest.mark.parametrize("page", DECISIONS)
def test_a_decision_has_its_form(page: str) -> None:
    text = read(FOLDER + page)
    assert text.startswith(f"# {int(page[:3])}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert re.search(r"^Status: (accepted|superseded by \[.*\]\(.*\))$", text, re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in DECISIONS if "Held by" in read(FOLDER + page)])
def test_a_decision_names_tests_and_contracts_that_are_there(page: str) -> None:
    text = read(FOLDER + page)
    assert [holder for holder in holders(text) if missing(holder)] == []


def test_the_index_has_each_decision_in_order_with_its_title() -> None:
    listed = re.findall(r"^\| \[(\d+)\]\((.*?)\) \| (.*) \|$", read(INDEX), re.MULTILINE)
    titles = [read(FOLDER + page).split("\n")[0].split(". ", 1)[1] for page in DECISIONS]
    numbers = [f"{number:03}" for number in range(1, len(DECISIONS) + 1)]
    assert listed == list(zip(numbers, DECISIONS, titles, strict=True))
