"""The tables of units: counted, dated, with their origin; what was checked by hand holds."""

from __future__ import annotations

import csv
import gzip
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from forms.units.gazetteer import Units
from forms.units.keys import keys_of_names, name_key
from forms.units.kinds import LAST_DAY_OF_DISTRICTS, Kind, Level, level_of_code
from forms.units.succession import Check, Reason
from forms.units.tables import read_other_codes, read_other_names, read_successors, read_units
from forms.units.unit import Unit
from resources.units.build import SUCCESSORS, UNITS, main, write_table

FOLDER = files("resources") / "units"
OLD, FIRST, NOW = LAST_DAY_OF_DISTRICTS, date(2025, 7, 1), date(2026, 11, 22)


@pytest.fixture(scope="module")
def units() -> Units:
    return Units.bundled()


def kinds(found: Iterable[Unit]) -> Counter[Kind]:
    return Counter(unit.kind for unit in found)


def provenance() -> dict[str, dict[str, str]]:
    text = (FOLDER / "provenance.csv").read_text(encoding="utf-8")
    return {row["file"]: row for row in csv.DictReader(text.splitlines())}


def unpacked(name: str) -> bytes:
    packed = (FOLDER / name).read_bytes()
    return gzip.decompress(packed) if name.endswith(".gz") else packed


def test_every_table_tells_its_origin() -> None:
    tables = {item.name for item in FOLDER.iterdir() if item.name.endswith((".gz", ".csv"))}
    assert set(provenance()) == tables - {"provenance.csv"}
    assert all(row["source"] and row["copied_from"] for row in provenance().values())


@pytest.mark.parametrize("name", provenance())
def test_a_table_is_the_one_that_was_checked(name: str) -> None:
    content = unpacked(name)
    assert hashlib.sha256(content).hexdigest() == provenance()[name]["sha256"]
    assert unicodedata.is_normalized("NFC", content.decode())


@pytest.mark.parametrize("licence", ["vietnamadminunits", "thanglequoc-vietnamese-provinces"])
def test_licences_of_the_sources_are_carried(licence: str) -> None:
    texts = [item for item in (FOLDER / "LICENSES").iterdir() if item.name.startswith(licence)]
    assert len(texts) == 1
    assert "Permission is hereby granted" in texts[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [UNITS, SUCCESSORS])
def test_writing_a_table_again_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    rows = [tuple(line.split("\t")) for line in unpacked(name).decode().splitlines()]
    write_table(tmp_path / "one", rows)
    write_table(tmp_path / "two", rows)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert gzip.decompress((tmp_path / "one").read_bytes()) == unpacked(name)
    assert rows == sorted(rows, key=lambda row: row[0])
    assert len(set(rows)) == len(rows)


def test_both_tables_together_are_small() -> None:
    assert sum(len((FOLDER / name).read_bytes()) for name in (UNITS, SUCCESSORS)) < 400_000


def test_the_builder_reads_sources_and_dates_what_an_act_changed(tmp_path: Path) -> None:
    sources = {
        "admin_communes_old_63.csv": (
            "province_code,province,district_code,district,commune_code,commune,alias_keys",
            "70,Tỉnh Bình Phước,692,Huyện Lộc Ninh,25270,Thị Trấn Lộc Ninh,xacu;cu",
        ),
        "admin_communes_new_34.csv": (
            "province_code,commune_code,commune_2025_07_01,commune_current",
            "75,25270,Xã Lộc Ninh,Phường Lộc Ninh",
        ),
        "admin_commune_map_old_new.csv": (
            "old_district_code,old_commune_code,new_commune_code,is_default,check",
            "692,25270,25270,1,both_agree",
        ),
        "admin_provinces_34.csv": (
            "tctk_code,name_2025_07_01,name_current_2026_11,merged_from_63_codes",
            "75,Tỉnh Đồng Nai,Tỉnh Đồng Nai,70+75",
        ),
        "admin_changes_2026.csv": (
            "effective,code,from,to",
            "2026-04-30,25270,Xã Lộc Ninh,Phường Lộc Ninh",
        ),
    }
    for name, lines in sources.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    assert main([str(tmp_path), "--to", str(tmp_path)]) == 0
    written = gzip.decompress((tmp_path / UNITS).read_bytes()).decode().splitlines()
    states = (tmp_path / "states.csv").read_text(encoding="utf-8").splitlines()[1:]
    state = {line[0]: line[2:] for line in states}
    table = [line.split("\t") for line in written]
    assert [(code, state[letter], *rest) for code, letter, *rest in table] == [
        ("25270", "township,,2025-06-30", "Lộc Ninh", "692", "cu"),
        ("25270", "commune,2025-07-01,2026-04-29", "Lộc Ninh", "75", ""),
        ("25270", "ward,2026-04-30,", "Lộc Ninh", "75", ""),
        ("692", "district,,2025-06-30", "Lộc Ninh", "70", ""),
        ("70", "province,,2025-06-30", "Bình Phước", "", ""),
        ("75", "province,2025-07-01,", "Đồng Nai", "", ""),
    ]


