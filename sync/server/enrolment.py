"""One-time codes, and the enrolment of a device by one.

A code is 20 letters of Crockford's base 32. The first four find it, so that wrong tries can be
counted against it; the other sixteen are 80 random bits, of which only a hash is stored.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from sync.protocol.documents import DataSet
from sync.protocol.enrolling import (
    CODE_LENGTH,
    SELECTOR_LENGTH,
    FileRequest,
    code_key,
    plain_code,
    proves_code,
)
from sync.protocol.enrolling import CODE_LETTERS as _LETTERS
from sync.protocol.messages import Commune, Enrolled, EnrolRequest, Refusal, RefusalCode
from sync.protocol.signing import enrol_text, is_signed, public_key_of
from sync.server import fence, limits
from sync.server.collecting import office_scope
from sync.server.directory import server_seed
from sync.server.settings import Settings
from sync.server.sweeping import sweep
from sync.server.tables import (
    communes,
    devices,
    enrolment_codes,
    offices,
    province,
)

CODE_LIFE = timedelta(hours=24)
CODE_TRIES = 5
_LONGEST_DEVICE_NAME = 100

_BAD_CODE = Refusal(code=RefusalCode.BAD_CODE)


def new_code(
    connection: Connection,
    *,
    office_id: UUID,
    user_name: str,
    rights: Collection[DataSet] = (),
    life: timedelta = CODE_LIFE,
) -> str:
    """A one-time code for a device of this office, shown once and never stored.

    ``rights`` are the restricted data sets that the device, and who enrols it, may see. Where the
    request comes by stick, ``life`` has to last as long as the way.
    """
    while True:
        code = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))
        made = connection.scalar(
            insert(enrolment_codes)
            .values(
                selector=code[:SELECTOR_LENGTH],
                code_hash=code_key(code),
                office_id=office_id,
                user_name=user_name,
                expires_at=func.now() + life,
                tries_left=CODE_TRIES,
                rights=sorted(right.value for right in rights),
            )
            # Two codes in a million begin alike: then another one is drawn.
            .on_conflict_do_nothing()
            .returning(enrolment_codes.c.selector)
        )
        if made is not None:
            return code


def enrol(
    engine: Engine, request: EnrolRequest, settings: Settings, *, address: str = ""
) -> Enrolled | Refusal:
    """Bind the key to the office of the code. The same request again gets the same answer.

    Only refused tries are counted against ``address``: an office of many PCs enrols them in a row.
    """
    sweep(engine)
    with engine.begin() as connection:
        if refusal := limits.address_may_enrol(connection, address, settings):
            return refusal
        answer = _enrol(connection, request)
        if isinstance(answer, Refusal):
            limits.enrolment_failed(connection, address, settings)
        return answer


def _enrol(connection: Connection, request: EnrolRequest) -> Enrolled | Refusal:
    signed = enrol_text(request.code, request.public_key)
    if not is_signed(request.public_key, signed, request.sig):
        return Refusal(code=RefusalCode.BAD_SIGNATURE)
    if not _is_name(request.device_name):
        return Refusal(code=RefusalCode.MALFORMED)
    plain = plain_code(request.code)
    if plain is None:
        return _BAD_CODE
    key = code_key(plain)
    code = _living_code(
        connection, plain[:SELECTOR_LENGTH], lambda stored: hmac.compare_digest(stored, key)
    )
    return _settled(connection, code, request.public_key, request.device_name)


def enrol_by_file(connection: Connection, request: FileRequest) -> tuple[Enrolled, bytes] | Refusal:
    """The same for a request that came as a file, its signature checked: the place, and the key
    of the code, by which the answer is believed. The code is proved, not told.
    """
    if not _is_name(request.device_name):
        return Refusal(code=RefusalCode.MALFORMED)
    code = _living_code(connection, request.selector, lambda stored: proves_code(request, stored))
    answer = _settled(connection, code, request.public_key, request.device_name)
    if code is None or isinstance(answer, Refusal):
        return _BAD_CODE
    return answer, code.key


def _is_name(device_name: str) -> bool:
    return device_name.isprintable() and len(device_name) <= _LONGEST_DEVICE_NAME


def _settled(
    connection: Connection, code: _Code | None, public_key: str, device_name: str
) -> Enrolled | Refusal:
    device_id = None if code is None else _device_of(connection, code, public_key, device_name)
    return _BAD_CODE if device_id is None else _enrolled(connection, device_id)


@dataclass(frozen=True, slots=True)
class _Code:
    """A code that may still be used; ``device_id`` is who used it."""

    selector: str
    key: bytes = field(repr=False)
    office_id: UUID
    user_name: str
    device_id: UUID | None
    rights: list[str]


def _living_code(
    connection: Connection, selector: str, is_right: Callable[[bytes], bool]
) -> _Code | None:
    """The row of this code, locked; a wrong rest of the code costs one of its tries."""
    if len(selector) != SELECTOR_LENGTH or not set(selector) <= set(_LETTERS):
        return None
    table = enrolment_codes
    is_this = table.c.selector == selector
    fence.show_code(connection, selector)
    row = connection.execute(
        select(
            table.c.code_hash,
            table.c.office_id,
            table.c.user_name,
            table.c.device_id,
            table.c.rights,
        )
        .where(is_this, table.c.tries_left > 0, table.c.expires_at > func.now())
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    if not is_right(bytes(row.code_hash)):
        connection.execute(update(table).where(is_this).values(tries_left=table.c.tries_left - 1))
        return None
    return _Code(
        selector=selector,
        key=bytes(row.code_hash),
        office_id=row.office_id,
        user_name=row.user_name,
        device_id=row.device_id,
        rights=row.rights,
    )


def _device_of(
    connection: Connection, code: _Code, public_key: str, device_name: str
) -> UUID | None:
    """The device enrolled by this code: made now, or before if the answer was lost on the way."""
    known: UUID | None = connection.scalar(select(func.device_of_key(public_key)))
    if code.device_id is not None or known is not None:
        if known is None or known != code.device_id:
            return None
        fence.stand_as(connection, known)
        return known
    device_id = uuid4()
    fence.stand_as(connection, device_id)
    connection.execute(
        insert(devices).values(
            id=device_id,
            office_id=code.office_id,
            user_name=code.user_name,
            name=device_name,
            public_key=public_key,
            rights=code.rights,
        )
    )
    connection.execute(
        update(enrolment_codes)
        .where(enrolment_codes.c.selector == code.selector)
        .values(device_id=device_id)
    )
    return device_id


def _enrolled(connection: Connection, device_id: UUID) -> Enrolled:
    place = connection.execute(select(province)).one()
    row = connection.execute(
        select(
            devices.c.user_name,
            devices.c.office_id,
            devices.c.rights,
            offices.c.name,
            offices.c.role,
        )
        .join(offices, offices.c.id == devices.c.office_id)
        .where(devices.c.id == device_id)
    ).one()
    served = connection.execute(
        select(communes.c.code, communes.c.name)
        .join(office_scope, office_scope.c.commune_code == communes.c.code)
        .where(office_scope.c.office_id == row.office_id)
        .order_by(communes.c.code)
    )
    return Enrolled(
        device=str(device_id),
        office=str(row.office_id),
        office_name=row.name,
        role=row.role,
        user=row.user_name,
        communes=[Commune(code=code, name=name) for code, name in served],
        province_code=place.code,
        province_name=place.name,
        training=place.training,
        server_epoch=place.server_epoch,
        rights=row.rights,
        province_key=public_key_of(server_seed(connection)),
    )
