"""Checks a declared migration against both texts of a form and makes it ready to run.

Every problem is listed at once: a name that one of the texts does not have, an old question
without a fate or with two, a code without a successor, an expression that cannot be compiled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forms.definition import FormDefinition, Question, QuestionType, Section
from forms.migration.declaration import Merge, Migration, Split, migration_problem
from forms.mistakes import DefinitionError, DefinitionProblem, Mistake
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import CompiledForm

#: What the names of results hold; no name of an author holds a colon.
_RESULT = "migration:"


@dataclass(frozen=True, slots=True)
class Plan:
    """A declaration that was found sound.

    Attributes:
        old, new: the questions that can hold an answer, by path.
        moved: old path -> new path, unchanged ones included.
        split: old path -> how it is taken apart.
        merged: new path -> what it is put together of.
        dropped: paths of old questions that nobody asks any more.
        choices: old path -> old code -> new code, ``None`` for none.
        worksheet: the old questions and the expressions of the splits, compiled.
        results: old path -> new path -> path in the worksheet.
    """

    old: Mapping[str, Question]
    new: Mapping[str, Question]
    old_repeats: frozenset[str]
    new_repeats: frozenset[str]
    moved: Mapping[str, str]
    split: Mapping[str, Split]
    merged: Mapping[str, Merge]
    dropped: frozenset[str]
    choices: Mapping[str, Mapping[str, str | None]]
    worksheet: CompiledForm | None
    results: Mapping[str, Mapping[str, str]]


def plan_of(old: FormDefinition, new: FormDefinition, declared: Migration) -> Plan:
    """The declaration made ready. Raises ``DefinitionError`` with every problem found."""
    return _Planning(old, new, declared).plan()


class _Planning:
    """One check; collects problems and goes on."""

    def __init__(self, old: FormDefinition, new: FormDefinition, declared: Migration) -> None:
        self._old_form, self._new_form, self._declared = old, new, declared
        self._old, self._new = _answered(old), _answered(new)
        self._old_repeats, self._new_repeats = _repeats(old), _repeats(new)
        self._problems: list[DefinitionProblem] = []

    def plan(self) -> Plan:
        declared = self._declared
        if declared.from_version != self._old_form.version:
            self._report(
                Mistake.MIG_002,
                "from",
                name=declared.from_version,
                expected=self._old_form.version,
            )
        self._check_names()
        moved = self._moves()
        self._check_fates(moved)
        self._check_targets(moved)
        self._check_choices(moved)
        worksheet, results = self._worksheet()
        if self._problems:
            raise DefinitionError(self._problems)
        return Plan(
            old=self._old,
            new=self._new,
            old_repeats=self._old_repeats,
            new_repeats=self._new_repeats,
            moved=moved,
            split=declared.split,
            merged=declared.merged,
            dropped=frozenset(declared.dropped),
            choices=declared.choices,
            worksheet=worksheet,
            results=results,
        )

    def _report(self, code: Mistake, where: str, **parameters: object) -> None:
        found = migration_problem(code, where, **parameters)
        if found not in self._problems:
            self._problems.append(found)

    # names

    def _check_names(self) -> None:
        declared = self._declared
        old_sections = {section.path for section in self._old_form.sections()}
        new_sections = {section.path for section in self._new_form.sections()}
        for old, new in declared.renamed.items():
            where = f"renamed: {old}"
            is_group = old in old_sections
            self._check_old(old, where, also=old_sections)
            self._check_new(new, where, also=new_sections if is_group else set())
        for old, split in declared.split.items():
            self._check_old(old, f"split: {old}")
            for new in split.into:
                self._check_new(new, f"split: {old}")
        for new, merge in declared.merged.items():
            self._check_new(new, f"merged: {new}")
            for old in merge.sources:
                self._check_old(old, f"merged: {new}")
        for section in ("dropped", "choices"):
            for old in getattr(declared, section):
                self._check_old(old, f"{section}: {old}")

    def _check_old(self, path: str, where: str, *, also: set[str] | None = None) -> None:
        if path not in self._old and path not in (also or set()):
            self._report(Mistake.MIG_003, where, name=path)

    def _check_new(self, path: str, where: str, *, also: set[str] | None = None) -> None:
        if path not in self._new and path not in (also or set()):
            self._report(Mistake.MIG_004, where, name=path)

    # fates

    def _moves(self) -> dict[str, str]:
        """Old path -> new path of everything that goes to one question as it is."""
        declared = self._declared
        said = {path for merge in declared.merged.values() for path in merge.sources}
        said |= declared.split.keys() | declared.dropped.keys()
        moved = {old: new for old, new in declared.renamed.items() if old in self._old}
        for path, question in self._old.items():
            if path in moved or path in said:
                continue
            target = self._inherited(path)
            known = self._new.get(target)
            if known is not None and (target != path or known.type is question.type):
                moved[path] = target
        return moved

    def _inherited(self, path: str) -> str:
        """Where a question goes with the nearest renamed group around it."""
        head = path
        while head:
            head = head.rpartition("/")[0]
            if head in self._declared.renamed:
                return self._declared.renamed[head] + path[len(head) :]
        return path

    def _check_fates(self, moved: Mapping[str, str]) -> None:
        declared = self._declared
        said = Counter(moved.keys() | declared.renamed.keys() & self._old.keys())
        said.update(declared.split.keys())
        said.update(declared.dropped.keys())
        for merge in declared.merged.values():
            said.update(merge.sources)
        for path in self._old:
            if not said[path]:
                self._report(Mistake.MIG_005, "", name=path)
            elif said[path] > 1:
                self._report(Mistake.MIG_006, "", name=path)

    def _arrivals(self, moved: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Every old path with a new path it goes to."""
        yield from moved.items()
        for old, split in self._declared.split.items():
            yield from ((old, new) for new in split.into)
        for new, merge in self._declared.merged.items():
            yield from ((old, new) for old in merge.sources)

    def _check_targets(self, moved: Mapping[str, str]) -> None:
        taken = Counter(moved.values())
        for split in self._declared.split.values():
            taken.update(split.into)
        taken.update(self._declared.merged.keys())
        for path, count in taken.items():
            if count > 1:
                self._report(Mistake.MIG_007, "", name=path)
        for old, new in self._arrivals(moved):
            if _depth(old, self._old_repeats) != _depth(new, self._new_repeats):
                self._report(Mistake.MIG_008, "", name=old, target=new)

    # choices

    def _check_choices(self, moved: Mapping[str, str]) -> None:
        for path, codes in self._declared.choices.items():
            question = self._old.get(path)
            if question is None:
                continue
            if question.list_name is None:
                self._report(Mistake.MIG_012, f"choices: {path}", name=path)
                continue
            known = _codes(self._old_form, question)
            for code in codes.keys() - known:
                self._report(Mistake.MIG_010, f"choices: {path}", choice=code, name=path)
        for old, new in sorted(moved.items()):
            if old in self._old and new in self._new:
                self._check_codes(old, new)

    def _check_codes(self, old: str, new: str) -> None:
        question, target = self._old[old], self._new[new]
        if question.list_name is None or target.list_name is None:
            return
        declared = self._declared.choices.get(old, {})
        known = _codes(self._new_form, target)
        for code in _codes(self._old_form, question):
            if code in declared:
                successor = declared[code]
                if successor is not None and successor not in known:
                    self._report(Mistake.MIG_010, f"choices: {old}", choice=successor, name=new)
            elif code not in known:
                self._report(Mistake.MIG_009, f"choices: {old}", choice=code, name=old)

    # expressions

    def _worksheet(self) -> tuple[CompiledForm | None, dict[str, dict[str, str]]]:
        """The old answers as plain questions, and each expression as a calculation beside its
        question, so that inside a repeat it reads the answers of its own instance."""
        results: dict[str, dict[str, str]] = {}
        beside: dict[str, list[Question]] = {}
        sources: dict[str, str] = {}
        for old, split in self._declared.split.items():
            for number, (new, expression) in enumerate(split.expressions.items()):
                if old not in self._old:
                    continue
                group = old.rpartition("/")[0]
                path = f"{old}{_RESULT}{number}"
                results.setdefault(old, {})[new] = path
                sources[path] = new
                beside.setdefault(group, []).append(
                    Question(path, QuestionType.CALCULATE, "", calculation=expression)
                )
        if not results:
            return None, {}
        sheet = replace(
            self._old_form,
            children=_with_results("", self._old_form.children, beside),
            instance_name=None,
        )
        try:
            return compile_form(sheet), results
        except DefinitionError as error:
            for one in error.problems:
                self._report(Mistake.MIG_011, "split", name="split", detail=one.message)
            return None, results


