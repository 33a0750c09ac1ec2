"""The three appearances: readable by the numbers, worn at once, kept for each user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QRadioButton

from desktop import assets
from desktop.domain.preferences import Appearance
from desktop.services.preferences import Preferences
from desktop.ui import palettes, theme
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import make_register

_TABLES = {"light": palettes.LIGHT, "dark": palettes.DARK, "contrast": palettes.CONTRAST}
_ON_PAGES = ("window", "surface", "sunken")
#: Text on what it stands on in the style sheet.
_READ = [
    *[(text, ground) for text in ("text", "muted", "accent") for ground in _ON_PAGES],
    *[(kind, ground) for kind in ("error", "warning", "info", "good") for ground in _ON_PAGES],
    *[(kind, f"{kind}_soft") for kind in ("error", "warning", "info", "good")],
    *[("text", ground) for ground in ("accent_soft", "error_soft", "warning_soft", "good_soft")],
    ("text", "border"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    *[("nav_text", ground) for ground in ("nav", "nav_hover", "nav_active")],
    ("nav_muted", "nav"),
]
_READ = [pair for pair in _READ if pair != ("text", "border")]


def _luminance(color: str) -> float:
    """WCAG 2.2, relative luminance."""
    found = QColor(color)
    parts = (found.redF(), found.greenF(), found.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(autouse=True)
def back_to_light(qapp: QApplication) -> Iterator[None]:
    """Other tests see the look they expect."""
    yield
    theme.wear(qapp, Appearance.LIGHT)


@pytest.mark.parametrize("name", sorted(_TABLES))
def test_every_text_can_be_read(name: str) -> None:
    table, least = _TABLES[name], 7.0 if name == "contrast" else 4.5
    weak = {
        f"{text} on {ground}": round(_contrast(table[text], table[ground]), 2)
        for text, ground in _READ
        if _contrast(table[text], table[ground]) < least
    }
    assert weak == {}
    assert _contrast("#FFFFFF", table["training"]) >= least
    assert _contrast("#FFFFFF", table["nav_active"]) >= least


def test_strong_contrast_draws_what_can_be_used_with_strong_lines() -> None:
    table = palettes.CONTRAST
    for line in ("border", "border_strong", "accent", "error_line", "warning_line"):
        assert _contrast(table[line], table["surface"]) >= 3, line


def test_every_appearance_has_every_token_of_the_style_sheet() -> None:
    asked = set(re.findall(r"@([a-z_]+)", assets.style_text("program")))
    asked -= {"mark_check", "mark_down", "accent)", "accent"}
    for table in _TABLES.values():
        assert table.keys() == palettes.LIGHT.keys()
        assert asked <= table.keys()


def test_another_appearance_is_worn_at_once_and_by_this_user_again(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so", count=3).close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_settings")
    hands.settle()
    assert hands.find(QRadioButton, "radio:appearance_system").isChecked()
    assert cut(hands.window) == []
    light = _corner(hands.window.grab().toImage().pixelColor(700, 740))
    before = _icon_of(hands, "button:new_person")

    hands.click("radio:appearance_dark")
    hands.settle()
    assert theme.worn() is Appearance.DARK
    dark = _corner(hands.window.grab().toImage().pixelColor(700, 740))
    assert (light, dark) == (palettes.LIGHT["window"], palettes.DARK["window"])
    assert _icon_of(hands, "button:new_person") != before

    hands.desktop.lock()
    hands.settle()
    assert theme.worn() is Appearance.DARK  # whoever looks at the locked window is the same
    theme.wear(QApplication.instance(), Appearance.LIGHT)  # type: ignore[arg-type]
    again = open_desk(tmp_path / "so")
    assert theme.worn() is Appearance.DARK
    again.click("button:nav_settings")
    again.settle()
    assert again.find(QRadioButton, "radio:appearance_dark").isChecked()


def test_the_time_until_the_register_locks_is_chosen_and_kept(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_settings")
    hands.settle()
    choice = hands.find(QComboBox, "choice:idle_minutes")
    assert choice.currentText() == "Sau 10 phút"
    choice.setCurrentIndex(choice.findData(2))
    choice.activated.emit(choice.currentIndex())
    hands.settle()
    assert hands.desktop.services is not None
    assert hands.desktop.services.locking.idle_minutes() == 2


def test_each_user_has_the_own_look(tmp_path: Path) -> None:
    with make_register(tmp_path / "so") as register:
        Preferences(register=register, user_name="Lan").choose_appearance(Appearance.DARK)
        assert Preferences(register=register, user_name="Lan").appearance() is Appearance.DARK
        assert Preferences(register=register, user_name="Minh").appearance() is Appearance.SYSTEM
        register.set_meta({"appearance.Lan": "of a later program"})
        assert Preferences(register=register, user_name="Lan").appearance() is Appearance.SYSTEM


def _corner(color: QColor) -> str:
    return color.name().upper()


def _icon_of(hands: Hands, name: str) -> bytes:
    """Also of a button on a page that is not shown."""
    button = hands.window.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    picture = button.icon().pixmap(20, 20).toImage()
    return bytes(picture.constBits())
