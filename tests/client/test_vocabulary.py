"""`chatd.client.vocabulary`: the people who are known from their lines."""

from chatd.client.vocabulary import PEOPLE_KEPT, Vocabulary


def test_the_latest_is_first_however_the_name_is_written() -> None:
    words = Vocabulary()
    for name in ("ana", "luis", "Ana"):
        words.hear(name)
    assert words.people == ["Ana", "luis"]


def test_those_who_were_silent_longest_are_forgotten() -> None:
    words = Vocabulary()
    for number in range(PEOPLE_KEPT + 1):
        words.hear(f"n{number}")
    assert len(words.people) == PEOPLE_KEPT
    assert words.people[-1] == "n1"
