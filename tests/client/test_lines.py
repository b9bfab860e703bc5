"""`chatd.client.lines`: names and colours in lines that came from a server."""

import pytest

from chatd.client.lines import MAX_NAMES, SeenNames, asks_for_password, colour, names_in, paint
from chatd.errors import ErrorKind
from chatd.i18n import en, es
from tests.support.sentences import EN, ES

HERE = EN.sentence("here", people="ana, luis and 2 guests")
AQUI = ES.sentence("here", people="ana y luis")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("<ana> hola <luis>", ["ana"]),
        ("[2026-11-22 12:01:07] * ana waves", ["ana"]),
        ("(private) <luis> got it", ["luis"]),
        ("(private to luis) <ana> only for you", ["luis", "ana"]),
        (EN.notice("joined_one", people="ana"), ["ana"]),
        (ES.notice("joined_one", people="ana"), ["ana"]),
        (EN.notice("joined", people="ana, José and 998 more"), ["ana", "José"]),
        (ES.notice("joined", people="ana y José"), ["ana", "José"]),
        (EN.notice("renamed", name="guest1", new_name="ana"), ["guest1", "ana"]),
        (EN.notice("you_are", name="ana"), ["ana"]),
        (
            EN.notices("welcome", name="guest7", room="lobby", here=HERE)[0],
            ["ana", "luis"],
        ),
        (
            EN.notice("people_in", room="ops", people="ana, José and sandy"),
            ["ana", "José", "sandy"],
        ),
        (ES.notices("welcome", name="guest7", room="lobby", here=AQUI)[0], ["ana", "luis"]),
        (EN.notices("welcome", name="guest7", room="lobby", here=HERE)[1], []),
        (EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name="ana"), []),
        ("plain bare line", []),
    ],
)
def test_names_are_found_where_they_are_in_use(line: str, names: list[str]) -> None:
    assert names_in(line) == names


def test_a_name_has_one_colour_however_it_is_written() -> None:
    assert colour("José") == colour("JOSE\u0301")
    assert len({colour(f"name{number}") for number in range(100)}) > 4


def test_painting_changes_no_text() -> None:
    for line in ("<a> b", "[t] <a> b", "(private to b) <a> c", "* a", "*** x", "ERR x", "", "bare"):
        assert "".join(text for _, text in paint(line)) == line


def test_the_latest_names_come_first_and_old_ones_are_forgotten() -> None:
    seen = SeenNames()
    seen.see(["Ana", "andrés", "ANA"])
    assert seen.starting_with("an") == ["ANA", "andrés"]
    seen.see(f"guest{number}" for number in range(MAX_NAMES))
    assert seen.starting_with("an") == []


@pytest.mark.parametrize("catalogue", [en.SENTENCES, es.SENTENCES])
def test_a_question_for_a_password_is_known_in_each_language(catalogue: dict[str, str]) -> None:
    for key in "password_prompt", "present_password_prompt", "new_password_prompt":
        assert asks_for_password(f"*** {catalogue[key]}")
        assert not asks_for_password(f"<ana> *** {catalogue[key]}")
