"""Lists of people to be worked on: who stands in each, counted and paged alike; work begins there.

Nobody here exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count, product
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from desktop.domain.checks import CheckAnswer
from desktop.domain.households import Paper
from desktop.domain.ledger import Action
from desktop.domain.people import PersonId, PersonRow
from desktop.domain.permissions import Right
from desktop.domain.records import Submitted
from desktop.domain.reviews import Review
from desktop.domain.worklists import (
    GROUPS,
    RESTRICTED,
    Aim,
    ListGroup,
    ListLook,
    Order,
    SortBy,
    WorkList,
)
from desktop.errors import Problem, UserError
from desktop.services.differences import Differences
from desktop.services.life_events import LifeEvents
from desktop.services.list_actions import ListActions
from desktop.services.permissions import Permissions
from desktop.services.worklists import WorkLists
from desktop.store import ledger
from desktop.store.documents import Edit
from desktop.store.outbox import RegisterOutbox
from forms.rules.identity import IdentityTables
from forms.vietnamese import sort_key
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value
from tests.desktop.store.edits import an_id, answer, applied, put_clash
from tests.support.filled_forms import SENSITIVE, complete
from tests.support.offices import Clock, Office

COMMUNE = "99001"
CHILD, MERIT, ACCOUNT = "cv2513_2022_children", "qt3936_2023_merit", "hd5234_2022_tk"
LABOUR = "tt11_2022_m03"
TABLES = IdentityTables.load(training=True)
_NUMBERS = count(1)


def worklists(office: Office, *, author: str = "Lê Thị Bình") -> WorkLists:
    """The lists of the office's user."""
    differences = Differences(
        register=office.register,
        records=office.records,
        forms=office.forms,
        author=author,
        clock=Clock(),
    )
    return WorkLists(
        register=office.register,
        forms=office.forms,
        differences=differences,
        user_name=author,
        clock=Clock(),
    )


def actions(office: Office) -> ListActions:
    """What is done to many of the office's people."""
    return ListActions(
        register=office.register,
        lists=worklists(office),
        records=office.records,
        tables=TABLES,
        author="Lê Thị Bình",
        clock=Clock(),
    )


def put(office: Office, kind: DocumentType, fields: Mapping[str, Value]) -> str:
    """A document, as a save makes it."""
    document_id = an_id()
    form = f"{fields['form_id']}@2022" if kind is DocumentType.RECORD else ""
    edit = Edit(kind, document_id, COMMUNE, fields, form=form)
    office.register.save([edit], author="Lan", at=Clock()(), action=Action.RECORD_SAVE)
    return document_id


def known() -> dict[str, Value]:
    """Everything about somebody grown up, of whom nothing is missing."""
    return {
        "full_name": "Nguyễn Văn An",
        "birth_date": "1980-03-04",
        "sex": "1",
        "ethnicity": "01",
        "birth_place": "Xã Suối Mẫu",
        "id_number": f"0030800{next(_NUMBERS):05d}",
    }


def person(office: Office, **fields: Value) -> PersonId:
    """Somebody grown up of whom everything is known."""
    return PersonId(put(office, DocumentType.PERSON, {**known(), **fields}))


def everybody(office: Office, fields: Iterable[Mapping[str, Value]]) -> list[PersonId]:
    """Persons such as ``person`` makes, in one save."""
    edits = [Edit(DocumentType.PERSON, an_id(), COMMUNE, {**known(), **one}) for one in fields]
    office.register.save(edits, author="Lan", at=Clock()(), action=Action.RECORD_SAVE)
    return [PersonId(edit.document_id) for edit in edits]


def child(office: Office, **fields: Value) -> PersonId:
    """A child of whom everything is known."""
    return person(office, **{"full_name": "Lê Minh Khôi", "birth_date": "2018-05-06", **fields})


