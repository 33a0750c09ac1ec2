"""A form definition -> a compiled form, or every problem of its expressions at once.

Every expression is compiled twice. The first time tells what it reads, and so the order in which
the items are worked out; the second time, in that order, the sort of every value is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forms.definition import FormDefinition, Question, QuestionType
from forms.expressions.compiler import compile_expression
from forms.expressions.indexed_tables import IndexedTable, Tables
from forms.expressions.parser import parse
from forms.expressions.scope import Kind, Read, Scope, scope_of
from forms.expressions.syntax import Call, ExpressionError, Node, walk
from forms.expressions.tables import passing
from forms.expressions.terms import (
    BooleanRun,
    Sort,
    Term,
    boolean,
    number,
    scalar,
)
from forms.mistakes import DefinitionError, DefinitionProblem, Mistake, problem
from forms.runtime.answers import read_calculated, read_decimal, reader_of
from forms.runtime.compiled import CompiledForm, Item
from forms.runtime.layout import Layout
from forms.runtime.linking import edges_of, plan_of
from forms.runtime.looking import TextCompiler, seen_by
from forms.runtime.ordering import CycleError, ordered
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
    "count": "repeat_count",
    "triggers": "trigger",
}
#: More problems than anybody reads at once.
MOST_PROBLEMS = 1_000

_OF_QUESTIONS = tuple(name for name in COLUMNS if name not in ("count", "triggers"))

_SORTS: Mapping[QuestionType, Sort] = {
    QuestionType.INTEGER: Sort.MEASURE,
    QuestionType.DECIMAL: Sort.MEASURE,
    QuestionType.RANGE: Sort.MEASURE,
    QuestionType.DATE: Sort.DATE,
    QuestionType.TODAY: Sort.DATE,
    QuestionType.TIME: Sort.TIME,
    QuestionType.DATE_TIME: Sort.DATE_TIME,
    QuestionType.START: Sort.DATE_TIME,
    QuestionType.END: Sort.DATE_TIME,
    QuestionType.CALCULATE: Sort.ANY,
    QuestionType.HIDDEN: Sort.TEXT,
}

#: How a calculated value is kept for later readers: XForms keeps text, or a number if it is one.
_KEPT_AS: Mapping[Sort, Sort] = {Sort.NUMBER: Sort.MEASURE, Sort.BOOLEAN: Sort.TEXT}


def compile_form(definition: FormDefinition) -> CompiledForm:
    """Compiles every expression. Raises ``DefinitionError`` with every problem found."""
    return _Compilation(definition).form()


class _Compilation:
    """One run over a definition; collects problems and goes on."""

    def __init__(self, definition: FormDefinition) -> None:
        self._definition = definition
        self._tables = Tables(definition)
        self._problems: list[DefinitionProblem] = []
        self._layout = Layout(definition)
        self._items = self._layout.items
        self._map = self._layout.form_map()
        self._levels = self._layout.levels
        for item in self._items:
            self._set_sort(item)
        self._trees: dict[tuple[int, str], Node] = {}
        #: Item -> what its relevance and calculation read; what its other expressions read; what
        #: it waits for.
        self._reads: list[dict[Read, None]] = [{} for _ in self._items]
        self._looks: list[dict[Read, None]] = [{} for _ in self._items]
        self._fires: list[dict[Read, None]] = [{} for _ in self._items]
        self._options: dict[str, IndexedTable] = {}
        self._texts = TextCompiler(definition.choices)

    def form(self) -> CompiledForm:
        for item in self._items:
            self._read_all(item)
        before = len(self._problems)
        steps = self._order()
        if len(self._problems) > before:  # no order, so nothing can be compiled
            self._stop_if_wrong()
        for step in steps:
            for item in step:
                self._compile_value(item)
        for item in self._items:
            self._compile_checks(item)
        self._problems += validity_problems(self._definition)
        self._stop_if_wrong()
        for item in self._items:
            item.is_running = any(
                source is item
                for read in self._reads[item.number]
                for source in self._sources(read, item)
            )
        plans = tuple(plan_of(level, self._items) for level in self._levels)
        for plan in plans:
            for identity in plan.identities:
                for _, item in identity.fields:
                    item.is_identity = True
        return CompiledForm(
            definition=self._definition,
            items=tuple(self._items),
            steps=steps,
            plans=plans,
            readers=edges_of(self._layout, self._reads, self._sources, with_groups=True),
            lookers=edges_of(self._layout, self._looks, self._sources),
            fired=edges_of(self._layout, self._fires, self._sources),
            by_path=self._layout.by_path,
            instances=self._layout.instances,
        )

    # -- what every expression reads --

    def _read_all(self, item: Item) -> None:
        for attribute, written in self._expressions(item):
            try:
                tree = parse(written)
            except ExpressionError as error:
                self._report(item, attribute, error)
                continue
            self._trees[item.number, attribute] = tree
        if item.inner is not None:
            self._place_relevance(item)
        for attribute in COLUMNS:
            self._read_one(item, attribute)
        self._read_triggers(item)
        scope = self._scope(item)
        self._texts.compile(item, scope)
        self._looks[item.number].update(scope.notes.reads)

    def _read_one(self, item: Item, attribute: str) -> None:
        tree = self._trees.get((item.number, attribute))
        if tree is None:
            return
        scope = self._scope(item)
        try:
            if attribute == "choice_filter":
                self._compile_filter(item, tree, scope)
            else:
                compile_expression(tree, scope)
        except ExpressionError as error:
            self._report(item, attribute, error)
            del self._trees[item.number, attribute]
            return
        found = scope.notes.reads
        is_calculation = attribute == "calculation"
        if is_calculation and _calls(tree, "once"):
            item.fills_once = True  # the one calculation that may read its own answer
            found = {read: None for read in found if read.path != item.path}
        if is_calculation and self._is_triggered(item):
            item.fills_once = False
        elif attribute in ("relevant", "calculation", "count"):
            self._reads[item.number].update(found)
        elif attribute != "default":
            self._looks[item.number].update(found)

    def _place_relevance(self, item: Item) -> None:
        """Relevance of a repeat is that of its list, unless it depends on the instance."""
        tree = self._trees.get((item.number, "relevant"))
        if tree is None:
            return
        instance = self._layout.instances[item.path]
        scope = self._scope(instance)
        try:
            compile_expression(tree, scope)
        except ExpressionError:
            return  # told when it is read
        own = self._levels[instance.level]
        if _calls(tree, "position") or any(read.anchor is own for read in scope.notes.reads):
            self._trees[instance.number, "relevant"] = self._trees.pop((item.number, "relevant"))

    def _read_triggers(self, item: Item) -> None:
        question = item.question
        if question is None or not self._is_triggered(item):
            return
        for path in question.triggers:
            spot = self._map.spots.get(path)
            if spot is None or spot.kind is not Kind.QUESTION:
                self._report(item, "triggers", ExpressionError(Mistake.DEF_019, name=path))
                continue
            shared = next(
                level
                for level in self._levels[item.level].around()
                if level in list(spot.level.around())
            )
            self._fires[item.number][Read(path, shared)] = None

    def _expressions(self, item: Item) -> Iterator[tuple[str, str]]:
        section = item.section
        if section is not None and not item.is_instance:
            if section.relevant is not None:
                yield "relevant", section.relevant
            if section.repeat is not None and section.repeat.count is not None:
                yield "count", section.repeat.count
        if item.question is not None:
            for attribute in _OF_QUESTIONS:
                written: str | None = getattr(item.question, attribute)
                if written is not None:
                    yield attribute, written

    def _is_triggered(self, item: Item) -> bool:
        return item.question is not None and bool(item.question.triggers)

    def _scope(self, item: Item) -> Scope:
        return scope_of(self._map, item.path, self._levels[item.level], self._tables)

    # -- the order --

    def _order(self) -> tuple[tuple[Item, ...], ...]:
        needs = [self._needs(item) for item in self._items]
        try:
            steps = ordered(dict(enumerate(needs)), [item.level for item in self._items])
        except CycleError as error:
            self._report_cycle(error.trail)
            return ()
        return tuple(tuple(self._items[number] for number in step) for step in steps)

    def _needs(self, item: Item) -> dict[int, bool]:
        """What comes before an item, and whether it needs only earlier instances of it."""
        needs: dict[int, bool] = {}
        around = self._layout.around.get(item.number)
        if around is not None:
            needs[around] = False
        for read in [*self._reads[item.number], *self._fires[item.number]]:
            for source in self._sources(read, item):
                earlier = read.earlier is not None and source.level == item.level
                needs[source.number] = earlier and needs.get(source.number, True)
        return needs

    def _sources(self, read: Read, reader: Item) -> tuple[Item, ...]:
        """The items whose change somebody who reads this has to notice."""
        item = self._layout.by_path.get(read.path)
        if item is None:  # a group that is only part of paths
            return ()
        if item.inner is None:
            return (item,)
        instance = self._layout.instances[read.path]
        has_own = (instance.number, "relevant") in self._trees
        # An instance's relevance may read its position, which is known from the list.
        return (item, instance) if has_own and reader is not instance else (item,)

    def _report_cycle(self, trail: Sequence[int]) -> None:
        items = [self._items[number] for number in trail]
        reading = next(item for item in items if self._reads[item.number])
        of_calculation = (reading.number, "calculation") in self._trees
        counted = (reading.number, "count") in self._trees
        attribute = "calculation" if of_calculation else "count" if counted else "relevant"
        written = " → ".join(dict.fromkeys(item.path for item in items[:-1]))
        written = f"{written} → {items[0].path}"
        self._report(reading, attribute, ExpressionError(Mistake.DEF_022, name=written))

    # -- closures --

    def _compile(self, item: Item, attribute: str) -> Term | None:
        tree = self._trees.get((item.number, attribute))
        if tree is None:
            return None
        try:
            return compile_expression(tree, self._scope(item))
        except ExpressionError as error:
            self._report(item, attribute, error)
            return None

    def _set_sort(self, item: Item) -> None:
        question = item.question
        if question is None:
            return
        item.sort = _SORTS.get(question.type, Sort.TEXT)
        self._keep_sort(item)
        if question.type is not QuestionType.NOTE:
            item.read = reader_of(question)

    def _keep_sort(self, item: Item) -> None:
        item.blank = None if item.sort is Sort.MEASURE else ""
        spot = self._map.spots[item.path]
        spot.sort, spot.blank = item.sort, item.blank

    def _compile_value(self, item: Item) -> None:
        relevant = self._compile(item, "relevant")
        if relevant is not None and not (relevant.constant and boolean(relevant)([])):
            item.relevant = boolean(relevant)
        count = self._compile(item, "count")
        if count is not None:
            item.count = number(count)
        if item.question is None:
            return
        calculation = self._compile(item, "calculation")
        if calculation is None:
            return
        calculation = scalar(calculation)
        if self._is_triggered(item):
            item.triggered = calculation
        else:
            item.calculation = calculation
        if item.question.type is QuestionType.CALCULATE:
            item.sort = _KEPT_AS.get(calculation.sort, calculation.sort)
            item.read = read_decimal if item.sort is Sort.MEASURE else read_calculated
            self._keep_sort(item)
        else:
            item.rereads = item.sort is not Sort.TEXT

    def _compile_checks(self, item: Item) -> None:
        question = item.question
        if question is None:
            return
        item.is_worked_out = item.calculation is not None or question.type is QuestionType.CALCULATE
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
            tree = self._trees[item.number, "warning"]
            item.seen = seen_by(tree, item, self._scope(item), self._layout)
        tests = (item.required, item.constraint, item.warning)
        item.is_checked = bool(item.choices) or any(test is not None for test in tests)
        is_one = question.type is QuestionType.SELECT_ONE and not item.dated
        item.is_one_choice = is_one and item.allowed is not None

    def _test(self, item: Item, attribute: str) -> BooleanRun | None:
        term = self._compile(item, attribute)
        return None if term is None else boolean(term)

    def _compile_choices(self, item: Item, question: Question) -> None:
        if question.list_name is None:
            return
        item.choices = tuple(self._definition.choices.get(question.list_name, ()))
        item.dated = validities(item.choices)
        tree = self._trees.get((item.number, "choice_filter"))
        if tree is None:
            item.allowed = frozenset(choice.code for choice in item.choices)
            return
        try:
            self._compile_filter(item, tree, self._scope(item))
        except ExpressionError as error:
            self._report(item, "choice_filter", error)

    def _compile_filter(self, item: Item, tree: Node, scope: Scope) -> None:
        list_name = item.question.list_name if item.question is not None else None
        name = list_name or ""
        if name not in self._options:
            self._options[name] = self._tables.options(self._definition.choices.get(name, ()))
        item.options = passing(self._options[name], (tree,), scope, compile_expression)

    # -- problems --

    def _report(self, item: Item, attribute: str, error: ExpressionError) -> None:
        found = problem(
            error.mistake,
            sheet="survey",
            row=item.row,
            column=COLUMNS.get(attribute, attribute),
            **error.parameters,
        )
        if len(self._problems) < MOST_PROBLEMS and found not in self._problems:
            self._problems.append(found)

    def _stop_if_wrong(self) -> None:
        if self._problems:
            raise DefinitionError(sorted(self._problems, key=lambda one: one.row))


def _calls(tree: Node, name: str) -> bool:
    return any(isinstance(node, Call) and node.name == name for node in walk(tree))
