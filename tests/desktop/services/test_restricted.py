"""Without the right there is nothing: every service, every list, every text on the window.

The register holds restricted records in every state: a draft, one handed in, one returned with a
reason, one with another device's value, one the server refused. Each carries words that stand
nowhere else. Whatever a user without the right asks, none of the words comes, and what comes is
what comes from a register in which only the person was entered.
"""

from __future__ import annotations

import dataclasses
import inspect
import logging
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

import desktop.services
from desktop.domain.drafts import Edited, FormDraft
from desktop.domain.people import PersonId
from desktop.domain.permissions import Right
from desktop.domain.users import UserRole
from desktop.errors import AppError, UserError
from desktop.services.backups import Backups
from desktop.services.drafts import Drafts
from desktop.services.permissions import Permissions
from desktop.services.users import Users
from desktop.store import ledger, restricted_ledger
from desktop.store.change_lists import held_changes
from desktop.store.documents import Edit
from desktop.store.holdings import holdings
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from sync.protocol.documents import DocumentType, is_restricted
from sync.protocol.messages import ChangeResult, Clash, Hold, Outcome, PushAnswer, Row
from tests.desktop.store.edits import an_id
from tests.support.filled_forms import SENSITIVE, complete
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office

MARK = "dấu-riêng"
OWNER, OTHER = "Lan", "Mai"
DOCUMENTS = {document_type.value for document_type in DocumentType}
WORDS = ("Khôi", "Tâm", "Vân")
NAMES = {form_id: f"Điểu Thị {word}" for form_id, word in zip(SENSITIVE, WORDS, strict=True)}


def make(folder: Path, *, with_records: bool) -> None:
    """A register of Lan, who has every right, and Mai, who has none; one person for each form.

    Without records, each person is entered by the same fields and nothing else.
    """
    office = Office.create(folder, author=OWNER)
    users = Users(register=office.register, author=OWNER, clock=Clock(), cost=QUICK)
    users.add(user_name=OTHER, passphrase=PASSPHRASE, role=UserRole.OFFICER)
    permissions = Permissions(register=office.register, clock=Clock())
    for right in Right:
        permissions.grant(user_name=OWNER, right=right)
    for number, form_id in enumerate(SENSITIVE):
        answers = complete(form_id, identity__full_name=NAMES[form_id])
        if "identity/id_number" in answers:
            answers["identity/id_number"] = f"00309000010{number}"
            answers |= {"identity/birth_date": "1990-02-03", "identity/sex": "1"}
        answers["collection/note"] = f"{MARK} {form_id}"
        saved = office.records.save(
            office.records.open(None, form_id=form_id), answers=answers, confirmations={}
        )
        if not with_records:
            if "identity/id_number" not in answers:
                office.records.send_to_police(saved.person_id)
            continue
        opened = office.records.open(saved.person_id, form_id=form_id)
        done = office.records.submit(opened, answers=opened.answers, confirmations={})
        trouble(office, form_id, done.saved.record_id)
        leave_half_typed(office, form_id, done.saved.person_id)
    if not with_records:
        forget_restricted(office.register)
    office.close()


def leave_half_typed(office: Office, form_id: str, person_id: PersonId) -> None:
    """A draft about the person, and one about somebody new."""
    drafts = Drafts(register=office.register, author=OWNER, clock=Clock())
    note = {"collection/note": Edited(None, f"{MARK} gõ dở")}
    version = FormRegistry.bundled().in_force(form_id, Clock()().date()).definition.version
    for about in (person_id, None):
        draft = FormDraft(
            draft_id=an_id(),
            revision=1,
            form_id=form_id,
            form_version=version,
            person_id=about,
            full_name=f"{MARK} tên",
            edits=note,
        )
        drafts.keep(draft)


