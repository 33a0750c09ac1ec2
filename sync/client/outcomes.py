"""What can come of asking the server, as values: the engine matches them, nothing is raised.

Each trouble tells who has to do something: nobody (wait and try again), the officer (a captive
portal, a wrong address), or the province (certificate, refusal). None carries text from outside:
whatever a server or a box in between wrote is never shown or logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from sync.protocol.directory import SignedDirectory
from sync.protocol.messages import RefusalCode


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection was made: no network, no such name, nobody listens there."""


@dataclass(frozen=True, slots=True)
class ConnectionCut:
    """The connection ended before the whole answer came; the server may have done the work.

    ``timed_out`` tells that nothing moved for too long, so that less should be asked at a time;
    ``is_over_one`` that it was the server which waited no longer for what was sent.
    """

    timed_out: bool = False
    is_over_one: bool = False


@dataclass(frozen=True, slots=True)
class CertificateRejected:
    """Whoever answered could not prove to be the province's server."""


@dataclass(frozen=True, slots=True)
class NotOurServer:
    """Something else answered: a web page, a redirect, the sign-in page of a network."""


@dataclass(frozen=True, slots=True)
class ServerFailed:
    """The server, or the machine in front of it, failed. ``status`` is the HTTP status."""

    status: int


@dataclass(frozen=True, slots=True)
class ServerBusy:
    """Come back later; ``retry_after_seconds`` is what the server asked for (0: it did not say)."""

    retry_after_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected refusal of the server. ``expected`` is the next seq, for ``GAP`` only.

    ``why`` is the ``Fault`` value of a parcel it does not take.
    """

    code: RefusalCode
    expected: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Our server's kind of answer, but it breaks the protocol: another version, or damaged."""


@dataclass(frozen=True, slots=True)
class ChangesGone:
    """The server lacks changes that this register no longer keeps."""


@dataclass(frozen=True, slots=True)
class Diverged:
    """Register and server do not hold the same, even after the buckets were fetched whole."""

    buckets: tuple[str, ...]


#: What one request can come to instead of its answer.
RequestTrouble: TypeAlias = (
    Unreachable
    | ConnectionCut
    | CertificateRejected
    | NotOurServer
    | ServerFailed
    | ServerBusy
    | Refused
    | Malformed
)
#: What a whole sync can come to.
Trouble: TypeAlias = RequestTrouble | ChangesGone | Diverged


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What one sync did, however far it came. What was pushed or pulled before a trouble counts.

    Attributes:
        pushed: changes for which a receipt was stored.
        pulled: rows applied.
        clashes: pushed changes of which a field clashed.
        held: pushed changes that the server refused by a rule.
        trouble: why the sync did not finish; ``None`` when register and server agree.
        directory: the province's directory, where it was asked for and is a new one.
    """

    pushed: int = 0
    pulled: int = 0
    clashes: int = 0
    held: int = 0
    trouble: Trouble | None = field(default=None)
    directory: SignedDirectory | None = field(default=None)
