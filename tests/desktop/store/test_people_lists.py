"""Text, filters, counts and pages of the people list, beside a plain model of the same people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.people import (
    EVERYBODY,
    CheckState,
    Facet,
    Missing,
    PeopleFilter,
    PersonRow,
    RecordStatus,
    SavedFilter,
)
from desktop.errors import Problem, UserError
from desktop.store.batch import make_lists
from desktop.store.keys import DataKey
from desktop.store.name_order import name_code
from desktop.store.people import count_people, people_page
from desktop.store.people_counts import count_facets
from desktop.store.register import Register
from desktop.store.saved_filters import (
    forget_filter,
    keep_filter,
    last_filter,
    rename_filter,
    saved_filters,
)
from forms.vietnamese import search_key, sort_key
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value
from tests.desktop.store.edits import an_id, edit, household, person, save

FORM = "tt11_2022_m03"
TODAY = date(2026, 11, 22)
WORDS = ("Nguyễn", "Trần", "Thị", "Văn", "Mai", "Mái", "Hòa", "Hoa", "An", "Ân", "Minh")
HAMLETS = ("Ấp 3", "Ấp 30", "Thôn Đồng", "Thôn Đông", "Tổ 1", "")
NUMBERS = ("003172000011", "003172000012", "003085000011", "012345678", "", "")
BORN = ("1972", "1972-05", "1972-05-06", "2011-11-22", "2011-11-23", "2011-11", "1950-01-01", "")


@dataclass(frozen=True)
class Someone:
    """A person of the model, with everything the list may be narrowed by."""

    name: str
    hamlet: str
    number: str
    born: str
    status: RecordStatus
    check: CheckState
    flags: tuple[str, ...]
    person_id: str = field(default_factory=an_id)

    @property
    def words(self) -> list[str]:
        return search_key(self.name).split()


SOMEBODY = st.builds(
    Someone,
    name=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    hamlet=st.sampled_from(HAMLETS),
    number=st.sampled_from(NUMBERS),
    born=st.sampled_from(BORN),
    status=st.sampled_from((RecordStatus.NONE, RecordStatus.DRAFT, RecordStatus.SUBMITTED)),
    check=st.sampled_from((CheckState.NOT_ASKED, CheckState.WAITING, CheckState.MATCHED)),
    flags=st.sampled_from(((), ("ID_006",), ("ID_004", "ID_013"))),
    person_id=st.builds(an_id),
)
TEXTS = st.sampled_from(
    (
        *("", "n", "ng", "nguyen", "mai", "tran thi", "hoa an", "min", "guy", "nt mai", "zz"),
        *("mai 1972", "mai ap 3", "thôn đồng", "an to 1", "ap", "0", "0031", "000011", "1972"),
        *("Hòa", "mái", "chủ hộ mai", "chu ho: nguyen"),
    )
)
FILTERS = st.builds(
    PeopleFilter,
    status=st.sampled_from((None, None, *RecordStatus)),
    check=st.sampled_from((None, None, CheckState.WAITING, CheckState.NOT_ASKED)),
    form_id=st.sampled_from(("", "", FORM)),
    has_form=st.booleans(),
    is_flagged=st.sampled_from((False, False, True)),
    finding=st.sampled_from(("", "", "ID_006")),
    missing=st.sampled_from(
        (None, None, Missing.ID_NUMBER, Missing.BIRTH_DATE, Missing.WHOLE_BIRTH_DATE)
    ),
    hamlet=st.sampled_from(("", "", "Ấp 3", "Thôn Đồng")),
    age_from=st.sampled_from((None, None, 15, 54)),
    age_to=st.sampled_from((None, None, 14, 54, 60)),
)


def keep(register: Register, people: Sequence[Someone]) -> None:
    """Save them, each the head of a household."""
    edits = []
    for one in people:
        home, record = an_id(), an_id()
        flags: Value = list(one.flags) or None
        edits += [
            person(
                one.person_id,
                full_name=one.name,
                household_id=home,
                id_number=one.number or None,
                birth_date=one.born or None,
                flags=flags,
            ),
            household(home, hamlet=one.hamlet or None, head_person_id=one.person_id, code="1"),
        ]
        about: dict[str, Value] = {"person_id": one.person_id}
        if one.status is not RecordStatus.NONE:
            edits.append(edit(DocumentType.RECORD, record, about | {"form_id": FORM}))
        if one.status is RecordStatus.SUBMITTED:
            handed_in: dict[str, Value] = {"record_id": record, "round": 1, "form_id": FORM}
            edits.append(edit(DocumentType.SUBMISSION, an_id(), about | handed_in))
        if one.check is not CheckState.NOT_ASKED:
            answer = None if one.check is CheckState.WAITING else one.check.value
            edits.append(edit(DocumentType.CHECK, an_id(), about | {"answer": answer}))
    save(register, *edits)


# -- the model: everybody, one by one, with nothing but plain Python --


def fits(one: Someone, where: PeopleFilter) -> bool:
    """Does the filter let somebody through?"""
    missing = {
        Missing.ID_NUMBER: not one.number,
        Missing.BIRTH_DATE: not one.born,
        Missing.WHOLE_BIRTH_DATE: len(one.born) in (4, 7),
    }
    has_form = one.status is not RecordStatus.NONE
    return all(
        (
            where.status in (None, one.status),
            where.check in (None, one.check),
            not where.form_id or has_form == where.has_form,
            not where.is_flagged or bool(one.flags),
            not where.finding or where.finding in one.flags,
            where.missing is None or missing[where.missing],
            where.hamlet in ("", one.hamlet),
            may_be_of_age(one.born, where.age_from, where.age_to),
        )
    )


def may_be_of_age(born: str, at_least: int | None, at_most: int | None) -> bool:
    """Is there a day that the birth date may mean on which the age is right?"""
    if at_least is None and at_most is None:
        return True
    if not born:
        return False
    first = date.fromisoformat((born + "-01-01")[:10])
    last = {4: f"{born}-12-31", 7: f"{born}-30", 10: born}[len(born)]
    youngest, oldest = age(date.fromisoformat(last)), age(first)
    return oldest >= (at_least or 0) and youngest <= (130 if at_most is None else at_most)


def age(born: date) -> int:
    """Whole years."""
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def is_meant(one: Someone, text: str) -> bool:
    """Does the text mean somebody?"""
    text = search_key(text)
    if text.startswith("chu ho"):
        text = text.removeprefix("chu ho").strip(": ")
    if re.fullmatch(r"\d+", text):
        ends = one.number.endswith(text) and len(text) >= 4
        return one.number.startswith(text) or ends or (text == "1972" and "1972" in one.born[:4])
    typed = text.split()
    if "1972" in typed:
        typed.remove("1972")
        if not one.born.startswith("1972"):
            return False
    return has_name(one, typed) or lives_there(one, typed)


def has_name(one: Someone, typed: Sequence[str]) -> bool:
    """Beginnings of words in any order; ``nt`` are initials, ``guy`` stands inside a word."""
    initials = "".join(word[0] for word in one.words)
    return all(
        any(word.startswith(part) for word in one.words)
        or (part == "nt" and part in initials)
        or (part == "guy" and any(part in word for word in one.words))
        for part in typed
    )


def lives_there(one: Someone, typed: Sequence[str]) -> bool:
    """The words that name one of the hamlets, and the others in the name."""
    for hamlet in ("ap 3", "thon dong", "to 1"):
        words = hamlet.split()
        if list(typed[-2:]) == words:
            return search_key(one.hamlet) == hamlet and has_name(one, typed[:-2])
    return False


def comes_first(one: Someone, text: str) -> bool:
    """Is somebody spelt as it was typed?"""
    return text in ("Hòa", "mái") and text.casefold() in one.name.casefold().split()


def expected(people: Sequence[Someone], text: str, where: PeopleFilter) -> set[str]:
    """Whom the list must show."""
    exact = "thôn đồng" if text == "thôn đồng" else ""
    return {
        one.person_id
        for one in people
        if is_meant(one, text)
        and fits(one, where)
        and (not exact or one.hamlet.casefold() == exact or has_name(one, text.split()))
    }


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Registers of examples."""
    with TemporaryDirectory() as name:
        yield Path(name)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(SOMEBODY, min_size=1, max_size=14),
    later=st.lists(SOMEBODY, max_size=4),
    asked=st.lists(st.tuples(TEXTS, FILTERS), min_size=3, max_size=3),
    limit=st.integers(1, 4),
)
def test_the_list_is_what_a_plain_search_finds_page_by_page_while_people_are_added(
    folder: Path,
    people: list[Someone],
    later: list[Someone],
    asked: list[tuple[str, PeopleFilter]],
    limit: int,
) -> None:
    with Register.create(folder / an_id(), key=DataKey.new(), author="Lan") as register:
        keep(register, people)
        for text, where in asked:
            found = everybody_found(register, text, where, limit)
            assert sorted(found) == sorted(expected(people, text, where)), (text, where)
            assert count_people(register, text, where=where, today=TODAY) == len(found)
            assert_counted(register, people, text, where)
        text, where = asked[0]
        first = people_page(register, text, where=where, limit=limit, today=TODAY)
        keep(register, later)
        shown = [row.person_id for row in first.rows]
        after = first.after
        while after:
            page = people_page(register, text, where=where, limit=limit, after=after, today=TODAY)
            shown += [row.person_id for row in page.rows]
            after = page.after
        assert len(shown) == len(set(shown))
        now = expected([*people, *later], text, where)
        assert expected(people, text, where) <= set(shown) <= now


