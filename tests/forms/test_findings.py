"""The catalogue of findings: every sentence can be shown, and says what to do."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest

from forms.findings import Code, Finding, Severity

CODES = pytest.mark.parametrize("code", list(Code), ids=lambda code: code.name)

#: Words with which a sentence tells the officer what to do.
ADVICE = re.compile(
    r"nhập|chọn|ghi|xem lại|sửa|xo[áa]|xóa|bỏ|bổ sung|rút ngắn|gửi|mở|thêm|để trống|không cần sửa",
    re.IGNORECASE,
)
#: These carry the advice of the form's own message.
ADVICE_OF_THE_FORM = {"FORM_001", "FORM_002", "FORM_003"}


def parameters_of(code: Code) -> list[str]:
    fields = string.Formatter().parse(code.kind.message_vi)
    return [name for _, name, _, _ in fields if name is not None]


@CODES
def test_the_sentence_formats_with_its_parameters(code: Code) -> None:
    names = parameters_of(code)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)
    finding = Finding(code, "a/b", "a/b", {name: f"<{name}>" for name in names})
    assert all(f"<{name}>" in finding.message_vi for name in names)


@CODES
def test_the_sentence_is_clean_vietnamese(code: Code) -> None:
    sentence = code.kind.message_vi
    assert unicodedata.is_normalized("NFC", sentence)
    assert sentence == " ".join(sentence.split())
    assert sentence.endswith((".", "{message}"))
    assert code.name in ADVICE_OF_THE_FORM or not sentence.isascii()


@CODES
def test_the_sentence_says_what_to_do(code: Code) -> None:
    sentence = code.kind.message_vi
    assert ADVICE.search(sentence) or (code.name in ADVICE_OF_THE_FORM and "{message}" in sentence)


@CODES
def test_a_finding_has_a_source_and_a_name_of_its_family(code: Code) -> None:
    assert code.kind.source
    assert re.fullmatch(r"[A-Z]+_[0-9]{3}", code.name)


@CODES
def test_only_identities_are_flagged(code: Code) -> None:
    assert not code.kind.is_flag or code.name.startswith("ID_")


@CODES
def test_a_remark_with_values_of_the_answer_is_confirmed_for_these_values_only(code: Code) -> None:
    one = Finding(code, "a", "a", {"value": "1"})
    assert one.fingerprint == Finding(code, "b", "a", {"value": "1"}).fingerprint
    assert one.fingerprint != Finding(code, "a", "a", {"value": "2"}).fingerprint
    assert one.fingerprint != Finding(code, "a", "b", {"value": "1"}).fingerprint


def test_no_code_is_an_alias_of_another() -> None:
    assert len(Code) == len(Code.__members__)


def test_there_are_errors_warnings_and_information() -> None:
    assert {code.kind.severity for code in Code} == set(Severity)
