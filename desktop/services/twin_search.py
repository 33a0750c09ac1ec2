"""Which pairs of entries wait for somebody to say whether they are one person.

Looking through everybody takes about a second among 100,000, and the badge asks after every save:
what was found is kept, and looked for anew only when somebody was written who is in it, or who has
a number or a name and birth date of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias

from desktop.services.finding import identity_of
from desktop.services.keeping import Kept
from desktop.store.documents import Document
from desktop.store.projections import DISTINCT
from desktop.store.register import Register
from desktop.store.twins import has_twin, twin_groups
from forms.duplicates.finding import DuplicatePair, find_duplicates
from sync.protocol.documents import DocumentType

#: So many pairs are shown; who decides about these finds the next ones.
MOST_SHOWN = 200
#: Groups compared with one another at a time.
_GROUPS_AT_ONCE = 200
#: Of so many one looks whether they have a twin, one by one; of more, at everybody.
_ONE_BY_ONE = 20


Pairs: TypeAlias = tuple[DuplicatePair, ...]


class TwinSearch:
    """The pairs of one register; any thread may ask."""

    def __init__(self, *, register: Register) -> None:
        self._register = register
        self._pairs = Kept(
            register.renamed,
            everything=self._everything,
            again=self._held,
            one_by_one=_ONE_BY_ONE,
        )

    def pairs(self) -> Pairs:
        """The first pairs about which nobody decided, the likeliest first."""
        return self._pairs.now()

    def _everything(self) -> Pairs:
        found = islice(self._undecided(), MOST_SHOWN)
        return tuple(sorted(found, key=lambda pair: -pair.evidence.weight))

    def _held(self, pairs: Pairs, renamed: frozenset[str]) -> Pairs | None:
        """The same, if they are still all though these were renamed since."""
        known = {name for pair in pairs for name in (pair.first, pair.second)}
        is_apart = known.isdisjoint(renamed) and not any(
            has_twin(self._register, person_id) for person_id in renamed
        )
        return pairs if is_apart else None

    def _undecided(self) -> Iterator[DuplicatePair]:
        """Group by group, so that those about whom somebody decided take nobody's place."""
        groups = iter(twin_groups(self._register))
        seen: set[tuple[str, str]] = set()
        while some := list(islice(groups, _GROUPS_AT_ONCE)):
            ids = sorted({name for group in some for name in group})
            persons = {
                one.document_id: one
                for one in self._register.documents(ids)
                if not one.fate and one.document_type is DocumentType.PERSON
            }
            for pair in find_duplicates(map(identity_of, persons.values())):
                first, second = persons[pair.first], persons[pair.second]
                is_open = first.bucket == second.bucket and not _are_distinct(first, second)
                if is_open and (pair.first, pair.second) not in seen:
                    seen.add((pair.first, pair.second))
                    yield pair


def _are_distinct(one: Document, other: Document) -> bool:
    return (DISTINCT + other.document_id) in one.fields or (
        DISTINCT + one.document_id
    ) in other.fields
