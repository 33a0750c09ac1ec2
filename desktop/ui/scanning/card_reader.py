"""A card without a scanner: pasted, from a picture in a file, or before the camera."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.ui import icons, printing
from desktop.ui.file_drop import FileDrop
from desktop.ui.page import Page
from desktop.ui.scanning.camera import CameraDialog
from desktop.ui.scanning.card_pictures import SUFFIXES, codes_in, picture_in
from desktop.ui.scanning.serial_scanner import Port, ports
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.wrapped_label import WrappedLabel

KEYS = "Ctrl+T"
_WIDTH = 520


class CardWays(QDialog):
    """How to read a card without a scanner.

    Signals:
        pasted: what lies on the clipboard is the card.
        file_asked: a file is to be chosen.
        camera_asked: the card is held before the camera.
        port_chosen: the serial port of the scanner; "" for none.
    """

    pasted = Signal()
    file_asked = Signal()
    camera_asked = Signal()
    port_chosen = Signal(str)

    def __init__(self, *, port: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._port = port
        self.setObjectName("card_ways")
        self.setWindowTitle(self.tr("Đọc thẻ"))
        heading = WrappedLabel()
        heading.setText(self.tr("Đọc thẻ không cần máy quét"))
        heading.setProperty("kind", "heading")
        advice = WrappedLabel()
        advice.setText(
            self.tr(
                "Đưa thẻ trước camera của máy; hoặc chụp mã QR của thẻ cho rõ nét bằng điện "
                "thoại, rồi chép ảnh và dán ở đây, mở tệp ảnh, hoặc kéo tệp ảnh thả vào cửa sổ. "
                "Máy quét USB thì quét thẳng, không cần mở hộp này."
            )
        )
        advice.setMinimumWidth(_WIDTH)
        paste = self._button(self.tr("Dán ảnh hoặc mã đã chép (Ctrl+V)"), "paste_card", "primary")
        paste.clicked.connect(lambda: self._choose(self.pasted))
        choose = self._button(self.tr("Mở tệp ảnh…"), "open_card_picture", "")
        choose.clicked.connect(lambda: self._choose(self.file_asked))
        camera = self._button(self.tr("Dùng camera"), "use_camera", "")
        camera.clicked.connect(lambda: self._choose(self.camera_asked))
        close = self._button(self.tr("Thôi"), "close_card_ways", "")
        close.clicked.connect(self.reject)
        paste.setDefault(True)
        paste.setFocus()
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        shortcut.activated.connect(paste.click)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (paste, choose, camera, close):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(advice)
        layout.addLayout(row)
        layout.addLayout(self._port_row())

    def show_ports(self, ports: Sequence[Port]) -> None:
        """The ports of this PC; the one in use is there even when its cable is not."""
        names = {one.name: f"{one.name}  {one.about}" for one in ports}
        if self._port:
            names.setdefault(self._port, self._port)
        for name, words in names.items():
            self._ports.addItem(words, name)
        self._ports.setCurrentIndex(max(0, self._ports.findData(self._port)))
        self._ports.activated.connect(
            lambda _index: self.port_chosen.emit(str(self._ports.currentData()))
        )

    def _port_row(self) -> QHBoxLayout:
        label = QLabel(self.tr("Máy quét ở cổng COM:"))
        self._ports = QComboBox()
        self._ports.setObjectName("choice:scanner_port")
        self._ports.setAccessibleName(label.text())
        self._ports.addItem(self.tr("Không dùng"), "")
        label.setBuddy(self._ports)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self._ports, 1)
        return row

    def _choose(self, way: object) -> None:
        self.accept()
        way.emit()  # type: ignore[attr-defined]  # a bound signal

    def _button(self, words: str, name: str, kind: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        button.setProperty("kind", kind)
        return button


class CardReader(QObject):
    """Reads cards from the clipboard and from pictures, and offers it on pages.

    Signals:
        code_read: the text of a card's code.
        failed: (what happened, what to do).
        port_chosen: the serial port of the scanner; "" for none.

    Attributes:
        port: the one that is listened to.
    """

    code_read = Signal(str)
    failed = Signal(str, str)
    port_chosen = Signal(str)

    def __init__(self, *, window: QWidget, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._jobs = jobs
        self.port = ""
        drop = FileDrop(window=window, suffixes=SUFFIXES)
        drop.setParent(self)
        drop.dropped.connect(self.read_file)

    def offer_on(self, page: Page) -> None:
        """A button among the page's tools, and its keys."""
        button = QToolButton()
        button.setObjectName("button:read_card")
        button.setToolTip(self.tr("Đọc thẻ từ ảnh hoặc mã đã chép ({keys})").format(keys=KEYS))
        button.setAccessibleName(self.tr("Đọc thẻ"))
        icons.put(button, "card", tint="accent", size=20)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self.ask)
        page.tools.insertWidget(0, button, 0, Qt.AlignmentFlag.AlignVCenter)
        bind(page, KEYS, self.ask)

    def ask(self) -> None:
        """From where?"""
        ways = CardWays(port=self.port, parent=self._window)
        ways.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ways.pasted.connect(self.paste)
        ways.file_asked.connect(self._choose_file)
        ways.camera_asked.connect(self.use_camera)
        ways.port_chosen.connect(self.port_chosen)
        self._jobs.run(ways, ports, on_success=ways.show_ports)
        ways.open()

    def use_camera(self) -> None:
        """Until there is a card before it, or somebody closes the dialog."""
        dialog = CameraDialog(jobs=self._jobs, parent=self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.code_read.connect(self.code_read)
        dialog.open()
        dialog.start()

    def paste(self) -> None:
        """What lies on the clipboard: a picture, a file of one, or the code itself."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is None:  # an empty clipboard has none
            data = QMimeData()
        path = _file_in(data)
        if path is not None:
            self.read_file(path)
        elif data.hasImage():
            self._search(QGuiApplication.clipboard().image())
        elif text := data.text().strip():
            self.code_read.emit(text)
        else:
            self.failed.emit(
                self.tr("Bộ nhớ tạm không có ảnh hay mã nào."),
                self.tr("Chép ảnh chụp mã QR của thẻ rồi dán lại."),
            )

    def read_file(self, path: Path) -> None:
        """A picture in a file."""
        self._jobs.run(
            self,
            lambda: codes_in(picture_in(path)),
            on_success=self._tell,
            on_error=self._fail,
        )

    def _search(self, image: QImage) -> None:
        self._jobs.run(self, lambda: codes_in(image), on_success=self._tell, on_error=self._fail)

    def _choose_file(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        printing.ask_for_existing(
            self._window,
            title=self.tr("Mở ảnh chụp mã QR của thẻ"),
            pattern=self.tr("Ảnh ({kinds})").format(kinds=kinds),
            chosen=self.read_file,
        )

    def _tell(self, codes: list[str]) -> None:
        if len(codes) == 1:
            self.code_read.emit(codes[0])
        elif codes:
            self.failed.emit(
                self.tr("Ảnh có {n} mã.").format(n=len(codes)),
                self.tr("Chụp hoặc cắt ảnh cho chỉ còn mã QR của một thẻ rồi làm lại."),
            )
        else:
            self.failed.emit(
                self.tr("Không thấy mã QR nào đọc được trong ảnh."),
                self.tr("Chụp lại gần hơn, đủ sáng, không lóa; hoặc nhập bằng tay."),
            )

    def _fail(self, _error: AppError) -> None:
        self._tell([])


def _file_in(data: QMimeData) -> Path | None:
    """The one picture file that was copied."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in SUFFIXES else None