def trouble(office: Office, form_id: str, record_id: str) -> None:
    """Another device's value, a return with a reason, and an edit that the server refuses."""
    register = office.register
    record = register.document(record_id)
    assert record is not None
    clash = Clash(value=f"{MARK} khác", by="Tổ Hai", at="2026-11-22T08:00:00+00:00", op="x")
    row = Row(
        bucket=record.bucket,
        position=1,
        document_type="record",
        document_id=record_id,
        version=7,
        fields={**record.fields, "answers.collection/note": f"{MARK} máy chủ"},
        clashes={"answers.collection/note": [clash]},
    )
    inbox = RegisterInbox(register, clock=Clock(), author=OWNER)
    inbox.apply_page(rows=[row], grants=[], drops=[], cursors={record.bucket: 1})
    returned = Edit(
        document_type=DocumentType.SUBMISSION,
        document_id="01a20244-e800-7584-87b3-8a3a510c07a" + str(SENSITIVE.index(form_id)),
        commune_code="99001",
        fields={
            "record_id": record_id,
            "person_id": record.fields["person_id"],
            "form_id": form_id,
            "round": 9,
            "review": "returned",
            "reasons.collection/note": f"{MARK} trả lại",
        },
    )
    register.save([returned], author=OWNER, at=Clock()(), action="record.submit")
    outbox = RegisterOutbox(register)
    batch = outbox.next_batch(limit=1000)
    last = batch.first + len(batch.lines) - 1
    results = [
        ChangeResult(seq=seq, s=Outcome.HELD, ver=0, why=Hold.ACCESS.value)
        if seq == last
        else ChangeResult(seq=seq, s=Outcome.APPLIED, ver=1)
        for seq in range(batch.first, last + 1)
    ]
    answer = PushAnswer(acked=last, h="", results=results, server_epoch="e", now="2026-11-22")
    outbox.settle(answer)


def forget_restricted(register: Register) -> None:
    """As if the restricted records had never been made."""
    with register.writing() as transaction:
        driver = transaction.driver
        driver.execute(
            "DELETE FROM outbox WHERE position IN (SELECT position FROM restricted_changes)"
        )
        tables = ("documents", "records", "submissions", "changes", "ledger", "heads")
        for name in tables:
            driver.execute(f"DELETE FROM restricted_{name}")  # noqa: S608 names of ours


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """The register with restricted records, and the one without; closed."""
    made = {True: tmp_path_factory.mktemp("có"), False: tmp_path_factory.mktemp("không")}
    for with_records, folder in made.items():
        make(folder / "sổ", with_records=with_records)
    return {with_records: folder / "sổ" for with_records, folder in made.items()}


@pytest.fixture
def mai(folders: dict[bool, Path]) -> Iterator[Office]:
    """Opened by who has no right."""
    office = Office.open(folders[True], author=OTHER)
    yield office
    office.close()


@pytest.fixture
def lan(folders: dict[bool, Path]) -> Iterator[Office]:
    """Opened by who has every right."""
    office = Office.open(folders[True], author=OWNER)
    yield office
    office.close()


def secrets(register: Register) -> list[str]:
    """What must not come out: the words, the forms, and the ids of the documents."""
    with register.reading() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM restricted_documents").scalars().all()
    assert len(ids) >= 3 * len(SENSITIVE) - 1
    return [MARK, *SENSITIVE, *map(str, ids), *(right.value for right in Right)]


def texts(value: object, depth: int = 0) -> Iterator[str]:
    """Everything that can be read in a value, fields that are left out of its repr included."""
    if depth > 12 or value is None or isinstance(value, ModuleType | type):
        return
    yield str(value)
    parts: Iterable[object] = ()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, msgspec.Struct):
        parts = [getattr(value, name) for name in value.__struct_fields__]
    elif isinstance(value, Mapping):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = value
    for part in parts:
        yield from texts(part, depth + 1)


# --- every service

#: They build, write or describe nothing that a user reads; or they end the register.
_SKIPPED = {
    "Users.remove",
    "Users.change_key",
    "Records.send_to_police",  # the registers are compared below
    "create_register",
    "open_register",
    "wipe",
}
#: What must have been asked, whatever else there is.
_ASKED = {
    "Records.open",
    "Records.persons_with_number",
    "People.search",
    "People.count",
    "Todos.list",
    "Todos.count",
    "Reviews.list",
    "Checks.queue",
    "Syncing.status",
    "Syncing.changes",
    "Decisions.cases",
    "Decisions.count",
    "Permissions.own",
    "Permissions.lines",
    "Backups.list",
    "Users.list",
    "Drafts.own",
    "Drafts.of_others",
    "Drafts.of_others_about",
    "Drafts.get",
}


