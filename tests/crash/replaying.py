"""What a disk may hold after a power cut: built from the record of what was asked of it.

The disk is the worst one that keeps its word. What a flush of a file confirmed is there; every
other write may be there or not, in any order, torn at 512 bytes. Names (created, renamed, removed)
are sure only after a flush of their folder. A flush that failed has confirmed nothing, and
what it was to write is gone although it can still be read: only writing it again helps.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique
from pathlib import Path
from random import Random

from tests.crash.recording import Event

SECTOR = 512
#: Files that tell nothing once no process is there: SQLite's shared memory and the locks.
PASSING = ("-shm", ".lock")


@unique
class Fate(Enum):
    """What becomes of that which was not flushed."""

    DROPPED = "dropped"
    KEPT = "kept"
    SUBSET = "subset"
    TORN = "torn"


@dataclass(slots=True)
class _File:
    """A file, whatever it is called: what is sure, and what was asked since."""

    sure: bytearray = field(default_factory=bytearray)
    now: bytearray = field(default_factory=bytearray)
    asked: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut to that length

    def write(self, at: int, content: bytes) -> None:
        _apply(self.now, at, content)
        self.asked.append((at, content))

    def truncate(self, length: int) -> None:
        _apply(self.now, length, None)
        self.asked.append((length, None))

    def flush(self) -> None:
        for at, content in self.asked:
            _apply(self.sure, at, content)
        self.asked = []

    def forsake(self) -> None:
        """A flush failed: what it was to write is gone, though it can be read while this runs.

        Lengths are the file system's own books: those come through.
        """
        for at, content in self.asked:
            length = at if content is None else max(len(self.sure), at + len(content))
            _apply(self.sure, length, None)
        self.asked = []


@dataclass(frozen=True, slots=True)
class _Naming:
    """One change of names: path -> file, ``None`` for a folder or for no longer there."""

    sets: tuple[tuple[str, _File | None], ...]
    folders: tuple[str, ...]
    makes_folder: bool = False


class Disk:
    """One folder on a disk, as a program sees it and as it is."""

    def __init__(self, root: str, *, keeps_word: bool = True) -> None:
        self.root = root
        self._keeps_word = keeps_word
        self._names: dict[str, _File] = {}
        self._sure_names: dict[str, _File] = {}
        self._pending: list[_Naming] = []
        self._open: dict[int, _File | str] = {}
        self._folders: set[str] = {root}
        self._sure_folders: set[str] = {root}

    def begin_with(self, folder: Path) -> None:
        """What lies there already is sure."""
        for path in sorted(folder.rglob("*")):
            place = self.root + "/" + path.relative_to(folder).as_posix()
            if path.is_dir():
                self._folders.add(place)
                self._sure_folders.add(place)
            else:
                content = path.read_bytes()
                self._names[place] = _File(bytearray(content), bytearray(content))
        self._sure_names = dict(self._names)

    def happen(self, event: Event) -> None:
        """One call more."""
        getattr(self, f"_on_{event.kind}")(event)

    def _on_O(self, event: Event) -> None:  # noqa: N802  as the record calls it
        path = event.path
        if event.number & os.O_DIRECTORY or path in self._folders:
            self._open[event.fd] = path
            return
        file = self._names.get(path)
        if file is None:
            file = _File()
            self._name(((path, file),))
        elif event.number & os.O_TRUNC:
            file.truncate(0)
        self._open[event.fd] = file

    def _on_C(self, event: Event) -> None:  # noqa: N802
        self._open.pop(event.fd)

    def _on_W(self, event: Event) -> None:  # noqa: N802
        file = self._open[event.fd]
        assert isinstance(file, _File)
        file.write(event.number, event.first)

    def _on_T(self, event: Event) -> None:  # noqa: N802
        file = self._open[event.fd]
        assert isinstance(file, _File)
        file.truncate(event.number)

    def _on_S(self, event: Event) -> None:  # noqa: N802
        if not self._keeps_word:
            return
        what = self._open[event.fd]
        if isinstance(what, _File):
            if event.failed:
                what.forsake()
            else:
                what.flush()
        elif not event.failed:
            self._flush_names(what)

    def _on_R(self, event: Event) -> None:  # noqa: N802
        old, new = event.path, event.second.decode()
        if old in self._folders:
            inside = [path for path in self._names if path.startswith(old + "/")]
            sets: list[tuple[str, _File | None]] = []
            for path in inside:
                sets += [(new + path[len(old) :], self._names[path]), (path, None)]
            moved = [path for path in self._folders if (path + "/").startswith(old + "/")]
            for path in moved:
                self._folders.discard(path)
                self._folders.add(new + path[len(old) :])
            self._name(tuple(sets), folders=(_parent(old), _parent(new)), makes_folder=True)
        else:
            self._name(((new, self._names[old]), (old, None)))

    def _on_U(self, event: Event) -> None:  # noqa: N802
        if event.path in self._folders:
            self._folders.discard(event.path)
        else:
            self._name(((event.path, None),))

    def _on_M(self, event: Event) -> None:  # noqa: N802
        self._folders.add(event.path)

    def _on_K(self, event: Event) -> None:  # noqa: N802
        """A promise changes nothing."""

    def _name(
        self,
        sets: tuple[tuple[str, _File | None], ...],
        *,
        folders: tuple[str, ...] = (),
        makes_folder: bool = False,
    ) -> None:
        naming = _Naming(sets, folders or tuple({_parent(path) for path, _ in sets}), makes_folder)
        _set_names(self._names, naming)
        self._pending.append(naming)

    def _flush_names(self, folder: str) -> None:
        """Of a renaming over two folders either tells: journals keep it as one."""
        waiting = []
        for naming in self._pending:
            if folder in naming.folders:
                _set_names(self._sure_names, naming)
            else:
                waiting.append(naming)
        self._pending = waiting

    def now(self) -> dict[str, bytes]:
        """What the program sees."""
        return {self._inside(path): bytes(file.now) for path, file in self._names.items()}

    def image(self, fate: Fate, random: Random) -> dict[str, bytes]:
        """What may be there after a cut at this moment."""
        names = dict(self._sure_names)
        for naming in self._kept_names(fate, random):
            _set_names(names, naming)
        return {
            self._inside(path): _content(file, fate, random)
            for path, file in names.items()
            if not path.endswith(PASSING)
        }

    def _kept_names(self, fate: Fate, random: Random) -> Sequence[_Naming]:
        match fate:
            case Fate.DROPPED:
                return ()
            case Fate.KEPT:
                return self._pending
            case Fate.TORN:  # a journal: what came first is there first
                return self._pending[: random.randint(0, len(self._pending))]
            case Fate.SUBSET:
                return [one for one in self._pending if random.random() < 0.5]

    def _inside(self, path: str) -> str:
        return path[len(self.root) + 1 :]


def lay_out(image: dict[str, bytes], folder: Path) -> None:
    """Write an image into a new folder."""
    folder.mkdir(parents=True)
    for name, content in image.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def cuts(
    events: Sequence[Event], disk: Disk, *, images: int, random: Random
) -> Iterator[tuple[int, Fate, dict[str, bytes], list[str]]]:
    """Images of cuts spread over the record: where, what became of the rest, promises so far.

    Moments at which something is un-flushed or was just promised are the ones that matter; each
    is taken with every fate, as often as ``images`` needs.
    """
    moments = [n for n, event in enumerate(events) if event.kind in "WTSRUKO"]
    wanted = max(1, images // len(Fate))
    if wanted < len(moments):
        chosen = sorted(random.sample(moments, wanted))
    else:
        chosen = sorted(moments * (wanted // len(moments)))
    promises: list[str] = []
    left = list(reversed(chosen))
    for number, event in enumerate(events):
        disk.happen(event)
        if event.kind == "K":
            promises.append(event.path)
        while left and left[-1] == number:
            left.pop()
            for fate in Fate:
                yield number, fate, disk.image(fate, random), list(promises)


def _content(file: _File, fate: Fate, random: Random) -> bytes:
    content = bytearray(file.sure)
    match fate:
        case Fate.DROPPED:
            pass
        case Fate.KEPT:
            return bytes(file.now)
        case Fate.SUBSET:
            for at, written in file.asked:
                if random.random() < 0.5:
                    _apply(content, at, written)
        case Fate.TORN:
            for at, written in file.asked:
                _apply_torn(content, at, written, random)
    return bytes(content)


def _apply(content: bytearray, at: int, written: bytes | None) -> None:
    if written is None:
        if at < len(content):
            del content[at:]
        else:
            content.extend(bytes(at - len(content)))
        return
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(written)] = written


def _apply_torn(content: bytearray, at: int, written: bytes | None, random: Random) -> None:
    if written is None:
        if random.random() < 0.5:
            _apply(content, at, None)
        return
    end = at + len(written)
    while at < end:
        after = min(end, (at // SECTOR + 1) * SECTOR)
        if random.random() < 0.5:
            start = len(written) - (end - at)
            _apply(content, at, written[start : start + after - at])
        at = after


def _set_names(names: dict[str, _File], naming: _Naming) -> None:
    for path, file in naming.sets:
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