def record(office: Office, person_id: PersonId, form_id: str, **answers: str) -> str:
    """A record of a form; two low lines in a name stand for the stroke of a path."""
    fields: dict[str, Value] = {
        "person_id": person_id,
        "form_id": form_id,
        "form_version": office.forms.versions(form_id)[0],
    }
    fields |= {f"answers.{name.replace('__', '/')}": value for name, value in answers.items()}
    return put(office, DocumentType.RECORD, fields)


def whole_child(office: Office, **answers: str) -> PersonId:
    """A child with a form in which everything stands."""
    one = child(office, old_id_number=f"{next(_NUMBERS):09d}")
    known = {
        "identity__card_number": "003218000001",
        "mother__mother_full_name": "Trần Thị Sen",
        "child_review__software_code": "TE-1",
    }
    record(office, one, CHILD, **{**known, **answers})
    return one


def members(office: Office, worklist: WorkList) -> set[PersonId]:
    """Everybody of a list, asked for page by page."""
    lists = worklists(office)
    found = [row.person_id for row in paged(lists, worklist, Order(), limit=2)]
    assert len(found) == len(set(found)) == lists.count(worklist).total
    assert set(lists.ids(worklist)) == set(found)
    return set(found)


def asked(office: Office, person_id: PersonId, reply: CheckAnswer | None, **differs: str) -> None:
    """The police were asked, and answered."""
    check_id = office.records.send_to_police(person_id)
    if reply is not None:
        office.checks.answer(check_id, reply, differs=differs)


# -- each list has who belongs there, and not who does not --


def test_children_stand_in_the_lists_of_their_gaps(office: Office) -> None:
    whole = whole_child(office)
    grown = person(office)  # lacks all of it, and is no child
    bare = child(office, id_number=None)
    wrong = child(office, id_number="00321800001")
    card = whole_child(office, identity__card_number="0032")
    orphan = whole_child(office, mother__mother_full_name="")
    no_place = whole_child(office)
    office.register.save(
        [Edit(DocumentType.PERSON, no_place, COMMUNE, {"birth_place": None})],
        author="Lan",
        at=Clock()(),
        action=Action.RECORD_SAVE,
    )
    assert members(office, WorkList.NO_CHILD) == {bare, wrong}
    assert members(office, WorkList.CHILD_NO_CARD) == {bare, wrong}
    assert members(office, WorkList.CHILD_NO_ID) == {bare}
    assert members(office, WorkList.CHILD_WRONG_ID) == {wrong}
    assert members(office, WorkList.CHILD_WRONG_CARD) == {card}
    assert members(office, WorkList.CHILD_BASICS) == {bare, wrong, orphan, no_place}
    everybody = set().union(*(members(office, one) for one in GROUPS[ListGroup.CHILDREN]))
    assert whole not in everybody
    assert grown not in everybody


def test_newborns_without_a_code_of_the_software_are_listed_until_they_have_one(
    office: Office,
) -> None:
    newborn = child(office, birth_date="2026-09-01")
    known = whole_child(office)
    of_one_year = child(office, birth_date="2025-11-22")  # a year old today
    assert members(office, WorkList.CHILD_NEWBORN) == {newborn}
    record(office, newborn, CHILD, child_review__software_code="TE-2")
    assert members(office, WorkList.CHILD_NEWBORN) == set()
    assert {known, of_one_year} & members(office, WorkList.CHILD_NEWBORN) == set()


def test_one_is_a_child_until_the_day_one_is_sixteen(office: Office) -> None:
    today, tomorrow = "2010-11-22", "2010-11-23"
    sixteen = child(office, birth_date=today, id_number=None)
    fifteen = child(office, birth_date=tomorrow, id_number=None)
    of_the_year = child(office, birth_date="2010", id_number=None)  # may be a child
    undated = child(office, birth_date=None, id_number=None)
    record(office, undated, CHILD)
    assert members(office, WorkList.CHILD_NO_ID) == {fifteen, of_the_year, undated}
    assert sixteen in members(office, WorkList.NO_LABOUR)


