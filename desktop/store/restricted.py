"""Reading what is restricted: the one place where its tables are asked, for one user.

Whoever may not see a document gets what he would get if it did not exist. Everything goes through
``RestrictedView.rows`` or ``permitted``, which look at the bucket of each document; a list that
forgot to would still show nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from desktop.store.driver import Driver, json_list
from desktop.store.rights import may_see, rights_in
from sync.protocol.documents import DataSet

#: A document as it stands in its table.
RawDocument = tuple[str, str, str, int, str, str | None]

_ROWS = (
    "SELECT id, type, bucket, version, fields, clashes FROM restricted_documents "
    "WHERE id IN (SELECT value FROM json_each(?))"
)
_BUCKETS = (
    "SELECT id, bucket FROM restricted_documents WHERE id IN (SELECT value FROM json_each(?))"
)
_RECORDS = "SELECT id FROM restricted_records WHERE person_id = ? AND form_id = ? ORDER BY id"
_RECORDS_OF = "SELECT id FROM restricted_records WHERE person_id = ? ORDER BY id"
_GONE_RECORDS = (
    "SELECT id FROM restricted_documents WHERE type = 'record' "
    "AND fields ->> 'person_id' IN (SELECT value FROM json_each(?)) "
    "AND doc NOT IN (SELECT doc FROM restricted_records) ORDER BY id"
)
_WITH_RECORD = (
    "SELECT r.person_id, d.bucket FROM restricted_records AS r "
    "JOIN restricted_documents AS d ON d.doc = r.doc ORDER BY r.person_id"
)
_SUBMISSIONS = (
    "SELECT id FROM restricted_submissions WHERE record_id = ? ORDER BY round DESC, id DESC"
)
_RETURNED = (
    "SELECT id FROM restricted_submissions AS s WHERE review = 'returned' AND NOT EXISTS ("
    "SELECT 1 FROM restricted_submissions AS later WHERE later.record_id = s.record_id "
    "AND (later.round, later.id) > (s.round, s.id)) ORDER BY id"
)
_WITH_CLASHES = "SELECT id FROM restricted_documents WHERE clashes IS NOT NULL ORDER BY id"
_REVIEWED = (
    "SELECT s.id FROM restricted_submissions AS s JOIN restricted_documents AS d ON d.doc = s.doc "
    "WHERE ?1 IS NULL OR s.review = ?1 OR (?1 = '' AND d.clashes IS NOT NULL) ORDER BY s.id DESC"
)
_OF_DATA_SET = "SELECT id, bucket FROM restricted_documents ORDER BY id"


class RestrictedView:
    """What one user may see of what is restricted, in one state of the register."""

    def __init__(self, driver: Driver, user_name: str | None) -> None:
        self._driver = driver
        self._user_name = user_name

    @cached_property
    def rights(self) -> frozenset[DataSet]:
        """What the user may see."""
        return rights_in(self._driver, self._user_name)

    def may_see(self, bucket: str) -> bool:
        """May the user see what lies there?"""
        return may_see(self.rights, bucket)

    def rows(self, document_ids: Sequence[str]) -> list[RawDocument]:
        """Those of these documents that are here and may be seen."""
        if not document_ids or not self.rights:
            return []
        found = self._driver.execute(_ROWS, (json_list(document_ids),))
        return [row for row in found.fetchall() if self.may_see(row[2])]

    def record_of(self, person_id: str, form_id: str) -> str | None:
        """The person's record on this form; the first made."""
        return next(iter(self._ids(_RECORDS, person_id, form_id)), None)

    def records_of(self, person_id: str) -> list[str]:
        """Every record of the person."""
        return self._ids(_RECORDS_OF, person_id)

    def gone_records(self, person_ids: Sequence[str]) -> list[str]:
        """Records of these persons that left the lists."""
        return self._ids(_GONE_RECORDS, json_list(person_ids))

    def persons_with_record(self) -> list[str]:
        """Of whom a record stands, each once."""
        if not self.rights:
            return []
        found = self._driver.execute(_WITH_RECORD).fetchall()
        return list(dict.fromkeys(str(who) for who, bucket in found if self.may_see(bucket)))

    def submissions_of(self, record_id: str) -> list[str]:
        """Every submission of a record, newest round first."""
        return self._ids(_SUBMISSIONS, record_id)

    def returned_submissions(self) -> list[str]:
        """Submissions that came back and were not handed in again, oldest first."""
        return self._ids(_RETURNED)

    def with_clashes(self) -> list[str]:
        """Documents in which another device's value waits for a decision, oldest first."""
        return self._ids(_WITH_CLASHES)

    def submissions(self, review: str | None) -> list[str]:
        """Submissions with this review (``None``: all), newest first."""
        return self._ids(_REVIEWED, review)

    def all_ids(self) -> list[str]:
        """Every document that may be seen."""
        found = self._driver.execute(_OF_DATA_SET)
        return [document_id for document_id, bucket in found.fetchall() if self.may_see(bucket)]

    def _ids(self, sql: str, *parameters: str | None) -> list[str]:
        if not self.rights:
            return []
        found = [str(row[0]) for row in self._driver.execute(sql, parameters).fetchall()]
        return self._permitted(found)

    def _permitted(self, document_ids: Iterable[str]) -> list[str]:
        wanted = list(document_ids)
        found = self._driver.execute(_BUCKETS, (json_list(wanted),))
        buckets = dict(found.fetchall())
        return [name for name in wanted if name in buckets and self.may_see(buckets[name])]
