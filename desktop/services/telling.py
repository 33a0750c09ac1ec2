"""What the police answered after a record was handed in is passed on with the record.

The collecting office receives no check: only what its officer tells of one, for records that were
handed in. Telling the same twice is the same edit, so two PCs of a commune may both tell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.services.handing_in import told_of_check
from desktop.store.documents import Edit
from desktop.store.register import Register
from desktop.store.telling import untold_answers
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
        """Pass on what is not told yet; gives how many records were told."""
        pairs = untold_answers(self._register)
        for first in range(0, len(pairs), _AT_ONCE):
            self._tell(pairs[first : first + _AT_ONCE])
        return len(pairs)

    def _tell(self, pairs: list[tuple[str, str]]) -> None:
        checks = {one.document_id: one for one in self._register.documents([c for _, c in pairs])}
        about = dict(pairs)
        edits = [
            Edit(
                document_type=DocumentType.SUBMISSION,
                document_id=submission.document_id,
                commune_code=submission.commune_code,
                fields={
                    name: value
                    for name, value in told_of_check(check.document_id, check.fields).items()
                    if submission.fields.get(name) != value
                },
            )
            for submission in self._register.documents(list(about))
            if (check := checks.get(about[submission.document_id])) is not None
        ]
        self._register.save(edits, author=self._author, at=self._clock(), action=Action.CHECK_TELL)
