"""The OpenAPI document that the server and a box give of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import requests

from sync.server.box.operations import BOX_OPERATIONS
from sync.server.openapi import BODIES
from sync.server.operations import OPERATIONS, Operation
from sync.server.statuses import STATUS
from tests.support.server import ServerProcess


@pytest.fixture
def told(server: ServerProcess) -> Any:
    """The document, as it is served."""
    response = requests.get(server.url + "/openapi.json", timeout=60)
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()


def references(part: Any) -> set[str]:
    """Every schema that is named somewhere inside."""
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(one) for one in part.values()))
    return set().union(*(references(one) for one in part)) if isinstance(part, list) else set()


def test_every_operation_is_described_with_the_type_it_must_be_asked_with(told: Any) -> None:
    check_described(told, OPERATIONS)
    assert set(BODIES) == {one.path for one in (*OPERATIONS, *BOX_OPERATIONS)}


def check_described(told: Any, operations: Sequence[Operation]) -> None:
    """The document has these operations and no others, each with its type."""
    assert set(told["paths"]) == {one.path for one in operations}
    for one in operations:
        described = told["paths"][one.path]["post"]
        assert list(described["requestBody"]["content"]) == [one.body_type]
        refused = {str(int(STATUS[code])) for code in one.refusals()}
        assert set(described["responses"]) == {"200", *refused}


def test_every_schema_that_is_named_is_there(told: Any) -> None:
    check_schemas(told)


def check_schemas(told: Any) -> None:
    """Every schema that is named is there, and none for nothing."""
    named = references(told)
    assert named == {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}


def test_what_is_described_without_a_token_is_answered_without_one(
    told: Any, server: ServerProcess
) -> None:
    for path, described in told["paths"].items():
        [body_type] = described["post"]["requestBody"]["content"]
        body = {
            "/sync/v1/pull": b'{"cursors":{}}',
            "/sync/v1/parts": b'{"bucket":"99001/register"}',
            "/sync/v1/part_rows": b'{"bucket":"99001/register","parts":["00"]}',
            "/sync/v1/directory": b'{"number":0}',
            "/sync/v1/packs": b'{"serial":0}',
            "/sync/v1/pack": b'{"sha256":"0"}',
        }.get(path, b'{"epoch":"x"}')
        answer = requests.post(
            server.url + path, data=body, headers={"Content-Type": body_type}, timeout=60
        )
        if described["post"]["security"]:
            assert answer.json()["code"] == "token_expired"
        else:
            assert answer.json()["code"] == "malformed"
