"""One line per value: how it is read, what would be stored, which remarks and which proposals."""

from __future__ import annotations

from datetime import date

import pytest

from forms.dates import PartialDate
from forms.findings import Severity
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Kind
from forms.identifiers.recognition import read

ON = date(2026, 11, 22)
TRAINING = IdentityTables.load(training=True)
PROVINCES = IdentityTables.load(training=False)

_ID, _CMND, _TAX, _CARD = Kind.PERSONAL_ID, Kind.OLD_ID_CARD, Kind.TAX_CODE, Kind.HEALTH_CARD
_PHONE, _INSURANCE, _ACCOUNT = Kind.MOBILE, Kind.SOCIAL_INSURANCE, Kind.BANK_ACCOUNT

#: kind, text, sex and year of birth of the person, stored form, codes, first proposal
VECTORS: list[tuple[Kind, str, str, int, str, list[str], str]] = [
    (_ID, "003099000000", "1", 1999, "003099000000", [], ""),
    (_ID, "003199000000", "1", 1999, "003199000000", ["ID_009"], ""),
    (_ID, "003302000000", "2", 2002, "003302000000", [], ""),
    (_ID, "286305000000", "2", 2005, "286305000000", ["ID_008"], ""),
    (_ID, "005099000000", "", 0, "005099000000", ["ID_007"], ""),
    (_ID, "03099000000", "", 0, "03099000000", ["ID_002"], "003099000000"),
    (_ID, "3099000000", "", 0, "3099000000", ["ID_001"], "003099000000"),
    (_ID, "003 099 000 000", "", 0, "003099000000", [], "003099000000"),
    (_ID, "003.099.000-000", "", 0, "003099000000", [], "003099000000"),
    (_ID, "00309900000O", "", 0, "00309900000O", ["ID_003"], "003099000000"),
    (_ID, "OO3O99O0OOOl", "", 0, "OO3O99O0OOOl", ["ID_003"], "003099000001"),
    (
        _ID,
        "００３０９９００００００",
        "",
        0,
        "００３０９９００００００",
        ["ID_004"],
        "003099000000",
    ),
    (_ID, "O3099000000", "", 0, "O3099000000", ["ID_004"], "003099000000"),
    (_ID, "003_099/000_000", "", 0, "003_099/000_000", ["ID_004"], "003099000000"),
    # A digit that could not be read is no separator.
    (_ID, "03099000000?", "", 0, "03099000000?", ["ID_004"], ""),
    (_ID, "03099000000*", "", 0, "03099000000*", ["ID_004"], ""),
    # Out of a table of numbers: the decimal is no digit.
    (_ID, "75099000000.0", "", 0, "75099000000", ["ID_002"], "075099000000"),
    (_CMND, "28000000.0", "", 0, "28000000", ["ID_012"], "028000000"),
    (_CMND, "280000000.0", "", 0, "280000000", [], "280000000"),
    # Nobody alive has a 7 in the fourth place; and zeros are lost together.
    (_CMND, "2712345678", "", 0, "2712345678", ["ID_012"], ""),
    (_CMND, "01234567", "", 0, "01234567", ["ID_012"], ""),
    (_ID, "111111111111", "", 0, "111111111111", ["ID_008", "NUM_004"], ""),
    (_ID, "003345000000", "", 0, "003345000000", ["ID_011"], ""),
    (_ID, "", "", 0, "", ["ID_006"], ""),
    (_CMND, "280000000", "", 0, "280000000", [], ""),
    (_CMND, "28 000 0000", "", 0, "280000000", [], "280000000"),
    (_CMND, "990000000", "", 0, "990000000", ["NUM_091"], ""),
    (_CMND, "10000000", "", 0, "10000000", ["ID_012"], "010000000"),
    (_CMND, "003099000000", "", 0, "003099000000", ["NUM_090"], ""),
    (_CMND, "", "", 0, "", ["NUM_001"], ""),
    (_TAX, "0100233488", "", 0, "0100233488", [], ""),
    (_TAX, "0100233480", "", 0, "0100233480", ["NUM_031"], ""),
    (_TAX, "100233488", "", 0, "100233488", ["NUM_030"], "0100233488"),
    (_TAX, "O1OO233488", "", 0, "O1OO233488", ["NUM_030"], "0100233488"),
    (_TAX, "0314409058-002", "", 0, "0314409058002", [], "0314409058002"),
    (_TAX, "0314409058-000", "", 0, "0314409058000", ["NUM_034"], "0314409058000"),
    (_TAX, "003099000000", "", 0, "003099000000", [], ""),
    (_TAX, "03099000000", "", 0, "03099000000", ["NUM_030"], "003099000000"),
    (_PHONE, "0912345678", "", 0, "0912345678", [], ""),
    (_PHONE, "+84 912 345 678", "", 0, "0912345678", [], "0912345678"),
    (_PHONE, "+84 (0)912-345-678", "", 0, "0912345678", [], "0912345678"),
    (_PHONE, "0084912345678", "", 0, "0912345678", [], "0912345678"),
    (_PHONE, "84912345678", "", 0, "0912345678", [], "0912345678"),
    (_PHONE, "01689123456", "", 0, "01689123456", ["NUM_041"], "0389123456"),
    (_PHONE, "1689123456", "", 0, "1689123456", ["NUM_042"], "0389123456"),
    (_PHONE, "912345678", "", 0, "912345678", ["NUM_042"], "0912345678"),
    (_PHONE, "O912345678", "", 0, "O912345678", ["NUM_002"], "0912345678"),
    (_PHONE, "０９１２３４５６７８", "", 0, "０９１２３４５６７８", ["NUM_002"], "0912345678"),
    (_PHONE, "0551234567", "", 0, "0551234567", [], ""),
    (_PHONE, "0951234567", "", 0, "0951234567", ["NUM_043"], ""),
    (_PHONE, "0251 3822222", "", 0, "02513822222", [], "02513822222"),
    (_PHONE, "2513822222", "", 0, "2513822222", ["NUM_042"], "02513822222"),
    (_PHONE, "02413822222", "", 0, "02413822222", [], ""),
    (_PHONE, "02013822222", "", 0, "02013822222", ["NUM_043"], ""),
    (_PHONE, "02513822222 máy lẻ 12", "", 0, "02513822222máylẻ12", ["NUM_040"], "02513822222"),
    (_PHONE, "12345", "", 0, "12345", ["NUM_040"], ""),
    (_CARD, "HN2757512345678", "", 0, "HN2757512345678", [], ""),
    (_CARD, "hn 2 75 7512345678", "", 0, "HN2757512345678", [], "HN2757512345678"),
    (_CARD, "HN275751234567O", "", 0, "HN275751234567O", ["NUM_020"], "HN2757512345670"),
    (_CARD, "HN275751234567875012", "", 0, "HN275751234567875012", ["NUM_020"], "HN2757512345678"),
    (_CARD, "TE1757512345678", "", 0, "TE1757512345678", ["NUM_023"], ""),
    (_CARD, "HG4757512345678", "", 0, "HG4757512345678", ["NUM_026"], ""),
    (_CARD, "QQ1757512345678", "", 0, "QQ1757512345678", ["NUM_021"], ""),
    (_CARD, "HN2037512345678", "", 0, "HN2037512345678", ["NUM_022"], ""),
    (_CARD, "7512345678", "", 0, "7512345678", ["NUM_024"], ""),
    (_CARD, "003099000000", "", 0, "003099000000", ["NUM_025"], ""),
    (_CARD, "XX9990000000000", "", 0, "XX9990000000000", ["NUM_020"], ""),
    (_INSURANCE, "7512345678", "", 0, "7512345678", [], ""),
    (_INSURANCE, "112345678", "", 0, "112345678", ["NUM_010"], "0112345678"),
    (_INSURANCE, "003099000000", "", 0, "003099000000", ["NUM_011"], ""),
    (_INSURANCE, "HN2757512345678", "", 0, "HN2757512345678", ["NUM_010"], "7512345678"),
    (_ACCOUNT, "5000 2051 2345 6", "", 0, "5000205123456", [], "5000205123456"),
    (_ACCOUNT, "vqr0001abc", "", 0, "VQR0001ABC", [], "VQR0001ABC"),
    (_ACCOUNT, "1234", "", 0, "1234", ["NUM_050"], ""),
    (_ACCOUNT, "9704000000000018", "", 0, "9704000000000018", ["NUM_051"], ""),
    (_ACCOUNT, "9704000000000019", "", 0, "9704000000000019", [], ""),
    (Kind.MERIT_FILE, " tth/ls 0001 m ", "", 0, "TTH/LS 0001 M", [], "TTH/LS 0001 M"),
    (Kind.MERIT_FILE, "TTH LS 0001", "", 0, "TTH LS 0001", ["NUM_060"], ""),
    (Kind.BIRTH_CERTIFICATE, "12/1998", "", 0, "12/1998", [], ""),
    (Kind.BIRTH_CERTIFICATE, "Số 12 Quyển 01/1998", "", 0, "Số 12 Quyển 01/1998", [], ""),
    (Kind.BIRTH_CERTIFICATE, "12/1998, quyển số 01", "", 0, "12/1998, quyển số 01", [], ""),
    (Kind.BIRTH_CERTIFICATE, "theo sổ gốc", "", 0, "theo sổ gốc", ["NUM_070"], ""),
    (Kind.BIRTH_CERTIFICATE, "12/2027", "", 0, "12/2027", ["NUM_071"], ""),
    (Kind.BIRTH_CERTIFICATE, "003099000000", "", 0, "003099000000", ["NUM_072"], ""),
    (Kind.PASSPORT, "c0000000", "", 0, "C0000000", [], "C0000000"),
    (Kind.PASSPORT, "P00000001", "", 0, "P00000001", [], ""),
    (Kind.PASSPORT, "C000O000", "", 0, "C000O000", ["NUM_081"], "C0000000"),
    (Kind.PASSPORT, "AB1234567", "", 0, "AB1234567", ["NUM_081"], ""),
    (Kind.PASSPORT, "C/0000000", "", 0, "C/0000000", ["NUM_080"], "C0000000"),
]


