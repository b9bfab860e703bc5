"""Write the generated parts of the documents: the tables of commands in both READMEs.

``python3 -m tools.documents`` writes them, ``python3 -m tools.documents --check`` names the
documents that are stale and exits with 1. Each table is between two comments, of which the first
names the section of /help (``general`` for the commands that /help lists at once).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from chatd.commands.base import Command
from chatd.commands.table import GENERAL, SECTIONS
from chatd.i18n import Language

ROOT = Path(__file__).resolve().parent.parent

RENEW = "python3 -m tools.documents"

READMES = {Language.ENGLISH: "README.md", Language.SPANISH: "README.es.md"}

HEADERS = {
    Language.ENGLISH: ("command", "what it does", "other names"),
    Language.SPANISH: ("orden", "qué hace", "otros nombres"),
}

TABLES = {"general": GENERAL, **{key: section.commands for key, section in SECTIONS.items()}}
"""The commands of each table, in the order of the documents."""

_TABLE = re.compile(
    rf"^<!-- commands (\w+): {re.escape(RENEW)} writes this table -->\n.*?^<!-- end -->$",
    re.MULTILINE | re.DOTALL,
)


def row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def table(commands: Iterable[Command], language: Language) -> str:
    """Return the table of commands in a language, as Markdown."""
    lines = [row(HEADERS[language]), "|---|---|---|"]
    for command in commands:
        wording = command.wording(language)
        others = ", ".join(f"`/{name}`" for name in command.names if name != wording.name)
        usage = wording.usage.replace("|", "\\|")
        explanation = re.sub(r"([|*<])", r"\\\1", wording.explanation)
        lines.append(row((f"`{usage}`", explanation, others)))
    return "\n".join(lines)


def renewed(text: str, language: Language) -> str:
    """Return a README with its tables as the commands are now.

    Raises `ValueError` if it lacks a table, or has one of no section.
    """
    found = [match[1] for match in _TABLE.finditer(text)]
    if sorted(found) != sorted(TABLES):
        raise ValueError(f"the tables are those of {sorted(found)}, not of {sorted(TABLES)}")

    def written(match: re.Match[str]) -> str:
        begin = f"<!-- commands {match[1]}: {RENEW} writes this table -->"
        return f"{begin}\n{table(TABLES[match[1]], language)}\n<!-- end -->"

    return _TABLE.sub(written, text)


def stale() -> list[str]:
    """Return the documents that are not as this program writes them."""
    texts = {name: (ROOT / name).read_text("utf-8") for name in READMES.values()}
    return [
        name for language, name in READMES.items() if renewed(texts[name], language) != texts[name]
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the documents, or check them with ``--check``. Return the exit status."""
    if list(arguments) == ["--check"]:
        for name in (found := stale()):
            sys.stderr.write(f"{name} is stale: {RENEW}\n")
        return 1 if found else 0
    if arguments:
        sys.stderr.write(f"usage: {RENEW} [--check]\n")
        return 2
    for language, name in READMES.items():
        path = ROOT / name
        path.write_text(renewed(path.read_text("utf-8"), language), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
