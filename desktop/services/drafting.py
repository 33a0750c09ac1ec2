"""From the answers on the page to the edits of the person, the household and the record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.records import OpenedForm, RecordId
from desktop.services.answering import (
    CONFIRMED,
    HOUSEHOLD,
    PERSON,
    RECORD,
    Parts,
    answered_questions,
    by_prefix,
    split,
)
from desktop.services.opening import Dossier
from desktop.services.remarks import Remarks, confirmed
from desktop.store.documents import Edit
from forms.definition import Answers, FormDefinition
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value

#: Code of "chủ hộ" in the list of relations to the head (list of question 1a).
HEAD_OF_HOUSEHOLD = "1"


@dataclass(frozen=True, slots=True)
class Ids:
    """The documents a save goes to; those that do not exist yet are made."""

    person_id: PersonId
    household_id: HouseholdId
    record_id: RecordId
    commune_code: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One save.

    Attributes:
        answers: cleaned, by path.
        confirmations: fingerprint -> reason, as they should be after the save.
        decided: paths of clashes that the officer decided.
    """

    opened: OpenedForm
    dossier: Dossier
    ids: Ids
    answers: Answers
    confirmations: Mapping[str, str]
    remarks: Remarks
    decided: Collection[str] = ()

    def edits(self) -> list[Edit]:
        """What one transaction has to save."""
        parts = split(
            self.opened.definition,
            answers=self.answers,
            opened=self.opened.answers,
            stored=self.dossier.parts,
        )
        decided = decided_fields(self.opened.definition, self.decided)
        for path, (kind, name) in decided.items():
            parts.of(kind)[name] = self.answers.get(path)
        self._add_links(parts)
        self._add_confirmations(parts)
        parts.person["flags"] = list(self.remarks.flags) or None
        settled = {*decided.values(), *self._derived_clashes()}
        return [*self._left_household(), *self._edits_of(parts, settled)]

    def _derived_clashes(self) -> Iterator[tuple[str, str]]:
        """Clashes of fields that every save works out anew: nobody has to decide them."""
        for kind, document in ((PERSON, self.dossier.person), (RECORD, self.dossier.record)):
            for name in () if document is None else document.clashes:
                if is_derived(name):
                    yield kind, name

    def _add_links(self, parts: Parts) -> None:
        definition, ids = self.opened.definition, self.ids
        parts.person["household_id"] = ids.household_id
        parts.record.update(
            person_id=ids.person_id,
            household_id=ids.household_id,
            form_id=definition.form_id,
            form_version=definition.version,
        )
        head = self.dossier.parts.household.get("head_person_id")
        path = definition.path_of_role("person.relation_to_head")
        if path is None:
            return
        if self.answers.get(path) == HEAD_OF_HOUSEHOLD:
            parts.household["head_person_id"] = ids.person_id
        elif head == ids.person_id:
            parts.household["head_person_id"] = None

    def _add_confirmations(self, parts: Parts) -> None:
        """Write the confirmations that hold; take away those whose values are gone."""
        standing = confirmed(self.remarks.findings, self.confirmations)
        wanted: dict[str, dict[str, Value]] = {PERSON: {}, RECORD: {}}
        for fingerprint, (finding, reason) in standing.items():
            kind = PERSON if finding.place.startswith(f"{PERSON}.") else RECORD
            wanted[kind][fingerprint] = {
                "code": finding.code.name,
                "path": finding.path,
                "reason": reason,
            }
        for kind, values in wanted.items():
            stored = by_prefix(self.dossier.parts.of(kind), CONFIRMED)
            for fingerprint in {*stored, *values}:
                parts.of(kind)[CONFIRMED + fingerprint] = values.get(fingerprint)

    def _left_household(self) -> list[Edit]:
        """The person moved: the household left behind loses its head."""
        left = self.dossier.left_household
        if left is None or left.fields.get("head_person_id") != self.ids.person_id:
            return []
        return [
            Edit(
                document_type=DocumentType.HOUSEHOLD,
                document_id=left.document_id,
                commune_code=left.commune_code,
                fields={"head_person_id": None},
            )
        ]

    def _edits_of(self, parts: Parts, decided: Collection[tuple[str, str]]) -> list[Edit]:
        ids, definition = self.ids, self.opened.definition
        documents: tuple[tuple[str, DocumentType, str, str], ...] = (
            (HOUSEHOLD, DocumentType.HOUSEHOLD, ids.household_id, ""),
            (PERSON, DocumentType.PERSON, ids.person_id, ""),
            (
                RECORD,
                DocumentType.RECORD,
                ids.record_id,
                f"{definition.form_id}@{definition.version}",
            ),
        )
        return [
            Edit(
                document_type=document_type,
                document_id=document_id,
                commune_code=ids.commune_code,
                fields=parts.of(kind),
                form=form,
                decided=frozenset(name for owner, name in decided if owner == kind),
                seen_version=self._seen_version(kind),
            )
            for kind, document_type, document_id, form in documents
        ]

    def _seen_version(self, kind: str) -> int | None:
        """What the officer saw of this document; not what came while the form stood open.

        Only an answer edited both here and there needs the older version, so that the server
        keeps both values; otherwise the newest one is right.
        """
        document = self.dossier.document(kind)
        if document is None:
            return None
        if self._is_edited_twice(kind):
            return self.opened.versions.get(document.document_id, document.version)
        return document.version

    def _is_edited_twice(self, kind: str) -> bool:
        stored = self.dossier.parts.of(kind)
        opened = self.opened.answers
        return any(
            place.kind == kind
            and question.path not in self.decided
            and stored.get(place.field) != opened.get(question.path)
            and self.answers.get(question.path)
            not in (opened.get(question.path), stored.get(place.field))
            for question, place in answered_questions(self.opened.definition)
        )


def is_derived(field_name: str) -> bool:
    """Is this field worked out from the answers, not given by anybody?"""
    return field_name == "flags" or field_name.startswith(CONFIRMED)


def decided_fields(
    definition: FormDefinition, paths: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Path -> (kind of document, field) of the questions whose clash was decided."""
    return {
        question.path: (place.kind, place.field)
        for question, place in answered_questions(definition)
        if question.path in paths
    }


def confirmations_after(
    opened: Mapping[str, str], given: Mapping[str, str], stored: Mapping[str, str]
) -> dict[str, str]:
    """The officer's confirmations joined with what came by sync meanwhile."""
    taken_back = {name for name in opened if not given.get(name, "").strip()}
    kept = {name: reason for name, reason in stored.items() if name not in taken_back}
    return {**kept, **given}
