"""What the sync page shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from desktop.errors import Problem


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The device's place: which office it works for, as whom.

    Attributes:
        collected_by: the office that collects for the commune today; "" where the province has not
            told, and for offices that have more than one commune.
    """

    device_id: str
    office_name: str
    role: str
    user_name: str
    commune_codes: tuple[str, ...]
    commune_names: tuple[str, ...]
    province_name: str
    server_url: str
    training: bool
    collected_by: str = ""


@unique
class ChangeState(Enum):
    """How far one change is."""

    WAITING = "waiting"
    RECEIPTED = "receipted"
    MERGED = "merged"
    CLASH = "clash"
    HELD = "held"
    #: Never stored: it went out in a sync that is running or was cut, and has no receipt yet.
    SENT = "sent"
    #: Never stored: refused, and given up by its officer for a reason that the ledger keeps.
    DROPPED = "dropped"


#: Stands before the reason of a refused change that its officer gave up.
DROPPED = "dropped:"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of the outbox: a change of a document of a person, and what became of it.

    Attributes:
        position: where it stands in the outbox; asks for the lines before it.
        subject: the document that stands for whom it is about, "" where that is not known.
        fields: the names of the fields it sets.
        clashed: those of which the server keeps another value beside it.
        form: ``form_id@version`` where a form was filled.
    """

    seq: int
    at: str
    by: str
    document_type: str
    title: str
    state: ChangeState
    receipted_at: str
    why: str
    position: int = 0
    subject: str = ""
    fields: tuple[str, ...] = ()
    clashed: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True, slots=True)
class SyncRules:
    """How this register syncs by itself.

    Attributes:
        is_automatic: whenever there is a connection, and after saves.
        on_metered: also where each megabyte costs.
        paused_until: instant (ISO 8601) before which it does not; "" for no pause.
    """

    is_automatic: bool = True
    on_metered: bool = False
    paused_until: str = ""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The custody of this register's changes.

    Attributes:
        unsent: changes without a receipt of the province; they are only in this commune.
        at_box: those of them of which the commune's box has a copy; the others are only here.
        held: changes the server refused by a rule.
        last_success_at: instant of the last whole sync, "" if never.
        last_problem: why the last sync failed, ``None`` when it did not.
    """

    unsent: int
    receipted: int
    held: int
    last_success_at: str
    last_problem: Problem | None
    last_problem_at: str
    last_parameters: dict[str, str]
    at_box: int = 0


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did.

    Attributes:
        is_box: the province was not reached, the commune's box was.
        at_box: changes that the box has now and had not before.
    """

    pushed: int
    pulled: int
    clashes: int
    held: int
    problem: Problem | None = None
    parameters: dict[str, str] | None = None
    is_stopped: bool = False
    is_box: bool = False
    at_box: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
