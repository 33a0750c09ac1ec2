"""What a neighbour can ask a box for. It signs in with the key it has at the province."""

from __future__ import annotations

from functools import partial

from sync.protocol.box import NONCE, BoxDocumentsRequest, BoxRequest
from sync.protocol.codec import (
    JSON_TYPE,
    LARGEST_BODY_BYTES,
    LARGEST_NUMBER,
    LINES_TYPE,
    decode_message,
    decode_push,
)
from sync.protocol.messages import PullRequest, Refusal, RefusalCode
from sync.server.bodies import SMALL_BODY_BYTES
from sync.server.box import mirror, neighbours, spool
from sync.server.operations import (
    OPERATIONS,
    Call,
    Operation,
    Reply,
    log_in,
    of_device,
)
from sync.server.pull import MOST_CURSORS
from sync.server.sessions import Device
from sync.server.statuses import BAD_KEY, NOBODY

#: As at the province. Enrolling is the province's alone.
_SAME = ("/auth/challenge", "/auth/refresh")


def _state(call: Call, device: Device) -> Reply:
    request = decode_message(call.body(), BoxRequest)
    if not request.epoch.isalnum() or not 0 <= request.acked <= LARGEST_NUMBER:
        return Refusal(code=RefusalCode.MALFORMED)
    if not NONCE.fullmatch(request.nonce):
        return Refusal(code=RefusalCode.MALFORMED)
    return spool.state_of(
        call.engine,
        device,
        epoch=request.epoch,
        acked=request.acked,
        probe=request.probe.encode(),
        nonce=request.nonce,
    )


def _push(call: Call, device: Device) -> Reply:
    body = call.body()
    return spool.keep(call.engine, device, decode_push(body), body)


def _pull(call: Call, _device: Device) -> Reply:
    request = decode_message(call.body(), PullRequest)
    if len(request.cursors) > MOST_CURSORS:
        return Refusal(code=RefusalCode.TOO_LARGE)
    return mirror.page_for(call.engine, call.token, request)


def _documents(call: Call, device: Device) -> Reply:
    request = decode_message(call.body(), BoxDocumentsRequest)
    return neighbours.documents_for(call.engine, device, known=request.number)


BOX_OPERATIONS = (
    *(operation for operation in OPERATIONS if operation.path in _SAME),
    Operation(
        "/auth/login",
        JSON_TYPE,
        SMALL_BODY_BYTES,
        partial(log_in, at_box=True),
        is_open=True,
        refuses=NOBODY | BAD_KEY,
    ),
    Operation("/box/v1/state", JSON_TYPE, SMALL_BODY_BYTES, of_device(_state), refuses=BAD_KEY),
    Operation(
        "/box/v1/push",
        LINES_TYPE,
        LARGEST_BODY_BYTES,
        of_device(_push),
        refuses=BAD_KEY | {RefusalCode.FORK},
    ),
    Operation("/box/v1/pull", JSON_TYPE, SMALL_BODY_BYTES, of_device(_pull)),
    Operation("/box/v1/documents", JSON_TYPE, SMALL_BODY_BYTES, of_device(_documents)),
)
