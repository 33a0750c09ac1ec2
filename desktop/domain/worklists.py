"""Lists of people about whom something is to be done, one for each step of a procedure.

Sources: Kế hoạch 251, Phụ lục, mục 1 (people of merit) and mục 2 (children, Công văn
2513/LĐTBXH-TTTT); Hướng dẫn 5234/LĐTBXH-TTTT (accounts). Whoever died or left stands in ``GONE``
alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from desktop.domain.people import FoundPeople


@unique
class ListGroup(Enum):
    """What a list belongs to."""

    EVERY_FORM = "every_form"
    LABOUR = "labour"
    CHILDREN = "children"
    MERIT = "merit"
    PAYMENT = "payment"
    LIFE = "life"
    RESTRICTED = "restricted"  # each only for who has the right


@unique
class WorkList(Enum):
    """A list; its value names it in what is remembered of it."""

    FLAGGED = "flagged"  # something asks for the police's check
    RETURNED = "returned"  # a record came back at questions
    WAITING = "waiting"  # the police have not answered
    UNCHECKED = "unchecked"  # the police were never asked
    UNSENT = "unsent"  # something of the person is on this PC alone
    NO_LABOUR = "no_labour"  # of age for Mẫu 03, and there is none
    NO_CHILD = "no_child"  # a child without the children's form
    CHILD_NO_CARD = "child_no_card"  # E1
    CHILD_NO_ID = "child_no_id"  # E2
    CHILD_WRONG_ID = "child_wrong_id"  # E3
    CHILD_WRONG_CARD = "child_wrong_card"  # E4
    CHILD_BASICS = "child_basics"  # E5
    CHILD_NEWBORN = "child_newborn"  # E6: under one year, without a code of the software
    MERIT_UNCHECKED = "merit_unchecked"
    MERIT_NOT_FOUND = "merit_not_found"  # the police found nobody in the CSDLQG
    MERIT_DIFFERS = "merit_differs"  # no paper has settled the difference
    NO_ACCOUNT = "no_account"  # a benefit is paid and no account written down
    GONE = "gone"  # died or left
    RESTRICTED_DRAFTS = "restricted_drafts"  # begun and never handed in
    RESTRICTED_RETURNED = "restricted_returned"


GROUPS: Mapping[ListGroup, tuple[WorkList, ...]] = {
    ListGroup.EVERY_FORM: (
        WorkList.RETURNED,
        WorkList.FLAGGED,
        WorkList.UNCHECKED,
        WorkList.WAITING,
        WorkList.UNSENT,
    ),
    ListGroup.LABOUR: (WorkList.NO_LABOUR,),
    ListGroup.CHILDREN: (
        WorkList.NO_CHILD,
        WorkList.CHILD_NO_CARD,
        WorkList.CHILD_NO_ID,
        WorkList.CHILD_WRONG_ID,
        WorkList.CHILD_WRONG_CARD,
        WorkList.CHILD_BASICS,
        WorkList.CHILD_NEWBORN,
    ),
    ListGroup.MERIT: (
        WorkList.MERIT_UNCHECKED,
        WorkList.MERIT_NOT_FOUND,
        WorkList.MERIT_DIFFERS,
    ),
    ListGroup.PAYMENT: (WorkList.NO_ACCOUNT,),
    ListGroup.LIFE: (WorkList.GONE,),
    ListGroup.RESTRICTED: (WorkList.RESTRICTED_RETURNED, WorkList.RESTRICTED_DRAFTS),
}
#: Of these nothing leaves the register, and nothing is done to many at once.
RESTRICTED = frozenset(GROUPS[ListGroup.RESTRICTED])


@unique
class SortBy(Enum):
    """What a list is ordered by; people of one place stand in the order of their names."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    ID_NUMBER = "id_number"
    HAMLET = "hamlet"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list."""

    by: SortBy = SortBy.NAME
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list, from where another ended, and to which list it belongs."""

    worklist: WorkList
    order: Order
    found: FoundPeople


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many stand in a list; not ``is_whole`` where there are more than are listed."""

    total: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Aim:
    """Where work on somebody of a list begins: the form, and the question in it ("" the first)."""

    form_id: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class ListLook:
    """How a user wants a list to look.

    Attributes:
        hidden: the columns that are not shown, by name.
        places: the names of columns in the order in which they stand; of a newer program's none.
        widths: name -> pixels at 100 %.
    """

    order: Order = Order()
    hidden: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """A field as it was, and what an action made of it, to put it back."""

    document_id: str
    name: str
    old: str | None = field(repr=False)
    new: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did to many.

    Attributes:
        touched: how many documents were changed.
        passed: how many people had nothing to change, or could not be changed.
        undecided: how many were left alone because another value waits there to be decided.
        undo: takes it back; empty for what cannot be.
    """

    touched: int
    passed: int = 0
    undecided: int = 0
    undo: tuple[Before, ...] = field(default=(), repr=False)
