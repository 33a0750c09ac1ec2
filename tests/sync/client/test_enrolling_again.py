"""A PC that lost its place gets another one; whose communes changed meanwhile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desktop.errors import Problem, UserError
from sync.protocol.documents import Role
from sync.server.collecting import set_collecting
from tests.support.offices import Office
from tests.support.server import Province, ServerProcess


def test_a_collecting_pc_is_enrolled_again_after_its_first_commune_went_to_another_office(
    server: ServerProcess, province: Province, tmp_path: Path
) -> None:
    ours = province.office(Role.COLLECTOR, "99001", "99002")
    other = province.office(Role.COLLECTOR, "99003")
    office = Office.create(tmp_path / "collector", author="Lê Thị Bình", home=None)
    office.syncing.enrol(server_url=server.url, code=province.code(ours))
    assert office.syncing.run().problem is None
    with province.engine.begin() as connection:
        day = date(2025, 7, 1)
        set_collecting(connection, commune_code="99001", office_id=other, from_day=day)
        connection.exec_driver_sql("UPDATE devices SET revoked_at = now()")
    assert office.syncing.run().problem is Problem.DEVICE_REVOKED
    with pytest.raises(UserError) as foreign:
        elsewhere = province.office(Role.OFFICER, "99003")
        office.syncing.enrol(server_url=server.url, code=province.code(elsewhere))
    assert foreign.value.problem is Problem.COMMUNE_MISMATCH
    enrolment = office.syncing.enrol(server_url=server.url, code=province.code(ours))
    assert enrolment.commune_codes == ("99002",)
    assert office.syncing.run().problem is None
    office.close()
