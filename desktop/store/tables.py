"""The tables of a register.

``documents`` is the truth that is synced; every table under *Lists* can be made again from it and
is written in the same transaction. ``outbox``, ``buckets``, ``ledger``, ``drafts``, ``meta`` and
``heads`` are the register's own books. Nothing refers to another row by a foreign key: synced
documents arrive in any order.

``doc`` numbers a document within this file (small, so that indexes stay small); it never leaves it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BLOB,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

#: The schema this program writes; kept in the database as ``user_version``. A released one never
#: changes: the next one gets a number, a step in ``migrations`` and a register in the tests.
SCHEMA_VERSION = 5

METADATA = MetaData()


# Restricted tables have the columns of the ordinary ones; a column belongs to one table.
def _record_columns() -> list[Column[Any]]:
    return [
        Column("doc", Integer, primary_key=True),
        Column("id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("form_id", Text, nullable=False),
        # What lists find its person by (``record_words``).
        Column("words", Text, nullable=False),
    ]


def _submission_columns() -> list[Column[Any]]:
    return [
        Column("doc", Integer, primary_key=True),
        Column("id", Text, nullable=False),
        Column("record_id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("round", Integer, nullable=False),
        Column("review", Text, nullable=False),
    ]


documents = Table(
    "documents",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    # The server's version that this document contains; 0 while the server has not confirmed any.
    Column("version", Integer, nullable=False),
    # What the user sees (JSON).
    Column("fields", Text, nullable=False),
    # What the server has, while edits wait here, as far as it is not in ``fields`` (``beneath``);
    # NULL when it is unknown or equal to them.
    Column("base", Text),
    # field -> values that lost or wait (JSON); NULL when there is none.
    Column("clashes", Text),
    # How many changes of it wait in the outbox. Counted here rather than found through an index of
    # the outbox, which would be one or two pages more to encrypt at every save.
    Column("pending", Integer, nullable=False),
    # What tells this version from another with its number (``chain.mark_of``); "" when unknown.
    Column("mark", Text, nullable=False, server_default=text("''")),
)
Index("documents_with_clashes", documents.c.doc, sqlite_where=text("clashes IS NOT NULL"))

# Lists ------------------------------------------------------------------------------------------

households = Table(
    "households",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("hamlet", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("head_person_id", Text, nullable=False),
)

Index("households_by_code", households.c.code)
Index("households_by_hamlet", households.c.hamlet)

people = Table(
    "people",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("household_id", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    # Where the person stands in the list by names (``name_order``); what the index numbers rows by.
    Column("place", Integer, nullable=False),
    Column("birth_date", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("id_number", Text, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("clashes", Integer, nullable=False),
    # Every number of the person, each after a space.
    Column("numbers", Text, nullable=False),
    # What the index finds the person by: from the person alone, and from other documents.
    Column("words", Text, nullable=False),
    Column("marks", Text, nullable=False),
)
Index("people_by_household", people.c.household_id)

#: Every word that ever stood in the index of people, to find those that begin as somebody types.
people_vocabulary = Table(
    "people_vocabulary",
    METADATA,
    Column("word", Text, primary_key=True, nullable=False),
    sqlite_with_rowid=False,
)

#: Every number a person has or had, to find the person by its first digits; and after "~" its last
#: digits from behind, to find the person by those.
person_numbers = Table(
    "person_numbers",
    METADATA,
    Column("number", Text, nullable=False),
    Column("doc", Integer, nullable=False),
    PrimaryKeyConstraint("number", "doc"),
    sqlite_with_rowid=False,
)

#: How far a person's record and check are; only persons who have a record or a check.
person_states = Table(
    "person_states",
    METADATA,
    Column("person_id", Text, primary_key=True, nullable=False),
    Column("status", Text, nullable=False),
    Column("check_state", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("person_states_by_status", person_states.c.status)

records = Table("records", METADATA, *_record_columns())
Index("records_by_person", records.c.person_id, records.c.form_id)

checks = Table(
    "checks",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
Index("checks_by_person", checks.c.person_id, checks.c.id)
Index("checks_by_answer", checks.c.answer, checks.c.id)

submissions = Table("submissions", METADATA, *_submission_columns())
Index("submissions_by_record", submissions.c.record_id, submissions.c.round)
Index("submissions_by_person", submissions.c.person_id)
Index("submissions_by_review", submissions.c.review, submissions.c.id)

#: Documents that left the lists: deleted, merged into ``target``, moved away. Not of restricted
#: data sets.
fates = Table(
    "fates",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("fate", Text, nullable=False),
    Column("target", Text, nullable=False),
)
Index("fates_by_id", fates.c.id)
Index("fates_by_target", fates.c.target)

# Restricted data sets ---------------------------------------------------------------------------
# Tables, lists and a ledger of their own: no statement about the others can meet what is in them.
# ``restricted`` reads them, for users who have the right; ``doc`` is numbered apart, too.

restricted_documents = Table(
    "restricted_documents",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("fields", Text, nullable=False),
    Column("base", Text),
    Column("clashes", Text),
    Column("pending", Integer, nullable=False),
    Column("mark", Text, nullable=False, server_default=text("''")),
)

restricted_records = Table("restricted_records", METADATA, *_record_columns())
Index("restricted_records_by_person", restricted_records.c.person_id, restricted_records.c.form_id)

restricted_submissions = Table("restricted_submissions", METADATA, *_submission_columns())
Index(
    "restricted_submissions_by_record",
    restricted_submissions.c.record_id,
    restricted_submissions.c.round,
)

#: Which changes of the outbox are about restricted documents.
restricted_changes = Table(
    "restricted_changes",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("bucket", Text, nullable=False),
)

#: Who may see which restricted data set here.
permissions = Table(
    "permissions",
    METADATA,
    Column("user_name", Text, nullable=False),
    Column("data_set", Text, nullable=False),
    # Who gave it ("" for the province, by the enrolment code), and when.
    Column("granted_by", Text, nullable=False),
    Column("granted_at", Text, nullable=False),
    PrimaryKeyConstraint("user_name", "data_set"),
    sqlite_with_rowid=False,
)

restricted_ledger = Table(
    "restricted_ledger",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("data_set", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("hash", BLOB, nullable=False),
)

#: At most one row: where the restricted ledger ends.
restricted_heads = Table(
    "restricted_heads",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("hash", BLOB, nullable=False),
)

# The register's books ---------------------------------------------------------------------------

outbox = Table(
    "outbox",
    METADATA,
    # epoch number * 2**40 + seq: the order of all changes ever, and no second index.
    Column("position", Integer, primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("group_seq", Integer, nullable=False),
    # The change as it travels (canonical JSON), and the chain's hash after it.
    Column("change", Text, nullable=False),
    Column("chain", BLOB, nullable=False),
    # A ``ChangeState`` value.
    Column("state", Text, nullable=False),
    # From the receipt: the document's version, the fields that clashed (JSON), the reason.
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("clashed", Text, nullable=False, server_default=text("''")),
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("receipted_at", Text, nullable=False, server_default=text("''")),
)
Index("outbox_held", outbox.c.document_id, sqlite_where=text("state = 'held'"))

buckets = Table(
    "buckets",
    METADATA,
    Column("bucket", Text, primary_key=True, nullable=False),
    # Position of the last row applied; NULL when the bucket must come whole (or was never granted).
    Column("cursor", Integer),
    # The digest over documents that have a server's version.
    Column("count", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    # The same with the marks of the versions.
    Column("marked_digest", Text, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

ledger = Table(
    "ledger",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("hash", BLOB, nullable=False),
)

#: Half-typed forms, one row for each. They never leave this file.
drafts = Table(
    "drafts",
    METADATA,
    Column("id", Text, primary_key=True, nullable=False),
    # Counts how often it was written: a save ends what it knew, not what was typed later.
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    # "" for somebody new.
    Column("person_id", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    # A ``FormDraft`` (JSON).
    Column("content", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: What lines are looked for by. Filled when somebody reads the ledger, not at every save.
ledger_lines = Table(
    "ledger_lines",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("action", Text, nullable=False),
)
Index("ledger_lines_by_action", ledger_lines.c.action, ledger_lines.c.n)
Index("ledger_lines_by_author", ledger_lines.c.author, ledger_lines.c.n)

ledger_objects = Table(
    "ledger_objects",
    METADATA,
    Column("object", Text, nullable=False),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("object", "n"),
    sqlite_with_rowid=False,
)

#: What users narrow the people list to, under names; "" is what each used last.
saved_filters = Table(
    "saved_filters",
    METADATA,
    Column("author", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    # A ``PeopleFilter`` (JSON).
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("author", "name"),
    sqlite_with_rowid=False,
)

meta = Table(
    "meta",
    METADATA,
    Column("key", Text, primary_key=True, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: One row: where the numbered books end. Read and written by every transaction that adds to them.
heads = Table(
    "heads",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("epoch_number", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("chain", BLOB, nullable=False),
    Column("acked", Integer, nullable=False),
    # Changes that were sent in earlier epochs.
    Column("past", Integer, nullable=False),
    Column("ledger_n", Integer, nullable=False),
    Column("ledger_hash", BLOB, nullable=False),
)

#: Who is found by which word, in the order of names: its rows are numbered by ``people.place``. It
#: keeps no text of its own; ``people.words`` and ``people.marks`` have it.
_PEOPLE_WORDS = (
    "CREATE VIRTUAL TABLE people_words USING fts5(words, content='', detail='none', columnsize=0, "
    "tokenize=\"ascii tokenchars '_'\")"
)

#: Tables that are made from documents alone: a migration drops them and makes them anew.
LISTS = (
    "people_words",
    *(
        table.name
        for table in (
            households,
            people,
            people_vocabulary,
            person_numbers,
            person_states,
            records,
            checks,
            submissions,
            fates,
            restricted_records,
            restricted_submissions,
        )
    ),
)

_DIALECT = sqlite.dialect()


def schema_statements() -> list[str]:
    """Every statement that makes the schema, in order."""
    statements = []
    for table in METADATA.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=_DIALECT)).strip())
        statements += [
            str(CreateIndex(index).compile(dialect=_DIALECT)).strip()
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        ]
    return [*statements, _PEOPLE_WORDS]


def insert_into(table: Table) -> str:
    """``INSERT`` of one row with every column, in the order of the table."""
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 names of ours
