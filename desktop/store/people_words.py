"""The words by which the index of people finds a person, made by pure functions.

Plain words are those of the name, without marks: each whole, and its first two letters, so that
few letters are one word of the index too. Words with a letter outside ASCII are words of the name
as they are spelt (the tone last). All others have a low line and cannot stand in a name:

* ``_nt``: consecutive initials, two or more;
* ``a_``: everybody; ``y_1972``: born in; ``f_id_003``: a finding; ``f_``: any finding;
* ``m_birth_date``: something is missing; ``k_head``: head of a household;
* ``h_…``: lives in this hamlet; ``s_draft``, ``c_waiting``: how far record and check are;
  ``r_tt11_2022_m03``: has a record of this form;
* ``l_dead``, ``l_left``: died, moved away;
* ``x_…``: something of the person is wrong or lacking in a way that lists of a procedure name;
  ``g_…``: what a record says that such lists ask for (``record_words``).

``marks`` rest on other documents than the person, all others on the person alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

from desktop.domain.people import CheckState, Missing, RecordStatus
from forms.vietnamese import compare_key, search_key
from sync.protocol.life import Presence, presence_of
from sync.protocol.messages import Value
from sync.protocol.moving import ARRIVED, CAME_FROM

EVERYBODY = "a_"
HEAD = "k_head"
ANY_FINDING = "f_"
A_FORM = "r_"
#: The personal ID number, the number of an old identity card: written, and not as one is.
WRONG_ID, WRONG_OLD_ID = "x_id_number", "x_old_id_number"
#: There is no number of an old identity card.
NO_OLD_ID = "x_no_old_id_number"
#: Something that every entry of a child must have is empty (``CHILD_BASICS``).
NO_BASICS = "x_basics"
#: The CSDLQG had another value once; whether that is settled, the document says.
NATIONAL_KNOWN = "x_national"
NATIONAL = "national."
#: Somebody came from another commune and was not received yet.
ARRIVING = "x_arriving"
#: Công văn 2513, as far as it stands in the person's own document.
CHILD_BASICS = ("full_name", "birth_date", "sex", "ethnicity", "birth_place")

_WORD = re.compile(r"[^\W_]+")
_NOT_IN_A_WORD = re.compile(r"[^a-z0-9]+")
_DATE = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?")
_SEPARATORS = re.compile("[ .-]")
#: Names of more words are found by the initials of their first ones.
_INITIALS = 6
#: How many digits at the end of a number find it.
TAIL = 6
_FROM_BEHIND = "~"

#: Absent fields that are looked for.
_FIELDS = {
    Missing.ID_NUMBER: "id_number",
    Missing.BIRTH_DATE: "birth_date",
    Missing.SEX: "sex",
    Missing.ETHNICITY: "ethnicity",
    Missing.RESIDENCE: "permanent_residence",
    Missing.SOCIAL_INSURANCE_NUMBER: "social_insurance_number",
    Missing.HOUSEHOLD: "household_id",
}


def own_words(
    full_name: str, birth_date: str, codes: Iterable[str], fields: Mapping[str, Value]
) -> str:
    """What a person is found by, as far as it rests on the person's own document."""
    words = [name_words(full_name), EVERYBODY]
    date = _DATE.fullmatch(birth_date)
    if date:
        words.append(year_word(int(date[1])))
        if not date[3]:
            words.append(missing_word(Missing.WHOLE_BIRTH_DATE))
    for missing, name in _FIELDS.items():
        if not fields.get(name):
            words.append(missing_word(missing))
    found = [finding_word(code) for code in codes]
    if found:
        words += [ANY_FINDING, *found]
    words += _faults(fields)
    presence = presence_of(fields)
    if presence is not Presence.HERE:
        words.append(presence_word(presence))
    return " ".join(words)


def _faults(fields: Mapping[str, Value]) -> Iterator[str]:
    """What the lists of procedures ask for of a person."""
    if is_wrong(fields.get("id_number"), digits=12):
        yield WRONG_ID
    if is_wrong(fields.get("old_id_number"), digits=9):
        yield WRONG_OLD_ID
    if not fields.get("old_id_number"):
        yield NO_OLD_ID
    if not all(fields.get(name) for name in CHILD_BASICS):
        yield NO_BASICS
    if any(name.startswith(NATIONAL) for name in fields):
        yield NATIONAL_KNOWN
    if fields.get(CAME_FROM) and not fields.get(ARRIVED):
        yield ARRIVING


