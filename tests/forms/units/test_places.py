"""The same place under old and new units, or not."""

from __future__ import annotations

import pytest

from forms.units.gazetteer import Units
from forms.units.places import PlaceReason, Sameness

UNITS = Units.bundled()
SAME, MAYBE, DIFFERENT = Sameness.SAME, Sameness.MAYBE, Sameness.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other", "units", "reason", "detail"),
    [
        (
            "Ấp 1, xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước",
            "Ấp 1, Phú Riềng, Phú Riềng, Bình Phước",
            SAME,
            PlaceReason.SAME_UNIT,
            SAME,
        ),
        (
            "Ấp 1, xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước",
            "Ấp 2, xã Phú Riềng, thành phố Đồng Nai",
            SAME,
            PlaceReason.OLD_AND_NEW,
            DIFFERENT,
        ),
        (
            "xã Bù Nho, huyện Phú Riềng, tỉnh Bình Phước",
            "Ấp 2, xã Phú Riềng, tỉnh Đồng Nai",
            SAME,
            PlaceReason.OLD_AND_NEW,
            MAYBE,
        ),
        (
            "xã Bù Nho, huyện Phú Riềng, tỉnh Bình Phước",
            "xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước",
            DIFFERENT,
            PlaceReason.OTHER_UNIT,
            SAME,
        ),
        (
            "xã Bù Nho, huyện Phú Riềng, tỉnh Bình Phước",
            "huyện Phú Riềng, tỉnh Bình Phước",
            MAYBE,
            PlaceReason.WIDER,
            SAME,
        ),
        (
            "huyện Phú Riềng, tỉnh Bình Phước",
            "xã Phú Riềng, tỉnh Đồng Nai",
            MAYBE,
            PlaceReason.WIDER,
            SAME,
        ),
        (
            "xã Phú Riềng, tỉnh Đồng Nai",
            "tỉnh Bình Phước",
            MAYBE,
            PlaceReason.WIDER,
            SAME,
        ),
        ("Bình Phước", "Hà Giang", DIFFERENT, PlaceReason.OTHER_UNIT, SAME),
        (
            "xã Hải Lạng, huyện Tiên Yên, tỉnh Quảng Ninh",
            "xã Hải Hòa, thành phố Quảng Ninh",
            MAYBE,
            PlaceReason.SPLIT,
            SAME,
        ),
        (
            "phường Cống Vị, quận Ba Đình, thành phố Hà Nội",
            "xã Phú Riềng, tỉnh Đồng Nai",
            DIFFERENT,
            PlaceReason.OTHER_UNIT,
            SAME,
        ),
        ("tỉnh Nam Định", "xã Tân An", DIFFERENT, PlaceReason.OTHER_UNIT, SAME),
        ("Tân An", "xã Tân An, tỉnh Đồng Nai", MAYBE, PlaceReason.AMBIGUOUS, SAME),
        ("TX. Hoà Bình", "thị xã Hòa Bình", SAME, PlaceReason.SAME_UNIT, SAME),
        ("KP 3, P. Lộc Ninh, Đồng Nai", "khu phố 3, xã Lộc Ninh, TP Đồng Nai", SAME, None, SAME),
        (
            "phường 333, thành phố Cà Mau, tỉnh Cà Mau",
            "phường 334, thành phố Cà Mau, tỉnh Cà Mau",
            MAYBE,
            PlaceReason.DOUBTFUL,
            DIFFERENT,
        ),
        (
            "xã Phù Riềng, huyện Phú Riềng, tỉnh Bình Phước",
            "xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước",
            MAYBE,
            PlaceReason.DOUBTFUL,
            SAME,
        ),
        ("ở đâu đó", "chỗ khác", MAYBE, PlaceReason.NOT_READ, DIFFERENT),
        ("", "Bình Phước", MAYBE, PlaceReason.NOT_READ, SAME),
    ],
)
def test_two_lines_are_compared(
    one: str, other: str, units: Sameness, reason: PlaceReason | None, detail: Sameness
) -> None:
    found = UNITS.same_place_of_texts(one, other)
    assert found == UNITS.same_place_of_texts(other, one)
    assert (found.units, found.detail) == (units, detail)
    assert reason is None or found.reason is reason


def test_the_same_words_are_the_same_place_whatever_they_mean() -> None:
    assert UNITS.same_place_of_texts("Tân An", "Tân An") == (SAME, PlaceReason.SAME_UNIT, SAME)
    assert UNITS.same_place_of_texts("Tân An", "tân an").units is SAME
    assert UNITS.same_place_of_texts("xyz", "xyz") == (SAME, PlaceReason.NOT_READ, SAME)
