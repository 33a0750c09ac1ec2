"""The shares of the recovery key: any two make it, one tells nothing, and the log is chained."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.recovery import public_half
from sync.server.recovery import (
    ShareError,
    combine,
    create_shares,
    log_line,
    private_key_of,
    read_share,
    split,
    verify_log,
    write_share,
)

CUSTODIANS = {name: f"hòn đá tảng bên suối {name}" for name in ("một", "hai", "ba")}
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@given(st.binary(min_size=32, max_size=32))
def test_any_two_parts_make_the_secret(secret: bytes) -> None:
    parts = split(secret)
    assert sorted(part.number for part in parts) == [1, 2, 3]
    for two in itertools.permutations(parts, 2):
        assert combine(two) == secret
    assert combine(parts[:1]) != secret
    assert all(secret[:16] not in part.secret and secret[16:] not in part.secret for part in parts)


def test_one_part_of_a_secret_fits_every_other_secret() -> None:
    """Whatever the first part is, some second part makes any secret of it."""
    seen = {split(bytes(32))[0].secret[0] for _ in range(2000)}
    assert len(seen) > 200


def test_shares_open_with_their_passphrases_alone(tmp_path: Path) -> None:
    public_key, shares = create_shares(CUSTODIANS)
    for share in shares:
        write_share(tmp_path / str(share.number), share)
    kept = [read_share(tmp_path / str(number)) for number in (3, 1)]
    opened = [(share, CUSTODIANS[share.custodian]) for share in kept]
    assert public_half(private_key_of(opened)) == public_key
    with pytest.raises(ShareError, match="different custodians"):
        private_key_of([opened[0], opened[0]])
    renamed = msgspec.structs.replace(kept[0], custodian="một")
    with pytest.raises(ShareError, match="passphrase"):
        private_key_of([(renamed, opened[0][1]), opened[1]])
    with pytest.raises(ShareError, match="there already"):
        write_share(tmp_path / "1", shares[0])
    (tmp_path / "1").write_text("{}")
    with pytest.raises(ShareError, match="damaged"):
        read_share(tmp_path / "1")


def test_three_names_and_long_passphrases_are_asked() -> None:
    with pytest.raises(ShareError):
        create_shares({"một": "hòn đá tảng bên suối"})
    with pytest.raises(ShareError):
        create_shares(CUSTODIANS | {"ba": "ngắn"})


def test_a_changed_removed_or_moved_line_of_the_log_is_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for number in range(4):
        log_line(path, at=NOW, action="recover", values={"user": f"Lan {number}"})
    whole = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(json.loads(whole[2])["entry"])["user"] == "Lan 2"
    changed = whole[1].replace("Lan 1", "Mai 1")
    for lines in ([whole[0], changed, *whole[2:]], whole[1:], [whole[1], whole[0]], ["x"]):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with pytest.raises(ShareError):
            verify_log(path)
        with pytest.raises(ShareError):
            log_line(path, at=NOW, action="recover", values={})