def pool(office: Office, form_id: str) -> dict[str, object]:
    """Values for parameters by their names."""
    [row] = office.people.search(NAMES[form_id], limit=2)
    return {
        "register": office.register,
        "author": OTHER,
        "clock": Clock(),
        "forms": FormRegistry.bundled(),
        "records": office.records,
        "tables": IdentityTables.load(training=True),
        "text": "điểu",
        "limit": 100,
        "offset": 0,
        "person_id": PersonId(row.person_id),
        "form_id": form_id,
        "number": "003090000100",
        "other_than": None,
        "user_name": OWNER,
        "right": Right.DRUG_TREATMENT,
        "folder": office.register.folder,
        "draft_id": a_draft(office.register),
    }


def a_draft(register: Register) -> str:
    """The id of a draft, as one might guess it."""
    with register.reading() as connection:
        return str(connection.exec_driver_sql("SELECT max(id) FROM drafts").scalar_one())


def test_a_right_that_was_taken_hides_ones_own_half_typed_forms_too(
    folders: dict[bool, Path],
) -> None:
    office = Office.open(folders[True], author=OWNER)
    drafts = Drafts(register=office.register, author=OWNER, clock=Clock())
    waiting = drafts.own()
    permissions = Permissions(register=office.register, clock=Clock())
    for right in Right:
        permissions.revoke(user_name=OWNER, right=right)
    assert drafts.own() == []
    with pytest.raises(UserError):
        drafts.get(waiting[0].draft_id)
    for right in Right:  # they were kept: with the right they are there again
        permissions.grant(user_name=OWNER, right=right)
    assert drafts.own() == waiting
    office.close()


