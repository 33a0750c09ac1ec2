"""One form with everything the loader reads; used wherever nothing may get lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forms.definition import FormDefinition, Question, Section
from tests.forms.writing import table

VI, EN = "Tiếng Việt (vi)", "English (en)"

SURVEY: list[dict[str, str]] = [
    {"type": "start", "name": "started"},
    {"type": "end", "name": "ended"},
    {"type": "today", "name": "day"},
    {"type": "deviceid", "name": "device"},
    {"type": "username", "name": "user"},
    {"type": "csv-external", "name": "prices"},
    {
        "type": "text",
        "name": "full_name",
        f"label::{VI}": "1. Họ và tên",
        f"label::{EN}": "1. Full name",
        f"hint::{VI}": "Chữ in hoa",
        f"guidance_hint::{EN}": "As on the card",
        "required": "yes",
        f"required_message::{VI}": "Ghi họ tên",
        "constraint": "string-length(.) < 60",
        f"constraint_message::{VI}": "Dài quá",
        f"constraint_message::{EN}": "Too long",
        "bind::an:role": "person.full_name",
        "appearance": "w4 multiline",
        "parameters": "rows=2",
    },
    {
        "type": "date",
        "name": "born",
        f"label::{VI}": "2. Ngày sinh của ${full_name}",
        "bind::an:precision": "year",
        "bind::an:warning": ". < today()",
        f"bind::an:warningMsg::{VI}": "Xem lại",
        f"bind::an:warningMsg::{EN}": "Look again",
        "default": "2000-01-01",
    },
    {"type": "time", "name": "hour", f"label::{VI}": "Giờ"},
    {"type": "dateTime", "name": "moment", f"label::{VI}": "Lúc", "default": "now()"},
    {"type": "integer", "name": "children", f"label::{VI}": "Số con", "default": "0"},
    {"type": "decimal", "name": "area", f"label::{VI}": "Diện tích", "readonly": "${children} > 9"},
    {
        "type": "range",
        "name": "degree",
        f"label::{VI}": "Mức",
        "parameters": "start=0 end=1 step=0.25 placeholder=0.5",
    },
    {
        "type": "select_one yn or_other",
        "name": "works",
        f"label::{VI}": "Có việc làm?",
        f"label::{EN}": "Has a job?",
        "default": "1",
    },
    {
        "type": "select_multiple kinds",
        "name": "kinds",
        f"label::{VI}": "Loại",
        "choice_filter": "of = ${works}",
        "parameters": "randomize=true seed=3",
    },
    {"type": "rank kinds", "name": "order", f"label::{VI}": "Thứ tự"},
    {
        "type": "select_one_from_file units.csv",
        "name": "unit",
        f"label::{VI}": "Đơn vị",
        "choice_filter": "level = 'xa'",
    },
    {
        "type": "select_multiple_from_file units.csv",
        "name": "units_too",
        f"label::{VI}": "Nhiều đơn vị",
        "parameters": "value=code label=title",
    },
    {"type": "note", "name": "told", f"label::{VI}": "Cảm ơn ${full_name}"},
    {"type": "acknowledge", "name": "agrees", f"label::{VI}": "Đồng ý", "required": "true()"},
    {"type": "barcode", "name": "code", f"label::{VI}": "Mã vạch"},
    {"type": "image", "name": "photo", f"label::{VI}": "Ảnh", "parameters": "max-pixels=1000"},
    {"type": "file", "name": "paper", f"label::{VI}": "Tệp"},
    {"type": "geopoint", "name": "place", f"label::{VI}": "Nơi ở"},
    {"type": "percentage", "name": "share", f"label::{VI}": "Phần trăm"},
    {"type": "phone number", "name": "phone", f"label::{VI}": "Điện thoại"},
    {"type": "hidden", "name": "secret", "default": "khong can hoi"},
    {"type": "calculate", "name": "once_only", "default": "${children} + 1"},
    {"type": "calculate", "name": "twice", "calculation": "${children} * 2"},
    {
        "type": "text",
        "name": "noted",
        f"label::{VI}": "Ghi lại",
        "calculation": "${children}",
        "trigger": "${works}, ${area}",
    },
    {"type": "text", "name": "cleared", f"label::{VI}": "Bị xoá", "trigger": "${works}"},
    {"type": "text", "name": "odd", f"label::{VI}": "Lạ", "default": "nói \"không\" và 'có'"},
    {
        "type": "begin_group",
        "name": "home",
        f"label::{VI}": "Nhà",
        f"label::{EN}": "Home",
        "relevant": "${works} = '1'",
        "appearance": "field-list",
    },
    {"type": "text", "name": "street", f"hint::{VI}": "Chỉ có gợi ý"},
    {
        "type": "begin_repeat",
        "name": "members",
        f"label::{VI}": "Thành viên",
        "repeat_count": "${children}",
    },
    {
        "type": "text",
        "name": "member_name",
        f"label::{VI}": "Tên",
        "bind::an:role": "member.full_name",
    },
    {"type": "end_repeat", "name": ""},
    {"type": "end_group", "name": ""},
    {"type": "begin_repeat", "name": "notes", f"label::{VI}": "Ghi chú"},
    {"type": "text", "name": "note", f"label::{VI}": "Ghi chú"},
    {"type": "end_repeat", "name": ""},
]
CHOICES: list[dict[str, str]] = [
    {"list_name": "yn", "name": "1", f"label::{VI}": "Có", f"label::{EN}": "Yes"},
    {"list_name": "yn", "name": "2", f"label::{VI}": "Không"},
    {"list_name": "kinds", "name": "a", f"label::{VI}": "Loại của ${full_name}", "of": "1"},
    {"list_name": "kinds", "name": "b", f"label::{EN}": "Kind b", "of": "2"},
    {"list_name": "kinds", "name": "c", "of": "2"},
]
SETTINGS: list[dict[str, str]] = [
    {
        "form_title": "Biểu mẫu thử",
        "form_id": "thu_het",
        "version": "3",
        "default_language": EN,
        "instance_name": "concat(${full_name}, ' ', ${day})",
        "namespaces": 'an="https://so-an-sinh.vn/xforms"',
    }
]
UNITS = "name,label,code,title,level\n1,Xã Suối Mẫu,99001,Suối Mẫu,xa\n2,Huyện Thử,99,Thử,huyen\n"
PRICES = "item,price\nrice,15000\n"


def write_rich_form(folder: Path) -> Path:
    """The form with its attached tables. Survey rows begin at line 3."""
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "prices.csv").write_text("\ufeff" + PRICES, encoding="utf-8")
    path = folder / "thu_het.md"
    sheets = table("survey", SURVEY) + table("choices", CHOICES) + table("settings", SETTINGS)
    path.write_text(sheets, encoding="utf-8")
    return path


def without_rows(form: FormDefinition) -> FormDefinition:
    """The same form as if it had been made without a file."""
    return replace(form, children=_without_rows(form.children))


def _without_rows(
    children: tuple[Question | Section, ...],
) -> tuple[Question | Section, ...]:
    return tuple(
        replace(child, source_row=0)
        if isinstance(child, Question)
        else replace(child, source_row=0, children=_without_rows(child.children))
        for child in children
    )
