"""Deleting, bringing back, merging, parting and moving away, in one office's register."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from desktop.domain.households import Paper
from desktop.domain.life import Choice
from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.permissions import Right
from desktop.domain.records import SavedForm, Submitted
from desktop.errors import Problem, UserError
from desktop.services.households import Households
from desktop.services.merging import Merging
from desktop.services.permissions import Permissions
from desktop.services.relocating import Relocating
from desktop.services.removing import Removing
from desktop.store import ledger
from desktop.store.documents import Edit
from desktop.store.fates import gone_ids, group_of, survivor_of
from desktop.store.inbox import RegisterInbox
from desktop.store.people import count_people, person_row, person_with_number, search_people
from desktop.store.records import record_of
from forms.definition import Answer
from forms.rules.identity import IdentityTables
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Drop
from tests.desktop.store.edits import put_clash
from tests.support.filled_forms import SENSITIVE, complete
from tests.support.offices import Clock, Office
from tests.support.worker_form import employed

PAPER = Paper(date="2026-11-20", paper="12/GXN")
NUMBER = "003190000011"
#: More pairs than are shown at once.
_MANY_PAIRS = 210
AUTHOR = "Lê Thị Bình"
_CLOCK = Clock()


def removing(office: Office) -> Removing:
    return Removing(register=office.register, author=AUTHOR, clock=_CLOCK)


def merging(office: Office) -> Merging:
    return Merging(register=office.register, author=AUTHOR, clock=_CLOCK)


def relocating(office: Office) -> Relocating:
    return Relocating(register=office.register, author=AUTHOR, clock=_CLOCK)


def filled(office: Office, **changes: Answer) -> SavedForm:
    return office.records.save(
        office.records.open(None), answers=employed(**changes), confirmations={}
    )


def households(office: Office) -> Households:
    tables = IdentityTables.load(training=True)
    return Households(
        register=office.register, forms=office.forms, tables=tables, author=AUTHOR, clock=_CLOCK
    )


def names(office: Office) -> list[str]:
    return [row.full_name for row in search_people(office.register, "", limit=10)]


def actions(office: Office) -> set[str]:
    return {line.action for line in ledger.lines(office.register, limit=100)}


def test_a_deleted_person_leaves_every_list_and_comes_back_whole(office: Office) -> None:
    saved = filled(office, identity__id_number=NUMBER)
    removing(office).delete_person(saved.person_id, reason="nhập nhầm")
    assert names(office) == []
    assert person_with_number(office.register, NUMBER) == []
    assert record_of(office.register, saved.person_id, form_id="tt11_2022_m03") is None
    with pytest.raises(UserError) as gone:
        office.records.open(saved.person_id)
    assert gone.value.problem is Problem.GONE
    rows = removing(office).deleted()
    assert {(row.document_type, row.title, row.reason, row.by) for row in rows} == {
        (DocumentType.RECORD, "Trần Thị Thu Hà", "nhập nhầm", AUTHOR),
        (DocumentType.PERSON, "Trần Thị Thu Hà", "nhập nhầm", AUTHOR),
    }
    removing(office).restore(saved.person_id)
    assert names(office) == ["Trần Thị Thu Hà"]
    assert office.records.open(saved.person_id).record_id == saved.record_id
    assert removing(office).deleted() == []
    assert {"document.delete", "document.restore"} <= actions(office)


def test_nothing_is_deleted_without_a_reason_or_after_it_was_handed_in(office: Office) -> None:
    saved = filled(office)
    with pytest.raises(UserError) as missing:
        removing(office).delete_person(saved.person_id, reason="  ")
    assert missing.value.problem is Problem.REASON_MISSING
    done = office.records.submit(
        office.records.open(saved.person_id), answers=employed(), confirmations={}
    )
    assert isinstance(done, Submitted)
    with pytest.raises(UserError) as handed_in:
        removing(office).delete_person(saved.person_id, reason="nhập nhầm")
    assert handed_in.value.problem is Problem.HANDED_IN
    assert count_people(office.register) == 1


def test_a_household_is_deleted_when_nobody_is_in_it(office: Office) -> None:
    saved = filled(office)
    with pytest.raises(UserError) as lived_in:
        removing(office).delete_household(saved.household_id, reason="nhập nhầm")
    assert lived_in.value.problem is Problem.HOUSEHOLD_LIVED_IN
    removing(office).delete_person(saved.person_id, reason="nhập nhầm")
    removing(office).delete_household(saved.household_id, reason="nhập nhầm")
    again = filled(office)
    assert again.household_id != saved.household_id


def test_a_record_that_is_begun_again_after_its_deletion_is_another_one(office: Office) -> None:
    saved = filled(office)
    removing(office).delete_record(saved.record_id, reason="nhầm người")
    again = office.records.save(
        office.records.open(saved.person_id), answers=employed(), confirmations={}
    )
    assert again.record_id != saved.record_id
    assert office.records.open(saved.person_id).record_id == again.record_id


def test_two_entries_of_one_person_are_found_merged_and_parted(office: Office) -> None:
    one = filled(office, identity__id_number=NUMBER)
    two = filled(office, identity__id_number=NUMBER, household__household_code="01-2")
    [case] = merging(office).twins()
    assert {side.person_id for side in case.sides} == {one.person_id, two.person_id}
    assert "cùng số định danh" in case.evidence
    first, second = (side.person_id for side in case.sides)
    merging(office).decide(case, Choice.FIRST)
    assert merging(office).twins() == []
    assert count_people(office.register) == 1
    assert survivor_of(office.register, second) == first
    assert group_of(office.register, first).members == (second,)
    assert office.records.open(second).person_id == first
    merging(office).part(second)
    assert count_people(office.register) == 2
    assert record_of(office.register, second, form_id="tt11_2022_m03") is not None
    merging(office).declare_distinct(one.person_id, two.person_id)
    assert merging(office).twins() == []
    assert {"person.merge", "person.unmerge", "person.distinct"} <= actions(office)


def test_pairs_that_were_declared_two_people_hide_no_later_ones(office: Office) -> None:
    ids = [office.records._new_id() for _ in range(2 * _MANY_PAIRS)]
    edits = []
    random = Random(1)
    for one, other in zip(ids[::2], ids[1::2], strict=True):
        name = "".join(random.choices("aeiouy", k=9)).title()
        same = {"full_name": f"Lê {name}", "id_number": f"003{random.randrange(10**9):09d}"}
        edits.append(Edit(DocumentType.PERSON, one, "99001", {**same, f"distinct.{other}": AUTHOR}))
        edits.append(Edit(DocumentType.PERSON, other, "99001", same))
    office.register.save(edits, author=AUTHOR, at=_CLOCK(), action="record.save")
    twins = merging(office)
    assert (twins.twins(), twins.count_twins()) == ([], 0)
    late = {_person(office, "Trần Hai", id_number="003900000001") for _ in range(2)}
    [case] = twins.twins()
    assert {side.person_id for side in case.sides} == late
    assert twins.count_twins() == 1


def test_the_count_of_twins_follows_whatever_is_written(office: Office) -> None:
    twins = merging(office)
    for number in range(30):
        _person(office, f"Lê Văn Bé {number}", birth_date=f"19{number + 50}-03-04")
    assert twins.count_twins() == 0
    one = _person(office, "Trần Thị Nụ", birth_date="1980-05-06", id_number="003180000011")
    assert twins.count_twins() == 0
    other = _person(office, "Phạm Thị Nụ", birth_date="1980-05-07", id_number="003180000012")
    assert twins.count_twins() == 0

    def counted() -> int:
        """As kept; and the same as who looks for the first time."""
        assert twins.count_twins() == len(merging(office).twins())
        return twins.count_twins()

    _set(office, other, id_number="003180000011")
    assert counted() == 1
    _set(office, other, id_number=None)
    assert counted() == 0
    _set(office, other, full_name="Trần Thị Nụ", birth_date="1980-05-06")
    assert counted() == 1
    _set(office, other, ethnicity="02")  # tells nobody from anybody
    assert counted() == 1
    removing(office).delete_person(other, reason="nhập nhầm")
    assert counted() == 0
    removing(office).restore(other)
    assert counted() == 1
    merging(office).declare_distinct(one, other)
    assert counted() == 0
    third = _person(office, "Trần Thị Nụ", birth_date="1980-05-06", id_number="003180000011")
    assert counted() >= 1
    twins.merge(third, into=one)
    assert counted() == 0
    twins.part(third)
    assert counted() >= 1
    inbox = RegisterInbox(office.register, clock=_CLOCK, author=AUTHOR)
    inbox.apply_page(rows=[], grants=[], drops=[], cursors={"99001/register": 1})
    assert counted() >= 1
    inbox.apply_page(rows=[], grants=[], drops=[Drop(bucket="99001/register")], cursors={})
    assert counted() == 0


def test_what_was_asked_and_filed_for_a_merged_entry_stands_under_the_survivor(
    office: Office,
) -> None:
    gone = filled(office, identity__id_number=None)
    office.records.send_to_police(gone.person_id)
    stays = _person(office, "Trần Thị Thu Hà")
    merging(office).merge(gone.person_id, into=stays)
    row = person_row(office.register, stays)
    assert row is not None and (row.status.value, row.check.value) == ("draft", "waiting")
    merging(office).part(gone.person_id)
    row = person_row(office.register, stays)
    assert row is not None and (row.status.value, row.check.value) == ("none", "not_asked")


def test_merges_of_merged_and_in_a_circle_have_one_survivor(office: Office) -> None:
    a, b, c = (_person(office, f"Lê Văn {letter}") for letter in "ABC")
    merging(office).merge(a, into=b)
    merging(office).merge(b, into=c)
    assert {survivor_of(office.register, one) for one in (a, b, c)} == {c}
    _set(office, c, merged_into=a)  # as two devices that did not know of each other
    assert {survivor_of(office.register, one) for one in (a, b, c)} == {min(a, b, c)}
    merging(office).part(min(a, b, c))
    assert len(names(office)) == 1


def test_who_moves_away_leaves_the_lists_and_comes_back_when_it_is_cancelled(
    office: Office,
) -> None:
    saved = filled(office)
    with pytest.raises(UserError) as unknown:
        relocating(office).move_persons([saved.person_id], to_commune="99001", paper=PAPER)
    assert unknown.value.problem is Problem.COMMUNE_UNKNOWN
    with pytest.raises(UserError) as without:
        relocating(office).move_persons(
            [saved.person_id], to_commune="99002", paper=replace(PAPER, paper="")
        )
    assert without.value.problem is Problem.REASON_MISSING
    household = HouseholdId(saved.household_id)
    relocating(office).move_household(household, to_commune="99002", paper=PAPER)
    assert names(office) == []
    gone = office.register.documents(gone_ids(office.register, "moved_to", limit=10))
    assert {one.fields["moved_to"]["commune"] for one in gone} == {"99002"}
    assert {one.document_type for one in gone} == {
        DocumentType.PERSON,
        DocumentType.HOUSEHOLD,
        DocumentType.RECORD,
    }
    relocating(office).cancel(household)
    assert names(office) == ["Trần Thị Thu Hà"]
    assert office.records.open(saved.person_id).record_id == saved.record_id
    relocating(office).move_persons([saved.person_id], to_commune="99002", paper=PAPER)
    assert names(office) == []
    assert {"person.move_out", "person.move_cancel"} <= actions(office)


def test_who_arrives_waits_to_be_received(office: Office) -> None:
    arrived = _person(office, "Lê Thị Đến", came_from={"commune": "99002", "date": "2026-11-20"})
    [arrival] = relocating(office).arrivals()
    assert (arrival.person_id, arrival.from_commune) == (arrived, "99002")
    relocating(office).receive(arrived, paper=PAPER)
    assert relocating(office).arrivals() == []
    assert "person.receive" in actions(office)


#: More than are listed at once.
_VERY_MANY = 520


def _fill_with(office: Office, **fate: object) -> None:
    """Very many persons and records with this fate, made after everything else."""
    kinds = (DocumentType.PERSON, DocumentType.RECORD)
    edits = [
        Edit(kind, office.records._new_id(), "99001", {"full_name": "Lê Văn Bé", **fate})
        for kind in kinds
        for _ in range(_VERY_MANY)
    ]
    office.register.save(edits, author=AUTHOR, at=_CLOCK(), action="record.save")


def test_a_person_comes_back_with_every_record_however_many_were_deleted_since(
    office: Office,
) -> None:
    saved = filled(office)
    removing(office).delete_person(saved.person_id, reason="nhập nhầm")
    _fill_with(office, deleted={"reason": "trùng", "by": AUTHOR, "at": "2026-11-21T08:00:00"})
    removing(office).restore(saved.person_id)
    assert office.records.open(saved.person_id).record_id == saved.record_id


def test_who_was_merged_into_a_deleted_person_comes_back_with_their_record(
    office: Office,
) -> None:
    gone, stays = filled(office, identity__id_number=None), _person(office, "Trần Thị Thu Hà")
    merging(office).merge(gone.person_id, into=stays)
    removing(office).delete_person(stays, reason="nhập nhầm")
    assert record_of(office.register, stays, form_id="tt11_2022_m03") is None
    removing(office).restore(stays)
    assert record_of(office.register, stays, form_id="tt11_2022_m03") is not None


def test_a_move_that_is_cancelled_opens_every_record_however_many_moved_since(
    office: Office,
) -> None:
    alone = filled(office, identity__id_number=NUMBER)
    together = filled(office, household__household_code="01-2")
    home = HouseholdId(together.household_id)
    relocating(office).move_persons([alone.person_id], to_commune="99002", paper=PAPER)
    relocating(office).move_household(home, to_commune="99002", paper=PAPER)
    _fill_with(office, moved_to={"commune": "99002", "date": "2026-11-21", "paper": "1"})
    [moved] = households(office).open(HouseholdId(alone.household_id)).members
    assert (moved.person_id, moved.is_elsewhere) == (alone.person_id, True)
    relocating(office).cancel(alone.person_id)
    relocating(office).cancel(home)
    for saved in (alone, together):
        assert office.records.open(saved.person_id).record_id == saved.record_id
    assert len(names(office)) == 2


def test_who_is_kept_against_a_deletion_keeps_the_records_that_went_with_it(
    office: Office,
) -> None:
    saved = filled(office)
    deletion = {"reason": "trùng", "by": "Tổ Hai", "at": "2026-11-21T08:00:00+07:00"}
    gone = Edit(DocumentType.RECORD, saved.record_id, "99001", {"deleted": deletion})
    office.register.save([gone], author=AUTHOR, at=_CLOCK(), action="document.delete")
    put_clash(office.register, saved.person_id, "deleted", deletion)
    person = office.register.document(saved.person_id)
    assert person is not None and not person.fate
    removing(office).settle(person, is_deleted=False)
    assert office.records.open(saved.person_id).record_id == saved.record_id


def test_restricted_records_come_back_with_their_person_for_who_has_the_right(
    office: Office,
) -> None:
    for right in Right:
        Permissions(register=office.register, clock=_CLOCK).grant(user_name=AUTHOR, right=right)
    saved = office.records.save(
        office.records.open(None, form_id=SENSITIVE[0]),
        answers=complete(SENSITIVE[0]),
        confirmations={},
    )
    removing(office).delete_person(saved.person_id, reason="nhập nhầm")
    assert removing(office).left_over() == []
    removing(office).restore(saved.person_id)
    record = record_of(office.register, saved.person_id, form_id=SENSITIVE[0])
    assert record is not None and record.document_id == saved.record_id
    relocating(office).move_persons(
        [saved.person_id], to_commune="99002", paper=PAPER, with_restricted=True
    )
    assert record_of(office.register, saved.person_id, form_id=SENSITIVE[0]) is None
    relocating(office).cancel(saved.person_id)
    assert record_of(office.register, saved.person_id, form_id=SENSITIVE[0]) is not None


def test_a_deleted_person_of_whom_somebody_wrote_a_record_is_counted_as_listed(
    office: Office,
) -> None:
    saved, other = filled(office), filled(office, household__household_code="01-2")
    for one in (saved, other):
        removing(office).delete_person(one.person_id, reason="nhập nhầm")
    assert (removing(office).left_over(), removing(office).count_left_over()) == ([], 0)
    record = office.register.document(saved.record_id)
    assert record is not None
    again = Edit(DocumentType.RECORD, saved.record_id, "99001", {"deleted": None})
    office.register.save([again], author=AUTHOR, at=_CLOCK(), action="record.save")
    [left] = removing(office).left_over()
    assert (left.document_id, removing(office).count_left_over()) == (saved.person_id, 1)
    put_clash(office.register, saved.person_id, "deleted", None)
    assert removing(office).count_left_over() == 0  # it is a clash that is decided about


def _person(office: Office, name: str, **fields: object) -> PersonId:
    person_id = PersonId(office.records._new_id())
    _set(office, person_id, full_name=name, **fields)
    return person_id


def _set(office: Office, person_id: str, **fields: object) -> None:
    edit = Edit(DocumentType.PERSON, person_id, "99001", fields)
    office.register.save([edit], author=AUTHOR, at=_CLOCK(), action="record.save")
