"""The collecting desk: a lot of records accepted or returned by a sample keyed again.

    lots = Lots(register=register, reviews=reviews, forms=forms, author=…, clock=…)
    lot = lots.draw(choice, rate=3)               # the seed and the numbers stand in the ledger
    lots.keep(lot.lot_id, lot.next, answers)      # keyed blind, one after another
    lots.result(lot.lot_id)                       # errors per field
    lots.accept(lot.lot_id)                       # or give_back

A lot is this register's own book, in ``meta``; decisions go to the communes as any review does.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from desktop.domain.ledger import Action
from desktop.domain.lots import FieldErrors, Lot, LotChoice, LotResult, LotState, drawn
from desktop.domain.records import SubmissionId
from desktop.domain.reviews import Review
from desktop.errors import Problem, UserError
from desktop.services.answering import without_keys
from desktop.services.reviews import Reviews
from desktop.store import ledger
from desktop.store.lots import lot_kept, lots_kept, put_lot
from desktop.store.register import Register
from desktop.store.reviews import submission_detail, waiting_forms
from forms.definition import Answer, Answers, FormDefinition, QuestionType
from forms.registry import FormRegistry, UnknownFormError
from forms.vietnamese import clean, compare_key
from sync.protocol.ids import new_id_text

_LOTS = msgspec.json.Decoder(Lot)
#: Free text: case, spaces and where a tone mark sits are no slip.
_TEXTS = frozenset({QuestionType.TEXT})
_NOT_KEYED = frozenset({QuestionType.NOTE, QuestionType.CALCULATE})
#: What is shown to find the paper is not keyed again, and not compared.
SHOWN_ROLES = frozenset(
    {
        "person.full_name",
        *(f"household.{name}" for name in ("province", "district", "commune", "hamlet", "code")),
    }
)


class Lots:
    """The lots of one register."""

    def __init__(
        self,
        *,
        register: Register,
        reviews: Reviews,
        forms: FormRegistry,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._reviews = reviews
        self._forms = forms
        self._author = author
        self._clock = clock

    def choices(self) -> list[LotChoice]:
        """What waits, by commune and form; nothing that is in a lot already."""
        taken = {one for lot in self.list() if not lot.decided for one in lot.members}
        return [
            LotChoice(commune_code, form_id, form_version, waiting=number)
            for commune_code, form_id, form_version, number in waiting_forms(
                self._register, apart_from=taken
            )
            if not self._is_restricted(form_id)
        ]

    def list(self) -> list[Lot]:
        """Lots, newest first."""
        found = [_LOTS.decode(text) for text in lots_kept(self._register)]
        return sorted(found, key=lambda lot: lot.lot_id, reverse=True)

    def lot(self, lot_id: str) -> Lot:
        """One lot. Raises ``GONE``."""
        text = lot_kept(self._register, lot_id)
        if text is None:
            raise UserError(Problem.GONE)
        return _LOTS.decode(text)

    def draw(self, choice: LotChoice, *, rate: int) -> Lot:
        """Take what waits together and draw the sample. Raises ``GONE`` when nothing waits."""
        members = self._waiting(choice)
        if not members:
            raise UserError(Problem.GONE)
        seed, now = secrets.token_hex(4), self._clock()
        lot = Lot(
            lot_id=new_id_text(unix_ms=int(now.timestamp() * 1000)),
            commune_code=choice.commune_code,
            form_id=choice.form_id,
            form_version=choice.form_version,
            seed=seed,
            rate=rate,
            by=self._author,
            at=now.isoformat(timespec="seconds"),
            members=tuple(members),
            sample=drawn(members, seed=seed, rate=rate),
        )
        self._keep(lot)
        told = [("seed", seed), ("rate", str(rate)), ("count", str(len(members)))]
        self._note(Action.LOT_DRAW, [*told, ("sample", str(len(lot.sample)))])
        return lot

    def definition(self, lot: Lot) -> FormDefinition:
        """The form to key again."""
        return self._forms.get(lot.form_id, lot.form_version).definition

    def known(self, submission_id: SubmissionId) -> dict[str, Answer]:
        """What finds the paper: path -> answer, of ``SHOWN_ROLES`` only. Raises ``GONE``."""
        detail = submission_detail(self._register, submission_id)
        if detail is None:
            raise UserError(Problem.GONE)
        definition = self._forms.get(detail.form_id, detail.form_version).definition
        paths = [definition.path_of_role(role) for role in SHOWN_ROLES]
        return {path: detail.answers[path] for path in paths if path and path in detail.answers}

    def keep(self, lot_id: str, submission_id: SubmissionId, answers: Answers) -> Lot:
        """What was keyed from the paper of one record of the sample."""
        lot = self.lot(lot_id)
        if submission_id not in lot.sample or lot.decided:
            raise UserError(Problem.GONE)
        kept = {path: value for path, value in answers.items() if value is not None}
        lot = replace(lot, keyed={**lot.keyed, submission_id: kept})
        self._keep(lot)
        return lot

    def result(self, lot_id: str) -> LotResult:
        """Errors per field of what is keyed so far."""
        lot = self.lot(lot_id)
        questions = {
            question.path: question
            for question in self.definition(lot).questions()
            if question.type not in _NOT_KEYED and question.role not in SHOWN_ROLES
        }
        compared: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        differing: dict[SubmissionId, tuple[str, ...]] = {}
        for submission_id, keyed in lot.keyed.items():
            detail = submission_detail(self._register, submission_id)
            if detail is None:
                continue
            paths = {p for p in (*keyed, *detail.answers) if without_keys(p) in questions}
            slips = []
            for path in sorted(paths):
                is_text = questions[without_keys(path)].type in _TEXTS
                compared[path] += 1
                if not _is_same(keyed.get(path), detail.answers.get(path), is_text=is_text):
                    wrong[path] += 1
                    slips.append(path)
            if slips:
                differing[submission_id] = tuple(slips)
        fields = [FieldErrors(path, compared[path], wrong[path]) for path in compared]
        order = list(questions)
        fields.sort(key=lambda one: (-one.rate, order.index(without_keys(one.path)), one.path))
        return LotResult(tuple(fields), differing)

    def accept(self, lot_id: str) -> int:
        """Accept every record of the lot that still waits; gives how many."""
        lot = self._ready(lot_id)
        result = self.result(lot_id)
        count = self._reviews.decide_lot({one: {} for one in lot.members}, accepts=True)
        self._end(lot, LotState.ACCEPTED, result)
        return count

    def give_back(self, lot_id: str, *, of_sample: str, of_others: str, at_path: str = "") -> int:
        """Return every record that still waits; gives how many.

        A record of the sample goes back with ``of_sample`` at each question keyed otherwise; the
        others with ``of_others`` at ``at_path``, by default the question with most errors.
        """
        lot = self._ready(lot_id)
        result = self.result(lot_id)
        worst = at_path or next((one.path for one in result.fields), "")
        if not worst or not clean(of_others):
            raise UserError(Problem.REASON_MISSING)
        reasons: dict[SubmissionId, Mapping[str, str]] = {
            one: dict.fromkeys(result.differing[one], clean(of_sample) or clean(of_others))
            if one in result.differing
            else {worst: clean(of_others)}
            for one in lot.members
        }
        count = self._reviews.decide_lot(reasons, accepts=False)
        self._end(lot, LotState.RETURNED, result)
        return count

    def _ready(self, lot_id: str) -> Lot:
        lot = self.lot(lot_id)
        if lot.decided:
            raise UserError(Problem.ALREADY_ANSWERED)
        if lot.state is not LotState.KEYED:
            raise UserError(Problem.SAMPLE_UNFINISHED)
        return lot

    def _end(self, lot: Lot, state: LotState, result: LotResult) -> None:
        self._keep(replace(lot, decided=state.value))
        told = [("seed", lot.seed), ("count", str(len(lot.members))), ("lot", state.value)]
        told += [("compared", str(result.compared)), ("errors", str(result.errors))]
        self._note(Action.LOT_DECIDE, told)

    def _waiting(self, choice: LotChoice) -> Sequence[SubmissionId]:
        taken = {one for lot in self.list() if not lot.decided for one in lot.members}
        rows = self._reviews.list(review=Review.WAITING, commune_code=choice.commune_code)
        wanted = (choice.form_id, choice.form_version)
        return sorted(
            row.submission_id
            for row in rows
            if row.submission_id not in taken and (row.form_id, row.form_version) == wanted
        )

    def _is_restricted(self, form_id: str) -> bool:
        """Sensitive records are decided one by one; so are those of a form not known here."""
        try:
            return self._forms.about(form_id).sensitive
        except UnknownFormError:
            return True

    def _keep(self, lot: Lot) -> None:
        put_lot(self._register, lot.lot_id, msgspec.json.encode(lot).decode())

    def _note(self, action: Action, objects: Sequence[tuple[str, str]]) -> None:
        ledger.note(
            self._register, at=self._clock(), by=self._author, action=action, objects=objects
        )


def _is_same(one: Answer, other: Answer, *, is_text: bool) -> bool:
    if is_text:
        return compare_key(str(one or "")) == compare_key(str(other or ""))
    return one == other
