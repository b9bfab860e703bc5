"""The page: its modules pass tests/protocols/web/page in Node, and its files are safe to serve.

They may be served with a strict Content-Security-Policy: nothing inline, nothing from elsewhere,
text only as text.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chatd.errors import ErrorKind
from chatd.i18n import en, es
from chatd.protocols.web.http.messages import Request
from chatd.protocols.web.static_files import page_of
from tests.support.checkout import ROOT

PAGE = ROOT / "chatd" / "protocols" / "web" / "page"
TESTS = ROOT / "tests" / "protocols" / "web" / "page"
FILES = sorted(PAGE.iterdir())
MODULES = [file for file in FILES if file.suffix == ".js"]

UNSAFE = re.compile(
    r"(inner|outer)HTML|insertAdjacentHTML|setHTML|srcdoc|DOMParser|createContextualFragment"
    r"|document\.write|\beval\(|new Function"
)
"""The ways to make more of a text than a text."""

SENT_BYTES = 64_000
"""Most bytes of all files of the page as they are sent, with gzip."""


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_modules() -> None:
    """The pure modules of the page pass their own tests.

    They run in one process: ``node --test`` starts one for each file, which takes four times as
    long.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node: the page's modules were not tested")
    files = sorted(TESTS.glob("*.test.mjs"))
    program = "".join(f"import {json.dumps(file.as_uri())};\n" for file in files)
    run = subprocess.run(
        [node, "--input-type=module", "-"],
        input=program,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    (passed,) = re.findall(r"^\S+ pass (\d+)$", run.stdout, re.MULTILINE)
    assert int(passed) >= len(files) > 0, run.stdout


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_text_stays_text(file: Path) -> None:
    """No module makes elements, code or styles of a text."""
    assert not re.search(UNSAFE, text_of(file)), file.name


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_a_module_says_what_it_is_for(file: Path) -> None:
    assert text_of(file).startswith("// "), file.name


def test_nothing_is_inline() -> None:
    """The page needs neither unsafe-inline nor hashes."""
    page = text_of(PAGE / "index.html")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert re.findall(r"<script[^>]*>[^<]*", page) == [
        '<script type="module" async src="/socket.js">',
        '<script type="module" src="/main.js">',
    ]


def test_nothing_is_fetched_from_elsewhere() -> None:
    """All that a file names is another file of the page."""
    names = {f"/{file.name}" for file in FILES}
    page = text_of(PAGE / "index.html")
    sent = {f"/{name}" for path in page_of() for name in path}
    assert set(re.findall(r'(?:src|href)="(/[^"]*)"', page)) <= sent
    manifest = json.loads(text_of(PAGE / "manifest.webmanifest"))
    assert {icon["src"] for icon in manifest["icons"]} <= sent
    assert not re.search(r"url\(|@import", text_of(PAGE / "style.css"))
    for file in MODULES:
        for name in re.findall(r'from "([^"]*)"', text_of(file)):
            assert name.removeprefix(".") in names, (file.name, name)
    for file in FILES:
        if file.suffix == ".png":
            continue
        named = re.sub(r'xmlns="[^"]*"', "", text_of(file))
        assert not re.search(r'["\'(](https?:)?//\w', named), file.name


def test_every_id_is_there_once() -> None:
    """The elements that the modules look up by id are in the page."""
    ids = re.findall(r'\sid="([^"]*)"', text_of(PAGE / "index.html"))
    assert len(ids) == len(set(ids))
    for file in MODULES:
        assert set(re.findall(r'byId\("([^"]*)"[),]', text_of(file))) <= set(ids), file.name


@pytest.mark.parametrize("key", ["topic_set", "topic_cleared"])
def test_a_topic_is_told_as_in_a_terminal(key: str) -> None:
    for catalogue in en, es:
        told = catalogue.SENTENCES[key].replace("{topic}", "{text}")
        assert f'"{told}"' in text_of(PAGE / "texts.js")


@pytest.mark.parametrize("kind", [kind.value for kind in ErrorKind])
def test_a_kind_of_error_is_in_both_languages(kind: str) -> None:
    key = f"error_{kind.lower().replace(' ', '_')}"
    assert f'\t{key}: ["{kind}", "' in text_of(PAGE / "texts.js")


def test_dialogs_have_words_for_answers_that_there_are() -> None:
    keys = re.findall(r"\bhere_(\w+): \[", text_of(PAGE / "texts.js"))
    assert keys
    assert set(keys) <= set(en.SENTENCES)


def test_the_browser_has_the_colours_of_the_page() -> None:
    """A meta element cannot name a variable of the style sheet."""
    colours = re.findall(r'name="theme-color"[^>]*content="([^"]*)"', text_of(PAGE / "index.html"))
    (pair,) = re.findall(r"--page: light-dark\(([^)]*)\)", text_of(PAGE / "style.css"))
    assert ", ".join(colours) == pair


def test_it_is_small() -> None:
    """It is quick on a phone."""
    browser = {"accept-encoding": ["gzip"]}
    sent = {
        path: len(file.answer(Request("GET", path, headers=browser)).body)
        for path, file in page_of().items()
    }
    assert sum(sent.values()) <= SENT_BYTES, sent
