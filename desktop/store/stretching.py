"""Argon2id (RFC 9106): how hard one guess of a passphrase is made, and how hard this PC can bear.

A stolen file is attacked at leisure, so the cost is as high as an officer bears at each opening:
half a second to a second. It follows the PC upwards and never comes down.
"""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

import argon2.exceptions
from argon2.low_level import Type, hash_secret_raw

from desktop.errors import ExternalError, Problem
from desktop.store.data_key import KEY_BYTES

#: What an opening should take, in seconds; below the first the cost is raised to about the second.
SOON, TARGET = 0.5, 0.75

#: Costs outside these bounds were not written by this program (and would freeze the PC).
_MEMORY_KIB = range(8, 1024 * 1024 + 1)
_ITERATIONS = range(1, 1000)
#: And not more in all than fifty times ``DEFAULT``: half a minute on a commune's PC.
_MOST_WORK = 50 * 3 * 128 * 1024
_LANES = range(1, 64)


@dataclass(frozen=True, slots=True)
class KdfCost:
    """How hard one guess of a passphrase is: Argon2id memory, passes and parallel lanes.

    ``DEFAULT`` takes about half a second on a commune's PC. ``FLOOR`` is for PCs with 2 to 4 GB;
    it is far above the 46 MiB and one pass that OWASP ASVS 5.0 (appendix C) asks of a login.
    """

    memory_kib: int
    iterations: int
    lanes: int

    DEFAULT: ClassVar[KdfCost]
    FLOOR: ClassVar[KdfCost]

    @property
    def is_plausible(self) -> bool:
        """Could this program have written it?"""
        return (
            self.memory_kib in _MEMORY_KIB
            and self.iterations in _ITERATIONS
            and self.lanes in _LANES
            and self.work <= _MOST_WORK
        )

    @property
    def work(self) -> int:
        """What one guess costs, to compare costs with."""
        return self.memory_kib * self.iterations


KdfCost.DEFAULT = KdfCost(memory_kib=128 * 1024, iterations=3, lanes=2)
KdfCost.FLOOR = KdfCost(memory_kib=64 * 1024, iterations=3, lanes=2)


def stretch(passphrase: str, *, salt: bytes, cost: KdfCost) -> bytes:
    """The wrapping key of a passphrase. NFC, because keyboards compose Vietnamese differently."""
    try:
        return hash_secret_raw(
            # Half a letter, as a broken input method may send it, is a wrong letter and no crash.
            unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass"),
            salt,
            time_cost=cost.iterations,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except argon2.exceptions.HashingError:
        raise ExternalError(Problem.STORE_FAILED, reason="MEMORY") from None


def cost_for_this_pc() -> KdfCost:
    """The cost that takes half a second to a second here, measured; never below ``FLOOR``.

    The fastest of three counts: a PC that is busy for a moment is not a slow one.
    """
    times = []
    for _ in range(3):
        started = time.perf_counter()
        stretch("", salt=bytes(16), cost=KdfCost.FLOOR)
        times.append(time.perf_counter() - started)
    return fitted(KdfCost.FLOOR, seconds=min(times))


def fitted(measured: KdfCost, *, seconds: float) -> KdfCost:
    """The cost to take on a PC where ``measured`` took this long.

    Memory first, up to that of ``DEFAULT``, because it hinders an attacker's graphics cards most
    and a PC with 4 GB still has it to spare; then passes.
    """
    seconds = max(seconds, 0.001)
    work = measured.work * TARGET / seconds
    memory = KdfCost.DEFAULT.memory_kib
    if memory * KdfCost.FLOOR.iterations > work * 4 / 3:  # would take more than a second
        memory = KdfCost.FLOOR.memory_kib
    passes = max(KdfCost.FLOOR.iterations, min(round(work / memory), _MOST_WORK // memory))
    return KdfCost(memory_kib=memory, iterations=passes, lanes=KdfCost.FLOOR.lanes)


def raised(cost: KdfCost, *, seconds: float) -> KdfCost:
    """The cost to wrap with from now on, after an opening at ``cost`` took this long here."""
    if cost.work < KdfCost.FLOOR.work or cost.memory_kib < KdfCost.FLOOR.memory_kib:
        return stronger(KdfCost.FLOOR, cost_for_this_pc())  # too short to measure by
    return cost if seconds >= SOON else stronger(cost, fitted(cost, seconds=seconds))


def stronger(one: KdfCost, other: KdfCost) -> KdfCost:
    """The harder of the two; the first when they are alike."""
    return other if other.work > one.work else one
