"""What a record says that lists of a procedure ask for, as words of the index of people.

* ``g_card``: the child has an identity card; ``g_wrong_card``: its number is not one;
* ``g_parents``: father, mother or guardian is named; ``g_software``: the child stands in the
  software for children, by its code there (Công văn 2513, steps 1 and 2);
* ``g_benefit``: a benefit is paid, or only suspended; ``g_account``: an account for it is written
  down.

A word is there when the record says so: nobody is found by it who has no such record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from desktop.store.people_words import is_wrong
from sync.protocol.messages import Value

CHILD_FORM, MERIT_FORM = "cv2513_2022_children", "qt3936_2023_merit"
ASSISTANCE_FORM, ACCOUNT_FORM = "nd20_2021_btxh", "hd5234_2022_tk"

CARD, WRONG_CARD, PARENTS, SOFTWARE = "g_card", "g_wrong_card", "g_parents", "g_software"
BENEFIT, ACCOUNT = "g_benefit", "g_account"

#: Questions, as records keep their answers.
CARD_NUMBER = "answers.identity/card_number"
PARENT_NAMES = (
    "answers.father/father_full_name",
    "answers.mother/mother_full_name",
    "answers.guardian/guardian_full_name",
)
SOFTWARE_CODE = "answers.child_review/software_code"
ACCOUNT_NUMBER = "answers.account/account_number"
BENEFIT_STATUS = "answers.receiving/benefit_status"

#: Fields that such words come from; an edit of others leaves them alone.
FACT_FIELDS = frozenset({CARD_NUMBER, *PARENT_NAMES, SOFTWARE_CODE, ACCOUNT_NUMBER, BENEFIT_STATUS})

#: Paid, suspended, or not said yet; what the forms write otherwise has ended.
_GOES_ON = frozenset({None, "", "1", "2"})
_CARD_DIGITS = 12


def record_words(form_id: str, fields: Mapping[str, Value]) -> list[str]:
    """The words of one record."""
    found = _WORDS.get(form_id)
    return [] if found is None else list(found(fields))


def _of_child(fields: Mapping[str, Value]) -> Iterator[str]:
    if fields.get(CARD_NUMBER):
        yield CARD
    if is_wrong(fields.get(CARD_NUMBER), digits=_CARD_DIGITS):
        yield WRONG_CARD
    if any(fields.get(name) for name in PARENT_NAMES):
        yield PARENTS
    if fields.get(SOFTWARE_CODE):
        yield SOFTWARE


def _of_account(fields: Mapping[str, Value]) -> Iterator[str]:
    if fields.get(ACCOUNT_NUMBER):
        yield ACCOUNT


def _of_benefit(fields: Mapping[str, Value]) -> Iterator[str]:
    if fields.get(BENEFIT_STATUS) in _GOES_ON:
        yield BENEFIT


_WORDS: Mapping[str, Callable[[Mapping[str, Value]], Iterator[str]]] = {
    CHILD_FORM: _of_child,
    ACCOUNT_FORM: _of_account,
    MERIT_FORM: _of_benefit,
    ASSISTANCE_FORM: _of_benefit,
}
#: Records of other forms have no words.
FORMS_WITH_WORDS = frozenset(_WORDS)
