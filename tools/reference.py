"""The tables of the documents: commands, options and kinds of errors, in English and in Spanish.

Each row is read from the code: commands from their table, the daemon's options from that of its
settings, the clients' options from their ``--help``, kinds of errors from the text under each. The
Spanish of English texts that the code has in English only is in `tools.spanish`. This module must
not know the documents.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from chatd import errors
from chatd.command_line.subcommands import module_of
from chatd.commands.base import Command
from chatd.commands.help import GENERAL, SECTIONS, Section
from chatd.daemon.figures import FIGURES
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.setting_row import Group
from chatd.daemon.setting_row import Row as Setting
from chatd.daemon.settings_table import OPTIONS, ROWS, SETTINGS
from chatd.errors import ErrorKind
from chatd.i18n import Language
from chatd.text.sizes import written_size
from chatd.util.budget_table import TABLE, Kind, Level, Rule
from tools.limits import LIMITS as ALL_LIMITS
from tools.limits import OPTIONS as LIMITING_OPTIONS
from tools.spanish import HEADERS, TEXTS

CLIENTS = (
    *("connect", "say", "tail", "bot", "who", "rooms", "search", "wall"),
    *("export", "import", "backup", "check", "restore", "upgrade", "tls", "admin"),
    *("init", "check-config", "systemd", "completion", "man"),
)
"""The subcommands of ``chatd``, without ``serve``."""

READING = ("tail", "who", "search")
"""Those of them that share arguments, which have a table of their own, and have others beside."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Row = tuple[str, ...]


def in_language(text: str, language: Language) -> str:
    """Return an English text of the code in a language. Raises `ValueError` if it has no Spanish.

    A text that is changed in English has no Spanish until that is brought up to date, too.
    """
    if language is Language.ENGLISH:
        return text
    if text not in TEXTS:
        raise ValueError(f"tools/spanish.py has no Spanish for: {text}")
    return TEXTS[text]


