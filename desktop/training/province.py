"""The training province: fictional units that belong to nobody, for learning and for tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

#: What the training registers are opened with, shown on the screen: no real data is in them.
TRAINING_PASSPHRASE = "tập huấn không có dữ liệu thật"
#: Who works in the training commune of this PC.
PRACTICE_USER = "Người tập"


@dataclass(frozen=True, slots=True)
class TrainingCommune:
    """A fictional commune and its hamlets."""

    code: str
    name_vi: str
    hamlets_vi: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingProvince:
    """The fictional province; ``id_prefix`` begins the personal IDs of people born there."""

    code: str
    name_vi: str
    id_prefix: str
    communes: tuple[TrainingCommune, ...]


def training_text(name: str) -> Any:
    """A table of the training province, parsed."""
    return yaml.safe_load((files("resources") / "training" / name).read_text(encoding="utf-8"))


@cache
def training_province() -> TrainingProvince:
    """The fictional province with its communes."""
    table = training_text("province.yaml")
    return TrainingProvince(
        code=table["code"],
        name_vi=table["name"],
        id_prefix=table["id_prefix"],
        communes=tuple(
            TrainingCommune(code=row["code"], name_vi=row["name"], hamlets_vi=tuple(row["hamlets"]))
            for row in table["communes"]
        ),
    )
