"""What the OpenAPI document says, tried by schemathesis: bodies it allows, and bodies it does not.

Every answer must be one the document describes, and none may be a failure of the server's own.
Examples are the same each day.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.schemas import BaseSchema

from sync.protocol.codec import LINES_TYPE
from sync.protocol.messages import RefusalCode
from sync.server import openapi
from sync.server.operations import OPERATIONS
from tests.support.desk import Desk
from tests.support.server import ServerProcess

EXAMPLES = 8
# Lines are described as bytes: any bytes, then.
schemathesis.serializer.alias(LINES_TYPE, "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.document()))
MODES = {"allowed": GenerationMode.POSITIVE, "not_allowed": GenerationMode.NEGATIVE}
DESCRIBED: list[Any] = CHECKS.get_by_names(
    ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", [one.path for one in OPERATIONS])
def test_every_answer_is_one_that_is_described(
    path: str, mode: str, officer: Desk, server: ServerProcess
) -> None:
    try_described(SCHEMA, path, MODES[mode], url=server.url, token=officer.token)


def try_described(
    schema: BaseSchema, path: str, mode: GenerationMode, *, url: str, token: str
) -> None:
    """Ask this operation with bodies of this kind."""
    headers = {"Authorization": f"Bearer {token}"}
    codes: set[str] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path]["POST"].as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        response = case.call(base_url=url, headers=headers, timeout=60)
        case.validate_response(response, checks=DESCRIBED)
        assert response.status_code != 500
        codes.add(response.json()["code"] if response.status_code != 200 else "")
        if response.status_code == 503:
            assert int(response.headers["retry-after"][0]) > 0

    ask()
    assert codes
    assert RefusalCode.INTERNAL.value not in codes
