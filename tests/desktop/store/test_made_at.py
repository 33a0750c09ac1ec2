"""When a document was made is read off its id, where the id tells it."""

from __future__ import annotations

import pytest

from desktop.store.checks import made_at
from tests.desktop.store.edits import NOW, an_id


def test_an_id_made_by_time_tells_when() -> None:
    assert made_at(an_id()) == NOW.isoformat()


@pytest.mark.parametrize(
    "document_id",
    [
        "ffffffff-ffff-4fff-8fff-ffffffffffff",
        "ffffffff-ffff-7fff-8fff-ffffffffffff",
        "00000000-0000-8000-8000-000000000000",
        "1",
        "",
    ],
)
def test_any_other_id_tells_nothing_and_stops_nothing(document_id: str) -> None:
    assert made_at(document_id) == ""
