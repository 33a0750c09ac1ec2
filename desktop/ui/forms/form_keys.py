"""What the buttons and the keys of the form page do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.ui.forms.form_foot import FormFoot
from desktop.ui.forms.form_head import FormHead
from desktop.ui.shortcuts import bind

_Deed = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What the page can do with the form that stands on it."""

    close: _Deed
    ask_history: _Deed
    ask_forms: _Deed
    ask_police: _Deed
    save: _Deed
    submit: _Deed
    submit_and_go_on: _Deed
    go_to_next: _Deed
    ditto: _Deed
    ditto_section: _Deed
    toggle_pin: _Deed


def connect_keys(
    page: QWidget, head: FormHead, foot: FormFoot, *, pressed: _Deed, deeds: Deeds
) -> None:
    """Once; ``pressed`` counts the keys."""
    on_buttons: tuple[tuple[QAbstractButton, _Deed], ...] = (
        (head.back, deeds.close),
        (head.history, deeds.ask_history),
        (head.other_forms, deeds.ask_forms),
        (head.police, deeds.ask_police),
        (head.save, deeds.save),
        (head.submit, deeds.submit),
        (foot.next, deeds.go_to_next),
    )
    for button, deed in on_buttons:
        button.clicked.connect(deed)
    on_keys: tuple[tuple[str, _Deed], ...] = (
        ("Esc", deeds.close),
        ("Ctrl+H", deeds.ask_history),
        ("F4", deeds.ask_forms),
        ("Ctrl+S", deeds.save),
        ("F8", deeds.go_to_next),
        ("Ctrl+Return", deeds.submit_and_go_on),
        ("Ctrl+Enter", deeds.submit_and_go_on),
        ("F2", deeds.ditto),
        ("Shift+F2", deeds.ditto_section),
        ("F3", deeds.toggle_pin),
    )
    for keys, deed in on_keys:
        bind(page, keys, pressed).activated.connect(deed)
