"""A card held before the PC's camera.

Qt's multimedia module is loaded with the first picture: on a PC without sound and video it may be
missing, and only this dialog is then without its picture. Nothing is kept of what the camera sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.ui.scanning.card_pictures import codes_in
from desktop.ui.widgets.wrapped_label import WrappedLabel

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCamera, QVideoFrame, QVideoSink

_WIDTH, _HEIGHT = 560, 420
#: A picture is taken from the camera's stream no sooner than this after the one before.
_PAUSE_MS = 100


class CameraDialog(QDialog):
    """Shows what the camera sees until there is one card's code in it.

    Signals:
        code_read: the text of the code; the dialog has closed.

    Attributes:
        sink: where the camera's pictures arrive; ``None`` until ``start``, or without multimedia.
    """

    code_read = Signal(str)

    def __init__(self, *, jobs: JobRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._camera: QCamera | None = None
        self._number = 0
        self._is_reading = False
        self._since = QElapsedTimer()
        self.sink: QVideoSink | None = None
        self.setObjectName("camera")
        self.setWindowTitle(self.tr("Đọc thẻ bằng camera"))
        self._advice = WrappedLabel()
        self._advice.setObjectName("camera:advice")
        self._advice.setMinimumWidth(_WIDTH)
        self._picture = QLabel()
        self._picture.setObjectName("camera:picture")
        self._picture.setAccessibleName(self.tr("Hình camera đang thấy"))
        self._picture.setFixedSize(_WIDTH, _HEIGHT)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setProperty("kind", "camera")
        self._other = QPushButton(self.tr("Camera khác"))
        self._other.setObjectName("button:other_camera")
        self._other.setVisible(False)
        self._other.clicked.connect(self._use_next)
        close = QPushButton(self.tr("Thôi"))
        close.setObjectName("button:close_camera")
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._other)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(self._advice)
        layout.addWidget(self._picture)
        layout.addLayout(row)
        self.finished.connect(self._stop)

    def start(self) -> None:
        """Open the camera; says why there is no picture when there is none."""
        try:
            from PySide6.QtMultimedia import QMediaCaptureSession, QMediaDevices, QVideoSink
        except ImportError:
            self._refuse(self.tr("Máy này thiếu thành phần video nên không dùng được camera."))
            return
        self.sink = QVideoSink(self)
        self.sink.videoFrameChanged.connect(self._take)
        self._session = QMediaCaptureSession(self)
        self._session.setVideoSink(self.sink)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._open)
        self._open()

    def _open(self) -> None:
        """The chosen one of the cameras that are plugged in now."""
        from PySide6.QtMultimedia import QCamera, QMediaDevices

        self._close()
        inputs = QMediaDevices.videoInputs()
        self._other.setVisible(len(inputs) > 1)
        if not inputs:
            self._refuse(self.tr("Không thấy camera nào. Cắm camera vào là dùng được ngay."))
            return
        self._advice.setText(
            self.tr(
                "Đưa mặt thẻ có mã QR vào giữa hình, cách camera chừng một gang tay, tránh lóa. "
                "Đọc được mã là hộp này tự đóng. Hình không được lưu lại."
            )
        )
        self._camera = QCamera(inputs[self._number % len(inputs)], self)
        self._camera.errorOccurred.connect(self._fail)
        self._session.setCamera(self._camera)
        self._camera.start()

    def _use_next(self) -> None:
        self._number += 1
        self._open()

    def _fail(self) -> None:
        self._refuse(
            self.tr(
                "Không mở được camera. Đóng ứng dụng khác đang dùng camera, cho phép chương trình "
                "dùng camera trong phần cài đặt quyền riêng tư của Windows, rồi thử lại."
            )
        )

    def _refuse(self, words: str) -> None:
        self._advice.setText(words + " " + self.tr("Cách khác: dán ảnh hoặc mở tệp ảnh thẻ."))

    def _take(self, frame: QVideoFrame) -> None:
        """One picture at a time is searched; those that come meanwhile are passed over."""
        if self._is_reading or (self._since.isValid() and self._since.elapsed() < _PAUSE_MS):
            return
        image = frame.toImage()
        if image.isNull():
            return
        self._since.start()
        self._show(image)
        self._is_reading = True
        self._jobs.run(self, lambda: codes_in(image), on_success=self._tell, on_error=self._go_on)

    def _show(self, image: QImage) -> None:
        size = self._picture.size() * self.devicePixelRatio()
        pixels = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio))
        pixels.setDevicePixelRatio(self.devicePixelRatio())
        self._picture.setPixmap(pixels)

    def _tell(self, codes: list[str]) -> None:
        self._is_reading = False
        if not self.isVisible():
            return  # closed while its last picture was searched
        if len(codes) == 1:
            self.accept()
            self.code_read.emit(codes[0])
        elif codes:
            self._advice.setText(self.tr("Camera thấy nhiều mã. Để riêng một thẻ trước camera."))

    def _go_on(self, _error: AppError) -> None:
        self._is_reading = False

    def _stop(self) -> None:
        self._close()
        self._picture.clear()

    def _close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.stop()
            camera.deleteLater()
