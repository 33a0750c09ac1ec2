"""Requests and answers, without the programs around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sync.protocol.recovery import (
    REQUEST_LIFE,
    NotRecoverableError,
    RecoveryRequest,
    answer_request,
    mark_of,
    new_private_key,
    public_half,
    read_answer,
    read_request,
    seal_for_province,
    spell_request,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PROVINCE, OWN = new_private_key(), new_private_key()
DATA_KEY = bytes(range(32))


def _request() -> RecoveryRequest:
    register_id = str(uuid4())
    public = public_half(PROVINCE)
    return RecoveryRequest(
        register_id=register_id,
        user="Lê Thị Bình",
        expires_at=NOW + REQUEST_LIFE,
        public_key=public_half(OWN),
        province_mark=mark_of(public),
        sealed=seal_for_province(DATA_KEY, register_id=register_id, public_key=public),
    )


def test_a_request_is_read_as_it_was_spelled_and_its_answer_holds_the_key() -> None:
    request = _request()
    read = read_request("\n".join(spell_request(request)))
    assert read == request
    answer = "\n".join(answer_request(read, province_key=PROVINCE, at=NOW))
    assert read_answer(answer, request=request, private_key=OWN) == DATA_KEY


@pytest.mark.parametrize("late", [timedelta(hours=24, minutes=1), timedelta(hours=-2)])
def test_an_expired_request_and_one_from_the_future_are_not_answered(late: timedelta) -> None:
    with pytest.raises(NotRecoverableError):
        answer_request(_request(), province_key=PROVINCE, at=NOW + late)


def test_another_recovery_key_and_another_registers_box_are_refused() -> None:
    with pytest.raises(NotRecoverableError, match="another recovery key"):
        answer_request(_request(), province_key=new_private_key(), at=NOW)
    swapped = replace(_request(), sealed=_request().sealed)
    with pytest.raises(NotRecoverableError, match="another register"):
        answer_request(swapped, province_key=PROVINCE, at=NOW)


def test_an_answer_fits_only_its_request_and_its_key() -> None:
    request = _request()
    answer = "\n".join(answer_request(request, province_key=PROVINCE, at=NOW))
    for other, key in ((_request(), OWN), (request, new_private_key())):
        with pytest.raises(NotRecoverableError):
            read_answer(answer, request=other, private_key=key)


def test_a_request_shows_nothing_of_itself() -> None:
    assert "Bình" not in repr(_request())
