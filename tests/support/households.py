"""Large households of nobody."""

from __future__ import annotations

from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson
from desktop.services.records import Records
from sync.protocol.ids import new_id

_FIRST_MS = 1_790_000_000_000
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ")
_GIVEN = ("An", "Bình", "Cúc", "Dung", "Hoa", "Lan", "Mận", "Na", "Sen", "Tú")


def preload_home(records: Records, *, count: int) -> HouseholdId:
    """A group home of so many people, without a head."""
    household_id = HouseholdId(str(new_id(unix_ms=_FIRST_MS)))
    persons = tuple(
        PreloadedPerson(
            person_id=PersonId(str(new_id(unix_ms=_FIRST_MS + 1 + number))),
            relation_to_head="10",
            fields={
                "full_name": f"{_FAMILIES[number % 10]} {_GIVEN[number // 10 % 10]} "
                f"{_GIVEN[number % 7]}",
                "birth_date": str(1930 + number % 85),
                "sex": str(1 + number % 2),
            },
        )
        for number in range(count)
    )
    records.preload(
        [
            PreloadedHousehold(
                household_id=household_id,
                commune_code="99001",
                hamlet="Thôn Đông",
                code="TT-1",
                persons=persons,
            )
        ]
    )
    return household_id