def everybody_found(register: Register, text: str, where: PeopleFilter, limit: int) -> list[str]:
    """All pages of a search, in the order of Vietnamese names unless a number was typed."""
    rows: list[PersonRow] = []
    after = ""
    while True:
        page = people_page(register, text, where=where, limit=limit, after=after, today=TODAY)
        rows += page.rows
        after = page.after
        if not after:
            break
    if not text[:1].isdigit() and text not in ("Hòa", "mái"):
        names = [row.full_name for row in rows]
        assert names == sorted(names, key=sort_key)
    return [row.person_id for row in rows]


def assert_counted(
    register: Register, people: Sequence[Someone], text: str, where: PeopleFilter
) -> None:
    """Each count beside a filter is what the list shows when that filter is chosen."""
    counts = count_facets(register, text, where=where, today=TODAY)
    assert (counts.total, counts.is_whole) == (len(expected(people, text, where)), True)
    for status in RecordStatus:
        chosen = replace(where, status=status)
        assert counts.facets[Facet.STATUS, status.value] == len(expected(people, text, chosen))
    flagged = replace(where, is_flagged=True, finding="")
    assert counts.facets[Facet.FINDING, ""] == len(expected(people, text, flagged))
    lacking = replace(where, missing=Missing.ID_NUMBER)
    assert counts.facets[Facet.MISSING, "id_number"] == len(expected(people, text, lacking))
    for (facet, value), count in counts.facets.items():
        if facet is Facet.HAMLET:
            there = replace(where, hamlet=value)
            assert count == len(expected(people, text, there))
        elif facet is Facet.NO_FORM:
            without = replace(where, form_id=value, has_form=False)
            assert count == len(expected(people, text, without))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("abăâcdđeêghiklmnoôơpqrstuưvxyáàảãạếềệ'- 1", max_size=16), min_size=2))
