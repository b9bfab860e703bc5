"""The description of a route: its parameters, body, answers and errors, as OpenAPI names them.

It is part of the row of a route, so that a route is described where it is defined. This module must
not know the routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

JsonObject = Mapping[str, object]

JSON = "application/json"


@dataclass(frozen=True)
class Named:
    """A schema that the document has once, under its name, and refers to."""

    name: str
    schema: JsonObject


Schema = Named | JsonObject
"""A JSON schema. Those in its members may be named, too."""


class Parameter(NamedTuple):
    """A parameter; ``place`` is ``path``, ``query`` or ``header``."""

    name: str
    place: str
    schema: Schema
    description: str = ""
    example: object = None


class Body(NamedTuple):
    """The body of a request in one of its types."""

    schema: Schema
    example: object
    type: str = JSON


class Returned(NamedTuple):
    """An answer that is no error.

    Without a ``schema`` it has no body. ``headers`` have their descriptions.
    """

    status: int
    description: str
    schema: Schema | None = None
    example: object = None
    type: str = JSON
    headers: Mapping[str, str] = {}


@dataclass(frozen=True)
class Operation:
    """The description of a route.

    ``id`` is the name of the operation in programs that are generated from the document, and
    ``group`` one of `chatd.protocols.web.api.openapi.GROUPS`. ``errors`` are statuses beside those
    of every route. ``credentials`` are those that count: ``token`` and ``cookie``.
    """

    id: str
    group: str
    summary: str
    returns: tuple[Returned, ...]
    errors: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    credentials: tuple[str, ...] = ("token", "cookie")
    description: str = ""

    @cached_property
    def query(self) -> tuple[str, ...]:
        """The names of the parameters that the query may have."""
        return tuple(each.name for each in self.parameters if each.place == "query")
