"""A page whose cursors and rows do not fit together is not stored."""

from __future__ import annotations

import pytest

from sync.client.pages import gone_back, is_consistent
from sync.protocol.codec import PullPage
from sync.protocol.messages import Drop, Grant, PullEnd, Row

BUCKET = "99001/register"


def page(
    *positions: int, cursors: dict[str, int], more: bool = False, granted: bool = False
) -> PullPage:
    return PullPage(
        rows=[
            Row(
                bucket=BUCKET,
                position=position,
                document_type="person",
                document_id=str(position),
                version=1,
                fields={},
            )
            for position in positions
        ],
        grants=[Grant(bucket=BUCKET, count=len(positions))] if granted else [],
        drops=[],
        end=PullEnd(next=cursors, more=more, digest={}, server_epoch="e"),
    )


def test_a_page_that_ends_at_its_last_row_is_sound() -> None:
    assert is_consistent(page(4, 7, cursors={BUCKET: 7}, more=True), {BUCKET: 3})
    assert is_consistent(page(cursors={BUCKET: 3}), {BUCKET: 3})
    assert is_consistent(page(cursors={BUCKET: 0}, granted=True), {})
    dropped = PullPage(
        rows=[],
        grants=[],
        drops=[Drop(bucket=BUCKET)],
        end=PullEnd(next={}, more=False, digest={}, server_epoch="e"),
    )
    assert is_consistent(dropped, {BUCKET: 3})
    assert gone_back(dropped, {BUCKET: 3}) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        page(4, 7, cursors={BUCKET: 8}),
        page(4, 7, cursors={BUCKET: 4}),
        page(4, 7, cursors={}),
        page(7, 4, cursors={BUCKET: 7}),
        page(4, 4, cursors={BUCKET: 4}),
        page(3, cursors={BUCKET: 3}),
        page(cursors={BUCKET: 5}),
        page(cursors={BUCKET: 3}, more=True),
    ],
    ids=[
        "cursor ahead of the rows",
        "cursor behind the rows",
        "no cursor",
        "rows out of order",
        "a position twice",
        "a row we have",
        "cursor moves without rows",
        "stands still and promises more",
    ],
)
def test_a_page_that_contradicts_itself_is_refused(wrong: PullPage) -> None:
    assert not is_consistent(wrong, {BUCKET: 3})


def test_a_feed_that_ends_before_our_place_has_gone_back() -> None:
    assert gone_back(page(cursors={BUCKET: 2}), {BUCKET: 3}) == (BUCKET,)
    assert gone_back(page(cursors={}), {BUCKET: 3}) == (BUCKET,)
    assert gone_back(page(cursors={BUCKET: 3}), {BUCKET: 3}) == ()
