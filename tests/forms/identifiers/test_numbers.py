"""What single kinds of numbers tell: facts, dates from which a form is valid, check digits."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.findings import Code
from forms.identifiers import (
    bank_account,
    health_card,
    old_id_card,
    papers,
    personal_number,
    phone,
    social_insurance,
    tax_code,
)
from forms.identifiers.banks import bank_with_bin, banks, banks_named
from forms.identifiers.reading import FactKey, FixReason, Kind, Reading
from forms.identifiers.signs import as_digits, clean_number

ON = date(2026, 11, 22)
DIGITS = st.text("0123456789", min_size=9, max_size=9)


def codes(reading: Reading) -> list[str]:
    return [finding.code.name for finding in reading.findings]


def test_a_personal_number_tells_where_and_when_the_birth_was_registered() -> None:
    reading = personal_number.read("075599000000", on=ON)  # nobody is born in 2199 yet
    assert reading.fact(FactKey.BIRTH_PLACE) == "Đồng Nai"
    assert reading.fact(FactKey.SEX) == "Nữ"
    assert reading.fact(FactKey.BIRTH_YEAR) == "2199"
    assert reading.facts[0].as_of == date(2016, 2, 1)


def test_a_number_registered_abroad_says_so_and_is_let_through() -> None:
    reading = personal_number.read("286405000000", on=date(2105, 1, 1))
    assert reading.fact(FactKey.BIRTH_PLACE) == "nước ngoài"
    assert reading.is_acceptable
    assert not reading.has_warnings


def test_nine_digits_hint_at_the_provinces_of_their_time() -> None:
    reading = old_id_card.read("280000000", on=ON)
    assert reading.kind is Kind.OLD_ID_CARD
    assert reading.fact(FactKey.ID_CARD_PROVINCE) == "Bình Dương, Bình Phước"


def test_twelve_digits_of_an_old_card_are_the_number_of_the_later_one() -> None:
    assert old_id_card.read("003099000000", on=ON).kind is Kind.OLD_ID_CARD_12


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 6, 30), ["NUM_033"]),
        (date(1990, 1, 1), ["NUM_033"]),
        (date(2025, 7, 1), ["ID_007"]),
    ],
)
def test_twelve_digits_are_a_tax_code_from_a_day_on(on: date, expected: list[str]) -> None:
    assert codes(tax_code.read("003099000000", on=on))[:1] == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2025, 7, 31), ["NUM_010"]), (date(2025, 8, 1), ["ID_007", "NUM_011"])],
)
def test_the_personal_number_stands_for_the_insurance_number_from_a_day_on(
    on: date, expected: list[str]
) -> None:
    assert codes(social_insurance.read("003099000000", on=on)) == expected


@given(DIGITS)
def test_one_wrong_digit_of_a_tax_code_is_always_found(first_nine: str) -> None:
    last = tax_code.check_digit(first_nine)
    if not last:
        return  # never issued
    right = first_nine + last
    assert tax_code.is_checked(right)
    for place in range(9):
        other = str((int(right[place]) + 1) % 10)
        assert not tax_code.is_checked(right[:place] + other + right[place + 1 :])


def test_beginnings_that_were_never_issued_as_tax_codes_are_told() -> None:
    assert tax_code.check_digit("000000000") == ""
    assert "NUM_032" in codes(tax_code.read("0000000000", on=ON))


def test_a_branch_is_written_with_a_dash_and_stored_without() -> None:
    reading = tax_code.read("0314409058-002", on=ON)
    assert (reading.normal, reading.displayed) == ("0314409058002", "0314409058-002")
    assert reading.fact(FactKey.TAX_CODE_HOLDER).startswith("đơn vị phụ thuộc")


def test_every_prefix_of_2018_has_its_new_one() -> None:
    reading = phone.read("01201234567")
    assert reading.fixes[0].value == "0701234567"
    assert reading.fixes[0].reasons == (FixReason.OLD_PREFIX,)


def test_a_lost_zero_and_an_old_prefix_are_proposed_together() -> None:
    fix = phone.read("1201234567").fixes[0]
    assert fix.reasons == (FixReason.LOST_ZERO, FixReason.OLD_PREFIX)


def test_several_telephones_in_one_box_are_offered_one_by_one() -> None:
    reading = phone.read("0912345678 / +84 987 654 321")
    assert codes(reading) == ["NUM_044"]
    assert [fix.value for fix in reading.fixes] == ["0912345678", "0987654321"]


def test_a_landline_tells_its_area_by_the_sixty_three_provinces() -> None:
    reading = phone.read("(0251) 3822222")
    assert reading.kind is Kind.LANDLINE
    assert reading.fact(FactKey.LANDLINE_AREA) == "Đồng Nai"


def test_a_health_card_tells_group_benefit_province_and_insurance_number() -> None:
    reading = health_card.read("TE1757512345678", on=ON)
    assert reading.fact(FactKey.HEALTH_CARD_GROUP).startswith("Trẻ em dưới 6 tuổi")
    assert reading.fact(FactKey.HEALTH_CARD_BENEFIT).startswith("100%")
    assert reading.fact(FactKey.HEALTH_CARD_PROVINCE) == "Đồng Nai"
    assert reading.fact(FactKey.SOCIAL_INSURANCE_NUMBER) == "7512345678"


def test_the_number_of_a_card_is_no_account() -> None:
    assert bank_account.passes_luhn("9704000000000018")
    assert "NUM_051" in codes(bank_account.read("9704 0000 0000 0018"))


@pytest.mark.parametrize(
    ("bank", "number", "expected"),
    [
        ("971005", "0912345678", []),
        ("Viettel Money", "5000205123456", ["NUM_053"]),
        ("Vietcombank", "0912345678", []),
        ("Ngân hàng Không Có", "0912345678", ["NUM_052"]),
        ("", "0912345678", []),
    ],
)
def test_a_mobile_money_account_is_a_telephone(bank: str, number: str, expected: list[str]) -> None:
    assert codes(bank_account.read(number, bank=bank)) == expected


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("970436", "VCB"),
        ("vietcombank", "VCB"),
        ("Ngân hàng TMCP Ngoại Thương Việt Nam", "VCB"),
        ("LienVietPostBank", "LPB"),
        ("Ocean Bank", "MBV"),
        ("Đông Á", "VIKKI"),
        ("NHCSXH", "VBSP"),
        ("agribank", "AGRIBANK"),
        ("MoMo", "MOMO"),
    ],
)
def test_a_bank_is_found_by_bin_name_and_old_name(name: str, code: str) -> None:
    assert [bank.code for bank in banks_named(name)] == [code]


def test_no_two_banks_share_a_bin_or_a_writing() -> None:
    bins = [bank.bin for bank in banks() if bank.bin]
    assert len(bins) == len(set(bins))
    assert all(len(number) == 6 for number in bins)
    for bank in banks():
        assert bank in banks_named(bank.short_name)
        assert bank_with_bin(bank.bin) == (bank if bank.bin else None)
    assert banks_named("") == ()


def test_the_holder_in_a_bank_file_is_compared_without_marks() -> None:
    assert bank_account.is_holder("DIEU THI KHUYEN", "Điểu Thị Khuyên")
    assert not bank_account.is_holder("DIEU THI KHUY", "Điểu Thị Khuyên")
    assert not bank_account.is_holder("", "")


def test_a_birth_certificate_tells_number_book_and_year() -> None:
    reading = papers.read_birth_certificate("Số 12 Quyển 01/1998", on=ON)
    assert reading.fact(FactKey.REGISTER_NUMBER) == "12"
    assert reading.fact(FactKey.REGISTER_BOOK) == "01"
    assert reading.fact(FactKey.REGISTER_YEAR) == "1998"


def test_a_reading_shows_nothing_of_the_person_in_its_repr() -> None:
    reading = personal_number.read("03099000000", on=ON)
    text = repr(reading) + repr(phone.read("912345678")) + repr(tax_code.read("1", on=ON))
    assert "99000000" not in text
    assert "12345678" not in text


def test_signs_that_are_no_digits_are_named() -> None:
    digits = as_digits("０O-1")
    assert digits is not None
    assert digits.value == "001"
    assert digits.reasons == {
        FixReason.OTHER_DIGITS,
        FixReason.LOOK_ALIKES,
        FixReason.SEPARATORS,
    }
    assert as_digits("12a") is None
    assert as_digits(" - ") is None


@given(st.text(max_size=30))
def test_cleaning_a_number_twice_changes_nothing(text: str) -> None:
    assert clean_number(clean_number(text)) == clean_number(text)


def test_every_remark_about_a_number_has_a_number_that_raises_it() -> None:
    raised = {
        *codes(personal_number.read("111111111111", on=ON)),
        *codes(old_id_card.read("", on=ON)),
        *codes(old_id_card.read("003099000000", on=ON)),
        *codes(old_id_card.read("990000000", on=ON)),
        *codes(social_insurance.read("1", on=ON)),
        *codes(social_insurance.read("003099000000", on=ON)),
        *codes(bank_account.read("12")),
        *codes(bank_account.read("9704000000000018", bank="không có")),
        *codes(bank_account.read("500020512", bank="VNPT Money")),
        *codes(papers.read_merit_file("x")),
        *codes(papers.read_birth_certificate("x", on=ON)),
        *codes(papers.read_birth_certificate("1/2999", on=ON)),
        *codes(papers.read_birth_certificate("003099000000", on=ON)),
        *codes(papers.read_passport("x")),
        *codes(papers.read_passport("AB12345")),
    }
    for number in ("QQ1007512345678", "TE1757512345678", "HG4757512345678", "7512345678", "X"):
        raised.update(codes(health_card.read(number, on=ON)))
    raised.update(codes(health_card.read("003099000000", on=ON)))
    for number in ("1", "0100233480", "0000000000", "0314409058-000"):
        raised.update(codes(tax_code.read(number, on=ON)))
    raised.update(codes(tax_code.read("003099000000", on=date(2024, 1, 1))))
    for number in ("1", "01201234567", "912345678", "0951234567", "0912345678;0987654321"):
        raised.update(codes(phone.read(number)))
    raised.update(codes(phone.read("O912345678")))
    assert {code.name for code in Code if code.name.startswith("NUM_")} <= raised
