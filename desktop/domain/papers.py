"""A list that leaves the register on paper or as a workbook, always for a purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaperList:
    """Texts only.

    Attributes:
        title, about: what it is, and of whom, when, from which list.
        widths: of the columns, in characters.
        rows: the cells, in the order of the headings.
        total: the line below the table.
        signs: who signs, from left to right.
    """

    title: str
    about: str
    sheet: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    total: str
    signs: tuple[str, ...]

    def cells(self) -> list[tuple[str, ...]]:
        """Everything below the headings, for a workbook: rows, total, places to sign."""
        below: list[tuple[str, ...]] = [("",), ("", self.total), ("",)]
        spread = max(1, len(self.headings) // max(1, len(self.signs)))
        signs = [""] * len(self.headings)
        for number, sign in enumerate(self.signs):
            signs[min(1 + number * spread, len(signs) - 1)] = sign
        return [*self.rows, *below, tuple(signs)]
