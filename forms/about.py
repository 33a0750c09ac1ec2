"""What is known about a form besides its questions: whom it is about and where its records lie.

``about.yaml`` stands in the form's own folder, beside the dated texts and not inside them: a text
is frozen when it is published, while the day on which a form ends is learnt later.

``title``, ``source`` (law, circular or letter), ``subject`` (``person`` or ``household``) and
``data_set`` must be there. ``data_set`` names the part of a commune's data that may be granted
apart from the rest; the records of a ``sensitive`` form stay out of combined searches, totals,
exports and of what the police receive, and nobody sees them who was not granted that data set by
name. Optional: ``min_age`` and ``max_age`` (completed years on the day of collection), ``roster``
(the repeat whose instances are people of the household), ``companion_of`` (the form whose persons
it tells more about), ``in_force_until`` (the last day on which a new record may be made).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, unique
from pathlib import Path

FILE_NAME = "about.yaml"

_MUST = frozenset({"title", "source", "subject", "data_set"})
_MAY = frozenset({"sensitive", "min_age", "max_age", "roster", "companion_of", "in_force_until"})
_DATA_SET = re.compile(r"[a-z]+(_[a-z]+)*")


class AboutError(ValueError):
    """An ``about.yaml`` that is not as described above; says what is wrong."""


@unique
class Subject(Enum):
    """Whom one record of a form is about."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAbout:
    """A form among other forms.

    Attributes:
        title_vi: its short name in lists.
        source: the legal text that asks for it.
        data_set: where its records lie; also the unit of access.
        sensitive: its records are kept apart from everything combined.
        min_age, max_age: completed years; ``None`` for no limit.
        roster: path of the repeat whose instances are people.
        companion_of: the form it belongs to.
        in_force_until: the last day for new records; ``None`` while it is in force.
    """

    title_vi: str
    source: str
    subject: Subject
    data_set: str
    sensitive: bool = False
    min_age: int | None = None
    max_age: int | None = None
    roster: str | None = None
    companion_of: str | None = None
    in_force_until: date | None = None

    def is_in_force(self, on: date) -> bool:
        """May a new record be made on that day? Whether a text was in force yet, the registry
        knows."""
        return self.in_force_until is None or on <= self.in_force_until

    def admits_age(self, years: int) -> bool:
        """Is somebody of so many completed years asked by this form?"""
        return (self.min_age is None or years >= self.min_age) and (
            self.max_age is None or years <= self.max_age
        )


def load_about(path: Path) -> FormAbout:
    """Reads an ``about.yaml``. Raises ``AboutError``."""
    import yaml  # here: the window opens before it needs to know about any form

    try:
        raw: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise AboutError(f"{path.parent.name}: {error}") from error
    return _Reader(raw, path.parent.name).about()


class _Reader:
    """Takes one file apart, so that every complaint names the form and the key."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise AboutError(f"{where}: keys and values are expected")
        self._raw = raw
        self._where = where

    def about(self) -> FormAbout:
        keys = self._raw.keys()
        if missing := _MUST - keys:
            raise AboutError(f"{self._where}: missing {sorted(missing)}")
        if unknown := keys - _MUST - _MAY:
            raise AboutError(f"{self._where}: unknown {sorted(map(str, unknown))}")
        about = FormAbout(
            title_vi=self._text("title") or "",
            source=self._text("source") or "",
            subject=self._subject(),
            data_set=self._text("data_set") or "",
            sensitive=self._flag("sensitive"),
            min_age=self._years("min_age"),
            max_age=self._years("max_age"),
            roster=self._text("roster"),
            companion_of=self._text("companion_of"),
            in_force_until=self._day("in_force_until"),
        )
        if not _DATA_SET.fullmatch(about.data_set):
            raise self._wrong("data_set")
        return about

    def _wrong(self, key: str) -> AboutError:
        return AboutError(f"{self._where}: '{key}' is not as expected")

    def _text(self, key: str) -> str | None:
        value = self._raw.get(key)
        if value is None and key not in _MUST:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key)
        return value

    def _subject(self) -> Subject:
        try:
            return Subject(self._raw["subject"])
        except ValueError as error:
            raise self._wrong("subject") from error

    def _flag(self, key: str) -> bool:
        value = self._raw.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key)
        return value

    def _years(self, key: str) -> int | None:
        value = self._raw.get(key)
        if value is not None and (type(value) is not int or value < 0):
            raise self._wrong(key)
        return value

    def _day(self, key: str) -> date | None:
        value = self._raw.get(key)
        if value is not None and type(value) is not date:
            raise self._wrong(key)
        return value
