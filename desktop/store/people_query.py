"""What somebody typed, and what the list is narrowed to, as a question to the index of people.

Words without marks are beginnings of words of the name, all of them, in any order; letters with
which no name begins are initials (``nt mai``) or, from three on, stand inside a word. A word on its
own may always be initials. ``ấp 3`` is a hamlet when there is one, ``1972`` beside words a year of
birth, other digits part of a number. Words typed with marks do not shut out other spellings; who is
spelt like that comes first. Nothing that was typed has a meaning in SQL or in the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, unique

from sqlalchemy import Connection

from desktop.domain.people import PeopleFilter
from desktop.store import people_words as words
from forms.vietnamese import clean, compare_key
from sync.protocol.life import Presence

_GONE = frozenset(words.presence_word(one) for one in (Presence.DEAD, Presence.LEFT))
#: Sorts after everything that begins alike.
HIGHEST = "\U0010ffff"

_NUMBER = re.compile(r"[a-z]{0,2}\d[\d .]*", re.IGNORECASE)
_HEAD = re.compile(r"chu ho\b[\s:]*")
_BEGINNINGS = (
    "SELECT word FROM people_vocabulary WHERE word >= ? AND word < ? AND instr(word, '_') = 0 "
    "LIMIT ?"
)
_INSIDE = (
    "SELECT word FROM people_vocabulary WHERE instr(word, ?) > 0 AND instr(word, '_') = 0 LIMIT ?"
)
# One step into the index for each hamlet, however many households it has.
_HAMLETS = """
WITH RECURSIVE found (hamlet) AS (
  SELECT min(hamlet) FROM households
  UNION ALL
  SELECT (SELECT min(hamlet) FROM households WHERE hamlet > found.hamlet) FROM found
  WHERE found.hamlet IS NOT NULL
)
SELECT hamlet FROM found WHERE hamlet > '' LIMIT 5000
"""
#: More words than these with one beginning are no words of names.
_ALTERNATIVES = 400
_SHORTEST_INSIDE = 3
_SHORTEST_NUMBER = 4
_YEARS = range(1900, 2101)
_OLDEST = 130
_NOBODY = "0_"
_ALL = f'("{words.EVERYBODY}")'


@unique
class Kind(Enum):
    """What the text is about."""

    WORDS = "words"
    NUMBER = "number"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Condition:
    """Any of these words of the index, or none of them."""

    words: frozenset[str]
    holds: bool = True

    def accepts(self, found: frozenset[str]) -> bool:
        """Does a person with these words meet it?"""
        return self.words.isdisjoint(found) is not self.holds


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the index.

    Attributes:
        match: the text, in the language of the index.
        spelt: who of them comes first; "" for nobody.
        digits: each is the beginning or the end of a number of the person.
        born_from, born_to: the dates between which the person may be born; "" for open.
        years: the years of birth that they touch, as words; ``None`` when they are open.
    """

    kind: Kind
    match: str
    spelt: str
    digits: tuple[str, ...]
    conditions: tuple[Condition, ...]
    born_from: str = ""
    born_to: str = ""
    years: frozenset[str] | None = None

    @property
    def is_settled_by_words(self) -> bool:
        """Does the index alone decide who is found?"""
        is_by_words = self.kind is Kind.WORDS and not self.digits
        return is_by_words and not (self.born_from or self.born_to)

    @property
    def is_about_age_alone(self) -> bool:
        """Does the index decide all but who was born in the first or the last year?"""
        return self.kind is Kind.WORDS and not self.digits

    def expression(self, *, spelt: bool | None = None, conditions: Iterable[Condition] = ()) -> str:
        """The question with its conditions; ``spelt`` asks for those who come first, or later."""
        parts: list[str] = []
        refused: list[str] = []
        if self.years is not None:
            parts.append(any_of(self.years or {_NOBODY}))
        for condition in (*self.conditions, *conditions):
            (parts if condition.holds else refused).append(any_of(condition.words))
        if spelt is not None and self.spelt:
            (parts if spelt else refused).append(f"({self.spelt})")
        if not parts or self.match != _ALL:  # who meets a condition is somebody
            parts.insert(0, f"({self.match})")
        expression = " AND ".join(parts)
        return f"({expression}) NOT ({' OR '.join(refused)})" if refused else expression

    def with_conditions(self, *conditions: Condition) -> Query:
        """The same question, narrowed."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def split_by_year(self) -> tuple[Query, Query]:
        """Those whose year of birth decides alone, and those born in the first or last year."""
        at_the_ends = frozenset(
            words.year_word(int(day[:4])) for day in (self.born_from, self.born_to) if day
        )
        years = self.years or frozenset()
        sure = replace(self, years=years - at_the_ends, born_from="", born_to="")
        return sure, replace(self, years=years & at_the_ends)

    def may_be_born(self, birth_date: str) -> bool:
        """Can somebody with this birth date, or part of one, be born between the dates?"""
        if not (self.born_from or self.born_to):
            return True
        if self.born_to and birth_date > self.born_to:
            return False
        # A date that ends early (a year, a month) reaches to the end of what it names.
        return bool(birth_date) and birth_date + "~" > self.born_from + "~"

    def has_digits(self, numbers: Sequence[str]) -> bool:
        """Is every group of digits at the beginning or the end of one of these numbers?"""
        return all(
            any(number.startswith(digits) or number.endswith(digits) for number in numbers)
            for digits in self.digits
        )


def ask(connection: Connection, text: str, where: PeopleFilter, *, today: date | None) -> Query:
    """The question that a text and a filter put; an age without a day needs ``today``."""
    query = _ask_text(connection, clean(text)).with_conditions(*_conditions(where))
    return _of_age(_present(query, where.presence), where, today)


def hamlets(connection: Connection) -> list[str]:
    """Every hamlet that a household lives in, as it is written."""
    return [row[0] for row in connection.exec_driver_sql(_HAMLETS)]


def any_of(found: Iterable[str]) -> str:
    """Any of these words, in the language of the index."""
    return "(" + " OR ".join(f'"{word}"' for word in sorted(found)) + ")"


def _ask_text(connection: Connection, text: str) -> Query:
    if not text:
        return Query(Kind.WORDS, _ALL, "", (), ())
    if _NUMBER.fullmatch(text):
        digits = re.sub("[ .]", "", text).casefold()
        return Query(Kind.NUMBER, _ALL, "", (digits,), ())
    head = _HEAD.match(" ".join(words.typed_words(text)))
    if head is None:
        return _ask_words(connection, text)
    after = text.partition(":")[2] if ":" in text else " ".join(text.split()[2:])
    heads = _ask_words(connection, after).with_conditions(Condition(frozenset({words.HEAD})))
    return replace(heads, kind=Kind.HEAD, spelt="")


def _ask_words(connection: Connection, text: str) -> Query:
    typed = words.typed_words(text)
    years, digits, rest = [], [], []
    known = hamlets(connection) if typed else []
    first, last, found = _hamlet_in(typed, text, known)
    for place, word in enumerate(typed):
        if not word.isdigit() or first <= place < last:
            rest.append(place)
        elif len(word) == len("1972") and int(word) in _YEARS:
            years.append(words.year_word(int(word)))
        elif len(word) >= _SHORTEST_NUMBER:
            digits.append(word)
        else:
            rest.append(place)
    alternatives = [_names(connection, [typed[place] for place in rest])]
    if found:
        outside = [typed[place] for place in rest if not first <= place < last]
        alternatives.append(f"({_names(connection, outside)} AND {any_of(found)})")
    match = f"({' OR '.join(alternatives)})"
    match = " AND ".join([match, *(any_of([year]) for year in years)])
    spelt = [f'"{word}"' for part in text.split() if (word := words.spelt_word(part))]
    spelt = [] if found else spelt
    conditions: tuple[Condition, ...] = ()
    if not typed:
        match = any_of([_NOBODY if text else words.EVERYBODY])
    return Query(Kind.WORDS, match, " AND ".join(spelt), tuple(digits), conditions)


def _names(connection: Connection, typed: Sequence[str]) -> str:
    """Everybody whose name has all these words."""
    if not typed:
        return any_of([words.EVERYBODY])
    parts = dict.fromkeys(_alternatives(connection, word, alone=len(typed) == 1) for word in typed)
    return "(" + " AND ".join(map(any_of, parts)) + ")"


def _alternatives(connection: Connection, typed: str, *, alone: bool) -> tuple[str, ...]:
    """The words of the index that a typed word may mean."""
    if len(typed) == len("ng"):
        found = [typed]  # every word has its first two letters beside it
        known = connection.exec_driver_sql(
            "SELECT 1 FROM people_vocabulary WHERE word = ?", (typed,)
        ).first()
        is_known = known is not None
    else:
        rows = connection.exec_driver_sql(_BEGINNINGS, (typed, typed + HIGHEST, _ALTERNATIVES))
        found = [row[0] for row in rows]
        if len(typed) == 1:
            found = [word for word in found if len(word) <= len("ng")]
        is_known = bool(found)
    if not is_known or (alone and len(typed) >= _SHORTEST_INSIDE):
        found.append(f"_{typed}")
    if not is_known and len(typed) >= _SHORTEST_INSIDE:
        rows = connection.exec_driver_sql(_INSIDE, (typed, _ALTERNATIVES))
        found += [row[0] for row in rows]
    return tuple(sorted(set(found)))


def _hamlet_in(
    typed: Sequence[str], text: str, known: Sequence[str]
) -> tuple[int, int, frozenset[str]]:
    """Where words name a hamlet, and what the index calls it; of several the longest.

    At least two words of it, or all of it; the last one typed may be a beginning.
    """
    best: tuple[int, int, list[str]] = (0, 0, [])
    for hamlet in known:
        of_hamlet = words.typed_words(hamlet)
        for first in range(len(typed)):
            length = _common(typed[first:], of_hamlet)
            if length < min(2, len(of_hamlet)) or not length:
                continue
            if length > best[1] - best[0]:
                best = (first, first + length, [hamlet])
            elif (first, first + length) == best[:2]:
                best[2].append(hamlet)
    first, last, found = best
    run = list(typed[first:last])
    whole = [hamlet for hamlet in found if words.typed_words(hamlet) == run] or found
    spelt = f" {compare_key(text)} "
    spelt_so = [hamlet for hamlet in whole if f" {compare_key(hamlet)} " in spelt] or whole
    return first, last, frozenset(map(words.hamlet_word, spelt_so))


def _common(typed: Sequence[str], of_hamlet: Sequence[str]) -> int:
    """How many words agree from the first on; the last one typed may be a beginning."""
    for place, (word, whole) in enumerate(zip(typed, of_hamlet, strict=False)):
        if word != whole:
            is_begun = place == len(typed) - 1 and whole.startswith(word)
            return place + is_begun
    return min(len(typed), len(of_hamlet))


def _conditions(where: PeopleFilter) -> list[Condition]:
    wanted: list[str] = []
    if where.status is not None:
        wanted.append(words.status_word(where.status))
    if where.check is not None:
        wanted.append(words.check_word(where.check))
    if where.is_flagged:
        wanted.append(words.ANY_FINDING)
    if where.finding:
        wanted.append(words.finding_word(where.finding))
    if where.missing is not None:
        wanted.append(words.missing_word(where.missing))
    if where.hamlet:
        wanted.append(words.hamlet_word(where.hamlet))
    conditions = [Condition(frozenset({word})) for word in wanted]
    if where.form_id:
        form = frozenset({words.form_word(where.form_id)})
        conditions.append(Condition(form, holds=where.has_form))
    return conditions


def _present(query: Query, presence: Presence | None) -> Query:
    """Narrowed to who is here, unless a number names somebody; or to who is gone."""
    if presence is Presence.HERE:
        is_named = query.kind is Kind.NUMBER
        return query if is_named else query.with_conditions(Condition(_GONE, holds=False))
    if presence is None:
        return query
    return query.with_conditions(Condition(frozenset({words.presence_word(presence)})))


def _of_age(query: Query, where: PeopleFilter, today: date | None) -> Query:
    """Narrowed to an age: by years of birth, and by the dates at both ends."""
    if where.age_from is None and where.age_to is None:
        return query
    on = where.age_on or today
    if on is None:
        raise ValueError("an age needs the day on which somebody is so old")
    oldest = _OLDEST if where.age_to is None else where.age_to
    born_to = _years_before(on, where.age_from or 0)
    born_from = _years_before(on, oldest + 1)
    years = range(int(born_from[:4]), int(born_to[:4]) + 1)
    return replace(
        query,
        born_from=born_from,
        born_to=born_to,
        years=frozenset(map(words.year_word, years)),
    )


def _years_before(day: date, years: int) -> str:
    """The day so many years earlier; of 29 February the last one there is."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year).isoformat()
    except ValueError:
        return day.replace(year=year, day=28).isoformat()
