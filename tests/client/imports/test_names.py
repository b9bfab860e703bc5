"""`chatd.client.imports.names`: the names that people of a log get here."""

from __future__ import annotations

import pytest

from chatd.accounts.accounts import Accounts
from chatd.client.imports.names import ForeignNames, ImportedNames, valid_name
from chatd.client.loaded import LoadedStore
from chatd.event import Record
from chatd.text.validation import validate_name

pytestmark = pytest.mark.quick


@pytest.fixture
def accounts() -> Accounts:
    """Return the accounts of a store in which ana and Bobl are registered."""
    value = '{"name": "%s", "hash": ""}'
    records = [Record("account", name.lower(), value % name) for name in ("ana", "Bobl")]
    return Accounts(LoadedStore([], records))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("luis", "luis"),
        ("Ñandú-2.x", "Ñandú-2.x"),
        ("luis[away]", "luis_away"),
        ("|luis|", "luis"),
        ("Ana García", "Ana_García"),
        ("Ana Garci\u0301a", "Ana_García"),
        ("a-b.c d_e", "a-b.c_d_e"),
        ("x" * 40, "x" * 32),
        ("аna", "na"),  # the first letter is Cyrillic
        ("a\u200bb", "a_b"),
        ("\x1b[2J", "2J"),
        ("***", "unnamed"),
        ("", "unnamed"),
        ("🎉", "unnamed"),
    ],
)
def test_a_name_becomes_valid(text: str, name: str) -> None:
    assert valid_name(text) == name
    assert validate_name(name) == name


@pytest.mark.parametrize("names", [ImportedNames, ForeignNames])
def test_no_name_is_that_of_an_account_or_looks_like_one(
    accounts: Accounts, names: type[ImportedNames]
) -> None:
    given = names(accounts)
    assert [given.of(name) for name in ("ana", "ANA", "Bob1", "eva")] == [
        "ana-imported",
        "ANA-imported" if names is ImportedNames else "ANA-imported-2",
        "Bob1-imported",
        "eva",
    ]
    assert "eva" not in given.changed
    assert given.changed["ana"] == "ana-imported"


def test_an_account_may_have_such_a_name_itself() -> None:
    value = '{"name": "%s", "hash": ""}'
    records = [Record("account", name, value % name) for name in ("ana", "ana-imported")]
    assert ImportedNames(Accounts(LoadedStore([], records))).of("ana") == "ana-imported-2"


@pytest.mark.parametrize("name", ["chatd", "admin", "guest7", "10.1.2.3"])
def test_names_of_the_server_are_for_lines_of_chatd_alone(accounts: Accounts, name: str) -> None:
    assert ImportedNames(accounts).of(name) == name
    assert ForeignNames(accounts).of(name) == f"{name}-imported"


def test_two_people_have_two_names(accounts: Accounts) -> None:
    given = ForeignNames(accounts)
    assert given.of("Alex", "U1") == "Alex"
    assert given.of("Alex", "U2") == "Alex-imported"
    assert given.of("A1ex", "U3") == "A1ex-imported-2"
    assert given.of("Alex", "U1") == "Alex"
    assert [given.of("eva"), given.of("eva")] == ["eva", "eva"]


def test_a_name_that_is_changed_stays_short_enough(accounts: Accounts) -> None:
    given = ForeignNames(accounts)
    for person in "123":
        assert len(given.of("x" * 32, person)) <= 32