def _with_results(
    group: str, children: tuple[Question | Section, ...], beside: Mapping[str, list[Question]]
) -> tuple[Question | Section, ...]:
    """The items as they hold answers, without rules of their own, and the results after them."""
    found: list[Question | Section] = []
    for child in children:
        if isinstance(child, Section):
            inner = _with_results(child.path, child.children, beside)
            found.append(Section(child.path, "", None, inner, child.source_row, child.repeat))
        elif child.type is not QuestionType.NOTE:
            found.append(_plain(child))
    return (*found, *beside.get(group, ()))


def _plain(question: Question) -> Question:
    """A question that only holds what was answered, so that nothing is asked or worked out."""
    kind = QuestionType.TEXT if question.type is QuestionType.CALCULATE else question.type
    return Question(
        path=question.path,
        type=kind,
        label_vi="",
        list_name=question.list_name,
        precision=question.precision,
        source_row=question.source_row,
        scale=question.scale,
    )


def _answered(form: FormDefinition) -> dict[str, Question]:
    return {one.path: one for one in form.questions() if one.type is not QuestionType.NOTE}


def _repeats(form: FormDefinition) -> frozenset[str]:
    return frozenset(section.path for section in form.sections() if section.repeat is not None)


def _depth(path: str, repeats: frozenset[str]) -> int:
    return sum(path.startswith(f"{repeat}/") for repeat in repeats)


def _codes(form: FormDefinition, question: Question) -> set[str]:
    return {choice.code for choice in form.choices.get(question.list_name or "", ())}
