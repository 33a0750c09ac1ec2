"""A program of any age may push: what it ever sent, byte for byte, is taken by this server."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, select

from sync.protocol import codec
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Outcome, PushAnswer
from sync.protocol.signing import public_key_of
from sync.server.tables import devices, operations
from tests.support.desk import Desk
from tests.support.server import Province
from tests.sync.test_golden import SEED, each_spelling

PERSON = DocumentType.PERSON


@each_spelling
def test_a_frozen_push_of_any_program_counts_once_however_it_is_packed(
    folder: Path, officer: Desk, province: Province
) -> None:
    body = (folder / "push.ndjson").read_bytes()
    frozen = codec.decode_push(body)
    [name] = {change.document_id for change in frozen.changes}
    base = frozen.changes[0].base_version
    officer.create(PERSON, {"full_name": "Nguyễn Văn Thử", "dwelling": "Ấp 0"}, document_id=name)
    for version in range(1, base):
        officer.set(PERSON, name, {"dwelling": f"Ấp {version % 2}"}, base=version)
    officer.push()

    old = Desk(officer.url)
    old.key, old.device = SEED, frozen.header.device
    office = province.office(Role.OFFICER, "99001")
    with province.engine.begin() as connection:
        # Not by a code: the server draws ids, and this one was signed with the rest.
        connection.execute(
            insert(devices).values(
                id=UUID(old.device),
                office_id=office,
                user_name="Cán bộ tập huấn",
                name="PC tập huấn",
                public_key=public_key_of(SEED),
            )
        )
    old.login()
    packed = {
        "identity": body,
        codec.GZIP: (folder / "push.ndjson.gz").read_bytes(),
        codec.ZSTD: (folder / "push.ndjson.zst").read_bytes(),
    }
    receipts = []
    for encoding, sent in packed.items():
        response = old.post("/sync/v1/push", sent, content_type=codec.LINES_TYPE, encoding=encoding)
        answer = old.read(response, PushAnswer)
        assert isinstance(answer, PushAnswer), (encoding, answer)
        assert (answer.acked, answer.h) == (frozen.header.n, frozen.end.h)
        receipts.append(answer.results)
    assert receipts[0] == receipts[1] == receipts[2]
    taken = [one.s for one in receipts[0] if frozen.changes[one.seq - 1].kind == "set"]
    assert taken == [Outcome.APPLIED, Outcome.APPLIED]
    [person] = old.pull().rows
    assert (person.fields["dwelling"], person.fields["ethnicity"]) == ("Ấp 2", "01")
    with province.engine.connect() as connection:
        mine = select(operations.c.change_id).where(operations.c.device_id == UUID(old.device))
        kept = [str(one) for one in connection.scalars(mine.order_by(operations.c.seq))]
    assert kept == [change.change_id for change in frozen.changes]
    old.http.close()
