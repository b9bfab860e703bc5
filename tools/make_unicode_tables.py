"""Write chatd/text/unicode_tables.py from Unicode's own files.

    python tools/make_unicode_tables.py DIRECTORY

DIRECTORY holds, all of one version, confusables.txt (https://www.unicode.org/Public/security/),
Scripts.txt, ScriptExtensions.txt, PropertyValueAliases.txt and DerivedCoreProperties.txt
(https://www.unicode.org/Public/, in ucd/). Kept is only what may stand in a name (letters, marks
and decimal digits that are of some script, and what those look like), and what is not seen.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

MODULE = Path(__file__).parent.parent / "chatd" / "text" / "unicode_tables.py"

WRITTEN_TOGETHER = {
    "Hani": {"Jpan", "Kore", "Hanb"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Hang": {"Kore"},
    "Bopo": {"Hanb"},
}
"""Scripts that are written together, as if they were one more script (UTS 39 section 5.1)."""

IN_NAMES = {"L&", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}
"""The categories of what may stand in a name, as Scripts.txt writes them."""

JOINING_HANGUL = (*range(0x1160, 0x1200), *range(0xD7B0, 0xD7FC))

EMPTY = (0x2800, 0x13440, 0x16FE4, 0x1D159)
"""Characters that show nothing and are not Default_Ignorable_Code_Point: a braille pattern without
dots, an Egyptian mirror, a Khitan filler, a null notehead."""

LINE = 92
"""How long the texts in the module are, a line, beside quotes and indentation."""

MODULE_TEXT = '''\
"""What letters look like, and which script they are of. Written by tools/make_unicode_tables.py.

From Unicode {version}: confusables.txt (UTS 39), Scripts.txt and ScriptExtensions.txt (UAX 24), cut
down to what may stand in a name. Copyright 1991-{year} Unicode, Inc.; see LICENSE.unicode.
"""

VERSION = "{version}"
"""The version of Unicode that the tables are of. Letters that it got later are of no script."""

FIRST = (
{first}
)
LAST = (
{last}
)
"""The first and the last of each range of letters, marks and digits of the same scripts."""

SCRIPTS = (
{scripts}
)
"""The scripts of each range, with slashes, and ``|`` between ranges; ``*`` is any script."""

ALIKE = (
{alike}
)
PROTOTYPES = (
{prototypes}
)
"""Characters that look like others, and what each of them looks like, with ``|`` between."""

MARKS = (
{marks}
)
"""Marks that take no room beside their letter, as ranges in a regular expression."""

JOINERS = (
{joiners}
)
"""What else may stand between a letter and its marks: marks that take some room, formats, and the
vowels and finals of Hangul that join."""

INVISIBLE = (
{invisible}
)
"""Characters that show nothing, without white space: Default_Ignorable_Code_Point and others."""
'''


def rows(path: Path) -> Iterator[tuple[range, str, str]]:
    """The code points, the value and the comment of each row of a file."""
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        data, _, comment = line.partition("#")
        if data.strip():
            points, value = (field.strip() for field in data.split(";")[:2])
            first, _, last = points.partition("..")
            yield range(int(first, 16), int(last or first, 16) + 1), value, comment.strip()


def read_scripts(directory: Path) -> tuple[dict[int, str], set[int]]:
    """The scripts of each character that may stand in a name, and all that never will."""
    codes = {}
    for line in (directory / "PropertyValueAliases.txt").read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split(";")]
        if fields[0] == "sc":
            codes[fields[2]] = fields[1]
    extensions = {
        point: set(value.split())
        for points, value, _ in rows(directory / "ScriptExtensions.txt")
        for point in points
    }
    scripts: dict[int, str] = {}
    never: set[int] = set()
    for points, script, comment in rows(directory / "Scripts.txt"):
        category = comment.split()[0]
        if category not in IN_NAMES:
            never.update(points)
            continue
        for point in points:
            of = extensions.get(point, {codes[script]})
            if of == {"Zinh"} or (of == {"Zyyy"} and (category == "Nd" or is_plain(chr(point)))):
                scripts[point] = "*"
            elif of != {"Zyyy"}:
                of = of.union(*(WRITTEN_TOGETHER.get(each, ()) for each in of))
                scripts[point] = "/".join(sorted(of))
    return scripts, never


def read_prototypes(directory: Path, wanted: set[int]) -> dict[int, str]:
    """What each of the wanted characters looks like, if it looks like another, in NFD."""
    prototypes = {
        points[0]: "".join(chr(int(point, 16)) for point in value.split())
        for points, value, _ in rows(directory / "confusables.txt")
    }
    return {point: followed(prototypes, point) for point in wanted.intersection(prototypes)}


def followed(prototypes: dict[int, str], point: int) -> str:
    """What a character looks like in the end: a prototype may have parts that have prototypes
    themselves, or be such a part."""
    text, before = chr(point), ""
    while text != before:
        before = text
        for form in ("NFC", "NFD"):
            text = unicodedata.normalize(form, text).translate(prototypes)
        text = unicodedata.normalize("NFD", text)
    return text


def is_plain(character: str) -> bool:
    """Whether it is no other character in a certain style: mathematical letters are not plain."""
    return unicodedata.is_normalized("NFKC", character)


def fold(text: str) -> str:
    """As `chatd.text.validation.fold`, which cannot be imported before there are tables."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def in_skeletons(points: Iterable[int]) -> set[int]:
    """What is looked up when the skeletons are made of names with these characters in them."""
    return {
        ord(character)
        for point in points
        for text in (chr(point), fold(chr(point)))
        for form in ("NFC", "NFD")
        for character in unicodedata.normalize(form, text)
    }


