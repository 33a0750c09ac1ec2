"""The province of millions that the measurements fill is one that devices agree with."""

from __future__ import annotations

from pathlib import Path

from tests.bench._filling import COMMUNES, FIRST_COMMUNE, fill
from tests.bench._province import office, province


def test_a_device_in_a_filled_commune_holds_what_the_server_says(tmp_path: Path) -> None:
    with province() as place:
        fill(place.database_url, persons=3 * COMMUNES)
        identity = place.enrolled(place.office(communes=[str(FIRST_COMMUNE)]))
        with office(tmp_path, identity) as one:
            assert one.sync().pulled == 6  # persons and their records
