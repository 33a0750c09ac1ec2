"""The columns and settings of XLSForm: what is read, what has no effect here, what is refused.

A heading is split at ``::`` and its first part freed of other names, as pyxform does (see
``forms.loading.headings``); the tables below are keyed by the parts that remain.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.definition import QuestionType

#: What the settings sheet must declare before the ``bind::an:`` columns mean anything.
NAMESPACE = 'an="https://so-an-sinh.vn/xforms"'

ROLE, PRECISION = "bind::an:role", "bind::an:precision"
WARNING, WARNING_MESSAGE = "bind::an:warning", "bind::an:warningMsg"

Parts = tuple[str, ...]

#: First part of a heading, in small letters with ``_`` for spaces -> what it stands for.
SURVEY_ALIASES: Mapping[str, Parts] = {
    "command": ("type",),
    "tag": ("name",),
    "value": ("name",),
    "caption": ("label",),
    **{name: ("bind", name) for name in ("relevant", "required", "constraint", "readonly")},
    "relevance": ("bind", "relevant"),
    "read_only": ("bind", "readonly"),
    **dict.fromkeys(("calculation", "calculate"), ("bind", "calculate")),
    **dict.fromkeys(
        ("constraint_message", "constraining_message"),
        ("bind", "jr:constraintMsg"),
    ),
    **dict.fromkeys(("required_message", "requiredmsg"), ("bind", "jr:requiredMsg")),
    "appearance": ("control", "appearance"),
    **dict.fromkeys(("repeat_count", "jr:count", "count"), ("control", "jr:count")),
    "rows": ("control", "rows"),
    "autoplay": ("control", "autoplay"),
    "body": ("control",),
    **{name: ("media", name) for name in ("image", "big-image", "audio", "video")},
    **dict.fromkeys(
        ("noapperrorstring", "no_app_error_string"),
        ("bind", "jr:noAppErrorString"),
    ),
    "save_to": ("bind", "entities:saveto"),
    "compact_tag": ("instance", "odk:tag"),
}
CHOICES_ALIASES: Mapping[str, Parts] = {
    "caption": ("label",),
    "value": ("name",),
    **{name: ("media", name) for name in ("image", "big-image", "audio", "video")},
}
SETTINGS_ALIASES: Mapping[str, Parts] = {
    **dict.fromkeys(("form_title", "set_form_title"), ("title",)),
    **dict.fromkeys(("form_id", "set_form_id"), ("id_string",)),
}

#: Parts of a heading -> the name of the column here.
SURVEY: Mapping[Parts, str] = {
    ("type",): "type",
    ("name",): "name",
    ("label",): "label",
    ("hint",): "hint",
    ("guidance_hint",): "guidance_hint",
    ("bind", "required"): "required",
    ("bind", "jr:requiredMsg"): "required_message",
    ("bind", "relevant"): "relevant",
    ("bind", "constraint"): "constraint",
    ("bind", "jr:constraintMsg"): "constraint_message",
    ("bind", "calculate"): "calculation",
    ("bind", "readonly"): "readonly",
    ("default",): "default",
    ("choice_filter",): "choice_filter",
    ("trigger",): "trigger",
    ("parameters",): "parameters",
    ("control", "appearance"): "appearance",
    ("control", "jr:count"): "repeat_count",
    ("disabled",): "disabled",
    ("bind", "an:role"): ROLE,
    ("bind", "an:precision"): PRECISION,
    ("bind", "an:warning"): WARNING,
    ("bind", "an:warningMsg"): WARNING_MESSAGE,
}
CHOICES: Mapping[Parts, str] = {
    ("list_name",): "list_name",
    ("name",): "name",
    ("label",): "label",
}
SETTINGS: Mapping[Parts, str] = {
    ("id_string",): "form_id",
    ("title",): "form_title",
    ("version",): "version",
    ("default_language",): "default_language",
    ("instance_name",): "instance_name",
    ("namespaces",): "namespaces",
    ("allow_choice_duplicates",): "allow_choice_duplicates",
    ("clean_text_values",): "clean_text_values",
}

#: Columns that may be written in several languages (``label::Tiếng Việt (vi)``).
TRANSLATED = frozenset(
    {"label", "hint", "guidance_hint", "required_message", "constraint_message", WARNING_MESSAGE}
)

_MEDIA = "biểu mẫu chỉ hiện chữ"
_PHONE_APP = "không mở ứng dụng khác của điện thoại"
_SMS = "không gửi phiếu bằng tin nhắn"
_ENTITIES = "chưa hỗ trợ thực thể (entities)"

#: Columns of the survey and choices sheets that a filled cell of is refused, and why.
REFUSED_COLUMNS: Mapping[Parts, str] = {
    **{("media", name): _MEDIA for name in ("image", "big-image", "audio", "video")},
    ("bind", "jr:noAppErrorString"): _PHONE_APP,
    ("bind", "entities:saveto"): _ENTITIES,
    ("bind", "type"): "kiểu lấy theo cột type",
    ("bind", "jr:preload"): "dùng start, end, today, deviceid hoặc username",
    ("bind", "jr:preloadParams"): "dùng start, end, today, deviceid hoặc username",
    ("instance", "odk:tag"): _SMS,
    ("intent",): _PHONE_APP,
    ("control", "intent"): _PHONE_APP,
    ("query",): "dùng select_one_external với choice_filter",
    **{
        (name,): _SMS
        for name in (
            "sms_field",
            "sms_option",
            "sms_separator",
            "sms_allow_media",
            "sms_date_format",
            "sms_datetime_format",
            "sms_response",
        )
    },
}
#: First parts whose other columns go into the XForm as they are, where nothing here reads them.
REFUSED_GROUPS: Mapping[str, str] = {
    "bind": "thuộc tính này không có nghĩa ở đây",
    "control": "thuộc tính này không có nghĩa ở đây",
    "instance": "thuộc tính này không có nghĩa ở đây",
    "media": _MEDIA,
    "actions": "thuộc tính này không có nghĩa ở đây",
}
#: Columns that change only how a telephone shows a question.
NO_EFFECT_COLUMNS = frozenset({("control", "rows"), ("control", "autoplay")})

_WHERE = "phiếu chỉ đi theo đường của sổ"
REFUSED_SETTINGS: Mapping[str, str] = {
    "submission_url": _WHERE,
    "public_key": "sổ tự mã hoá dữ liệu",
    "auto_send": _WHERE,
    "auto_delete": "sổ không tự xoá phiếu",
    "client_editable": "quyền sửa theo vai trò của người dùng",
    "prefix": _SMS,
    "delimiter": _SMS,
    **dict.fromkeys(
        (
            "sms_keyword",
            "sms_field",
            "sms_separator",
            "sms_allow_media",
            "sms_date_format",
            "sms_datetime_format",
            "sms_response",
        ),
        _SMS,
    ),
    "entity_version": _ENTITIES,
    "attribute": "thuộc tính này không được giữ trong phiếu",
    "flat": "nhóm luôn được giữ trong phiếu",
    "add_none_option": "thêm lựa chọn này vào trang choices",
}
#: Settings that change only the XForm file or how a telephone draws the form.
NO_EFFECT_SETTINGS = frozenset(
    {"style", "name", "omit_instanceID", "instance_xmlns", "instance_id", "file_name"}
)

_SHOWN = frozenset({"type", "name", "label", "hint", "guidance_hint", "relevant", "appearance"})
_ASKED = _SHOWN | {
    "required",
    "required_message",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "readonly",
    "trigger",
    "parameters",
    ROLE,
    WARNING,
    WARNING_MESSAGE,
}
_WORKED_OUT = _SHOWN | {"calculation", "default", "trigger", "readonly", ROLE}
_SELECT = _ASKED | {"choice_filter"}
_FILE = _ASKED - {"default"}

GROUP_COLUMNS = frozenset({"type", "name", "label", "relevant", "appearance"})
REPEAT_COLUMNS = GROUP_COLUMNS | {"repeat_count"}
END_COLUMNS = frozenset({"type", "name", "label"})
EXTERNAL_COLUMNS = frozenset({"type", "name", "label"})

#: Columns a row of this type may fill; a filled cell of another column would have no effect.
COLUMNS_OF: Mapping[QuestionType, frozenset[str]] = {
    **dict.fromkeys(QuestionType, _ASKED),
    QuestionType.DATE: _ASKED | {PRECISION},
    QuestionType.SELECT_ONE: _SELECT,
    QuestionType.SELECT_MULTIPLE: _SELECT,
    QuestionType.RANK: _SELECT,
    QuestionType.IMAGE: _FILE,
    QuestionType.FILE: _FILE,
    QuestionType.NOTE: _SHOWN | {"readonly"},
    QuestionType.CALCULATE: _WORKED_OUT,
    QuestionType.HIDDEN: _WORKED_OUT,
    **dict.fromkeys(
        (
            QuestionType.START,
            QuestionType.END,
            QuestionType.TODAY,
            QuestionType.DEVICE_ID,
            QuestionType.USER_NAME,
        ),
        _SHOWN | {"readonly", ROLE},
    ),
}
#: Text of a message -> the expression it belongs to.
MESSAGES: Mapping[str, str] = {
    "required_message": "required",
    "constraint_message": "constraint",
    WARNING_MESSAGE: WARNING,
}
