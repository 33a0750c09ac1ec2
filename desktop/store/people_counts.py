"""How many persons a text and a filter find, and how many with each value of each filter.

The index counts its own rows, so a count reads one list of places for each value and no person.
What words do not decide (parts of numbers, the first and the last year of an age, households of a
head) is looked at person by person, once for all values, and never for longer than somebody waits:
then the total is a lower bound and no value is counted. Records of restricted data sets stand in
no list read here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from desktop.domain.people import (
    EVERYBODY,
    CheckState,
    Facet,
    Missing,
    PeopleCounts,
    PeopleFilter,
    RecordStatus,
)
from desktop.store import people_words as words
from desktop.store.people import count_words, look_at_all
from desktop.store.people_query import HIGHEST, Condition, Query, ask, hamlets
from desktop.store.register import Register

#: So many persons are looked at one by one; who asks for more learns that there are more.
LOOKED_AT = 3000

_VALUES = "SELECT word FROM people_vocabulary WHERE word > ? AND word < ?"

#: What a filter looks like without one property, to count that property's values.
_WITHOUT: Mapping[Facet, dict[str, object]] = {
    Facet.STATUS: {"status": None},
    Facet.CHECK: {"check": None},
    Facet.FORM: {"form_id": "", "has_form": True},
    Facet.NO_FORM: {"form_id": "", "has_form": True},
    Facet.FINDING: {"is_flagged": False, "finding": ""},
    Facet.MISSING: {"missing": None},
    Facet.HAMLET: {"hamlet": ""},
}


def count_facets(
    register: Register,
    text: str,
    *,
    today: date,
    where: PeopleFilter = EVERYBODY,
    keep_going: Callable[[], bool] = lambda: True,
) -> PeopleCounts:
    """How many are found, and for each value of each facet how many would be with that value.

    ``keep_going`` is asked between counts; after a refusal the facets not yet counted stay out.
    """
    with register.reading() as connection:
        answers: dict[Query, _Answer] = {}

        def answer(to: PeopleFilter) -> _Answer:
            query = ask(connection, text, to, today=today)
            if query not in answers:
                answers[query] = _Answer(connection, query)
            return answers[query]

        found = answer(where)
        facets: dict[tuple[Facet, str], int] = {}
        if not found.is_whole:
            return PeopleCounts(found.total, facets, is_whole=False)
        for facet, names in _values(connection):
            loosened = answer(replace(where, **_WITHOUT[facet]))  # type: ignore[arg-type]  # fields by name
            if not loosened.is_whole:
                continue
            counted: dict[tuple[Facet, str], int] = {}
            for value, condition in names.items():
                if not keep_going():
                    return PeopleCounts(found.total, facets)
                counted[facet, value] = loosened.count(condition)
            facets |= counted
        return PeopleCounts(found.total, facets)


class _Answer:
    """One question, counted: by the index where words decide, else person by person.

    Attributes:
        total: how many are found; of a question that is not ``is_whole`` there are more.
    """

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._by_words: Query | None = query if query.is_settled_by_words else None
        self._seen: Counter[str] = Counter()
        self.total = 0
        self.is_whole = True
        if self._by_words is None:
            if query.is_about_age_alone:
                self._by_words, query = query.split_by_year()
            self._look_at(query)
        if self._by_words is not None:
            self.total += count_words(connection, self._by_words)

    def _look_at(self, query: Query) -> None:
        for number, looked in enumerate(look_at_all(self._connection, query), start=1):
            if looked.is_found:
                self.total += 1
                self._seen.update(looked.words)
            if number == LOOKED_AT:
                self.is_whole = False
                return

    def count(self, condition: Condition) -> int:
        """How many of them meet the condition; it is about one word."""
        (word,) = condition.words
        having = self._seen[word]
        if self._by_words is not None:
            narrowed = self._by_words.with_conditions(Condition(condition.words))
            having += count_words(self._connection, narrowed)
        return having if condition.holds else self.total - having


def _values(connection: Connection) -> Iterator[tuple[Facet, dict[str, Condition]]]:
    """Each value of each facet, as a condition; what is looked at most comes first."""
    yield Facet.STATUS, {s.value: _has(words.status_word(s)) for s in RecordStatus}
    findings = _known(connection, words.ANY_FINDING)
    yield (
        Facet.FINDING,
        {
            "": _has(words.ANY_FINDING),
            **{words.code_of(word): _has(word) for word in findings if word != words.ANY_FINDING},
        },
    )
    yield Facet.CHECK, {s.value: _has(words.check_word(s)) for s in CheckState}
    yield Facet.MISSING, {m.value: _has(words.missing_word(m)) for m in Missing}
    forms = [words.form_of(word) for word in _known(connection, words.A_FORM)]
    yield Facet.FORM, {form: _has(words.form_word(form)) for form in forms}
    lacking = {form: Condition(frozenset({words.form_word(form)}), holds=False) for form in forms}
    yield Facet.NO_FORM, lacking
    yield Facet.HAMLET, {h: _has(words.hamlet_word(h)) for h in hamlets(connection)}


def _known(connection: Connection, beginning: str) -> list[str]:
    """Every word of the index with this beginning."""
    between = (beginning, beginning + HIGHEST)
    return [row[0] for row in connection.exec_driver_sql(_VALUES, between)]


def _has(word: str) -> Condition:
    return Condition(frozenset({word}))
