"""How many complete Mẫu 03 one core answers and validates in a second.

10,000 different synthetic people; every record is complete and has no finding, so nothing is cut
short. ``records_per_s`` starts from an empty form, gives the answers one by one, each with its
recalculation, and collects the findings at the end; ``validated_per_s`` is the check of whole
records that submissions, the server and imports use. The baseline decodes the same records from
JSON and copies them, which is the least any program must do with them.

``load_ms`` is the slowest of the program's forms, read and compiled after the first one; published
texts were judged by pyxform before, ``load_asking_pyxform_ms`` is what that would take each time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import median
from typing import TypeVar

import msgspec

from forms.definition import Answer
from forms.loader import load_form
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling, validate

RECORDS = 10_000
ROUNDS = 3
FORM_ID = "tt11_2022_m03"
ON = date(2026, 11, 20)

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Điểu", "Hoàng", "Vũ", "Đặng")
_MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Hà", "Hương", "Khánh", "Lan", "Nam", "Thủy")
_COMMUNES = ("Xã Suối Mẫu", "Xã Đồng Thử", "Phường Tập An")

Record = dict[str, Answer]
T = TypeVar("T")


def people(count: int) -> list[Record]:
    """Complete and correct records of people who do not exist; always the same ones."""
    source = random.Random(20261122)
    return [_record(source, number) for number in range(count)]


def _record(source: random.Random, number: int) -> Record:
    born = date(1950, 1, 1) + timedelta(days=source.randrange(21_000))
    sex = source.choice("12")
    commune = source.choice(_COMMUNES)
    place = f"Ấp {source.randrange(1, 9)}, {commune}, Tỉnh Tập Huấn"
    century = int(sex) - 1 + (2 if born.year >= 2000 else 0)
    known = source.choice((born.isoformat(), born.isoformat(), f"{born:%Y-%m}", f"{born:%Y}"))
    status = source.choice("1123")
    return {
        "household/province": "Tỉnh Tập Huấn",
        "household/commune": commune,
        "household/hamlet": f"Ấp {source.randrange(1, 9)}",
        "household/household_code": f"01-{number:05d}",
        "identity/full_name": " ".join(map(source.choice, (_FAMILY, _MIDDLE, _GIVEN))),
        "identity/relation_to_head": str(source.randrange(1, 11)),
        "identity/birth_date": known,
        "identity/sex": sex,
        "identity/id_number": f"003{century}{born:%y}{number:06d}",
        "identity/social_insurance_number": f"03{number:08d}",
        "identity/native_place": "Xã Đồng Thử, Tỉnh Tập Huấn",
        "identity/permanent_residence": place,
        "identity/priority_groups": source.choice(("1", "2 4", "3 5")),
        "identity/ethnicity": f"{source.randrange(1, 54):02d}",
        "qualification/general_education": source.choice("1234"),
        "qualification/technical_qualification": source.choice("345678"),
        "qualification/field_of_training": source.choice(("Kế toán", "Điện", "Thú y")),
        "activity/economic_activity_status": status,
        **(_work(source, place) if status == "1" else _no_work(source, status)),
        "collection/collected_on": (ON - timedelta(days=source.randrange(90))).isoformat(),
        "collection/collector_name": "Lê Văn Bình",
        "collection/note": f"Phiếu số {number}",
        "collection/change_kind": source.choice("123"),
    }


def _work(source: random.Random, place: str) -> Record:
    return {
        "employed/status_in_employment": "4",
        "employed/job": source.choice(("Kế toán viên", "Thợ điện", "Công nhân may")),
        "employed/insurance_participation": "1",
        "employed/insurance_kind": source.choice("12"),
        "employed/has_contract": "1",
        "employed/contract_kind": source.choice("12"),
        "employed/contract_started_on": f"20{source.randrange(10, 26)}-0{source.randrange(1, 10)}",
        "employed/workplace_name": "Hợp tác xã Suối Mẫu",
        "employed/workplace_kind": str(source.randrange(1, 12)),
        "employed/workplace_address": place,
    }


def _no_work(source: random.Random, status: str) -> Record:
    if status == "3":
        return {"inactive/inactivity_reason": source.choice("12345")}
    return {
        "unemployed/work_history": "2",
        "unemployed/previous_job": "Công nhân",
        "unemployed/unemployment_duration": source.choice("123"),
    }


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    started = time.perf_counter()
    form = FormRegistry.bundled().in_force(FORM_ID, ON)
    first_load = time.perf_counter() - started
    load, slowest = _slowest_load(asks_pyxform=False)
    _slowest_load(asks_pyxform=True)  # imports pyxform
    judged, _ = _slowest_load(asks_pyxform=True)
    records = people(RECORDS)
    encoded = [msgspec.json.encode(record) for record in records]
    tables = IdentityTables.load(training=True)
    _make_sure_all_are_complete(form, records, tables)
    decoder = msgspec.json.Decoder(dict[str, str | int | float | None])
    # The measurements take turns, so that a busy machine slows all of them alike.
    speeds: dict[str, list[float]] = {"baseline": [], "validated": [], "answered": []}
    for _ in range(ROUNDS):
        speeds["baseline"].append(_speed(lambda one: dict(decoder.decode(one)), encoded))
        speeds["validated"].append(
            _speed(lambda one: validate(form, one, on=ON, tables=tables), records)
        )
        speeds["answered"].append(_speed(lambda one: _answer(form, one, tables), records))
    figures: dict[str, object] = {
        "records": RECORDS,
        "questions": len(form.questions),
        "answers_per_record": round(sum(map(len, records)) / len(records), 1),
        "records_per_s": round(median(speeds["answered"])),
        "validated_per_s": round(median(speeds["validated"])),
        "baseline_per_s": round(median(speeds["baseline"])),
        "times_baseline": round(median(speeds["baseline"]) / median(speeds["answered"]), 1),
        "load_ms": round(load * 1000, 1),
        "slowest_form": slowest,
        "load_asking_pyxform_ms": round(judged * 1000, 1),
        "first_load_ms": round(first_load * 1000, 1),
    }
    if not json:
        for name, figure in figures.items():
            print(f"{name:>20}  {figure}")
    return figures


def _slowest_load(*, asks_pyxform: bool) -> tuple[float, str]:
    """Seconds for the slowest text of the program's forms, the best of three, and its id."""
    registry = FormRegistry.bundled()
    slowest = (0.0, "")
    for form_id in registry.form_ids():
        for version in registry.versions(form_id):
            path = registry.path(form_id, version)
            rounds = []
            for _ in range(ROUNDS):
                started = time.perf_counter()
                load_form(path, asks_pyxform=asks_pyxform)
                rounds.append(time.perf_counter() - started)
            slowest = max(slowest, (min(rounds), form_id))
    return slowest


def _answer(form: CompiledForm, record: Record, tables: IdentityTables) -> None:
    filling = Filling(form, on=ON, tables=tables)
    for path, answer in record.items():
        filling.set(path, answer)
    filling.findings()


def _make_sure_all_are_complete(
    form: CompiledForm, records: Sequence[Record], tables: IdentityTables
) -> None:
    for record in records:
        found = validate(form, record, on=ON, tables=tables)
        if found:
            raise SystemExit(f"not complete: {[(one.code.name, one.path) for one in found]}")


def _speed(work: Callable[[T], object], items: Sequence[T]) -> float:
    started = time.process_time()
    for item in items:
        work(item)
    return len(items) / (time.process_time() - started)
