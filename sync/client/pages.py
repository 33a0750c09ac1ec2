"""Checks of a pulled page before anything of it is stored."""

from __future__ import annotations

from collections.abc import Mapping

from sync.client.ports import Inbox
from sync.protocol.chain import digest_of
from sync.protocol.codec import PullPage
from sync.protocol.messages import PullEnd

_EMPTY = digest_of(())


def gone_back(page: PullPage, asked: Mapping[str, int]) -> tuple[str, ...]:
    """Buckets whose feed ends before the place we had reached: the server was restored."""
    dropped = {drop.bucket for drop in page.drops}
    return tuple(
        sorted(
            name
            for name, position in asked.items()
            if name not in dropped and page.end.next.get(name, 0) < position
        )
    )


def is_consistent(page: PullPage, asked: Mapping[str, int]) -> bool:
    """Do the page's cursors stand exactly behind its rows, and does the feed move forward?

    A cursor that ran ahead of the rows would lose documents for good, without a word; a feed that
    stands still and promises more would never end.
    """
    reached = dict(asked)
    for row in page.rows:
        if row.position <= reached.get(row.bucket, 0):
            return False
        reached[row.bucket] = row.position
    dropped = {drop.bucket for drop in page.drops}
    cursors = {name: at for name, at in page.end.next.items() if name not in dropped}
    if any(reached.get(name, 0) != at for name, at in cursors.items()):
        return False
    if any(row.bucket not in cursors for row in page.rows):
        return False
    return bool(page.rows or page.grants or page.drops) or not page.end.more


def cursors_after(page: PullPage, asked: Mapping[str, int]) -> dict[str, int]:
    """Where the register stands once it has stored this page."""
    dropped = {drop.bucket for drop in page.drops}
    reached = {**asked, **{grant.bucket: 0 for grant in page.grants}, **page.end.next}
    return {name: at for name, at in reached.items() if name not in dropped}


def different(inbox: Inbox, theirs: PullEnd) -> tuple[str, ...]:
    """The buckets that are not the same here and there.

    The same numbers of versions may stand for other contents, after a server was set back: a
    server that says what made each version is compared by that too.
    """
    ours, marks = inbox.digests(), inbox.marks()
    return tuple(
        sorted(
            name
            for name, digest in theirs.digest.items()
            if ours.get(name, _EMPTY) != digest
            or marks.get(name, _EMPTY.x) != theirs.marks.get(name, marks.get(name, _EMPTY.x))
        )
    )
