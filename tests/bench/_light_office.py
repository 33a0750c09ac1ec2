"""An office without a register: its outbox and inbox in memory, for measuring many at once.

Two hundred encrypted registers would measure this machine's disk; the question is the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sync.client.ports import Batch
from sync.protocol.chain import canonical, chain_link, chain_start, digest_of, marks_of
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_epoch, new_id_text
from sync.protocol.messages import (
    Change,
    Digest,
    Drop,
    Grant,
    Outcome,
    PushAnswer,
    Row,
    Value,
)


class LightOffice:
    """Outbox and inbox of one device, which has nothing to repair.

    Attributes:
        acked: the seq of the last change with a receipt.
        versions: bucket -> document -> version, of everything it holds.
    """

    def __init__(self) -> None:
        self.acked = 0
        self.versions: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._epoch = new_epoch()
        self._lines: list[bytes] = []
        self._chain = [chain_start(self._epoch)]
        self._cursors: dict[str, int] = {}
        self._marks: dict[str, str] = {}

    def create(self, bucket: str, fields: Mapping[str, Value], *, unix_ms: int) -> None:
        """Queue the making of a person."""
        seq = len(self._lines) + 1
        line = canonical(
            Change(
                seq=seq,
                change_id=new_id_text(unix_ms=unix_ms),
                group=seq,
                document_type=DocumentType.PERSON.value,
                document_id=new_id_text(unix_ms=unix_ms),
                bucket=bucket,
                kind="create",
                base_version=0,
                patch={name: (None, value) for name, value in fields.items()},
                by="Lê Thị Bình",
                at="2026-11-22T08:00:00+00:00",
            )
        )
        self._lines.append(line)
        self._chain.append(chain_link(self._chain[-1], line))

    # the outbox

    def next_batch(self, *, limit: int, after: int = 0) -> Batch:
        """The oldest unsent changes."""
        sent = max(self.acked, after)
        lines = self._lines[sent : sent + limit]
        return Batch(
            epoch=self._epoch,
            first=sent + 1,
            prev=self._chain[sent].hex(),
            lines=lines,
            head=self._chain[sent + len(lines)].hex(),
        )

    def settle(self, answer: PushAnswer) -> None:
        """Record receipts."""
        assert all(result.s is Outcome.APPLIED for result in answer.results)
        self.acked = answer.results[-1].seq

    def rewind(self, *, expected: int) -> bool:
        """Nothing is ever lost here."""
        raise AssertionError(f"the server lacks changes from {expected} on")

    def renumber(self, *, everything: bool = False) -> None:  # noqa: ARG002 - a port
        """Nothing is ever copied here."""
        raise AssertionError("the server knows other changes")

    # the inbox

    def cursors(self) -> Mapping[str, int]:
        """Bucket -> position of the last applied row."""
        return dict(self._cursors)

    def apply_page(
        self,
        *,
        rows: Sequence[Row],
        grants: Sequence[Grant],
        drops: Sequence[Drop],
        cursors: Mapping[str, int],
    ) -> None:
        """Keep what came."""
        assert not drops
        self._cursors |= {grant.bucket: 0 for grant in grants} | dict(cursors)
        for row in rows:
            self.versions[row.bucket][row.document_id] = row.version
            self._marks[row.document_id] = row.mark

    def digests(self) -> Mapping[str, Digest]:
        """What each bucket holds."""
        return {name: digest_of(self.versions[name].items()) for name in self._cursors}

    def marks(self) -> Mapping[str, str]:
        """By what made each version."""
        return {
            name: marks_of((one, at, self._marks[one]) for one, at in self.versions[name].items())
            for name in self._cursors
        }

    def parts(self, bucket: str) -> Mapping[str, str] | None:
        """Nothing ever differs here."""
        raise AssertionError(f"{bucket} differs")

    def repair(self, bucket: str, *, parts: Collection[str], rows: Sequence[Row]) -> None:
        """Nothing ever differs here."""
        raise AssertionError(f"{bucket} differs in {parts}: {len(rows)} rows")

    def meet_server(self, server_epoch: str) -> bool:  # noqa: ARG002 - a port
        """It stays the same server."""
        return False

    def restart(self, buckets: Sequence[str]) -> None:
        """Nothing ever differs here."""
        raise AssertionError(f"these differ: {buckets}")