def ranges(scripts: dict[int, str], never: set[int]) -> Iterator[tuple[int, int, str]]:
    """The first, the last and the scripts of as few ranges as hold nothing else but what never
    stands in a name."""
    points = sorted(scripts)
    first = last = points[0]
    for point in points[1:]:
        if scripts[point] != scripts[last] or not never.issuperset(range(last + 1, point)):
            yield first, last, scripts[last]
            first = point
        last = point
    yield first, last, scripts[last]


def of_categories(directory: Path, wanted: set[str], more: Iterable[int] = ()) -> str:
    """All characters of some categories, and more, as ranges in a regular expression."""
    found = set(more)
    for points, _, comment in rows(directory / "Scripts.txt"):
        if comment.split()[0] in wanted:
            found.update(points)
    return as_ranges(found)


def invisible(directory: Path) -> str:
    """All characters that show nothing and are no white space, as ranges."""
    found = set(EMPTY)
    for points, value, _ in rows(directory / "DerivedCoreProperties.txt"):
        if value == "Default_Ignorable_Code_Point":
            found.update(points)
    return as_ranges(found)


def as_ranges(found: set[int]) -> str:
    """Characters as ranges in a regular expression."""
    firsts = sorted(point for point in found if point - 1 not in found)
    lasts = sorted(point for point in found if point + 1 not in found)
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))


def literal(text: str) -> str:
    """A text as lines of source, in ASCII."""
    lines = [""]
    for character in text:
        point = ord(character)
        if character.isascii() and (character.isalnum() or character in " |/*-"):
            source = character
        else:
            source = f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
        if len(lines[-1]) + len(source) > LINE:
            lines.append("")
        lines[-1] += source
    return "\n".join(f'    "{line}"' for line in lines)


def main() -> None:
    """Write the module."""
    directory = Path(sys.argv[1])
    title = (directory / "Scripts.txt").read_text(encoding="utf-8")
    version = re.search(r"^# Scripts-(\S+)\.txt$", title, re.MULTILINE)
    year = re.search(r"^# Date: (\d+)", title, re.MULTILINE)
    confusables = (directory / "confusables.txt").read_text(encoding="utf-8-sig")
    if version is None or year is None or f"# Version: {version[1]}\n" not in confusables:
        raise SystemExit(f"{directory}: Scripts.txt and confusables.txt are not of one version")

    scripts, never = read_scripts(directory)
    firsts, lasts, of = zip(*ranges(scripts, never), strict=True)
    prototypes = read_prototypes(directory, in_skeletons(scripts))
    MODULE.write_text(
        MODULE_TEXT.format(
            version=version[1],
            year=year[1],
            first=literal("".join(map(chr, firsts))),
            last=literal("".join(map(chr, lasts))),
            scripts=literal("|".join(of)),
            marks=literal(of_categories(directory, {"Mn", "Me"})),
            invisible=literal(invisible(directory)),
            joiners=literal(of_categories(directory, {"Mc", "Cf"}, JOINING_HANGUL)),
            alike=literal("".join(map(chr, sorted(prototypes)))),
            prototypes=literal("|".join(prototypes[point] for point in sorted(prototypes))),
        ),
        encoding="ascii",
    )


if __name__ == "__main__":
    main()
