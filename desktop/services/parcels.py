"""Sending and receiving by file, for offices without a network.

A parcel is written for one recipient: for the server it is a whole sync, for another office it is
the documents both work on. What came is checked to its end on a copy that nobody else can change
before anything of it is applied; applying it again changes nothing, so it may be cut anywhere. A
parcel that is sealed for the server can be carried there by any PC with a connection.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from desktop.domain.ledger import PROGRAM, Action
from desktop.domain.parcels import (
    ParcelKind,
    ParcelPreview,
    ParcelReport,
    Recipient,
    UnconfirmedRow,
    WrittenParcel,
)
from desktop.errors import ExternalError, Problem, UserError
from desktop.services.neighbours import Neighbours
from desktop.services.place import Here
from desktop.services.syncing import Syncing
from desktop.services.troubles import parcel_problem, problem_of
from desktop.store import ledger, parcel_numbers
from desktop.store.folder import failure_of, flush_folder
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from desktop.store.provisional import (
    Origin,
    TakenOver,
    carried_documents,
    count_waiting,
    take_over,
    waiting_rows,
)
from desktop.store.register import Register
from sync.client.parcels import Answered, Answers, sections_for_server
from sync.client.ports import PackShelf
from sync.protocol.carried import CarriedDocument, Scope, believed, exchanged
from sync.protocol.codec import LARGEST_BODY_BYTES
from sync.protocol.directory import DirectoryDevice, SignedDirectory
from sync.protocol.documents import Role
from sync.protocol.packs import CarriedPack
from sync.protocol.parcel import (
    LARGEST_PARCEL_BYTES,
    PARCEL_FORMAT,
    SERVER,
    SUFFIX,
    Fault,
    ParcelError,
    ParcelHeader,
    Section,
    SectionKind,
    Verified,
    addressed_to,
    key_id,
    sections_of,
    verify_parcel,
    write_parcel,
)
from sync.protocol.signing import public_key_of

_S = TypeVar("_S", bound=msgspec.Struct)
_INCOMING = "incoming-parcel-"
_NAME_BYTES = 6
_THE_SERVER = Recipient(key=SERVER, office="", device="", role="")


class Parcels:
    """The work behind "Gửi bằng tệp" and "Nhận tệp"."""

    def __init__(
        self,
        *,
        register: Register,
        syncing: Syncing,
        clock: Callable[[], datetime],
        author: str = "",
        app_version: str = "",
        shelf: PackShelf | None = None,
    ) -> None:
        """``shelf`` is where what the province published goes; without one nobody asks for it."""
        self._register = register
        self._syncing = syncing
        self._clock = clock
        self._author = author
        self._app_version = app_version
        self._shelf = shelf

    def recipients(self) -> list[Recipient]:
        """Whom a parcel can be written for: the server first, then the offices worked with."""
        here = self._here()
        neighbours = self._neighbours(here)
        role = Role(here.enrolled.role)
        near = [
            _recipient(one)
            for one in neighbours.all()
            if one.role in _ROLES and exchanged(role, Role(one.role)) and _shared(here, one)
        ]
        return [_THE_SERVER, *near] if neighbours.is_known else []

    def send(self, recipient: str, folder: Path) -> WrittenParcel:
        """Write a parcel for this recipient into a folder, perhaps on a stick.

        Raises ``NOT_ENROLLED``, ``PARCEL_NO_DIRECTORY``, ``PARCEL_RECIPIENT_UNKNOWN`` and the
        troubles of a disk.
        """
        here = self._here()
        neighbours = self._neighbours(here)
        if not neighbours.is_known:
            raise UserError(Problem.PARCEL_NO_DIRECTORY)
        to = next((one for one in self.recipients() if one.key == recipient), None)
        if to is None:
            raise UserError(Problem.PARCEL_RECIPIENT_UNKNOWN)
        device = neighbours.device(recipient)
        key = neighbours.server_key if device is None else device.key
        with self._syncing.alone():
            series, number = parcel_numbers.next_number(self._register, recipient)
            header = ParcelHeader(
                v=PARCEL_FORMAT,
                province=here.enrolled.province_code,
                sender=here.enrolled.device,
                sender_key=public_key_of(here.identity.signing_key),
                recipient=recipient,
                recipient_key=key,
                series=series,
                number=number,
                made_at=self._now(),
                app=self._app_version,
            )
            counted = _Counted(
                self._for_server(here) if device is None else self._for_office(here, device)
            )
            path = _written(
                folder,
                lambda target: write_parcel(
                    target,
                    header=header,
                    sections=counted,
                    signing_key=here.identity.signing_key,
                ),
            )
        self._note(Action.PARCEL_WRITE, recipient, number, counted.items)
        return WrittenParcel(
            path=path,
            recipient=to,
            number=number,
            changes=counted.items.get(SectionKind.PUSH, 0),
            documents=counted.items.get(SectionKind.DOCUMENTS, 0),
        )

    def inspect(self, path: Path) -> ParcelPreview:
        """What is in a parcel; nothing of it is applied. Raises the problems of ``receive``."""
        here = self._here()
        with self._copy_of(path) as copy:
            return self._opened(copy, here)[0]

    def receive(self, path: Path, *, answers: Path | None = None) -> ParcelReport:
        """Apply a parcel, or carry it to the server; again without any effect.

        The answer to a carried one is written into ``answers``, by default beside it. Raises
        ``PARCEL_…`` problems for one that is refused: then nothing of it was applied.
        """
        here = self._here()
        with self._copy_of(path) as copy:
            preview, verified = self._opened(copy, here)
            if verified is None:
                return self._carried(preview, copy, path.parent if answers is None else answers)
            with self._syncing.alone():
                try:
                    report = self._applied(preview, verified, copy, here)
                except ParcelError as error:
                    raise parcel_problem(error) from error
        return report

    def unconfirmed(self, *, limit: int) -> list[UnconfirmedRow]:
        """What came from other offices and the server has not told of yet, newest first."""
        return [
            UnconfirmedRow(
                document_type=row.document_type,
                title=row.full_name,
                office=row.office,
                at=row.at,
                is_new=row.is_new,
            )
            for row in waiting_rows(self._register, limit=limit)
        ]

    def count_unconfirmed(self) -> int:
        """How many there are."""
        return count_waiting(self._register)

    # -- writing --

    def _for_server(self, here: Here) -> Iterator[Section]:
        return sections_for_server(
            outbox=RegisterOutbox(self._register),
            inbox=self._inbox(here),
            identity=here.identity,
            app_version=self._app_version,
            packs=-1 if self._shelf is None else self._shelf.serial(),
        )

    def _for_office(self, here: Here, device: DirectoryDevice) -> Iterator[Section]:
        """The server's directory goes along: it may tell the other office of a revoked PC."""
        signed = self._neighbours(here).signed()
        if signed is not None:
            yield Section(kind=SectionKind.DIRECTORY, body=msgspec.json.encode(signed) + b"\n")
        scope = Scope(
            sender=Role(here.enrolled.role),
            reader=Role(device.role),
            communes=frozenset(_shared(here, device)),
        )
        for documents in carried_documents(self._register, scope.buckets()):
            body = b"".join(msgspec.json.encode(one) + b"\n" for one in documents)
            yield Section(kind=SectionKind.DOCUMENTS, body=body, items=len(documents))

    # -- reading --

    def _opened(self, copy: BinaryIO, here: Here) -> tuple[ParcelPreview, Verified | None]:
        """The preview, and the parcel if it is for us. Raises ``PARCEL_…`` problems."""
        try:
            to, neighbours = addressed_to(copy), self._neighbours(here)
            copy.seek(0)
            if neighbours.server_key and to == key_id(neighbours.server_key):
                return ParcelPreview(kind=ParcelKind.TO_CARRY), None
            verified = verify_parcel(copy, signing_key=here.identity.signing_key)
            _require_ours(verified.header, here)
            if not neighbours.is_known:
                raise UserError(Problem.PARCEL_NO_DIRECTORY)
            self._hear(copy, neighbours, here)
            return self._previewed(verified, neighbours), verified
        except ParcelError as error:
            raise parcel_problem(error) from error

    def _hear(self, copy: BinaryIO, neighbours: Neighbours, here: Here) -> None:
        """A newer directory in it counts at once: it may tell that this very sender is revoked."""
        for section in sections_of(copy, signing_key=here.identity.signing_key):
            if section.kind is SectionKind.DIRECTORY:
                neighbours.hear(_decoded(section.body, SignedDirectory))
        copy.seek(0)

    def _previewed(self, verified: Verified, neighbours: Neighbours) -> ParcelPreview:
        header = verified.header
        office, device = "", ""
        if header.sender == SERVER:
            if header.sender_key != neighbours.server_key:
                raise ParcelError(Fault.UNKNOWN_SENDER)
        else:
            sender = neighbours.device(header.sender)
            if sender is None or sender.key != header.sender_key:
                raise ParcelError(Fault.UNKNOWN_SENDER)
            if sender.revoked_at:
                raise ParcelError(Fault.REVOKED_SENDER)
            office, device = sender.office_name, sender.name
        came = parcel_numbers.came_from(self._register, header.sender, header.series)
        before = came.contents.get(header.number)
        if before is not None and before != verified.content:
            raise ParcelError(Fault.REPLAYED)
        return ParcelPreview(
            kind=ParcelKind.FROM_SERVER if header.sender == SERVER else ParcelKind.FROM_OFFICE,
            office=office,
            device=device,
            number=header.number,
            made_at=header.made_at,
            receipts=verified.items.get(SectionKind.ANSWER, 0),
            rows=verified.items.get(SectionKind.PAGE, 0),
            documents=verified.items.get(SectionKind.DOCUMENTS, 0),
            is_repeated=before is not None,
            missing=came.missing(header.number),
        )

    def _applied(
        self, preview: ParcelPreview, verified: Verified, copy: BinaryIO, here: Here
    ) -> ParcelReport:
        header = verified.header
        sections = sections_of(copy, signing_key=here.identity.signing_key)
        if preview.kind is ParcelKind.FROM_SERVER:
            report = self._answered(preview, verified, sections, here)
        else:
            report = self._taken_over(preview, header, sections, here)
        parcel_numbers.remember(
            self._register, header.sender, header.series, header.number, verified.content
        )
        self._note(Action.PARCEL_READ, header.sender, header.number, verified.items)
        return report

    def _answered(
        self, preview: ParcelPreview, verified: Verified, sections: Iterator[Section], here: Here
    ) -> ParcelReport:
        """The receipts and rows of the server."""
        header = verified.header
        came = parcel_numbers.came_from(self._register, header.sender, header.series)
        answers = Answers(
            outbox=RegisterOutbox(self._register),
            inbox=self._inbox(here),
            device_id=here.enrolled.device,
            is_late=header.number < came.last,
        )
        serial = 0
        for section in sections:
            if section.kind is SectionKind.ANSWER:
                answers.receipt(section)
            elif section.kind is SectionKind.PAGE:
                answers.page(section)
            elif section.kind is SectionKind.PACK:
                serial = self._take_pack(section)
        if self._shelf is not None and serial:
            self._shelf.has_seen(serial)
        done = answers.came_to
        return ParcelReport(
            preview=preview,
            receipted=done.pushed,
            clashes=done.clashes,
            held=done.held,
            pulled=done.pulled,
            problem=_left_to_do(done),
        )

    def _take_pack(self, section: Section) -> int:
        """Checked like one that a sync brings: the parcel's signature is not enough."""
        carried = _decoded(section.body, CarriedPack)
        if self._shelf is not None and self._shelf.wants(carried.signed):
            self._shelf.take(carried.signed, carried.content)
        return carried.serial

    def _taken_over(
        self, preview: ParcelPreview, header: ParcelHeader, sections: Iterator[Section], here: Here
    ) -> ParcelReport:
        """The documents of another office."""
        sender = self._neighbours(here).device(header.sender)
        if sender is None or sender.role not in _ROLES:
            raise ParcelError(Fault.UNKNOWN_SENDER)
        scope = Scope(
            sender=Role(sender.role),
            reader=Role(here.enrolled.role),
            communes=frozenset(_shared(here, sender)),
        )
        origin = Origin(
            sender=header.sender,
            office=sender.office_name,
            series=header.series,
            number=header.number,
            at=self._now(),
        )
        done, refused = TakenOver(), 0
        for section in sections:
            if section.kind is not SectionKind.DOCUMENTS:
                continue
            lines = section.body.removesuffix(b"\n").split(b"\n")
            carried = [_decoded(line, CarriedDocument) for line in lines]
            sound = [one for each in carried if (one := believed(each, scope)) is not None]
            refused += len(carried) - len(sound)
            done += take_over(self._register, sound, origin)
        return ParcelReport(
            preview=preview,
            new=done.new,
            answered=done.answered,
            known=done.known,
            refused=refused,
        )

    def _carried(self, preview: ParcelPreview, copy: BinaryIO, answers: Path) -> ParcelReport:
        """Hand a sealed parcel over to the server, and keep what it answers."""
        sealed = copy.read(LARGEST_BODY_BYTES + 1)
        if len(sealed) > LARGEST_BODY_BYTES:
            raise UserError(Problem.PARCEL_TOO_LARGE)
        with self._syncing.talking() as conversation:
            answer = conversation.parcel(sealed)
        if not isinstance(answer, bytes):
            problem, parameters = problem_of(answer)
            raise ExternalError(problem, **parameters)
        path = _written(answers, lambda target: shutil.copyfileobj(io.BytesIO(answer), target))
        self._note(Action.PARCEL_CARRY, SERVER, 0, {})
        return ParcelReport(preview=preview, answer=path)

    # -- both --

    @contextmanager
    def _copy_of(self, path: Path) -> Iterator[BinaryIO]:
        """A copy beside the register, sealed as it is: a stick may be pulled or changed meanwhile.

        What a killed program left behind is removed first.
        """
        folder = self._register.folder
        for left in folder.glob(f"{_INCOMING}*"):
            with suppress(OSError):  # another reading of this program may be at it
                left.unlink()
        place = folder / f"{_INCOMING}{secrets.token_hex(_NAME_BYTES)}"
        try:
            _copy(path, place)
            with place.open("rb") as copy:
                yield copy
        except OSError as error:
            raise failure_of(error) from error
        finally:
            with suppress(OSError):
                place.unlink(missing_ok=True)

    def _here(self) -> Here:
        here = self._syncing.here()
        if here is None:
            raise UserError(Problem.NOT_ENROLLED)
        return here

    def _neighbours(self, here: Here) -> Neighbours:
        return Neighbours(self._register, device_id=here.enrolled.device)

    def _inbox(self, here: Here) -> RegisterInbox:
        return RegisterInbox(self._register, clock=self._clock, author=self._by(here))

    def _by(self, here: Here) -> str:
        return self._author or here.enrolled.user or PROGRAM

    def _note(
        self, action: Action, other: str, number: int, items: Mapping[SectionKind, int]
    ) -> None:
        """In the ledger: with whom, which one, how much of what."""
        objects = [("device", other)]
        if number:
            objects.append(("number", str(number)))
        objects += [(kind.value, str(count)) for kind, count in items.items() if count]
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._by(self._here()),
            action=action,
            objects=objects,
        )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


