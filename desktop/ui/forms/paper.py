"""One form being answered, as the page knows it: answers, findings, and where the officer was.

No widgets here: what is drawn is drawn from this, and most of it is not drawn at all. A form with
a roster of 200 people has 2,000 questions; a dozen of them stand on the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.ui.forms.judging import Found, Judge, Summary
from desktop.ui.forms.outline import Outline, instances_around, plain, repeat_of
from forms.definition import Answer
from forms.findings import Finding, Severity
from forms.runtime.engine import EXISTS, Filling


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a section is. ``errors`` and ``warnings`` count what is shown and open."""

    answered: int
    asked: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Removed:
    """An instance that was taken away, with everything that was answered in it."""

    path: str
    answers: Mapping[str, Answer]


class Paper:
    """A filling with what belongs to it on the page.

    Attributes:
        reasons: fingerprint -> a reason being typed and not given yet, also where its finding went.
        decided: paths of clashes that the officer settled.
    """

    def __init__(
        self, *, outline: Outline, filling: Filling, confirmations: Mapping[str, str]
    ) -> None:
        self.outline = outline
        self.filling = filling
        self.reasons: dict[str, str] = {}
        self._met: set[str] = set()
        self.decided: set[str] = set()
        self._confirmations = dict(confirmations)
        self._visited = {path for path, value in filling.kept().items() if value is not None}
        self._shows_all = False
        self._extra: dict[str, list[Finding]] = {}
        self._removed: list[Removed] = []
        # What follows from all this, until one of them changes.
        self._order: tuple[str, ...] = ()
        self._asked: frozenset[str] = frozenset()
        self._moves_freely = any(map(outline.is_counted, outline.repeats))
        self._stops: tuple[str, ...] = ()
        self._is_order_known = False
        self._answered: set[str] | None = None
        self._counts: dict[str, tuple[int, int]] | None = None
        self._judge = Judge()
        self._found: Found | None = None
        self._said: _Said | None = None

    # -- answering --

    def answer(self, path: str, value: Answer) -> frozenset[str]:
        """Gives an answer; returns the paths of which something may be otherwise now."""
        touched = self.filling.set(path, value)
        if touched:
            self._extra.pop(path, None)
            self._forget(touched | {path})
        return touched

    def add(self, repeat: str) -> str:
        """One more instance at the end; its path."""
        made = self.filling.add(repeat)
        self._forget()
        return made

    def remove(self, instance: str) -> None:
        """Takes an instance away; ``put_back`` has it again."""
        kept = self.filling.kept()
        inside = {p: v for p, v in kept.items() if p == instance or p.startswith(f"{instance}/")}
        self.filling.remove(instance)
        self._removed.append(Removed(instance, inside))
        self._forget()

    def put_back(self) -> str | None:
        """The instance that was taken away last, where it was; ``None`` when there is none."""
        while self._removed:
            gone = self._removed.pop()
            try:
                self.take({gone.path: EXISTS, **gone.answers})
            except (KeyError, ValueError):
                continue  # the group around it is gone too
            return gone.path
        return None

    @property
    def removed(self) -> Removed | None:
        """What ``put_back`` would bring."""
        return self._removed[-1] if self._removed else None

    def take(self, came: Mapping[str, Answer]) -> set[str]:
        """Answers from elsewhere, whole instances included; the paths that may be otherwise.

        An instance of which nothing is left is taken away.
        """
        touched: set[str] = set()
        for path in sorted(came, key=lambda one: (one.count("["), one)):
            value = came[path]
            if value is not None:
                touched |= self._make_instances(path)
            if not path.endswith("]") and self._is_there(path):
                touched |= {path, *self.filling.set(path, value)}
            self._extra.pop(path, None)
        emptied = {
            one for path, value in came.items() if value is None for one in instances_around(path)
        }
        for instance in sorted(emptied, key=len, reverse=True):
            touched |= self._drop_if_empty(instance)
        self._forget()
        return touched

    def _make_instances(self, path: str) -> set[str]:
        made: set[str] = set()
        for instance in instances_around(path):
            if not self._is_there(instance):
                repeat, _, key = instance[:-1].rpartition("[")
                if self.outline.is_counted(repeat):
                    break
                made.add(self.filling.add(repeat, key))
        return made

    def _drop_if_empty(self, instance: str) -> set[str]:
        if not self._is_there(instance) or self.outline.is_counted(repeat_of(instance)):
            return set()
        if any(path.startswith(f"{instance}/") for path in self.filling.kept()):
            return set()
        return {instance, *self.filling.remove(instance)}

    def _is_there(self, path: str) -> bool:
        try:
            self.filling.is_relevant(path)
        except KeyError:
            return False
        return True

    def _forget(self, touched: Collection[str] | None = None) -> None:
        """Something is otherwise: what depends on these paths, or (``None``) anything."""
        self._is_order_known = self._is_order_known and not self._may_move(touched)
        self._found = self._said = None
        if touched is None or self._answered is None:
            self._answered = self._counts = None
            return
        for path in filter(self.outline.takes_answer, touched):
            is_answered = self.is_relevant(path) and self.filling.value(path) is not None
            if is_answered is not (path in self._answered):
                (self._answered.add if is_answered else self._answered.discard)(path)
                self._count_one(path, 1 if is_answered else -1)

    def _may_move(self, touched: Collection[str] | None) -> bool:
        """May other questions be asked now? Else nobody walks through 2,000 of them."""
        if touched is None or self._moves_freely or self.outline.has_moving_readonly:
            return True
        return any(self.is_relevant(path) is not (path in self._asked) for path in touched)

    def _count_one(self, path: str, step: int) -> None:
        top = self.outline.top(path)
        if self._counts is not None and top in self._counts and not self.is_readonly(path):
            answered, asked = self._counts[top]
            self._counts[top] = (answered + step, asked)

    # -- what there is --

    def is_relevant(self, path: str) -> bool:
        """Is it asked now? What is no longer there is not."""
        try:
            return self.filling.is_relevant(path)
        except KeyError:
            return False

    def is_readonly(self, path: str) -> bool:
        """Is this answer only shown?"""
        question = self.outline.question(path)
        if question is None or not self.outline.takes_answer(path):
            return True
        return question.readonly is not None and self.filling.is_readonly(path)

    def order(self) -> tuple[str, ...]:
        """The paths of everything that is asked, in the order of the paper."""
        if not self._is_order_known:
            order = tuple(self.filling.walk())
            if order != self._order or self.outline.has_moving_readonly:
                self._order = order
                self._asked = frozenset(order)
                self._stops = tuple(self._find_stops())
                self._counts = None
            self._is_order_known = True
        return self._order

    def stops(self) -> tuple[str, ...]:
        """Where Enter stops: questions that take an answer, and the end of each roster.

        The path of a roster itself stands for its end, where one more may be added.
        """
        self.order()
        return self._stops

    def _find_stops(self) -> Iterator[str]:
        rosters: list[str] = []
        for path in self._order:
            while rosters and not path.startswith(f"{rosters[-1]}["):
                yield rosters.pop()
            if plain(path) in self.outline.repeats and not path.endswith("]"):
                if not self.outline.is_counted(path):
                    rosters.append(path)
            elif self.outline.takes_answer(path) and not self.is_readonly(path):
                yield path
        yield from reversed(rosters)

    def after(self, path: str, step: int, *, folded: Collection[str] = ()) -> str | None:
        """The stop before or after another one, outside of folded sections."""
        stops = self.stops()
        if path not in stops:
            return None
        place = stops.index(path) + step
        while 0 <= place < len(stops):
            if self.outline.top(stops[place]) not in folded:
                return stops[place]
            place += step
        return None

    # -- where the officer was, and what was confirmed --

    @property
    def visited(self) -> frozenset[str]:
        """Findings are shown only where the officer has been."""
        return frozenset(self._visited)

    def visit(self, *paths: str) -> None:
        """The officer was there."""
        if not self._visited.issuperset(paths):
            self._visited.update(paths)
            self._said = None

    def show_all(self) -> None:
        """From now on findings are shown everywhere."""
        self._shows_all = True
        self._said = None

    @property
    def confirmations(self) -> Mapping[str, str]:
        """Fingerprint -> reason."""
        return self._confirmations

    def confirm(self, reasons: Mapping[str, str]) -> None:
        """Warnings are confirmed; an empty reason takes a confirmation back."""
        merged = {**self._confirmations, **reasons}
        self._confirmations = {name: reason for name, reason in merged.items() if reason}
        for name in reasons:
            self.reasons.pop(name, None)
        self._found = self._said = None

    def type_reason(self, fingerprint: str, text: str) -> None:
        """Letters of a reason as they stand; its finding stands too."""
        self.reasons[fingerprint] = text
        self._met.add(fingerprint)

    def meet_findings(self) -> None:
        """Everything that can be found has been: what is not there now went away."""
        self._met.update(self.reasons)

    def half_given(self) -> dict[str, str]:
        """Reasons that wait to be given: not those whose finding went away."""
        if not any(self.reasons.values()):
            return {}
        open_ = {one.fingerprint for some in self._look().open.values() for one in some}
        return {
            name: text
            for name, text in self.reasons.items()
            if text and (name in open_ or name not in self._met)
        }

    # -- what is wrong --

    def findings_at(self, path: str) -> Sequence[Finding]:
        """Every finding at a place, shown or not."""
        return self._look().by_path.get(path, ())

    def shown_at(self, path: str) -> Sequence[Finding]:
        """What is to be said at a place now."""
        return self.findings_at(path) if self._is_shown(path) else ()

    def has_finding_below(self, top: str) -> bool:
        """Is anything said in a top section?"""
        return any(self.outline.top(path) == top for path in self._look().by_path)

    def show_extra(self, path: str, findings: Sequence[Finding]) -> bool:
        """Findings that the form cannot know; False when they are known already."""
        if list(findings) == self._extra.get(path, []):
            return False
        self._extra[path] = list(findings)
        self._found = self._said = None
        return True

    def is_open(self, finding: Finding) -> bool:
        """Does it wait for the officer?"""
        return self._judge.is_open(finding, self._confirmations)

    def open_paths(self) -> list[str]:
        """Where an error or an unconfirmed warning stands, in the order of the paper."""
        open_ = self._look().open
        return [path for path in self.order() if path in open_]

    def open_shown(self) -> tuple[Finding, ...]:
        """The open findings that are shown, in the order of the paper."""
        return self._say().findings

    def worst_in(self, instance: str) -> Severity | None:
        """The worst open finding that is shown in an instance of a repeat."""
        return self._say().instances.get(instance)

    def _is_shown(self, path: str) -> bool:
        return self._shows_all or path in self._visited

    def _look(self) -> Found:
        if self._found is None:
            self._found = self._judge.look(
                self.filling.findings(), extra=self._extra, confirmations=self._confirmations
            )
        return self._found

    def _say(self) -> _Said:
        if self._said is None:
            open_ = self._look().open
            shown = {path: open_[path] for path in self.open_paths() if self._is_shown(path)}
            counts: dict[str, list[int]] = {}
            instances: dict[str, Severity] = {}
            for path, some in shown.items():
                errors = sum(map(self._judge.is_error, some))
                of = counts.setdefault(self.outline.top(path), [0, 0])
                of[0] += errors
                of[1] += len(some) - errors
                for instance in instances_around(path):
                    if errors or instance not in instances:
                        instances[instance] = Severity.ERROR if errors else Severity.WARNING
            found = tuple(one for some in shown.values() for one in some)
            self._said = _Said(found, {t: (n[0], n[1]) for t, n in counts.items()}, instances)
        return self._said

    # -- how far it is --

    def summary(self) -> Summary:
        """Counts of what is open."""
        return self._look().summary

    def progress(self) -> dict[str, Progress]:
        """How far each top section is."""
        self.order()
        if self._counts is None:
            self._counts = self._count_answers()
        said = self._say().counts
        return {
            top: Progress(*self._counts.get(top, (0, 0)), *said.get(top, (0, 0)))
            for top in self.outline.tops
        }

    def _count_answers(self) -> dict[str, tuple[int, int]]:
        """Top section -> questions answered, questions asked."""
        if self._answered is None:
            self._answered = set(self.filling.answers())
        asked: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        tops, repeats = self.outline.top_of, self.outline.repeats
        for path in self.stops():
            question = plain(path)
            if question not in repeats:
                top = tops[question]
                asked[top] += 1
                answered[top] += path in self._answered
        return {top: (answered[top], count) for top, count in asked.items()}


@dataclass(frozen=True, slots=True)
class _Said:
    """The open findings that are shown: in order, counted by top section, worst by instance."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, tuple[int, int]]
    instances: Mapping[str, Severity]
