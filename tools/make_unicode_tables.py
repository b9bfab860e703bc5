"""Write chatd/text/unicode_tables.json from Unicode's own files.

    python tools/make_unicode_tables.py DIRECTORY

DIRECTORY has, all of one version, confusables.txt (https://www.unicode.org/Public/security/),
Scripts.txt, ScriptExtensions.txt, PropertyValueAliases.txt and DerivedCoreProperties.txt
(https://www.unicode.org/Public/, in ucd/). The tables have only characters that a name may have
(letters, marks and decimal digits that are of some script, and their prototypes), and characters
that are not seen.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

FILE = Path(__file__).parent.parent / "chatd" / "text" / "unicode_tables.json"

WRITTEN_TOGETHER = {
    "Hani": {"Jpan", "Kore", "Hanb"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Hang": {"Kore"},
    "Bopo": {"Hanb"},
}
"""Scripts that are written together, as if they were one more script (UTS 39 section 5.1)."""

IN_NAMES = {"L&", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}
"""The categories of the characters of names, as Scripts.txt writes them."""

JOINING_HANGUL = (*range(0x1160, 0x1200), *range(0xD7B0, 0xD7FC))

EMPTY = (0x2800, 0x13440, 0x16FE4, 0x1D159)
"""Characters that show nothing and are not Default_Ignorable_Code_Point: a braille pattern without
dots, an Egyptian mirror, a Khitan filler, a null notehead."""


def rows(path: Path) -> Iterator[tuple[range, str, str]]:
    """Yield the code points, the value and the comment of each row of a file."""
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        data, _, comment = line.partition("#")
        if data.strip():
            points, value = (field.strip() for field in data.split(";")[:2])
            first, _, last = points.partition("..")
            yield range(int(first, 16), int(last or first, 16) + 1), value, comment.strip()


def read_scripts(directory: Path) -> tuple[dict[int, str], set[int]]:
    """Return the scripts of each character of names, and all characters that no name may have."""
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
    """Return the prototypes of the wanted characters that have one, in NFD."""
    prototypes = {
        points[0]: "".join(chr(int(point, 16)) for point in value.split())
        for points, value, _ in rows(directory / "confusables.txt")
    }
    return {point: followed(prototypes, point) for point in wanted.intersection(prototypes)}


def followed(prototypes: dict[int, str], point: int) -> str:
    """Return the final prototype of a character.

    A prototype may have parts that have prototypes themselves, or be such a part.
    """
    text, before = chr(point), ""
    while text != before:
        before = text
        for form in ("NFC", "NFD"):
            text = unicodedata.normalize(form, text).translate(prototypes)
        text = unicodedata.normalize("NFD", text)
    return text


def is_plain(character: str) -> bool:
    """Return True if a character is no styled form of another one, as mathematical letters are."""
    return unicodedata.is_normalized("NFKC", character)


def fold(text: str) -> str:
    """Fold a text as `chatd.text.folding.fold` does, which cannot be imported without tables."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def in_skeletons(points: Iterable[int]) -> set[int]:
    """Return the characters that are looked up for the skeletons of names with some characters."""
    return {
        ord(character)
        for point in points
        for text in (chr(point), fold(chr(point)))
        for form in ("NFC", "NFD")
        for character in unicodedata.normalize(form, text)
    }


def ranges(scripts: dict[int, str], never: set[int]) -> Iterator[tuple[int, int, str]]:
    """Yield the first, the last and the scripts of as few ranges as possible.

    Besides characters of those scripts, a range has only characters that no name may have.
    """
    points = sorted(scripts)
    first = last = points[0]
    for point in points[1:]:
        if scripts[point] != scripts[last] or not never.issuperset(range(last + 1, point)):
            yield first, last, scripts[last]
            first = point
        last = point
    yield first, last, scripts[last]


def of_categories(directory: Path, wanted: set[str], more: Iterable[int] = ()) -> str:
    """Return all characters of some categories, and more, as ranges in a regular expression."""
    found = set(more)
    for points, _, comment in rows(directory / "Scripts.txt"):
        if comment.split()[0] in wanted:
            found.update(points)
    return as_ranges(found)


def invisible(directory: Path) -> str:
    """Return all characters that show nothing and are no white space, as ranges."""
    found = set(EMPTY)
    for points, value, _ in rows(directory / "DerivedCoreProperties.txt"):
        if value == "Default_Ignorable_Code_Point":
            found.update(points)
    return as_ranges(found)


def as_ranges(found: set[int]) -> str:
    """Return characters as ranges in a regular expression."""
    firsts = sorted(point for point in found if point - 1 not in found)
    lasts = sorted(point for point in found if point + 1 not in found)
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))


def main() -> None:
    """Write the file."""
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
    tables = {
        "copyright": f"Copyright 1991-{year[1]} Unicode, Inc.; see LICENSE.unicode.",
        "version": version[1],
        "first": "".join(map(chr, firsts)),
        "last": "".join(map(chr, lasts)),
        "scripts": "|".join(of),
        "alike": "".join(map(chr, sorted(prototypes))),
        "prototypes": "|".join(prototypes[point] for point in sorted(prototypes)),
        "marks": of_categories(directory, {"Mn", "Me"}),
        "joiners": of_categories(directory, {"Mc", "Cf"}, JOINING_HANGUL),
        "invisible": invisible(directory),
    }
    FILE.write_text(json.dumps(tables, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
