"""The question types of XLSForm: what this runtime makes of each, or why it does not.

Every type that pyxform knows stands here, under every name it may have; the help page
``forms/xlsform.md`` is made from these tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms.definition import QuestionType

#: Type as written -> question type, for types without a list.
TYPES: Mapping[str, QuestionType] = {
    **dict.fromkeys(("text", "string", "q string", "add text prompt"), QuestionType.TEXT),
    **dict.fromkeys(("integer", "int", "q int", "add integer prompt"), QuestionType.INTEGER),
    **dict.fromkeys(("decimal", "q decimal", "add decimal prompt"), QuestionType.DECIMAL),
    "range": QuestionType.RANGE,
    **dict.fromkeys(("date", "q date", "add date prompt"), QuestionType.DATE),
    "time": QuestionType.TIME,
    **dict.fromkeys(
        (
            "dateTime",
            "datetime",
            "date time",
            "q dateTime",
            "q date time",
            "add dateTime prompt",
            "add date time prompt",
        ),
        QuestionType.DATE_TIME,
    ),
    **dict.fromkeys(("note", "q note", "add note prompt"), QuestionType.NOTE),
    **dict.fromkeys(("calculate", "q calculate", "add calculate prompt"), QuestionType.CALCULATE),
    "hidden": QuestionType.HIDDEN,
    **dict.fromkeys(
        ("acknowledge", "trigger", "q acknowledge", "add acknowledge prompt"),
        QuestionType.ACKNOWLEDGE,
    ),
    **dict.fromkeys(("barcode", "q barcode", "add barcode prompt"), QuestionType.BARCODE),
    **dict.fromkeys(
        ("image", "photo", "q image", "q picture", "add image prompt", "add photo prompt"),
        QuestionType.IMAGE,
    ),
    **dict.fromkeys(("file", "add file prompt"), QuestionType.FILE),
    **dict.fromkeys(
        ("geopoint", "gps", "location", "q geopoint", "q location", "add location prompt"),
        QuestionType.GEOPOINT,
    ),
    **dict.fromkeys(("start", "start time", "get start time"), QuestionType.START),
    **dict.fromkeys(("end", "end time", "get end time"), QuestionType.END),
    **dict.fromkeys(("today", "get today"), QuestionType.TODAY),
    **dict.fromkeys(("deviceid", "device id", "imei", "get device id"), QuestionType.DEVICE_ID),
    "username": QuestionType.USER_NAME,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A type that brings its own constraint and hint, unless the row has others."""

    type: QuestionType
    constraint: str
    hint_vi: str


CHECKED_TYPES: Mapping[str, Checked] = {
    "phone number": Checked(QuestionType.TEXT, r"regex(., '^\d*$')", "Chỉ ghi chữ số."),
    "percentage": Checked(QuestionType.INTEGER, "0 <= . and . <= 100", ""),
    "number of days in last month": Checked(
        QuestionType.INTEGER, "0 <= . and . <= 31", "Ghi số từ 0 đến 31."
    ),
    "number of days in last six months": Checked(
        QuestionType.INTEGER, "0 <= . and . <= 183", "Ghi số từ 0 đến 183."
    ),
    "number of days in last year": Checked(
        QuestionType.INTEGER, "0 <= . and . <= 365", "Ghi số từ 0 đến 365."
    ),
}

#: Command of a type with a list (``select_one list``) -> question type.
LISTS: Mapping[str, QuestionType] = {
    **dict.fromkeys(
        ("select_one", "select one", "select one from", "select1", "add select one prompt using"),
        QuestionType.SELECT_ONE,
    ),
    **dict.fromkeys(
        (
            "select_multiple",
            "select all that apply",
            "select all that apply from",
            "add select multiple prompt using",
        ),
        QuestionType.SELECT_MULTIPLE,
    ),
    "select_one_external": QuestionType.SELECT_ONE,
    "rank": QuestionType.RANK,
}

#: Command of a type whose list is an attached file.
FILE_LISTS: Mapping[str, QuestionType] = {
    **dict.fromkeys(("select_one_from_file", "select one from file"), QuestionType.SELECT_ONE),
    **dict.fromkeys(
        ("select_multiple_from_file", "select multiple from file"), QuestionType.SELECT_MULTIPLE
    ),
}
OR_OTHER = ("or_other", "or other", "or specify other")
EXTERNAL_CSV = "csv-external"

