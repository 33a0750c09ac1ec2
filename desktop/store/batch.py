"""Many documents read, changed and written back with their list rows, in one transaction.

Saving, receiving and settling all go through here, so that a document and its rows in the lists
cannot part. Statements run once over many rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Table

from desktop.store import links, restricted_lists, tables
from desktop.store.documents import FieldValues
from desktop.store.driver import Driver, first_value, json_list
from desktop.store.entries import TYPES, DigestStep, Entry, document_row, entry_from
from desktop.store.people_index import Indexed, marks_of, refresh_marks, write_index
from desktop.store.projections import (
    ABOUT_A_PERSON,
    PERSON_PLACE,
    Cell,
    Row,
    fate_row,
    number_rows,
    table_of,
)
from sync.protocol.documents import DocumentType, is_restricted

_NAMES = {document_type: name for name, document_type in TYPES.items()}
_COLUMNS = "doc, id, type, bucket, version, fields, base, clashes, pending, mark"
_SELECT = f"SELECT {_COLUMNS} FROM documents WHERE id IN "  # noqa: S608 names of ours
_SELECT_RESTRICTED = _SELECT.replace("FROM documents", "FROM restricted_documents")
_SELECT_NEXT = f"SELECT {_COLUMNS} FROM documents WHERE doc > ? ORDER BY doc LIMIT ?"  # noqa: S608 names of ours
_DOCUMENTS_AT_ONCE = 2000
_OF_MANY = "(SELECT value FROM json_each(?))"
_INSERT = tables.insert_into(tables.documents)
_INSERT_ROW = {kind: tables.insert_into(table_of(kind)) for kind in DocumentType}
_UPDATE = (
    "UPDATE documents SET version = ?, fields = ?, base = ?, clashes = ?, pending = ?, mark = ? "
    "WHERE doc = ?"
)
_REMOVE = "DELETE FROM documents WHERE doc = ?"
_UNLIST = {kind: f"DELETE FROM {table_of(kind).name} WHERE doc = ?" for kind in DocumentType}  # noqa: S608 names of ours
_ADD_FATE = tables.insert_into(tables.fates)
_DROP_FATE = "DELETE FROM fates WHERE doc = ?"
_ADD_NUMBER = "INSERT OR IGNORE INTO person_numbers (number, doc) VALUES (?, ?)"
_DROP_NUMBER = "DELETE FROM person_numbers WHERE number = ? AND doc = ?"
_PERSON = [column.name for column in tables.people.columns]
_HOUSEHOLD_ID, _PLACE = _PERSON.index("household_id"), _PERSON.index("place")
_FULL_NAME, _BIRTH_DATE = _PERSON.index("full_name"), _PERSON.index("birth_date")
_WORDS, _MARKS = _PERSON.index("words"), _PERSON.index("marks")

# The newest submission and the newest check decide; both are ordered by ids made in time order.
_REFRESH_STATES = """
INSERT OR REPLACE INTO person_states (person_id, status, check_state)
SELECT p.value,
  coalesce(
    (SELECT CASE review WHEN 'accepted' THEN 'accepted' WHEN 'returned' THEN 'returned'
            ELSE 'submitted' END
     FROM submissions WHERE person_id = p.value
     ORDER BY record_id DESC, round DESC, id DESC LIMIT 1),
    (SELECT 'draft' FROM records WHERE person_id = p.value LIMIT 1),
    'none'),
  coalesce(
    (SELECT CASE answer WHEN '' THEN 'waiting' ELSE answer END
     FROM checks WHERE person_id = p.value ORDER BY id DESC LIMIT 1),
    'not_asked')
FROM json_each(?) AS p
"""


def _identity(row: Row) -> tuple[Cell, Cell]:
    """A person's name and birth date, from the row of the list."""
    return row[_FULL_NAME], row[_BIRTH_DATE]


