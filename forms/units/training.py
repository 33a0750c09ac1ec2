"""The units of the training province, for learning and for tests: they belong to nobody."""

from __future__ import annotations

from importlib.resources import files

import yaml

from forms.units.kinds import Kind
from forms.units.unit import Unit


def training_units() -> list[Unit]:
    """The fictional province for training; in force on any day, in two tiers."""
    text = (files("resources") / "training" / "province.yaml").read_text(encoding="utf-8")
    table = yaml.safe_load(text)
    province = _unit(table["code"], table["name"], "")
    communes = [_unit(row["code"], row["name"], province.code) for row in table["communes"]]
    return [province, *communes]


def _unit(code: str, full_name: str, parent: str) -> Unit:
    kind = next(kind for kind in Kind if full_name.startswith(f"{kind.word} "))
    return Unit(code, kind, full_name.removeprefix(f"{kind.word} "), parent)
