"""A parcel that is not for this server, not whole or of nobody known: its code, and nothing else.

Each is tried at both doors: carried by another office over HTTP, and by ``parcel import``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Engine, func, select, update
from typer.testing import CliRunner, Result

from sync.protocol.codec import JSON_TYPE
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Refusal, RefusalCode
from sync.protocol.parcel import MAGIC, PARCEL_TYPE, SUFFIX, Fault, Section, SectionKind
from sync.protocol.signing import public_key_of
from sync.server.__main__ import cli
from sync.server.parcels import receive
from sync.server.settings import Settings
from sync.server.statuses import STATUS
from sync.server.tables import allowances, devices, documents, metadata
from tests.support.desk import Desk, an_id
from tests.support.parcels import opened, province_key, pushed, sealed
from tests.support.server import Province

#: What asking itself writes, whatever becomes of it: how much is left of the day's requests.
ASKING = "allowances"


@dataclass(frozen=True)
class Offices:
    """Who wrote the parcel, who carries it, and the province it goes to."""

    sender: Desk
    carrier: Desk
    engine: Engine
    key: str

    def sound(self, **header: Any) -> bytes:
        """A parcel with one new person; ``header`` is what it says otherwise."""
        return sealed(self.sender, pushed(self.sender.push_body(1, 1)), key=self.key, **header)


@pytest.fixture
def world(officer: Desk, police: Desk, province: Province) -> Offices:
    officer.person()
    return Offices(
        sender=officer,
        carrier=police,
        engine=province.engine,
        key=province_key(province.engine),
    )


def revoked(world: Offices) -> bytes:
    with world.engine.begin() as connection:
        its_own = devices.c.id == UUID(world.sender.device)
        connection.execute(update(devices).where(its_own).values(revoked_at=func.now()))
    return world.sound()


def replayed(world: Offices) -> bytes:
    """Number 1 came before, and held something else."""
    first = sealed(world.sender, key=world.key)
    assert carried(world, first) is None
    return world.sound()


def flipped(parcel: bytes, at: int) -> bytes:
    at %= len(parcel)
    return parcel[:at] + bytes([parcel[at] ^ 1]) + parcel[at + 1 :]


def for_the_carrier(world: Offices) -> bytes:
    return world.sound(sealed_for=public_key_of(world.carrier.key))


def a_bomb(world: Offices) -> bytes:
    zeros = Section(kind=SectionKind.PUSH, body=bytes(32 * 1024 * 1024) + b"\n")
    return sealed(world.sender, zeros, key=world.key)


def no_push(world: Offices) -> bytes:
    return sealed(world.sender, pushed(b"no push\n"), key=world.key)


def of_no_epoch(world: Offices) -> bytes:
    body = world.sender.push_body(1, 1).replace(b'"epoch":"', b'"epoch":"\\u0000', 1)
    return sealed(world.sender, pushed(body), key=world.key)


def of_no_letters(world: Offices) -> bytes:
    body = world.sender.push_body(1, 1).replace(b'"seq":1', b'"seq":1,"unknown":"\xff"', 1)
    return sealed(world.sender, pushed(body), key=world.key)


Case = tuple[Fault, Callable[[Offices], bytes]]
CASES: dict[str, Case] = {
    "nothing": (Fault.NOT_A_PARCEL, lambda _: b""),
    "another kind of file": (Fault.NOT_A_PARCEL, lambda world: b"PK\x03\x04" + world.sound()),
    "lines of a push": (Fault.NOT_A_PARCEL, lambda world: world.sender.push_body(1, 1)),
    "a newer format": (
        Fault.NEWER_FORMAT,
        lambda world: MAGIC + b"\x02" + world.sound()[len(MAGIC) + 1 :],
    ),
    "cut in its name": (Fault.TRUNCATED, lambda world: world.sound()[: len(MAGIC) // 2]),
    "cut in its head": (Fault.TRUNCATED, lambda world: world.sound()[: len(MAGIC) + 40]),
    "cut in the middle": (
        Fault.TRUNCATED,
        lambda world: world.sound()[: len(world.sound()) // 2],
    ),
    "without its last byte": (Fault.TRUNCATED, lambda world: world.sound()[:-1]),
    "a bit flipped": (Fault.DAMAGED, lambda world: flipped(world.sound(), -20)),
    "one byte too many": (Fault.DAMAGED, lambda world: world.sound() + b"\x00"),
    "no push where one is announced": (Fault.DAMAGED, no_push),
    "a push of an epoch that no database holds": (Fault.DAMAGED, of_no_epoch),
    "a push with letters that are none": (Fault.DAMAGED, of_no_letters),
    "number 0": (Fault.DAMAGED, lambda world: world.sound(number=0)),
    "a number no counter reaches": (Fault.DAMAGED, lambda world: world.sound(number=2**63)),
    "a bomb": (Fault.TOO_LARGE, a_bomb),
    "sealed for an office": (Fault.WRONG_RECIPIENT, for_the_carrier),
    "addressed to an office": (
        Fault.WRONG_RECIPIENT,
        lambda world: world.sound(recipient=world.carrier.device),
    ),
    "of another province": (Fault.OTHER_PROVINCE, lambda world: world.sound(province="79")),
    "signed by another": (
        Fault.BAD_SIGNATURE,
        lambda world: world.sound(signing_key=world.carrier.key),
    ),
    "signed by another who says so": (
        Fault.UNKNOWN_SENDER,
        lambda world: world.sound(
            signing_key=world.carrier.key, sender_key=public_key_of(world.carrier.key)
        ),
    ),
    "of a device never enrolled": (
        Fault.UNKNOWN_SENDER,
        lambda world: world.sound(sender=an_id()),
    ),
    "of no device's id": (Fault.UNKNOWN_SENDER, lambda world: world.sound(sender="x' OR 1=1")),
    "of an endless series": (Fault.UNKNOWN_SENDER, lambda world: world.sound(series="0" * 65)),
    "of a series no database holds": (
        Fault.UNKNOWN_SENDER,
        lambda world: world.sound(series="00\x00"),
    ),
    "of a revoked device": (Fault.REVOKED_SENDER, revoked),
    "another one under its number": (Fault.REPLAYED, replayed),
}


each_case = pytest.mark.parametrize(("fault", "made"), CASES.values(), ids=list(CASES))


def carried(world: Offices, parcel: bytes) -> Refusal | None:
    """What the office hears that carries it."""
    response = world.carrier.post("/sync/v1/parcel", parcel, content_type=PARCEL_TYPE)
    if response.status_code == 200:
        return None
    assert response.headers["Content-Type"].partition(";")[0] == JSON_TYPE
    refusal = msgspec.json.decode(response.content, type=Refusal)
    assert response.status_code == STATUS[refusal.code]
    return refusal


def imported(parcel: bytes, folder: Path, database_url: str) -> Result:
    """The same by the command, with a folder for its answers."""
    (folder / f"x{SUFFIX}").write_bytes(parcel)
    words = ["parcel", "import", str(folder / f"x{SUFFIX}"), "--answers", str(folder / "answers")]
    return CliRunner().invoke(cli, [*words, "--database-url", database_url])


def everything(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, but what asking itself writes."""
    with engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in metadata.sorted_tables
            if table.name != ASKING
        }


