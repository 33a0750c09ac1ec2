"""Every endpoint × every role × what belongs to others: nothing is shown, nothing is changed.

The rows are the routes of the application itself: a new one fails here until it has its line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import requests
from sqlalchemy import Engine, select, update

from sync.protocol import codec
from sync.protocol.box import Relayed, SignedRelayed
from sync.protocol.directory import Directory, DirectoryRequest, SignedDirectory
from sync.protocol.documents import RULES, DataSet, DocumentType, Role, bucket_of
from sync.protocol.messages import (
    Change,
    Enrolled,
    LedgerHead,
    Left,
    Outcome,
    PartRowsRequest,
    Parts,
    PartsRequest,
    PullRequest,
    PushAnswer,
    RefreshRequest,
    Refusal,
    RefusalCode,
    Session,
)
from sync.protocol.packs import (
    Pack,
    PackList,
    PackRequest,
    PacksRequest,
    content_hash,
    pack_named_by,
)
from sync.protocol.parcel import PARCEL_TYPE, Fault, ParcelError, Section, SectionKind
from sync.protocol.signing import sign_leave
from sync.server.operations import OPERATIONS
from sync.server.tables import devices, documents
from sync.server.web import create_app
from tests.support.base_lists import load, row, write
from tests.support.desk import Desk
from tests.support.parcels import asked as asked_by_parcel
from tests.support.parcels import opened, province_key, pushed, sealed
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk
from tests.sync.server.test_access import MADE

SECRET = "Lý Thị Của Xã Khác"
#: Somebody of the list that the province published for the owner's commune.
LISTED = row(1)["Họ và tên"]
STRANGER_COMMUNE = "99003"


@dataclass(frozen=True)
class Pair:
    """A stranger with his session, and an officer of another commune."""

    stranger: Desk
    owner: Desk
    session: Session


@dataclass(frozen=True)
class Case(Pair):
    """A stranger, and what belongs to an officer of another commune."""

    made: dict[DocumentType, Change]
    code: str
    listed: Pack
    province_key: str


def enrol(case: Case) -> None:
    assert case.stranger.enrol(case.code) == Refusal(code=RefusalCode.BAD_CODE)


def log_in(case: Pair) -> None:
    """A nonce of the owner's device is worth nothing without its key."""
    mine, case.stranger.device = case.stranger.device, case.owner.device
    nonce = case.stranger.challenge()
    assert not isinstance(nonce, Refusal)
    signed_by_me = case.stranger.login_with(nonce.nonce)
    case.stranger.device = mine
    assert signed_by_me == Refusal(code=RefusalCode.BAD_SIGNATURE)
    owners = case.owner.challenge()
    assert not isinstance(owners, Refusal)
    assert case.stranger.login_with(owners.nonce) == signed_by_me


def refresh(case: Case) -> None:
    """The stranger's session is none of the owner's."""
    refresh_own(case)
    assert case.stranger.pull().rows == []


def refresh_own(case: Pair) -> None:
    """No access token brings a session, whoever's it is."""
    for token in (case.owner.token, case.stranger.token, case.owner.device):
        refused = case.stranger.ask("/auth/refresh", RefreshRequest(refresh=token), Session)
        assert refused == Refusal(code=RefusalCode.TOKEN_EXPIRED)
    mine = case.stranger.ask("/auth/refresh", RefreshRequest(case.session.refresh), Session)
    assert isinstance(mine, Session)
    case.stranger.token = mine.token


def leave(case: Case) -> None:
    """Whatever register it names: only who asks leaves, by its own signature."""
    ledger = LedgerHead(n=1, h="0" * 64)
    owners = sign_leave(
        case.owner.key,
        device=case.owner.device,
        epoch=case.stranger.epoch,
        ledger_n=1,
        ledger_hash=ledger.h,
    )
    refused = case.stranger.leave(ledger, sig=owners)
    assert refused == Refusal(code=RefusalCode.BAD_SIGNATURE)
    assert case.stranger.leave(ledger) == Left(device=case.stranger.device)


