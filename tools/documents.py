"""Write the generated parts of the documents: tables, lists of modules, and the dashboard.

``python3 -m tools.documents`` writes them, ``python3 -m tools.documents --check`` names the
documents that are stale and exits with 1. Each table is between two comments, of which the first
has its name; `tools.reference` makes the tables. The docstring of a package ends with the list of
its modules, each with the first line of its own docstring.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Collection, Sequence
from pathlib import Path

from chatd.i18n import Language
from tools import dashboard
from tools.reference import TABLES

ROOT = Path(__file__).resolve().parent.parent

RENEW = "python3 -m tools.documents"

IN_READMES = {"everyday commands"}
"""The tables of the READMEs. The references have all others."""

DOCUMENTS = {
    "README.md": (Language.ENGLISH, IN_READMES),
    "README.es.md": (Language.SPANISH, IN_READMES),
    "docs/reference.md": (Language.ENGLISH, TABLES.keys() - IN_READMES),
    "docs/referencia.md": (Language.SPANISH, TABLES.keys() - IN_READMES),
}
"""The documents with tables, the language of each, and the names of its tables."""

MODULES = f"Modules ({RENEW} writes this list):"
"""The line in the docstring of a package after which its modules are listed."""

_TABLE = re.compile(
    rf"^<!-- ([a-z ]+): {re.escape(RENEW)} writes this table -->\n.*?^<!-- end -->$",
    re.MULTILINE | re.DOTALL,
)


def renewed(text: str, language: Language, names: Collection[str]) -> str:
    """Return a document with its tables as the code is now.

    Raises `ValueError` if its tables are not those that are named.
    """
    found = [match[1] for match in _TABLE.finditer(text)]
    if sorted(found) != sorted(names):
        raise ValueError(f"the tables are those of {sorted(found)}, not of {sorted(names)}")

    def written(match: re.Match[str]) -> str:
        begin = f"<!-- {match[1]}: {RENEW} writes this table -->"
        return f"{begin}\n{TABLES[match[1]](language)}\n<!-- end -->"

    return _TABLE.sub(written, text)


def with_modules(source: str, package: Path) -> str:
    """Return the source of a package's ``__init__`` with the list of its modules as they are."""
    (docstring, *_) = ast.parse(source).body
    assert isinstance(docstring, ast.Expr)
    assert docstring.end_lineno is not None
    lines = source.splitlines(keepends=True)
    text = "".join(lines[: docstring.end_lineno]).removesuffix('"""\n').partition(MODULES)[0]
    entries = [
        textwrap.fill(f"- `{path.stem}`: {purpose(path)}", 100, subsequent_indent="  ")
        for path in sorted(package.iterdir())
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    ]
    listed = "\n".join([text.rstrip(), "", MODULES, "", *entries]) if entries else text.rstrip()
    return f'{listed}\n"""\n' + "".join(lines[docstring.end_lineno :])


def purpose(path: Path) -> str:
    """Return the first line of the docstring of a module, or of a package."""
    source = path / "__init__.py" if path.is_dir() else path
    return (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").split("\n")[0]


def written() -> dict[str, str]:
    """Return the documents as this program writes them, by their paths."""
    documents = {
        name: renewed((ROOT / name).read_text("utf-8"), language, tables)
        for name, (language, tables) in DOCUMENTS.items()
    }
    for path in sorted((ROOT / "chatd").rglob("__init__.py")):
        if path.parent != ROOT / "chatd":  # its modules are the packages of the architecture
            source = path.read_text("utf-8")
            documents[path.relative_to(ROOT).as_posix()] = with_modules(source, path.parent)
    return {**documents, dashboard.PATH: dashboard.written()}


def stale() -> list[str]:
    """Return the documents that are not as this program writes them."""
    return [name for name, text in written().items() if _present(ROOT / name) != text]


def _present(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def main(arguments: Sequence[str]) -> int:
    """Write the documents, or check them with ``--check``. Return the exit status."""
    if list(arguments) == ["--check"]:
        for name in (found := stale()):
            sys.stderr.write(f"{name} is stale: {RENEW}\n")
        return 1 if found else 0
    if arguments:
        sys.stderr.write(f"usage: {RENEW} [--check]\n")
        return 2
    for name, text in written().items():
        (ROOT / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
