"""The OpenAPI document of a server or a box, from its operations and the structs that travel."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import msgspec

from sync.protocol.box import (
    BoxDocuments,
    BoxDocumentsRequest,
    BoxKept,
    BoxRequest,
    BoxState,
    SignedRelayed,
)
from sync.protocol.codec import JSON_TYPE, LINES_TYPE
from sync.protocol.directory import DirectoryRequest, SignedDirectory
from sync.protocol.messages import (
    Challenge,
    ChallengeRequest,
    Enrolled,
    EnrolRequest,
    LeaveRequest,
    Left,
    LoginRequest,
    PartRowsRequest,
    Parts,
    PartsRequest,
    PullRequest,
    PushAnswer,
    RefreshRequest,
    Refusal,
    Session,
)
from sync.protocol.packs import PackList, PackRequest, PacksRequest
from sync.protocol.parcel import PARCEL_TYPE
from sync.server.operations import OPERATIONS, Operation
from sync.server.statuses import STATUS

_REFERENCE = "#/components/schemas/{name}"
#: What is asked and what is answered; a media type where it is no single JSON message.
_Kind = type[msgspec.Struct] | str
BODIES: dict[str, tuple[_Kind, _Kind]] = {
    "/auth/enrol": (EnrolRequest, Enrolled),
    "/auth/challenge": (ChallengeRequest, Challenge),
    "/auth/login": (LoginRequest, Session),
    "/auth/refresh": (RefreshRequest, Session),
    "/auth/leave": (LeaveRequest, Left),
    "/sync/v1/push": (LINES_TYPE, PushAnswer),
    "/sync/v1/relay": (LINES_TYPE, SignedRelayed),
    "/sync/v1/pull": (PullRequest, LINES_TYPE),
    "/sync/v1/parts": (PartsRequest, Parts),
    "/sync/v1/part_rows": (PartRowsRequest, LINES_TYPE),
    "/sync/v1/directory": (DirectoryRequest, SignedDirectory),
    "/sync/v1/packs": (PacksRequest, PackList),
    "/sync/v1/pack": (PackRequest, PARCEL_TYPE),
    "/sync/v1/parcel": (PARCEL_TYPE, PARCEL_TYPE),
    "/box/v1/state": (BoxRequest, BoxState),
    "/box/v1/push": (LINES_TYPE, BoxKept),
    "/box/v1/pull": (PullRequest, LINES_TYPE),
    "/box/v1/documents": (BoxDocumentsRequest, BoxDocuments),
}


@cache
def document(operations: tuple[Operation, ...] = OPERATIONS) -> bytes:
    """The document of these operations, as JSON."""
    pairs = [BODIES[one.path] for one in operations]
    kinds = {kind for pair in pairs for kind in pair if not isinstance(kind, str)}
    ordered = sorted(kinds | {Refusal}, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "so-an-sinh-server", "version": "1"},
            "paths": {one.path: {"post": _operation(one)} for one in operations},
            "components": {
                "schemas": schemas,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _operation(operation: Operation) -> dict[str, Any]:
    asked, answered = BODIES[operation.path]
    return {
        "operationId": operation.path.rpartition("/")[2],
        "security": [] if operation.is_open else [{"token": []}],
        "requestBody": {"required": True, "content": _content(asked)},
        "responses": {
            "200": {"description": "Done.", "content": _content(answered)},
            **_refusals(operation),
        },
    }


def _refusals(operation: Operation) -> dict[str, Any]:
    """By status; the code in the body says why."""
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for code in operation.refusals():
        codes[STATUS[code]].append(code.value)
    return {
        str(int(status)): {
            "description": f"Refused: {', '.join(sorted(names))}.",
            "content": _content(Refusal),
        }
        for status, names in sorted(codes.items())
    }


def _content(kind: _Kind) -> dict[str, Any]:
    if isinstance(kind, str):
        return {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {JSON_TYPE: {"schema": {"$ref": _REFERENCE.format(name=kind.__name__)}}}
