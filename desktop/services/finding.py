"""Who is already here: asked while somebody is typed, so that nobody stands in a register twice.

A number finds from its sixth digit; a name finds with the year of birth. People of the province's
base list are found like all others: they are persons of the register. What speaks for a pair is
weighed by ``forms.duplicates``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from desktop.domain.households import Candidate, Likely, NewPerson
from desktop.domain.people import PeopleFilter, PersonId, PersonRow
from desktop.store.documents import Document
from desktop.store.people import about_how_many, count_people, people_page
from desktop.store.register import Register
from forms.dates import PartialDate, parse_stored, parse_typed
from forms.duplicates.evidence import NameFrequencies
from forms.duplicates.finding import DuplicateIndex, Likeness
from forms.duplicates.people import IdentityRow, folded
from forms.duplicates.wording import explained
from forms.rules.identity import clean_number
from forms.vietnamese import clean, search_key
from sync.protocol.documents import LISTED_BY

#: So many are offered.
MOST_OFFERED = 6
#: Digits from which a number that is being typed finds.
_FIRST_DIGITS = 6
_CARD = 12
_LOOKED_AT = 40
#: Names are weighed as in a whole commune, however few are in the register yet.
_A_COMMUNE = 10_000
_ANYBODY = PeopleFilter(presence=None)
_LIKELY = {
    Likeness.LIKELY: Likely.SAME,
    Likeness.POSSIBLE: Likely.MAYBE,
    Likeness.SHARED_NUMBER: Likely.NUMBER,
}
_ORDER = {Likely.SAME: 0, Likely.NUMBER: 1, Likely.MAYBE: 2, None: 3}
_TYPED = "typed"


class Finding:
    """Looks for people in one register; any thread may call."""

    def __init__(self, *, register: Register) -> None:
        self._register = register

    def candidates(
        self, typed: NewPerson, *, other_than: Iterable[PersonId] = ()
    ) -> tuple[Candidate, ...]:
        """Who may be meant, the likeliest first; nobody while too little is typed."""
        apart = set(other_than)
        found: dict[PersonId, PersonRow] = {}
        for text in _questions(typed):
            page = people_page(self._register, text, limit=_LOOKED_AT, where=_ANYBODY)
            found |= {row.person_id: row for row in page.rows if row.person_id not in apart}
        if not found:
            return ()
        documents = {one.document_id: one for one in self._register.documents(list(found))}
        judged = self._judged(typed, documents.values())
        offered = []
        for person_id, row in found.items():
            likely, why = judged.get(person_id, (None, ""))
            if likely is not None or _is_as_typed(row, typed):
                offered.append(_candidate(row, documents[person_id], likely, why))
        return tuple(sorted(offered, key=lambda one: _ORDER[one.likely])[:MOST_OFFERED])

    def _judged(
        self, typed: NewPerson, documents: Iterable[Document]
    ) -> dict[PersonId, tuple[Likely, str]]:
        index = DuplicateIndex(identity_of(one) for one in documents)
        self._count_names(index.names, clean(typed.full_name))
        born = _born(typed.birth_date)
        asked = IdentityRow(
            key=_TYPED,
            full_name=clean(typed.full_name),
            birth_date="" if born is None else born.stored,
            sex=typed.sex,
            id_numbers=(typed.id_number,) if typed.id_number else (),
        )
        return {
            PersonId(pair.first): (_LIKELY[pair.likeness], explained(pair))
            for pair in index.matches(asked)
        }

    def _count_names(self, names: NameFrequencies, full_name: str) -> None:
        """How rare a name is, the whole register tells, not the few who were found by it."""
        names.total = max(_A_COMMUNE, about_how_many(self._register))
        if not full_name:
            return
        person = folded(IdentityRow(key=_TYPED, full_name=full_name))
        names.plain[person.plain] = self._namesakes(person.plain)
        names.ends[person.ends] = self._namesakes(person.ends)

    def _namesakes(self, words: str) -> int:
        return count_people(self._register, words, where=_ANYBODY)


def identity_of(person: Document) -> IdentityRow:
    """A person's document as the search for duplicates reads it."""
    fields = person.fields
    return IdentityRow(
        key=person.document_id,
        full_name=str(fields.get("full_name") or ""),
        birth_date=str(fields.get("birth_date") or ""),
        sex=str(fields.get("sex") or ""),
        id_numbers=tuple(
            str(fields[name]) for name in ("id_number", "old_id_number") if fields.get(name)
        ),
        residence=str(fields.get("permanent_residence") or ""),
        native_place=str(fields.get("native_place") or ""),
    )


def _is_as_typed(row: PersonRow, typed: NewPerson) -> bool:
    """Does the number go on from what was typed, or is it the name with the year?"""
    number = clean_number(typed.id_number)
    if number and row.id_number.startswith(number):
        return True
    born = _born(typed.birth_date)
    is_year = born is not None and row.birth_date.startswith(str(born.year))
    return is_year and search_key(clean(typed.full_name)) == search_key(row.full_name)


def _questions(typed: NewPerson) -> Iterator[str]:
    """What the index is asked: the number and its thirds, then the name with the year."""
    number = clean_number(typed.id_number)
    if len(number) >= _FIRST_DIGITS and number.isdecimal():
        yield number
        if len(number) == _CARD:  # one wrong digit leaves one end as it is
            yield number[:9]
            yield number[-6:]
    born = _born(typed.birth_date)
    words = clean(typed.full_name).split()
    if born is None or len(words) < 2:
        return
    yield f"{' '.join(words)} {born.year}"
    if len(words) > 2:
        yield f"{words[0]} {words[-1]} {born.year}"


def _born(text: str) -> PartialDate | None:
    typed = clean(text)
    return parse_stored(typed) or parse_typed(typed)


def _candidate(row: PersonRow, person: Document, likely: Likely | None, why: str) -> Candidate:
    return Candidate(
        person_id=row.person_id,
        full_name=row.full_name,
        birth_date=row.birth_date,
        id_number=row.id_number,
        hamlet=row.hamlet,
        head_name=row.head_name,
        presence=row.presence,
        likely=likely,
        why=why,
        is_listed=bool(person.fields.get(LISTED_BY)),
    )
