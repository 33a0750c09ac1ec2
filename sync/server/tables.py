"""The server's tables, as SQLAlchemy sees them. The migrations make them; a test compares.

``documents`` is partitioned by bucket, ``document_places`` by id, ``operations`` by device; the
same columns are the keys to distribute by, should one machine be too small.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_now = text("now()")
_instant = DateTime(timezone=True)

#: The one province of this database. ``server_epoch`` changes when a backup is restored.
province = Table(
    "province",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default=text("true")),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("training", Boolean, nullable=False),
    Column("server_epoch", Text, nullable=False),
    # Grows whenever an office or a device comes, goes or changes; triggers count.
    Column("directory_number", BigInteger, nullable=False, server_default=text("1")),
    # Grows with each publication; numbers of publications are above the floor.
    Column("pack_serial", BigInteger, nullable=False, server_default=text("0")),
    Column("pack_floor", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("singleton", name="singleton"),
)

#: The Ed25519 seed of this province's server: it signs directories, and opens and signs parcels.
server_keys = Table(
    "server_keys",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default=text("true")),
    Column("seed", LargeBinary, nullable=False),
    CheckConstraint("singleton", name="server_keys_singleton"),
)

communes = Table(
    "communes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

offices = Table(
    "offices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
)

office_communes = Table(
    "office_communes",
    metadata,
    Column("office_id", Uuid, ForeignKey("offices.id"), nullable=False),
    Column("commune_code", Text, ForeignKey("communes.code"), nullable=False),
    PrimaryKeyConstraint("office_id", "commune_code"),
)

#: Which office collects for a commune from a day on. Rows are only added: the last one set counts.
collecting = Table(
    "collecting",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("commune_code", Text, ForeignKey("communes.code"), nullable=False),
    Column("office_id", Uuid, ForeignKey("offices.id"), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("set_at", _instant, nullable=False, server_default=_now),
    Index(None, "commune_code"),
)

#: When an office that collected before gave up what was still undecided with it.
collecting_ends = Table(
    "collecting_ends",
    metadata,
    Column("commune_code", Text, ForeignKey("communes.code"), nullable=False),
    Column("office_id", Uuid, ForeignKey("offices.id"), nullable=False),
    Column("ended_at", _instant, nullable=False, server_default=_now),
    PrimaryKeyConstraint("commune_code", "office_id", "ended_at"),
)

#: ``rights`` are the restricted data sets that this one device receives besides its role's.
devices = Table(
    "devices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("office_id", Uuid, ForeignKey("offices.id"), nullable=False),
    Column("user_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("enrolled_at", _instant, nullable=False, server_default=_now),
    Column("revoked_at", _instant),
    Column("rights", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    UniqueConstraint("public_key"),
)

#: How far each register's numbered changes are applied. A device has one row per epoch.
device_epochs = Table(
    "device_epochs",
    metadata,
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("epoch", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_hash", LargeBinary, nullable=False),
    # The longest ledger the device told of: number and hash of its last line, and since when.
    Column("ledger_n", BigInteger, nullable=False, server_default=text("0")),
    Column("ledger_hash", LargeBinary),
    Column("ledger_at", _instant),
    PrimaryKeyConstraint("device_id", "epoch"),
)

#: Parcels that came from devices, by the numbers they gave them, and the hash of their content.
parcels_received = Table(
    "parcels_received",
    metadata,
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("series", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("received_at", _instant, nullable=False, server_default=_now),
    PrimaryKeyConstraint("device_id", "series", "number"),
)

#: The last number of the parcels made for each device.
parcels_sent = Table(
    "parcels_sent",
    metadata,
    Column("device_id", Uuid, ForeignKey("devices.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

#: One-time codes: the selector finds the row, the hash proves the whole code.
enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("selector", Text, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("office_id", Uuid, ForeignKey("offices.id"), nullable=False),
    Column("user_name", Text, nullable=False),
    Column("expires_at", _instant, nullable=False),
    Column("tries_left", SmallInteger, nullable=False),
    Column("device_id", Uuid, ForeignKey("devices.id")),
    Column("rights", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
)

challenges = Table(
    "challenges",
    metadata,
    Column("nonce", Text, primary_key=True),
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("expires_at", _instant, nullable=False),
    Index(None, "expires_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("expires_at", _instant, nullable=False),
    Column("family", Uuid),
    Index(None, "expires_at"),
    Index(None, "family"),
)

#: Each is good once; a used one stays, so that its second use is noticed. A family begins with a
#: signed login.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("family", Uuid, nullable=False),
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("expires_at", _instant, nullable=False),
    Column("used_at", _instant),
    Index(None, "expires_at"),
    Index(None, "family"),
)

#: How often who asked; not logged by the database, and lost in a crash.
allowances = Table(
    "allowances",
    metadata,
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("level", Double, nullable=False),
    Column("counted_at", _instant, nullable=False),
    PrimaryKeyConstraint("kind", "who"),
    prefixes=["UNLOGGED"],
)

#: Heads of the feeds, and what lies in each bucket: number and XOR of the documents' digests.
buckets = Table(
    "buckets",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("documents", BigInteger, nullable=False),
    Column("digest_high", BigInteger, nullable=False),
    Column("digest_low", BigInteger, nullable=False),
    # The same with what made each version.
    Column("marked_high", BigInteger, nullable=False, server_default=text("0")),
    Column("marked_low", BigInteger, nullable=False, server_default=text("0")),
)

#: Which bucket an id belongs to: an id is used once in the province.
document_places = Table(
    "document_places",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("bucket", Text, nullable=False),
    postgresql_partition_by="HASH (id)",
)

documents = Table(
    "documents",
    metadata,
    Column("bucket", Text, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("run_start", BigInteger, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("field_versions", JSON, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("clashes", JSON, nullable=False),
    # The server's clock; older documents have none.
    Column("created_at", _instant, server_default=_now),
    PrimaryKeyConstraint("bucket", "id"),
    Index(None, "bucket", "position", unique=True),
    Index(
        "documents_open_submissions_idx",
        "bucket",
        postgresql_where=text("type = 'submission' AND fields ->> 'review' IS NULL"),
    ),
    postgresql_partition_by="HASH (bucket)",
)

#: The history: every change as it was signed, and what became of it. Answers repeated pushes.
operations = Table(
    "operations",
    metadata,
    Column("device_id", Uuid, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("change_id", Uuid),
    Column("chain_hash", LargeBinary, nullable=False),
    Column("change", JSON, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("clashed", ARRAY(Text), nullable=False),
    Column("why", Text, nullable=False),
    Column("accepted_at", _instant, nullable=False, server_default=_now),
    PrimaryKeyConstraint("device_id", "epoch", "seq"),
    Index(None, "change_id"),
    postgresql_partition_by="HASH (device_id)",
)

#: Everything the province ever published, by kind and number: the text that was signed, the
#: signature of it and the content as it travels. ``source_sha256`` is of the file it was made of.
publications = Table(
    "publications",
    metadata,
    Column("kind", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("source_sha256", Text, nullable=False),
    Column("published_at", _instant, nullable=False, server_default=_now),
    PrimaryKeyConstraint("kind", "number"),
    Index(None, "kind", "name", "number"),
    Index(None, "sha256"),
)

#: Where this program runs as the box of a commune: who it is to the province. ``box_epoch`` stands
#: for this database; a box that was made anew has another one.
box_home = Table(
    "box_home",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default=text("true")),
    Column("seed", LargeBinary, nullable=False),
    Column("server_url", Text, nullable=False),
    Column("ca_pem", Text),
    Column("enrolled", Text, nullable=False),
    Column("box_epoch", Text, nullable=False),
    Column("directory", Text, nullable=False, server_default=text("''::text")),
    Column("reached_at", _instant),
    CheckConstraint("singleton", name="box_home_singleton"),
)

#: Pushes of the neighbours as they signed them, in the order they came; ``answer`` is what the
#: province said, signed. A push of no change asks whether the province has what it receipted.
box_pushes = Table(
    "box_pushes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("epoch", Text, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'::text")),
    Column("answer", Text, nullable=False, server_default=text("''::text")),
    Column("received_at", _instant, nullable=False, server_default=_now),
    Column("answered_at", _instant),
    Index(None, "device_id", "epoch", "last"),
    Index(None, "state", "id"),
)

#: How far a box has read the province's feeds, and the rows it read.
box_feeds = Table(
    "box_feeds",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("cursor", BigInteger, nullable=False),
)
box_rows = Table(
    "box_rows",
    metadata,
    Column("bucket", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("line", LargeBinary, nullable=False),
    PrimaryKeyConstraint("bucket", "id"),
    Index(None, "bucket", "position"),
)

#: What happened on the server that somebody must answer for, each line with the hash over itself
#: and the line before. Only the function ``write_down`` adds to it.
ledger = Table(
    "ledger",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

#: How many rows went to each device on each day (of Việt Nam), and whether that was told as much.
pull_days = Table(
    "pull_days",
    metadata,
    Column("device_id", Uuid, ForeignKey("devices.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("alarmed_at", _instant),
    PrimaryKeyConstraint("device_id", "day"),
    Index(None, "alarmed_at"),
)

#: Who may ask for exports and who may approve them; of a passphrase only an Argon2id hash.
operators = Table(
    "operators",
    metadata,
    Column("name", Text, primary_key=True),
    Column("rights", ARRAY(Text), nullable=False),
    Column("verifier", Text, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=_now),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asked_by", Text, ForeignKey("operators.name"), nullable=False),
    Column("asked_at", _instant, nullable=False, server_default=_now),
    Column("data_set", Text, nullable=False),
    Column("communes", ARRAY(Text), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("approved_by", Text, ForeignKey("operators.name")),
    Column("approved_at", _instant),
    Column("begun_at", _instant),
    Column("made_at", _instant),
    Column("rows", BigInteger),
    Column("sha256", Text),
    CheckConstraint("approved_by <> asked_by", name="exports_by_two"),
)
