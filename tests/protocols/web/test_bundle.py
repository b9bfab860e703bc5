"""`chatd.protocols.web.bundle`: modules in one script, and names with the page's version."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from chatd.protocols.web.bundle import BundleError, bundled, version_of

INDEX = b"""<!doctype html>
<link rel="stylesheet" href="/style.css">
<script type="module" async src="/first.js"></script>
<script type="module" src="/main.js"></script>
<a href="https://elsewhere.example/">elsewhere</a>
"""

SOURCES = {
    "index.html": INDEX,
    "style.css": b"",
    "first.js": b"export const first = () => 1;\n",
    "main.js": b'import { Sum } from "./sum.js";\nimport { two as second } from "./two.js";\n'
    b"console.log(new Sum(second()).value);\n",
    "sum.js": b'import {\n\tfirst,\n} from "./first.js";\nimport { two } from "./two.js";\n\n'
    b"const value = first() + two();\n"
    b"export class Sum {\n\tconstructor(more) {\n\t\tthis.value = value + more;\n\t}\n}\n",
    "two.js": b"const value = 2;\nexport const two = () => value;\n"
    b"export async function unused() {}\n",
}


def with_module(text: str) -> dict[str, bytes]:
    return {**SOURCES, "two.js": text.encode()}


def test_a_script_is_sent_with_all_that_it_imports() -> None:
    assert set(bundled(SOURCES, "1")) == {"index.html", "style.css", "first.js", "main.js"}


def test_a_script_does_what_its_modules_did(tmp_path: Path) -> None:
    """A name of one module is not seen in another, and each module is run once."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node: no script was run")
    for name, body in bundled(SOURCES, "1").items():
        Path(tmp_path, name.replace(".js", ".mjs")).write_bytes(body.replace(b".js", b".mjs"))
    run = subprocess.run([node, tmp_path / "main.mjs"], capture_output=True, text=True, timeout=30)
    assert (run.stdout, run.stderr) == ("5\n", "")


def test_another_script_stays_one_that_both_use() -> None:
    sent = bundled(SOURCES, "1")
    assert b'import * as first_js from "./first.js?1";' in sent["main.js"]
    assert sent["first.js"] == SOURCES["first.js"]
    assert b'src="/first.js?1"' in sent["index.html"]


def test_names_have_the_version() -> None:
    index = bundled(SOURCES, "1")["index.html"]
    assert b'href="/style.css?1"' in index
    assert b'href="https://elsewhere.example/"' in index


def test_a_script_knows_the_constants_that_it_uses() -> None:
    text = {"two.js": b"export const two = VERSION;\n", "sw.js": b"keep(FILES, VERSION);\n"}
    sent = bundled({**SOURCES, **text}, "1")
    assert sent["main.js"].startswith(b'const VERSION = "1";\nimport')
    names = b'["/", "/first.js?1", "/main.js?1", "/style.css?1"]'
    assert sent["sw.js"] == b'const VERSION = "1";\nconst FILES = %s;\n%s' % (names, text["sw.js"])
    assert sent["first.js"] == SOURCES["first.js"]


def test_comments_that_fill_lines_are_left_out() -> None:
    commented = with_module(
        "// About.\n\n/**\n * A * number.\n */\nexport const two = () => 2; // no more\n"
        '\t/** @type {string} */\nconst address = /** @type {string} */ ("http://x/*");\n'
    )
    assert (
        b'{\n\nconst two = () => 2; // no more\nconst address = /** @type {string} */ ("http://x/*");\n'
        in bundled(commented, "1")["main.js"]
    )


@pytest.mark.parametrize("name", SOURCES)
def test_the_version_is_another_one_if_a_file_is(name: str) -> None:
    changed = {**SOURCES, name: SOURCES[name] + b" "}
    assert version_of(changed) != version_of(SOURCES)
    assert version_of(dict(reversed(SOURCES.items()))) == version_of(SOURCES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import * as all from "./sum.js";\n', "import \\* as all"),
        ("import { first } from './first.js';\n", "imports or exports in another way"),
        ("export default 2;\n", "export default"),
        ("export const two = `\n// is 2\n`;\n", "an odd backtick in a line"),
        ("export let two = 2;\n", "export let"),
        ('import { Sum } from "./sum.js";\n', "import each other: main.js sum.js two.js sum.js"),
        ('import { none } from "./none.js";\n', "there is no none.js"),
    ],
)
def test_a_module_that_is_not_understood_is_an_error(text: str, said: str) -> None:
    with pytest.raises(BundleError, match=said):
        bundled(with_module(text), "1")
