"""One form being answered, as the page knows it: answers, findings, and where the officer was.

No widgets here: what is drawn is drawn from this, and most of it is not drawn at all. A form with
a roster of 200 people has 2,000 questions; a dozen of them stand on the page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.ui.forms.outline import Outline, instances_around, plain, repeat_of
from forms.definition import Answer
from forms.findings import Code, Finding, Severity
from forms.runtime.engine import EXISTS, Filling


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a section is. ``errors`` and ``warnings`` count what is shown and open."""

    answered: int
    asked: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is open in the whole form. ``missing`` are required answers not given yet."""

    errors: int
    warnings: int
    missing: int
    flags: int


@dataclass(frozen=True, slots=True)
class Removed:
    """An instance that was taken away, with everything that was answered in it."""

    path: str
    answers: Mapping[str, Answer]


class Paper:
    """A filling with what belongs to it on the page.

    Attributes:
        confirmations: fingerprint -> reason.
        reasons: fingerprint -> a reason being typed and not given yet.
        decided: paths of clashes that the officer settled.
        visited: findings are shown only where the officer has been.
        shows_all: ... and, from the first attempt to hand in, everywhere.
        extra: findings that need more than the form to be known, by path.
    """

    def __init__(
        self, *, outline: Outline, filling: Filling, confirmations: Mapping[str, str]
    ) -> None:
        self.outline = outline
        self.filling = filling
        self.confirmations = dict(confirmations)
        self.reasons: dict[str, str] = {}
        self.decided: set[str] = set()
        self.visited = {path for path, value in filling.kept().items() if value is not None}
        self.shows_all = False
        self.extra: dict[str, list[Finding]] = {}
        self._removed: list[Removed] = []
        self._order: tuple[str, ...] | None = None
        self._stops: tuple[str, ...] | None = None
        self._found: dict[str, list[Finding]] | None = None

    # -- answering --

    def answer(self, path: str, value: Answer) -> frozenset[str]:
        """Gives an answer; returns the paths of which something may be otherwise now."""
        touched = self.filling.set(path, value)
        if touched:
            self.extra.pop(path, None)
            self._forget()
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
            self.extra.pop(path, None)
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

    def _forget(self) -> None:
        self._order = self._stops = self._found = None

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
        if self._order is None:
            self._order = tuple(self.filling.walk())
        return self._order

    def stops(self) -> tuple[str, ...]:
        """Where Enter stops: questions that take an answer, and the end of each roster.

        The path of a roster itself stands for its end, where one more may be added.
        """
        if self._stops is None:
            self._stops = tuple(self._find_stops())
        return self._stops

    def _find_stops(self) -> Iterator[str]:
        rosters: list[str] = []
        for path in self.order():
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

    # -- what is wrong --

    def findings(self) -> Mapping[str, Sequence[Finding]]:
        """Every finding by its path."""
        if self._found is None:
            found: dict[str, list[Finding]] = {}
            for one in self.filling.findings():
                found.setdefault(one.path, []).append(one)
            for path, more in self.extra.items():
                found.setdefault(path, []).extend(more)
            self._found = found
        return self._found

    def shown_at(self, path: str) -> list[Finding]:
        """What is to be said at a place now."""
        if not (path in self.visited or self.shows_all):
            return []
        return list(self.findings().get(path, ()))

    def show_extra(self, path: str, findings: Sequence[Finding]) -> bool:
        """Findings that the form cannot know; False when they are known already."""
        if list(findings) == self.extra.get(path, []):
            return False
        self.extra[path] = list(findings)
        self._found = None
        return True

    def is_open(self, finding: Finding) -> bool:
        """Does it wait for the officer?"""
        return (
            finding.severity is not Severity.INFORMATION
            and finding.fingerprint not in self.confirmations
        )

    def open_paths(self) -> list[str]:
        """Where an error or an unconfirmed warning stands, in the order of the paper."""
        found = self.findings()
        open_ = {path for path, some in found.items() if any(map(self.is_open, some))}
        return [path for path in self.order() if path in open_]

    def open_shown(self) -> list[Finding]:
        """The open findings that are shown, in the order of the paper."""
        return [one for p in self.open_paths() for one in self.shown_at(p) if self.is_open(one)]

    # -- how far it is --

    def summary(self) -> Summary:
        """Counts of what is open."""
        errors = warnings = missing = flags = 0
        for finding in (one for some in self.findings().values() for one in some):
            flags += finding.is_flag
            if finding.fingerprint in self.confirmations:
                continue
            missing += finding.code is Code.FORM_001
            errors += finding.severity is Severity.ERROR and finding.code is not Code.FORM_001
            warnings += finding.severity is Severity.WARNING
        return Summary(errors=errors, warnings=warnings, missing=missing, flags=flags)

    def progress(self) -> dict[str, Progress]:
        """How far each top section is."""
        counts = {top: [0, 0, 0, 0] for top in self.outline.tops}
        answers = self.filling.answers()
        for path in self.stops():
            if plain(path) in self.outline.repeats:
                continue
            of = counts[self.outline.top(path)]
            of[0] += path in answers
            of[1] += 1
        for path, some in self.findings().items():
            if path not in self.visited and not self.shows_all:
                continue
            of = counts[self.outline.top(path)]
            for finding in filter(self.is_open, some):
                of[2] += finding.severity is Severity.ERROR
                of[3] += finding.severity is Severity.WARNING
        return {top: Progress(*numbers) for top, numbers in counts.items()}
