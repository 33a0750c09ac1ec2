"""Do several registers hold the same of what they share?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.store.holdings import Holdings


def differences(registers: Sequence[Mapping[str, Holdings]]) -> int:
    """How many (document, field) pairs are not the same in all registers that hold their bucket.

    Each register is bucket -> document -> field -> value.
    """
    count = 0
    for bucket in {bucket for register in registers for bucket in register}:
        holders = [register[bucket] for register in registers if bucket in register]
        for document in {document for holder in holders for document in holder}:
            versions = [holder.get(document, {}) for holder in holders]
            fields = {field for version in versions for field in version}
            count += sum(
                any(version.get(field) != versions[0].get(field) for version in versions[1:])
                for field in fields
            )
    return count
