"""Account numbers of banks and wallets: five to nineteen digits or capital letters.

There is neither a common length nor a check digit. The number printed on a card (``9704``, sixteen
or nineteen digits, Luhn) is not the account's and is remarked on; a Mobile Money account is the
telephone number of its holder.
"""

from __future__ import annotations

import re

from forms.catalogues import catalogue
from forms.findings import Code
from forms.identifiers import phone
from forms.identifiers.banks import BankKind, banks_named
from forms.identifiers.reading import Fact, FactKey, Kind, Reading, Remark, reading
from forms.identifiers.signs import repeated_remark, respelling, stored_sign
from forms.vietnamese import search_key

_ACCOUNT = re.compile(r"[0-9A-Z]{5,19}")
_CARD = re.compile(r"9704(?:[0-9]{12}|[0-9]{15})")
_LETTERS = re.compile(r"[^a-z]+")


def is_card_number(number: str) -> bool:
    """The number on a domestic bank card: its first digits, its length and its check digit."""
    return _CARD.fullmatch(number) is not None and passes_luhn(number)


def passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812 over ASCII digits."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_holder(holder: str, full_name: str) -> bool:
    """Is the name on an account this person's? Files of banks write it without marks."""
    first, second = (_LETTERS.sub("", search_key(name)) for name in (holder, full_name))
    return bool(first) and first == second


def read(text: str, *, bank: str = "") -> Reading:
    """Reads an account number; ``bank`` is the BIN or a name of the institution, when known."""
    number = stored_sign(text)
    kind = Kind.BANK_ACCOUNT
    if _ACCOUNT.fullmatch(number) is None:
        remark: Remark = (Code.NUM_050, {"number": number}) if number else (Code.NUM_001, {})
        return reading(kind, text, number, remarks=[remark])
    remarks = repeated_remark(number)
    if is_card_number(number):
        remarks.append((Code.NUM_051, {"number": number}))
    found = banks_named(bank)
    if bank.strip() and not found:
        remarks.append((Code.NUM_052, {"bank": bank.strip()}))
    if len(found) == 1 and found[0].kind is BankKind.MOBILE_MONEY:
        line = phone.read(number)
        if line.kind is not Kind.MOBILE or line.findings:
            remarks.append((Code.NUM_053, {"number": number, "bank": found[0].short_name}))
    as_of = catalogue("banks").issue.issued_on
    names = "; ".join(one.short_name for one in found)
    return reading(
        kind,
        text,
        number,
        remarks=remarks,
        fixes=respelling(text, number),
        facts=[Fact(FactKey.BANK, names, as_of)],
    )
