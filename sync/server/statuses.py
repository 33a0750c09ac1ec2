"""The HTTP status of each refusal, and the refusals that every request may meet."""

from __future__ import annotations

from http import HTTPStatus

from sync.protocol.messages import RefusalCode

#: The HTTP status of each refusal; clients decide by the code.
STATUS = {
    RefusalCode.BAD_CODE: HTTPStatus.FORBIDDEN,
    RefusalCode.BAD_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    RefusalCode.UNKNOWN_DEVICE: HTTPStatus.UNAUTHORIZED,
    RefusalCode.REVOKED: HTTPStatus.FORBIDDEN,
    RefusalCode.TOKEN_EXPIRED: HTTPStatus.UNAUTHORIZED,
    RefusalCode.GAP: HTTPStatus.CONFLICT,
    RefusalCode.FORK: HTTPStatus.CONFLICT,
    RefusalCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalCode.MALFORMED: HTTPStatus.BAD_REQUEST,
    RefusalCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    RefusalCode.PARCEL: HTTPStatus.UNPROCESSABLE_ENTITY,
}
#: Of whatever is asked, by whomever.
OF_ANY_REQUEST = frozenset(
    {RefusalCode.MALFORMED, RefusalCode.TOO_LARGE, RefusalCode.BUSY, RefusalCode.INTERNAL}
)
#: Of what is asked with a token.
OF_A_TOKEN = frozenset({RefusalCode.TOKEN_EXPIRED, RefusalCode.REVOKED, RefusalCode.UNKNOWN_DEVICE})
#: Why some refuse: a signature that does not fit, a device that is none (any more), changes that
#: do not follow on what is here.
BAD_KEY = frozenset({RefusalCode.BAD_SIGNATURE})
NOBODY = frozenset({RefusalCode.UNKNOWN_DEVICE, RefusalCode.REVOKED})
NO_SEQUEL = frozenset({RefusalCode.GAP, RefusalCode.FORK})