def calls(known: Mapping[str, object]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every public function and method of the services that these values are enough for."""
    for info in pkgutil.iter_modules(desktop.services.__path__):
        module = import_module(f"desktop.services.{info.name}")
        for name, found in vars(module).items():
            if name.startswith("_") or getattr(found, "__module__", "") != module.__name__:
                continue
            if inspect.isclass(found):
                arguments = fitting(found, known)
                if arguments is not None and arguments:
                    yield from methods(found, arguments, known)
            elif inspect.isfunction(found) and (arguments := fitting(found, known)) is not None:
                yield name, partial(found, **arguments)


def methods(
    kind: type, arguments: dict[str, object], known: Mapping[str, object]
) -> Iterator[tuple[str, Callable[[], object]]]:
    for name, function in vars(kind).items():
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        given = fitting(function, {**known, "self": None})
        if given is not None:
            given.pop("self", None)
            yield f"{kind.__name__}.{name}", partial(ask, kind, arguments, name, given)


def ask(kind: type, arguments: dict[str, object], name: str, given: dict[str, object]) -> object:
    """What a method of a new service answers."""
    return getattr(kind(**arguments), name)(**given)


def fitting(call: Callable[..., object], known: Mapping[str, object]) -> dict[str, object] | None:
    """Arguments for every parameter that is known; ``None`` when one is lacking."""
    try:
        parameters = inspect.signature(call).parameters
    except ValueError:
        return None
    given: dict[str, object] = {}
    for name, parameter in parameters.items():
        if name in known:
            given[name] = known[name]
        elif parameter.default is parameter.empty:
            return None
    return given


@pytest.mark.parametrize("form_id", SENSITIVE)
def test_no_service_returns_writes_or_logs_anything_of_it(
    form_id: str, mai: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hidden = secrets(mai.register)
    known = pool(mai, form_id)
    asked: set[str] = set()
    for name, call in calls(known):
        if name in _SKIPPED:
            continue
        asked.add(name)
        try:
            found = list(texts(call()))
        except (AppError, LookupError, TypeError, ValueError, AttributeError) as error:
            found = [str(error), *texts(getattr(error, "parameters", None))]
        words = hidden if not name.startswith("Permissions.") else hidden[: -len(Right)]
        leaked = [word for word in words if any(word in text for text in found)]
        assert not leaked, (name, leaked)
    assert asked >= _ASKED, _ASKED - asked
    assert not [word for word in hidden if word in caplog.text]
    for path in mai.register.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [word for word in hidden if word.encode() in content], path


def test_the_right_shows_all_of_it(lan: Office) -> None:
    """The same questions, so that the test above is known to look where something is."""
    assert len(lan.todos.list()) >= 2 * len(SENSITIVE)
    assert MARK in repr(list(texts(lan.todos.list())))
    assert len(lan.reviews.list()) >= len(SENSITIVE)
    assert MARK in "".join(texts(lan.reviews.detail(lan.reviews.list()[0].submission_id)))
    for form_id, name in NAMES.items():
        [row] = lan.people.search(name, limit=2)
        opened = lan.records.open(row.person_id, form_id=form_id)
        assert MARK in str(opened.answers["collection/note"])
        assert opened.competing["collection/note"]
    assert len(held_changes(lan.register)) == len(SENSITIVE)
    drafts = Drafts(register=lan.register, author=OWNER, clock=Clock())
    assert len(drafts.own()) == 2 * len(SENSITIVE)
    assert MARK in "".join(texts(drafts.get(drafts.own()[0].draft_id)))
    permissions = Permissions(register=lan.register, clock=Clock())
    assert len(permissions.lines(limit=100)) > 2 * len(SENSITIVE)
    assert restricted_ledger.broken_at(lan.register) is None


def seen_by_mai(folder: Path) -> dict[str, object]:
    """What a user without the right can count, list and read, without ids and instants."""
    office = Office.open(folder, author=OTHER)
    everybody = office.people.search("", limit=100)
    rows = [dataclasses.replace(row, person_id=PersonId("")) for row in everybody]
    documents = {
        bucket: sorted(
            sorted(name for name in fields if not name.endswith("_id")) for fields in held.values()
        )
        for bucket, held in holdings(office.register).items()
    }
    actions = [
        (line.by, line.action, [kind for kind, _ in line.objects])
        for line in ledger.lines(office.register, limit=1000)
        if {kind for kind, _ in line.objects} & DOCUMENTS and line.action != "person.view"
    ]
    seen: dict[str, object] = {
        "people": rows,
        "documents": documents,
        "actions": sorted(actions),
        "todos": office.todos.list(),
        "reviews": office.reviews.list(),
        "checks": len(office.checks.queue()),
        "held": office.syncing.status().held,
        "changes": [
            (row.document_type, row.title) for row in office.syncing.changes(limit=1000, offset=0)
        ],
    }
    office.close()
    return seen


def test_that_there_are_records_at_all_shows_nowhere(folders: dict[bool, Path]) -> None:
    """Lists, counts, flags, states, ledger and numbers are those of the register without any."""
    with_records, without = seen_by_mai(folders[True]), seen_by_mai(folders[False])
    for what, found in without.items():
        assert with_records[what] == found, what


def test_the_numbers_of_changes_have_no_gap(mai: Office) -> None:
    """A gap beside the change of a person would tell about whom there is something to hide."""
    numbers = [row.seq for row in mai.syncing.changes(limit=1000, offset=0)]
    assert numbers == list(range(len(numbers), 0, -1))
    page = mai.syncing.changes(limit=3, offset=2)
    assert [row.seq for row in page] == numbers[2:5]
    assert mai.syncing.status().held == 0


def test_snapshots_and_holdings_count_only_what_everybody_sees(lan: Office) -> None:
    assert not any(is_restricted(bucket) for bucket in holdings(lan.register))
    taken = Backups(register=lan.register, clock=Clock()).now().snapshot
    assert taken is not None
    with lan.register.reading() as connection:
        count = "SELECT type, count(*) FROM documents GROUP BY type"
        assert dict(map(tuple, connection.exec_driver_sql(count))) == dict(taken.documents)


def test_only_the_restricted_modules_speak_of_its_tables() -> None:
    """No other statement can meet what is restricted."""
    allowed = {
        "tables.py",
        "rights.py",
        "permissions.py",
        "restoring.py",
        "books.py",
        "batch.py",
        "change_lists.py",
    }
    store = Path(desktop.services.__path__[0]).parent
    names = (
        "restricted_documents",
        "restricted_records",
        "restricted_submissions",
        "restricted_ledger ",
    )
    for path in store.rglob("*.py"):
        if path.name.startswith("restricted") or path.name in allowed:
            continue
        text = "".join(
            line
            for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
            if "import" not in line
        )
        assert not [name for name in names if f"FROM {name}" in text or f"JOIN {name}" in text], (
            path
        )
