"""Banks and wallets, from the dated list ``banks``; the BIN is the key, names come and go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, unique
from functools import cache

from forms.catalogues import catalogue
from forms.vietnamese import search_key

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")
#: What stands before the name of nearly every bank and tells none from another.
_COMMON = ("nganhang", "thuongmai", "cophan", "nhtmcp", "tmcp", "tnhhmtv", "tnhh", "mtv")


@unique
class BankKind(Enum):
    """What kind of institution keeps the account."""

    BANK = "bank"
    FINANCE = "finance"
    DIGITAL = "digital"
    WALLET = "wallet"
    MOBILE_MONEY = "mobile_money_wallet"


@dataclass(frozen=True, slots=True)
class Bank:
    """One line of the list.

    Attributes:
        bin: six digits of NAPAS, empty where none is known.
        aliases: earlier names and other writings.
        can_receive: money can be sent to it by account number through NAPAS.
    """

    code: str
    bin: str
    short_name: str
    name_vi: str
    aliases: tuple[str, ...]
    kind: BankKind
    can_receive: bool


@cache
def banks() -> tuple[Bank, ...]:
    """Every line, in the order of the list."""
    return tuple(
        Bank(
            code=code,
            bin=row["bin"],
            short_name=row["short_name"],
            name_vi=row["name_vi"],
            aliases=tuple(alias.strip() for alias in row["aliases"].split(";") if alias.strip()),
            kind=BankKind(row["kind"]),
            can_receive=row["vietqr"] in ("transfer", "receive_only"),
        )
        for code, row in catalogue("banks").rows.items()
    )


def bank_with_bin(number: str) -> Bank | None:
    """The bank with a BIN."""
    return next((bank for bank in banks() if bank.bin and bank.bin == number), None)


def banks_named(text: str) -> tuple[Bank, ...]:
    """Every bank that a BIN, code, name, old name or the beginning of one can mean.

    Marks, case, spaces and words that all banks share do not count.
    """
    key = _key(text)
    if not key:
        return ()
    exact = tuple(bank for bank in banks() if key in _keys(bank) or bank.bin == text.strip())
    if exact:
        return exact
    return tuple(bank for bank in banks() if any(name.startswith(key) for name in _keys(bank)))


@cache
def _keys(bank: Bank) -> frozenset[str]:
    names = (bank.code, bank.short_name, bank.name_vi, *bank.aliases)
    return frozenset(key for key in map(_key, names) if key)


def _key(name: str) -> str:
    key = _NOT_IN_KEYS.sub("", search_key(name))
    shortened = key
    for word in _COMMON:
        shortened = shortened.removeprefix(word)
    return shortened or key
