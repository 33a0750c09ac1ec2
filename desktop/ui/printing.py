"""Texts that leave the program on paper or in a file, always because somebody asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMarginsF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget

_MARGIN_MM = 18.0


def print_document(
    document: QTextDocument, *, parent: QWidget, title: str, layout: QPageLayout | None = None
) -> None:
    """Ask for a printer and print, on upright A4 unless a layout is given."""
    printer = _a4_printer()
    if layout is not None:
        printer.setPageLayout(layout)
    printer.setDocName(title)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: document.print_(printer))
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()


def write_pdf(document: QTextDocument, path: Path) -> None:
    """The same pages as a file."""
    printer = _a4_printer()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    document.print_(printer)


def ask_for_file(
    parent: QWidget,
    *,
    title: str,
    name: str = "",
    pattern: str,
    suffix: str = "",
    chosen: Callable[[Path], None],
) -> None:
    """Where to write a file; our own words on the dialog, because Qt's speak English.

    ``suffix`` (``"xlsx"``) is put behind a name that is typed without one.
    """
    dialog = _file_dialog(parent, title, pattern)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setLabelText(
        QFileDialog.DialogLabel.Accept, QCoreApplication.translate("printing", "Lưu")
    )
    if suffix:
        dialog.setDefaultSuffix(suffix)
    if name:
        dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()


def ask_for_existing(
    parent: QWidget,
    *,
    title: str,
    pattern: str = "",
    is_folder: bool = False,
    chosen: Callable[[Path], None],
) -> None:
    """Which file or folder to read."""
    dialog = _file_dialog(parent, title, pattern)
    dialog.setFileMode(
        QFileDialog.FileMode.Directory if is_folder else QFileDialog.FileMode.ExistingFile
    )
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, is_folder)
    dialog.setLabelText(
        QFileDialog.DialogLabel.Accept, QCoreApplication.translate("printing", "Chọn")
    )
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()


def _file_dialog(parent: QWidget, title: str, pattern: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    if pattern:
        dialog.setNameFilter(pattern)
    dialog.setLabelText(
        QFileDialog.DialogLabel.Reject, QCoreApplication.translate("printing", "Thôi")
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def _a4_printer() -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    return printer
