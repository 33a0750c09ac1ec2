"""What the system knows of the network: is there one, and does each megabyte of it cost?"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot


class Network(QObject):
    """A network nobody can tell anything about: perhaps there, as far as known not metered.

    Signals:
        changed: one of the answers is another than before.
    """

    changed = Signal()

    @property
    def is_online(self) -> bool | None:
        """``None`` when nobody knows: trying tells."""
        return None

    @property
    def is_metered(self) -> bool:
        """Does the system say that this line costs by volume?"""
        return False


class SystemNetwork(Network):
    """As Windows, NetworkManager or GLib tell it, through Qt."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Imported here: a machine without any such service loads nothing of it.
        from PySide6.QtNetwork import QNetworkInformation

        self._kind = QNetworkInformation
        is_loaded = QNetworkInformation.loadDefaultBackend()
        self._source = QNetworkInformation.instance() if is_loaded else None
        if self._source is not None:
            self._source.reachabilityChanged.connect(self._tell)
            self._source.isMeteredChanged.connect(self._tell)

    @property
    def is_online(self) -> bool | None:
        """A province's server may stand in the local network: only no network at all is offline."""
        if self._source is None:
            return None
        reachability = self._source.reachability()
        if reachability == self._kind.Reachability.Unknown:
            return None
        return bool(reachability != self._kind.Reachability.Disconnected)

    @property
    def is_metered(self) -> bool:
        """What the system says of this line."""
        return self._source is not None and self._source.isMetered()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()
