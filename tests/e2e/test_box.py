"""A commune without a line: its box and the province are processes, its PCs are in this one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.domain.syncing import SyncReport
from desktop.errors import Problem
from desktop.services.boxes import AWAY
from desktop.store.holdings import holdings
from desktop.store.provisional import count_waiting
from sync.protocol.documents import Role
from sync.protocol.ids import new_id
from sync.server.tables import operations
from tests.support.box import BoxProcess, box_database
from tests.support.offices import Clock, Office
from tests.support.proxy import FAIR, Cut, FaultProxy, Weather
from tests.support.server import Province, ServerProcess
from tests.support.worker_form import employed

DOWN = Weather(is_down=True)
NAMES = ("Lê Thị Bình", "Phạm Văn Hai")


class Commune:
    """Two officers' PCs and a box; each has its own line to the province, and one to the box."""

    def __init__(
        self,
        *,
        folder: Path,
        province: Province,
        lines: tuple[FaultProxy, FaultProxy, FaultProxy],
        box: BoxProcess,
    ) -> None:
        self.pcs_line, self.box_line, self.lan = lines
        self.box, self.province = box, province
        office = province.office(Role.OFFICER, "99001")
        relay = province.office(Role.RELAY, "99001")
        self.box_id = box.enrol(self.box_line.url, province.code(relay))
        box.start()
        self.lan.lead_to(box.url)
        clock = Clock()
        self.one, self.two = (
            Office.create(folder / name, author=name, clock=clock) for name in NAMES
        )
        for pc, name in zip(self.pcs, NAMES, strict=True):
            pc.syncing.enrol(server_url=self.pcs_line.url, code=province.code(office, user=name))
            pc.syncing.set_box(url=self.lan.url)
        self.sync(*self.pcs)
        box.wait_for_rounds()
        self._people = 0

    @property
    def pcs(self) -> tuple[Office, Office]:
        return self.one, self.two

    def close(self) -> None:
        for pc in self.pcs:
            pc.close()

    def cut_off(self) -> None:
        """The line of the whole commune is down."""
        self.pcs_line.weather = self.box_line.weather = DOWN

    def enter(self, pc: Office, **changes: str) -> str:
        """One more person; gives the name."""
        self._people += 1
        name = f"Trần Thị {'Một Hai Ba Bốn Năm Sáu Bảy Tám'.split()[self._people - 1]}"
        answers = employed(
            identity__full_name=name,
            identity__id_number=f"0031900{self._people:05d}",
            household__household_code=f"09-{self._people:05d}",
            **changes,
        )
        pc.records.save(pc.records.open(None), answers=answers, confirmations={})
        return name

    @staticmethod
    def sync(*pcs: Office) -> list[SyncReport]:
        reports = [pc.syncing.run() for pc in pcs]
        assert [report.problem for report in reports] == [None] * len(pcs), reports
        return reports

    def custody(self, pc: Office) -> tuple[int, int]:
        """Changes without a receipt of the province; those of them that the box has."""
        status = pc.syncing.status()
        return status.unsent, status.at_box

    def seen(self, pc: Office) -> set[str]:
        return {row.full_name for row in pc.people.search("", limit=50)}

    def applied(self) -> list[str]:
        """The id of every change in the province's history."""
        with self.province.engine.connect() as connection:
            return [str(one) for one in connection.scalars(select(operations.c.change_id))]

    def assert_alike(self, names: set[str]) -> None:
        """The line is there again: both hold the same, each change was applied once."""
        self.pcs_line.weather = self.box_line.weather = FAIR
        self.sync(*self.pcs, *self.pcs)
        self.box.wait_for_rounds()
        self.sync(*self.pcs)
        for pc in self.pcs:
            assert self.seen(pc) == names
            assert self.custody(pc) == (0, 0)
            assert count_waiting(pc.register) == 0
            assert pc.syncing.status().held == 0
        assert holdings(self.one.register) == holdings(self.two.register)
        ids = self.applied()
        assert len(ids) == len(set(ids))