def test_places_never_stand_against_the_order_of_names(names: list[str]) -> None:
    keys = sorted(map(sort_key, names))
    codes = [name_code(key) for key in keys]
    assert codes == sorted(codes)


def test_who_is_spelt_as_typed_comes_first_and_nobody_is_lost(register: Register) -> None:
    for name in ("Lê Hoa", "Lê Hòa", "Lê Hoá", "Lê Thị Hòa Bình"):
        save(register, person(an_id(), full_name=name))
    page = people_page(register, "Hòa", limit=9)
    assert [row.full_name for row in page.rows] == [
        *("Lê Thị Hòa Bình", "Lê Hòa"),
        *("Lê Hoa", "Lê Hoá"),
    ]
    one_by_one = people_page(register, "Hòa", limit=2)
    assert [
        r.full_name for r in people_page(register, "Hòa", limit=9, after=one_by_one.after).rows
    ] == [*("Lê Hoa", "Lê Hoá")]


def test_the_household_of_a_head_is_listed_with_its_head_first(register: Register) -> None:
    head, home = an_id(), an_id()
    save(register, person(head, full_name="Trần Văn Việt", household_id=home))
    save(register, person(an_id(), full_name="Lê Thị An", household_id=home))
    save(register, household(home, head_person_id=head, hamlet="Ấp 3"))
    save(register, person(an_id(), full_name="Trần Việt"))
    for text in ("chủ hộ việt", "Chủ hộ: Trần Việt", "chu ho viet"):
        page = people_page(register, text, limit=9)
        assert [row.full_name for row in page.rows] == ["Trần Văn Việt", "Lê Thị An"]
        assert count_people(register, text) == 2
    first = people_page(register, "chu ho viet", limit=1)
    (row,) = people_page(register, "chu ho viet", limit=1, after=first.after).rows
    assert row.full_name == "Lê Thị An"


