"""The lists of people to be worked on: who stands in them, how many, and where work begins.

    lists = WorkLists(register=register, forms=forms, differences=differences, …)
    lists.shown()                                    # groups with their lists, as rights allow
    lists.count(WorkList.CHILD_NO_ID)
    lists.page(WorkList.CHILD_NO_ID, order=Order(), limit=100)
    lists.aim(WorkList.CHILD_NO_ID, person_id)       # the form and the question in it

What is restricted stands in lists of its own, which exist for nobody without the right.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from desktop.domain.people import PersonId
from desktop.domain.records import RecordId
from desktop.domain.worklists import (
    GROUPS,
    RESTRICTED,
    Aim,
    ListCount,
    ListGroup,
    ListLook,
    ListPage,
    Order,
    WorkList,
)
from desktop.errors import Problem, UserError
from desktop.services.differences import Differences
from desktop.services.listed_hamlets import listed_hamlets
from desktop.services.opening import reasons_of
from desktop.store import record_words
from desktop.store.documents import Document
from desktop.store.people_query import hamlets
from desktop.store.people_words import CHILD_BASICS, is_wrong
from desktop.store.records import latest_submission, record_of, records_of
from desktop.store.register import Register
from desktop.store.rights import right_to_form
from desktop.store.worklists import (
    LABOUR_FORM,
    Asked,
    ask_list,
    count_list,
    is_cut,
    list_ids,
    list_page,
    merit_candidates,
    these_persons,
)
from forms.registry import FormRegistry, UnknownFormError
from forms.vietnamese import compare_key
from sync.protocol.documents import DocumentType

_LOOK = "lists."
_LOOKS = msgspec.json.Decoder(ListLook)

_FORMS = {
    WorkList.NO_LABOUR: LABOUR_FORM,
    **dict.fromkeys(GROUPS[ListGroup.CHILDREN], record_words.CHILD_FORM),
    **dict.fromkeys(GROUPS[ListGroup.MERIT], record_words.MERIT_FORM),
    WorkList.NO_ACCOUNT: record_words.ACCOUNT_FORM,
}
_ANSWER = "answers."


class WorkLists:
    """The lists of one register, as one user sees them. Any thread may call."""

    def __init__(
        self,
        *,
        register: Register,
        forms: FormRegistry,
        differences: Differences,
        user_name: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._forms = forms
        self._differences = differences
        self._user_name = user_name
        self._clock = clock

    def shown(self) -> tuple[tuple[ListGroup, tuple[WorkList, ...]], ...]:
        """Every group with its lists, in order; none of what is restricted without a right."""
        has_right = self._has_right()
        return tuple(
            (group, lists)
            for group, lists in GROUPS.items()
            if has_right or group is not ListGroup.RESTRICTED
        )

    def count(self, worklist: WorkList) -> ListCount:
        """How many people stand in the list."""
        asked = self._asked(worklist)
        total = count_list(self._register, asked)
        return ListCount(total, is_whole=not is_cut(self._register, asked))

    def page(self, worklist: WorkList, *, order: Order, limit: int, after: str = "") -> ListPage:
        """The people of a list, from where another page ended."""
        asked = self._asked(worklist)
        found = list_page(self._register, asked, order=order, limit=limit, after=after)
        return ListPage(worklist, order, found)

    def ids(self, worklist: WorkList) -> list[PersonId]:
        """Everybody of the list."""
        return list_ids(self._register, self._asked(worklist))

    def aim(self, worklist: WorkList, person_id: PersonId) -> Aim:
        """Where work on this person of the list begins."""
        if worklist is WorkList.RETURNED or worklist in RESTRICTED:
            return self._aim_at_record(worklist, person_id)
        form_id = _FORMS.get(worklist, "")
        return Aim(form_id, self._path(worklist, form_id, person_id))

    def hamlets(self) -> list[str]:
        """The hamlets that the province lists here, and others that households live in.

        A household's other spelling of a listed one is not offered beside it.
        """
        listed = listed_hamlets(self._register, self._clock().date())
        known = {compare_key(name) for name in listed}
        with self._register.reading() as connection:
            others = [name for name in hamlets(connection) if compare_key(name) not in known]
        return sorted({*listed, *others})

    def ethnic_groups(self) -> list[tuple[str, str]]:
        """Code and name of each, as the usual form has them."""
        form = self._forms.in_force(LABOUR_FORM, self._clock().date())
        path = form.definition.path_of_role("person.ethnicity")
        found = (one for one in form.definition.questions() if one.path == path)
        name = next(found).list_name or ""
        return [(one.code, one.label_vi) for one in form.definition.choices[name]]

    # how the user wants it to look

    def look(self, worklist: WorkList) -> ListLook:
        """As this user left the list."""
        kept = self._register.meta(self._key(worklist))
        try:
            return ListLook() if kept is None else _LOOKS.decode(kept)
        except msgspec.ValidationError:  # kept by a newer program
            return ListLook()

    def keep_look(self, worklist: WorkList, look: ListLook) -> None:
        """For the next time."""
        self._register.set_meta({self._key(worklist): msgspec.json.encode(look).decode()})

    def _key(self, worklist: WorkList) -> str:
        return f"{_LOOK}{worklist.value}.{self._user_name}"

    # who stands in it

    def _asked(self, worklist: WorkList) -> Asked:
        if worklist is WorkList.MERIT_DIFFERS:
            candidates = merit_candidates(self._register)
            return these_persons(one for one in candidates if self._differences.open_fields(one))
        if worklist in RESTRICTED:
            found = self._restricted_records(worklist)
            return these_persons(dict.fromkeys(_person_of(one) for one in found))
        return ask_list(worklist, today=self._clock().date())

    def _has_right(self) -> bool:
        with self._register.restricted() as view:
            return bool(view.rights)

    def _restricted_records(self, worklist: WorkList) -> list[Document]:
        """Records or submissions that the user may see. Raises ``NOT_PERMITTED``."""
        with self._register.restricted() as view:
            if not view.rights:
                raise UserError(Problem.NOT_PERMITTED)
            is_returned = worklist is WorkList.RESTRICTED_RETURNED
            ids = view.returned_submissions() if is_returned else view.all_ids()
        documents = self._register.documents(ids)
        if worklist is WorkList.RESTRICTED_RETURNED:
            return documents
        handed_in = {
            one.fields.get("record_id")
            for one in documents
            if one.document_type is DocumentType.SUBMISSION
        }
        return [
            one
            for one in documents
            if one.document_type is DocumentType.RECORD
            and not one.fate
            and one.document_id not in handed_in
        ]

    # where work begins

    def _aim_at_record(self, worklist: WorkList, person_id: PersonId) -> Aim:
        if worklist is WorkList.RESTRICTED_DRAFTS:
            found = self._restricted_records(worklist)
            own = (one for one in found if _person_of(one) == person_id)
            return next((Aim(_form_of(one)) for one in own), Aim())
        is_restricted = worklist is WorkList.RESTRICTED_RETURNED
        for record in records_of(self._register, person_id):
            if (right_to_form(_form_of(record)) is not None) is not is_restricted:
                continue
            last = latest_submission(self._register, RecordId(record.document_id))
            if last is not None and last.fields.get("review") == "returned":
                return Aim(_form_of(record), next(iter(sorted(reasons_of(last))), ""))
        return Aim()

    def _path(self, worklist: WorkList, form_id: str, person_id: PersonId) -> str:
        if worklist in (WorkList.CHILD_NO_ID, WorkList.CHILD_WRONG_ID, WorkList.MERIT_NOT_FOUND):
            return self._path_of(form_id, "id_number")
        if worklist is WorkList.CHILD_NO_CARD:
            return record_words.CARD_NUMBER.removeprefix(_ANSWER)
        if worklist is WorkList.CHILD_WRONG_CARD:
            record = record_of(self._register, person_id, form_id=form_id)
            card = None if record is None else record.fields.get(record_words.CARD_NUMBER)
            is_card = is_wrong(card, digits=12)
            wrong = record_words.CARD_NUMBER.removeprefix(_ANSWER)
            return wrong if is_card else self._path_of(form_id, "old_id_number")
        if worklist is WorkList.CHILD_BASICS:
            return self._lacking(form_id, person_id)
        if worklist is WorkList.CHILD_NEWBORN:
            return record_words.SOFTWARE_CODE.removeprefix(_ANSWER)
        if worklist is WorkList.MERIT_DIFFERS:
            fields = self._differences.open_fields(person_id)
            return self._path_of(form_id, fields[0]) if fields else ""
        return ""

    def _lacking(self, form_id: str, person_id: PersonId) -> str:
        """The first basic field of a child that is empty; then the parents."""
        person = self._register.document(person_id)
        fields = {} if person is None else person.fields
        empty = [name for name in CHILD_BASICS if not fields.get(name)]
        if empty:
            return self._path_of(form_id, empty[0])
        return record_words.PARENT_NAMES[0].removeprefix(_ANSWER)

    def _path_of(self, form_id: str, field: str) -> str:
        try:
            form = self._forms.in_force(form_id, self._clock().date())
        except UnknownFormError:
            return ""
        return form.definition.path_of_role(f"person.{field}") or ""


def _person_of(document: Document) -> PersonId:
    return PersonId(str(document.fields.get("person_id") or ""))


def _form_of(record: Document) -> str:
    return str(record.fields.get("form_id") or "")