class Batch:
    """The documents of one transaction: ``load``, change the entries, ``write``."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._entries: dict[str, Entry] = {}
        last = first_value(driver.execute("SELECT max(doc) FROM documents"))
        self._next_doc = 1 + (last or 0)
        self._next_restricted = 0  # not known before the first one
        self._has_links: bool | None = None  # not asked yet
        #: What is written, and persons of whom that tells them otherwise from others.
        self.written: set[str] = set()
        self.renamed: set[str] = set()

    def load(self, document_ids: Iterable[str]) -> None:
        """Read these documents, as far as they exist and were not read before."""
        wanted = [name for name in dict.fromkeys(document_ids) if name not in self._entries]
        if not wanted:
            return
        for row in self._driver.execute(*_among(_SELECT, wanted)):
            self._entries[row[1]] = entry_from(row)
        if missing := [name for name in wanted if name not in self._entries]:
            for row in self._driver.execute(*_among(_SELECT_RESTRICTED, missing)):
                self._entries[row[1]] = entry_from(row, is_restricted=True)

    def get(self, document_id: str) -> Entry | None:
        """A document that was loaded or added."""
        return self._entries.get(document_id)

    def add(
        self, document_id: str, *, kind: DocumentType | str, bucket: str, fields: FieldValues
    ) -> Entry:
        """A new document, numbered here."""
        name = kind if isinstance(kind, str) else _NAMES[kind]
        is_apart = is_restricted(bucket)
        doc = self._next_restricted_doc() if is_apart else self._next_doc
        known = TYPES.get(name)
        entry = Entry(doc, document_id, known, name, bucket, fields, is_restricted=is_apart)
        self._next_doc += not is_apart
        self._entries[document_id] = entry
        return entry

    def _next_restricted_doc(self) -> int:
        self._next_restricted = self._next_restricted or restricted_lists.last_number(self._driver)
        self._next_restricted += 1
        return self._next_restricted

    def write(self, entries: Iterable[Entry]) -> None:
        """Write these documents with all that depends on them."""
        everything = list(dict.fromkeys(entries))
        changed = [entry for entry in everything if not entry.is_restricted]
        if len(changed) < len(everything):
            self._write_restricted([entry for entry in everything if entry.is_restricted])
        shown = [entry for entry in changed if entry.is_new or entry.is_shown_anew]
        self.written |= {entry.document_id for entry in everything}
        self.renamed |= {entry.document_id for entry in changed if entry.is_told_apart}
        self._write_documents(changed)
        self._write_rows(shown)
        self._write_numbers(shown)
        self._write_fates(shown)
        self._write_digests(everything)

    def remove(self, entries: Sequence[Entry]) -> None:
        """Take documents out that the server does not have, and their rows of lists with them."""
        for entry in entries:
            entry.will_change()
            entry.is_gone, entry.fields = True, {}
        self._write_rows(entries)
        self._write_numbers(entries)
        self._write_fates(entries)
        self._many(_REMOVE, [(entry.doc,) for entry in entries])
        for entry in entries:
            del self._entries[entry.document_id]

    def _write_restricted(self, changed: Sequence[Entry]) -> None:
        restricted_lists.write_documents(
            self._driver,
            new=[document_row(entry) for entry in changed if entry.is_new],
            changed=[
                (*document_row(entry)[4:], entry.doc) for entry in changed if not entry.is_new
            ],
        )
        self._list_restricted(changed)

    def _list_restricted(self, entries: Sequence[Entry]) -> None:
        led = self._led([(entry.kind, entry.row()) for entry in entries])
        restricted_lists.write_lists(
            self._driver,
            [
                (entry.kind, entry.doc, row)
                for entry, row in zip(entries, led, strict=True)
                if entry.kind is not None
            ],
        )

    def list_for_the_first_time(self, entries: Sequence[Entry]) -> None:
        """Add the list rows of documents that stand in no list."""
        self._list_restricted([entry for entry in entries if entry.is_restricted])
        shown = [entry for entry in entries if not entry.is_restricted]
        self._write_rows(shown)
        self._write_numbers(shown)
        self._write_fates(shown)

    def _write_documents(self, changed: Sequence[Entry]) -> None:
        self._many(_INSERT, [document_row(entry) for entry in changed if entry.is_new])
        self._many(
            _UPDATE,
            [(*document_row(entry)[4:], entry.doc) for entry in changed if not entry.is_new],
        )

    def _write_rows(self, shown: Sequence[Entry]) -> None:
        new: defaultdict[DocumentType, list[Row]] = defaultdict(list)
        persons: list[tuple[Row | None, Row | None]] = []
        person_ids: set[str] = set()
        households: set[str] = set()
        after = self._led([(entry.kind, entry.row()) for entry in shown])
        listed = self._led([(entry.kind, entry.before) for entry in shown])
        for entry, row, before in zip(shown, after, listed, strict=True):
            kind = entry.kind
            if kind is None or row == before:
                continue
            if kind is DocumentType.PERSON:
                persons.append((before, row))
                if before is None or row is None or _identity(before) != _identity(row):
                    self.renamed.add(entry.document_id)
                continue
            if before is None and row is not None:
                new[kind].append(row)
            elif before is not None and row is None:
                self._driver.execute(_UNLIST[kind], (entry.doc,))
            elif before is not None and row is not None:
                self._update_row(table_of(kind), before, row)
            if kind in ABOUT_A_PERSON:
                person_ids |= {str(one[PERSON_PLACE[kind]]) for one in (before, row) if one}
            elif kind is DocumentType.HOUSEHOLD:
                households.add(entry.document_id)
        for kind, rows in new.items():
            self._many(_INSERT_ROW[kind], rows)
        refresh_person_states(self._driver, person_ids)
        self._write_persons(persons)
        refresh_marks(
            self._driver,
            person_ids=person_ids,
            household_ids=households,
            apart_from={int(row[0]) for _, row in persons if row is not None},
        )

    def _write_persons(self, persons: Sequence[tuple[Row | None, Row | None]]) -> None:
        """After all they rest on: a person is indexed by other documents too."""
        listed = [row for _, row in persons if row is not None]
        marks = marks_of(self._driver, [(str(row[1]), str(row[_HOUSEHOLD_ID])) for row in listed])
        added: list[Row] = []
        gone: list[Indexed] = []
        new: list[Indexed] = []
        for before, row in persons:
            if row is None:
                if before is not None:
                    gone.append(_indexed((*before[:_MARKS], self._marks_before(before))))
                    self._driver.execute(_UNLIST[DocumentType.PERSON], (before[0],))
                continue
            after = (*row[:_MARKS], marks[str(row[1])])
            if before is None:
                added.append(after)
            else:
                before = (*before[:_MARKS], self._marks_before(row))
                self._update_row(tables.people, before, after)
            if before is None or _indexed(before) != _indexed(after):
                new.append(_indexed(after))
                if before is not None:
                    gone.append(_indexed(before))
        self._many(_INSERT_ROW[DocumentType.PERSON], added)
        write_index(self._driver, gone=gone, new=new)

    def _marks_before(self, row: Row) -> str:
        found = self._driver.execute("SELECT marks FROM people WHERE doc = ?", (row[0],))
        return str(first_value(found))

    def _update_row(self, table: Table, before: Row, after: Row) -> None:
        """Set only the columns that differ, so that the other indexes stay untouched."""
        names: list[str] = []
        values: list[Cell] = []
        for column, old, new in zip(table.columns, before, after, strict=True):
            if old != new:
                names.append(f"{column.name} = ?")
                values.append(new)
        if not names:
            return
        sql = f"UPDATE {table.name} SET {', '.join(names)} WHERE doc = ?"  # noqa: S608 names of ours
        self._driver.execute(sql, (*values, after[0]))

    def _write_numbers(self, shown: Sequence[Entry]) -> None:
        gone: list[Row] = []
        new: list[Row] = []
        for entry in shown:
            if entry.kind is DocumentType.PERSON:
                numbers = entry.numbers()
                if numbers == entry.numbers_before:
                    continue
                self.renamed.add(entry.document_id)
                gone += number_rows(entry.numbers_before, entry.doc)
                new += number_rows(numbers, entry.doc)
        self._many(_DROP_NUMBER, gone)
        self._many(_ADD_NUMBER, new)

    def _led(self, rows: Sequence[tuple[DocumentType | None, Row | None]]) -> list[Row | None]:
        """What is about a person stands under who the person is by now."""
        if self._has_links is None:
            self._has_links = links.has_links(self._driver)
        if not self._has_links:
            return [row for _, row in rows]
        places = [None if kind is None else PERSON_PLACE.get(kind) for kind, _ in rows]
        standing = links.survivors(
            self._driver,
            {
                str(row[place])
                for place, (_, row) in zip(places, rows, strict=True)
                if row is not None and place is not None
            },
        )
        return [
            row
            if row is None or place is None
            else (*row[:place], standing[str(row[place])], *row[place + 1 :])
            for place, (_, row) in zip(places, rows, strict=True)
        ]

    def _write_fates(self, shown: Sequence[Entry]) -> None:
        """Who left the lists stands in one of its own; what was merged is followed."""
        persons: list[str] = []
        dropped: list[tuple[int]] = []
        added: list[Row] = []
        for entry in shown:
            if entry.kind is None:
                continue
            row = fate_row(entry.kind, entry.doc, entry.document_id, entry.fields)
            was_gone = entry.is_shown_anew and entry.before is None
            if entry.kind is DocumentType.PERSON and (was_gone or row is not None):
                persons.append(entry.document_id)
            dropped += [(entry.doc,)] if was_gone else []
            added += [] if row is None else [row]
        if not dropped and not added:
            return
        had_links = links.has_links(self._driver)
        touched = links.connected(self._driver, persons)
        self._many(_DROP_FATE, dropped)
        self._many(_ADD_FATE, added)
        touched |= links.connected(self._driver, persons)
        self.written |= touched  # their lists change
        self._has_links = None
        if touched and (had_links or links.has_links(self._driver)):
            links.follow(self._driver, touched)
            refresh_person_states(self._driver, touched)
            refresh_marks(self._driver, person_ids=touched)

    def _write_digests(self, changed: Sequence[Entry]) -> None:
        """Keep each bucket's digest over the server's versions."""
        steps: defaultdict[str, DigestStep] = defaultdict(DigestStep)
        for entry in changed:
            before, after = (entry.version_before, entry.mark_before), (entry.version, entry.mark)
            if before != after:
                steps[entry.bucket].take(entry.document_id, *before)
                steps[entry.bucket].put(entry.document_id, *after)
        for bucket, step in steps.items():
            self.step_digest(bucket, step)

    def step_digest(self, bucket: str, step: DigestStep) -> None:
        """Add to what a bucket holds here: documents, and the XOR of their parts."""
        known = self._driver.execute(
            "SELECT count, digest, marked_digest FROM buckets WHERE bucket = ?", (bucket,)
        ).fetchone()
        count, digest, marked = (0, "0", "0") if known is None else known
        self._driver.execute(
            "INSERT INTO buckets (bucket, count, digest, marked_digest) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (bucket) DO UPDATE SET count = excluded.count, digest = excluded.digest, "
            "marked_digest = excluded.marked_digest",
            (
                bucket,
                count + step.count,
                f"{int(digest, 16) ^ step.xor:032x}",
                f"{int(marked or '0', 16) ^ step.marked:032x}",
            ),
        )

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._driver.executemany(sql, rows)


def make_lists(driver: Driver, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Fill the lists, which are empty, from all documents; ``progress`` is told documents."""
    batch = Batch(driver)
    total = first_value(driver.execute("SELECT count(*) FROM documents"))
    done = last = 0
    while rows := driver.execute(_SELECT_NEXT, (last, _DOCUMENTS_AT_ONCE)).fetchall():
        batch.list_for_the_first_time([entry_from(row) for row in rows])
        done, last = done + len(rows), rows[-1][0]
        if progress is not None:
            progress(done, total)
    apart = driver.execute(_SELECT_NEXT.replace("documents", "restricted_documents"), (0, -1))
    batch.list_for_the_first_time([entry_from(row, is_restricted=True) for row in apart.fetchall()])


def refresh_person_states(driver: Driver, person_ids: Iterable[str]) -> None:
    """Derive anew how far the records and checks of these persons are."""
    known = [person_id for person_id in person_ids if person_id]
    if known:
        driver.execute(_REFRESH_STATES, (json_list(known),))


def _indexed(person: Row) -> Indexed:
    """How the index has a person: where, and by which words."""
    return int(person[_PLACE]), f"{person[_WORDS]}{person[_MARKS]}"


def _among(select: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The query for these ids: few as parameters, many as one."""
    if len(names) <= 8:
        return f"{select}({', '.join('?' * len(names))})", tuple(names)
    return select + _OF_MANY, (json_list(names),)
