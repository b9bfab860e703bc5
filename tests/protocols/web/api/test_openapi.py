"""`chatd.protocols.web.api.openapi`: the document, and that a daemon does as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Unsatisfiable
from twisted.internet.threads import deferToThread

from chatd.protocols.web.api.openapi import GROUPS, OF_EVERY_ROUTE
from chatd.protocols.web.api.openapi import document as document_of
from chatd.protocols.web.api.operation import Named, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.http.messages import Answer
from chatd.protocols.web.site import ROUTES
from chatd.protocols.web.static_files import json_file
from tests.support.loopback import LoopbackServer

OPERATION = Operation(
    "x",
    "rooms",
    "X",
    returns=(Returned(200, "X.", Named("X", {"type": "string"})),),
    errors=(404,),
    parameters=(Parameter("x", "query", {"type": "string"}),),
)

EXAMPLES = 12
"""The number of requests that are made up for each operation, in each of the two ways."""

ENDLESS = ("stream", "webSocket")


async def nothing(call: Call) -> Answer:
    return Answer(204)


def document(routes: Iterable[Route]) -> Any:
    """Return the document as a client decodes it."""
    return json.loads(json.dumps(document_of(routes)))


def described(operation: Operation) -> Any:
    """Return the part of the document for a route."""
    return document([Route("GET", "/x", nothing, operation)])["paths"]["/x"]["get"]


class TestDocument:
    def test_has_the_paths_of_the_routes_and_its_own(self) -> None:
        route = Route("POST", "/api/x", nothing, OPERATION)
        assert {path: list(item) for path, item in document([route])["paths"].items()} == {
            "/api/x": ["post"],
            "/api/openapi.json": ["get"],
        }

    def test_has_the_statuses_of_a_route_and_those_of_every_route(self) -> None:
        responses = described(OPERATION)["responses"]
        assert list(responses) == sorted(map(str, {200, 404, *OF_EVERY_ROUTE}))
        assert responses["404"] == {"$ref": "#/components/responses/NotThere"}

    def test_has_the_answer_of_a_route_in_place_of_an_error_of_every_route(self) -> None:
        operation = replace(OPERATION, returns=(Returned(503, "Later."),))
        assert described(operation)["responses"]["503"] == {"description": "Later."}

    def test_has_the_parameters_of_a_route_and_the_language(self) -> None:
        parameters = described(OPERATION)["parameters"]
        assert [(each["name"], each["in"]) for each in parameters] == [
            ("x", "query"),
            ("Accept-Language", "header"),
        ]

    def test_has_a_named_schema_once(self) -> None:
        found = document([Route("GET", "/x", nothing, OPERATION)])
        content = found["paths"]["/x"]["get"]["responses"]["200"]["content"]
        assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}
        assert found["components"]["schemas"]["X"] == {"type": "string"}


class TestRoutes:
    def test_name_their_parts_of_the_path_as_parameters(self) -> None:
        for route in ROUTES:
            placed = [each.name for each in route.operation.parameters if each.place == "path"]
            assert re.findall(r"{(\w+)\*?}", route.path) == placed, route.path

    def test_have_an_operation_id_each(self) -> None:
        identifiers = [route.operation.id for route in ROUTES]
        assert len(set(identifiers)) == len(identifiers)

    def test_are_in_groups_that_the_document_has(self) -> None:
        assert {route.operation.group for route in ROUTES} <= set(GROUPS)


@pytest.mark.deadline(180)
async def test_a_daemon_does_what_it_says() -> None:
    schemathesis = pytest.importorskip(
        "schemathesis",
        reason="schemathesis, which wants Python 3.11, is not installed: pip install -e '.[dev]'",
    )
    loopback = LoopbackServer()
    port = await loopback.listen_for_http({}, json_file(document_of(ROUTES)))
    try:
        await deferToThread(_ask_everything, schemathesis, f"http://127.0.0.1:{port}")
    finally:
        await loopback.close()


def _ask_everything(schemathesis: Any, url: str) -> None:
    schema = schemathesis.openapi.from_dict(document(ROUTES))
    schema.config.update(base_url=url)
    # What a name may be, no schema can say: whether letters are of one script, and what looks like
    # a name that is there.
    schema.config.checks.positive_data_acceptance.expected_statuses += ["422"]
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.definition.raw["operationId"] in ENDLESS:
            continue
        for mode in schemathesis.GenerationMode:

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @_given(operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                case.call_and_validate()

            with suppress(Unsatisfiable):  # nothing can be wrong in a request that is all optional
                ask()


def _given(strategy: Any) -> Any:
    from hypothesis import given

    return given(case=strategy)
