"""Where an answer comes from is kept with it, merges with it, and goes when it is another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.domain.drafts import FormDraft, laid_over
from desktop.domain.households import Paper
from desktop.domain.ledger import Action
from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm
from desktop.domain.scans import Scan
from desktop.services.card_people import CardPeople
from desktop.services.drafts import Drafts
from desktop.services.life_events import LifeEvents
from desktop.store.documents import Edit
from desktop.store.register import Register
from forms.rules.identity import IdentityTables
from sync.protocol.documents import SCANNED, DocumentType
from tests.desktop.ui.world import EMPLOYED, NOW, USER, clock, make_register, records_of
from tests.forms.cards.samples import scanned

_NAME = "identity/full_name"
_SCAN = Scan(value=EMPLOYED[_NAME], on="2026-11-20", card="identity_card_2024")
_CARD = f"003188000017||{EMPLOYED[_NAME]}|12031988|Nữ|Thôn Đông, Xã Suối Mẫu|01092025||||"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with make_register(tmp_path / "so") as register:
        yield register


def keep(register: Register, **changed: str) -> PersonId:
    """Somebody whose name was scanned."""
    records = records_of(register)
    opened = replace(records.open(None), scanned={_NAME: _SCAN})
    answers = {**EMPLOYED, **{f"identity/{name}": value for name, value in changed.items()}}
    answers = {path: value for path, value in answers.items() if value}
    return records.save(opened, answers=answers, confirmations={}).person_id


def reopened(register: Register, person_id: PersonId) -> OpenedForm:
    return records_of(register).open(person_id, form_id="tt11_2022_m03")


def stored(register: Register, person_id: PersonId) -> object:
    document = register.document(person_id)
    assert document is not None
    return document.fields.get(f"{SCANNED}full_name")


def test_a_scan_is_kept_with_the_person_and_told_again(register: Register) -> None:
    person_id = keep(register)
    assert stored(register, person_id) == {
        "value": EMPLOYED[_NAME],
        "on": "2026-11-20",
        "card": "identity_card_2024",
    }
    assert reopened(register, person_id).scanned == {_NAME: _SCAN}


def test_an_answer_that_was_typed_otherwise_has_no_scan(register: Register) -> None:
    assert stored(register, keep(register, full_name="Nguyễn Thị Hoa")) is None


def test_a_save_of_other_answers_leaves_the_scan_alone(register: Register) -> None:
    person_id = keep(register)
    opened = reopened(register, person_id)
    answers = {**opened.answers, "employed/job": "Trồng lúa"}
    records_of(register).save(opened, answers=answers, confirmations={})
    assert reopened(register, person_id).scanned == {_NAME: _SCAN}


def test_a_value_that_came_from_elsewhere_is_not_the_cards_any_more(register: Register) -> None:
    person_id = keep(register)
    edit = Edit(
        document_type=DocumentType.PERSON,
        document_id=person_id,
        commune_code="99001",
        fields={"full_name": "Nguyễn Thị Hạnh"},
    )
    register.save([edit], author="Máy khác", at=NOW + timedelta(hours=1), action=Action.RECORD_SAVE)
    opened = reopened(register, person_id)
    assert opened.scanned[_NAME].value != opened.answers[_NAME]  # nobody takes it for the card's
    records_of(register).save(opened, answers=opened.answers, confirmations={})
    assert stored(register, person_id) is None


def test_a_draft_keeps_what_was_scanned(register: Register) -> None:
    opened = records_of(register).open(None)
    drafts = Drafts(register=register, author=USER, clock=clock)
    draft = FormDraft(
        draft_id="01994a00-0000-7000-8000-0000000000b1",
        revision=1,
        form_id=opened.definition.form_id,
        form_version=opened.definition.version,
        scanned={_NAME: _SCAN},
    )
    drafts.keep(draft)
    assert laid_over(opened, drafts.get(draft.draft_id)).opened.scanned == {_NAME: _SCAN}


def test_a_card_finds_its_person_by_a_number_else_by_name_and_birth(register: Register) -> None:
    finder = CardPeople(register=register)
    card = scanned(_CARD)
    assert finder.find(card).by_number == finder.find(card).alike == ()
    nameless = keep(register, id_number="", birth_date="1988")
    assert [row.person_id for row in finder.find(card).alike] == [nameless]
    keep(register, id_number="", birth_date="1987")
    keep(register, id_number="", full_name="Nguyễn Thị Hồng Hanh")
    assert [row.person_id for row in finder.find(card).alike] == [nameless]
    for year in range(1900, 1960):  # namesakes who stand before in the list
        keep(register, id_number="", birth_date=str(year))
    late = keep(register, id_number="", birth_date="1988-03")
    life = LifeEvents(
        register=register, tables=IdentityTables.load(training=True), author=USER, clock=clock
    )
    life.died(late, Paper("2026-11-01", "Trích lục 12/2026"))
    assert {row.person_id for row in finder.find(card).alike} == {nameless, late}
    numbered = keep(register)
    found = finder.find(card)
    assert ([row.person_id for row in found.by_number], found.alike) == ([numbered], ())
