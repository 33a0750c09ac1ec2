"""Anything a scanner or a hand gives is told apart and read without an exception."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.cards.reading import ID_NUMBER, OLD_ID_NUMBER, CardKind
from forms.cards.recognition import LONGEST
from forms.findings import Code
from tests.forms.cards import test_health_card
from tests.forms.cards.samples import (
    CODE_2021,
    CODE_2024,
    LINES,
    NUMBER,
    code_with,
    codes,
    health_code,
    lines_of,
    scanned,
)

WHOLE = [CODE_2021, CODE_2024, LINES, health_code(*test_health_card.FIELDS)]
DAMAGED = st.builds(
    lambda text, place, length, sign: text[:place] + sign + text[place + length :],
    st.sampled_from(WHOLE),
    st.integers(0, 120),
    st.integers(0, 12),
    st.text("|<0O?\n\ud800Đa ", max_size=4),
)


@pytest.mark.parametrize(
    ("text", "kind", "role"),
    [
        (NUMBER, CardKind.NUMBER_ONLY, ID_NUMBER),
        ("003 099 000 000\r\n", CardKind.NUMBER_ONLY, ID_NUMBER),
        ("030000003", CardKind.NUMBER_ONLY, OLD_ID_NUMBER),
    ],
)
def test_a_barcode_holds_the_number_alone(text: str, kind: CardKind, role: str) -> None:
    card = scanned(text)
    assert card.kind is kind
    assert list(card.identity) == [role]
    assert card.is_readable


@pytest.mark.parametrize(
    "text", ["", " ", "xin chào", "https://vi.wikipedia.org", "1234", "\ud800"]
)
def test_what_is_no_card_says_so(text: str) -> None:
    card = scanned(text)
    assert card.kind is CardKind.UNKNOWN
    assert codes(card) == ["CARD_001"]
    assert not card.is_readable


@given(st.one_of(DAMAGED, st.text(max_size=200), st.text("|<0123456789AOI ", max_size=120)))
def test_no_text_raises(text: str) -> None:
    card = scanned(text)
    for finding in card.findings:
        assert finding.message_vi
    assert card.doubtful <= card.identity.keys()
    if not card.is_readable and card.kind is CardKind.UNKNOWN:
        assert card.identity == {}


@given(DAMAGED)
def test_a_damaged_card_never_gives_a_number_that_is_none(text: str) -> None:
    number = scanned(text).identity.get(ID_NUMBER)
    assert number is None or (len(number) == 12 and number.isdigit())


@pytest.mark.parametrize("sign", ["|", "<", "a", "1", "áº", "0|", "<\n", "Aa1"])
def test_a_flood_of_signs_does_no_harm(sign: str) -> None:
    flood = sign * LONGEST
    assert codes(scanned(flood + "1")) == ["CARD_001"]
    assert not scanned(flood[:LONGEST]).is_readable
    card = scanned(code_with(name=flood[: LONGEST - 200]))
    assert card.identity.get(ID_NUMBER) in (None, NUMBER)


def test_every_remark_about_a_card_has_a_card_that_raises_it() -> None:
    first, second, third = LINES.split("\n")
    texts = [
        "x",
        "a|b",
        code_with(number="x"),
        CODE_2021 + "|",
        CODE_2021 + "||||x",
        code_with(old_number="1"),
        code_with(birth="x"),
        code_with(birth="00001999"),
        code_with(sex="x"),
        code_with(issued="x"),
        code_with(issued="01012030"),
        code_with(name="Nguy?n"),
        code_with(name="Nguyen Van", residence="Ap"),
        code_with(name="Nguyeenx Vawn", residence="Ap"),
        CODE_2021.encode().decode("latin-1"),
        code_with(name=""),
        CODE_2021 * 2,
        CODE_2021.replace("|", "~"),
        first + "<",
        LINES.replace("<<9", "<<8"),
        LINES.replace("9901018", "9901017"),
        LINES.replace("3901016", "3901015"),
        LINES.replace("0990000006", "O990000006"),
        LINES.replace("<<<0\n", "<<<1\n"),
        f"{first}\n{second}\n{'A' * 30}",
        first[:5] + "1990000003" + first[15:] + f"\n{second}\n{third}",
        lines_of(expiry="200101"),
        LINES.replace("<", "«") + "<" * 5,
        LINES.replace("IDVNM", "IDUTO"),
        health_code(*test_health_card.FIELDS[:2], "x", *test_health_card.FIELDS[3:]),
        health_code(*test_health_card.FIELDS[:7], "01/01/2020"),
    ]
    raised = {code for text in texts for code in codes(scanned(text))}
    wanted = {code.name for code in Code if code.name.startswith("CARD_")}
    assert wanted - raised == set()