def is_wrong(number: Value, *, digits: int) -> bool:
    """Is there a number, and not with so many digits?"""
    if not number:
        return False
    plain = _SEPARATORS.sub("", str(number))
    return not (plain.isascii() and plain.isdigit() and len(plain) == digits)


def marks(
    *,
    hamlet: str,
    is_head: bool,
    status: str,
    check: str,
    form_ids: Iterable[str],
    facts: Iterable[str] = (),
) -> str:
    """What a person is found by, as far as it rests on other documents; after a space."""
    words = [hamlet_word(hamlet)] if hamlet else [missing_word(Missing.HAMLET)]
    if is_head:
        words.append(HEAD)
    words += [
        status_word(RecordStatus(status)),
        check_word(CheckState(check)),
        *map(form_word, sorted(form_ids)),
        *sorted(facts),
    ]
    return "".join([f" {word}" for word in words])


def name_words(full_name: str) -> str:
    """The words of a name, as typed without marks and as spelt, and its initials."""
    parts = [_words_of(word) for word in full_name.split()]
    initials = "".join([initial for _, initial in parts])[:_INITIALS]
    runs = [
        f"_{initials[start:end]}"
        for start in range(len(initials) - 1)
        for end in range(start + 2, len(initials) + 1)
    ]
    return " ".join(dict.fromkeys([word for words, _ in parts for word in words] + runs))


# Some hundred words make up the names of a commune.
@lru_cache(maxsize=4096)
def _words_of(raw_word: str) -> tuple[tuple[str, ...], str]:
    """What one word is found by, and its first letter."""
    words = _WORD.findall(search_key(raw_word))
    whole = "".join(words)
    if len(words) > 1:
        words.append(whole)
    found = [part for word in words for part in dict.fromkeys((word[:2], word))]
    if spelt := spelt_word(raw_word):
        found.append(spelt)
    return tuple(found), whole[:1]


def typed_words(text: str) -> list[str]:
    """What was typed, word by word, without marks."""
    return _WORD.findall(search_key(text))


def spelt_word(word: str) -> str:
    """A word of a name as it is spelt; "" when it has no marks."""
    spelt = "".join(_WORD.findall(compare_key(word)))
    return "" if spelt.isascii() else spelt


def number_words(number: str) -> tuple[str, ...]:
    """A number as the list of numbers has it: from its beginning, and from its end."""
    return (number, from_behind(number)) if number else ()


def from_behind(digits: str) -> str:
    """The last digits of a number, or as many as were typed of them, from behind."""
    return _FROM_BEHIND + digits[::-1][:TAIL]


def year_word(year: int) -> str:
    """Born in this year."""
    return f"y_{year:04d}"


def finding_word(code: str) -> str:
    """A finding asks for the police's check."""
    return f"{ANY_FINDING}{_plain(code)}"


def code_of(word: str) -> str:
    """The name of the code that a finding's word stands for."""
    return word.removeprefix(ANY_FINDING).upper()


def missing_word(missing: Missing) -> str:
    """Something is not known of the person."""
    return f"m_{missing.value}"


@lru_cache(maxsize=4096)
def hamlet_word(hamlet: str) -> str:
    """Lives in this hamlet, however it is written (case, spaces, signs; marks count)."""
    key = compare_key(hamlet).encode()
    return f"h_{blake2b(key, digest_size=6).hexdigest()}"


def presence_word(presence: Presence) -> str:
    """Died, or moved away."""
    return f"l_{presence.value}"


def status_word(status: RecordStatus) -> str:
    """The record is so far."""
    return f"s_{status.value}"


def check_word(check: CheckState) -> str:
    """The police said this."""
    return f"c_{check.value}"


def form_word(form_id: str) -> str:
    """Has a record of this form."""
    return f"{A_FORM}{_plain(form_id)}"


def form_of(word: str) -> str:
    """The form that a word stands for."""
    return word.removeprefix(A_FORM)


def _plain(name: str) -> str:
    return _NOT_IN_A_WORD.sub("_", name.casefold())


def vocabulary_of(texts: Sequence[str]) -> set[str]:
    """The words that people type the beginnings of, and those that filters offer."""
    words = set().union(*map(str.split, texts))
    return {word for word in words if word.isascii() and not word.startswith(("_", "y_", "h_"))}