def test_a_household_that_moves_takes_its_people_along(register: Register) -> None:
    home = an_id()
    save(register, person(an_id(), full_name="Lê An", household_id=home))
    there = PeopleFilter(hamlet="Ấp 3")
    assert count_people(register, where=there) == 0
    save(register, household(home, hamlet="Ấp 3"))
    assert count_people(register, where=there) == 1
    save(register, household(home, hamlet="Ấp 4"))
    assert count_people(register, where=there) == 0
    assert count_people(register, "an ấp 4") == 1


def test_lists_made_anew_find_what_saves_made_findable(register: Register) -> None:
    people = [
        Someone(
            name=f"Trần {name}",
            hamlet="Ấp 3",
            number=number,
            born="1972",
            status=RecordStatus.DRAFT,
            check=CheckState.WAITING,
            flags=("ID_006",),
        )
        for name, number in (("Mai", "003172000011"), ("An", ""))
    ]
    keep(register, people)
    save(register, person(people[0].person_id, full_name="Lê Mai"))
    before = count_facets(register, "", today=TODAY)
    with register.writing() as transaction:
        driver = transaction.driver
        driver.execute("INSERT INTO people_words (people_words) VALUES ('delete-all')")
        for name in ("people", "households", "people_vocabulary", "person_numbers", "records"):
            driver.execute(f"DELETE FROM {name}")  # noqa: S608 names of ours
        for name in ("checks", "submissions", "person_states"):
            driver.execute(f"DELETE FROM {name}")  # noqa: S608 names of ours
        make_lists(driver)
    assert count_facets(register, "", today=TODAY) == before
    assert count_people(register, "le mai ấp 3 1972") == 1
    assert count_people(register, "tran mai") == 0


def test_an_age_needs_a_day(register: Register) -> None:
    with pytest.raises(ValueError, match="day"):
        count_people(register, where=PeopleFilter(age_from=15))
    on = PeopleFilter(age_from=15, age_on=TODAY)
    assert count_people(register, where=on) == 0


def test_filters_are_kept_for_each_user_under_names(register: Register) -> None:
    old = SavedFilter("Người già", "mai", PeopleFilter(age_from=80, age_on=TODAY))
    new = SavedFilter("Chưa lập phiếu", "", PeopleFilter(status=RecordStatus.NONE))
    keep_filter(register, "Lan", old)
    keep_filter(register, "Lan", new)
    keep_filter(register, "Lan", SavedFilter("", "", new.where))
    assert saved_filters(register, "Lan") == [new, old]
    assert saved_filters(register, "Huệ") == []
    assert last_filter(register, "Huệ") is None
    last = last_filter(register, "Lan")
    assert last is not None and last.where == new.where

    rename_filter(register, "Lan", "Người già", to="  Cụ già ")
    assert [kept.name for kept in saved_filters(register, "Lan")] == ["Chưa lập phiếu", "Cụ già"]
    with pytest.raises(UserError) as taken:
        rename_filter(register, "Lan", "Cụ già", to="Chưa lập phiếu")
    assert taken.value.problem is Problem.FILTER_NAME_TAKEN
    forget_filter(register, "Lan", "Cụ già")
    assert saved_filters(register, "Lan") == [new]
    assert EVERYBODY.is_open and not new.where.is_open
