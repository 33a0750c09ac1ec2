"""What a user sets for the own eyes and hands; no data of anybody."""

from __future__ import annotations

from enum import StrEnum


class Appearance(StrEnum):
    """The colours of the window; ``SYSTEM`` follows the machine's own setting."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"
