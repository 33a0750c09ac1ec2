"""The collecting desk: records handed in by communes, accepted or given back with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.domain.ledger import Action
from desktop.domain.records import SubmissionId
from desktop.domain.reviews import (
    REVIEW_DAYS,
    CommuneProgress,
    Review,
    SubmissionDetail,
    SubmissionRow,
)
from desktop.errors import Problem, UserError
from desktop.services.answering import REASONS
from desktop.services.remarks import day_of_validation
from desktop.store import restricted_ledger
from desktop.store.checks import made_at_ms
from desktop.store.documents import Edit
from desktop.store.register import Register
from desktop.store.reviews import list_submissions, progress, submission_detail, used_reasons
from forms.findings import Finding
from forms.registry import FormRegistry, UnknownFormError
from forms.rules.identity import IdentityTables
from forms.runtime.engine import validate
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType, data_set_in, right_to

_REVIEW_DAYS = "review_days"
#: So many returned records are looked through for reasons to offer, and so many are offered: one
#: for each digit.
_REMEMBERED = 400
_OFFERED = 9
_ACTIONS = {"accepted": Action.SUBMISSION_ACCEPTED, "returned": Action.SUBMISSION_RETURNED}


class Reviews:
    """The submissions of one register. ``forms`` and ``tables`` serve the findings of a record."""

    def __init__(
        self,
        *,
        register: Register,
        author: str,
        clock: Callable[[], datetime],
        forms: FormRegistry | None = None,
        tables: IdentityTables | None = None,
    ) -> None:
        self._register = register
        self._author = author
        self._clock = clock
        self._forms = forms or FormRegistry.bundled()
        self._tables = tables or IdentityTables.load(training=False)

    def list(
        self, *, review: Review | None = None, commune_code: str = "", limit: int = -1
    ) -> list[SubmissionRow]:
        """Submissions, newest first; all, or those with this review or of this commune."""
        rows = list_submissions(
            self._register, review=review, commune_code=commune_code, limit=limit
        )
        late_before = self._overdue_before()
        return [
            replace(row, is_overdue=row.is_open and made_at_ms(row.submission_id) < late_before)
            for row in rows
        ]

    def progress(self) -> Sequence[CommuneProgress]:
        """How far the records of each commune are."""
        return progress(self._register, overdue_before_ms=self._overdue_before())

    def review_days(self) -> int:
        """After how many days a record that waits is overdue."""
        return int(self._register.meta(_REVIEW_DAYS) or REVIEW_DAYS)

    def reasons(self, path: str) -> Sequence[str]:
        """Reasons given before, at this question first; each once, at most nine."""
        used = used_reasons(self._register, limit=_REMEMBERED)
        here = Counter(why for at, why in used if at == path)
        elsewhere = Counter(why for at, why in used if at != path)
        ordered = [why for why, _ in (*here.most_common(), *elsewhere.most_common())]
        return list(dict.fromkeys(ordered))[:_OFFERED]

    def _overdue_before(self) -> int:
        days = timedelta(days=self.review_days())
        return int((self._clock() - days).timestamp() * 1000)

    def detail(self, submission_id: SubmissionId) -> SubmissionDetail:
        """A submission in full, with what the rules of its form say of it. Raises ``GONE``.

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
        return replace(detail, findings=self._findings(detail))

    def _findings(self, detail: SubmissionDetail) -> tuple[Finding, ...]:
        """Nothing where this program does not have the text of the form."""
        try:
            form = self._forms.get(detail.form_id, detail.form_version)
        except UnknownFormError:
            return ()
        on = day_of_validation(form.definition, detail.answers, today=self._clock().date())
        return tuple(validate(form, detail.answers, on=on, tables=self._tables))

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

    def decide_lot(
        self, decisions: Mapping[SubmissionId, Mapping[str, str]], *, accepts: bool
    ) -> int:
        """Accept all of these, or return each for its reasons, in one transaction.

        What was decided meanwhile is left as it is; gives how many were decided.
        """
        edits = []
        for submission_id, reasons in decisions.items():
            detail = submission_detail(self._register, submission_id)
            if detail is not None and detail.row.is_open:
                review = "accepted" if accepts else "returned"
                edits.append(_decision(detail, review, {} if accepts else reasons))
        if edits:
            action = _ACTIONS["accepted" if accepts else "returned"]
            self._register.save(edits, author=self._author, at=self._clock(), action=action)
        return len(edits)

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
        edit = _decision(detail, review, reasons)
        self._register.save([edit], author=self._author, at=self._clock(), action=_ACTIONS[review])

    def _detail(self, submission_id: SubmissionId) -> SubmissionDetail:
        detail = submission_detail(self._register, submission_id)
        if detail is None:
            raise UserError(Problem.GONE)
        return detail


def _decision(detail: SubmissionDetail, review: str, reasons: Mapping[str, str]) -> Edit:
    clashing = {name.removeprefix(REASONS) for name in detail.competing if name != "review"}
    paths = {*detail.reasons, *reasons, *clashing}
    return Edit(
        document_type=DocumentType.SUBMISSION,
        document_id=detail.row.submission_id,
        commune_code=detail.row.commune_code,
        fields={"review": review, **{REASONS + path: reasons.get(path) for path in paths}},
        decided=frozenset(detail.competing),
    )
