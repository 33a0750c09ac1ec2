"""From the answers on the page to the edits of the person, the household and the record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace

from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.records import OpenedForm, RecordId
from desktop.services.answering import (
    ANSWERS,
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
from desktop.services.remarks import HEAD_OF_HOUSEHOLD, Remarks, confirmed
from desktop.store.documents import Edit
from desktop.store.rights import right_to_form
from forms.definition import Answers, FormDefinition
from sync.protocol.documents import SCANNED, SCANNED_FIELDS, DocumentType, is_derived
from sync.protocol.messages import Value


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
        given: the answers of the page, cleaned, by path.
        changed: what the officer changed, by document.
        answers: what is stored after the save, by path.
        confirmations: fingerprint -> reason, as they should be after the save.
        remarks: about ``answers``, so that an old page brings no old flags.
        decided: paths of clashes that the officer decided.
        has_other_head: is somebody else the head of this household?
    """

    opened: OpenedForm
    dossier: Dossier
    ids: Ids
    given: Answers
    changed: Parts
    answers: Answers
    confirmations: Mapping[str, str]
    remarks: Remarks
    decided: Collection[str] = ()
    has_other_head: bool = False

    def edits(self) -> list[Edit]:
        """What one transaction has to save."""
        derived = Parts()
        self._add_links(derived)
        self._add_confirmations(derived)
        derived.person["flags"] = list(self.remarks.flags) or None
        self._add_scans(derived)
        self._add_derived_clashes(derived)
        return [*self._left_household(), *self._edits_of(derived)]

    def _add_derived_clashes(self, derived: Parts) -> None:
        """Nobody has to decide what every save works out anew: it is decided with this save."""
        for kind in (HOUSEHOLD, PERSON, RECORD):
            document = self.dossier.document(kind)
            for name in () if document is None else filter(is_derived, document.clashes):
                assert document is not None  # noqa: S101 - for the type checker
                derived.of(kind).setdefault(name, document.fields.get(name))

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
        if self.answers.get(path) == HEAD_OF_HOUSEHOLD and self.has_other_head:
            return  # never silently: a finding says who is the head
        if self.answers.get(path) == HEAD_OF_HOUSEHOLD:
            parts.household["head_person_id"] = ids.person_id
        elif head == ids.person_id:
            parts.household["head_person_id"] = None

    def _add_confirmations(self, parts: Parts) -> None:
        """Write the confirmations that hold; take away those whose values are gone."""
        standing = confirmed(self.remarks.findings, self.confirmations)
        wanted: dict[str, dict[str, Value]] = {PERSON: {}, RECORD: {}}
        shared = by_prefix(self.dossier.parts.person, CONFIRMED)
        asked = {question.path for question in self.opened.definition.questions()}
        is_apart = right_to_form(self.opened.definition.form_id) is not None
        for fingerprint, (finding, reason) in standing.items():
            kind = PERSON if finding.place.startswith(f"{PERSON}.") else RECORD
            if kind == PERSON and is_apart:
                if fingerprint in shared:
                    continue
                kind = RECORD  # the person, whom everybody sees, tells nothing of a sensitive form
            wanted[kind][fingerprint] = {
                "code": finding.code.name,
                "path": finding.path,
                "reason": reason,
            }
        for kind, values in wanted.items():
            stored = by_prefix(self.dossier.parts.of(kind), CONFIRMED)
            if kind == PERSON:  # what was confirmed on other forms is theirs
                stored = {name: one for name, one in stored.items() if one.get("path") in asked}
                stored = {} if is_apart else stored
            for fingerprint in {*stored, *values}:
                parts.of(kind)[CONFIRMED + fingerprint] = values.get(fingerprint)

    def _add_scans(self, parts: Parts) -> None:
        """What a card said stands beside the answer it gave, and goes with it."""
        stored = self.dossier.parts.person
        for name in SCANNED_FIELDS:
            path = self.opened.definition.path_of_role(f"{PERSON}.{name}")
            if path is None:
                continue
            page, told = self.opened.scanned.get(path), stored.get(SCANNED + name)
            known = [] if page is None else [asdict(page)]
            known += [told] if isinstance(told, dict) else []
            value = self.answers.get(path)
            standing = next((one for one in known if one.get("value") == value), None)
            if standing != told:
                parts.person[SCANNED + name] = standing

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

    def _edits_of(self, derived: Parts) -> list[Edit]:
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
            edit
            for kind, document_type, document_id, form in documents
            for edit in self._edits_of_document(
                kind,
                Edit(
                    document_type=document_type,
                    document_id=document_id,
                    commune_code=ids.commune_code,
                    fields={**self.changed.of(kind), **derived.of(kind)},
                    form=form,
                    decided=self._decided_in(kind),
                ),
            )
        ]

    def _edits_of_document(self, kind: str, edit: Edit) -> list[Edit]:
        """One edit; two when the page is older than the document.

        What the officer edited goes with the version the officer saw, so that the server finds
        what came meanwhile. What is worked out goes with the newest, so that nobody has to decide
        about it. That one goes first: the receipt of the other then tells that there is more on
        the server than here.
        """
        document = self.dossier.document(kind)
        if document is None:
            return [edit]
        seen = self.opened.versions.get(document.document_id, 0)
        if seen >= document.version:
            return [edit]
        changed = self.changed.of(kind)
        derived = {name: value for name, value in edit.fields.items() if name not in changed}
        return [
            replace(edit, fields=derived, decided=edit.decided - changed.keys()),
            replace(edit, fields=changed, decided=edit.decided & changed.keys(), seen_version=seen),
        ]

    def _decided_in(self, kind: str) -> frozenset[str]:
        document = self.dossier.document(kind)
        derived = () if document is None else filter(is_derived, document.clashes)
        decided = decided_fields(self.opened.definition, self.decided).values()
        return frozenset([*derived, *(name for owner, name in decided if owner == kind)])


def changed_parts(
    opened: OpenedForm, dossier: Dossier, answers: Answers, decided: Collection[str]
) -> Parts:
    """What the officer changed since the form was opened, decisions about clashes included."""
    definition = opened.definition
    prefilled = set(opened.prefilled)
    if dossier.household is None or dossier.household.document_id != opened.household_id:
        # Another household than the page was opened with: what it lacks is taken from the page.
        prefilled |= {q.path for q, p in answered_questions(definition) if p.kind == HOUSEHOLD}
    parts = split(
        definition,
        answers=answers,
        opened=opened.answers,
        prefilled=prefilled,
        stored=dossier.parts,
    )
    for path, (kind, name) in decided_fields(definition, decided).items():
        parts.of(kind)[name] = answers.get(path)
    return parts


def decided_fields(
    definition: FormDefinition, paths: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Path -> (kind of document, field) of the questions whose clash was decided."""
    asked = {
        question.path: (place.kind, place.field)
        for question, place in answered_questions(definition)
        if question.path in paths
    }
    return asked | {path: (RECORD, ANSWERS + path) for path in paths if "[" in path}


def confirmations_after(
    opened: Mapping[str, str], given: Mapping[str, str], stored: Mapping[str, str]
) -> dict[str, str]:
    """The officer's confirmations joined with what came by sync meanwhile."""
    taken_back = {name for name in opened if not given.get(name, "").strip()}
    kept = {name: reason for name, reason in stored.items() if name not in taken_back}
    return {**kept, **given}
