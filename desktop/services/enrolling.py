"""Binding a register to an office of the province: over the network, or by two files.

``Syncing`` has the ways in, and lets no sync run meanwhile.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from desktop.domain.ledger import Action
from desktop.domain.syncing import Enrolment
from desktop.errors import ExternalError, Problem, UserError
from desktop.services.enrolling_by_file import write_request
from desktop.services.home import Home, home_of, settle_home
from desktop.services.neighbours import keep_from_server
from desktop.services.place import (
    LAST_SYNC,
    LastSync,
    Place,
    address_from,
    author_at,
    ca_path,
    enrolment_at,
    kept,
    last_sync,
    pem_in,
    place_of,
)
from desktop.services.troubles import problem_of
from desktop.store import ledger, permissions
from desktop.store.device_keys import DEVICE_KEY, ENROLMENT, NEXT_KEY, REFRESH_TOKEN
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from sync.client.conversation import enrol
from sync.client.transport import Connect
from sync.protocol.directory import opened_directory
from sync.protocol.enrolling import code_key, plain_code, read_answer
from sync.protocol.messages import Enrolled
from sync.protocol.parcel import Fault, ParcelError
from sync.protocol.signing import new_signing_key

#: Troubles after which the PC may be enrolled again with a new code.
_LOST = frozenset({Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED})


class Enrolling:
    """Gives a register its place. ``author`` is who opened it; "" for whom the code names."""

    def __init__(
        self,
        *,
        register: Register,
        clock: Callable[[], datetime],
        author: str,
        connect: Connect,
    ) -> None:
        self._register = register
        self._clock = clock
        self._author = author
        self._connect = connect

    def by_network(self, *, server_url: str, code: str, ca_file: Path | None) -> Enrolment:
        """As ``Syncing.enrol``."""
        before = self._require_free(by_file=False)
        address = address_from(server_url)
        ca_pem = None if ca_file is None else pem_in(ca_file)
        signing_key = self._key_for(code)
        enrolled = self._ask(address, code, signing_key, ca_path(self._register, ca_pem))
        self._refuse_mixing(enrolled)
        place = Place(enrolled=enrolled, server_url=address, ca_pem=ca_pem)
        self._settle(place, signing_key, is_again=before is not None)
        return enrolment_at(place)

    def request_by_file(self, *, code: str, folder: Path) -> Path:
        """As ``Syncing.request_by_file``; the code is a plain one."""
        self._require_free(by_file=True)
        return write_request(code, folder=folder, signing_key=self._key_for(code))

    def by_answer(self, raw: bytes) -> Enrolment:
        """As ``Syncing.take_answer``; raises ``ParcelError`` for a file that is none for us."""
        before = place_of(self._register)
        code_hash, _, key = (self._register.meta(NEXT_KEY) or "").partition(":")
        if not code_hash:
            return self._enrolled_before(raw, before)
        signing_key = bytes.fromhex(key)
        answer = read_answer(raw, signing_key=signing_key, key=bytes.fromhex(code_hash))
        self._refuse_mixing(answer.enrolled)
        device, province_key = answer.enrolled.device, answer.enrolled.province_key
        directory = opened_directory(answer.directory, server_key=province_key)
        if directory is None or directory.device != device:
            raise ParcelError(Fault.DAMAGED)
        place = Place(
            enrolled=answer.enrolled,
            server_url=address_from(answer.server_url) if answer.server_url else "",
            ca_pem=answer.ca_pem or None,
        )
        self._settle(place, signing_key, is_again=before is not None)
        keep_from_server(self._register, answer.directory, device_id=device)
        return enrolment_at(place)

    def _require_free(self, *, by_file: bool) -> Place | None:
        """The place before, if the device lost it; one that works by file may ask by file again."""
        before = place_of(self._register)
        is_bound = before is not None and (bool(before.server_url) or not by_file)
        if is_bound and last_sync(self._register).problem not in _LOST:
            raise UserError(Problem.ALREADY_ENROLLED)
        return before

    def _enrolled_before(self, raw: bytes, before: Place | None) -> Enrolment:
        """Nothing was asked, or its answer was taken already."""
        key = self._register.meta(DEVICE_KEY)
        if before is None or key is None:
            raise UserError(Problem.ANSWER_UNASKED)
        province_key = before.enrolled.province_key
        answer = read_answer(raw, signing_key=bytes.fromhex(key), province_key=province_key)
        if answer.enrolled.device != before.enrolled.device:
            raise UserError(Problem.ANSWER_UNASKED)
        return enrolment_at(before)

    def _ask(self, address: str, code: str, signing_key: bytes, ca_path: str | None) -> Enrolled:
        with self._connect(server_url=address, ca_file=ca_path) as transport:
            answer = enrol(
                transport=transport,
                code=_plain(code),
                device_name=platform.node()[:100],
                signing_key=signing_key,
            )
        if isinstance(answer, Enrolled):
            return answer
        problem, parameters = problem_of(answer)
        kind = UserError if problem is Problem.BAD_CODE else ExternalError
        raise kind(problem, **parameters)

    def _refuse_mixing(self, enrolled: Enrolled) -> None:
        """A training register and a real province have nothing to do with each other.

        Nor has a register with the office of another commune: the server would hold every change.
        """
        home = home_of(self._register)
        before = place_of(self._register)
        kinds = {enrolled.training}
        kinds |= set() if home is None else {home.training}
        kinds |= set() if before is None else {before.enrolled.training}
        if len(kinds) > 1:
            raise UserError(Problem.TRAINING_MISMATCH)
        # Of the same office again, whose communes are dated data: its first one may have gone.
        is_ours = before is not None and before.enrolled.office == enrolled.office
        codes = {commune.code for commune in enrolled.communes}
        if home is not None and not is_ours and home.commune_code not in codes:
            raise UserError(Problem.COMMUNE_MISMATCH)

    def _settle(self, place: Place, signing_key: bytes, *, is_again: bool) -> None:
        enrolled = place.enrolled
        if is_again:  # a new device, perhaps of a server that was restored from a backup
            RegisterOutbox(self._register).renumber(everything=True)
        inbox = RegisterInbox(self._register, clock=self._clock, author=enrolled.user)
        inbox.restart_all(enrolled.server_epoch)
        if home_of(self._register) is None and enrolled.communes:
            commune = enrolled.communes[0]
            home = Home(
                commune_code=commune.code,
                commune_name=commune.name,
                province_name=enrolled.province_name,
                training=enrolled.training,
            )
            settle_home(self._register, home)
        self._register.set_meta(
            {
                REFRESH_TOKEN: None,
                ENROLMENT: kept(place),
                LAST_SYNC: kept(LastSync()),
                DEVICE_KEY: signing_key.hex(),
                NEXT_KEY: None,
            }
        )
        permissions.grant_by_province(self._register, enrolled.rights, at=self._clock())
        ledger.note(
            self._register,
            at=self._clock(),
            by=author_at(place, self._author),
            action=Action.DEVICE_ENROL,
            objects=[("device", enrolled.device)],
        )

    def _key_for(self, code: str) -> bytes:
        """The key to enrol with by this code, stored before it is used, until it succeeds.

        A lost answer can so be asked again; another code gets another key, because the server
        binds a key to one code for ever.
        """
        code_hash = code_key(plain_code(code) or _plain(code)).hex()
        known_hash, _, known = (self._register.meta(NEXT_KEY) or "").partition(":")
        if known_hash == code_hash:
            return bytes.fromhex(known)
        made = new_signing_key()
        self._register.set_meta({NEXT_KEY: f"{code_hash}:{made.hex()}"})
        return made


def _plain(code: str) -> str:
    """The code without the blanks and small letters it was typed with."""
    return "".join(code.split()).upper()