#: Kinds of groups -> is it repeated?
CONTROLS: Mapping[str, bool] = {
    "group": False,
    "repeat": True,
    "lgroup": True,
    "looped group": True,
}

_MEDIA = "chưa có nơi giữ âm thanh và phim"
_PLACES = "chưa có bản đồ; dùng geopoint cho một điểm"
_PHONE = "máy tính của xã không có thông tin này của điện thoại"

#: Type -> why it is refused.
REFUSED_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("audio", "q audio", "add audio prompt", "background-audio"), _MEDIA),
    **dict.fromkeys(("video", "q video", "add video prompt"), _MEDIA),
    **dict.fromkeys(("geotrace", "q geotrace", "geoshape", "q geoshape"), _PLACES),
    **dict.fromkeys(("start-geopoint", "background-geopoint"), "máy tính của xã không có định vị"),
    **dict.fromkeys(
        (
            "phonenumber",
            "get phone number",
            "subscriberid",
            "subscriber id",
            "get subscriber id",
            "simserial",
            "sim id",
            "get sim id",
        ),
        _PHONE,
    ),
    **dict.fromkeys(
        ("email", "uri:email", "uri:username", "uri:deviceid", "uri:phonenumber"),
        "người dùng ở đây không có tài khoản ODK",
    ),
    **dict.fromkeys(("uri:subscriberid", "uri:simserial"), _PHONE),
    "audit": "nhật ký của sổ đã ghi mọi thay đổi",
    "osm": "chưa có bản đồ",
    "xml-external": "chỉ đọc tệp đính kèm dạng csv",
    "q select": "viết lại thành select_multiple",
    "q select1": "viết lại thành select_one",
    "select multiple using": "viết lại thành select_multiple",
    "select multiple from": "viết lại thành select_multiple",
    **dict.fromkeys(("cascading select", "cascading_select"), "dùng choice_filter"),
    **dict.fromkeys(
        ("form_title", "set_form_title", "form_id", "set_form_id", "prefix"),
        "ghi ở trang settings",
    ),
    **dict.fromkeys(("begin loop", "end loop"), "dùng begin_repeat"),
}

SUPPORTED_TYPES = (
    "text, integer, decimal, range, date, time, dateTime, select_one, select_multiple, "
    "select_one_from_file, select_multiple_from_file, rank, note, calculate, hidden, acknowledge, "
    "barcode, image, file, geopoint, start, end, today, deviceid, username, csv-external, "
    "begin_group, end_group, begin_repeat, end_repeat"
)


def _commands(*tables: Mapping[str, QuestionType]) -> str:
    names = sorted((name for table in tables for name in table), key=len, reverse=True)
    return "|".join(map(re.escape, names))


LIST_TYPE = re.compile(
    rf"(?P<command>{_commands(LISTS, FILE_LISTS)}) (?P<list>\S+)"
    rf"(?: (?P<other>{'|'.join(OR_OTHER)}|or specify other))?"
)
CONTROL_TYPE = re.compile(
    r"(?P<edge>begin|end)[ _](?P<kind>" + "|".join([*CONTROLS, "loop"]) + r")(?: .*)?"
)

#: Parameters a type may have; those of a range become its scale or are kept as written.
PARAMETERS: Mapping[QuestionType, frozenset[str]] = {
    QuestionType.TEXT: frozenset({"rows"}),
    QuestionType.RANGE: frozenset(
        {"start", "end", "step", "tick_interval", "placeholder", "tick_labelset"}
    ),
    QuestionType.IMAGE: frozenset({"max-pixels"}),
    QuestionType.GEOPOINT: frozenset(
        {"allow-mock-accuracy", "capture-accuracy", "warning-accuracy"}
    ),
    QuestionType.SELECT_ONE: frozenset({"randomize", "seed"}),
    QuestionType.SELECT_MULTIPLE: frozenset({"randomize", "seed"}),
    QuestionType.RANK: frozenset({"randomize", "seed"}),
}
FILE_PARAMETERS = frozenset({"value", "label"})