#: Who parcels go between; a box is spoken to.
_ROLES = frozenset(role.value for role in Role if role is not Role.RELAY)


class _Counted:
    """Sections on their way into a file, counted as they go."""

    def __init__(self, sections: Iterator[Section]) -> None:
        self._sections = sections
        self.items: dict[SectionKind, int] = {}

    def __iter__(self) -> Iterator[Section]:
        for section in self._sections:
            self.items[section.kind] = self.items.get(section.kind, 0) + section.items
            yield section


def _recipient(one: DirectoryDevice) -> Recipient:
    return Recipient(key=one.device, office=one.office_name, device=one.name, role=one.role)


def _shared(here: Here, other: DirectoryDevice) -> set[str]:
    """The communes both offices serve."""
    return {commune.code for commune in here.enrolled.communes} & set(other.communes)


def _require_ours(header: ParcelHeader, here: Here) -> None:
    if header.province != here.enrolled.province_code:
        raise ParcelError(Fault.OTHER_PROVINCE)
    if header.recipient != here.enrolled.device:
        raise ParcelError(Fault.WRONG_RECIPIENT)


def _left_to_do(done: Answered) -> Problem | None:
    if done.changes_gone:
        return Problem.CHANGES_MISSING
    if done.is_behind or done.different:
        return Problem.PARCEL_BEHIND
    return Problem.PARCEL_SEND_AGAIN if done.must_send_again else None


def _written(folder: Path, write: Callable[[BinaryIO], object]) -> Path:
    """A new file in this folder, under its name only when it is whole; the name tells nothing."""
    path = folder / f"{secrets.token_hex(_NAME_BYTES)}{SUFFIX}"
    unfinished = path.with_suffix(".tmp")
    try:
        with unfinished.open("xb") as target:
            write(target)
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(path)
        flush_folder(folder)
    except OSError as error:
        raise failure_of(error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return path


def _copy(path: Path, place: Path) -> None:
    if not path.is_file():
        raise ExternalError(Problem.PARCEL_GONE)
    if path.stat().st_size > LARGEST_PARCEL_BYTES:
        raise UserError(Problem.PARCEL_TOO_LARGE)
    with path.open("rb") as original, place.open("xb") as copy:
        shutil.copyfileobj(original, copy)


def _decoded(line: bytes, kind: type[_S]) -> _S:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParcelError(Fault.DAMAGED) from error
