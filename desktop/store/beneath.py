"""What the server has beneath edits that wait here, as a document's row keeps it.

Only what of it differs from the fields that are shown: an edit changes few, and a row with all
fields twice fills a page more, to encrypt at every save and every receipt. With it go the clashes
that those edits decide. Registers of older schemas have all fields there; that is read, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from desktop.store.documents import FieldValues
from sync.protocol.merge import is_same
from sync.protocol.messages import Clash, Value


class _Beneath(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it is kept.

    Attributes:
        differing: the fields with another value than is shown, or that are not shown.
        added: the fields that are shown and were not there.
    """

    differing: dict[str, Any] = msgspec.field(name="~beneath")
    added: list[str] = []
    decided: dict[str, list[Clash]] = {}


_ENCODER = msgspec.json.Encoder()
_FIELDS = msgspec.json.Decoder(dict[str, Any])
_KEPT = msgspec.json.Decoder(_Beneath)
#: How it begins; no field has such a name.
_MARK = '{"~beneath":'


def encode_base(
    base: Mapping[str, Value] | None,
    fields: Mapping[str, Value],
    decided: Mapping[str, list[Clash]],
) -> str | None:
    """As it is kept beside these fields; ``None`` for nothing."""
    if base is None:
        return None
    kept = _Beneath(
        differing={
            name: value
            for name, value in base.items()
            if name not in fields or not (fields[name] is value or is_same(fields[name], value))
        },
        added=[name for name in fields if name not in base],
        decided=dict(decided),
    )
    return _ENCODER.encode(kept).decode()


def decode_base(
    text: str | None, fields: Mapping[str, Value]
) -> tuple[FieldValues | None, dict[str, list[Clash]]]:
    """What the server has, from what was kept beside these fields; and the decided clashes."""
    if text is None:
        return None, {}
    if not text.startswith(_MARK):
        return _FIELDS.decode(text), {}
    kept = _KEPT.decode(text)
    base = {name: value for name, value in fields.items() if name not in kept.added}
    return base | kept.differing, dict(kept.decided)
