"""What a question means, for who fills it: the law, what to write, examples.

A dated text of a form is frozen; what is learnt about how people misread it is written down beside
the texts, in ``definitions/explanations.yaml``. A question finds its explanation by form and name,
by role, or by name; one without any still has its own hint and the law of its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms.definition import FormDefinition, Question
from forms.registry import FormRegistry, UnknownFormError

_FILE = Path(__file__).parent / "definitions" / "explanations.yaml"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of one question.

    Attributes:
        law_vi: where it is asked for.
        write_vi: what to write, in one or two sentences.
        examples_vi: how it looks; of nobody who exists.
    """

    law_vi: str = ""
    write_vi: str = ""
    examples_vi: tuple[str, ...] = ()


def explanation_of(definition: FormDefinition, question: Question) -> Explanation:
    """What is known about a question, with what its own form says of it."""
    known = _known(definition.form_id, question)
    own = " ".join(text for text in (question.hint_vi, question.guidance_vi) if text)
    return Explanation(
        law_vi=known.law_vi or _source_of(definition),
        write_vi=known.write_vi or own,
        examples_vi=known.examples_vi,
    )


def _known(form_id: str, question: Question) -> Explanation:
    every = explanations()
    for key in (f"{form_id}:{question.name}", f"role:{question.role}", f"name:{question.name}"):
        if key in every:
            return every[key]
    return Explanation()


def _source_of(definition: FormDefinition) -> str:
    try:
        return FormRegistry.bundled().about(definition.form_id).source
    except UnknownFormError:  # a form that the province made itself
        return definition.title_vi


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every explanation: ``role:<role>``, ``name:<name>`` or ``<form_id>:<name>``."""
    import yaml  # here: who never asks for help need not read it

    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found = {f"role:{role}": _read(one) for role, one in raw["roles"].items()}
    found |= {f"name:{name}": _read(one) for name, one in raw["names"].items()}
    for form_id, questions in raw.get("forms", {}).items():
        found |= {f"{form_id}:{name}": _read(one) for name, one in questions.items()}
    return found


def _read(raw: Mapping[str, object]) -> Explanation:
    examples = raw.get("examples", [])
    return Explanation(
        law_vi=str(raw["law"]),
        write_vi=str(raw["write"]),
        examples_vi=tuple(map(str, examples if isinstance(examples, list) else [])),
    )