def push(case: Case) -> None:
    stolen = case.owner.push_body(1, len(case.owner.changes))
    assert case.stranger.send(stolen) == Refusal(code=RefusalCode.BAD_SIGNATURE)
    foreign_edits(case)
    answer = case.stranger.push()
    assert outcomes(answer) == {Outcome.HELD}
    assert SECRET not in repr(answer)


def outcomes(answer: PushAnswer) -> set[Outcome]:
    return {result.s for result in answer.results}


def foreign_edits(case: Case) -> None:
    """The stranger queues changes and new ones of everything that the owner made."""
    for document_type, made in case.made.items():
        for commune in ("99001", STRANGER_COMMUNE):
            bucket = bucket_of(commune, RULES[document_type].data_set)
            case.stranger.set(document_type, made.document_id, {"note": "x"}, bucket=bucket)
            case.stranger.create(
                document_type, MADE[document_type], document_id=made.document_id, bucket=bucket
            )


def relay(case: Case) -> None:
    """A push of the owner's that anybody brings; a box of another commune is no carrier either."""
    case.owner.person()
    body = case.owner.push_body(len(case.owner.changes), len(case.owner.changes))
    response = case.stranger.post("/sync/v1/relay", body, content_type=codec.LINES_TYPE)
    answer = case.stranger.read(response, SignedRelayed)
    if isinstance(answer, SignedRelayed):
        told = msgspec.json.decode(answer.text, type=Relayed)
        assert (told.answer, told.refusal) == (None, Refusal(code=RefusalCode.UNKNOWN_DEVICE))
    else:
        assert answer == Refusal(code=RefusalCode.UNKNOWN_DEVICE)


def pull(case: Case) -> None:
    cursors = {bucket_of("99001", one): 0 for one in DataSet}
    page = case.stranger.pull(cursors)
    assert page.rows == []
    assert {drop.bucket for drop in page.drops} == set(cursors)
    assert not any(bucket.startswith("99001") for bucket in page.end.digest)


def parts(case: Case) -> None:
    """Of a foreign bucket there is nothing to compare, and nothing to fetch."""
    for one in DataSet:
        bucket = bucket_of("99001", one)
        answer = case.stranger.ask("/sync/v1/parts", PartsRequest(bucket), Parts)
        assert answer == Parts({})
    bucket = bucket_of("99001", DataSet.REGISTER)
    answer = case.owner.ask("/sync/v1/parts", PartsRequest(bucket), Parts)
    assert isinstance(answer, Parts)
    assert answer.parts


def part_rows(case: Case) -> None:
    every = [f"{part:02x}" for part in range(256)]
    for one in DataSet:
        asked = msgspec.json.encode(PartRowsRequest(bucket_of("99001", one), every))
        page = codec.decode_pull(case.stranger.post("/sync/v1/part_rows", asked).content)
        assert (page.rows, page.end.more) == ([], False)
    owners = case.owner.post(
        "/sync/v1/part_rows",
        msgspec.json.encode(PartRowsRequest(bucket_of("99001", DataSet.REGISTER), every)),
    )
    assert SECRET.encode() in owners.content


def directory(case: Case) -> None:
    answer = case.stranger.ask("/sync/v1/directory", DirectoryRequest(number=0), SignedDirectory)
    assert isinstance(answer, SignedDirectory)
    told = msgspec.json.decode(answer.text, type=Directory)
    assert {one.device for one in told.devices} == {case.stranger.device}


def packs(case: Case) -> None:
    """What is published is for everybody; of the lists of persons each hears of the own only."""
    asked = PacksRequest(serial=0)
    answer = case.stranger.ask("/sync/v1/packs", asked, PackList)
    assert isinstance(answer, PackList)
    assert answer.packs == []
    assert answer.serial > 0
    owners = case.owner.ask("/sync/v1/packs", asked, PackList)
    assert isinstance(owners, PackList)
    assert [pack_named_by(signed).sha256 for signed in owners.packs] == [case.listed.sha256]


