"""What a neighbour can ask a box for. It signs in as at the province, with the same key."""

from __future__ import annotations

from sync.protocol.box import BoxDocumentsRequest, BoxRequest
from sync.protocol.codec import (
    JSON_TYPE,
    LARGEST_BODY_BYTES,
    LARGEST_NUMBER,
    LINES_TYPE,
    decode_message,
    decode_push,
)
from sync.protocol.messages import PullRequest, Refusal, RefusalCode
from sync.server.box import mirror, neighbours, spool
from sync.server.operations import OPERATIONS, Call, Operation, Reply, authenticated
from sync.server.pull import MOST_CURSORS

_SMALL_BODY_BYTES = 64 * 1024
#: Signing in is the same everywhere. Enrolling is the province's.
_SAME = ("/auth/challenge", "/auth/login", "/auth/refresh")


def _state(call: Call) -> Reply:
    request = decode_message(call.body, BoxRequest)
    if not request.epoch.isalnum() or not 0 <= request.acked <= LARGEST_NUMBER:
        return Refusal(code=RefusalCode.MALFORMED)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    return spool.state_of(
        call.engine,
        device,
        epoch=request.epoch,
        acked=request.acked,
        probe=request.probe.encode(),
    )


def _push(call: Call) -> Reply:
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    return spool.keep(call.engine, device, decode_push(call.body), call.body)


def _pull(call: Call) -> Reply:
    request = decode_message(call.body, PullRequest)
    if len(request.cursors) > MOST_CURSORS:
        return Refusal(code=RefusalCode.TOO_LARGE)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    return mirror.page_for(call.engine, call.token, request)


def _documents(call: Call) -> Reply:
    request = decode_message(call.body, BoxDocumentsRequest)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    return neighbours.documents_for(call.engine, device, known=request.number)


BOX_OPERATIONS = (
    *(operation for operation in OPERATIONS if operation.path in _SAME),
    Operation("/box/v1/state", JSON_TYPE, _SMALL_BODY_BYTES, _state),
    Operation("/box/v1/push", LINES_TYPE, LARGEST_BODY_BYTES, _push),
    Operation("/box/v1/pull", JSON_TYPE, _SMALL_BODY_BYTES, _pull),
    Operation("/box/v1/documents", JSON_TYPE, _SMALL_BODY_BYTES, _documents),
)
