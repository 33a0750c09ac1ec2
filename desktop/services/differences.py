"""Differences of people of merit from the CSDLQG: entered by it, open until a paper settles them.

    differences = Differences(register=register, records=records, forms=forms, author=…, clock=…)
    differences.list()                                     # open ones first
    records.adopt_csdlqg(person_id, "native_place")        # entered by the CSDLQG, still open
    differences.settle(person_id, "native_place", value="…", paper="QĐ 12/QĐ-SNV ngày 02/3/2027")
    differences.reopen(person_id, "native_place")          # it was settled by mistake

The values stand in the person's document (``filed.``, ``national.``, ``settled.``, ``paper.``), a
field each, so that two offices that enter or settle at once merge field by field: entering the
same check twice is the same edit, and settling otherwise on two devices is for a person to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from desktop.domain.differences import Difference
from desktop.domain.ledger import Action
from desktop.domain.people import PersonId
from desktop.domain.records import Competing
from desktop.errors import Problem, UserError
from desktop.services.answering import IDENTITY, by_prefix
from desktop.services.comparing import compare_field
from desktop.services.opening import open_differences
from desktop.services.records import Records
from desktop.services.three_values import FILED, NATIONAL, PAPER, SETTLED, merit_forms
from desktop.store.checks import latest_check
from desktop.store.documents import Document
from desktop.store.records import persons_with_record, record_of
from desktop.store.register import Register
from forms.comparison.outcomes import COMPARED_FIELDS
from forms.registry import FormRegistry
from forms.vietnamese import clean, sort_key
from sync.protocol.messages import Value

_SYMBOL = "answers.entitlement/merit_file_symbol"


class Differences:
    """The differences of one register."""

    def __init__(
        self,
        *,
        register: Register,
        records: Records,
        forms: FormRegistry,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._records = records
        self._forms = merit_forms(forms)
        self._author = author
        self._clock = clock

    def list(self) -> list[Difference]:
        """Every difference, open ones first, by name."""
        ids = persons_with_record(self._register, self._forms)
        found = [one for person in self._register.documents(ids) for one in self._of(person)]
        return sorted(found, key=lambda one: (not one.is_open, sort_key(one.full_name), one.key))

    def open_fields(self, person_id: PersonId) -> tuple[str, ...]:
        """The fields of this person in which a difference is open."""
        person = self._register.document(person_id)
        return () if person is None else tuple(o.field for o in self._of(person) if o.is_open)

    def enter(self, person_id: PersonId, field: str) -> None:
        """Enter the person by the CSDLQG; the difference stays open. Raises ``GONE``."""
        self._records.adopt_csdlqg(person_id, field)

    def settle(self, person_id: PersonId, field: str, *, value: str, paper: str) -> None:
        """A paper says which value holds; the register takes it over.

        Raises ``GONE`` where nothing differs, ``REASON_MISSING`` without a value and
        ``PAPER_MISSING`` without a paper.
        """
        value, paper = clean(value), clean(paper)
        if not value:
            raise UserError(Problem.REASON_MISSING)
        if not paper:
            raise UserError(Problem.PAPER_MISSING)
        person, one = self._known(person_id, field)
        fields: dict[str, Value] = {
            field: value,
            FILED + field: one.filed or None,
            NATIONAL + field: one.national,
            SETTLED + field: value,
            PAPER + field: paper,
        }
        self._records.set_person(person, fields, action=Action.DIFFERENCE_SETTLE)

    def reopen(self, person_id: PersonId, field: str) -> None:
        """It was settled by mistake: the register has the value of the CSDLQG again."""
        person, one = self._known(person_id, field)
        if one.settled is None:
            raise UserError(Problem.GONE)
        fields: dict[str, Value] = {
            field: one.national,
            SETTLED + field: None,
            PAPER + field: None,
        }
        self._records.set_person(person, fields, action=Action.DIFFERENCE_REOPEN)

    def _known(self, person_id: PersonId, field: str) -> tuple[Document, Difference]:
        person = self._register.document(person_id)
        found = [] if person is None else [one for one in self._of(person) if one.field == field]
        if person is None or not found:
            raise UserError(Problem.GONE)
        return person, found[0]

    def _of(self, person: Document) -> Iterator[Difference]:
        check = latest_check(self._register, PersonId(person.document_id))
        told = {} if check is None else open_differences(person.fields, check.fields)
        sent = {} if check is None else by_prefix(check.fields, IDENTITY)
        kept = by_prefix(person.fields, NATIONAL)
        for field in COMPARED_FIELDS:
            if field in told:  # newer than what is kept: the police looked again
                yield self._made(person, field, str(sent.get(field) or ""), told[field])
            elif field in kept:
                filed = str(person.fields.get(FILED + field) or "")
                yield self._made(person, field, filed, str(kept[field]), person.fields)

    def _made(
        self,
        person: Document,
        field: str,
        filed: str,
        national: str,
        kept: Mapping[str, Value] | None = None,
    ) -> Difference:
        fields = person.fields
        settled = None if kept is None else kept.get(SETTLED + field)
        clashes = person.clashes.get(SETTLED + field, ())
        return Difference(
            person_id=PersonId(person.document_id),
            full_name=str(fields.get("full_name") or ""),
            id_number=str(fields.get("id_number") or ""),
            file_symbol=self._symbol(PersonId(person.document_id)),
            field=field,
            filed=filed,
            national=national,
            entered=str(fields.get(field) or ""),
            comparison=compare_field(field, filed, national),
            settled=None if settled is None else str(settled),
            paper="" if kept is None else str(kept.get(PAPER + field) or ""),
            competing=tuple(Competing(value=c.value, by=c.by, at=c.at) for c in clashes),
        )

    def _symbol(self, person_id: PersonId) -> str:
        records = (record_of(self._register, person_id, form_id=one) for one in self._forms)
        found = (str(one.fields.get(_SYMBOL) or "") for one in records if one is not None)
        return next(filter(None, found), "")
