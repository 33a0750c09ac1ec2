"""The police desk: identities to look up in the CSDLQG về dân cư, and what was found there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from desktop.domain.checks import (
    COMPARED_FIELDS,
    CheckAnswer,
    CheckCase,
    CheckList,
    TypedAnswer,
    is_difference,
)
from desktop.domain.ledger import Action
from desktop.domain.records import CheckId
from desktop.errors import Problem, UserError
from desktop.services.answering import ASSIGNED, DIFFERS, LONGEST_TEXT
from desktop.services.check_book import CheckBook
from desktop.services.comparing import compare_typed
from desktop.store.checks import case_of, check_case
from desktop.store.documents import Edit
from desktop.store.register import Register
from forms.comparison.outcomes import FieldComparison, Outcome
from forms.findings import Finding
from forms.rules.identity import ID_NUMBER, IdentityTables, clean_number, identity_findings
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType

#: So many persons are shown of a list; whoever looks them up works through them from the top.
MOST_SHOWN = 300
#: Nobody has a number that is still being typed.
_WHOLE_NUMBER = 12


class Checks:
    """The checks of one register."""

    def __init__(
        self,
        *,
        register: Register,
        author: str,
        clock: Callable[[], datetime],
        tables: IdentityTables | None = None,
    ) -> None:
        self._register = register
        self._author = author
        self._clock = clock
        self._book = CheckBook(register=register)
        self._tables = tables or IdentityTables.load(training=False)

    def queue(
        self, *, answered: bool = False, list_key: str = "", limit: int = MOST_SHOWN
    ) -> list[CheckCase]:
        """Who waits for an answer, oldest first; or who was answered, newest first.

        ``list_key`` leaves only one list, a ``limit`` below nothing all of it. Somebody who was
        asked about anew waits once, with the identity that was sent last.
        """
        ids = self._book.queue(answered=answered, list_key=list_key, limit=limit)
        return [case_of(document) for document in self._register.documents(ids)]

    def case(self, check_id: CheckId) -> CheckCase | None:
        """One case; ``None`` when it is not here."""
        return check_case(self._register, check_id)

    def lists(self) -> list[CheckList]:
        """What communes sent together, those with open cases first, newest first."""
        return self._book.lists()

    def judge(
        self, check_id: CheckId, *, differs: Mapping[str, str], number: str = ""
    ) -> TypedAnswer:
        """What is typed so far, compared with what was sent. Raises ``GONE``."""
        case = self._case(check_id)
        return self._judged(case, differs, clean_number(number))

    def answer(
        self,
        check_id: CheckId,
        answer: CheckAnswer,
        *,
        differs: Mapping[str, str] | None = None,
        note: str = "",
        number: str = "",
        change: bool = False,
    ) -> None:
        """Answer a check.

        ``differs`` are the values of the CSDLQG for the compared fields that differ from what was
        sent; at least one must be more than another spelling when the answer says so
        (``REASON_MISSING``). ``number`` is the personal ID number that the police give to somebody
        who has none (``NUMBER_WRONG``, ``NUMBER_TAKEN``). An answered check is only answered anew
        with ``change`` (``ALREADY_ANSWERED``) or where another device answered otherwise, which is
        decided with it. Raises ``GONE`` when it is not here, ``ANSWER_TOO_LONG`` for what the
        server would not take.
        """
        case = self._case(check_id)
        if case.answer is not None and not change and not case.competing:
            raise UserError(Problem.ALREADY_ANSWERED)
        found = self._kept(case, answer, differs or {})
        edit = Edit(
            document_type=DocumentType.CHECK,
            document_id=check_id,
            commune_code=case.commune_code,
            fields={
                "answer": answer.value,
                "note": clean(note) or None,
                ASSIGNED + ID_NUMBER: self._number(case, answer, clean_number(number)),
                **{DIFFERS + name: found.get(name) for name in COMPARED_FIELDS},
            },
            decided=frozenset(case.competing),
        )
        if any(len(str(value)) > LONGEST_TEXT for value in edit.fields.values()):
            raise UserError(Problem.ANSWER_TOO_LONG)
        self._register.save(
            [edit], author=self._author, at=self._clock(), action=Action.CHECK_ANSWER
        )

    def _case(self, check_id: CheckId) -> CheckCase:
        case = check_case(self._register, check_id)
        if case is None:
            raise UserError(Problem.GONE)
        return case

    def _kept(
        self, case: CheckCase, answer: CheckAnswer, differs: Mapping[str, str]
    ) -> dict[str, str]:
        """The values of the CSDLQG that go with the answer."""
        if answer is not CheckAnswer.DIFFERS:
            return {}
        fields = compare_typed(case.identity, differs)
        if not any(map(is_difference, fields.values())):
            raise UserError(Problem.REASON_MISSING)
        return {name: clean(differs[name]) for name, one in fields.items() if _is_other(one)}

    def _number(self, case: CheckCase, answer: CheckAnswer, number: str) -> str | None:
        if not number or answer is CheckAnswer.NOT_FOUND:
            return None
        judged = self._judged(case, {}, number)
        if judged.is_number_taken:
            raise UserError(Problem.NUMBER_TAKEN)
        if judged.is_number_wrong:
            raise UserError(Problem.NUMBER_WRONG)
        return number

    def _judged(self, case: CheckCase, differs: Mapping[str, str], number: str) -> TypedAnswer:
        return TypedAnswer(
            fields=compare_typed(case.identity, differs),
            number=self._remarks(case, differs, number) if number else (),
            is_number_taken=len(number) == _WHOLE_NUMBER
            and self._book.has_number(number, other_than=case.check_id),
        )

    def _remarks(
        self, case: CheckCase, differs: Mapping[str, str], number: str
    ) -> tuple[Finding, ...]:
        """Does the number fit the person as the CSDLQG has it?"""
        found = {name: value for name, value in differs.items() if clean(value)}
        identity = {**case.identity, **found, ID_NUMBER: number}
        findings = identity_findings(
            identity, on=self._clock().date(), tables=self._tables, paths={ID_NUMBER: ""}
        )
        return tuple(findings)


def _is_other(comparison: FieldComparison) -> bool:
    return comparison.outcome is not Outcome.SAME
