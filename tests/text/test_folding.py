"""`chatd.text.folding`: the comparison of texts, which no input makes slow."""

from __future__ import annotations

import ast
import sys
import unicodedata
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chatd
from chatd.text.folding import (
    MAX_RUN,
    SLOWEST,
    fold,
    fold_for_search,
    folding_work,
    has_long_run,
    normalize,
    parts_to_fold,
)
from tests.support.checkout import nodes_of, syntax_tree
from tests.support.hostile import MARKS_IN_THE_WRONG_ORDER

ACUTE, SPACING = "\u0301", "\u0903"
"""Marks: one that is sorted, and one that is not."""

CUT = "\u034f"

FORMS = ("NFC", "NFD", "NFKC", "NFKD")

# Marks of several classes, what decomposes into marks, marks that are letters to `re`, and others.
ODD = "a\u0301\u0316\u0334\u0345\u0344\u0f73\u0f81\uff9e\u3099\u094d\U0001d165\u200d\u034f이ﷺ가é日x"
texts = st.text(st.sampled_from(ODD) | st.characters())


def longest_run(text: str) -> int:
    """Return the length of the longest run that is sorted when a text is normalised."""
    parts = [part for each in text for part in unicodedata.normalize("NFKD", each)]
    marks = [unicodedata.combining(part) != 0 for part in parts]
    return max((len(list(run)) for is_mark, run in groupby(marks) if is_mark), default=0)


