"""Synthetic households of the training province, the same for the same seed.

Nobody here exists: names are put together at random, every personal ID begins with a prefix that
is assigned to nobody. A few identities are made doubtful on purpose (``doubts``), as in any real
list: a number that contradicts the sex or the birth year, a missing number, a year-only birth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson
from desktop.training.province import (
    TrainingCommune,
    TrainingProvince,
    training_province,
    training_text,
)

_MALE, _FEMALE = "1", "2"
_KINH = "01"
# Relations to the head, list L1 of the worker form.
_HEAD, _SPOUSE, _CHILD, _PARENT = "1", "2", "3", "4"


@dataclass(frozen=True, slots=True)
class _Names:
    """Parts of names, as the table gives them."""

    family: tuple[str, ...]
    family_weights: tuple[int, ...]
    middle: dict[str, tuple[str, ...]]
    given: dict[str, tuple[str, ...]]
    minority: tuple[dict[str, Any], ...]


@cache
def _names() -> _Names:
    table = training_text("names.yaml")
    return _Names(
        family=tuple(table["family"]),
        family_weights=tuple(table["family"].values()),
        middle={_MALE: tuple(table["middle_male"]), _FEMALE: tuple(table["middle_female"])},
        given={_MALE: tuple(table["given_male"]), _FEMALE: tuple(table["given_female"])},
        minority=tuple(table["minority"]),
    )


def households(
    *, count: int, commune_code: str, today: date, seed: int = 1, doubts: float = 0.03
) -> Iterator[PreloadedHousehold]:
    """``count`` households of one training commune, about 3.5 persons each, of all ages.

    ``doubts`` is the share of persons whose identity is made doubtful.
    """
    province = training_province()
    commune = next(c for c in province.communes if c.code == commune_code)
    random = Random(f"{seed}/{commune_code}")  # noqa: S311 - synthetic people, not secrets
    maker = _Maker(random=random, province=province, commune=commune, today=today, doubts=doubts)
    for number in range(1, count + 1):
        yield maker.household(number)


class _Maker:
    """Makes households one after another from one stream of random numbers."""

    def __init__(
        self,
        *,
        random: Random,
        province: TrainingProvince,
        commune: TrainingCommune,
        today: date,
        doubts: float,
    ) -> None:
        self._random = random
        self._province = province
        self._commune = commune
        self._today = today
        self._doubts = doubts

    def household(self, number: int) -> PreloadedHousehold:
        """A couple or a single head, perhaps children, perhaps a parent."""
        random = self._random
        minority = random.choice(_names().minority) if random.random() < 0.12 else None
        hamlet = random.choice(self._commune.hamlets_vi)
        family = random.choices(_names().family, _names().family_weights)[0]
        home = f"{hamlet}, {self._commune.name_vi}, {self._province.name_vi}"
        head_age = random.randint(24, 72)
        head_sex = _MALE if random.random() < 0.7 else _FEMALE
        household_id = self._id()

        def member(relation: str, sex: str, age: int, family_name: str) -> PreloadedPerson:
            return self._person(
                relation=relation,
                sex=sex,
                age=age,
                family=family_name,
                home=home,
                minority=minority,
            )

        members = [member(_HEAD, head_sex, head_age, family)]
        father_name = family
        if random.random() < 0.8:
            other = _FEMALE if head_sex == _MALE else _MALE
            spouse_family = random.choices(_names().family, _names().family_weights)[0]
            age = max(20, head_age + random.randint(-6, 5))
            members.append(member(_SPOUSE, other, age, spouse_family))
            father_name = family if head_sex == _MALE else spouse_family
        for _ in range(random.choices((0, 1, 2, 3, 4), (10, 25, 40, 18, 7))[0]):
            age = head_age - random.randint(20, 34)
            if age >= 0:
                members.append(member(_CHILD, random.choice((_MALE, _FEMALE)), age, father_name))
        if head_age < 60 and random.random() < 0.18:
            members.append(member(_PARENT, random.choice((_MALE, _FEMALE)), head_age + 26, family))
        return PreloadedHousehold(
            household_id=HouseholdId(household_id),
            commune_code=self._commune.code,
            hamlet=hamlet,
            code=f"{self._commune.code[-2:]}-{number:05d}",
            persons=tuple(members),
            fields={"province": self._province.name_vi, "commune": self._commune.name_vi},
        )

    def _id(self) -> str:
        """A UUID of version 7's shape, from this stream so that runs repeat."""
        value = self._random.getrandbits(128)
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0b10 << 62
        return str(UUID(int=value))

    def _person(
        self,
        *,
        relation: str,
        sex: str,
        age: int,
        family: str,
        home: str,
        minority: dict[str, Any] | None,
    ) -> PreloadedPerson:
        random = self._random
        born = self._today - timedelta(days=age * 365.25 + random.randint(1, 364))
        birth_date = born.isoformat()
        if age >= 66 and random.random() < 0.4:
            birth_date = str(born.year)  # many of the old know only their year
        id_number = self._id_number(sex=sex, year=born.year)
        if random.random() < self._doubts:
            id_number = self._doubtful(id_number)
        native = f"{random.choice(self._province.communes).name_vi}, {self._province.name_vi}"
        old_number = (
            f"03{random.randrange(10**7):07d}" if age >= 26 and random.random() < 0.5 else ""
        )
        fields = {
            "full_name": self._name(sex=sex, family=family, minority=minority),
            "birth_date": birth_date,
            "sex": sex,
            "id_number": id_number,
            "old_id_number": old_number,
            "native_place": native,
            "permanent_residence": home,
            "ethnicity": minority["ethnicity"] if minority else _KINH,
        }
        return PreloadedPerson(
            person_id=PersonId(self._id()),
            relation_to_head=relation,
            is_head=relation == _HEAD,
            fields={name: value for name, value in fields.items() if value},
        )

    def _name(self, *, sex: str, family: str, minority: dict[str, Any] | None) -> str:
        if minority:
            return str(self._random.choice(minority["male" if sex == _MALE else "female"]))
        middle = self._random.choice(_names().middle[sex])
        given = self._random.choice(_names().given[sex])
        return f"{family} {middle} {given}"

    def _id_number(self, *, sex: str, year: int) -> str:
        """Twelve digits in the legacy structure (TT 59/2021/TT-BCA, expired 01/07/2024)."""
        century_and_sex = (year - 1900) // 100 * 2 + (sex == _FEMALE)
        tail = self._random.randrange(10**6)
        return f"{self._province.id_prefix}{century_and_sex}{year % 100:02d}{tail:06d}"

    def _doubtful(self, number: str) -> str:
        kind = self._random.randrange(4)
        if kind == 0:
            return ""  # has no number yet
        if kind == 1:
            return number[:3] + str(int(number[3]) ^ 1) + number[4:]  # the other sex
        if kind == 2:
            return f"{number[:4]}{(int(number[4:6]) + 1) % 100:02d}{number[6:]}"  # another year
        return number[:-1]  # a digit is lost
