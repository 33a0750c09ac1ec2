"""What the province publishes reaches every office, by network or by stick, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from desktop.domain.drafts import Edited, FormDraft, laid_over
from desktop.domain.ledger import Action
from desktop.domain.packs import PackNews
from desktop.errors import Problem, UserError
from desktop.services.differences import Differences
from desktop.services.drafts import Drafts
from desktop.services.packs import Packs, province_forms
from desktop.services.parcels import Parcels
from desktop.services.syncing import Syncing
from desktop.services.worklists import WorkLists
from desktop.store import ledger
from forms.rules.identity import IdentityTables
from forms.runtime.engine import Filling
from sync.protocol.documents import Role
from sync.protocol.packs import Pack, PackKind, pack_file, read_pack_file, signed_pack
from sync.protocol.signing import new_signing_key, public_key_of
from sync.server.form_packs import NotPublishedError, publish_form, withdraw_form
from sync.server.list_packs import publish_small_list
from sync.server.provinces import renew_epoch
from tests.e2e.conftest import MakeOffice
from tests.e2e.test_parcels import imported
from tests.e2e.test_three_offices import sync
from tests.support.offices import AT_ONCE, Clock, Office
from tests.support.packs import (
    BUNDLED_TEXT,
    FORM,
    LATER_TEXT,
    NEW_TEXT,
    as_file,
    publish,
    write_text,
)
from tests.support.server import Province
from tests.support.worker_form import employed


@pytest.fixture
def officer(make_office: MakeOffice) -> Office:
    return make_office(Role.OFFICER, "Lê Thị Bình")


@pytest.fixture
def first(province: Province, tmp_path: Path) -> Pack:
    """A text that the province published."""
    return publish(province.engine, write_text(tmp_path / "first"))


def actions(office: Office) -> Sequence[str]:
    return [line.action for line in ledger.lines(office.register, limit=1000)]


def versions(office: Office) -> list[str]:
    """The texts that a register opened anew knows."""
    return province_forms(office.register).versions(FORM)


def refused(office: Office, path: Path) -> Problem:
    """Why a file is not taken; and nothing of it was."""
    before, held = versions(office), office.packs.held()
    with pytest.raises(UserError) as caught:
        office.packs.receive(path)
    assert (versions(office), office.packs.held()) == (before, held)
    return caught.value.problem


def test_a_published_text_is_the_one_new_records_begin_with_after_a_sync(
    officer: Office, province: Province, tmp_path: Path
) -> None:
    before = officer.records.save(officer.records.open(None), answers=employed(), confirmations={})
    publish(province.engine, write_text(tmp_path / "new"))
    sync(officer)
    opened = officer.records.open(None)
    assert opened.definition.version == NEW_TEXT
    given = employed(identity__work_language="Tiếng Việt", household__household_code="01-00002")
    saved = officer.records.save(opened, answers=given, confirmations={})
    record = officer.register.document(saved.record_id)
    assert record is not None and record.fields["form_version"] == NEW_TEXT
    assert record.fields["answers.identity/work_language"] == "Tiếng Việt"
    old = officer.records.open(before.person_id)
    assert old.definition.version == BUNDLED_TEXT
    sync(officer)
    assert officer.syncing.status().held == 0
    assert actions(officer).count(Action.PACK_RECEIVE) == 1
    assert actions(officer).count(Action.PACK_APPLY) == 1


def test_a_stick_brings_it_without_a_network_and_tells_before_what_it_changes(
    officer: Office, province: Province, first: Pack, tmp_path: Path
) -> None:
    path = as_file(province.engine, first, tmp_path / "usb")
    news = officer.packs.inspect(path)
    assert versions(officer) == [BUNDLED_TEXT]
    [text] = news.texts
    assert (text.version, text.after) == (NEW_TEXT, BUNDLED_TEXT)
    assert text.added == ("Ngôn ngữ dùng ở nơi làm việc",)
    assert text.retired == ("Quận/huyện/thị xã",)
    assert [label for label in text.changed if label.endswith("(ghi rõ)")]
    assert officer.packs.receive(path) == news
    assert officer.records.open(None).definition.version == NEW_TEXT
    again = officer.packs.receive(path)
    assert again.is_repeated
    assert actions(officer).count(Action.PACK_APPLY) == 1
    sync(officer)
    assert actions(officer).count(Action.PACK_APPLY) == 1


def test_an_older_pack_never_takes_the_place_of_a_newer_one(
    officer: Office, province: Province, first: Pack, tmp_path: Path
) -> None:
    older = as_file(province.engine, first, tmp_path / "usb")
    second = publish(province.engine, write_text(tmp_path / "b", LATER_TEXT, after=NEW_TEXT))
    assert second.number == first.number + 1
    officer.packs.receive(as_file(province.engine, second, tmp_path / "usb"))
    assert versions(officer) == [BUNDLED_TEXT, NEW_TEXT, LATER_TEXT]
    assert refused(officer, older) is Problem.PACK_OLDER


def test_another_signer_another_province_and_every_damage_are_refused_with_the_reason(
    officer: Office, province: Province, first: Pack, tmp_path: Path
) -> None:
    path = as_file(province.engine, first, tmp_path / "usb")
    whole = path.read_bytes()
    _, content = read_pack_file(whole)
    stranger = new_signing_key()
    theirs = msgspec.structs.replace(first, key=public_key_of(stranger))
    files = {
        Problem.PACK_SIGNER_UNKNOWN: pack_file(signed_pack(theirs, signing_key=stranger), content),
        Problem.PACK_DAMAGED: whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:],
        Problem.PACK_NOT_ONE: b"PK" + whole,
    }
    for problem, raw in files.items():
        path.write_bytes(raw)
        assert refused(officer, path) is problem
    path.write_bytes(whole[:-1])
    assert refused(officer, path) is Problem.PACK_DAMAGED
    path.unlink()
    assert refused(officer, path) is Problem.PACK_GONE


def test_before_it_is_enrolled_a_register_believes_nobody(
    province: Province, first: Pack, tmp_path: Path
) -> None:
    office = Office.create(tmp_path / "new", author="Lan")
    try:
        path = as_file(province.engine, first, tmp_path / "usb")
        assert refused(office, path) is Problem.PACK_NO_KEY
    finally:
        office.close()


def test_a_version_never_changes_on_the_server(
    province: Province, first: Pack, tmp_path: Path
) -> None:
    path = write_text(tmp_path / "first")
    with province.engine.begin() as connection:
        again = publish_form(connection, path)
    assert (again.pack, again.is_new) == (first, False)
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for wrong in (path, write_text(tmp_path / "x", BUNDLED_TEXT), write_text(tmp_path / "y", "x")):
        with pytest.raises(NotPublishedError), province.engine.begin() as connection:
            publish_form(connection, wrong)


def test_a_text_that_is_taken_back_begins_no_record_and_keeps_those_it_has(
    officer: Office, province: Province, first: Pack
) -> None:
    sync(officer)
    saved = officer.records.save(officer.records.open(None), answers=employed(), confirmations={})
    with province.engine.begin() as connection:
        withdraw_form(connection, FORM, NEW_TEXT)
    sync(officer)
    assert officer.records.open(None).definition.version == BUNDLED_TEXT
    assert officer.records.open(saved.person_id).definition.version == NEW_TEXT
    [held] = officer.packs.held()
    assert held.news.withdrawn == (NEW_TEXT,)


def test_a_server_set_back_to_its_backup_takes_no_text_from_records_that_have_it(
    officer: Office, province: Province, first: Pack, tmp_path: Path
) -> None:
    sync(officer)
    saved = officer.records.save(officer.records.open(None), answers=employed(), confirmations={})
    from sync.server.tables import province as place
    from sync.server.tables import publications

    with province.engine.begin() as connection:  # as the backup had it
        connection.execute(publications.delete())
        connection.execute(place.update().values(pack_serial=0))
        renew_epoch(connection)
    sync(officer)
    assert officer.records.open(None).definition.version == NEW_TEXT
    other = publish(province.engine, write_text(tmp_path / "b", LATER_TEXT))
    assert other.number > first.number
    sync(officer)
    assert officer.records.open(None).definition.version == LATER_TEXT
    assert officer.records.open(saved.person_id).definition.version == NEW_TEXT


def draft_of(office: Office, text: str, **edits: str) -> FormDraft:
    """Somebody new, half-typed under a text."""
    return FormDraft(
        draft_id="01994a00-0000-7000-8000-000000000001",
        revision=1,
        form_id=FORM,
        form_version=text,
        edits={name.replace("__", "/"): Edited(None, value) for name, value in edits.items()},
        visited=("identity/full_name",),
    )


def drafts_of(office: Office) -> Drafts:
    return Drafts(
        register=office.register,
        author="Lê Thị Bình",
        clock=Clock(),
        forms=province_forms(office.register),
    )


def test_a_draft_goes_on_under_the_newer_text(
    officer: Office, province: Province, first: Pack, tmp_path: Path
) -> None:
    draft = draft_of(officer, BUNDLED_TEXT, identity__full_name="Trần Văn A", employed__job="Thợ")
    drafts_of(officer).keep(draft)
    news: PackNews = officer.packs.inspect(as_file(province.engine, first, tmp_path / "usb"))
    assert news.drafts == 1
    sync(officer)
    after = drafts_of(officer).get(draft.draft_id)
    assert after.form_version == NEW_TEXT
    opened = officer.records.open(None, form_version=after.form_version)
    laid = laid_over(opened, after)
    assert laid.answers["identity/full_name"] == "Trần Văn A"
    assert laid.answers["employed/job"] == "Thợ"


def test_a_draft_that_would_lose_something_stays_under_its_own_text(
    officer: Office, first: Pack
) -> None:
    draft = draft_of(officer, BUNDLED_TEXT, household__district="Huyện Cũ")
    drafts_of(officer).keep(draft)
    sync(officer)
    after = drafts_of(officer).get(draft.draft_id)
    assert (after.form_version, after.edits) == (BUNDLED_TEXT, draft.edits)
    assert officer.records.open(None, form_version=BUNDLED_TEXT).definition.version == BUNDLED_TEXT


def test_what_a_sync_refuses_is_told_and_asked_for_once(
    officer: Office, province: Province, first: Pack
) -> None:
    """A pack of the server that another key signed: somebody is in its database."""
    from sync.server.tables import publications

    stranger = new_signing_key()
    theirs = signed_pack(
        msgspec.structs.replace(first, key=public_key_of(stranger)), signing_key=stranger
    )
    with province.engine.begin() as connection:
        connection.execute(publications.update().values(text=theirs.text, signature=theirs.sig))
    for _ in range(2):
        sync(officer)
    assert versions(officer) == [BUNDLED_TEXT]
    [one] = officer.packs.refused()
    assert one.problem is Problem.PACK_SIGNER_UNKNOWN
    assert actions(officer).count(Action.PACK_REFUSE) == 1


def publish_choices(officer: Office, province: Province, folder: Path) -> int:
    """Another list for one question, with one choice more; gives how many there are."""
    path = folder / "list.csv"
    choices = officer.forms.get(FORM, BUNDLED_TEXT).definition.choices["general_education"]
    lines = [f"{one.code},{one.label_vi},," for one in choices]
    lines[0] += "2026-10-31"
    path.write_text(
        "\n".join(["code,label,valid_from,valid_to", *lines, "9,Sau đại học,2026-11-01,"]),
        encoding="utf-8",
    )
    with province.engine.begin() as connection:
        publish_small_list(
            connection,
            path,
            kind=PackKind.OPTIONS,
            name=f"{FORM}.general_education",
            title="Trình độ",
            in_force=date(2026, 11, 1),
        )
    return len(choices) + 1


def test_published_choices_are_offered_on_their_days(
    officer: Office, province: Province, tmp_path: Path
) -> None:
    choices = officer.forms.get(FORM, BUNDLED_TEXT).definition.choices["general_education"]
    count = publish_choices(officer, province, tmp_path)
    sync(officer)
    form = officer.forms.get(FORM, BUNDLED_TEXT)
    filling = Filling(
        form, on=date(2026, 11, 22), tables=IdentityTables.load(training=True), answers={}
    )
    offered = [one.code for one in filling.choices("qualification/general_education")]
    assert offered == [*(one.code for one in choices[1:]), "9"]
    [held] = officer.packs.held()
    assert (held.news.kind, held.news.items) == (PackKind.OPTIONS, count)


def test_an_updated_program_looks_again_at_what_the_one_before_passed_over(
    officer: Office, first: Pack
) -> None:
    """A kind of later, or a text that the older program could not read."""
    sync(officer)
    officer.register.set_meta({f"pack:form:{FORM}": None})  # as if it had not been able to
    sync(officer)
    assert versions(officer) == [BUNDLED_TEXT]
    newer = Packs(register=officer.register, forms=officer.forms, clock=Clock(), program="2027.1")
    assert newer.serial() == 0
    syncing = Syncing(register=officer.register, clock=Clock(), pace=AT_ONCE, shelf=newer)
    assert syncing.run().problem is None
    assert versions(officer) == [BUNDLED_TEXT, NEW_TEXT]
    assert (newer.serial(), first.number) == (1, 1)


def test_a_pack_that_the_server_does_not_hand_out_holds_up_no_other(
    officer: Office, province: Province, first: Pack, tmp_path: Path
) -> None:
    from sync.server.tables import publications

    publish_choices(officer, province, tmp_path)
    one = publications.c.sha256
    with province.engine.begin() as connection:
        connection.execute(publications.update().where(one == first.sha256).values(sha256="0" * 64))
    sync(officer)
    assert [held.news.kind for held in officer.packs.held()] == [PackKind.OPTIONS]
    assert officer.packs.serial() == 0
    with province.engine.begin() as connection:
        connection.execute(publications.update().where(one == "0" * 64).values(sha256=first.sha256))
    sync(officer)
    assert versions(officer) == [BUNDLED_TEXT, NEW_TEXT]
    assert officer.packs.serial() == 2


def test_the_answer_to_a_parcel_brings_what_was_published(
    officer: Office, first: Pack, tmp_path: Path, postgres_url: str
) -> None:
    assert first.number == 1
    desk = Parcels(
        register=officer.register, syncing=officer.syncing, clock=Clock(), shelf=officer.packs
    )
    officer.syncing.run()  # the directory, and the packs with it
    assert versions(officer) == [BUNDLED_TEXT, NEW_TEXT]
    officer.register.set_meta({f"pack:form:{FORM}": None, "pack_serial": None})
    assert versions(officer) == [BUNDLED_TEXT]
    [server, *_] = desk.recipients()
    outgoing = desk.send(server.key, tmp_path).path
    imported(postgres_url, outgoing, tmp_path / "back")
    [answer] = (tmp_path / "back").glob("*.goi")
    desk.receive(answer)
    assert versions(officer) == [BUNDLED_TEXT, NEW_TEXT]
    assert officer.packs.serial() == 1


def test_hamlets_that_the_province_lists_are_offered_where_one_is_set(
    province: Province, officer: Office, tmp_path: Path
) -> None:
    other_commune = province.office(Role.OFFICER, "99002")
    assert other_commune
    path = tmp_path / "hamlets.csv"
    path.write_text(
        "code,name,commune,valid_from,valid_to\n01,Ấp 1,99001,,\n02,Ấp 2,99001,2027-01-01,\n"
        "03,Ấp 3,99001,,2026-01-01\n04,Ấp 4,99002,,\n",
        encoding="utf-8",
    )
    with province.engine.begin() as connection:
        publish_small_list(
            connection,
            path,
            kind=PackKind.UNITS,
            name="ap",
            title="Thôn, ấp",
            in_force=date(2026, 11, 1),
        )
    officer.records.save(
        officer.records.open(None), answers=employed(household__hamlet="Ấp cũ"), confirmations={}
    )
    assert hamlets_of(officer) == ["Ấp cũ"]
    sync(officer)
    assert hamlets_of(officer) == ["Ấp 1", "Ấp cũ"]
    for other_spelling in ("ấp 1", "Ấp Cũ"):
        officer.records.save(
            officer.records.open(None),
            answers=employed(household__hamlet=other_spelling, identity__id_number=None),
            confirmations={},
        )
    assert hamlets_of(officer) == ["Ấp 1", "Ấp Cũ", "Ấp cũ"]


def hamlets_of(office: Office) -> list[str]:
    """What is offered where a hamlet is set for many."""
    lists = WorkLists(
        register=office.register,
        forms=office.forms,
        differences=Differences(
            register=office.register,
            records=office.records,
            forms=office.forms,
            author="Lê Thị Bình",
            clock=Clock(),
        ),
        user_name="Lê Thị Bình",
        clock=Clock(),
    )
    return lists.hamlets()