def pack(case: Case) -> None:
    """The very hash of the list of persons: whoever hears of it from its office gets nothing."""
    asked = PackRequest(sha256=case.listed.sha256)
    refused = case.stranger.ask("/sync/v1/pack", asked, PackList)
    assert refused == Refusal(code=RefusalCode.NOT_FOUND)
    owners = case.owner.post("/sync/v1/pack", msgspec.json.encode(asked))
    assert content_hash(owners.content) == case.listed.sha256


def parcel(case: Case) -> None:
    """In a sealed parcel nobody can do more, and who carries another's can read nothing of it."""
    stranger, owner, key = case.stranger, case.owner, case.province_key
    since = len(stranger.changes) + 1
    foreign_edits(case)
    question = asked_by_parcel({bucket_of("99001", one): 0 for one in DataSet}, packs=0)
    stolen = owner.push_body(1, len(case.made))
    mine = stranger.push_body(since, len(stranger.changes))
    sections = parcel_answer(
        stranger, sealed(stranger, pushed(mine), pushed(stolen), question, key=key)
    )
    edits, theft = (one.body.splitlines()[2] for one in sections if one.kind is SectionKind.ANSWER)
    assert outcomes(msgspec.json.decode(edits, type=PushAnswer)) == {Outcome.HELD}
    refusal = msgspec.json.decode(theft, type=Refusal)
    assert refusal == Refusal(code=RefusalCode.BAD_SIGNATURE)
    pages = [codec.decode_pull(one.body) for one in sections if one.kind is SectionKind.PAGE]
    assert [page.rows for page in pages] == [[]]
    assert SectionKind.PACK not in {one.kind for one in sections}
    for secret in (SECRET, LISTED):
        assert secret.encode() not in b"".join(one.body for one in sections)
    in_its_name = sealed(
        owner, pushed(stolen), question, key=key, signing_key=stranger.key, number=2
    )
    response = stranger.post("/sync/v1/parcel", in_its_name, content_type=PARCEL_TYPE)
    refused = Refusal(code=RefusalCode.PARCEL, why=Fault.BAD_SIGNATURE.value)
    assert stranger.read(response, PushAnswer) == refused
    owners = sealed(owner, pushed(stolen), question, key=key)
    brought = stranger.post("/sync/v1/parcel", owners, content_type=PARCEL_TYPE)
    with pytest.raises(ParcelError, match=Fault.WRONG_RECIPIENT.value):
        opened(stranger, brought.content)
    assert SECRET.encode() in b"".join(one.body for one in opened(owner, brought.content))


def parcel_answer(desk: Desk, body: bytes) -> list[Section]:
    """What is in the parcel that answers this one."""
    response = desk.post("/sync/v1/parcel", body, content_type=PARCEL_TYPE)
    assert response.status_code == 200, response.content
    return opened(desk, response.content)


def shown(path: str) -> Callable[[Case], None]:
    """A page for the operator: nobody's data is in it."""

    def look(case: Case) -> None:
        answer = requests.get(case.stranger.url + path, timeout=60)
        assert answer.status_code == 200
        for secret in (SECRET, case.owner.device, case.owner.token, "99001"):
            assert secret not in answer.text

    return look


MATRIX: dict[str, Callable[[Case], None]] = {
    "/auth/enrol": enrol,
    "/auth/challenge": log_in,
    "/auth/login": log_in,
    "/auth/refresh": refresh,
    "/sync/v1/push": push,
    "/sync/v1/relay": relay,
    "/sync/v1/pull": pull,
    "/sync/v1/parts": parts,
    "/sync/v1/part_rows": part_rows,
    "/sync/v1/directory": directory,
    "/sync/v1/packs": packs,
    "/sync/v1/pack": pack,
    "/sync/v1/parcel": parcel,
    **{path: shown(path) for path in ("/health", "/ready", "/live", "/metrics", "/openapi.json")},
    "/auth/leave": leave,  # the last: who has left is nobody any more
}

