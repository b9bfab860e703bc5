"""`chatd.client.sentences`: each is there in each language, is used, and can be said."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

import chatd.client
from chatd.client.sentences import LANGUAGES, SENTENCES, Sentence, language_of
from chatd.i18n import Language
from tests.support.checkout import nodes_of, syntax_tree

SOURCES = sorted(Path(chatd.client.__file__).parent.rglob("*.py"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def literals() -> set[str]:
    """Return the strings in the code of the clients, but for the table itself."""
    return {
        node.value
        for path in SOURCES
        if path.name != "sentences.py"
        for node in nodes_of(syntax_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


class TestTable:
    def test_its_languages_are_those_of_the_server(self) -> None:
        assert set(LANGUAGES) == {language.value for language in Language}

    @pytest.mark.parametrize("key", SENTENCES)
    def test_a_sentence_has_the_same_values_in_each_language(self, key: str) -> None:
        forms = SENTENCES[key]
        assert len(forms) == len(LANGUAGES)
        assert len({frozenset(fields(form)) for form in forms}) == 1

    @pytest.mark.parametrize("key", SENTENCES)
    def test_one_with_a_count_has_a_form_for_one(self, key: str) -> None:
        if "count" in fields(SENTENCES[key][0]):
            assert f"{key.removesuffix('_one')}_one" in SENTENCES

    def test_each_is_used(self) -> None:
        used = literals()
        assert not {key for key in SENTENCES if key.removesuffix("_one") not in used}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_can_be_said(self, language: str) -> None:
        for key in SENTENCES:
            values = {name: f"<{name}>" for name in fields(SENTENCES[key][0])}
            said = Sentence(key, **values).in_language(language)
            assert all(value in said for value in values.values()), key
            assert not set("{}") & set(said), key


class TestSentence:
    def test_it_counts(self) -> None:
        assert str(Sentence("below", count=1)) == "1 line below"
        assert Sentence("below", count=2).in_language("es") == "2 líneas más abajo"

    def test_values_are_put_in_as_they_are(self) -> None:
        assert str(Sentence("not_said", text="{text} {0}")) == "not said: {text} {0}"

    def test_a_sentence_in_it_is_in_the_same_language(self) -> None:
        both = Sentence("typing_waits", reason=Sentence("stopping"))
        assert str(both) == "the server is stopping. What you type waits."
        assert both.in_language("es") == (
            "el servidor se está deteniendo. Lo que escribas esperará."
        )


class TestEnvironment:
    @pytest.mark.parametrize(
        ("variables", "language"),
        [
            ({}, "en"),
            ({"LANG": "es"}, "es"),
            ({"LANG": "es_MX.UTF-8"}, "es"),
            ({"LANG": "es@euro"}, "es"),
            ({"LANG": "est"}, "en"),
            ({"LANG": "fr_FR.UTF-8"}, "en"),
            ({"LC_MESSAGES": "en_GB", "LANG": "es"}, "en"),
            ({"LC_ALL": "es_ES", "LC_MESSAGES": "C", "LANG": "C"}, "es"),
            ({"LC_ALL": "", "LANG": "es"}, "es"),
        ],
    )
    def test_the_first_variable_that_is_set_counts(
        self, variables: dict[str, str], language: str
    ) -> None:
        assert language_of(variables) == language
