"""`chatd.text.graphemes` finds no boundary inside of what UAX 29 calls an extended cluster."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.graphemes import LONGEST, boundary_before, is_boundary

pytestmark = pytest.mark.quick

CLUSTERS = [
    "e\u0301",  # an accent
    "a\u0323\u0302",
    "\u2764\ufe0f",  # a variation selector
    "1\ufe0f\u20e3",  # a keycap
    "\U0001f44d\U0001f3fd",  # a tone of skin
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # a family
    "\U0001f3f4\u200d\u2620\ufe0f",  # a pirates' flag
    "\U0001f1ea\U0001f1f8",  # Spain's
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland's
    "\u1112\u1161\u11ab",  # Hangul by its letters
    "\u1100\uac00\u11a8",
    "\u1100\u1100\u1161",
    "\ud55c\u11ab",
    "\u0915\u094d\u0937\u093f",  # a conjunct of Devanagari, with a vowel
    "\u0915\u094d\u200d\u0937",
    "\u0915\u094d\u093c\u0937",
    "\u0e01\u0e33",  # Thai, with a vowel that is a letter
    "\u0600\u0661",  # a number sign of Arabic before its digit
    "\u304b\u3099",
    "\uff76\uff9e",  # half-width Japanese
    "\u0bb7\u0bc6\u0bbe",
]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=ascii)
def test_a_cluster_is_not_cut(cluster: str) -> None:
    assert [place for place in range(1, len(cluster)) if is_boundary(cluster, place)] == []


@pytest.mark.parametrize("cluster", CLUSTERS, ids=ascii)
def test_a_cluster_ends_before_a_letter(cluster: str) -> None:
    text = f"a{cluster}a"
    assert boundary_before(text, len(text) - 1) == len(text) - 1
    assert boundary_before(text, len(text) - 2) == 1


@pytest.mark.parametrize(
    "text",
    [
        "ab",
        "a ",
        " a",
        "\u00f1o",
        "\u65e5\u672c",
        "\uac00\uac01",
        "\U0001f600\U0001f600",
        "\u0915\u0937",
    ],
    ids=ascii,
)
def test_characters_that_do_not_join_are_apart(text: str) -> None:
    assert is_boundary(text, 1)


def test_flags_are_pairs() -> None:
    flags = "\U0001f1ea" * 6
    assert [place for place in range(7) if is_boundary(flags, place)] == [0, 2, 4, 6]
    assert is_boundary(f"a{flags}", 1)
    assert boundary_before(flags, 5) == 4


def test_the_ends_of_a_text_are_boundaries() -> None:
    assert is_boundary("", 0)
    assert is_boundary("\u0301", 0)
    assert boundary_before("ab", 2) == 2
    assert boundary_before("", 0) == 0


def test_a_cluster_that_is_longer_than_all_is_cut_anywhere() -> None:
    endless = "a" + "\u200d" * (LONGEST + 10)
    assert boundary_before(endless, LONGEST + 5) == LONGEST + 5
    assert boundary_before(endless, LONGEST) == LONGEST
    assert boundary_before(endless, LONGEST - 1) == LONGEST - 1
    assert boundary_before("b" + endless, LONGEST) == 1
    assert boundary_before("b" + endless, LONGEST + 1) == LONGEST + 1


def test_no_boundary_is_looked_for_where_the_text_was_cut_before() -> None:
    assert boundary_before("abc\u0301\u0301", 4, 2) == 4


@given(st.lists(st.sampled_from([*CLUSTERS, "a", " "])).map("".join), st.data())
def test_a_place_is_the_last_boundary(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text)))
    place = boundary_before(text, end)
    assert place <= end
    if end - place < LONGEST and place != end:
        assert is_boundary(text, place)
        assert not any(is_boundary(text, other) for other in range(place + 1, end + 1))


@given(st.lists(st.sampled_from(CLUSTERS), min_size=2))
def test_texts_of_clusters_are_cut_only_between_them(clusters: list[str]) -> None:
    text = "".join(f"{cluster}a" for cluster in clusters)
    ends = [0]
    for cluster in clusters:
        ends += [ends[-1] + len(cluster), ends[-1] + len(cluster) + 1]
    found = [place for place in range(len(text) + 1) if is_boundary(text, place)]
    assert set(found) <= set(ends)
    assert all(b > a for a, b in pairwise(found))
