"""Tables of Unicode for the characters of names: scripts, look-alikes, marks and invisible ones.

They are read once from ``unicode_tables.json``, which ``tools/make_unicode_tables.py`` writes from
Unicode's confusables.txt (UTS 39), Scripts.txt and ScriptExtensions.txt (UAX 24), cut down to the
characters that a name may have. See LICENSE.unicode.

This module must not know what the tables are used for.
"""

from __future__ import annotations

import json
import os.path
from typing import Any, cast

# The loader reads the file, as in `pkgutil.get_data`: to import `importlib.resources` would take
# 10 ms, and the tables take 0.4 ms.
_TABLES: dict[str, str] = json.loads(
    cast(Any, __spec__).loader.get_data(
        os.path.join(os.path.dirname(__file__), "unicode_tables.json")
    )
)

VERSION = _TABLES["version"]
"""The version of Unicode that the tables are of. Letters of later versions are of no script."""

FIRST = _TABLES["first"]
LAST = _TABLES["last"]
"""The first and the last of each range of letters, marks and digits of the same scripts."""

SCRIPTS = _TABLES["scripts"]
"""The scripts of each range, with slashes, and ``|`` between ranges; ``*`` is any script."""

ALIKE = _TABLES["alike"]
PROTOTYPES = _TABLES["prototypes"]
"""Characters that look like others, and their prototypes, with ``|`` between."""

MARKS = _TABLES["marks"]
"""Marks that take no room beside their letter, as ranges in a regular expression."""

JOINERS = _TABLES["joiners"]
"""Other characters that may be between a letter and its marks, as ranges: marks that take some
room, formats, and the vowels and finals of Hangul that join."""

INVISIBLE = _TABLES["invisible"]
"""Characters that show nothing, without white space, as ranges: Default_Ignorable_Code_Point and
others."""
