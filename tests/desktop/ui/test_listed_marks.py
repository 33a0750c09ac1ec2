"""On a form it is seen which answers the province's base list gave, until they are others."""

from __future__ import annotations

from pathlib import Path

from desktop.domain.ledger import Action
from desktop.store.documents import Edit
from sync.protocol.documents import LISTED, DocumentType
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.world import NOW, USER, make_register

PERSON = "01994a00-0000-7000-8000-0000000000a1"
NAME = "identity/full_name"


def test_what_the_base_list_says_is_marked_until_it_is_corrected(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    fields = {"full_name": "Trần Thị Lan", "birth_date": "1990-05-06", "sex": "2"}
    with make_register(tmp_path / "so") as register:
        edit = Edit(
            document_type=DocumentType.PERSON,
            document_id=PERSON,
            commune_code="99001",
            fields={**fields, **{LISTED + name: value for name, value in fields.items()}},
        )
        register.save([edit], author=USER, at=NOW, action=Action.PERSON_PRELOAD)
    hands = open_desk(tmp_path / "so")
    hands.settle()
    hands.desktop.window.open_page("form")
    hands.form.open_person(PERSON)  # type: ignore[arg-type]  # an id of this test
    hands.settle()
    marks = hands.form_view.writer.marks
    assert marks[NAME] == marks["identity/birth_date"] == "Theo danh sách nền của tỉnh"
    assert "identity/permanent_residence" not in marks
    hands.form_view.focus_question(NAME)
    hands.fill(f"question:{NAME}", "Trần Thị Mai")
    hands.enter()
    hands.settle()
    assert NAME not in hands.form_view.writer.marks
    assert "identity/birth_date" in hands.form_view.writer.marks
