"""A box's own door: every operation × every role × what belongs to others, and what is no message.

The rows are the routes of a box: a new one fails here until it has its line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import msgspec
import pytest
import requests
import schemathesis
from msgspec.structs import replace
from sqlalchemy import Engine, select

from sync.protocol import codec
from sync.protocol.box import (
    BoxDocuments,
    BoxDocumentsRequest,
    BoxKept,
    BoxRequest,
    BoxState,
)
from sync.protocol.chain import chain_start
from sync.protocol.documents import DataSet, DocumentType, Role, bucket_of, is_restricted
from sync.protocol.messages import Challenge, PullRequest, Refusal, RefusalCode, Session
from sync.server import openapi
from sync.server.box import spool
from sync.server.box.operations import BOX_OPERATIONS
from sync.server.tables import box_pushes, box_rows
from sync.server.web import create_app
from tests.support.box import BoxProcess, box_database
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk
from tests.sync.server.test_access import MADE
from tests.sync.server.test_bad_input import MALFORMED, NOISE, answer_of
from tests.sync.server.test_described import MODES, try_described
from tests.sync.server.test_matrix import OPEN, SECRET, Pair, log_in, refresh_own
from tests.sync.server.test_openapi import check_described, check_schemas

#: The box goes to the province once, at its start: what is brought to it afterwards stays there.
ONCE = 3600.0
BOX_OWN = [one for one in BOX_OPERATIONS if one.path not in OPEN]
#: One question that each takes.
BODIES = {
    "/box/v1/state": b'{"epoch":"x","acked":0,"probe":""}',
    "/box/v1/pull": b'{"cursors":{}}',
    "/box/v1/documents": b'{"number":0}',
}


@pytest.fixture(scope="module")
def box_url(postgres_url: str) -> Iterator[str]:
    """The box's database."""
    with box_database(postgres_url) as url:
        yield url


MakeBox = Callable[..., BoxProcess]


@pytest.fixture
def make_box(server: ServerProcess, province: Province, box_url: str) -> Iterator[MakeBox]:
    """Starts a box of 99001 and 99002 where these desks are logged in."""
    with BoxProcess(box_url, every=ONCE) as box:

        def start(*desks: Desk) -> BoxProcess:
            office = province.office(Role.RELAY, "99001", "99002")
            box.enrol(server.url, province.code(office))
            box.start()
            box.wait_until(box.has_read)
            for desk in desks:
                desk.url, desk.at_box = box.url, True
                desk.login()
            return box

        yield start


@dataclass(frozen=True)
class Neighbours(Pair):
    """A stranger, an officer of another commune of the same box, and her colleague."""

    colleague: Desk


def ask_state(desk: Desk, *, epoch: str, probe: bytes = b"") -> BoxState | Refusal:
    request = BoxRequest(epoch=epoch, acked=0, probe=probe.decode())
    return desk.ask("/box/v1/state", request, BoxState)


def bring(desk: Desk, body: bytes) -> BoxKept | Refusal:
    response = desk.post("/box/v1/push", body, content_type=codec.LINES_TYPE)
    return desk.read(response, BoxKept)


def heard(desk: Desk) -> BoxDocuments:
    """What the box tells this desk of the others."""
    answer = desk.ask("/box/v1/documents", BoxDocumentsRequest(number=0), BoxDocuments)
    assert isinstance(answer, BoxDocuments)
    return answer


def state(case: Neighbours) -> None:
    """Of another's epoch there is nothing to hear, and nobody probes for another."""
    told = ask_state(case.stranger, epoch=case.owner.epoch)
    assert isinstance(told, BoxState)
    assert (told.kept, told.h, told.answers) == (0, "", [])
    probe = case.owner.push_body(len(case.owner.changes) + 1, len(case.owner.changes))
    refused = ask_state(case.stranger, epoch=case.owner.epoch, probe=probe)
    assert refused == Refusal(code=RefusalCode.BAD_SIGNATURE)
    owners = ask_state(case.owner, epoch=case.owner.epoch)
    assert isinstance(owners, BoxState)
    assert owners.kept == len(case.owner.changes)


@pytest.mark.parametrize("nonce", ["0" * 63, "0" * 63 + "\n", "G" * 64, f"{'0' * 64}\nx"])
def test_a_box_signs_no_text_of_a_visitor(nonce: str, officer: Desk, make_box: MakeBox) -> None:
    make_box(officer)
    request = BoxRequest(epoch=officer.epoch, acked=0, probe="", nonce=nonce)
    assert officer.ask("/box/v1/state", request, BoxState) == Refusal(code=RefusalCode.MALFORMED)