@pytest.mark.parametrize(
    ("kind", "text", "sex", "year", "normal", "codes", "proposal"),
    VECTORS,
    ids=[f"{vector[0].name} {vector[1]}" for vector in VECTORS],
)
def test_a_value_is_read(
    kind: Kind, text: str, sex: str, year: int, normal: str, codes: list[str], proposal: str
) -> None:
    born = PartialDate(year) if year else None
    reading = read(kind, text, on=ON, sex=sex or None, born=born, tables=TRAINING)
    assert reading.normal == normal
    assert [finding.code.name for finding in reading.findings] == codes
    assert (reading.fixes[0].value if reading.fixes else "") == proposal


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v[0].name} {v[1]}" for v in VECTORS])
def test_what_is_proposed_is_acceptable_and_final(
    vector: tuple[Kind, str, str, int, str, list[str], str],
) -> None:
    kind, text = vector[:2]
    for fix in read(kind, text, on=ON, tables=TRAINING).fixes:
        mended = read(kind, fix.value, on=ON, tables=TRAINING)
        assert mended.is_acceptable
        assert mended.normal == fix.value
        assert fix.reasons


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v[0].name} {v[1]}" for v in VECTORS])
def test_only_the_format_is_an_error(
    vector: tuple[Kind, str, str, int, str, list[str], str],
) -> None:
    """What tables and other answers say about a number of the right shape is confirmable."""
    confirmable = {"ID_007", "ID_008", "ID_009", "ID_010", "ID_011", "NUM_004", "NUM_021"}
    confirmable |= {"NUM_022", "NUM_034", "NUM_041", "NUM_042", "NUM_043", "NUM_051", "NUM_081"}
    reading = read(vector[0], vector[1], on=ON, tables=TRAINING)
    for finding in reading.findings:
        if finding.code.name in confirmable:
            assert finding.severity is not Severity.ERROR


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name)
def test_an_empty_box_is_no_error(kind: Kind) -> None:
    reading = read(kind, " \t", on=ON, tables=PROVINCES)
    assert reading.is_acceptable
    assert reading.normal == ""
    assert reading.fixes == ()
