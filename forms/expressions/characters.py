"""Which characters a class or an escape of a pattern lets through.

``\\d \\w \\s`` and their complements are ASCII, as in Java, on which ODK Collect runs. Letters with
marks are in ``\\p{L}`` or in ranges such as ``[A-Za-zÀ-ỹ]``. ``\\p{…}`` takes the general
categories of Unicode (``L``, ``Lu``, ``Nd``, ``P``, …), ``Latin``, ``Alphabetic``, and the ASCII
classes of Java (``Alpha Digit Alnum Upper Lower Punct Space``). Errors are ``ValueError`` with the
reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, punctuation
from typing import TypeAlias

Matches: TypeAlias = Callable[[str], bool]

_SPACES = " \t\n\r\f\v"
_WORD = ascii_letters + digits + "_"
_SETS: Mapping[str, str] = {"d": digits, "w": _WORD, "s": _SPACES}
_CONTROLS: Mapping[str, str] = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_CODE_POINT = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\x\{([0-9a-fA-F]{1,5})\}")
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)([A-Za-z_=]+)\}|([A-Z]))")
_CATEGORY = re.compile(r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?")
_JAVA_SETS: Mapping[str, str] = {
    "Alpha": ascii_letters,
    "Digit": digits,
    "Alnum": ascii_letters + digits,
    "Upper": ascii_uppercase,
    "Lower": ascii_lowercase,
    "Punct": punctuation,
    "Space": _SPACES,
}


def read_escape(pattern: str, at: int) -> tuple[str | Matches, int]:
    """The escape at ``at``: a character or a set, and where the pattern goes on."""
    code_point = _CODE_POINT.match(pattern, at)
    if code_point is not None:
        return chr(int(code_point[1] or code_point[2] or code_point[3], 16)), code_point.end()
    known = _PROPERTY.match(pattern, at)
    if known is not None:
        negated = (known[1] == "P") != bool(known[2])
        return _turned(_property(known[3] or known[4]), negated), known.end()
    sign = pattern[at + 1 : at + 2]
    if sign.lower() in _SETS:
        return _turned(_SETS[sign.lower()].__contains__, sign.isupper()), at + 2
    if sign in _CONTROLS:
        return _CONTROLS[sign], at + 2
    if not sign or sign.isalnum():
        raise ValueError(f"không hỗ trợ \\{sign}")
    return sign, at + 2


def read_class(pattern: str, at: int, *, fold: bool) -> tuple[Matches, int]:
    """The class ``[…]`` at ``at`` and where the pattern goes on."""
    at += 1
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    sets: list[Matches] = []
    first = True
    while first or not pattern.startswith("]", at):
        first = False
        part, at = _class_part(pattern, at)
        if not isinstance(part, str):
            sets.append(part)
            continue
        last = part
        if pattern.startswith("-", at) and not pattern.startswith("-]", at):
            end, at = _class_part(pattern, at + 1)
            if not isinstance(end, str) or end < part:
                raise ValueError("khoảng ký tự không đúng")
            last = end
        ranges.append((part, last))
    matches = _any_of(ranges, sets)
    return _turned(folded(matches) if fold else matches, negated), at + 1


def folded(matches: Matches) -> Matches:
    """Also lets through the other case of a character."""
    return lambda one: (
        matches(one)
        or any(len(other) == 1 and matches(other) for other in (one.lower(), one.upper()))
    )


def _class_part(pattern: str, at: int) -> tuple[str | Matches, int]:
    sign = pattern[at : at + 1]
    if not sign:
        raise ValueError("thiếu dấu ']'")
    if sign == "\\":
        return read_escape(pattern, at)
    if sign == "[" or pattern.startswith("&&", at):
        raise ValueError("lớp ký tự không được hỗ trợ")
    return sign, at + 1


def _any_of(ranges: list[tuple[str, str]], sets: list[Matches]) -> Matches:
    return lambda one: (
        any(first <= one <= last for first, last in ranges) or any(test(one) for test in sets)
    )


def _turned(matches: Matches, negated: bool) -> Matches:
    return (lambda one: not matches(one)) if negated else matches


def _property(name: str) -> Matches:
    if _CATEGORY.fullmatch(name):
        return lambda one: unicodedata.category(one).startswith(name)
    plain = name.removeprefix("Is").removeprefix("script=")
    if plain == "Latin":
        return lambda one: one.isalpha() and unicodedata.name(one, "").startswith("LATIN ")
    if plain == "Alphabetic":
        return str.isalpha
    if name in _JAVA_SETS:
        return _JAVA_SETS[name].__contains__
    raise ValueError(f"không hỗ trợ \\p{{{name}}}")