def markdown(rows: Iterable[Row], header: str, language: Language) -> str:
    """Return a table in Markdown. ``header`` is the English text of the header's cells."""
    cells = header if language is Language.ENGLISH else HEADERS[header]
    count = cells.count("|") + 1
    lines = [f"| {cells} |", "|---" * count + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def escaped(text: str) -> str:
    """Return plain text so that a cell of Markdown shows it unchanged."""
    return re.sub(r"([|*<])", r"\\\1", text)


def code(text: str) -> str:
    """Return text as code in a cell of Markdown."""
    return "`{}`".format(text.replace("|", "\\|"))


def commands(rows: Sequence[Command], language: Language) -> str:
    """Return the table of some slash commands."""

    def row(command: Command) -> Row:
        wording = command.wording(language)
        others = ", ".join(code(f"/{name}") for name in command.names if name != wording.name)
        return code(wording.usage), escaped(wording.explanation), others

    return markdown(map(row, rows), "command | what it does | other names", language)


def rest_of(section: Section) -> list[Command]:
    """Return the commands of a section that are not among the general ones."""
    return [command for command in section.commands if command not in GENERAL]


def options(limits: bool, language: Language) -> str:
    """Return the table of the daemon's options: those that limit connections, or the others."""
    words = ("none", "off", "for ever", "the name of the machine")

    def row(setting: Setting) -> Row:
        names = [f"-{setting.letter}"] if setting.letter else []
        meaning = escaped(in_language(setting.meaning, language))
        default = setting.shown_default
        shown = in_language(default, language) if default in words else code(default)
        return ", ".join(map(code, [*names, f"--{setting.option}"])), meaning, shown

    rows = [row(each) for each in OPTIONS if (each.group is Group.LIMITS) == limits]
    return markdown(rows, "option | meaning | default", language)


def settings(language: Language) -> str:
    """Return the table of the settings in a configuration file."""
    rows = [
        (
            code(f"[{row.section}]"),
            code(row.name),
            escaped(in_language(row.kind.takes, language)),
            code(f"--{row.option}"),
            in_language(row.reload.value, language),
        )
        for row in SETTINGS
    ]
    header = "section | setting | takes | option | a reload changes it"
    return markdown(rows, header, language)


def settings_of_an_address(language: Language) -> str:
    """Return the table of the settings of a ``[[listen]]`` in a configuration file."""
    rows = [
        (
            code(row.path),
            escaped(in_language(row.meaning, language)),
            in_language(row.reload.value, language),
        )
        for row in LISTENER_ROWS
    ]
    return markdown(rows, "in [[listen]] | meaning | a reload changes it", language)


def figures(language: Language) -> str:
    """Return the table of the figures of the daemon."""
    rows = [
        (
            code(row.full_name),
            ", ".join(map(code, row.labels)),
            escaped(in_language(row.meaning, language)),
        )
        for row in FIGURES
    ]
    return markdown(rows, "figure | labels | meaning", language)


def client_options(client: str) -> Iterator[tuple[str, str]]:
    """Return each argument of a subcommand of ``chatd`` and its meaning, as ``--help`` has them."""
    parser = argparse.ArgumentParser(
        add_help=False,
        formatter_class=partial(argparse.HelpFormatter, width=1000, max_help_position=100),
    )
    module_of(client).add_arguments(parser)
    plain = _COLOUR.sub(
        "", parser.format_help()
    )  # from Python 3.14 on, it has colours on a terminal
    # The longest name of a subcommand has its meaning on the next line.
    plain = re.sub(r"^( {4}\S+)\n +", r"\1  ", plain, flags=re.MULTILINE)
    yield from re.findall(r"^ {2,4}(\S.*?) {2,}(\S.*)$", plain, re.MULTILINE)


def client(name: str, language: Language) -> str:
    """Return the table of the arguments of a subcommand of ``chatd``."""
    shared = list(client_options("rooms")) if name in READING else []
    rows = [
        (code(argument), escaped(in_language(meaning, language)))
        for argument, meaning in client_options(name)
        if (argument, meaning) not in shared
    ]
    return markdown(rows, "argument | meaning", language)


def error_texts() -> Iterator[tuple[ErrorKind, str, str]]:
    """Return each kind of error, when it occurs, and what its receiver can do.

    Raises `ValueError` if a kind has no such text.
    """
    (kinds,) = ast.parse(inspect.getsource(ErrorKind)).body
    assert isinstance(kinds, ast.ClassDef)
    under = {
        before.targets[0].id: after.value.value
        for before, after in zip(kinds.body, kinds.body[1:], strict=False)
        if isinstance(before, ast.Assign)
        and isinstance(before.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
    for kind in ErrorKind:
        paragraphs = str(under.get(kind.name, "")).split("\n\n")
        if len(paragraphs) != 2:
            raise ValueError(
                f"{errors.__file__}: under {kind.name} there must be two paragraphs: "
                "when it occurs, and what its receiver can do"
            )
        when, remedy = (" ".join(paragraph.split()).removesuffix(".") for paragraph in paragraphs)
        yield kind, when, remedy


def error_kinds(language: Language) -> str:
    """Return the table of the kinds of errors."""
    rows = [
        (code(kind.value), *(in_language(text, language).replace("|", "\\|") for text in texts))
        for kind, *texts in error_texts()
    ]
    return markdown(rows, "kind | when | what to do", language)


def limit_at(rule: Rule, level: Level) -> str:
    """Return the limit of a kind of budgets at a level; "" if nothing is counted there."""
    if level not in rule.limits:
        return ""
    number = rule.limits[level]
    return written_size(number) if rule.in_bytes and number else str(number)


def budgets(language: Language) -> str:
    """Return the table of budgets: their limits by level, and the attack that made each."""

    def row(kind: Kind, rule: Rule) -> Row:
        meaning, attack = (in_language(text, language) for text in (rule.meaning, rule.attack))
        return code(kind.value), meaning, *(limit_at(rule, level) for level in Level), attack

    header = f"budget | counts | {' | '.join(level.value for level in Level)} | the attack"
    return markdown([row(*each) for each in TABLE.items()], header, language)


def every_limit(language: Language) -> str:
    """Return the table of all limits: options, budgets, and constants of the code."""

    def names(attacks: str) -> str:
        return ", ".join(map(code, attacks.split()))

    given = {each.option: each for each in ROWS}
    rows = [
        *(
            (
                f"--{name}",
                given[name].shown_default,
                in_language(given[name].meaning, language),
                why,
            )
            for name, why in ((name, names(why)) for name, why in LIMITING_OPTIONS.items())
        ),
        *(
            (
                f"--budget {kind.value}",
                " ".join(f"{level.value}={limit_at(rule, level)}" for level in rule.limits),
                in_language(rule.meaning, language),
                in_language(rule.attack, language),
            )
            for kind, rule in TABLE.items()
        ),
        *(
            (each.name, each.written, each.meaning(language), names(each.attacks))
            for each in ALL_LIMITS
        ),
    ]
    return markdown(
        ((code(name), code(value), meaning, attacks) for name, value, meaning, attacks in rows),
        "limit | value | meaning | attacks",
        language,
    )


TABLES: dict[str, Callable[[Language], str]] = {
    "everyday commands": partial(commands, GENERAL),
    "commands general": partial(commands, GENERAL),
    **{f"commands {key}": partial(commands, rest_of(each)) for key, each in SECTIONS.items()},
    "options": partial(options, False),
    "limits": partial(options, True),
    "settings": settings,
    "settings of an address": settings_of_an_address,
    "figures": figures,
    **{f"chatd {name.replace('-', ' ')}": partial(client, name) for name in CLIENTS},
    "every limit": every_limit,
    "budgets": budgets,
    "errors": error_kinds,
}
"""Each table by the name that its comments in the documents have."""
