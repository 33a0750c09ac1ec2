"""The serial port at which this PC's scanner is; a register lies on one PC."""

from __future__ import annotations

from desktop.store.register import Register

_KEY = "scanner.port"


class ScannerPort:
    """Kept in the register; any thread may call, not the interface's."""

    def __init__(self, *, register: Register) -> None:
        self._register = register

    def load(self) -> str:
        """ "" for none."""
        return self._register.meta(_KEY) or ""

    def keep(self, port: str) -> None:
        """From now on."""
        self._register.set_meta({_KEY: port or None})