@each_case
def test_what_an_office_carries_is_refused_with_its_code_and_nothing_is_written(
    fault: Fault, made: Callable[[Offices], bytes], world: Offices
) -> None:
    parcel = made(world)
    before = everything(world.engine)
    expected = Refusal(code=RefusalCode.PARCEL, why=fault.value)
    if fault is Fault.NOT_A_PARCEL:
        expected = Refusal(code=RefusalCode.MALFORMED)
    assert carried(world, parcel) == expected
    assert everything(world.engine) == before


@each_case
def test_what_the_command_is_given_is_refused_with_its_code_and_nothing_is_written(
    fault: Fault,
    made: Callable[[Offices], bytes],
    world: Offices,
    tmp_path: Path,
    postgres_url: str,
) -> None:
    parcel = made(world)
    before = everything(world.engine)
    done = imported(parcel, tmp_path, postgres_url)
    assert (done.exit_code, done.output) == (1, f"x{SUFFIX}\trefused: {fault.value}\n")
    assert everything(world.engine) == before
    assert list((tmp_path / "answers").iterdir()) == []


def test_the_sound_parcel_of_these_tests_is_taken_at_both_doors(
    world: Offices, tmp_path: Path, postgres_url: str
) -> None:
    assert {fault for fault, _ in CASES.values()} == set(Fault)
    assert carried(world, world.sound()) is None
    with world.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(documents)) == 1
    world.sender.person()
    second = sealed(world.sender, pushed(world.sender.push_body(2, 2)), key=world.key, number=2)
    done = imported(second, tmp_path, postgres_url)
    assert (done.exit_code, "1 new of 1 changes" in done.output) == (0, True), done.output
    [answer] = (tmp_path / "answers").iterdir()
    kinds = [one.kind for one in opened(world.sender, answer.read_bytes())]
    assert kinds == [SectionKind.DIRECTORY, SectionKind.ANSWER]
    with world.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(documents)) == 2


def test_the_command_tells_what_is_held_and_which_pushes_were_not_taken(
    world: Offices, tmp_path: Path, postgres_url: str
) -> None:
    for _ in range(3):
        world.sender.create(DocumentType.PERSON, {"full_name": "A"}, bucket="99003/register")
    sections = [pushed(world.sender.push_body(*ends)) for ends in ((1, 2), (4, 4))]
    done = imported(sealed(world.sender, *sections, key=world.key), tmp_path, postgres_url)
    assert "2 new of 2 changes, changes held: 1 bucket, pushes not taken: 1 gap" in done.output


def test_each_push_counts_as_a_request_of_who_brings_it_and_what_is_too_much_waits(
    world: Offices,
) -> None:
    for _ in range(4):
        world.sender.person()
    sections = [pushed(world.sender.push_body(at, at)) for at in range(1, 6)]

    def answers(number: int, settings: Settings, carrier: UUID | None) -> list[str]:
        """What each push of the parcel is answered."""
        parcel = sealed(world.sender, *sections, key=world.key, number=number)
        answer = io.BytesIO()
        receive(world.engine, io.BytesIO(parcel), answer, settings, carrier=carrier)
        told = [json.loads(one.body.splitlines()[2]) for one in answers_in(answer)]
        return [one.get("code", "ok") for one in told]

    def answers_in(answer: io.BytesIO) -> list[Section]:
        every = opened(world.sender, answer.getvalue())
        return [one for one in every if one.kind is SectionKind.ANSWER]

    few = Settings(device_burst=3, device_requests_per_minute=1)
    police = UUID(world.carrier.device)
    assert answers(1, few, police) == ["ok"] * 3 + ["busy"] * 2
    assert answers(2, few, police) == ["busy"] * 5
    with world.engine.connect() as connection:
        counted = connection.scalars(select(allowances.c.who).where(allowances.c.kind == "device"))
        assert world.sender.device not in set(counted), "it brings nothing: nobody shuts it out"
    assert answers(3, few, None) == ["ok"] * 5, "the operator's hand has no limit"
    with world.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(documents)) == 5
