"""`chatd.text.mentions`: names in a text."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text import folding
from chatd.text.folding import fold
from chatd.text.mentions import NameIndex, _occurrences, any_mentions, mentions


@pytest.mark.parametrize(
    "text",
    [
        "ana",
        "hola ana",
        "ANA!",
        "ana: hola",
        "¿ana?",
        "@ana",
        "...ana.",
        "a ANA, ya",
        "ana-",
        "ana. b",
    ],
)
def test_a_whole_word_in_any_case_is_a_mention(text: str) -> None:
    assert mentions(text, "ana")


@pytest.mark.parametrize(
    "text", ["", "banana", "ana-maria", "ana.luis", "x.ana", "ana_", "anab", "1ana", "a na", "aná"]
)
def test_part_of_another_word_or_name_is_none(text: str) -> None:
    assert not mentions(text, "ana")


def test_a_mention_may_be_written_in_other_forms() -> None:
    assert mentions("hola Jose\u0301", "josé")
    assert mentions("ｌｕｉｓ", "luis")


@given(st.text(), st.sampled_from(["ana", "a.b-c", "josé", "日本"]))
def test_looking_for_mentions_never_fails(text: str, name: str) -> None:
    assert mentions(f"{text} {name} {text}", name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("请李雷看一下", "李雷"),
        ("@李雷你好", "李雷"),
        ("李雷さん、確認お願いします", "李雷"),
        ("李雷，你好", "李雷"),
        ("请李雷2看", "李雷2"),
        ("田中さくらさんに聞いて", "さくら"),
        ("สวัสดีสมชายครับ", "สมชาย"),
        ("ສະບາຍດີສົມສັກເດີ", "สົມສັກ".replace("ส", "ສ")),
        ("សួស្តីសុខាបង", "សុខា"),
        ("မင်္ဂလာပါအောင်ရေ", "အောင်"),
        ("請@ana看", "ana"),
        ("＠anaさん", "ana"),
        ("@太郎と@anaは", "ana"),
    ],
)
def test_a_name_among_letters_that_are_written_without_spaces_is_a_mention(
    text: str, name: str
) -> None:
    assert mentions(text, name)
    assert any_mentions(["hola", text], name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tシャツを買う", "t"),  # without @
        ("李雷x", "李雷"),
        ("x李雷", "李雷"),
        ("李雷2号", "李雷"),
        ("李雷-x", "李雷"),
        ("@anatomy", "ana"),
        ("x@anab 你", "ana"),
        ("アナー", "アナ"),
        ("สมี", "สม"),  # another vowel
        ("រាជា្ន", "រាជា"),  # a letter below
        ("रामायण", "राम"),
        ("अराम", "राम"),
        ("김철수는", "철수"),
    ],
)
def test_part_of_a_word_of_another_script_is_none(text: str, name: str) -> None:
    assert not mentions(text, name)


@pytest.mark.parametrize(
    "text",
    ["👍\ufe0fana", "ana\ufe0f", "👩🏽ana", "राम ana।", "1\ufe0f\u20e3ana 2\ufe0f\u20e3luis"],
)
def test_signs_are_no_letters(text: str) -> None:
    assert mentions(text, "ana")


def test_a_letter_with_an_accent_of_its_own_goes_on() -> None:
    assert not mentions("x\u0302ana", "ana")
    assert not mentions("anax\u0302", "ana")
    assert not mentions("_.ana", "ana")
    assert not mentions("ana-_", "ana")
    assert mentions("李雷\U000e0100", "李雷")  # a variant of the same letter


def test_of_many_texts_each_is_looked_at_alone() -> None:
    assert any_mentions(["hola", "ana!"], "ana")
    assert not any_mentions(["banana", "x", "anab"], "ana")
    assert not any_mentions(["a", "na"], "ana")
    assert not any_mentions([], "ana")


def test_many_texts_that_name_nobody_are_folded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[str] = []
    fold = folding.fold
    monkeypatch.setattr("chatd.text.mentions.fold", lambda text: folded.append(text) or fold(text))
    texts = [f"¿qué tal {number}?" for number in range(300)]
    for reader in range(50):
        assert not any_mentions(texts, f"reader{reader}")
    assert folded == ["\n".join(texts)]


class TestNameIndex:
    NAMES = ("ana", "ana-maria", "j.r", "o", "ana-", "a..b", "王", "王小", "みさき", "अनीता", "max")

    @staticmethod
    def index(*names: str) -> NameIndex:
        index = NameIndex()
        for name in names:
            index.add(fold(name))
        return index

    @pytest.mark.parametrize("name", NAMES)
    def test_finds_what_is_mentioned_and_nothing_else(self, name: str) -> None:
        index = self.index(*self.NAMES)
        letters = (
            "",
            " ",
            ".",
            "-",
            "@",
            "_",
            "x",
            "é",
            "王",
            "み",
            "ी",
            "ー",
            "\u0301",
            "x.",
            "王-",
            "\n",
        )
        found = 0
        for before, after in product(letters, repeat=2):
            text = f"{before}{name.upper()}{after}"
            named = {each for each in map(fold, self.NAMES) if mentions(text, each)}
            assert index.named_in(text) == named, text
            found += fold(name) in named
        assert 20 < found < len(letters) ** 2

    @pytest.mark.parametrize("text", ["1山山山", "x山山山", "山山山x", "é山山山", "_山山山山"])
    def test_finds_one_that_overlaps_another_place(self, text: str) -> None:
        named = {"山山"} if mentions(text, "山山") else set()
        assert self.index("山山").named_in(text) == named

    def test_finds_none_that_is_not_there(self) -> None:
        index = self.index(*self.NAMES)
        assert index.named_in("nothing, said by anabel") == index.named_in("@anabel 你好") == set()
        assert self.index().named_in("ana") == set()

    def test_compiles_no_pattern_for_each_name(self) -> None:
        names = [f"n{number}{end}" for number in range(250) for end in ("", "-")]
        compiled = _occurrences.cache_info().misses
        for text in " ".join(names), " ".join(names) + " 你好":
            assert self.index(*names).named_in(text) == set(names)
        assert _occurrences.cache_info().misses == compiled

    @pytest.mark.parametrize("name", NAMES)
    def test_forgets_a_name(self, name: str) -> None:
        index = self.index(*self.NAMES)
        index.remove(fold(name))
        assert fold(name) not in index.named_in(f"hola {name}")
        index.add(fold(name))
        assert fold(name) in index.named_in(f"hola {name}")
