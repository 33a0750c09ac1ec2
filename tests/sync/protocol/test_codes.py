"""What is spelled is read back, and no slip of the pen passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.codes import LETTERS, MistypedError, read, spell


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["\n", " ", ""]))
def test_bytes_come_back_however_the_lines_are_broken(data: bytes, between: str) -> None:
    lines = spell(data, kind="k")
    assert read(between.join(lines).lower().replace("-", between), kind="k") == data
    assert read("\n".join(lines).replace("0", "O").replace("1", "l"), kind="k") == data


@given(st.binary(min_size=1, max_size=60), st.data())
def test_one_wrong_letter_is_found_in_its_line(data: bytes, draw: st.DataObject) -> None:
    lines = spell(data, kind="k")
    number = draw.draw(st.integers(0, len(lines) - 1))
    places = [at for at, letter in enumerate(lines[number]) if letter != "-"]
    place = draw.draw(st.sampled_from(places))
    right = lines[number][place]
    wrong = draw.draw(st.sampled_from([letter for letter in LETTERS if letter != right] + ["U"]))
    lines[number] = lines[number][:place] + wrong + lines[number][place + 1 :]
    with pytest.raises(MistypedError) as error:
        read("\n".join(lines), kind="k")
    assert error.value.line == number + 1


@given(st.binary(min_size=31, max_size=60))
def test_lines_that_are_missing_swapped_or_of_another_kind_are_found(data: bytes) -> None:
    lines = spell(data, kind="k")
    for wrong in (lines[:-1], lines[1:], [lines[1], lines[0], *lines[2:]], []):
        if wrong != lines:
            with pytest.raises(MistypedError):
                read("\n".join(wrong), kind="k")
    with pytest.raises(MistypedError):
        read("\n".join(lines), kind="other")


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(MistypedError):
        read(text, kind="k")
