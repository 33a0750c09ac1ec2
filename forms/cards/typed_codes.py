"""The keys that a scanner pressed, seen through the typing method of the PC.

A scanner that types like a keyboard presses one key for each sign. A Vietnamese typing method
answers some of them: it takes the key away and puts a letter with a mark in the place of what stood
there, by backspaces (Unikey) or by composing. What stood there before and after tells the key:
``a`` that became ``â`` was a second ``a`` (Telex) or a ``6`` (VNI).

    line = TypedCode()
    line.type("a"); line.take_back(1); line.type("â")
    line.readings()             # ("aa", "a6", "â"): Telex, VNI, as it stands

Letters with marks that nobody put together are the scanner's own: some send them whole.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

_TELEX, _VNI = 0, 1
#: Combining mark -> the key of Telex ("" for the letter itself once more), the key of VNI.
_MARK_KEYS = {
    "\u0301": ("s", "1"),
    "\u0300": ("f", "2"),
    "\u0309": ("r", "3"),
    "\u0303": ("x", "4"),
    "\u0323": ("j", "5"),
    "\u0302": ("", "6"),
    "\u031b": ("w", "7"),
    "\u0306": ("w", "8"),
}
_STROKE = "\u0335"  # stands for the stroke of đ, which has no mark of its own
_MARK_KEYS[_STROKE] = ("", "9")
#: What the digits of the Windows layout "Vietnamese" type.
_DIGIT_LETTERS = str.maketrans(
    {
        "ă": "1",
        "â": "2",
        "ê": "3",
        "ô": "4",
        "\u0300": "5",
        "\u0309": "6",
        "\u0303": "7",
        "\u0301": "8",
        "\u0323": "9",
        "đ": "0",
    }
)


@dataclass(slots=True)
class TypedCode:
    """What stands in a line while a scanner types into it.

    Attributes:
        is_composed: did a typing method put letters together?
        preedit: what an input method shows and may still change.
    """

    is_composed: bool = False
    preedit: str = field(default="", repr=False)
    _steps: list[tuple[int, str]] = field(default_factory=list, repr=False)

    def type(self, text: str) -> None:
        """Signs were added."""
        self._steps.append((0, text))

    def take_back(self, count: int) -> None:
        """Signs were taken away from the end."""
        self.is_composed = True
        if self._steps and not self._steps[-1][1]:
            count += self._steps.pop()[0]
        self._steps.append((count, ""))

    def compose(self, commit: str, preedit: str) -> None:
        """An input method settled some letters and shows others that may still change."""
        before, after = self.preedit, commit + preedit
        self.preedit = preedit
        if after == before:
            return
        same = _common(before, after)
        if len(same) < len(before):
            self.is_composed = True
        self._steps.append((len(before) - len(same), after[len(same) :]))

    def readings(self) -> tuple[str, ...]:
        """What the scanner may have typed, the likeliest first, each once."""
        shown, telex, vni = "", "", ""
        steps = self._steps if self.is_composed else [(0, "".join(text for _, text in self._steps))]
        for count, text in _groups(steps):
            gone = shown[len(shown) - count :] if count else ""
            shown = shown[: len(shown) - count] + text
            telex += _key(gone, text, _TELEX)
            vni += _key(gone, text, _VNI)
        found = [telex, vni, shown] if self.is_composed else [shown]
        return tuple(dict.fromkeys([*found, _by_digit_letters(shown)]))


def _groups(steps: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Backspaces joined with the letters that were typed again in the place of what is gone."""
    found: list[tuple[int, str]] = []
    gone, again = 0, ""
    for count, text in steps:
        if count and text:
            found.append((count, text))
            continue
        if count:
            if gone:
                found.append((gone, again))
            gone, again = count, ""
            continue
        for sign in text:
            if gone:
                again += sign
                if len(again) == gone:
                    found.append((gone, again))
                    gone, again = 0, ""
            else:
                found.append((0, sign))
    if gone:
        found.append((gone, again))
    return found


def _key(gone: str, came: str, method: int) -> str:
    """The key that made ``came`` out of ``gone``."""
    if not gone:
        return came
    old, new = _taken_apart(gone), _taken_apart(came)
    old_letters, new_letters = _letters(old), _letters(new)
    added = new_letters[len(old_letters) :] if new_letters.startswith(old_letters) else ""
    if added or new_letters != old_letters:
        return added or came
    marks = [sign for sign in new if sign in _MARK_KEYS]
    for sign in (one for one in old if one in _MARK_KEYS):
        if sign in marks:
            marks.remove(sign)
    if not marks:
        return ""
    key = _MARK_KEYS[marks[0]][method]
    letter = new[new.index(marks[0]) - 1]
    return key or letter


def _taken_apart(text: str) -> str:
    """Letters with their marks behind them, the stroke of đ among them."""
    apart = unicodedata.normalize("NFD", text)
    return apart.replace("đ", f"d{_STROKE}").replace("Đ", f"D{_STROKE}")


def _letters(apart: str) -> str:
    return "".join(sign for sign in apart if sign not in _MARK_KEYS)


def _common(one: str, other: str) -> str:
    """How both begin."""
    place = 0
    while place < min(len(one), len(other)) and one[place] == other[place]:
        place += 1
    return one[:place]


def _by_digit_letters(text: str) -> str:
    """The digits of a layout that types letters for them, where the text begins with such."""
    return text.translate(_DIGIT_LETTERS) if text[:1] in ("ă", "â", "ê", "ô", "đ") else text
