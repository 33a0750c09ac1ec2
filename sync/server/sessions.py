"""Who is asking: challenges, signed logins, short tokens, and the scope of a device.

Tokens are 256 random bits; only their hashes are stored. A device that was revoked is refused on
its next request, whatever its token says. A refresh token is good once: a second use means that
somebody else has it, and ends every token that came from the same signed login.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Interval,
    Row,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sync.protocol.documents import DataSet, Role, bucket_of, granted
from sync.protocol.messages import (
    REUSED,
    Challenge,
    ChallengeRequest,
    LoginRequest,
    RefreshRequest,
    Refusal,
    RefusalCode,
    Session,
)
from sync.protocol.rules import is_uuid
from sync.protocol.signing import is_signed, login_text
from sync.server import fence, limits
from sync.server.collecting import scope_of_device
from sync.server.database import without_flush
from sync.server.settings import Settings
from sync.server.sweeping import sweep
from sync.server.tables import (
    challenges,
    collecting,
    devices,
    office_communes,
    offices,
    refresh_tokens,
    tokens,
)

_log = logging.getLogger(__name__)

_RANDOM_BYTES = 32


def _new(table: Table) -> Insert:
    """A row of this table that lives for ``life``."""
    return insert(table).values(expires_at=func.now() + bindparam("life", type_=Interval))


_NEW_CHALLENGE, _NEW_TOKEN, _NEW_REFRESH = map(_new, (challenges, tokens, refresh_tokens))
_KNOWN_DEVICE = select(devices.c.id, devices.c.public_key, devices.c.revoked_at).where(
    devices.c.id == bindparam("device_id")
)
_SPEND = (
    delete(challenges)
    .where(challenges.c.nonce == bindparam("nonce"))
    .returning(challenges.c.device_id, challenges.c.expires_at > func.now())
)
#: A device with what its scope is made of.
_STANDING_DEVICE = (
    select(
        devices.c.id,
        devices.c.office_id,
        devices.c.public_key,
        devices.c.revoked_at,
        devices.c.rights,
        offices.c.role,
        scope_of_device().label("scope"),
    )
    .select_from(devices)
    .join(offices, offices.c.id == devices.c.office_id)
    .where(devices.c.id == bindparam("device_id"))
)
_COLLEAGUES = select(devices.c.id).where(
    devices.c.office_id.in_(
        union(
            *(
                select(serves.c.office_id).where(
                    serves.c.commune_code == any_(bindparam("communes", type_=ARRAY(Text)))
                )
                for serves in (office_communes, collecting)
            )
        )
    )
)


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device and its scope: every data set of every commune.

    ``former`` are those of its communes that another office collects for now, with the moment
    that ended: what is still undecided there stays its own.
    """

    device_id: UUID
    office_id: UUID
    public_key: str
    role: Role
    communes: frozenset[str]
    data_sets: frozenset[DataSet]
    former: Mapping[str, datetime] = field(default_factory=dict)

    def buckets(self) -> list[str]:
        """The buckets it may read, sorted."""
        return sorted(
            bucket_of(code, data_set) for code in self.communes for data_set in self.data_sets
        )


def challenge(engine: Engine, request: ChallengeRequest, settings: Settings) -> Challenge | Refusal:
    """A fresh nonce for this device."""
    with engine.begin() as connection:
        device = _known_device(connection, request.device)
        if isinstance(device, Refusal):
            return device
        # A nonce that a power cut takes costs one refused login; the next asks for its own.
        without_flush(connection)
        nonce = secrets.token_hex(_RANDOM_BYTES)
        life = timedelta(seconds=settings.challenge_seconds)
        values = {"nonce": nonce, "device_id": device.device_id, "life": life}
        connection.execute(_NEW_CHALLENGE, values)
    return Challenge(nonce=nonce)


def login(
    engine: Engine,
    request: LoginRequest,
    settings: Settings,
    *,
    address: str = "",
    at_box: bool = False,
) -> Session | Refusal:
    """Tokens for who signed the nonce for this kind of server. It is spent, whatever comes of it.

    Failures are counted by device and ``address``, so that a stranger who knows the id of a device
    does not make the device wait.
    """
    sweep(engine)
    with engine.begin() as connection:
        device = _known_device(connection, request.device)
        if isinstance(device, Refusal):
            return device
        who = f"{device.device_id} {address}"
        failures = limits.failures_of(connection, who, settings)
        if refusal := failures.refusal():
            return refusal
        text = login_text(request.nonce, request.device, at_box=at_box)
        is_spent = _spend(connection, request)
        if not (is_spent and is_signed(device.public_key, text, request.sig)):
            failures.add()
            return Refusal(code=RefusalCode.BAD_SIGNATURE)
        failures.forget()
        return _new_session(connection, device.device_id, uuid4(), settings)


