"""The police desk: identities to look up in the CSDLQG về dân cư, and the three answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from desktop.domain.checks import COMPARED_FIELDS, CheckAnswer, CheckCase
from desktop.domain.ledger import Action
from desktop.domain.records import CheckId
from desktop.errors import Problem, UserError
from desktop.services.answering import DIFFERS
from desktop.store.checks import check_case, check_queue
from desktop.store.documents import Edit
from desktop.store.register import Register
from forms.vietnamese import clean, compare_key
from sync.protocol.documents import DocumentType


class Checks:
    """The checks of one register."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def queue(self, *, answered: bool = False) -> list[CheckCase]:
        """Who waits for an answer, oldest first; or who was answered, newest first."""
        return check_queue(self._register, answered=answered)

    def answer(
        self,
        check_id: CheckId,
        answer: CheckAnswer,
        *,
        differs: Mapping[str, str] | None = None,
        note: str = "",
        change: bool = False,
    ) -> None:
        """Answer a check.

        ``differs`` are the values of the CSDLQG for the compared fields that differ from what was
        sent; at least one when the answer says so (``REASON_MISSING``). An answered check is only
        answered anew with ``change`` (``ALREADY_ANSWERED``) or where another device answered
        otherwise, which is decided with it. Raises ``GONE`` when it is not here.
        """
        case = check_case(self._register, check_id)
        if case is None:
            raise UserError(Problem.GONE)
        if case.answer is not None and not change and not case.competing:
            raise UserError(Problem.ALREADY_ANSWERED)
        found = _real_differences(case, differs or {})
        if answer is not CheckAnswer.DIFFERS:
            found = {}
        elif not found:
            raise UserError(Problem.REASON_MISSING)
        edit = Edit(
            document_type=DocumentType.CHECK,
            document_id=check_id,
            commune_code=case.commune_code,
            fields={
                "answer": answer.value,
                "note": clean(note),
                **{DIFFERS + name: found.get(name) for name in COMPARED_FIELDS},
            },
            decided=frozenset(case.competing),
        )
        self._register.save(
            [edit], author=self._author, at=self._clock(), action=Action.CHECK_ANSWER
        )


def _real_differences(case: CheckCase, differs: Mapping[str, str]) -> dict[str, str]:
    """The compared fields whose value is there and is another one than was sent.

    Case, spaces and where the tone mark sits make no difference (hòa, hoà).
    """
    values = {name: clean(differs.get(name, "")) for name in COMPARED_FIELDS}
    return {
        name: value
        for name, value in values.items()
        if value and compare_key(value) != compare_key(case.identity.get(name, ""))
    }
