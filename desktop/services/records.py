"""Filling, saving and handing in the form of one person.

Validation is as of the day of collection when the form has it, else of today; never of a day to
come, so that a wrong day of collection is found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from desktop.domain.drafts import DraftMark
from desktop.domain.ledger import Action
from desktop.domain.people import HouseholdId, PersonId, PersonRow
from desktop.domain.preloading import PreloadedHousehold
from desktop.domain.records import (
    CheckId,
    NotReady,
    OpenedForm,
    RecordId,
    SavedForm,
    SubmissionId,
    Submitted,
)
from desktop.domain.reviews import Review
from desktop.errors import Problem, UserError
from desktop.services import preloading
from desktop.services.answering import (
    PERSON,
    cleaned,
    differing,
    joined,
    overlaid,
    refuse_too_long,
    snapshot,
)
from desktop.services.drafting import (
    Draft,
    Ids,
    changed_parts,
    confirmations_after,
)
from desktop.services.form_texts import text_of
from desktop.services.handing_in import (
    check_edit,
    same_content,
    submission_edit,
    submission_fields,
    told_of_check,
    was_asked,
)
from desktop.services.home import home_of
from desktop.services.opening import Dossier, competing_values, opened_form, review_of
from desktop.services.permissions import require_form
from desktop.services.remarks import (
    HEAD_OF_HOUSEHOLD,
    Remarks,
    blocking,
    confirmed,
    remarks_about,
)
from desktop.services.three_values import entered_by_csdlqg, merit_forms
from desktop.store import restricted_ledger
from desktop.store.checks import latest_check, made_at_ms
from desktop.store.documents import Document, Edit
from desktop.store.drafts import end_draft
from desktop.store.driver import Driver
from desktop.store.fates import survivor_of
from desktop.store.held import Held, held_values
from desktop.store.households import household_with_code
from desktop.store.people import person_with_number
from desktop.store.records import latest_submission, record_of
from desktop.store.register import Register
from desktop.store.rights import right_to_form
from forms.comparison.outcomes import COMPARED_FIELDS
from forms.definition import Answer, Answers, FormDefinition
from forms.findings import Code
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables, flag_codes
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling
from forms.vietnamese import clean
from sync.protocol.documents import CHECKED_FIELDS, DocumentType
from sync.protocol.ids import new_id, record_id_of
from sync.protocol.messages import Value

WORKER_FORM = "tt11_2022_m03"


class Records:
    """The officer's work on one register; any thread may call."""

    def __init__(
        self,
        *,
        register: Register,
        forms: FormRegistry,
        tables: IdentityTables,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._forms = forms
        self._tables = tables
        self._author = author
        self._clock = clock

    # filling

    def open(
        self,
        person_id: PersonId | None,
        *,
        form_id: str = WORKER_FORM,
        form_version: str = "",
    ) -> OpenedForm:
        """The form of a person, or an empty one for somebody new (``None``).

        A record opens under the text it was begun with; where there is none yet, under
        ``form_version`` or else the text in force. What is known of the person, the
        household and the commune is filled in; it is stored with the first save. Raises ``GONE``
        when the person is no longer here, ``FORM_NEWER`` when this program does not have the text,
        ``NOT_PERMITTED`` for a sensitive form without the right to it, begun or not.
        """
        require_form(self._register, form_id)
        dossier = self._dossier(person_id, form_id=form_id)
        form = self._form_of(dossier.record, form_id, form_version)
        if person_id is not None:
            self._note_restricted_view(person_id, form_id)
        return opened_form(
            form.definition,
            dossier,
            answers=self._prefilled(form, dossier),
            held=self._held(dossier),
        )

    def _held(self, dossier: Dossier) -> Held:
        documents = (dossier.person, dossier.household, dossier.record)
        ids = [document.document_id for document in documents if document is not None]
        return held_values(self._register, ids)

    def _prefilled(self, form: CompiledForm, dossier: Dossier) -> dict[str, Answer]:
        """The stored answers; a form not begun yet gets the commune's names and its defaults."""
        answers = joined(form.definition, dossier.parts)
        if dossier.record is not None:
            return answers
        for role, name in self._names_of_home(dossier).items():
            path = form.definition.path_of_role(role)
            if path is not None:
                answers.setdefault(path, name)
        filling = Filling(form, on=self._clock().date(), tables=self._tables, answers=answers)
        return filling.kept()

    def _names_of_home(self, dossier: Dossier) -> dict[str, str]:
        """Names at the head of the paper, for people of the register's own commune."""
        home = home_of(self._register)
        if home is None or self._commune_of(dossier) != home.commune_code:
            return {}
        return {
            "household.province": home.province_name,
            "household.commune": home.commune_name,
        }

    def save(
        self,
        opened: OpenedForm,
        *,
        answers: Answers,
        confirmations: Mapping[str, str],
        decided: Collection[str] = (),
        mark: DraftMark | None = None,
    ) -> SavedForm:
        """Keep the answers, finished or not, in one transaction.

        ``confirmations`` are all that the page holds (fingerprint -> reason); those whose values
        are gone are removed. ``decided`` are paths of clashes for which the officer chose the
        value in ``answers``; ``mark`` is the draft that this save ends, and the
        id of somebody new. Go on with
        ``SavedForm.opened`` or, when the page has taken over what came, with ``SavedForm.stored``.
        Raises ``NOT_ENROLLED`` when the register does not know its commune, ``GONE`` when the
        person is no longer here, ``ANSWER_TOO_LONG`` for what the server would refuse.
        """
        return self._saved(self._save(opened, answers, confirmations, decided, mark))

    def _saved(self, draft: Draft) -> SavedForm:
        ids, definition = draft.ids, draft.opened.definition
        dossier = self._dossier(ids.person_id, form_id=definition.form_id)
        stored = opened_form(definition, dossier, held=self._held(dossier))
        came = differing(definition, draft.given, stored.answers)
        unseen = {**dict.fromkeys(stored.versions, 0), **draft.opened.versions}
        return SavedForm(
            person_id=ids.person_id,
            household_id=ids.household_id,
            record_id=ids.record_id,
            opened=replace(stored, answers=draft.given, versions=unseen) if came else stored,
            stored=stored,
            came=came,
            findings=draft.remarks.findings,
        )

    def _save(
        self,
        opened: OpenedForm,
        raw_answers: Answers,
        confirmations: Mapping[str, str],
        decided: Collection[str],
        mark: DraftMark | None,
    ) -> Draft:
        draft = self._draft(opened, raw_answers, confirmations, decided, mark)

        def _end(driver: Driver) -> None:
            if mark is not None:
                end_draft(driver, mark)

        self._write(draft.edits(), action=Action.RECORD_SAVE, also=_end)
        return draft

    def _draft(
        self,
        opened: OpenedForm,
        raw_answers: Answers,
        confirmations: Mapping[str, str],
        decided: Collection[str],
        mark: DraftMark | None,
    ) -> Draft:
        definition = opened.definition
        require_form(self._register, definition.form_id)
        given = cleaned(definition, raw_answers)
        reasons = {name: clean(reason) for name, reason in confirmations.items()}
        refuse_too_long(definition, given, reasons)
        known = opened.person_id or self._begun(mark)
        dossier = self._dossier(known, form_id=definition.form_id)
        commune_code = self._commune_of(dossier)
        dossier = self._housed(dossier, definition, given, commune_code)
        begun = None if mark is None else mark.draft_id
        person_id = PersonId(_id_of(dossier.person) or begun or self._new_id())
        decided = {*decided, *self._not_asked_any_more(definition, dossier, given)}
        changed = changed_parts(opened, dossier, given, decided)
        answers = joined(definition, overlaid(dossier.parts, changed))
        other_head = self._other_head(dossier, person_id)
        return Draft(
            opened=opened,
            dossier=dossier,
            ids=Ids(
                person_id=person_id,
                household_id=HouseholdId(_id_of(dossier.household) or self._new_id()),
                record_id=RecordId(
                    _id_of(dossier.record) or self._record_id(person_id, definition.form_id)
                ),
                commune_code=commune_code,
            ),
            given=given,
            changed=changed,
            answers=answers,
            confirmations=confirmations_after(opened.confirmations, reasons, dossier.confirmations),
            remarks=self._remarks(
                definition, answers, person_id, overlaid(dossier.parts, changed).person
            ).with_head(definition, answers, other_head),
            decided=decided,
            has_other_head=other_head is not None,
        )

    def _record_id(self, person_id: PersonId, form_id: str) -> str:
        """The same on every device; another one where the first record was deleted or moved."""
        usual = record_id_of(person_id, form_id)
        return usual if self._register.document(usual) is None else self._new_id()

    def _begun(self, mark: DraftMark | None) -> PersonId | None:
        """Somebody new bears the draft's id: a save whose answer was lost makes nobody twice."""
        made = None if mark is None else self._register.document(mark.draft_id)
        return None if made is None else PersonId(made.document_id)

    def _other_head(self, dossier: Dossier, person_id: PersonId) -> str | None:
        """The name of who is the head of the household, should it be somebody else."""
        household = dossier.household
        head_id = None if household is None else household.fields.get("head_person_id")
        head = self._register.document(head_id) if head_id and head_id != person_id else None
        if household is None or head is None or head.fate:
            return None
        is_head = (head.fields.get("household_id"), head.fields.get("relation_to_head")) == (
            household.document_id,
            HEAD_OF_HOUSEHOLD,
        )
        return str(head.fields.get("full_name") or "") if is_head else None

    def _not_asked_any_more(
        self, definition: FormDefinition, dossier: Dossier, answers: Answers
    ) -> list[str]:
        """Paths of clashes at questions that are not asked: nobody could decide them there."""
        clashing = competing_values(definition, dossier)
        if not clashing:
            return []
        form = self._forms.get(definition.form_id, definition.version)
        filling = Filling(form, on=self._clock().date(), tables=self._tables, answers=answers)
        return [path for path in clashing if not _is_asked(filling, path)]

    def _housed(
        self, dossier: Dossier, definition: FormDefinition, answers: Answers, commune_code: str
    ) -> Dossier:
        """The dossier with the household the answers name, should it exist."""
        code = str(answers.get(definition.path_of_role("household.code") or "") or "")
        hamlet = str(answers.get(definition.path_of_role("household.hamlet") or "") or "")
        current = dossier.household
        if not code or (current is not None and current.fields.get("code") == code):
            return dossier
        found = household_with_code(
            self._register, commune_code=commune_code, code=code, hamlet=hamlet
        )
        if found is None:
            return dossier
        return replace(dossier, household=self._register.document(found), left_household=current)

    # handing in

    def submit(
        self,
        opened: OpenedForm,
        *,
        answers: Answers,
        confirmations: Mapping[str, str],
        decided: Collection[str] = (),
        mark: DraftMark | None = None,
    ) -> Submitted | NotReady:
        """Save, and hand the record in when nothing stands against it.

        With the submission, the police are asked about a flagged identity that they were not
        asked about yet. Handing in again what waits or was accepted, unchanged, does nothing.
        What came from another device is never handed in before the officer has seen it.
        """
        draft = self._save(opened, answers, confirmations, decided, mark)
        findings = blocking(draft.remarks.findings, draft.confirmations)
        saved = self._saved(draft)
        if findings or saved.came:
            return NotReady(findings=findings, saved=saved)
        submission_id, is_asked = self._hand_in(draft)
        return Submitted(submission_id, sent_to_police=is_asked, saved=self._saved(draft))

    def _hand_in(self, draft: Draft) -> tuple[SubmissionId, bool]:
        """The submission, and whether the police are asked with it."""
        definition, ids = draft.opened.definition, draft.ids
        person = self._person(ids.person_id)
        fields = submission_fields(
            definition,
            draft.answers,
            record_id=ids.record_id,
            person_id=ids.person_id,
            confirmed=confirmed(draft.remarks.findings, draft.confirmations),
            person=person.fields,
        )
        latest = latest_submission(self._register, ids.record_id)
        if latest is not None and _is_in_hand(latest) and same_content(latest, fields):
            return SubmissionId(latest.document_id), False
        asks = self._asks_police(person, draft.remarks.flags)
        submission = submission_edit(
            SubmissionId(self._new_id(after=latest)),
            person.commune_code,
            fields,
            round_number=1 if latest is None else int(latest.fields.get("round") or 0) + 1,
            submitted_by=self._author,
            told=self._told(ids.person_id, asks),
        )
        if right_to_form(definition.form_id) is None:
            self._write([submission, *asks], action=Action.RECORD_SUBMIT)
        else:  # the police are asked about a person, not about what was handed in
            self._write([submission], action=Action.RECORD_SUBMIT)
            self._write(asks, action=Action.CHECK_ASK)
        return SubmissionId(submission.document_id), bool(asks)

    def _told(self, person_id: PersonId, asks: Sequence[Edit]) -> dict[str, Value]:
        """How the person is checked: what is asked with this submission, else the last check."""
        if asks:
            return told_of_check(asks[0].document_id, asks[0].fields)
        last = latest_check(self._register, person_id)
        return {} if last is None else told_of_check(last.document_id, last.fields)

    def _asks_police(self, person: Document, flags: tuple[str, ...]) -> list[Edit]:
        last = latest_check(self._register, PersonId(person.document_id))
        if not flags or was_asked(last, snapshot(person.fields)):
            return []
        return [self._check_edit(person, flags, last)]

    def _check_edit(
        self,
        person: Document,
        flags: Sequence[str],
        last: Document | None,
        list_name: str = "",
    ) -> Edit:
        return check_edit(
            CheckId(self._new_id(after=last)),
            person,
            fields=person.fields,
            flags=flags,
            asked_by=self._author,
            list_name=list_name,
        )

    def send_to_police(self, person_id: PersonId, *, list_name: str = "") -> CheckId:
        """Ask the commune police about a person, whether or not the record is complete.

        Who is sent under the same ``list_name`` stands in one list at their desk. An identity that
        waits there unchanged is not sent twice. Raises ``GONE``.
        """
        person = self._person(person_id)
        last = latest_check(self._register, person_id)
        is_waiting = last is not None and last.fields.get("answer") is None
        if last is not None and is_waiting and was_asked(last, snapshot(person.fields)):
            return CheckId(last.document_id)
        flags = self._flags(person_id, person.fields)
        edit = self._check_edit(person, flags, last, clean(list_name))
        self._write([self._person_edit(person, {}, flags), edit], action=Action.CHECK_ASK)
        return CheckId(edit.document_id)

    def decide(self, document: Document, field: str, value: Value) -> None:
        """Keep this value of a field that clashes; what the officer saw is ``document``.

        It is a change even when the value is the one already shown, so that the clash is settled
        for everybody. The flags of a person follow.
        """
        edit = Edit(
            document_type=document.document_type,
            document_id=document.document_id,
            commune_code=document.commune_code,
            fields={field: value},
            form=_form_named(document),
            decided=frozenset({field}),
            seen_version=document.version,
        )
        if document.document_type is DocumentType.PERSON:
            fields = {**document.fields, field: value}
            flags = self._flags(PersonId(document.document_id), fields)
            settled = {name for name in ("flags",) if name in document.clashes}
            edit = replace(
                edit,
                fields={**edit.fields, "flags": list(flags) or None},
                decided=edit.decided | settled,
            )
        self._write([edit], action=Action.CLASH_DECIDE)

    def adopt_csdlqg(self, person_id: PersonId, field: str) -> None:
        """Take over what the police read in the CSDLQG (Kế hoạch 251: entry follows it).

        Raises ``GONE`` when there is no difference left on this person field.
        """
        dossier = self._dossier(person_id, form_id=WORKER_FORM)
        value = dossier.csdlqg.get(field)
        if dossier.person is None or value is None:
            raise UserError(Problem.GONE)
        fields: dict[str, Value] = {field: value}
        if field in COMPARED_FIELDS and self._is_of_merit(person_id):
            # Of people of merit the difference stays open, with what their file says.
            fields |= entered_by_csdlqg(dossier.person.fields, field, value)
        self.set_person(dossier.person, fields, action=Action.PERSON_ADOPT)

    def set_person(self, person: Document, fields: Mapping[str, Value], *, action: Action) -> None:
        """Set fields of a person; the flags follow, and clashes on these fields are settled."""
        flags = self._flags(PersonId(person.document_id), {**person.fields, **fields})
        edit = self._person_edit(person, fields, flags)
        decided = frozenset({*fields, "flags"} & person.clashes.keys())
        self._write([replace(edit, decided=decided)], action=action)

    def _is_of_merit(self, person_id: PersonId) -> bool:
        forms = merit_forms(self._forms)
        return any(record_of(self._register, person_id, form_id=one) for one in forms)

    def _flags(self, person_id: PersonId, fields: Mapping[str, Value]) -> list[str]:
        """What the identity as it stands is flagged for, whatever a page or a merge made of it."""
        flags = flag_codes(fields, on=self._clock().date(), tables=self._tables)
        if self.persons_with_number(str(fields.get("id_number") or ""), other_than=person_id):
            flags = sorted({*flags, Code.ID_013.name})
        return flags

    def _person_edit(
        self, person: Document, fields: Mapping[str, Value], flags: Sequence[str]
    ) -> Edit:
        return Edit(
            document_type=DocumentType.PERSON,
            document_id=person.document_id,
            commune_code=person.commune_code,
            fields={**fields, "flags": list(flags) or None},
        )

    # the register

    def persons_with_number(self, number: str, *, other_than: PersonId | None) -> list[PersonRow]:
        """Who else has (or had) this number."""
        return person_with_number(self._register, number, other_than=other_than)

    def preload(
        self,
        households: Iterable[PreloadedHousehold],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> int:
        """Load a list of households; see ``desktop.services.preloading``."""
        return preloading.preload(
            self._register,
            households,
            tables=self._tables,
            author=self._author,
            at=self._clock(),
            on_progress=on_progress,
        )

    def _dossier(self, person_id: PersonId | None, *, form_id: str) -> Dossier:
        if person_id is None:
            return Dossier()
        person = self._person(person_id)
        person_id = PersonId(person.document_id)
        household_id = person.fields.get("household_id")
        household = self._register.document(household_id) if household_id else None
        record = record_of(self._register, person_id, form_id=form_id)
        return Dossier(
            person=person,
            household=None if household is None or household.fate else household,
            record=record,
            submission=(
                latest_submission(self._register, RecordId(record.document_id)) if record else None
            ),
            last_check=latest_check(self._register, person_id),
        )

    def _person(self, person_id: PersonId) -> Document:
        """The person, or who stands for one that was merged; ``GONE`` for who left the lists."""
        person = self._register.document(survivor_of(self._register, person_id))
        if person is None or person.document_type is not DocumentType.PERSON or person.fate:
            raise UserError(Problem.GONE)
        return person

    def _form_of(self, record: Document | None, form_id: str, form_version: str) -> CompiledForm:
        if record is None and form_version:
            return text_of(self._forms, form_id, form_version)
        if record is None:
            return self._forms.in_force(form_id, self._clock().date())
        return text_of(self._forms, form_id, str(record.fields.get("form_version") or ""))

    def _remarks(
        self,
        definition: FormDefinition,
        answers: Answers,
        person_id: PersonId,
        person: Mapping[str, Value],
    ) -> Remarks:
        """Every remark; ``person`` are the person's fields as they will be.

        A form that asks for less than the whole identity flags the person as it is stored: the
        flags tell nothing about which form was filled.
        """
        path = definition.path_of_role("person.id_number")
        number = "" if path is None else str(answers.get(path) or "")
        remarks = remarks_about(
            self._forms.get(definition.form_id, definition.version),
            answers,
            others=self.persons_with_number(number, other_than=person_id),
            today=self._clock().date(),
            tables=self._tables,
        )
        if all(definition.path_of_role(f"{PERSON}.{name}") for name in CHECKED_FIELDS):
            return remarks
        return replace(remarks, flags=tuple(self._flags(person_id, person)))

    def _commune_of(self, dossier: Dossier) -> str:
        if dossier.person is not None:
            return dossier.person.commune_code
        home = home_of(self._register)
        if home is None:
            raise UserError(Problem.NOT_ENROLLED)
        return home.commune_code

    def _note_restricted_view(self, person_id: PersonId, form_id: str) -> None:
        """That a person's form was opened is told by who shows it; this line is for few."""
        right = right_to_form(form_id)
        if right is not None:
            restricted_ledger.note(
                self._register,
                right=right,
                at=self._clock(),
                by=self._author,
                action=Action.RECORD_VIEW,
                objects=[(DocumentType.PERSON.value, person_id)],
            )

    def _new_id(self, *, after: Document | None = None) -> str:
        """A new id that sorts after that of ``after``, even if another PC's clock was fast."""
        unix_ms = int(self._clock().timestamp() * 1000)
        if after is not None:
            unix_ms = max(unix_ms, made_at_ms(after.document_id) + 1)
        return str(new_id(unix_ms=unix_ms))

    def _write(
        self, edits: list[Edit], *, action: str, also: Callable[[Driver], None] | None = None
    ) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action, also=also)


def _form_named(document: Document) -> str:
    """``form_id@version`` of a record; "" for what belongs to no form."""
    form_id, version = document.fields.get("form_id"), document.fields.get("form_version")
    return f"{form_id}@{version}" if form_id and version else ""


def _is_asked(filling: Filling, path: str) -> bool:
    try:
        return filling.is_relevant(path)
    except KeyError:  # an instance of a repeat that was taken away
        return False


def _id_of(document: Document | None) -> str | None:
    return None if document is None else document.document_id


def _is_in_hand(submission: Document) -> bool:
    """Does the collecting office have it, waiting or accepted?"""
    return review_of(submission) is not Review.RETURNED
