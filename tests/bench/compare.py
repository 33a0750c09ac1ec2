"""How many people one core compares in a second with their rows of a CSDLQG extract, four fields.

20,000 synthetic people of the training province. Dates of the extract are written day first, as
papers have them. Half of the rows are otherwise the same, a fifth is in capitals, the rest has one
difference each, of every kind in turn. The baseline is ``==`` on the four fields in the same run:
it finds hardly any of the matches and explains nothing.

``cold_per_s`` is the first pass of the process, when no word and no day has been read before;
``repeated_per_s`` a second pass over the same list, when the places are remembered.
"""

from __future__ import annotations

import random
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from statistics import median

from forms.comparison.outcomes import COMPARED_FIELDS
from forms.comparison.people import Comparer
from forms.comparison.unit_reader import UnitPlaceReader
from forms.dates import display
from forms.units.gazetteer import Units

PEOPLE = 20_000
ROUNDS = 5

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Điểu", "Hoàng", "Vũ", "Đặng", "Lý", "H'Mai")
_MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh", "Thị Thu", "")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Hòa", "Hương", "Khánh", "Lan", "Mỹ", "Thủy", "Thúy")
_COMMUNES = ("Xã Suối Mẫu", "Xã Đồng Thử", "Phường Tập An")
_HAMLETS = ("Ấp 1", "Ấp 2", "Ấp Bàu Sen", "Thôn Trung", "Bon Bu N'Đơr", "Khu phố 3")

Row = dict[str, str]


def _swapped(stored: str) -> str:
    year, month, day = stored.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 else stored


def _marks_off(text: str) -> str:
    split = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return split.encode("ascii", "ignore").decode("ascii")


#: One difference each: field, and what the extract has instead.
DIFFERENCES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("full_name", lambda text: unicodedata.normalize("NFD", text)),
    ("full_name", lambda text: text.replace("òa", "oà").replace("ủy", "uỷ")),
    ("full_name", lambda text: text.replace("Đ", "\u00d0")),
    ("full_name", lambda text: text.replace(" ", "  ")),
    ("full_name", lambda text: text.replace("Mỹ", "Mĩ").replace("Lý", "Lí")),
    ("full_name", lambda text: text.replace("'", "’")),
    ("full_name", _marks_off),
    ("full_name", lambda text: text.replace("òa", "óa").replace("ình", "ính")),
    ("full_name", lambda text: " ".join(text.split()[:1] + text.split()[-1:])),
    ("full_name", lambda text: " ".join(reversed(text.split()))),
    ("full_name", lambda text: text + "h"),
    ("birth_date", lambda stored: stored[:4]),
    ("birth_date", lambda stored: stored[:7]),
    ("birth_date", _swapped),
    ("birth_date", lambda stored: f"{int(stored[:4]) + 1}{stored[4:]}"),
    ("native_place", lambda text: text.partition(", ")[2]),
    ("native_place", lambda text: text.replace("Xã ", "X. ").replace("Phường ", "P.")),
    ("native_place", lambda text: text.replace("Suối Mẫu", "Đồng Thử")),
    ("permanent_residence", lambda text: text.partition(", ")[2]),
    ("permanent_residence", lambda text: text.replace(", ", " - ")),
    ("permanent_residence", lambda text: text.replace("Ấp", "Thôn")),
    ("permanent_residence", lambda text: text.replace("Xã ", "")),
    ("permanent_residence", lambda _: ""),
)


def pairs(count: int) -> list[tuple[Row, Row]]:
    """Records with their rows of the extract; always the same ones."""
    source = random.Random(20261122)
    return [_pair(source, number) for number in range(count)]


def _pair(source: random.Random, number: int) -> tuple[Row, Row]:
    born = date(1940, 1, 1) + timedelta(days=source.randrange(28_000))
    names = (source.choice(_FAMILY), source.choice(_MIDDLE), source.choice(_GIVEN))
    house = f"Số {source.randrange(1, 400)}, " if number % 3 == 0 else ""
    record = {
        "full_name": " ".join(filter(None, names)),
        "birth_date": born.isoformat(),
        "native_place": f"{source.choice(_COMMUNES)}, Tỉnh Tập Huấn",
        "permanent_residence": (
            f"{house}{source.choice(_HAMLETS)}, {source.choice(_COMMUNES)}, Tỉnh Tập Huấn"
        ),
        "id_number": f"0030{born:%y}{number:06d}",
    }
    extract = dict(record)
    chance = source.random()
    if chance > 0.7:
        name, change = DIFFERENCES[number % len(DIFFERENCES)]
        extract[name] = change(record[name])
    extract["birth_date"] = display(extract["birth_date"])
    if 0.5 < chance <= 0.7:
        extract = {field: text.upper() for field, text in extract.items()}
    return record, extract


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    people = pairs(PEOPLE)
    reader = UnitPlaceReader(Units.with_training())
    reader.read("Xã Suối Mẫu", "Xã Đồng Thử")  # the tables of units are read once
    speeds: dict[str, list[float]] = {"baseline": [], "first": [], "repeated": []}
    # The measurements take turns, so that a busy machine slows all of them alike.
    for _ in range(ROUNDS):
        comparer = Comparer(reader=reader)
        speeds["baseline"].append(_speed(_plain, people))
        speeds["first"].append(_speed(comparer.compare, people))
        speeds["repeated"].append(_speed(comparer.compare, people))
    comparer = Comparer(reader=reader)
    verdicts = Counter(comparer.compare(*pair).verdict.value for pair in people)
    per_s, baseline = median(speeds["first"]), median(speeds["baseline"])
    figures: dict[str, object] = {
        "people": PEOPLE,
        "per_s": round(per_s),
        "cold_per_s": round(speeds["first"][0]),
        "repeated_per_s": round(median(speeds["repeated"])),
        "baseline_per_s": round(baseline),
        "times_baseline": round(baseline / per_s, 1),
        "verdicts": dict(sorted(verdicts.items())),
        "baseline_matches": sum(_plain(*pair) for pair in people),
    }
    if not json:
        for name, figure in figures.items():
            print(f"{name:>20}  {figure}")
    return figures


def _plain(record: Mapping[str, str | None], extract: Mapping[str, str | None]) -> bool:
    return all(record[name] == extract[name] for name in COMPARED_FIELDS)


def _speed(compare: Callable[[Row, Row], object], people: list[tuple[Row, Row]]) -> float:
    started = time.process_time()
    for record, extract in people:
        compare(record, extract)
    return len(people) / (time.process_time() - started)
