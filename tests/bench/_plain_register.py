"""The baseline of the store: the same tables and statements in plain sqlite3, written directly.

What a program without encryption, SQLAlchemy or any layer would do with the same edits: derive the
same rows in local variables and hand them to the driver. The settings of the connection are those
of the register; so is what is written.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from desktop.store import tables
from desktop.store.documents import Edit
from desktop.store.name_order import place_of
from desktop.store.people_words import marks, own_words, vocabulary_of
from desktop.store.projections import number_rows, numbers_of
from forms.vietnamese import sort_key
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_id_text

_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "temp_store = MEMORY",
    "secure_delete = FAST",
    "wal_autocheckpoint = 1000",
    "journal_size_limit = 67108864",
    "cache_size = -32768",
)
_SPAN = 1 << 40
_DOCUMENT = tables.insert_into(tables.documents)
_HOUSEHOLD = tables.insert_into(tables.households)
_PERSON = tables.insert_into(tables.people)
_RECORD = tables.insert_into(tables.records)
_NUMBER = tables.insert_into(tables.person_numbers)
_WORDS = "INSERT INTO people_words (rowid, words) VALUES (?, ?)"
_VOCABULARY = "INSERT OR IGNORE INTO people_vocabulary (word) SELECT value FROM json_each(?)"
_CHANGE = (
    "INSERT INTO outbox (position, document_id, group_seq, change, chain, state) "
    "VALUES (?, ?, ?, ?, ?, 'waiting')"
)
_STATE = "INSERT OR IGNORE INTO person_states (person_id, status, check_state) VALUES (?, ?, ?)"
_encode = msgspec.json.Encoder(order="deterministic").encode


class PlainRegister:
    """One plain database file and its only connection."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for setting in _SETTINGS:
            self.connection.execute(f"PRAGMA {setting}").fetchall()
        for statement in tables.schema_statements():
            self.connection.execute(statement)
        self.connection.execute("INSERT INTO heads VALUES (1, 'e', 1, 0, x'', 0, 0, 0, x'')")

    def save(self, groups: Sequence[Sequence[Edit]], *, at: str, unix_ms: int) -> None:
        """Save these groups of edits in one transaction."""
        run, many = self.connection.execute, self.connection.executemany
        run("BEGIN IMMEDIATE")
        (epoch, number, seq, chain, acked, past, line, line_hash) = run(
            "SELECT epoch, epoch_number, seq, chain, acked, past, ledger_n, ledger_hash FROM heads"
        ).fetchone()
        (last,) = run("SELECT max(doc) FROM documents").fetchone()
        doc = last or 0
        ids = [edit.document_id for edits in groups for edit in edits]
        known = {
            row[1]: row
            for row in run(
                "SELECT doc, id, type, bucket, version, fields, base, clashes, pending "
                "FROM documents WHERE id IN (SELECT value FROM json_each(?))",
                (_encode(ids).decode(),),
            )
        }
        documents: list[Any] = []
        updates: list[Any] = []
        households: list[Any] = []
        homes: dict[str, tuple[str, str]] = {}
        persons: list[Any] = []
        words: list[Any] = []
        numbers: list[Any] = []
        records: list[Any] = []
        changes: list[Any] = []
        states: list[Any] = []
        flags: list[Any] = []
        for edits in groups:
            group = seq + 1
            for edit in edits:
                name, kind = edit.document_id, edit.document_type
                bucket = f"{edit.commune_code}/register"
                row = known.get(name)
                if row is None:
                    doc += 1
                    fields = {key: value for key, value in edit.fields.items() if value}
                    patch = {key: (None, value) for key, value in fields.items()}
                    documents.append(
                        (doc, name, kind.value, bucket, 0, _encode(fields).decode(), None, None, 1)
                    )
                    get = fields.get
                    if kind is DocumentType.HOUSEHOLD:
                        head = get("head_person_id", "")
                        households.append((doc, name, get("hamlet", ""), get("code", ""), head))
                        homes[name] = (get("hamlet", ""), head)
                    elif kind is DocumentType.RECORD:
                        records.append((doc, name, get("person_id", ""), get("form_id", "")))
                        states.append((get("person_id", ""), "draft", "not_asked"))
                    else:
                        full_name, born = get("full_name", ""), get("birth_date", "")
                        place = place_of(sort_key(full_name), doc)
                        codes = get("flags", ())
                        own = own_words(full_name, born, codes, fields)
                        home = homes.get(get("household_id", ""), ("", ""))
                        others = marks(
                            hamlet=home[0],
                            is_head=home[1] == name,
                            status="none",
                            check="not_asked",
                            form_ids=(),
                        )
                        found = numbers_of(fields)
                        persons.append(
                            (
                                doc,
                                name,
                                get("household_id", ""),
                                full_name,
                                place,
                                born,
                                get("sex", ""),
                                get("id_number", ""),
                                len(codes),
                                0,
                                "".join([f" {digits}" for digits in sorted(found)]),
                                own,
                                others,
                            )
                        )
                        words.append((place, own + others))
                        numbers += number_rows(found, doc)
                else:
                    fields = msgspec.json.decode(row[5])
                    patch = {}
                    for key, value in edit.fields.items():
                        if fields.get(key) != value:
                            patch[key] = (fields.get(key), value)
                            fields[key] = value
                    updates.append(
                        (row[4], _encode(fields).decode(), row[6], row[7], row[8] + 1, row[0])
                    )
                    if "flags" in patch:
                        flags.append((len(fields["flags"]), row[0]))
                seq += 1
                text = _encode(
                    {
                        "seq": seq,
                        "op": new_id_text(unix_ms=unix_ms),
                        "grp": group,
                        "t": kind.value,
                        "id": name,
                        "b": bucket,
                        "k": "create" if row is None else "set",
                        "base": 0,
                        "p": patch,
                        "by": "Lan",
                        "at": at,
                        "form": edit.form,
                    }
                )
                chain = hashlib.sha256(b"\x00" + chain + text).digest()
                changes.append((number * _SPAN + seq, name, group, text.decode(), chain))
        if documents:
            many(_DOCUMENT, documents)
        if words:
            words.sort()
            known_words = vocabulary_of([text for _, text in words])
            run(_VOCABULARY, (_encode(sorted(known_words)).decode(),))
        if updates:
            many(
                "UPDATE documents SET version = ?, fields = ?, base = ?, clashes = ?, pending = ? "
                "WHERE doc = ?",
                updates,
            )
        if flags:
            many("UPDATE people SET flags = ? WHERE doc = ?", flags)
        for statement, rows in (
            (_HOUSEHOLD, households),
            (_PERSON, persons),
            (_RECORD, records),
            (_WORDS, words),
            (_NUMBER, numbers),
            (_STATE, states),
        ):
            if rows:
                many(statement, rows)
        many(_CHANGE, changes)
        entry = _encode({"n": line + 1, "at": at, "by": "Lan", "objects": ids[:50]})
        line_hash = hashlib.sha256(b"\x00" + line_hash + entry).digest()
        run(
            "INSERT INTO ledger (n, entry, hash) VALUES (?, ?, ?)",
            (line + 1, entry.decode(), line_hash),
        )
        run(
            "UPDATE heads SET epoch = ?, epoch_number = ?, seq = ?, chain = ?, acked = ?, "
            "past = ?, ledger_n = ?, ledger_hash = ?",
            (epoch, number, seq, chain, acked, past, line + 1, line_hash),
        )
        run("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
