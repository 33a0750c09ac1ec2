"""A push that a box brings: applied as its author's own, answered with the province's signature.

The box is an enrolled device of the role ``relay``. It can bring what others signed, and nothing of
its own; what becomes of a change does not depend on who brought it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine

from sync.protocol.box import Relayed, SignedRelayed, signed_relayed
from sync.protocol.codec import Push
from sync.protocol.documents import Role
from sync.protocol.messages import PushAnswer, Refusal, RefusalCode
from sync.protocol.rules import is_uuid
from sync.server.directory import server_seed
from sync.server.push import push
from sync.server.sessions import Device, device_by_id
from sync.server.verdicts import Verdicts


def relay(engine: Engine, box: Device, sent: Push, verdicts: Verdicts) -> SignedRelayed | Refusal:
    """Apply a push of a device whose commune the box serves; what became of it is counted.

    A refusal of the push itself is signed too: its author has to believe it.
    """
    if box.role is not Role.RELAY:
        return Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    answer = _applied(engine, box, sent)
    if isinstance(answer, Refusal) and answer.code is RefusalCode.BUSY:
        return answer  # about this moment, not about the push
    verdicts.count(answer)
    with engine.begin() as connection:
        seed = server_seed(connection)
    told = Relayed(
        device=sent.header.device,
        epoch=sent.header.epoch,
        first=sent.header.first,
        n=sent.header.n,
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        answer=answer if isinstance(answer, PushAnswer) else None,
        refusal=answer if isinstance(answer, Refusal) else None,
    )
    return signed_relayed(told, signing_key=seed)


def _applied(engine: Engine, box: Device, sent: Push) -> PushAnswer | Refusal:
    if not is_uuid(sent.header.device):
        return Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    with engine.begin() as connection:
        author = device_by_id(connection, UUID(sent.header.device))
    if isinstance(author, Refusal):
        return author
    if not author.communes & box.communes or author.role is Role.RELAY:
        return Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    return push(engine, author, sent)
