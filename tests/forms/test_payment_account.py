"""The account list (HD 5234/LĐTBXH-TTTT): the exact minimum, banks by BIN, no card numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.cases import load_cases
from forms.registry import FormRegistry
from forms.runtime.engine import Filling
from tests.forms.papers import definition, labels
from tests.forms.writing import ON, TABLES

FORM_ID, VERSION = "hd5234_2022_tk", "2022-12-23"
FORM = definition(FORM_ID, VERSION)
REGISTRY = FormRegistry.bundled()
CASES = load_cases(REGISTRY.path(FORM_ID, VERSION).with_name("cases.yaml"))

#: Numbers of the minimum fields -> question.
MINIMUM = {
    "1": "identity/full_name",
    "2": "identity/birth_date",
    "3": "identity/id_number",
    "4": "identity/permanent_residence",
    "5": "account/account_number",
    "5a": "account/account_kind",
    "6": "account/provider",
    "7": "account/account_holder",
    "12": "verification/payment_period",
}


def filled(**answers: str) -> Filling:
    given = {**CASES[0].answers, **{f"account/{name}": text for name, text in answers.items()}}
    return Filling(REGISTRY.get(FORM_ID, VERSION), on=ON, tables=TABLES, answers=given)


def test_the_minimum_fields_are_required() -> None:
    found = {q.number: q.path for q in FORM.questions() if q.number in MINIMUM}
    assert found == MINIMUM
    assert all(FORM.question(path).required for path in MINIMUM.values())


def test_institutions_are_known_by_their_bin() -> None:
    providers = FORM.choices["provider"]
    bins = [choice.code for choice in providers if choice.code.isdigit()]
    assert len(bins) == len(set(bins)) == 65
    assert all(len(code) == 6 for code in bins)
    assert sorted(c.code for c in providers if not c.code.isdigit()) == [
        "BIDC",
        "MOBIFONEMONEY",
        "SHOPEEPAY",
        "VNPAY",
        "ZALOPAY",
        "other",
    ]
    assert "Agribank" in labels(FORM, "provider")["970405"]


@pytest.mark.parametrize(
    ("kind", "code"), [("1", "970405"), ("2", "971025"), ("3", "971005")], ids=["bank", "w", "m"]
)
def test_the_list_follows_the_kind_of_account(kind: str, code: str) -> None:
    form = filled(account_kind=kind)
    offered = {choice.code for choice in form.choices("account/provider")}
    assert code in offered
    assert "other" in offered
    assert not offered & ({"970405", "971025", "971005"} - {code})


def test_leading_zeros_stay() -> None:
    form = filled(account_number="0000012345")
    assert form.value("account/account_number") == "0000012345"
    assert form.findings() == []


def has_right_check_digit(digits: str) -> bool:
    """Luhn, written otherwise than in the form."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


@settings(max_examples=60)
@given(
    st.sampled_from(["9704", "4", "51", "35", "62", "1", "0"]),
    st.sampled_from([15, 16, 17, 19]),
    st.text("0123456789", min_size=19, max_size=19),
)
def test_exactly_the_numbers_of_cards_are_warned_of(start: str, length: int, more: str) -> None:
    number = (start + more)[:length]
    schemes: tuple[str, ...] = ("9704", "4", "51", "52", "53", "54", "55", "35", "37", "62", "65")
    schemes += tuple(str(two) for two in range(22, 28))
    is_card = length in (16, 19) and number.startswith(schemes) and has_right_check_digit(number)
    warned = [one.code.name for one in filled(account_number=number).findings()]
    assert warned == (["FORM_003"] if is_card else [])


def test_no_question_asks_for_what_is_on_a_card() -> None:
    asked = {question.name for question in FORM.questions()}
    assert not asked & {"card_number", "expiry", "cvv", "pin", "password", "otp"}


def test_a_long_text_in_the_box_ends_in_a_remark() -> None:
    assert [one.code.name for one in filled(account_number="9" * 500).findings()] == ["FORM_002"]
