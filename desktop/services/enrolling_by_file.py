"""The two files of an enrolment without any network: a request to the province, its answer back.

``Syncing.request_by_file`` and ``Syncing.take_answer`` are the ways in; the files themselves are
``sync.protocol.enrolling``.
"""

from __future__ import annotations

import platform
from pathlib import Path

from desktop.errors import ExternalError, Problem
from desktop.store.folder import failure_of, write_atomically
from sync.protocol.enrolling import (
    LARGEST_FILE_BYTES,
    REQUEST_SUFFIX,
    SELECTOR_LENGTH,
    request_file,
)

_LONGEST_DEVICE_NAME = 100


def write_request(code: str, *, folder: Path, signing_key: bytes) -> Path:
    """Write the request for this plain code. Raises the troubles of a disk."""
    name = platform.node()[:_LONGEST_DEVICE_NAME]
    raw = request_file(code, device_name=name, signing_key=signing_key)
    path = folder / f"ket-noi-{code[:SELECTOR_LENGTH]}{REQUEST_SUFFIX}"
    try:
        write_atomically(path, raw)
    except OSError as error:
        raise failure_of(error) from error
    return path


def answer_in(path: Path) -> bytes:
    """The bytes of an answer, as many as one can have. Raises the troubles of a disk."""
    if not path.is_file():
        raise ExternalError(Problem.PARCEL_GONE)
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise failure_of(error) from error
