"""The directory of the province's offices and devices, as this register keeps it.

It comes with a sync, by the connection that proves who answers; or in a parcel, by the signature of
the server's key that a sync brought before. Of what other devices carry here, the newest directory
the server signed is kept too: it may tell of a revoked PC before our own does.
"""

from __future__ import annotations

import msgspec

from desktop.store.register import Register
from sync.protocol.directory import (
    Directory,
    DirectoryDevice,
    SignedDirectory,
    collecting_on,
    opened_directory,
)

DIRECTORY, HEARD = "directory", "directory_heard"


class Neighbours:
    """Who can be written to, and who may write."""

    def __init__(self, register: Register, *, device_id: str) -> None:
        self._register = register
        self._own = _kept(register, DIRECTORY)
        if self._own is not None and self._own.device != device_id:
            self._own = None  # of another enrolment
        heard = None if self._own is None else _kept(register, HEARD)
        if self._own is not None and heard is not None and heard.number <= self._own.number:
            heard = None
        self._heard = heard
        self._device_id = device_id

    @property
    def is_known(self) -> bool:
        """Was the directory ever fetched?"""
        return self._own is not None

    @property
    def server_key(self) -> str:
        """The server's public key; "" while it is not known."""
        return "" if self._own is None else self._own.server_key

    def signed(self) -> SignedDirectory | None:
        """Our own directory as the server signed it, to be carried to others."""
        return _raw(self._register, DIRECTORY) if self._own is not None else None

    def all(self) -> list[DirectoryDevice]:
        """Every other device that was not revoked, as far as anybody told us."""
        both = [directory for directory in (self._own, self._heard) if directory is not None]
        names = dict.fromkeys(one.device for directory in both for one in directory.devices)
        known = [self.device(name) for name in names if name != self._device_id]
        return [one for one in known if one is not None and not one.revoked_at]

    def device(self, device_id: str) -> DirectoryDevice | None:
        """A device, revoked ones too; who is revoked anywhere is revoked."""
        found = [
            one
            for directory in (self._heard, self._own)
            if directory is not None
            for one in directory.devices
            if one.device == device_id
        ]
        revoked = next((one for one in found if one.revoked_at), None)
        return revoked or (found[0] if found else None)

    def named(self, device_id: str, told: SignedDirectory | None) -> DirectoryDevice | None:
        """A device, as it is named in ours or in the newer directory that somebody brings."""
        if self._own is None:
            return None
        if told is not None:
            self.hear(told)
        ours = self.device(device_id)
        if ours is not None or told is None:
            return ours
        # Who serves several communes may have heard of others since.
        directory = opened_directory(told, server_key=self._own.server_key)
        if directory is None or directory.province != self._own.province:
            return None
        if directory.number <= self._own.number:
            return None
        return next((one for one in directory.devices if one.device == device_id), None)

    def me(self) -> DirectoryDevice | None:
        """This device."""
        return self.device(self._device_id)

    def hear(self, signed: SignedDirectory) -> None:
        """A directory came in a parcel; it counts if our server signed it and it is newer."""
        if self._own is None:
            return
        directory = opened_directory(signed, server_key=self._own.server_key)
        if directory is None or directory.province != self._own.province:
            return
        if directory.device == self._device_id and directory.number > self._own.number:
            self._own = directory
            _keep(self._register, DIRECTORY, signed)
        elif directory.number > max(self._own.number, self._heard.number if self._heard else 0):
            self._heard = directory
            _keep(self._register, HEARD, signed)


def known_number(register: Register, *, device_id: str) -> int:
    """The number of the directory a sync need not bring again; 0 when there is none."""
    directory = _kept(register, DIRECTORY)
    return 0 if directory is None or directory.device != device_id else directory.number


def collecting_office(register: Register, *, device_id: str, commune: str, day: str) -> str:
    """The name of the office that collects for the commune on this day; "" where nobody told."""
    directory = _kept(register, DIRECTORY)
    if directory is None or directory.device != device_id:
        return ""
    return collecting_on(directory, commune, day)


def keep_from_server(register: Register, signed: SignedDirectory, *, device_id: str) -> None:
    """A sync brought it: the connection proves whose it is, also with another key than before."""
    directory = opened_directory(signed)
    if directory is not None and directory.device == device_id:
        _keep(register, DIRECTORY, signed)


def _keep(register: Register, name: str, signed: SignedDirectory) -> None:
    register.set_meta({name: msgspec.json.encode(signed).decode()})


def _raw(register: Register, name: str) -> SignedDirectory | None:
    raw = register.meta(name)
    return None if raw is None else msgspec.json.decode(raw, type=SignedDirectory)


def _kept(register: Register, name: str) -> Directory | None:
    """What was checked when it came is read without checking it again."""
    signed = _raw(register, name)
    return None if signed is None else msgspec.json.decode(signed.text, type=Directory)
