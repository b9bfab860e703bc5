"""The API is as openapi.json describes it.

Its paths are those of the table, and a daemon does as it says for requests of any form.
"""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Unsatisfiable
from twisted.internet.threads import deferToThread

from chatd.protocols.web.site import ROUTES
from chatd.protocols.web.static_files import description
from tests.support.loopback import LoopbackServer

DESCRIPTION = json.loads((files("chatd.protocols.web") / "openapi.json").read_text("utf-8"))

EXAMPLES = 12
"""The number of requests that are made up for each operation, in each of the two ways."""

ENDLESS = ("stream", "webSocket")


def test_its_paths_are_those_that_there_are() -> None:
    described = {
        (method.upper(), path) for path, item in DESCRIPTION["paths"].items() for method in item
    }
    served = {(route.method, route.path) for route in ROUTES}
    assert described == served | {("GET", "/api/openapi.json")}


def test_all_that_it_refers_to_is_there() -> None:
    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                found: Any = DESCRIPTION
                for part in value["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look(DESCRIPTION)


def test_every_operation_says_what_it_may_be_answered() -> None:
    for path, item in DESCRIPTION["paths"].items():
        for operation in item.values():
            assert {"400", "403", "421", "500", "503"} <= set(operation["responses"]), path


@pytest.mark.deadline(60)
async def test_a_daemon_does_what_it_says() -> None:
    schemathesis = pytest.importorskip(
        "schemathesis",
        reason="schemathesis, which wants Python 3.11, is not installed: pip install -e '.[dev]'",
    )
    loopback = LoopbackServer()
    port = await loopback.listen_for_http({}, description())
    try:
        await deferToThread(_ask_everything, schemathesis, f"http://127.0.0.1:{port}")
    finally:
        await loopback.close()


def _ask_everything(schemathesis: Any, url: str) -> None:
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
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
