"""What stays the same from form to form while a pile of papers is typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.definition import Answer, FormDefinition, Question

#: Of these nobody takes another person's: they are the person.
_OWN = frozenset(
    {
        "person.full_name",
        "person.birth_date",
        "person.sex",
        "person.id_number",
        "person.old_id_number",
        "person.social_insurance_number",
        "person.relation_to_head",
        "person.phone",
        "household.code",
    }
)


def may_be_taken_over(question: Question) -> bool:
    """May the answer of another person's form stand here too?"""
    return question.role not in _OWN


@dataclass(frozen=True, slots=True)
class Batch:
    """The answers an officer pinned: hamlet, day of collection, collector.

    Attributes:
        pins: role or name of a question -> answer.
    """

    pins: Mapping[str, Answer] = field(default_factory=dict)

    def holds(self, question: Question) -> bool:
        """Is the answer of this question pinned?"""
        return pin_of(question) in self.pins

    def with_pin(self, question: Question, value: Answer) -> Batch:
        """With this answer pinned; an empty one takes the pin away."""
        pins = {**self.pins, pin_of(question): value}
        return Batch({name: one for name, one in pins.items() if one is not None})

    def answers(self, definition: FormDefinition, given: Mapping[str, Answer]) -> dict[str, Answer]:
        """What a form that is not begun takes from the batch, by path.

        What is known already of a person or a household is never replaced.
        """
        found: dict[str, Answer] = {}
        for question in definition.questions():
            value = self.pins.get(pin_of(question))
            is_known = question.role is not None and given.get(question.path) is not None
            if value is not None and not is_known and given.get(question.path) != value:
                found[question.path] = value
        return found


def pin_of(question: Question) -> str:
    """The same question on every form: by its role, else by its name."""
    return question.role or question.name
