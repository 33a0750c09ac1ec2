"""What the police answered after a record was handed in is passed on with the record.

The collecting office receives no check: only what its officer tells of one, for records that were
handed in. Telling the same twice is the same edit, so two PCs of a commune may both tell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.services.handing_in import told_of_check
from desktop.store.documents import Document, Edit
from desktop.store.register import Register
from desktop.store.telling import refused_tellings, untold_answers
from sync.protocol.documents import DocumentType

#: In one transaction; a district's worth of answers must not hold up a save.
_AT_ONCE = 200


class CheckTeller:
    """Passes answers on, in the register of a commune."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def tell(self) -> int:
        """Pass on what is not told yet; gives how many records were told.

        What the server refused once is not told again: the officer has it before him.
        """
        pairs = untold_answers(self._register)
        return sum(
            self._tell(dict(pairs[first : first + _AT_ONCE]))
            for first in range(0, len(pairs), _AT_ONCE)
        )

    def _tell(self, about: dict[str, str]) -> int:
        checks = {one.document_id: one for one in self._register.documents(list(about.values()))}
        refused = refused_tellings(self._register, list(about))
        edits = [
            edit
            for submission in self._register.documents(list(about))
            if (check := checks.get(about[submission.document_id])) is not None
            and (edit := _edit(submission, check)).fields
            not in refused.get(submission.document_id, ())
        ]
        # Each on its own: a refusal of one holds no other.
        return self._register.save_bulk(
            [[edit] for edit in edits],
            author=self._author,
            at=self._clock(),
            action=Action.CHECK_TELL,
        )


def _edit(submission: Document, check: Document) -> Edit:
    told = told_of_check(check.document_id, check.fields)
    return Edit(
        document_type=DocumentType.SUBMISSION,
        document_id=submission.document_id,
        commune_code=submission.commune_code,
        fields={name: new for name, new in told.items() if submission.fields.get(name) != new},
    )
