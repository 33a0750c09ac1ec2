"""All that can happen in a story. Whoever adds something to the protocol adds it to ``deeds``.

Each operation is a function of the world with a weight; it does nothing (and counts for nothing)
where it is not possible just now.
"""

from __future__ import annotations

from tests.sync.simulation import deeds, mishaps
from tests.sync.simulation.registry import OPERATIONS, one_step

__all__ = ["OPERATIONS", "deeds", "mishaps", "one_step"]