@pytest.fixture(scope="module")
def box_url(postgres_url: str) -> Iterator[str]:
    """The box's database."""
    with box_database(postgres_url) as url:
        yield url


@pytest.fixture
def commune(
    server: ServerProcess, province: Province, box_url: str, tmp_path: Path
) -> Iterator[Commune]:
    with (
        BoxProcess(box_url) as box,
        FaultProxy(server.url) as pcs_line,
        FaultProxy(server.url) as box_line,
        FaultProxy(server.url) as lan,
    ):
        made = Commune(folder=tmp_path, province=province, lines=(pcs_line, box_line, lan), box=box)
        yield made
        made.close()


def test_a_commune_without_a_line_works_together_and_the_province_gets_everything_once(
    commune: Commune,
) -> None:
    first = commune.enter(commune.one)
    commune.sync(commune.one, commune.two)
    assert commune.custody(commune.one) == (0, 0)
    at_province = len(commune.applied())

    commune.cut_off()
    second = commune.enter(commune.one)
    [report] = commune.sync(commune.one)
    unsent = commune.custody(commune.one)[0]
    assert (report.is_box, report.at_box) == (True, unsent)
    assert commune.custody(commune.one) == (unsent, unsent)
    assert unsent > 0
    # The neighbour sees it, marked; nothing has come to the province.
    commune.sync(commune.two)
    assert commune.seen(commune.two) == {first, second}
    assert count_waiting(commune.two.register) > 0
    assert commune.custody(commune.two) == (0, 0)
    assert len(commune.applied()) == at_province

    commune.box.kill()
    third = commune.enter(commune.two)
    assert commune.two.syncing.run().problem in AWAY
    assert commune.custody(commune.two)[1] == 0
    commune.box.start()
    commune.sync(commune.two, commune.one)
    assert commune.seen(commune.one) == {first, second, third}

    # The box alone has a line: receipts and rows come through it.
    commune.box_line.weather = FAIR
    commune.box.wait_for_rounds()
    for report in commune.sync(commune.one, commune.two, commune.one, commune.two):
        assert report.is_box
    for pc in commune.pcs:
        assert commune.custody(pc) == (0, 0)
        assert count_waiting(pc.register) == 0
    commune.assert_alike({first, second, third})


@pytest.mark.long
def test_a_pc_that_goes_to_the_province_itself_doubles_nothing(commune: Commune) -> None:
    commune.cut_off()
    names = {commune.enter(commune.one)}
    commune.sync(commune.one)
    # Home office: this PC has a line, the box has none yet.
    commune.pcs_line.weather = FAIR
    names.add(commune.enter(commune.one))
    commune.sync(commune.one)
    assert commune.custody(commune.one) == (0, 0)
    before = len(commune.applied())
    commune.box_line.weather = FAIR
    commune.box.wait_for_rounds()
    assert len(commune.applied()) == before
    # And back at the box, which knows less than the PC does.
    commune.box_line.weather = DOWN
    commune.pcs_line.weather = DOWN
    names.add(commune.enter(commune.one))
    commune.sync(commune.one, commune.two)
    assert commune.seen(commune.two) == names
    commune.assert_alike(names)


CUTS = (
    Cut(b"POST /box/v1/push", after_sent=300, times=1),
    Cut(b"POST /box/v1/state", after_answered=0, times=1),
    Cut(b"POST /box/v1/push", after_answered=0, times=1),
    Cut(b"POST /box/v1/documents", after_answered=40, times=1),
)


