"""`chatd.i18n`: every sentence is there in every language, is used, and can be said."""

from __future__ import annotations

import ast
import string
import time
from pathlib import Path

import pytest

import chatd
from chatd.accounts.credentials import TOKEN_SCOPES
from chatd.chat.actions.policy import Switch
from chatd.chat.permissions import Mode
from chatd.chat.private_lines import Senders
from chatd.errors import ErrorKind
from chatd.event import Change
from chatd.i18n import (
    Language,
    Moment,
    en,
    es,
    people,
    sentence,
    sentence_of_form,
    sentence_over_http,
)
from chatd.rooms.view import Bell
from chatd.util.budget_table import Kind, Level
from chatd.webhooks.targets import DeliveryFailure
from tests.support.checkout import nodes_of, syntax_tree
from tests.support.deeds import DEEDS

CATALOGUES = {Language.ENGLISH: en.SENTENCES, Language.SPANISH: es.SENTENCES}
KEYS = sorted(en.SENTENCES)
HOME = Path(chatd.__file__).parent
SOURCES = [
    path
    for path in HOME.rglob("*.py")
    if path.parent != HOME / "client" and path.name not in ("en.py", "es.py")
]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def literals() -> set[str]:
    """All texts that stand in the code."""
    found: set[str] = set()
    for path in SOURCES:
        for node in nodes_of(syntax_tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def asked_for() -> set[str]:
    """Return the keys that are written where a sentence is asked for."""
    places = {"sentence": (0, 1), "answer": (0,), "error": (1,), "Refusal": (1,)}
    found: set[str] = set()
    for path in SOURCES:
        for node in nodes_of(syntax_tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            for place in places.get(name or "", ()):
                for argument in node.args[place : place + 1]:
                    options = [argument]
                    if isinstance(argument, ast.IfExp):
                        options = [argument.body, argument.orelse]
                    found.update(
                        option.value
                        for option in options
                        if isinstance(option, ast.Constant) and isinstance(option.value, str)
                    )
    return found


DERIVED = (
    {f"bell_{bell.value}" for bell in Bell}
    | {"missed_more", "private_missed_more"}
    | {f"{of}_{scope}" for of in ("scope", "token_made") for scope in TOKEN_SCOPES}
    | {change.value for change in (Change.JOINED, Change.LEFT, Change.RENAMED)}
    | {f"hook_{why.value}" for why in DeliveryFailure}
    | {f"did_{verb}" for verb in DEEDS}
    | {f"question_{verb}" for verb in ("close", "show")}
    | {f"remark_{verb}" for verb in ("ack", "read", "decision")}
    | {f"budget_{kind.value}" for kind in Kind}
    | {f"budget_of_{level.value}" for level in Level}
    | {f"private_lines_{senders.value}" for senders in Senders}
    | {f"{of}_{mode.value}" for of in ("mode", "means") for mode in Mode}
    | {f"switch_{switch.value}_{state}" for switch in Switch for state in ("on", "off")}
    | {f"switch_needs_owner_{switch.value}" for switch in Switch}
    | {key for key in KEYS if key.endswith("_one") and key.removesuffix("_one") in en.SENTENCES}
    | {
        key
        for key in KEYS
        if key.startswith("shown_") and key.removeprefix("shown_") in en.SENTENCES
    }
    | {key for key in KEYS if key.endswith("_http") and key.removesuffix("_http") in en.SENTENCES}
    | {key for key in KEYS if key.endswith("_irc") and key.removesuffix("_irc") in en.SENTENCES}
)
"""The keys that the code puts together."""


class TestCatalogues:
    def test_there_is_one_for_every_language(self) -> None:
        assert set(CATALOGUES) == set(Language)
        for language, catalogue in CATALOGUES.items():
            assert sentence(language, "goodbye") == catalogue["goodbye"]

    def test_have_the_same_keys_in_the_same_order(self) -> None:
        assert list(es.SENTENCES) == list(en.SENTENCES)

    def test_have_the_same_values_in_every_sentence(self) -> None:
        for key in KEYS:
            assert placeholders(es.SENTENCES[key]) == placeholders(en.SENTENCES[key]), key

    @pytest.mark.parametrize("language", Language)
    def test_every_sentence_can_be_said(self, language: Language) -> None:
        for key in KEYS:
            values = {name: f"<{name}>" for name in placeholders(en.SENTENCES[key])}
            said = sentence(language, key, **values)
            assert all(value in said for value in values.values()), key
            assert not set("{}") & set(said), key
            assert said == said.strip(), key

    def test_a_sentence_that_counts_has_a_form_for_one(self) -> None:
        # `sentence` looks for it whenever the value is called count.
        counting = {key for key in KEYS if "count" in placeholders(en.SENTENCES[key])}
        for key in counting:
            assert f"{key.removesuffix('_one')}_one" in en.SENTENCES

    def test_every_key_that_the_code_asks_for_exists(self) -> None:
        assert asked_for() | DERIVED <= set(KEYS)
        assert len(asked_for()) > 20

    def test_every_sentence_is_used(self) -> None:
        assert set(KEYS) - literals() - DERIVED == set()


class TestSentence:
    def test_puts_the_values_in_their_places(self) -> None:
        assert sentence(Language.ENGLISH, "renamed", name="ana", new_name="eva") == (
            "ana is now eva."
        )

    def test_puts_values_in_as_they_are(self) -> None:
        assert sentence(Language.ENGLISH, "topic", topic="{topic} {0}") == "Topic: {topic} {0}"

    @pytest.mark.parametrize(
        ("count", "english", "spanish"),
        [
            (0, "0 guests", "0 invitados"),
            (1, "1 guest", "1 invitado"),
            (2, "2 guests", "2 invitados"),
        ],
    )
    def test_counts(self, count: int, english: str, spanish: str) -> None:
        assert sentence(Language.ENGLISH, "guests", count=count) == english
        assert sentence(Language.SPANISH, "guests", count=count) == spanish

    @pytest.mark.parametrize(
        ("language", "written"),
        [
            (Language.ENGLISH, "since 9 February 2026, 07:05:01:"),
            (Language.SPANISH, "desde el 9 de febrero de 2026, 07:05:01:"),
        ],
    )
    def test_writes_a_moment_as_a_date_in_its_language(
        self, language: Language, written: str
    ) -> None:
        moment = Moment(time.mktime((2026, 2, 9, 7, 5, 1, 0, 0, -1)))
        said = sentence(language, "since", shown=1, count=2, room="ops", time=moment)
        assert said.endswith(written)

    @pytest.mark.parametrize("language", Language)
    def test_each_month_has_a_name(self, language: Language) -> None:
        said = set()
        for month in range(1, 13):
            moment = Moment(time.mktime((2026, month, 15, 12, 0, 0, 0, 0, -1)))
            said.add(sentence(language, "token_listed", token="ci", scope="x", time=moment))
        assert len(said) == 12

    def test_a_form_of_a_sentence(self) -> None:
        english = Language.ENGLISH
        said = sentence_of_form(english, "irc", "not_logged_in")
        assert said == en.SENTENCES["not_logged_in_irc"]
        assert sentence_of_form(english, "irc", "goodbye") == en.SENTENCES["goodbye"]

    def test_over_http_is_the_form_for_that_if_there_is_one(self) -> None:
        english = Language.ENGLISH
        assert sentence_over_http(english, "unknown_room", room="ops") == sentence(
            english, "unknown_room_http", room="ops"
        )
        assert sentence_over_http(english, "goodbye") == sentence(english, "goodbye")

    def test_without_one_there_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            sentence(Language.ENGLISH, "no such key")


class TestErrors:
    def test_have_kinds_that_are_told_apart_by_their_words(self) -> None:
        words = [kind.value for kind in ErrorKind]
        assert len(set(words)) == len(words)

    def test_are_words_without_a_colon(self) -> None:
        for kind in ErrorKind:
            assert kind.value.replace(" ", "").isalpha()
            assert kind.value == kind.value.capitalize()

    def test_of_every_kind_can_happen(self) -> None:
        source = "".join(path.read_text("utf-8") for path in SOURCES)
        for kind in ErrorKind:
            assert f"ErrorKind.{kind.name}" in source


class TestPeople:
    @pytest.mark.parametrize(
        ("names", "guests", "more", "english", "spanish"),
        [
            ([], 0, 0, "", ""),
            (["ana"], 0, 0, "ana", "ana"),
            ([], 1, 0, "1 guest", "1 invitado"),
            ([], 2, 0, "2 guests", "2 invitados"),
            (["ana", "luis"], 0, 0, "ana and luis", "ana y luis"),
            (["ana"], 1, 0, "ana and 1 guest", "ana y 1 invitado"),
            (["ana", "luis"], 2, 0, "ana, luis and 2 guests", "ana, luis y 2 invitados"),
            (["ana", "luis"], 0, 1, "ana, luis and 1 more", "ana, luis y 1 más"),
            (["ana"], 3, 7, "ana, 7 more and 3 guests", "ana, 7 más y 3 invitados"),
        ],
    )
    def test_are_listed(
        self, names: list[str], guests: int, more: int, english: str, spanish: str
    ) -> None:
        assert people(Language.ENGLISH, names, guests, more) == english
        assert people(Language.SPANISH, names, guests, more) == spanish

    @pytest.mark.parametrize("last", ["inés", "Íñigo", "invitado3", "Hilda", "#ingles"])
    def test_before_a_sound_like_i_spanish_has_another_and(self, last: str) -> None:
        assert people(Language.SPANISH, ["eva", last], 0) == f"eva e {last}"
        assert people(Language.ENGLISH, ["eva", last], 0) == f"eva and {last}"

    @pytest.mark.parametrize("last", ["yolanda", "hielo", "ana", "#ops"])
    def test_before_other_sounds_it_has_the_usual_one(self, last: str) -> None:
        assert people(Language.SPANISH, ["eva", last], 0) == f"eva y {last}"
