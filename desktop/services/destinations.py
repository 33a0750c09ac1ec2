"""Where somebody moves to: another commune of the province, whose register takes over, or away."""

from __future__ import annotations

from datetime import date

from forms.units.gazetteer import Units
from forms.units.kinds import Level
from forms.vietnamese import clean, search_key


def commune_name(code: str, *, on: date) -> str:
    """What a commune is called; its code where the gazetteer does not know it."""
    unit = Units.with_training().get(code, on=on)
    return code if unit is None else unit.full_name


def commune_named(text: str, *, beside: str, on: date) -> str:
    """The code of the one other commune of the same province that a text names; "" for none.

    Its code, or its name, with the name of the province behind a comma or without.
    """
    units = Units.with_training()
    own = units.get(beside, on=on)
    province = None if own is None else units.parent(own)
    if province is None:
        return ""
    name, _, rest = (part.strip() for part in clean(text).partition(","))
    if rest and search_key(province.name) not in search_key(rest):
        return ""
    if name.isascii() and name.isdigit():
        unit = units.get(name, on=on)
        found = [] if unit is None or units.parent(unit) != province else [unit]
    else:
        found = list(units.find(name, on=on, level=Level.COMMUNE, within=province.code))
    codes = {unit.code for unit in found} - {beside}
    return codes.pop() if len(codes) == 1 else ""