@pytest.mark.parametrize(
    "cuts", [CUTS[2:], pytest.param(CUTS, marks=pytest.mark.long)], ids=["two", "all"]
)
def test_a_cut_line_to_the_box_is_made_up_for(commune: Commune, cuts: tuple[Cut, ...]) -> None:
    commune.cut_off()
    names: set[str] = set()
    for cut in cuts:
        names |= {commune.enter(commune.one), commune.enter(commune.two)}
        commune.lan.plan(cut)
        commune.one.syncing.run()
        assert commune.lan.cuts == 1
        commune.lan.plan(None)
        commune.sync(commune.one, commune.two, commune.one)
        assert commune.seen(commune.one) == commune.seen(commune.two) == names
        unsent, at_box = commune.custody(commune.one)
        assert unsent == at_box > 0
    commune.assert_alike(names)


@pytest.mark.long
def test_a_cut_line_of_the_box_to_the_province_is_made_up_for(commune: Commune) -> None:
    names: set[str] = set()
    for after_sent, after_answered in ((400, None), (None, 0), (None, 100)):
        commune.cut_off()
        names.add(commune.enter(commune.one))
        commune.sync(commune.one)
        commune.box_line.plan(
            Cut(
                b"POST /sync/v1/relay",
                after_sent=after_sent,
                after_answered=after_answered,
                times=2,
            )
        )
        commune.box_line.weather = FAIR
        commune.box.wait_for_rounds()
        assert commune.box_line.cuts == 2
        commune.sync(commune.one)
        assert commune.custody(commune.one) == (0, 0)
    commune.assert_alike(names)


def test_a_box_that_went_back_in_time_or_was_made_anew_gets_everything_again(
    commune: Commune,
) -> None:
    commune.cut_off()
    names = {commune.enter(commune.one)}
    commune.sync(commune.one)
    names.add(commune.enter(commune.one))
    commune.sync(commune.one)
    all_of_it = commune.custody(commune.one)[0]
    # An older copy of its disk: the last push is not in it.
    commune.box.do("DELETE FROM box_pushes WHERE id = (SELECT max(id) FROM box_pushes)")
    commune.box.do("DELETE FROM box_pushes WHERE last < first")
    [report] = commune.sync(commune.one)
    assert 0 < report.at_box <= all_of_it
    assert commune.custody(commune.one) == (all_of_it, all_of_it)
    # Stolen, and another one in its place: nothing of it is there.
    commune.box.do("DELETE FROM box_pushes")
    assert commune.box.told("box", "renew-epoch").returncode == 0
    [report] = commune.sync(commune.one)
    assert report.at_box == all_of_it
    commune.assert_alike(names)


def test_a_pc_that_was_set_back_takes_no_receipt_for_what_it_made_since(
    commune: Commune, tmp_path: Path
) -> None:
    """Somebody put an old copy of the folder back; other changes have the old numbers now."""
    folder, copy = commune.one.register.folder, tmp_path / "copy"
    commune.one.close()
    shutil.copytree(folder, copy)
    commune.one = Office.open(folder, author=NAMES[0])
    commune.cut_off()
    names = {commune.enter(commune.one)}
    commune.sync(commune.one)
    commune.one.close()
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    commune.one = Office.open(folder, author=NAMES[0])
    names.add(commune.enter(commune.one))
    commune.box_line.weather = FAIR
    commune.box.wait_for_rounds()
    commune.sync(commune.one)
    assert commune.custody(commune.one)[0] > 0
    commune.assert_alike(names)


@pytest.mark.long
def test_a_lost_box_that_is_forgotten_has_nothing(commune: Commune) -> None:
    commune.cut_off()
    names = {commune.enter(commune.one)}
    commune.sync(commune.one)
    unsent, at_box = commune.custody(commune.one)
    assert unsent == at_box
    commune.one.syncing.forget_box()
    assert commune.custody(commune.one) == (unsent, 0)
    commune.box.kill()
    assert commune.one.syncing.run().problem in AWAY
    commune.pcs_line.weather = FAIR
    commune.sync(commune.one)
    assert commune.custody(commune.one) == (0, 0)
    assert commune.seen(commune.one) == names


