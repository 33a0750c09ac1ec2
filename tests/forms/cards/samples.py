"""Codes and lines of cards that nobody holds."""

from __future__ import annotations

from datetime import date

from forms.cards.mrz import LINE, check_digit
from forms.cards.reading import CardReading
from forms.cards.recognition import read_card
from forms.identifiers.personal_number import IdentityTables

ON = date(2026, 11, 22)
TRAINING = IdentityTables.load(training=True)

NUMBER = "003099000000"
OLD_NUMBER = "285000000"
RESIDENCE = "Ấp 1, Suối Mẫu, Tập Huấn"
#: Seven fields, as on cards of 2021 to 06/2024.
CODE_2021 = f"{NUMBER}||Nguyễn Văn A|01011999|Nam|{RESIDENCE}|01012022"
#: Eleven fields, as on cards from 01/07/2024.
CODE_2024 = f"{NUMBER}|{OLD_NUMBER}|Nguyễn Văn A|01011999|Nam|{RESIDENCE}|01092025||||"

LINES = (
    "IDVNM0990000006003099000000<<9\n9901018M3901016VNM<<<<<<<<<<<0\nNGUYEN<<VAN<A<<<<<<<<<<<<<<<<<"
)


def code_with(**changed: str) -> str:
    """The code of 2021 with some fields changed."""
    names = ("number", "old_number", "name", "birth", "sex", "residence", "issued")
    fields = dict(zip(names, CODE_2021.split("|"), strict=True))
    return "|".join({**fields, **changed}.values())


def lines_of(
    number: str = NUMBER,
    *,
    birth: str = "990101",
    sex: str = "M",
    expiry: str = "390101",
    name: str = "NGUYEN<<VAN<A",
) -> str:
    """Lines with right check digits."""
    optional = f"{number}<<"
    nine = number[3:]
    upper = f"IDVNM{nine}{check_digit(nine)}{optional}{check_digit(optional)}"
    lower = f"{birth}{check_digit(birth)}{sex}{expiry}{check_digit(expiry)}VNM{'<' * 11}"
    composite = check_digit(upper[5:] + lower[:7] + lower[8:15] + lower[18:])
    return f"{upper}\n{lower}{composite}\n{name.ljust(LINE, '<')[:LINE]}"


def health_code(*fields: str) -> str:
    """A code of a paper health-insurance card; the name and the address become hexadecimal."""
    hidden = {1, 4}
    return "|".join(
        field.encode().hex() if place in hidden else field for place, field in enumerate(fields)
    )


def scanned(text: str, *, on: date = ON) -> CardReading:
    """What the training province reads from a text."""
    return read_card(text, on=on, tables=TRAINING)


def codes(card: CardReading) -> list[str]:
    """Names of the remarks, in their order."""
    return [finding.code.name for finding in card.findings]
