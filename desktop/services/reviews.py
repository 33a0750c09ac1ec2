"""The collecting desk: records handed in by communes, accepted or given back with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.domain.records import SubmissionId
from desktop.domain.reviews import Review, SubmissionDetail, SubmissionRow
from desktop.errors import Problem, UserError
from desktop.services.answering import REASONS
from desktop.store import restricted_ledger
from desktop.store.documents import Edit
from desktop.store.register import Register
from desktop.store.reviews import list_submissions, submission_detail
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType, data_set_in, right_to

_ACTIONS = {"accepted": Action.SUBMISSION_ACCEPTED, "returned": Action.SUBMISSION_RETURNED}


class Reviews:
    """The submissions of one register."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def list(self, *, review: Review | None = None) -> list[SubmissionRow]:
        """Submissions, newest first; all, or those with this review."""
        return list_submissions(self._register, review=review)

    def detail(self, submission_id: SubmissionId) -> SubmissionDetail:
        """A submission in full. Raises ``GONE``.

        Who shows it tells the ledger; a restricted one is told here, where few read it.
        """
        detail = self._detail(submission_id)
        document = self._register.document(submission_id)
        data_set = None if document is None else data_set_in(document.bucket)
        right = None if data_set is None else right_to(data_set)
        if right is not None:
            restricted_ledger.note(
                self._register,
                right=right,
                at=self._clock(),
                by=self._author,
                action=Action.SUBMISSION_VIEW,
                objects=[(DocumentType.SUBMISSION.value, str(submission_id))],
            )
        return detail

    def accept(self, submission_id: SubmissionId, *, change: bool = False) -> None:
        """Accept the record. Raises ``GONE``, and ``ALREADY_ANSWERED`` without ``change``.

        Where another device decided otherwise, deciding again settles it.
        """
        self._decide(submission_id, "accepted", reasons={}, change=change)

    def give_back(
        self, submission_id: SubmissionId, *, reasons: Mapping[str, str], change: bool = False
    ) -> None:
        """Return the record with a reason at one question or more (path -> reason).

        Raises ``REASON_MISSING`` when none says anything, ``GONE``, and ``ALREADY_ANSWERED``
        without ``change``.
        """
        given = {path: clean(why) for path, why in reasons.items()}
        given = {path: why for path, why in given.items() if why}
        if not given:
            raise UserError(Problem.REASON_MISSING)
        self._decide(submission_id, "returned", reasons=given, change=change)

    def _decide(
        self,
        submission_id: SubmissionId,
        review: str,
        *,
        reasons: Mapping[str, str],
        change: bool,
    ) -> None:
        detail = self._detail(submission_id)
        if detail.row.review is not Review.WAITING and not change and not detail.competing:
            raise UserError(Problem.ALREADY_ANSWERED)
        clashing = {name.removeprefix(REASONS) for name in detail.competing if name != "review"}
        edit = Edit(
            document_type=DocumentType.SUBMISSION,
            document_id=submission_id,
            commune_code=detail.row.commune_code,
            fields={
                "review": review,
                **{
                    REASONS + path: reasons.get(path)
                    for path in {*detail.reasons, *reasons, *clashing}
                },
            },
            decided=frozenset(detail.competing),
        )
        self._register.save([edit], author=self._author, at=self._clock(), action=_ACTIONS[review])

    def _detail(self, submission_id: SubmissionId) -> SubmissionDetail:
        detail = submission_detail(self._register, submission_id)
        if detail is None:
            raise UserError(Problem.GONE)
        return detail