def test_who_is_of_age_and_has_no_sheet_is_listed(office: Office) -> None:
    without, done = person(office), person(office)
    record(office, done, LABOUR)
    small, undated = child(office), person(office, birth_date=None)
    of_age = person(office, birth_date="2011-11-22")
    not_yet = person(office, birth_date="2011-11-23")
    assert members(office, WorkList.NO_LABOUR) == {without, undated, of_age}
    assert {small, not_yet} <= members(office, WorkList.NO_CHILD)


def test_identities_are_listed_by_what_the_police_said(office: Office) -> None:
    flagged = person(office, flags=["ID_006"])
    never, waiting, matched = person(office), person(office), person(office)
    asked(office, waiting, None)
    asked(office, matched, CheckAnswer.MATCHED)
    assert members(office, WorkList.FLAGGED) == {flagged}
    assert members(office, WorkList.UNCHECKED) == {flagged, never}
    assert members(office, WorkList.WAITING) == {waiting}


def test_people_of_merit_are_listed_by_what_the_csdlqg_has(office: Office) -> None:
    people = [person(office, native_place="Xã Suối Mẫu") for _ in range(6)]
    never, missing, differing, settled, matched, stranger = people
    for one in people[:-1]:
        record(office, one, MERIT, receiving__benefit_status="1")
    for one in (missing, stranger):
        asked(office, one, CheckAnswer.NOT_FOUND)
    for one in (differing, settled):
        asked(office, one, CheckAnswer.DIFFERS, native_place="Xã Đồng Thử")
    asked(office, matched, CheckAnswer.MATCHED)
    differences = Differences(
        register=office.register,
        records=office.records,
        forms=office.forms,
        author="Lan",
        clock=Clock(),
    )
    differences.settle(settled, "native_place", value="Xã Đồng Thử", paper="QĐ 12/QĐ-SNV")
    assert members(office, WorkList.MERIT_UNCHECKED) == {never}
    assert members(office, WorkList.MERIT_NOT_FOUND) == {missing}
    assert members(office, WorkList.MERIT_DIFFERS) == {differing}
    lists = worklists(office)
    aim = lists.aim(WorkList.MERIT_DIFFERS, differing)
    assert aim == Aim(MERIT, "identity/native_place")
    differences.enter(differing, "native_place")  # entered, and open all the same
    assert members(office, WorkList.MERIT_DIFFERS) == {differing}
    differences.reopen(settled, "native_place")
    assert members(office, WorkList.MERIT_DIFFERS) == {differing, settled}


def test_a_benefit_without_an_account_is_listed_while_it_is_paid(office: Office) -> None:
    paid, ended, banked, nobody = (person(office) for _ in range(4))
    record(office, paid, MERIT, receiving__benefit_status="1")
    record(office, paid, ACCOUNT, payment__payment_method="2")
    record(office, ended, MERIT, receiving__benefit_status="3")
    record(office, banked, "nd20_2021_btxh", receiving__benefit_status="1")
    record(office, banked, ACCOUNT, account__account_number="0123456789")
    assert members(office, WorkList.NO_ACCOUNT) == {paid}
    assert nobody not in members(office, WorkList.NO_ACCOUNT)
    assert worklists(office).aim(WorkList.NO_ACCOUNT, paid).form_id == ACCOUNT


def test_who_died_or_left_stands_in_one_list_and_in_no_other(office: Office) -> None:
    here, dead, left = person(office), person(office), person(office)
    events = LifeEvents(register=office.register, tables=TABLES, author="Lan", clock=Clock())
    paper = Paper(date="20/11/2026", paper="Trích lục 12/2026")
    events.died(dead, paper)
    events.departed(left, paper)
    assert members(office, WorkList.GONE) == {dead, left}
    assert members(office, WorkList.UNCHECKED) == {here}
    events.back(dead)
    assert members(office, WorkList.GONE) == {left}


