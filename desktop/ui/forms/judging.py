"""Which findings of a form are open, and how many there are of each kind.

What a finding is (its fingerprint is a hash) is worked out once: a filling gives the same finding
again as long as it holds, and a roster of 200 people has hundreds of them at every key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.findings import Code, Finding, Severity

#: What is worked out is remembered of so many.
_MOST_KNOWN = 5_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What is open in the whole form.

    ``missing`` are required answers not given yet, ``flags`` doubts about the person's identity.
    """

    errors: int
    warnings: int
    missing: int
    flags: int


@dataclass(frozen=True, slots=True)
class Found:
    """Every finding by its path, and of these the open ones."""

    by_path: Mapping[str, Sequence[Finding]]
    open: Mapping[str, Sequence[Finding]]
    summary: Summary


class Judge:
    """Of one form being answered."""

    def __init__(self) -> None:
        self._known: dict[int, _Judged] = {}

    def look(
        self,
        findings: Iterable[Finding],
        *,
        extra: Mapping[str, Sequence[Finding]],
        confirmations: Mapping[str, str],
    ) -> Found:
        """``extra`` are findings by path that the form cannot know."""
        by_path: dict[str, list[Finding]] = {}
        for one in findings:
            by_path.setdefault(one.path, []).append(one)
        for path, more in extra.items():
            by_path.setdefault(path, []).extend(more)
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        open_: dict[str, list[Finding]] = {}
        missing = errors = warnings = flags = 0
        for path, some in by_path.items():
            for one in some:
                judged = self._judge(one)
                flags += judged.is_flag
                if judged.is_open(confirmations):
                    open_.setdefault(path, []).append(one)
                    missing += judged.is_missing
                    errors += judged.severity is Severity.ERROR
                    warnings += judged.severity is Severity.WARNING
        return Found(by_path, open_, Summary(errors - missing, warnings, missing, flags))

    def is_open(self, finding: Finding, confirmations: Mapping[str, str]) -> bool:
        """Does it wait for the officer?"""
        return self._judge(finding).is_open(confirmations)

    def is_error(self, finding: Finding) -> bool:
        """Must it be mended?"""
        return self._judge(finding).severity is Severity.ERROR

    def _judge(self, finding: Finding) -> _Judged:
        known = self._known.get(id(finding))
        if known is None or known.finding is not finding:
            known = self._known[id(finding)] = _Judged(
                finding,
                finding.fingerprint,
                finding.severity,
                is_missing=finding.code is Code.FORM_001,
                is_flag=finding.is_flag and _is_about_person(finding),
            )
        return known


@dataclass(frozen=True, slots=True)
class _Judged:
    """What matters of a finding. It is held, so that no other one gets its ``id``."""

    finding: Finding
    fingerprint: str
    severity: Severity
    is_missing: bool
    is_flag: bool

    def is_open(self, confirmations: Mapping[str, str]) -> bool:
        """An error always is, a warning until it is confirmed."""
        if self.severity is Severity.WARNING:
            return self.fingerprint not in confirmations
        return self.severity is Severity.ERROR


def _is_about_person(finding: Finding) -> bool:
    """The police are asked about whom the form is about, not about the lines of a roster."""
    return finding.place.startswith("person.")