class Spy:
    """A `unicodedata` that records all texts given to `normalize`."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def normalize(self, form: str, text: str) -> str:
        self.given.append(text)
        return unicodedata.normalize(form, text)

    combining = staticmethod(unicodedata.combining)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    spy = Spy()
    monkeypatch.setattr("chatd.text.folding.unicodedata", spy)
    return spy


class TestWork:
    @pytest.mark.parametrize("text", MARKS_IN_THE_WRONG_ORDER)
    def test_no_more_marks_are_sorted_than_are_bounded(self, spy: Spy, text: str) -> None:
        for folding in fold, fold_for_search:
            folding(text)
        for form in FORMS:
            normalize(form, text)
        # One character may be two marks; and case folding can add one to each letter.
        assert max(map(longest_run, spy.given)) <= 3 * MAX_RUN
        assert longest_run(text) > 1000  # the length that would have been sorted

    def test_of_any_text(self) -> None:
        @given(st.lists(texts, max_size=5).map(lambda some: "".join(each * 20 for each in some)))
        def check(text: str) -> None:
            spy = Spy()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("chatd.text.folding.unicodedata", spy)
                for folding in fold, fold_for_search:
                    folding(text)
            assert max(map(longest_run, spy.given), default=0) <= 3 * MAX_RUN

        check()

    def test_texts_do_not_grow_beyond_a_bound(self) -> None:
        for code in range(sys.maxunicode + 1):
            text = chr(code)
            if len(unicodedata.normalize("NFKC", text)) > 1 or len(text.casefold()) > 1:
                assert len(fold(text * 200)) <= 1200, hex(code)
                assert len(fold_for_search(text * 200)) <= 1200, hex(code)

    def test_nothing_else_normalises_text(self) -> None:
        # A password has at most 512 characters here, and must not change.
        allowed = {"folding.py", "passwords.py"}
        root = Path(chatd.__file__).parent
        calling = {
            path.name
            for path in root.rglob("*.py")
            for node in nodes_of(syntax_tree(path))
            if isinstance(node, ast.Attribute)
            and ast.unparse(node) in ("unicodedata.normalize", "unicodedata.is_normalized")
        }
        assert calling == allowed


class TestLongRun:
    @pytest.mark.parametrize("mark", "\u0301\u0f73\uff9e\u094d\U0001d165\u3099")
    def test_is_one_of_more_marks_than_any_language_needs(self, mark: str) -> None:
        assert not has_long_run(f"{'x' * 100}{mark * MAX_RUN}x{mark * MAX_RUN}")
        for before in range(MAX_RUN + 2):
            assert has_long_run(f"{'x' * before}{mark * (MAX_RUN + 1)}x")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "é" * 200,
            "─" * 200,
            "👍🏽❤\ufe0f" * 100,
            "हिन्दी" * 100,
            "สวัสดี" * 100,
            "\u3000" * 200,
        ],
    )
    def test_is_none_of_anything_else(self, text: str) -> None:
        assert not has_long_run(text)

    @given(texts)
    def test_is_what_normalising_would_cut(self, text: str) -> None:
        text *= 3
        if not has_long_run(text):
            for form in FORMS:
                assert normalize(form, text) == unicodedata.normalize(form, text)

    @pytest.mark.parametrize("marks", [0, 1, MAX_RUN - 1, MAX_RUN])
    def test_what_is_none_stays(self, marks: int) -> None:
        text = f"a{ACUTE * marks}{SPACING}{ACUTE * (MAX_RUN - 1)}b"
        assert normalize("NFD", text) == text
        assert normalize("NFD", f"{text}{ACUTE * (MAX_RUN + 1)}").startswith(text)

    def test_is_cut_after_so_many_marks(self) -> None:
        run = ACUTE * MAX_RUN
        assert normalize("NFD", f"a{run}{run}{ACUTE}b") == f"a{run}{CUT}{run}{CUT}{ACUTE}b"
        # Only marks that are sorted are counted.
        odd = f"a{SPACING}{run}{SPACING}{run}{ACUTE}"
        assert normalize("NFD", odd) == f"a{SPACING}{run}{SPACING}{run}{CUT}{ACUTE}"

    def test_of_letters_that_stand_for_marks(self) -> None:
        assert has_long_run("\uff9e\uff9f" * MAX_RUN)

    def test_no_mark_is_overlooked(self) -> None:
        for code in range(sys.maxunicode + 1):
            if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[0]):
                assert has_long_run(chr(code) * (MAX_RUN + 1)), hex(code)


class TestFold:
    @given(st.text(max_size=40))
    def test_of_a_short_text_is_that_of_unicode(self, text: str) -> None:
        if has_long_run(text):
            return
        folded = unicodedata.normalize("NFKC", text).casefold()
        assert fold(text) == unicodedata.normalize("NFKC", folded)

    def test_only_in_a_long_text_phrases_of_one_character_stay_short(self) -> None:
        assert fold("\ufdfa") == unicodedata.normalize("NFKC", "\ufdfa")
        assert len(fold("\ufdfa" * 1000)) == 1000


class TestFoldForSearch:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Reunión", "reunion"),
            ("cafe\u0301", "cafe"),
            ("İSTANBUL", "istanbul"),
            ("ñandú", "nandu"),
            ("Việt Nam", "viet nam"),
            ("Ångström", "angstrom"),
            ("ΆΝΘΡΩΠΟΣ", "ανθρωποσ"),
            ("Ёлка", "елка"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("ｃａｆé", "cafe"),
            ("straße", "strasse"),
            ("ŁÓDŹ", "lodz"),
            ("Đường", "duong"),
            ("IRMAK ırmak", "irmak irmak"),
            ("Cœur, SMØRREBRØD", "coeur, smorrebrod"),
        ],
    )
    def test_leaves_accents_out(self, text: str, folded: str) -> None:
        assert fold_for_search(text) == folded

    def test_case_makes_no_difference_to_any_letter(self) -> None:
        for letter in filter(str.isalpha, map(chr, range(sys.maxunicode + 1))):
            if "\u0345" not in unicodedata.normalize("NFD", letter):  # a letter in capitals
                for other in letter.upper(), letter.lower():
                    assert fold_for_search(other) == fold_for_search(letter), letter

    @pytest.mark.parametrize(
        "text",
        ["हिन्दी", "வணக்கம்", "สวัสดี", "ភាសាខ្មែរ", "မြန်မာ", "がぎ", "한국어", "বাংলা", "བོད་ཡིག", "אב"],
    )
    def test_keeps_what_makes_a_word(self, text: str) -> None:
        assert fold_for_search(text) == unicodedata.normalize("NFC", text)

    @given(texts)
    def test_of_what_is_folded_is_the_same(self, text: str) -> None:
        folded = fold_for_search(text)
        assert fold_for_search(folded) == folded
        assert fold_for_search(text.upper().lower()) == fold_for_search(
            text.lower().upper().lower()
        )

    @given(texts, texts)
    def test_finds_a_word_among_others(self, text: str, word: str) -> None:
        assert fold_for_search(word) in fold_for_search(f"{text} {word} {text}")

    @given(texts)
    def test_of_the_parts_of_a_text_is_that_of_the_text(self, text: str) -> None:
        parts = [*parts_to_fold(text)]
        assert "".join(parts) == text
        assert "".join(map(fold_for_search, parts)) == fold_for_search(text)


class TestFoldingWork:
    @pytest.mark.parametrize(
        ("text", "work"),
        [("", 0), ("hola", 0), ("ñandú", 5), ("\u3300", SLOWEST), ("a\u0323\u0301ñ", 4 * SLOWEST)],
    )
    def test_is_that_of_its_characters_if_they_are_not_of_ascii(self, text: str, work: int) -> None:
        assert folding_work(text) == work
