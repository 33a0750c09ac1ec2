"""The five people of the play: their sheets as an officer would type them. Nobody exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson

_HOME = "Ấp 2, Xã Suối Mẫu, Tỉnh Tập Huấn"
_HEAD, _MALE, _FEMALE = "1", "1", "2"

#: Someone in work: paid, insured, with a contract.
EMPLOYED: dict[str, str] = {
    "qualification/general_education": "4",
    "qualification/technical_qualification": "7",
    "qualification/field_of_training": "Kế toán",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "4",
    "employed/job": "Kế toán tại hợp tác xã",
    "employed/insurance_participation": "1",
    "employed/insurance_kind": "1",
    "employed/has_contract": "1",
    "employed/contract_kind": "2",
    "employed/contract_started_on": "3/2021",
    "employed/workplace_name": "Hợp tác xã Suối Mẫu",
    "employed/workplace_kind": "4",
    "employed/workplace_address": _HOME,
}
#: Someone who works for the own family.
FAMILY_WORKER: dict[str, str] = {
    "qualification/general_education": "3",
    "qualification/technical_qualification": "1",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "3",
    "employed/job": "Trồng điều, trồng tiêu",
    "employed/insurance_participation": "2",
    "employed/workplace_kind": "1",
}
RETIRED: dict[str, str] = {
    "qualification/general_education": "1",
    "qualification/technical_qualification": "1",
    "activity/economic_activity_status": "3",
    "inactive/inactivity_reason": "2",
}
UNEMPLOYED: dict[str, str] = {
    "qualification/general_education": "4",
    "qualification/technical_qualification": "5",
    "qualification/field_of_training": "May thời trang",
    "activity/economic_activity_status": "2",
    "unemployed/work_history": "2",
    "unemployed/previous_job": "Công nhân may",
    "unemployed/unemployment_duration": "1",
}


def newcomer(
    *, name: str, birth: str, sex: str, number: str, household: str, ethnicity: str = "Kinh"
) -> dict[str, str]:
    """The identity part of a sheet of somebody who is in no list."""
    return {
        "household/hamlet": "Ấp 2",
        "household/household_code": household,
        "identity/full_name": name,
        "identity/relation_to_head": _HEAD,
        "identity/birth_date": birth,
        "identity/sex": sex,
        "identity/id_number": number,
        "identity/native_place": "Xã Đồng Thử, Tỉnh Tập Huấn",
        "identity/permanent_residence": _HOME,
        "identity/ethnicity": ethnicity,
    }


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the play. ``search`` finds a person of the list; "" is somebody new."""

    name: str
    search: str
    answers: Mapping[str, str]


#: One digit of the number is missing: found at once, mended before it is handed in.
SHORT_NUMBER, MENDED_NUMBER = "00318512345", "003185123456"
HANH = Sheet(
    name="Trần Thị Ngọc Hạnh",
    search="",
    answers=newcomer(
        name="Trần Thị Ngọc Hạnh",
        birth="12031985",
        sex=_FEMALE,
        number=SHORT_NUMBER,
        household="01-00901",
    )
    | FAMILY_WORKER,
)
#: The number says 1991, the sheet 1990: confirmed with a reason, and a matter for the police.
KIEN_BORN_BY_CSDLQG = "05/06/1991"
KIEN = Sheet(
    name="Phạm Văn Kiên",
    search="",
    answers=newcomer(
        name="Phạm Văn Kiên",
        birth="05/06/1990",
        sex=_MALE,
        number="003091234567",
        household="01-00902",
    )
    | EMPLOYED,
)
#: Only the year of birth is known, also on the paper.
KHUY = Sheet(
    name="Điểu Khuy",
    search="",
    answers=newcomer(
        name="Điểu Khuy",
        birth="1952",
        sex=_MALE,
        number="003052345678",
        household="01-00903",
        ethnicity="Xtiêng",
    )
    | RETIRED,
)
#: The number is a man's, the person a woman; the police find nobody.
NHUNG = Sheet(
    name="Võ Thị Hồng Nhung",
    search="",
    answers=newcomer(
        name="Võ Thị Hồng Nhung",
        birth="20/11/1998",
        sex=_FEMALE,
        number="003098456789",
        household="01-00904",
    )
    | UNEMPLOYED,
)


def listed_adult(households: list[PreloadedHousehold], *, today: date) -> Sheet:
    """A sheet about somebody of the list with a sound identity: only the work is asked."""
    for household in households:
        for person in household.persons:
            if _is_sound_adult(person, today=today):
                name, number = person.fields["full_name"], person.fields["id_number"]
                return Sheet(name=name, search=number, answers=EMPLOYED)
    raise LookupError("no sound adult in the list")


def _is_sound_adult(person: PreloadedPerson, *, today: date) -> bool:
    number, birth = person.fields.get("id_number", ""), person.fields["birth_date"]
    return (
        len(number) == 12
        and 25 <= today.year - int(birth[:4]) <= 50
        and number[4:6] == birth[2:4]
        and int(number[3]) % 2 == (person.fields["sex"] == _FEMALE)
    )
