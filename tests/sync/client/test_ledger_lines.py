"""Enrolling and every sync are lines of the ledger: what went out, what came in."""

from __future__ import annotations

from desktop.domain.ledger import Action
from desktop.store import ledger
from tests.support.offices import Office
from tests.support.worker_form import employed


def _lines(office: Office) -> list[tuple[str, str, dict[str, str]]]:
    found = reversed(ledger.lines(office.register, limit=100))
    return [(line.by, line.action, dict(line.objects)) for line in found]


def test_enrolling_and_synchronising_are_told_with_their_counts(
    officers: tuple[Office, Office],
) -> None:
    one, two = officers
    enrolment = one.syncing.enrolment()
    assert enrolment is not None
    assert ("Lê Thị Bình", Action.DEVICE_ENROL, {"device": enrolment.device_id}) in _lines(one)
    one.records.save(one.records.open(None), answers=employed(), confirmations={})
    sent, received = one.syncing.run(), two.syncing.run()
    assert sent.pushed > 0
    assert received.pulled > 0
    assert _lines(one)[-1] == (
        "Lê Thị Bình",
        Action.SYNC_RUN,
        {"sent": str(sent.pushed), "received": str(sent.pulled)},
    )
    came, run = _lines(two)[-2:]
    assert came == ("Phạm Văn Hai", Action.SYNC_RECEIVE, {"rows": str(received.pulled)})
    assert run == (
        "Phạm Văn Hai",
        Action.SYNC_RUN,
        {"sent": str(received.pushed), "received": str(received.pulled)},
    )
