"""A form definition -> a compiled form, or every problem of its expressions at once."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from forms.answers import reader_of
from forms.compiled import CompiledForm, Item
from forms.definition import FormDefinition, Question, QuestionType, Section
from forms.expressions.compiler import Names, Scope, compile_expression, references
from forms.expressions.parser import parse
from forms.expressions.syntax import Call, ExpressionError, Node
from forms.expressions.tables import Tables
from forms.expressions.terms import BooleanRun, Sort, Term, boolean, scalar
from forms.mistakes import DefinitionError, DefinitionProblem, Mistake, problem
from forms.validity import validities, validity_problems

#: Attribute of a question -> heading of its column in the survey sheet.
COLUMNS: Mapping[str, str] = {
    "relevant": "relevant",
    "calculation": "calculation",
    "required": "required",
    "constraint": "constraint",
    "warning": "bind::an:warning",
    "readonly": "readonly",
    "choice_filter": "choice_filter",
    "default": "default",
}

_SORTS: Mapping[QuestionType, Sort] = {
    QuestionType.INTEGER: Sort.MEASURE,
    QuestionType.DECIMAL: Sort.MEASURE,
    QuestionType.DATE: Sort.DATE,
}


def compile_form(definition: FormDefinition) -> CompiledForm:
    """Compiles every expression. Raises ``DefinitionError`` with every problem found."""
    return _Compilation(definition).form()


class _Compilation:
    """One run over a definition; collects problems and goes on."""

    def __init__(self, definition: FormDefinition) -> None:
        self._definition = definition
        self._tables = Tables(definition)
        self._problems: list[DefinitionProblem] = []
        self._sources: dict[str, Question | Section] = {}
        self._items: list[Item] = []
        self._by_path: dict[str, Item] = {}
        self._trees: dict[tuple[str, str], Node] = {}
        self._slots: dict[str, tuple[int, Sort]] = {}
        self._reads: dict[str, set[str]] = {}
        self._looks: dict[str, set[str]] = {}

    def form(self) -> CompiledForm:
        for child in self._definition.children:
            self._add(child, parent=0)
        self._names = self._gather_names()
        self._columns = self._gather_columns()
        self._parse_all()
        before = len(self._problems)
        steps = self._order()
        if len(self._problems) > before:  # no order, so nothing can be compiled
            self._stop_if_wrong()
        for item in steps:
            self._compile_value(item)
        for item in self._items:
            self._compile_checks(item)
        self._problems += validity_problems(self._definition)
        self._stop_if_wrong()
        return CompiledForm(
            definition=self._definition,
            items=tuple(self._items),
            steps=tuple(steps),
            columns=self._columns,
            readers=self._by_slot(self._reads),
            lookers=self._by_slot(self._looks),
            by_path=self._by_path,
        )

    def _add(self, source: Question | Section, *, parent: int) -> None:
        slot = len(self._items) + 1
        item = Item(
            path=source.path,
            slot=slot,
            parent=parent,
            row=source.source_row,
            label_vi=source.label_vi,
            place=(source.role or source.path) if isinstance(source, Question) else source.path,
            question=source if isinstance(source, Question) else None,
        )
        self._items.append(item)
        self._by_path[source.path] = item
        self._sources[source.path] = source
        if isinstance(source, Section):
            for child in source.children:
                self._add(child, parent=slot)

    def _gather_names(self) -> Names:
        by_name: dict[str, tuple[str, ...]] = {}
        for item in self._items:
            name = item.path.rpartition("/")[2]
            by_name[name] = (*by_name.get(name, ()), item.path)
        questions = frozenset(item.path for item in self._items if item.question is not None)
        return Names(questions, frozenset(self._by_path) - questions, by_name)

    def _gather_columns(self) -> Mapping[str, int]:
        names = {"name": None, "label": None}
        for choices in self._definition.choices.values():
            for choice in choices:
                names.update(dict.fromkeys(choice.attributes))
        first = len(self._items) + 1
        return {name: first + offset for offset, name in enumerate(names)}

    def _scope(self, item: Item, attribute: str) -> Scope:
        columns = self._columns if attribute == "choice_filter" else None
        return Scope(self._names, item.path, self._slots, columns, self._tables)

    def _parse_all(self) -> None:
        for item in self._items:
            reads = self._reads.setdefault(item.path, set())
            looks = self._looks.setdefault(item.path, set())
            for attribute, text in self._expressions(item):
                try:
                    tree = parse(text)
                    found = set(references(tree, self._scope(item, attribute)))
                except ExpressionError as error:
                    self._report(item, attribute, error)
                    continue
                self._trees[item.path, attribute] = tree
                if attribute == "calculation" and isinstance(tree, Call) and tree.name == "once":
                    item.fills_once = True  # the one calculation that may read its own answer
                    found.discard(item.path)
                if attribute in ("relevant", "calculation"):
                    reads |= found
                elif attribute != "default":
                    looks |= found

    def _expressions(self, item: Item) -> Iterator[tuple[str, str]]:
        source = self._sources[item.path]
        if isinstance(source, Section):
            if source.relevant is not None:
                yield "relevant", source.relevant
            return
        for attribute in COLUMNS:
            text: str | None = getattr(source, attribute)
            if text is not None:
                yield attribute, text

    def _report(self, item: Item, attribute: str, error: ExpressionError) -> None:
        found = problem(
            error.mistake,
            sheet="survey",
            row=item.row,
            column=COLUMNS[attribute],
            **error.parameters,
        )
        if len(self._problems) < 1_000 and found not in self._problems:
            self._problems.append(found)

    def _stop_if_wrong(self) -> None:
        if self._problems:
            raise DefinitionError(sorted(self._problems, key=lambda one: one.row))

    def _order(self) -> list[Item]:
        """Kahn's algorithm, the order of the paper where there is a choice."""
        waiting: dict[str, int] = {}
        readers: dict[str, list[Item]] = {}
        for item in self._items:
            sources = self._needs(item)
            waiting[item.path] = len(sources)
            for source in sources:
                readers.setdefault(source, []).append(item)
        ready = [item.slot for item in self._items if not waiting[item.path]]
        heapq.heapify(ready)
        ordered = []
        while ready:
            item = self._items[heapq.heappop(ready) - 1]
            ordered.append(item)
            for reader in readers.get(item.path, ()):
                waiting[reader.path] -= 1
                if not waiting[reader.path]:
                    heapq.heappush(ready, reader.slot)
        if len(ordered) < len(self._items):
            self._report_cycle({path for path, count in waiting.items() if count})
        return ordered

    def _needs(self, item: Item) -> set[str]:
        needs = set(self._reads[item.path])
        if item.parent:
            needs.add(self._items[item.parent - 1].path)
        return needs

    def _report_cycle(self, stuck: set[str]) -> None:
        """Follows needs inside the stuck items until a path comes back."""
        trail: list[str] = []
        at = min(stuck, key=lambda path: self._by_path[path].slot)
        while at not in trail:
            trail.append(at)
            at = min(self._needs(self._by_path[at]) & stuck)
        cycle = [*trail[trail.index(at) :], at]
        item = next(self._by_path[path] for path in cycle if self._reads[path])
        attribute = "calculation" if (item.path, "calculation") in self._trees else "relevant"
        self._report(item, attribute, ExpressionError(Mistake.DEF_022, name=" → ".join(cycle)))

    def _compile(self, item: Item, attribute: str) -> Term | None:
        tree = self._trees.get((item.path, attribute))
        if tree is None:
            return None
        try:
            return compile_expression(tree, self._scope(item, attribute))
        except ExpressionError as error:
            self._report(item, attribute, error)
            return None

    def _compile_value(self, item: Item) -> None:
        question = item.question
        relevant = self._compile(item, "relevant")
        if relevant is not None and not (relevant.constant and boolean(relevant)([])):
            item.relevant = boolean(relevant)
        if question is None:
            return
        item.sort = _SORTS.get(question.type, Sort.TEXT)
        if question.type is not QuestionType.NOTE:
            item.read = reader_of(question.type, question.precision)
        calculates = question.type is QuestionType.CALCULATE
        if calculates:
            item.sort = Sort.ANY  # for once(), which reads itself
        item.blank = None if item.sort is Sort.MEASURE else ""
        self._slots[item.path] = (item.slot, item.sort)
        calculation = self._compile(item, "calculation")
        item.calculation = None if calculation is None else scalar(calculation)
        if calculates and item.calculation is not None:
            item.sort = _KEPT_AS.get(item.calculation.sort, item.calculation.sort)
            item.blank = None if item.sort in (Sort.MEASURE, Sort.ANY) else ""
            self._slots[item.path] = (item.slot, item.sort)

    def _compile_checks(self, item: Item) -> None:
        question = item.question
        if question is None:
            return
        required = self._compile(item, "required")
        if required is not None:
            item.required = boolean(required)
            item.always_required = required.constant and item.required([])
            if required.constant and not item.always_required:
                item.required = None
        readonly = self._compile(item, "readonly")
        if readonly is not None:
            item.readonly = boolean(readonly)
            item.always_readonly = readonly.constant and item.readonly([])
        item.constraint = self._test(item, "constraint")
        item.warning = self._test(item, "warning")
        default = self._compile(item, "default")
        item.default = None if default is None else scalar(default).run
        self._compile_choices(item, question)
        if item.warning is not None:
            tree = self._trees[item.path, "warning"]
            found = set(references(tree, self._scope(item, "warning"))) - {item.path}
            item.seen = tuple(item for item in self._items if item.path in found)

    def _test(self, item: Item, attribute: str) -> BooleanRun | None:
        term = self._compile(item, attribute)
        return None if term is None else boolean(term)

    def _compile_choices(self, item: Item, question: Question) -> None:
        if question.list_name is None:
            return
        item.choices = tuple(self._definition.choices.get(question.list_name, ()))
        item.dated = validities(item.choices)
        item.choice_filter = self._test(item, "choice_filter")
        if item.choice_filter is None:
            item.allowed = frozenset(choice.code for choice in item.choices)

    def _by_slot(self, found: Mapping[str, set[str]]) -> Mapping[int, frozenset[int]]:
        """read slot -> slots of the readers; a group is read by everything inside it."""
        result: dict[int, set[int]] = {}
        for path, sources in found.items():
            reader = self._by_path[path].slot
            for source in sources:
                result.setdefault(self._by_path[source].slot, set()).add(reader)
        if found is self._reads:
            for item in self._items:
                if item.parent:
                    result.setdefault(item.parent, set()).add(item.slot)
        return {slot: frozenset(readers) for slot, readers in result.items()}


#: How a calculated value is kept for later readers: XForms keeps text, or a number if it is one.
_KEPT_AS: Mapping[Sort, Sort] = {Sort.NUMBER: Sort.MEASURE, Sort.BOOLEAN: Sort.TEXT}
