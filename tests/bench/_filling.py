"""A province of millions, made inside PostgreSQL: persons, as many records, a thousand buckets.

Everything the server would have written is there: documents of about 2 KB, the places of their
ids, the heads and digests of the buckets, and one line of history for each, of some 1,500 devices.
Only the lines of the history are short (400 bytes instead of 2.4 KB), to spare the disk.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg

from sync.protocol.chain import MARK_LENGTH
from sync.server.embedded import embedded_postgres

COMMUNES = 500
#: The communes that are filled have the codes from this one on.
FIRST_COMMUNE = 10_001

_ID = (
    "('01930000-' || lpad(to_hex({kind}), 4, '0') || '-7000-8000-'"
    " || lpad(to_hex(commune * 65536 + n), 12, '0'))::uuid"
)
_EVERYBODY = (
    "generate_series({first}, {last}) AS commune CROSS JOIN generate_series(1, {persons}) AS n"
)
_PERSON = """
'{"full_name":"Nguyễn Văn ' || md5(n::text) || '","birth_date":"19' || lpad((n % 100)::text, 2, '0')
|| '-0' || (1 + n % 9) || '-1' || (n % 10) || '","sex":"' || (1 + n % 2) || '","id_number":"003'
|| lpad((commune * 10000 + n)::text, 9, '0') || '","permanent_residence":"Thôn ' || (n % 20)
|| ', Xã Suối Mẫu, Tỉnh Tập Huấn","dwelling":"Thôn ' || (n % 20) || ', nhà ' || n
|| '","ethnicity":"01","relation_to_head":"3","confirmed.' || md5(n::text || 'c')
|| '":{"code":"ID_CONTRADICTS_BIRTH","path":"identity/id_number","reason":"' || {filler} || '"}}'
"""
_RECORD = """
'{"person_id":"' || {person} || '","form_id":"tt11_2022_m03","form_version":"2022-08-15",'
|| '"answers.work/q1":"' || md5(n::text) || '","answers.work/q2":' || n
|| ',"answers.work/q3":"' || {filler} || '"}'
"""
_DOCUMENTS = """
INSERT INTO documents SELECT {bucket}, {id}, '{type}', n, 1, 1, ({fields})::json, '{{}}',
('{{"1":{{"by":"Lê Thị Bình","at":"2026-01-05T08:00:00+00:00","op":"' || {id}
|| '","epoch":"00000000' || lpad(to_hex(commune), 8, '0') || '"}}}}')::json, '{{}}'
FROM {everybody}
"""
_PLACES = "INSERT INTO document_places SELECT {id}, {bucket} FROM {everybody}"
# Three devices for each commune, each with a third of its changes.
_OPERATIONS = """
INSERT INTO operations SELECT {device}, '00000000' || lpad(to_hex(commune), 8, '0'),
{seq}, {id}, sha256(n::text::bytea),
('{{"seq":' || {seq} || ',"op":"' || {id} || '","grp":1,"t":"person","id":"' || {id}
|| '","b":"' || {bucket} || '","k":"create","base":0,"p":{{"phone":[null,"09' || n
|| '"],"dwelling":[null,"Thôn 1, nhà ' || n || '"]}},"by":"Lê Thị Bình",'
|| '"at":"2026-01-05T08:00:00+00:00"}}')::json, 'ok', 1, '{{}}', '', '2026-01-05'
FROM {everybody}
"""
_DEVICE = "md5('device' || commune || '/' || n % 3)::uuid"
_HASHED = "(document.id::text)::bytea || int8send(document.version)"
# The change that made a document is called like it.
_MARKED = f"{_HASHED} || right(document.id::text, {MARK_LENGTH})::bytea"
_HALF = "('x' || encode(substr({sha}, {first}, 8), 'hex'))::bit(64)::bigint"
_BUCKETS = """
INSERT INTO buckets
(bucket, head, documents, digest_high, digest_low, marked_high, marked_low)
SELECT bucket, max(position), count(*), {xors}
FROM (
    SELECT bucket, position, sha256({hashed}) AS digest, sha256({marked}) AS marks
    FROM documents AS document
) AS parts GROUP BY bucket
"""

_WITHOUT_KEYS = """
ALTER TABLE documents DROP CONSTRAINT documents_pkey;
DROP INDEX documents_bucket_position_idx;
ALTER TABLE document_places DROP CONSTRAINT document_places_pkey;
ALTER TABLE operations DROP CONSTRAINT operations_pkey;
DROP INDEX operations_change_id_idx;
TRUNCATE documents, document_places, operations, buckets
"""
_KEYS = """
ALTER TABLE documents ADD PRIMARY KEY (bucket, id);
CREATE UNIQUE INDEX ON documents (bucket, position);
ALTER TABLE document_places ADD PRIMARY KEY (id);
ALTER TABLE operations ADD PRIMARY KEY (device_id, epoch, seq);
CREATE INDEX ON operations (change_id)
"""


def person_id(commune: int, number: int) -> str:
    """The id of a person of a filled commune, from 1."""
    return f"01930000-0001-7000-8000-{commune * 65536 + number:012x}"


def prepare(folder: Path) -> None:
    """Make the cluster so that filling it writes no log: everything is made in one transaction.

    In a process of its own: PostgreSQL must start anew, and the wheel starts it once a process.
    """
    subprocess.run([sys.executable, "-m", __name__, str(folder)], check=True)


def _set_up(folder: Path) -> None:
    with embedded_postgres(folder) as url, psycopg.connect(url, autocommit=True) as connection:
        for setting in ("wal_level = minimal", "max_wal_senders = 0", "max_wal_size = '8GB'"):
            connection.execute("ALTER SYSTEM SET " + setting)


def fill(url: str, *, persons: int) -> None:
    """Put so many persons, and as many records, into an empty province."""
    each = persons // COMMUNES
    with psycopg.connect(url) as connection:
        for statement in _statements(each):
            connection.execute(statement)
        connection.commit()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")


def _statements(each: int) -> list[str]:
    made = ["SET LOCAL maintenance_work_mem = '512MB'", *_WITHOUT_KEYS.split(";")]
    everybody = _EVERYBODY.format(
        first=FIRST_COMMUNE, last=FIRST_COMMUNE + COMMUNES - 1, persons=each
    )
    fields = {
        "person": _PERSON.replace("{filler}", "repeat(md5((n * 7)::text), 45)"),
        "record": _RECORD.replace("{filler}", "repeat(md5((n * 11)::text), 53)").replace(
            "{person}", _ID.format(kind=1)
        ),
    }
    for kind, (name, data_set) in enumerate((("person", "register"), ("record", "labour")), 1):
        parts = {
            "id": _ID.format(kind=kind),
            "bucket": f"commune || '/{data_set}'",
            "type": name,
            "fields": fields[name],
            "everybody": everybody,
            "device": _DEVICE,
            "seq": f"{(kind - 1) * each} + n",
        }
        made += [one.format(**parts) for one in (_DOCUMENTS, _PLACES, _OPERATIONS)]
    xors = ", ".join(
        f"bit_xor({_HALF.format(sha=sha, first=first)})"
        for sha in ("digest", "marks")
        for first in (1, 9)
    )
    heads = _BUCKETS.format(xors=xors, hashed=_HASHED, marked=_MARKED)
    return [*made, heads, *_KEYS.split(";")]


if __name__ == "__main__":
    _set_up(Path(sys.argv[1]))
