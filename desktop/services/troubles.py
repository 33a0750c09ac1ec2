"""What a trouble of the sync means to the officer."""

from __future__ import annotations

from typing import assert_never

from desktop.errors import Problem, UserError
from sync.client.outcomes import (
    CertificateRejected,
    ChangesGone,
    ConnectionCut,
    Diverged,
    Malformed,
    NotOurServer,
    Refused,
    ServerBusy,
    ServerFailed,
    Trouble,
    Unreachable,
)
from sync.protocol.messages import RefusalCode
from sync.protocol.parcel import Fault, ParcelError

_REFUSALS = {
    RefusalCode.BAD_CODE: Problem.BAD_CODE,
    # The server has another key of this device: only a new enrolment helps.
    RefusalCode.BAD_SIGNATURE: Problem.NOT_ENROLLED,
    RefusalCode.UNKNOWN_DEVICE: Problem.NOT_ENROLLED,
    RefusalCode.REVOKED: Problem.DEVICE_REVOKED,
    RefusalCode.TOKEN_EXPIRED: Problem.PROTOCOL_MISMATCH,
    RefusalCode.GAP: Problem.CHANGES_MISSING,
    RefusalCode.FORK: Problem.CHANGES_MISSING,
    RefusalCode.TOO_LARGE: Problem.PROTOCOL_MISMATCH,
    RefusalCode.MALFORMED: Problem.PROTOCOL_MISMATCH,
    RefusalCode.BUSY: Problem.SERVER_BUSY,
    RefusalCode.NOT_FOUND: Problem.NOT_OUR_SERVER,
    RefusalCode.INTERNAL: Problem.SERVER_FAILED,
    RefusalCode.PARCEL: Problem.PARCEL_DAMAGED,
}
_FAULTS = {
    Fault.NOT_A_PARCEL: Problem.PARCEL_NOT_ONE,
    Fault.NEWER_FORMAT: Problem.PARCEL_NEWER,
    Fault.WRONG_RECIPIENT: Problem.PARCEL_FOR_OTHERS,
    Fault.TRUNCATED: Problem.PARCEL_CUT,
    Fault.DAMAGED: Problem.PARCEL_DAMAGED,
    Fault.TOO_LARGE: Problem.PARCEL_TOO_LARGE,
    Fault.BAD_SIGNATURE: Problem.PARCEL_FORGED,
    Fault.OTHER_PROVINCE: Problem.PARCEL_OTHER_PROVINCE,
    Fault.UNKNOWN_SENDER: Problem.PARCEL_SENDER_UNKNOWN,
    Fault.REVOKED_SENDER: Problem.PARCEL_SENDER_REVOKED,
    Fault.REPLAYED: Problem.PARCEL_REPLAYED,
}


def parcel_problem(error: ParcelError) -> UserError:
    """Why a parcel is refused."""
    return UserError(_FAULTS[error.fault])


def problem_of(trouble: Trouble) -> tuple[Problem, dict[str, str]]:
    """The problem and the values for its sentence."""
    match trouble:
        case Unreachable():
            return Problem.SERVER_UNREACHABLE, {}
        case ConnectionCut():
            return Problem.CONNECTION_CUT, {}
        case CertificateRejected():
            return Problem.CERTIFICATE_REJECTED, {}
        case NotOurServer():
            return Problem.NOT_OUR_SERVER, {}
        case ServerFailed(status=status):
            return Problem.SERVER_FAILED, {"status": str(status)}
        case ServerBusy(retry_after_seconds=seconds):
            return Problem.SERVER_BUSY, {"seconds": str(seconds)}
        case Malformed():
            return Problem.PROTOCOL_MISMATCH, {}
        case Refused(code=RefusalCode.PARCEL, why=why):
            return _fault_problem(why), {}
        case Refused(code=code):
            return _REFUSALS[code], {}
        case ChangesGone():
            return Problem.CHANGES_MISSING, {}
        case Diverged(buckets=buckets):
            return Problem.DIVERGED, {"count": str(len(buckets))}
        case _:
            assert_never(trouble)


def _fault_problem(why: str) -> Problem:
    """Why the server did not take a carried parcel; a newer server may have reasons of its own."""
    try:
        return _FAULTS[Fault(why)]
    except ValueError:
        return Problem.PARCEL_DAMAGED