def test_a_receipt_that_the_province_did_not_sign_takes_nothing_out_of_the_outbox(
    commune: Commune,
) -> None:
    commune.cut_off()
    names = {commune.enter(commune.one)}
    commune.sync(commune.one)
    unsent = commune.custody(commune.one)[0]
    commune.box_line.weather = FAIR
    commune.box.wait_for_rounds()
    commune.box_line.weather = DOWN
    for forged in ("replace(answer, 'ok', 'OK')", 'replace(answer, \'"sig":"\', \'"sig":"0\')'):
        commune.box.do("CREATE TABLE IF NOT EXISTS sound AS SELECT id, answer FROM box_pushes")
        commune.box.do(f"UPDATE box_pushes SET answer = {forged}")  # noqa: S608 texts of ours
        commune.sync(commune.one)
        assert commune.custody(commune.one) == (unsent, unsent)
        commune.box.do(
            "UPDATE box_pushes SET answer = s.answer FROM sound AS s WHERE s.id = box_pushes.id"
        )
    commune.sync(commune.one)
    assert commune.custody(commune.one) == (0, 0)
    commune.assert_alike(names)


def test_a_row_that_the_province_did_not_sign_is_not_believed(commune: Commune) -> None:
    name, forged = commune.enter(commune.one), "Trần Thị Mốt"
    commune.sync(commune.one)
    commune.box.wait_for_rounds()
    commune.cut_off()
    commune.box.do("CREATE TABLE sound_rows AS SELECT bucket, id, line FROM box_rows")
    commune.box.do(
        "UPDATE box_rows SET line = "  # noqa: S608 texts of ours
        f"convert_to(replace(convert_from(line, 'UTF8'), '{name}', '{forged}'), 'UTF8')"
    )
    assert commune.two.syncing.run().problem is Problem.NOT_OUR_BOX
    assert commune.seen(commune.two) == set()
    commune.box.do(
        "UPDATE box_rows SET line = s.line FROM sound_rows AS s "
        "WHERE (s.bucket, s.id) = (box_rows.bucket, box_rows.id)"
    )
    commune.sync(commune.two)
    assert commune.seen(commune.two) == {name}
    commune.assert_alike({name})


def test_who_has_the_certificate_alone_is_given_nothing(commune: Commune) -> None:
    """The keys of devices are elsewhere than that of the certificate."""
    officer, lost = commune.two.syncing.enrolment(), str(new_id(unix_ms=0))
    assert officer is not None
    with commune.province.engine.begin() as connection:  # a box before this one
        connection.exec_driver_sql(
            "INSERT INTO devices (id, office_id, user_name, name, public_key, revoked_at) "
            "SELECT %s::uuid, office_id, '', 'lost', repeat('0', 64), now() "
            "FROM devices WHERE id = %s::uuid",
            (lost, commune.box_id),
        )
    commune.sync(commune.one)
    commune.cut_off()
    names = {commune.enter(commune.one)}
    unsent = commune.custody(commune.one)[0]
    commune.box.do("CREATE TABLE sound_home AS SELECT seed, enrolled FROM box_home")
    for forged in (
        f"seed = decode('{'07' * 32}', 'hex')",
        f"enrolled = replace(enrolled, '{commune.box_id}', '{officer.device_id}')",
        f"enrolled = replace(enrolled, '{commune.box_id}', '{lost}')",
    ):
        commune.box.do(f"UPDATE box_home SET {forged}")  # noqa: S608 texts of ours
        assert commune.one.syncing.run().problem is Problem.NOT_OUR_BOX
        assert commune.custody(commune.one) == (unsent, 0)
        assert commune.box.count("true") == 0
        commune.box.do("UPDATE box_home SET seed = s.seed, enrolled = s.enrolled FROM sound_home s")
    commune.sync(commune.one)
    assert commune.custody(commune.one) == (unsent, unsent)
    commune.assert_alike(names)


