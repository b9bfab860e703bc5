"""The language of manual pages, and a command's manual in it.

It is that of groff's macros, `man(7)`, which mandoc reads, too. This module must not know any
command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chatd import __version__
from chatd.util.command_manual import Argument, Example, Manual

_ESCAPED = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", '"': r"\(dq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
)
"""Characters that groff would print as others, or would take for its own."""

_SYNOPSIS = re.compile(r"(?P<flag>(?<![\w-])--?[a-z][\w-]*)|(?P<value>\b[A-Z][A-Z0-9]*\b)")


def plain(text: str) -> str:
    """Return text that is shown as it is. At the beginning of a line it may have any character."""
    shown = text.translate(_ESCAPED)
    shown = "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in shown)
    return re.sub(r"^\.", r"\\&.", shown, flags=re.MULTILINE)


def bold(text: str) -> str:
    """Return text in bold."""
    return f"\\fB{plain(text)}\\fR"


def italic(text: str) -> str:
    """Return text in italics: a word in place of a value."""
    return f"\\fI{plain(text)}\\fR"


def sentence(text: str) -> str:
    """Return a phrase as a sentence."""
    return text[:1].upper() + text[1:] + "." * (not text.endswith("."))


def title(name: str, section: int) -> str:
    """Return the first line of a page. It has no date, so that a page depends on the code alone."""
    return f'.TH "{plain(name.upper())}" {section} "" "chatd {__version__}" chatd'


def name(of: str, purpose: str) -> list[str]:
    """Return the section by which `apropos` finds a page."""
    return [".SH NAME", rf"{plain(of)} \- {plain(purpose)}"]


def items(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of a list: a term that is written for groff, and text below it."""
    for term, text in entries:
        yield from (".TP", term, plain(text))


def literal(lines: Iterable[str]) -> list[str]:
    """Return lines that are shown as they are, indented."""
    return [".PP", ".RS 4", ".EX", *map(plain, lines), ".EE", ".RE"]


def see_also(pages: Sequence[tuple[str, int]]) -> list[str]:
    """Return the section with the names of other pages."""
    named = [f"{bold(page)}({section})" for page, section in pages]
    return [".SH SEE ALSO", ",\n".join(named)]


def statuses(meanings: Mapping[int, str]) -> list[str]:
    """Return the section of the exit statuses."""
    rows = ((bold(str(status)), sentence(text)) for status, text in meanings.items())
    return [".SH EXIT STATUS", *items(rows)]


def examples(shown: Iterable[Example]) -> list[str]:
    """Return the section of the examples."""
    lines = [".SH EXAMPLES"]
    for example in shown:
        lines += [".PP", f"{plain(sentence(example.purpose)[:-1])}:", *literal([example.command])]
    return lines


def synopsis(manual: Manual) -> list[str]:
    """Return a command and its arguments, broken between them."""

    def styled(found: re.Match[str]) -> str:
        return (bold if found["flag"] else italic)(found[0])

    def written(part: str) -> str:
        kept, begin = [], 0
        for found in _SYNOPSIS.finditer(part):
            kept += [plain(part[begin : found.start()]), styled(found)]
            begin = found.end()
        return "".join([*kept, plain(part[begin:])])

    parts = re.findall(r"\[[^]|]*\]|\S+", manual.synopsis)
    lines = (written(part).replace(" ", r"\ ") for part in parts)
    return [f'.SY "{plain(manual.program)}"', *lines, ".YS"]


def arguments(of: Manual) -> Iterator[str]:
    """Yield the sections of the arguments, those of a subcommand's name excepted."""
    for section in of.sections:
        heading = {"positional arguments": "ARGUMENTS", "options": "OPTIONS"}.get(section.heading)
        yield f".SH {heading}" if heading else f'.SS "{plain(section.heading)}"'
        yield from _explained(section.arguments)


def page(manual: Manual, others: Sequence[tuple[str, int]]) -> str:
    """Return the page of a command that does something itself, or whose subcommands do."""
    of = manual.program.replace(" ", "-")
    lines = [title(of, 1), *name(of, manual.purpose), ".SH SYNOPSIS", *synopsis(manual)]
    lines += [".SH DESCRIPTION", plain(sentence(manual.purpose)), *arguments(manual)]
    if manual.commands:
        lines.append(".SH COMMANDS")
    for command in manual.commands:
        lines += [f'.SS "{plain(command.program)}"', *synopsis(command)]
        lines += [".PP", plain(sentence(command.purpose))]
        lines += _explained(each for each in command.arguments if each.flags[:1] not in _EVERYWHERE)
    for heading, text in manual.details.items():
        lines += [f'.SH "{plain(heading.upper())}"']
        lines += [line for each in text.splitlines() for line in (".PP", plain(each))]
    lines += [*statuses(manual.statuses), *examples(manual.examples), *see_also(others)]
    return "\n".join(lines) + "\n"


_EVERYWHERE = (("-h",), ("--version",))
"""First flags of the options of all commands."""


def _explained(shown: Iterable[Argument]) -> Iterator[str]:
    yield from items((_term(each), sentence(each.meaning)) for each in shown)


def _term(argument: Argument) -> str:
    """Return an argument as the term of a list: ``-c FILE, --config FILE``."""
    value = f" {italic(argument.value)}" if argument.value else ""
    if not argument.flags:
        return value.lstrip()
    return ", ".join(f"{bold(flag)}{value}" for flag in argument.flags)
