"""Remarks about answers: coded, never bare sentences.

A finding keeps its code and its parameters; the Vietnamese sentence is made when it is shown. The
catalogue below is the one place of Vietnamese sentences outside the user interface: it is shared
by the desktop, the server and the headless commands. A code never changes its meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique


@unique
class Severity(Enum):
    """How far a finding goes: errors stop a submission, warnings want a reason, notes only tell."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A catalogue entry.

    Attributes:
        message_vi: sentence with ``{parameters}``; says what is wrong and what to do next.
        source: the legal or technical text the rule rests on.
        is_flag: the finding is about a person's identity and asks for the police's check.
    """

    severity: Severity
    message_vi: str
    source: str
    is_flag: bool = False


@unique
class Code(Enum):
    """Every finding the program can make. FORM: the form's own rules; ID: numbers and identity."""

    FORM_001 = FindingKind(
        Severity.ERROR, "{label}: chưa có câu trả lời. {message}", "định nghĩa biểu mẫu (required)"
    )

    @property
    def kind(self) -> FindingKind:
        """The catalogue entry."""
        return self.value


@dataclass(frozen=True, slots=True)
class Finding:
    """One coded remark about one answer.

    Attributes:
        path: the question it stands at.
        place: the question's role when it has one, else the path. A remark about a person is
            the same remark in every form.
        parameters: what the sentence needs, including the label of the question.
    """

    code: Code
    path: str
    place: str
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def severity(self) -> Severity:
        """Error, warning or information."""
        return self.code.kind.severity

    @property
    def is_flag(self) -> bool:
        """Does this ask for a check by the commune police?"""
        return self.code.kind.is_flag

    @property
    def message_vi(self) -> str:
        """The sentence for the officer."""
        return self.code.kind.message_vi.format_map(self.parameters).strip()

    @property
    def fingerprint(self) -> str:
        """Names this remark about exactly these values; a confirmation holds only for them.

        16 hexadecimal digits of SHA-256 over code, place and parameters.
        """
        parts = [self.code.name, self.place]
        parts += [f"{key}={value}" for key, value in sorted(self.parameters.items())]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