#: What needs no token, because it brings one.
OPEN = {"/auth/enrol", "/auth/challenge", "/auth/login", "/auth/refresh"}

BODIES = {
    "/auth/leave": b'{"epoch":"x"}',
    "/sync/v1/pull": b'{"cursors":{}}',
    "/sync/v1/parts": b'{"bucket":"99001/register"}',
    "/sync/v1/part_rows": b'{"bucket":"99001/register","parts":["00"]}',
    "/sync/v1/directory": b'{"number":0}',
    "/sync/v1/packs": b'{"serial":0}',
    "/sync/v1/pack": b'{"sha256":"0"}',
    "/sync/v1/parcel": b"x",
}


def test_every_route_of_the_application_has_its_line(database: Engine) -> None:
    assert {route.path for route in create_app(database).routes} == set(MATRIX)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_nothing_of_others_is_shown_or_changed(
    role: Role, make_desk: MakeDesk, province: Province, server: ServerProcess, tmp_path: Path
) -> None:
    owner = make_desk(Role.OFFICER)
    fields = {DocumentType.PERSON: {"full_name": SECRET}}
    made = {one: owner.create(one, MADE[one] | fields.get(one, {})) for one in DocumentType}
    owner.push()
    listed = load(province.engine, write(tmp_path / "list.csv", [row(1)])).pack
    assert listed is not None
    before, seen = rows_of(province), len(owner.pull().rows)
    assert seen > len(made)
    stranger = make_desk(role, STRANGER_COMMUNE)
    nonce = stranger.challenge()
    assert not isinstance(nonce, Refusal)
    session = stranger.login_with(nonce.nonce)
    assert isinstance(session, Session)
    code = province.code(province.office(Role.OFFICER, "99001"))
    user = Desk(server.url)
    assert isinstance(user.enrol(code), Enrolled)
    user.http.close()
    case = Case(
        stranger=stranger,
        owner=owner,
        made=made,
        session=session,
        code=code,
        listed=listed,
        province_key=province_key(province.engine),
    )
    for attempt in dict.fromkeys(MATRIX.values()):
        attempt(case)
        assert rows_of(province) == before, attempt
        assert len(owner.pull().rows) == seen, attempt
        with province.engine.connect() as connection:
            revoked = connection.scalar(
                select(devices.c.revoked_at).where(devices.c.id == UUID(owner.device))
            )
        assert revoked is None, attempt


@pytest.mark.parametrize("path", [one.path for one in OPERATIONS if one.path not in OPEN])
def test_without_a_living_token_nothing_is_answered(
    path: str, officer: Desk, province: Province
) -> None:
    operation = next(one for one in OPERATIONS if one.path == path)
    officer.person()
    body = BODIES.get(path) or codec.compressed(officer.push_body(1, 1))

    def refused() -> object:
        encoding = "identity" if path in BODIES else "gzip"
        response = officer.post(path, body, content_type=operation.body_type, encoding=encoding)
        return officer.read(response, PullRequest)

    mine = officer.token
    for token in ("", "0" * 64, officer.device):
        officer.token = token
        assert refused() == Refusal(code=RefusalCode.TOKEN_EXPIRED)
    officer.token = mine
    with province.engine.begin() as connection:
        connection.execute(update(devices).values(revoked_at=devices.c.enrolled_at))
    assert refused() == Refusal(code=RefusalCode.REVOKED)


def rows_of(province: Province) -> list[tuple[object, ...]]:
    """Every document as it lies in the database."""
    with province.engine.connect() as connection:
        found = connection.execute(select(documents).order_by(documents.c.id))
        return [tuple(row) for row in found]