def test_what_is_on_this_pc_alone_is_listed_until_its_receipt(office: Office) -> None:
    sent, changed = person(office), person(office)
    assert members(office, WorkList.UNSENT) == {sent, changed}
    outbox = RegisterOutbox(office.register)
    batch = outbox.next_batch(limit=100)
    results = [applied(batch.first + number, 1) for number in range(len(batch.changes))]
    outbox.settle(answer(batch.first + len(results) - 1, results))
    assert members(office, WorkList.UNSENT) == set()
    record(office, changed, LABOUR)
    put(office, DocumentType.HOUSEHOLD, {"hamlet": "Thôn Đông"})
    assert members(office, WorkList.UNSENT) == {changed}
    assert worklists(office).count(WorkList.UNSENT).is_whole


def test_what_came_back_is_listed_and_opens_at_the_reason(office: Office) -> None:
    one, other = person(office), person(office)
    done = office.records.submit(
        office.records.open(None, form_id=LABOUR), answers=complete(LABOUR), confirmations={}
    )
    assert isinstance(done, Submitted)
    returned = done.saved.person_id
    office.reviews.give_back(done.submission_id, reasons={"employed/job": "Ghi rõ hơn."})
    assert office.reviews.list(review=Review.RETURNED)
    assert members(office, WorkList.RETURNED) == {returned}
    assert {one, other} & members(office, WorkList.RETURNED) == set()
    aim = worklists(office).aim(WorkList.RETURNED, returned)
    assert aim == Aim(LABOUR, "employed/job")


# -- how it is asked --


