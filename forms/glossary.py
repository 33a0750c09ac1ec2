"""The words of the law and our identifiers for them.

One legal concept is one English identifier and one Vietnamese term, written down once in
``glossary.csv``: keys are the names of questions, sections, document fields, statuses and the like.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_KEY = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[A-Z]+")

#: What a term can be.
KINDS = frozenset(
    (
        "entity",
        "document",
        "role",
        "section",
        "field",
        "status",
        "severity",
        "finding family",
        "fix",
    )
)


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the glossary.

    Attributes:
        key: the English identifier used in code and definitions.
        source: the text of the law, or "chương trình" for words of our own.
        not_to_confuse_with: near words, for whoever chooses a name.
    """

    key: str
    term_vi: str
    kind: str
    definition_en: str
    source: str
    not_to_confuse_with: str


@cache
def glossary_terms() -> tuple[Term, ...]:
    """Every line, in the order of the file."""
    text = (files("forms") / "glossary.csv").read_text(encoding="utf-8")
    return tuple(Term(**row) for row in csv.DictReader(text.splitlines()))


@cache
def glossary() -> Mapping[str, Term]:
    """The terms by key."""
    return {term.key: term for term in glossary_terms()}


def glossary_faults(terms: Iterable[Term]) -> list[str]:
    """What is wrong with a glossary, a line of English each; an empty list when it is sound."""
    terms = tuple(terms)
    faults = [fault for term in terms for fault in _faults_of(term)]
    for name, values in (
        ("key", [term.key for term in terms]),
        ("term", [term.term_vi.casefold() for term in terms]),
    ):
        faults += [f"{name} twice: {value}" for value, n in Counter(values).items() if n > 1]
    return faults


def _faults_of(term: Term) -> Iterable[str]:
    if not _KEY.fullmatch(term.key):
        yield f"no identifier: {term.key}"
    if term.kind not in KINDS:
        yield f"unknown kind: {term.key}: {term.kind}"
    for name in ("term_vi", "definition_en", "source"):
        value: str = getattr(term, name)
        if not value or value != " ".join(value.split()):
            yield f"empty or badly spaced: {term.key}: {name}"
        if not unicodedata.is_normalized("NFC", value):
            yield f"not NFC: {term.key}: {name}"