def refresh(engine: Engine, request: RefreshRequest, settings: Settings) -> Session | Refusal:
    """The next tokens of a session. A token used before ends the session for everybody."""
    sweep(engine)
    with engine.begin() as connection:
        device_id = connection.scalar(select(func.device_of_refresh(_hash(request.refresh))))
        if device_id is None:
            return Refusal(code=RefusalCode.TOKEN_EXPIRED)
        fence.stand_as(connection, device_id)
        row = connection.execute(
            select(
                refresh_tokens.c.family,
                refresh_tokens.c.device_id,
                refresh_tokens.c.used_at,
                devices.c.revoked_at,
            )
            .join(devices, devices.c.id == refresh_tokens.c.device_id)
            .where(
                refresh_tokens.c.token_hash == _hash(request.refresh),
                refresh_tokens.c.expires_at > func.now(),
            )
            # Two who come with the same token at once: the second finds it used.
            .with_for_update(of=refresh_tokens)
        ).one_or_none()
        if row is None:
            return Refusal(code=RefusalCode.TOKEN_EXPIRED)
        if row.revoked_at is not None:
            return Refusal(code=RefusalCode.REVOKED)
        if row.used_at is not None:
            _end_family(connection, row.family)
            _log.warning("refresh token reused", extra={"device": str(row.device_id)})
            return Refusal(code=RefusalCode.TOKEN_EXPIRED, why=REUSED)
        connection.execute(
            update(refresh_tokens)
            .where(refresh_tokens.c.token_hash == _hash(request.refresh))
            .values(used_at=func.now())
        )
        return _new_session(connection, row.device_id, row.family, settings)


def _end_family(connection: Connection, family: UUID) -> None:
    """End every token of one login; the used ones stay, so that their next use is told too."""
    connection.execute(delete(tokens).where(tokens.c.family == family))
    connection.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.family == family, refresh_tokens.c.used_at.is_(None))
        .values(used_at=func.now())
    )


@dataclass(frozen=True, slots=True)
class _Key:
    """An enrolled device that is not revoked."""

    device_id: UUID
    public_key: str


def _known_device(connection: Connection, raw_id: str) -> _Key | Refusal:
    if not is_uuid(raw_id):
        return Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    device_id = UUID(raw_id)
    fence.stand_as(connection, device_id)
    row = connection.execute(_KNOWN_DEVICE, {"device_id": device_id}).one_or_none()
    if row is None:
        return Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    if row.revoked_at is not None:
        return Refusal(code=RefusalCode.REVOKED)
    return _Key(device_id=row.id, public_key=row.public_key)


def _spend(connection: Connection, request: LoginRequest) -> bool:
    """Was this a living nonce of this device? It is none any more."""
    if "\x00" in request.nonce:
        return False
    spent = connection.execute(_SPEND, {"nonce": request.nonce}).one_or_none()
    return spent is not None and spent[0] == UUID(request.device) and bool(spent[1])


def _new_session(
    connection: Connection, device_id: UUID, family: UUID, settings: Settings
) -> Session:
    """Give a pair of tokens."""
    token, following = (secrets.token_hex(_RANDOM_BYTES) for _ in range(2))
    of_whom = {"device_id": device_id, "family": family}
    for statement, one, life in (
        (_NEW_TOKEN, token, timedelta(seconds=settings.token_seconds)),
        (_NEW_REFRESH, following, timedelta(days=settings.refresh_days)),
    ):
        connection.execute(statement, {**of_whom, "token_hash": _hash(one), "life": life})
    return Session(token=token, expires_seconds=settings.token_seconds, refresh=following)


def bearer(connection: Connection, token: str) -> Device | Refusal:
    """The device that this token was given to; the transaction is of it, and sees no documents."""
    device_id = fence.stand_as_bearer(connection, _hash(token))
    if device_id is None:
        return Refusal(code=RefusalCode.TOKEN_EXPIRED)
    return _standing_device(connection, device_id)


def authenticate(connection: Connection, token: str) -> Device | Refusal:
    """The device that this token was given to; the transaction sees from here on what is its."""
    return _entered(connection, bearer(connection, token))


def device_by_id(connection: Connection, device_id: UUID) -> Device | Refusal:
    """The device with this id, whose signature is checked elsewhere.

    The transaction sees from here on what is its.
    """
    fence.stand_as(connection, device_id)
    return _entered(connection, _standing_device(connection, device_id))


def _standing_device(connection: Connection, device_id: UUID) -> Device | Refusal:
    row = connection.execute(_STANDING_DEVICE, {"device_id": device_id}).one_or_none()
    return Refusal(code=RefusalCode.UNKNOWN_DEVICE) if row is None else _scoped(row)


def _entered(connection: Connection, device: Device | Refusal) -> Device | Refusal:
    if isinstance(device, Device):
        enter(connection, device)
    return device


def enter(connection: Connection, device: Device) -> None:
    """From here to its end this transaction sees what the device may see, and no more."""
    fence.enter(connection, device.device_id, communes=device.communes, buckets=device.buckets())


def _scoped(row: Row[Any]) -> Device | Refusal:
    if row.revoked_at is not None:
        return Refusal(code=RefusalCode.REVOKED)
    role, scope = Role(row.role), dict(row.scope or {})
    return Device(
        device_id=row.id,
        office_id=row.office_id,
        public_key=row.public_key,
        role=role,
        communes=frozenset(scope),
        data_sets=granted(role, frozenset(map(DataSet, row.rights))),
        former={code: datetime.fromisoformat(until) for code, until in scope.items() if until},
    )


def leave(connection: Connection, device_id: UUID) -> None:
    """The device gave up its place: from now on it is refused as a revoked one."""
    connection.execute(
        update(devices)
        # Who is refused already stays so since then.
        .where(devices.c.id == device_id, devices.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
    for table in (tokens, refresh_tokens):
        connection.execute(delete(table).where(table.c.device_id == device_id))


def colleagues_of(connection: Connection, device: Device) -> list[UUID]:
    """Every device, revoked ones too, of the offices that serve a commune of this one."""
    return list(connection.scalars(_COLLEAGUES, {"communes": sorted(device.communes)}))


def _hash(token: str) -> bytes:
    # No salt: the token itself has 256 random bits.
    return hashlib.sha256(token.encode()).digest()
