"""The page as it is sent: few files, under names that change with what is in them. Pure.

Each file that a browser asks for takes a round trip, and it asks for six at a time. So the modules
that a script of the page imports are put into the script, each as a function that returns its
exports; only another script stays a file of its own. The names in the page have its version as
their query, so a browser may keep a file for good, and never mixes two versions. The scripts know
the version as VERSION, and all files that the page names as FILES.

Comments that fill whole lines are left out: they are a third of what would be sent.

A line of a module is an import, the beginning of an export, or neither: what is written in another
way is an error when the daemon starts. This module must not know what the files do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256

INDEX = "index.html"
WORKER = "sw.js"
"""The service worker, which the page does not name."""

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function) (\w+))", re.MULTILINE)
_NOT_UNDERSTOOD = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_NAMED = re.compile(r'(src|href)="(/[\w.-]+)"')
_VERSIONED = re.compile(r'(?:src|href)="(/[\w.-]+\?\w+)"')
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n", re.MULTILINE)
_SCRIPT = re.compile(r'<script\b[^>]* src="/([\w.-]+)\?')


class BundleError(Exception):
    """The modules of the page cannot be put together."""


def version_of(sources: Mapping[str, bytes]) -> str:
    """Return the version of files: a hash of all names and contents."""
    digest = sha256()
    for name, content in sorted(sources.items()):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def bundled(sources: Mapping[str, bytes], version: str) -> dict[str, bytes]:
    """Return the files that are sent, by name. Raise `BundleError` if that cannot be done."""
    index = _NAMED.sub(rf'\1="\2?{version}"', sources[INDEX].decode())
    constants = {"VERSION": version, "FILES": ["/", *sorted(set(_VERSIONED.findall(index)))]}
    names = {*_SCRIPT.findall(index), *({WORKER} & sources.keys())}
    bundle = _Bundle(sources, names, version)
    scripts = {name: "".join(bundle.script(name)) for name in names}
    rest = {name: content for name, content in sources.items() if name not in bundle.inside}
    sent = {name: (_constants(constants, text) + text).encode() for name, text in scripts.items()}
    return {**rest, **sent, INDEX: index.encode()}


class _Bundle:
    """Puts modules into scripts. ``inside`` are those that have been put into one."""

    def __init__(self, sources: Mapping[str, bytes], scripts: set[str], version: str) -> None:
        self.scripts = scripts
        self.inside: set[str] = set()
        self._sources = sources
        self._version = version

    def script(self, name: str) -> Iterator[str]:
        """Yield the parts of a script: the modules that it imports, directly or not, and itself."""
        text, _ = self._understood(name)
        yield from self._imported(name, [name], set())
        yield _with_values(text)

    def _imported(self, name: str, importers: list[str], done: set[str]) -> Iterator[str]:
        for _, module in _IMPORT.findall(self._text(name)):
            if module in importers:
                raise BundleError(f"modules import each other: {' '.join([*importers, module])}")
            if module in done:
                continue
            done.add(module)
            if module in self.scripts:
                yield f'import * as {_variable(module)} from "./{module}?{self._version}";\n'
                continue
            self.inside.add(module)
            text, exports = self._understood(module)
            yield from self._imported(module, [*importers, module], done)
            body, result = _with_values(_EXPORT.sub("", text)), ", ".join(exports)
            yield f"const {_variable(module)} = (() => {{\n{body}return {{ {result} }};\n}})();\n"

    def _understood(self, name: str) -> tuple[str, list[str]]:
        """Return the text of a module and the names of its exports."""
        text = _COMMENT.sub("", self._text(name))
        if any(line.count("`") % 2 for line in text.splitlines()):
            raise BundleError(f"{name}: an odd backtick in a line; a text of several may be cut")
        other = _NOT_UNDERSTOOD.search(_EXPORT.sub("", _IMPORT.sub("", text)))
        if other:
            raise BundleError(f"{name}: imports or exports in another way: {other[0]}")
        return text, _EXPORT.findall(text)

    def _text(self, name: str) -> str:
        if name not in self._sources:
            raise BundleError(f"there is no {name}")
        return self._sources[name].decode()


def _with_values(text: str) -> str:
    """Return a text that takes what it imports from the results of other modules."""
    return _IMPORT.sub(
        lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = {_variable(found[2])};", text
    )


def _constants(values: Mapping[str, object], text: str) -> str:
    """Return the definitions of the constants that a script uses."""
    used = [name for name in values if re.search(rf"\b{name}\b", text)]
    return "".join(f"const {name} = {json.dumps(values[name])};\n" for name in used)


def _variable(name: str) -> str:
    """Return the name of the variable with what a module exports."""
    return re.sub(r"\W", "_", name)