def push(case: Neighbours) -> None:
    """Nobody brings what another signed; what a stranger says of others' documents none hears."""
    stranger, owner = case.stranger, case.owner
    stolen = owner.push_body(1, len(owner.changes))
    assert bring(stranger, stolen) == Refusal(code=RefusalCode.BAD_SIGNATURE)
    for change in owner.changes:
        document_type, name = DocumentType(change.document_type), change.document_id
        stranger.set(document_type, name, {"note": SECRET}, bucket=change.bucket)
        stranger.create(document_type, MADE[document_type], document_id=name, bucket=change.bucket)
    kept = bring(stranger, stranger.push_body(1, len(stranger.changes)))
    assert isinstance(kept, BoxKept)
    assert kept.kept == len(stranger.changes)
    assert heard(owner).documents == []


def pull(case: Neighbours) -> None:
    cursors = {bucket_of("99001", one): 0 for one in DataSet}
    for asked in ({}, cursors):
        body = msgspec.json.encode(PullRequest(cursors=asked))
        page = codec.decode_pull(case.stranger.post("/box/v1/pull", body).content)
        assert page.rows == []
        owners = codec.decode_pull(case.owner.post("/box/v1/pull", body).content)
        assert SECRET in repr(owners.rows)


def documents(case: Neighbours) -> None:
    assert heard(case.stranger).documents == []
    assert SECRET in repr(heard(case.colleague).documents)


def shown(path: str) -> Callable[[Neighbours], None]:
    """A page for who looks after the box: nobody's data is in it."""

    def look(case: Neighbours) -> None:
        answer = requests.get(case.stranger.url + path, timeout=60)
        assert answer.status_code == 200
        for secret in (SECRET, case.owner.device, case.owner.token, "99001"):
            assert secret not in answer.text

    return look


MATRIX: dict[str, Callable[[Neighbours], None]] = {
    "/auth/challenge": log_in,
    "/auth/login": log_in,
    "/auth/refresh": refresh_own,
    "/box/v1/state": state,
    "/box/v1/push": push,
    "/box/v1/pull": pull,
    "/box/v1/documents": documents,
    **{path: shown(path) for path in ("/health", "/ready", "/live", "/metrics", "/openapi.json")},
}


def test_every_route_of_a_box_has_its_line(database: Engine) -> None:
    app = create_app(database, operations=BOX_OPERATIONS)
    assert {route.path for route in app.routes} == set(MATRIX)


def of_the_owner(box: BoxProcess, owner: Desk) -> list[tuple[object, ...]]:
    """Everything of the owner's in the box: what she brought, and what the province has."""
    mine = select(box_pushes).where(box_pushes.c.device_id == UUID(owner.device))
    with box.engine.connect() as connection:
        return [
            tuple(row)
            for found in (mine.order_by(box_pushes.c.id), select(box_rows).order_by(box_rows.c.id))
            for row in connection.execute(found)
        ]


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_nothing_of_others_is_shown_or_changed_at_a_box(
    role: Role, make_desk: MakeDesk, make_box: MakeBox
) -> None:
    owner, colleague = make_desk(Role.OFFICER), make_desk(Role.OFFICER)
    stranger = make_desk(role, "99002")
    owner.person(full_name=SECRET)
    owner.push()
    box = make_box(owner, colleague, stranger)
    for document_type, fields in MADE.items():
        name = {DocumentType.PERSON: {"full_name": SECRET}}
        owner.create(document_type, fields | name.get(document_type, {}))
    assert isinstance(bring(owner, owner.push_body(1, len(owner.changes))), BoxKept)
    before = of_the_owner(box, owner)
    assert len(before) == 2
    nonce = stranger.challenge()
    assert not isinstance(nonce, Refusal)
    session = stranger.login_with(nonce.nonce)
    assert isinstance(session, Session)
    stranger.token = session.token
    case = Neighbours(stranger=stranger, owner=owner, session=session, colleague=colleague)
    for attempt in dict.fromkeys(MATRIX.values()):
        attempt(case)
        assert of_the_owner(box, owner) == before, attempt


def test_a_device_of_another_commune_has_no_place_at_a_box(
    make_desk: MakeDesk, make_box: MakeBox
) -> None:
    stranger = make_desk(Role.OFFICER, "99003")
    stranger.url = make_box().url
    unknown = Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    assert stranger.challenge() == unknown
    assert stranger.login_with("0" * 64) == unknown
    assert answer_of(stranger.post("/box/v1/pull", BODIES["/box/v1/pull"])) == Refusal(
        code=RefusalCode.TOKEN_EXPIRED  # its token is of the province
    )