def test_a_name_that_changes_without_an_act_stops_the_builder(tmp_path: Path) -> None:
    for name, text in {
        "admin_communes_old_63.csv": "province_code\n",
        "admin_communes_new_34.csv": (
            "province_code,commune_code,commune_2025_07_01,commune_current\n"
            "75,25270,Xã Lộc Ninh,Phường Lộc Ninh\n"
        ),
        "admin_commune_map_old_new.csv": "old\n",
        "admin_provinces_34.csv": "tctk_code\n",
        "admin_changes_2026.csv": "code\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="25270"):
        main([str(tmp_path), "--to", str(tmp_path)])


def test_three_tiers_until_the_end_of_june_2025(units: Units) -> None:
    counts = Counter(unit.level for unit in units.all(on=OLD))
    assert counts == {Level.PROVINCE: 63, Level.DISTRICT: 696, Level.COMMUNE: 10_035}
    assert units.all(on=FIRST, level=Level.DISTRICT) == ()


def test_two_tiers_since_july_2025(units: Units) -> None:
    assert len(units.all(on=FIRST, level=Level.PROVINCE)) == 34
    assert kinds(units.all(on=FIRST, level=Level.COMMUNE)) == {
        Kind.WARD: 687,
        Kind.COMMUNE: 2_621,
        Kind.SPECIAL_ZONE: 13,
    }


def test_the_whole_country_after_the_acts_of_2026(units: Units) -> None:
    assert kinds(units.all(on=NOW, level=Level.COMMUNE)) == {
        Kind.WARD: 697,
        Kind.COMMUNE: 2_611,
        Kind.SPECIAL_ZONE: 13,
    }
    assert kinds(units.all(on=NOW, level=Level.PROVINCE)) == {Kind.CITY: 9, Kind.PROVINCE: 25}


def test_dong_nai_as_checked_by_hand(units: Units) -> None:
    assert kinds(units.children("75", on=NOW)) == {Kind.WARD: 33, Kind.COMMUNE: 62}
    assert kinds(units.children("75", on=date(2026, 4, 29))) == {Kind.WARD: 23, Kind.COMMUNE: 72}
    assert commune_count(units, "75") == 159
    assert commune_count(units, "70") == 111
    assert new_communes_of(units, "75") == 55
    assert new_communes_of(units, "70") == 40
    assert split_communes_of(units, "75") + split_communes_of(units, "70") == 1


def test_ninh_binh_as_checked_by_hand(units: Units) -> None:
    assert kinds(units.children("37", on=NOW)) == {Kind.WARD: 32, Kind.COMMUNE: 97}
    old = {code: commune_count(units, code) for code in ("37", "36", "35")}
    assert old == {"37": 125, "36": 175, "35": 98}
    assert {code: new_communes_of(units, code) for code in old} == {"37": 39, "36": 57, "35": 33}
    assert sum(split_communes_of(units, code) for code in old) == 6


def communes_of(units: Units, province: str) -> list[Unit]:
    districts = units.children(province, on=OLD)
    return [unit for district in districts for unit in units.children(district.code, on=OLD)]


def commune_count(units: Units, province: str) -> int:
    return len(communes_of(units, province))


def new_communes_of(units: Units, province: str) -> int:
    found = (units.successors(unit.code) for unit in communes_of(units, province))
    return len({candidate.unit.code for one in found for candidate in one.candidates})


def split_communes_of(units: Units, province: str) -> int:
    return sum(units.successors(unit.code).needs_choice for unit in communes_of(units, province))


@pytest.mark.parametrize(
    ("code", "day", "before", "after"),
    [
        ("75", date(2026, 4, 30), "Tỉnh Đồng Nai", "Thành phố Đồng Nai"),
        ("22", date(2026, 9, 1), "Tỉnh Quảng Ninh", "Thành phố Quảng Ninh"),
        ("24", date(2026, 9, 20), "Tỉnh Bắc Ninh", "Thành phố Bắc Ninh"),
        *(
            (code, date(2026, 4, 30), f"Xã {name}", f"Phường {name}")
            for code, name in {
                "25270": "Lộc Ninh",
                "25357": "Tân Khai",
                "25363": "Đồng Phú",
                "26116": "Tân Phú",
                "26170": "Trị An",
                "26248": "Trảng Bom",
                "26326": "Dầu Giây",
                "26368": "Long Thành",
                "26425": "Xuân Lộc",
                "26485": "Nhơn Trạch",
            }.items()
        ),
    ],
)
def test_an_act_changes_a_unit_on_its_day(
    units: Units, code: str, day: date, before: str, after: str
) -> None:
    eve = units.get(code, on=date.fromordinal(day.toordinal() - 1))
    changed = units.get(code, on=day)
    assert eve is not None
    assert changed is not None
    assert (eve.full_name, changed.full_name) == (before, after)
    assert changed.valid_from == day


def test_names_are_not_keys(units: Units) -> None:
    old = [(units.parent(parent), unit) for parent, unit in with_parents(units, OLD)]
    repeated = Counter((province, unit.full_name) for province, unit in old)
    assert sum(count > 1 for count in repeated.values()) == 156
    now = units.all(on=NOW, level=Level.COMMUNE)
    assert Counter(unit.name for unit in now).most_common(1) == [("Tân An", 10)]
    within_one_province = Counter((unit.parent_code, unit.full_name) for unit in now)
    assert max(within_one_province.values()) == 1


def with_parents(units: Units, day: date) -> list[tuple[Unit, Unit]]:
    return [
        (district, unit)
        for district in units.all(on=day, level=Level.DISTRICT)
        for unit in units.children(district.code, on=day)
    ]


def test_most_codes_of_new_communes_were_codes_of_old_ones(units: Units) -> None:
    old = {unit.code for unit in units.all(on=OLD, level=Level.COMMUNE)}
    new = {unit.code for unit in units.all(on=FIRST, level=Level.COMMUNE)}
    assert (len(new & old), len(new - old)) == (3_316, 5)


def test_every_old_unit_went_somewhere_and_441_communes_were_split(units: Units) -> None:
    old = units.all(on=OLD, level=Level.COMMUNE)
    went = [units.successors(unit.code) for unit in old]
    assert Counter(len(one.candidates) > 1 for one in went) == {False: 9_594, True: 441}
    assert all(sum(found.is_default for found in one.candidates) == 1 for one in went)
    reasons = Counter(found.reason for one in went for found in one.candidates)
    assert reasons[Reason.WHOLE] == 9_594
    assert reasons[Reason.SPLIT] + reasons[Reason.BOUNDARY] == 973


def test_island_districts_without_communes_became_special_zones(units: Units) -> None:
    islands = [
        unit
        for unit in units.all(on=OLD, level=Level.DISTRICT)
        if not units.children(unit.code, on=OLD)
    ]
    assert [unit.code for unit in islands] == ["318", "471", "498", "536", "755"]
    new = [units.successors(unit.code).resolve() for unit in islands]
    assert {unit.kind for unit in new if unit is not None} == {Kind.SPECIAL_ZONE}


def test_pairs_tell_how_they_were_checked() -> None:
    table = read_successors()
    rows = [
        (old, check)
        for old, check in zip(table.old_codes, table.checks, strict=True)
        if len(old) > 2
    ]
    assert Counter(check for _, check in rows) == {"agree": 10_519, "official": 46, "one": 7}
    assert len({old for old, check in rows if check == "official"}) == 37
    assert set(table.checks) == {check.value for check in Check}


def test_every_unit_stands_in_one_that_is_in_force_as_long(units: Units) -> None:
    for day in (OLD, FIRST, NOW):
        for unit in units.all(on=day):
            if unit.level is not Level.PROVINCE:
                assert units.get(unit.parent_code, on=day) is not None


def test_versions_of_a_code_do_not_overlap(units: Units) -> None:
    for code in set(read_units().codes):
        versions = units.versions(code)
        assert versions[-1].valid_to in (None, OLD)
        for earlier, later in pairwise(versions):
            assert earlier.valid_to is not None
            assert later.valid_from is not None
            assert (later.valid_from - earlier.valid_to).days == 1


def test_codes_tell_their_level() -> None:
    assert [level_of_code(code) for code in ("75", "698", "25270")] == list(Level)


def test_other_names_and_codes_belong_to_units(units: Units) -> None:
    assert all(units.versions(name.code) for name in read_other_names())
    assert all(units.get(code, on=NOW) is not None for code in read_other_codes().values())
    assert not any(units.versions(code) for code in read_other_codes())


def test_keys_made_at_once_are_those_made_one_by_one() -> None:
    names = read_units().names
    assert keys_of_names(names) == [name_key(name) for name in names]


def test_no_name_has_more_words_than_are_looked_for() -> None:
    assert max(len(name.replace("-", " ").split()) for name in read_units().names) <= 6