def paged(lists: WorkLists, worklist: WorkList, order: Order, *, limit: int) -> list[PersonRow]:
    """Everybody of a list, asked for page by page."""
    most, found, after = lists.count(worklist).total, list[PersonRow](), ""
    for _ in range(most // limit + 1):
        page = lists.page(worklist, order=order, limit=limit, after=after).found
        found += page.rows
        after = page.after
        if not after:
            return found
    raise AssertionError(f"{worklist} in {order} comes to no end")


def test_every_order_shows_everybody_once(office: Office) -> None:
    homes = [
        put(office, DocumentType.HOUSEHOLD, {"hamlet": f"Thôn {n % 3}", "code": f"0{n // 2}"})
        for n in range(4)
    ]
    everybody(
        office,
        [
            {
                "full_name": f"Lê {('An', 'Bình', 'Ánh', 'Đào')[number % 4]}",
                "birth_date": f"19{70 + number % 5}-01-02",
                "household_id": [*homes, None][number % 5],
            }
            for number in range(23)
        ],
    )
    lists = worklists(office)
    keys: dict[SortBy, Callable[[PersonRow], object]] = {
        SortBy.NAME: lambda row: sort_key(row.full_name),
        SortBy.BIRTH_DATE: lambda row: row.birth_date,
        SortBy.ID_NUMBER: lambda row: row.id_number,
        SortBy.HAMLET: lambda row: row.hamlet,
        SortBy.HOUSEHOLD: lambda row: row.household_code,
    }
    assert set(keys) == set(SortBy)
    for by, is_descending in product(SortBy, (False, True)):
        order = Order(by, is_descending)
        rows = paged(lists, WorkList.UNCHECKED, order, limit=5)
        assert len({row.person_id for row in rows}) == len(rows) == 23, order
        found = [keys[by](row) for row in rows]
        assert found == sorted(found, reverse=is_descending), order  # type: ignore[type-var]
        assert len(set(found)) > 2, order


def test_work_begins_at_what_is_lacking(office: Office) -> None:
    lists = worklists(office)
    bare = child(office, id_number=None, sex=None)
    card = whole_child(office, identity__card_number="12")
    orphan = whole_child(office, mother__mother_full_name="")
    aims = {
        (WorkList.CHILD_NO_ID, bare): "identity/id_number",
        (WorkList.CHILD_NO_CARD, bare): "identity/card_number",
        (WorkList.CHILD_BASICS, bare): "identity/sex",
        (WorkList.CHILD_BASICS, orphan): "father/father_full_name",
        (WorkList.CHILD_WRONG_CARD, card): "identity/card_number",
        (WorkList.CHILD_NEWBORN, bare): "child_review/software_code",
    }
    for (worklist, person_id), path in aims.items():
        assert lists.aim(worklist, person_id) == Aim(CHILD, path)
    assert lists.aim(WorkList.FLAGGED, bare) == Aim()


def test_how_a_list_looks_is_kept_for_its_user(office: Office) -> None:
    lists, other = worklists(office), worklists(office, author="Mai")
    look = ListLook(
        Order(SortBy.HAMLET, is_descending=True), frozenset({"check"}), ("id", "name"), {"id": 99}
    )
    lists.keep_look(WorkList.FLAGGED, look)
    assert lists.look(WorkList.FLAGGED) == look
    assert lists.look(WorkList.WAITING) == other.look(WorkList.FLAGGED) == ListLook()


def test_what_is_restricted_is_listed_for_who_has_the_right_alone(office: Office) -> None:
    lists = worklists(office)
    groups = dict(lists.shown())
    assert ListGroup.RESTRICTED not in groups
    for worklist in RESTRICTED:
        with pytest.raises(UserError) as error:
            lists.count(worklist)
        assert error.value.problem is Problem.NOT_PERMITTED
    permissions = Permissions(register=office.register, clock=Clock())
    for right in Right:
        permissions.grant(user_name="Lê Thị Bình", right=right)
    saved = office.records.save(
        office.records.open(None, form_id=SENSITIVE[0]),
        answers=complete(SENSITIVE[0]),
        confirmations={},
    )
    assert ListGroup.RESTRICTED in dict(lists.shown())
    assert members(office, WorkList.RESTRICTED_DRAFTS) == {saved.person_id}
    aim = lists.aim(WorkList.RESTRICTED_DRAFTS, saved.person_id)
    assert aim.form_id == SENSITIVE[0]
    assert members(office, WorkList.RESTRICTED_RETURNED) == set()


# -- what is done to many --


def homes_of(office: Office, people: list[PersonId]) -> list[str]:
    documents = office.register.documents(people)
    homes = [str(one.fields.get("household_id") or "") for one in documents]
    found = {one.document_id: one for one in office.register.documents([h for h in homes if h])}
    return [str(found[home].fields.get("hamlet") or "") if home else "" for home in homes]


def test_a_hamlet_is_written_for_many_and_taken_back_as_one(office: Office) -> None:
    home = put(office, DocumentType.HOUSEHOLD, {"hamlet": "Thôn Tây"})
    empty = put(office, DocumentType.HOUSEHOLD, {"code": "12"})
    people = [person(office, household_id=one) for one in (home, home, empty)]
    people.append(person(office))  # has none
    work = actions(office)
    done = work.set_hamlet(people, " Thôn  Đông ")
    assert (done.touched, done.passed) == (2, 1)
    assert homes_of(office, people) == ["Thôn Đông", "Thôn Đông", "Thôn Đông", ""]
    assert work.undo(done.undo).touched == 2
    assert homes_of(office, people) == ["Thôn Tây", "Thôn Tây", "", ""]


def test_a_field_is_set_for_many_and_what_changed_since_is_left_alone(office: Office) -> None:
    people = [person(office, ethnicity=None) for _ in range(3)]
    has_it = person(office, ethnicity="03")
    work = actions(office)
    done = work.set_field([*people, has_it], "ethnicity", "03")
    assert (done.touched, done.passed) == (3, 1)
    office.register.save(
        [Edit(DocumentType.PERSON, people[0], COMMUNE, {"ethnicity": "05"})],
        author="Lan",
        at=Clock()(),
        action=Action.MEMBER_EDIT,
    )
    back = work.undo(done.undo)
    assert (back.touched, back.passed) == (2, 1)
    found = [one.fields.get("ethnicity") for one in office.register.documents([*people, has_it])]
    assert found == ["05", None, None, "03"]


def test_what_waits_for_a_decision_is_written_over_by_no_list(office: Office) -> None:
    clashing = put(office, DocumentType.HOUSEHOLD, {"hamlet": "Thôn Tây"})
    sound = put(office, DocumentType.HOUSEHOLD, {"hamlet": "Thôn Tây"})
    people = [person(office, household_id=one) for one in (clashing, sound)]
    put_clash(office.register, clashing, "hamlet", "Thôn Nam")
    work = actions(office)
    done = work.set_hamlet(people, "Thôn Đông")
    assert (done.touched, done.passed, done.undecided) == (1, 0, 1)
    put_clash(office.register, sound, "hamlet", "Thôn Bắc")  # a sync between deed and undoing
    back = work.undo(done.undo)
    assert (back.touched, back.passed, back.undecided) == (0, 0, 1)
    assert homes_of(office, people) == ["Thôn Tây", "Thôn Đông"]
    for home in office.register.documents([clashing, sound]):
        assert [clash.value for clash in home.clashes["hamlet"]][-1] in ("Thôn Nam", "Thôn Bắc")


def test_a_stop_leaves_what_was_done_and_that_can_be_taken_back(office: Office) -> None:
    people = everybody(office, [{"ethnicity": None}] * 230)
    work = actions(office)
    done = work.set_field(people, "ethnicity", "03", step=lambda so_far, _total: so_far < 200)
    assert done.touched == 200
    assert work.undo(done.undo).touched == 200
    documents = office.register.documents(people)
    assert all(one.fields.get("ethnicity") is None for one in documents)


def test_many_are_sent_to_the_police_as_one_list(office: Office) -> None:
    people = [person(office) for _ in range(3)]
    asked(office, people[0], None)  # waits there already
    done = actions(office).send_to_police(people, list_name="Rà soát thôn Đông")
    assert (done.touched, done.passed, done.undo) == (2, 1, ())
    named = [one for one in office.checks.lists() if one.name == "Rà soát thôn Đông"]
    assert [one.total for one in named] == [2]


def test_a_list_leaves_with_a_purpose_and_a_line(office: Office, tmp_path: Path) -> None:
    people = [person(office, full_name=f"Lê Thị {name}") for name in ("Cúc", "An", "Bưởi")]
    path = tmp_path / "list.xlsx"

    def export(ids: list[PersonId] | None, purpose: str) -> int | None:
        return actions(office).export(
            path,
            WorkList.UNCHECKED,
            ids=ids,
            order=Order(),
            sheet="Danh sách",
            headings=("Họ tên", "Số"),
            widths=(30, 20),
            cells=lambda row: (row.full_name, row.id_number),
            purpose=purpose,
        )

    with pytest.raises(UserError) as error:
        export(None, "  ")
    assert error.value.problem is Problem.PURPOSE_MISSING
    assert not path.exists()
    assert export(None, "Gửi Sở") == 3
    sheet = openpyxl.load_workbook(path).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        "Lê Thị An",
        "Lê Thị Bưởi",
        "Lê Thị Cúc",
    ]
    line = ledger.lines(office.register, limit=1)[0]
    assert (line.action, line.purpose) == (Action.PEOPLE_LIST_EXPORT, "Gửi Sở")
    assert export(people[:1], "Gửi công an xã") == 1


def test_what_is_restricted_never_leaves_as_a_list(office: Office, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        actions(office).export(
            tmp_path / "list.xlsx",
            WorkList.RESTRICTED_DRAFTS,
            ids=None,
            order=Order(),
            sheet="x",
            headings=(),
            widths=(),
            cells=lambda row: (row.full_name,),
            purpose="Gửi Sở",
        )
    assert error.value.problem is Problem.NOT_PERMITTED
