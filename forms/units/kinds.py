"""Levels, kinds and systems of administrative units.

Until 30/06/2025 a province had districts and a district communes (three tiers); since 01/07/2025
communes stand directly below provinces (two tiers). Both systems are equal here: nearly every
paper a citizen shows still speaks of the old one.
"""

from __future__ import annotations

from datetime import date
from enum import Enum, IntEnum

#: The last day with districts (Luật Tổ chức chính quyền địa phương 72/2025/QH15).
LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)


class Level(IntEnum):
    """How far down a unit stands; two levels below a province in both systems is a commune."""

    PROVINCE = 0
    DISTRICT = 1
    COMMUNE = 2


class Era(Enum):
    """The system that a version of a unit belongs to."""

    THREE_TIER = "three_tier"
    TWO_TIER = "two_tier"


class Kind(Enum):
    """What a unit is; ``word`` is the official word before its name."""

    PROVINCE = ("province", "Tỉnh")
    CITY = ("city", "Thành phố")
    TOWN = ("town", "Thị xã")
    URBAN_DISTRICT = ("urban_district", "Quận")
    DISTRICT = ("district", "Huyện")
    COMMUNE = ("commune", "Xã")
    WARD = ("ward", "Phường")
    TOWNSHIP = ("township", "Thị trấn")
    SPECIAL_ZONE = ("special_zone", "Đặc khu")

    def __init__(self, key: str, word: str) -> None:
        self.key = key
        self.word = word


#: The level that the length of an official code tells.
LEVEL_OF_LENGTH = {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}
#: Every kind by its key, as data files write it.
KINDS = {kind.key: kind for kind in Kind}


def level_of_code(code: str) -> Level:
    """The level that the length of an official code tells: 2, 3 or 5 digits."""
    return LEVEL_OF_LENGTH[len(code)]
