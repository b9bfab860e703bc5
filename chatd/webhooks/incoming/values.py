"""The parts of a body of JSON: texts, lists and objects. A part of a wrong type is taken for none.

Numbers are texts already, as they were written. Pure. This module must not know what a part means.
"""

from __future__ import annotations

from collections.abc import Mapping

Json = Mapping[str, object]


def as_text(value: object) -> str:
    """Return the text that a value is, or that its member ``text`` is; "" for anything else."""
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def text_at(object: Json, *names: str) -> str:
    """Return the first text, of some members of an object, that is not blank; "" for none."""
    for name in names:
        value = object.get(name)
        if value is not None and (text := as_text(value)) and not text.isspace():
            return text
    return ""


def objects_at(object: Json, name: str) -> list[Json]:
    """Return the objects in a list that a member is, or the one object that it is."""
    value = object.get(name)
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def object_at(object: Json, name: str) -> Json:
    """Return the object that a member is; an empty one if it is none."""
    value = object.get(name)
    return value if isinstance(value, dict) else {}
