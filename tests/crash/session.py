"""A working day in a process of its own: everything the program writes, and then it dies.

``python -m tests.crash.session FOLDER ENDING``: a real window over a real register. Names, numbers
and passphrases that must be found nowhere are planted; nobody in them exists.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

from desktop import logs
from desktop.app import Desktop, create_application
from desktop.demo import play
from desktop.demo.typist import Typist
from desktop.domain.users import UserRole
from desktop.errors import AppError
from desktop.hardening import forbid_dumps
from desktop.services.backups import Backups
from desktop.services.diagnosis import diagnose, lines_of
from desktop.services.users import Users
from desktop.store import key_changes, keys
from desktop.store.folder import key_path
from desktop.training.province import TRAINING_PASSPHRASE
from tests.desktop.ui.world import CHEAP, USER, clock, make_register, records_of
from tests.support.worker_form import employed

NAME = "Nguyễn Thị Quỳnh Như"
TYPED = "Trần Đặng Khánh Hòa"
NUMBER = "003190123457"
JOB = "Thợ sửa đồng hồ quả lắc"
OTHER_PASSPHRASE = "cây đa bến nước sân đình"
WRONG_PASSPHRASE = "không phải mật khẩu này đâu"
PLANTED = (NAME, TYPED, NUMBER, JOB, OTHER_PASSPHRASE, WRONG_PASSPHRASE, TRAINING_PASSPHRASE)
#: Where the test finds the keys that were in use; outside of what is scanned.
KEYS_GO_TO = "SESSION_KEYS"


def prepare(folder: Path) -> list[bytes]:
    """Users, a change of the key, backups here and there; the keys that were in use."""
    used: list[bytes] = []
    with make_register(folder, count=5) as register:
        records = records_of(register)
        answers = employed(identity__full_name=NAME, identity__id_number=NUMBER)
        records.save(records.open(None), answers=answers, confirmations={})
        users = Users(register=register, author=USER, clock=clock, cost=CHEAP)
        users.add(user_name="Hoa", passphrase=OTHER_PASSPHRASE, role=UserRole.OFFICER)
        with register.lending_key() as key:
            used.append(key.reveal())
            used.append(key_changes.new_printed_code(key_path(folder), key=key).encode())
        try:
            keys.unlock(key_path(folder), user_name="Hoa", passphrase=WRONG_PASSPHRASE, cost=CHEAP)
        except AppError as error:
            assert WRONG_PASSPHRASE not in f"{error!r} {error.parameters}"
        users.remove(user_name="Hoa")
        users.change_passphrase(old="suối trong đá mòn", new=TRAINING_PASSPHRASE)
        with register.lending_key() as key:
            used.append(key.reveal())
        backups = Backups(register=register, clock=clock)
        second = folder.with_name("usb")
        second.mkdir()
        backups.keep_in(second)
        assert backups.to_second_folder().problem is None
        assert backups.now().problem is None
        bundle, _ = diagnose(folder, register=register, version="0", clock=clock())
        report = folder.with_name("doctor.txt")
        report.write_text("\n".join(lines_of(bundle)), encoding="utf-8")
    return used


def main() -> None:
    """Work, and end as asked: ``fault``, ``abort``, ``kill`` or ``close``."""
    forbid_dumps()
    folder, ending = Path(sys.argv[1]), sys.argv[2]
    Path(os.environ[KEYS_GO_TO]).write_text(
        "\n".join(secret.hex() for secret in prepare(folder)), encoding="ascii"
    )
    create_application(["so-an-sinh"])
    desktop = Desktop(folder=folder, kdf_cost=CHEAP, clock=clock)
    logs.install_crash_hook(desktop.report_crash)
    desktop.show()
    typist = Typist(desktop=desktop, pictures=None, name="session")
    play.unlock(typist)
    play.go_to(typist, "people")
    typist.fill("input:search", "quynh nhu")
    typist.settle()
    typist.fill("input:search", TYPED)
    typist.settle()
    try:
        raise ValueError(f"{NAME} {NUMBER}")  # noqa: TRY301  a mistake of ours that quotes values
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert desktop.services is not None
    records = records_of(desktop.services.register)
    answers = employed(identity__full_name=TYPED, identity__id_number="003190123466")
    records.save(records.open(None), answers=answers, confirmations={})
    match ending:
        case "fault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            desktop.close()


if __name__ == "__main__":
    main()