def test_without_a_living_token_a_box_answers_nothing(officer: Desk, make_box: MakeBox) -> None:
    box = make_box(officer)
    officer.person()
    mine = officer.token

    def refusals() -> set[RefusalCode]:
        return {
            answer_of(
                officer.post(
                    one.path,
                    BODIES.get(one.path) or officer.push_body(1, 1),
                    content_type=one.body_type,
                )
            ).code
            for one in BOX_OWN
        }

    for token in ("", "0" * 64, officer.device):
        officer.token = token
        assert refusals() == {RefusalCode.TOKEN_EXPIRED}
    officer.token = mine
    box.do("UPDATE devices SET revoked_at = now()")
    assert refusals() == {RefusalCode.REVOKED}


def test_what_is_no_message_is_refused_at_a_box_and_kept_by_none(
    officer: Desk, make_box: MakeBox
) -> None:
    box = make_box(officer)
    for operation in BOX_OPERATIONS:
        for body in NOISE:
            response = officer.post(operation.path, body, content_type=operation.body_type)
            assert answer_of(response) == MALFORMED, (operation.path, body[:12])
        for kind in ("text/html", ""):
            response = officer.post(operation.path, b"{}", content_type=kind)
            assert answer_of(response) == MALFORMED
        endless = bytes(codec.LARGEST_BODY_BYTES + 1)
        response = officer.post(operation.path, endless, content_type=operation.body_type)
        assert answer_of(response) == Refusal(code=RefusalCode.TOO_LARGE)
    nobody = {
        ("/auth/challenge", b'{"device":"\\u0000"}'): RefusalCode.UNKNOWN_DEVICE,
        ("/auth/refresh", b'{"refresh":"\\u0000"}'): RefusalCode.TOKEN_EXPIRED,
        ("/box/v1/state", b'{"epoch":"\\u0000","acked":0,"probe":""}'): RefusalCode.MALFORMED,
    }
    for (path, body), code in nobody.items():
        assert answer_of(officer.post(path, body)) == Refusal(code=code), body
    for count in (2**63, 2**70, -(2**70)):
        body = b'{"epoch":"%s","acked":%d,"probe":""}' % (officer.epoch.encode(), count)
        assert answer_of(officer.post("/box/v1/state", body)) == MALFORMED, count
        asked = officer.post("/box/v1/documents", b'{"number":%d}' % count)
        assert msgspec.json.decode(asked.content, type=BoxDocuments).documents == []
        body = b'{"cursors":{"99001/register":%d}}' % count
        page = codec.decode_pull(officer.post("/box/v1/pull", body).content)
        assert page.rows == []
    with box.engine.connect() as connection:
        assert connection.scalar(select(box_pushes.c.id)) is None


def test_a_push_that_a_box_cannot_keep_is_refused_with_its_code(
    officer: Desk, make_box: MakeBox
) -> None:
    box = make_box(officer)
    restricted = next(one for one in DataSet if is_restricted(bucket_of("99001", one)))
    officer.create(
        DocumentType.PERSON, {"full_name": SECRET}, bucket=bucket_of("99001", restricted)
    )
    refused = bring(officer, officer.push_body(1, 1))
    assert refused == Refusal(code=RefusalCode.MALFORMED, why=spool.RESTRICTED)
    officer.begin_epoch()
    change = officer.person()
    # No such number can be: it is signed as a push has to be, and still kept by no counter.
    header = codec.decode_push(officer.push_body(1, 1)).header
    for first in (2**63, 2**70):
        body = codec.encode_push(
            header=replace(header, first=first, prev=chain_start(officer.epoch).hex()),
            changes=[replace(change, seq=first)],
            signing_key=officer.key,
        )
        assert bring(officer, body) == MALFORMED
    assert '"event": "failure"' not in box.log
    assert SECRET not in box.log
    with box.engine.connect() as connection:
        assert connection.scalar(select(box_pushes.c.id)) is None


def test_a_box_describes_its_own_operations_and_answers_as_described(
    officer: Desk, make_box: MakeBox
) -> None:
    url = make_box(officer).url
    told = requests.get(url + "/openapi.json", timeout=60).json()
    assert told == json.loads(openapi.document(BOX_OPERATIONS))
    check_described(told, BOX_OPERATIONS)
    check_schemas(told)
    schema = schemathesis.openapi.from_dict(told)
    for operation in BOX_OWN:
        for mode in MODES.values():
            try_described(schema, operation.path, mode, url=url, token=officer.token)


def test_what_is_signed_for_a_box_opens_nothing_at_the_province_nor_the_reverse(
    make_box: MakeBox, officer: Desk
) -> None:
    """A box may give out the province's nonce as its own."""
    province_url = officer.url
    box = make_box(officer)
    for url, at_box in ((province_url, True), (box.url, False)):
        officer.url, officer.at_box = url, at_box
        challenge = officer.challenge()
        assert isinstance(challenge, Challenge)
        refusal = officer.login_with(challenge.nonce)
        assert isinstance(refusal, Refusal)
        assert refusal.code is RefusalCode.BAD_SIGNATURE
