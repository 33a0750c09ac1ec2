"""Complete answers to Mẫu 03 of people who do not exist (ID prefix 003 is assigned to nobody)."""

from __future__ import annotations

from forms.definition import Answer

#: Planted where only the commune and the collecting office may read it.
JOB_TITLE = "Thợ sửa đồng hồ quả lắc"

_EMPLOYED: dict[str, Answer] = {
    "household/province": "Tỉnh Tập Huấn",
    "household/commune": "Xã Suối Mẫu",
    "household/hamlet": "Ấp 1",
    "household/household_code": "01-00001",
    "identity/full_name": "Trần Thị Thu Hà",
    "identity/relation_to_head": "1",
    "identity/birth_date": "1990-05-12",
    "identity/sex": "2",
    "identity/id_number": "003190000001",
    "identity/native_place": "Xã Đồng Thử, Tỉnh Tập Huấn",
    "identity/permanent_residence": "Ấp 1, Xã Suối Mẫu, Tỉnh Tập Huấn",
    "identity/ethnicity": "01",
    "qualification/general_education": "4",
    "qualification/technical_qualification": "6",
    "qualification/field_of_training": "Kế toán",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "4",
    "employed/job": JOB_TITLE,
    "employed/insurance_participation": "1",
    "employed/insurance_kind": "1",
    "employed/has_contract": "1",
    "employed/contract_kind": "1",
    "employed/contract_started_on": "2019-03",
    "employed/workplace_name": "Hợp tác xã Suối Mẫu",
    "employed/workplace_kind": "4",
    "employed/workplace_address": "Ấp 2, Xã Suối Mẫu, Tỉnh Tập Huấn",
    "collection/collected_on": "2026-11-20",
}


def employed(**changes: Answer) -> dict[str, Answer]:
    """A wage worker; ``identity__sex="1"`` changes the answer at ``identity/sex``."""
    answers = dict(_EMPLOYED)
    answers.update({name.replace("__", "/"): value for name, value in changes.items()})
    return {path: value for path, value in answers.items() if value is not None}