def test_a_box_that_was_set_up_while_the_pcs_had_no_line_brings_what_the_province_says_of_it(
    commune: Commune,
) -> None:
    commune.pcs_line.weather = DOWN
    commune.box.kill()
    commune.box.empty()
    relay = commune.province.office(Role.RELAY, "99001")
    commune.box.enrol(commune.box_line.url, commune.province.code(relay))
    commune.box.start()
    commune.box.wait_for_rounds()
    names = {commune.enter(commune.one)}
    unsent = commune.custody(commune.one)[0]
    [report] = commune.sync(commune.one)
    assert (report.is_box, report.at_box) == (True, unsent)
    commune.assert_alike(names)


def test_a_pc_that_never_heard_of_its_neighbours_leaves_the_box_alone(
    commune: Commune, tmp_path: Path
) -> None:
    """Enrolled, and the line was cut before the first sync: nothing tells which box is its own."""
    office = commune.province.office(Role.OFFICER, "99001")
    new = Office.create(tmp_path / "new", author="Vũ Thị Ba", clock=Clock())
    code = commune.province.code(office, user="Vũ Thị Ba")
    new.syncing.enrol(server_url=commune.pcs_line.url, code=code)
    new.syncing.set_box(url=commune.lan.url)
    commune.box.wait_for_rounds()
    commune.cut_off()
    name = commune.enter(new)
    assert new.syncing.run().problem in AWAY
    assert commune.custody(new)[1] == 0
    commune.pcs_line.weather = FAIR
    commune.sync(new)
    commune.cut_off()
    other = commune.enter(new)
    [report] = commune.sync(new)
    assert report.is_box
    new.close()
    commune.assert_alike({name, other})


@pytest.mark.long
def test_a_province_that_went_back_in_time_hears_it_again_through_the_box(
    commune: Commune,
) -> None:
    """The receipts were given, then lost with the province's disk; the PCs have no line of it."""
    commune.cut_off()
    names = {commune.enter(commune.one)}
    commune.sync(commune.one)
    commune.box_line.weather = FAIR
    commune.box.wait_for_rounds()
    commune.sync(commune.one)
    assert commune.custody(commune.one) == (0, 0)
    with commune.province.engine.begin() as connection:
        for table in ("documents", "document_places", "buckets", "operations", "device_epochs"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 names of ours
        connection.exec_driver_sql("UPDATE province SET server_epoch = 'ffffffffffffffff'")
    commune.box.wait_for_rounds()
    commune.sync(commune.one)
    commune.box.wait_until(lambda: bool(commune.applied()) or not _visited(commune))
    commune.assert_alike(names)


def _visited(commune: Commune) -> bool:
    """The PC goes to the box, and the box to the province, until everything is there again."""
    commune.one.syncing.run()
    return True


def test_who_is_revoked_is_refused_by_the_box_and_a_revoked_box_by_the_pcs(
    commune: Commune,
) -> None:
    commune.cut_off()
    lost = commune.two.syncing.enrolment()
    assert lost is not None
    with commune.province.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE devices SET revoked_at = now() WHERE id = %s::uuid", (lost.device_id,)
        )
    commune.box_line.weather = FAIR
    commune.box.wait_for_rounds()
    commune.box_line.weather = DOWN
    assert commune.two.syncing.run().problem in AWAY
    commune.enter(commune.one)
    commune.sync(commune.one)
    # The box is reported stolen; who has heard it gives it nothing more.
    with commune.province.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE devices SET revoked_at = now() WHERE id = %s::uuid", (commune.box_id,)
        )
    commune.pcs_line.weather = FAIR
    commune.sync(commune.one)
    commune.pcs_line.weather = DOWN
    commune.enter(commune.one)
    unsent = commune.custody(commune.one)[0]
    assert commune.one.syncing.run().problem in AWAY
    assert commune.custody(commune.one) == (unsent, 0)
