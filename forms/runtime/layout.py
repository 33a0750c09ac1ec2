"""The items of a form with their levels and slots, before any expression is compiled."""

from __future__ import annotations

from forms.definition import FormDefinition, Question, Section
from forms.expressions.scope import FormMap, Kind, Level, Spot
from forms.expressions.terms import FIRST
from forms.runtime.compiled import Item


class Layout:
    """Every item and spot of a definition.

    Attributes:
        items: in the order of the paper; of a repeat the list, then the instance.
        levels: the form's first, outer repeats before inner ones.
        by_path: what stands at a path; of a repeat its list.
        instances: path of a repeat -> the item of its instances.
        around: number of an item -> that of the item it stands in.
    """

    def __init__(self, definition: FormDefinition) -> None:
        self.items: list[Item] = []
        self.levels = [Level(0, "", None, 0)]
        self.by_path: dict[str, Item] = {}
        self.instances: dict[str, Item] = {}
        self.around: dict[int, int] = {}
        self._spots: dict[str, Spot] = {}
        for child in definition.children:
            self._add(child, self.levels[0], None)

    def form_map(self) -> FormMap:
        """The spots by path and by name.

        Questions may stand in groups that are only part of their path.
        """
        for spot in list(self._spots.values()):
            around = spot.path.rpartition("/")[0]
            while around and around not in self._spots:
                self._spots[around] = Spot(around, Kind.GROUP, spot.level, 0)
                around = around.rpartition("/")[0]
        by_name: dict[str, tuple[str, ...]] = {}
        for path in self._spots:
            name = path.rpartition("/")[2]
            by_name[name] = (*by_name.get(name, ()), path)
        return FormMap(self.levels[0], self._spots, by_name)

    def _add(self, source: Question | Section, level: Level, around: Item | None) -> None:
        item = self._item(source, level, level.take_slot(), around)
        self.by_path[source.path] = item
        kind = Kind.QUESTION if isinstance(source, Question) else Kind.GROUP
        spot = self._spots[source.path] = Spot(source.path, kind, level, item.slot)
        if isinstance(source, Question):
            return
        if source.repeat is not None:
            level = Level(len(self.levels), source.path, level, level.depth + 1, item.slot)
            self.levels.append(level)
            item.inner = level.number
            spot.kind, spot.inner = Kind.REPEAT, level
            item = self._item(source, level, level.take_slot(), item)
            self.instances[source.path] = item
        for child in source.children:
            self._add(child, level, item)

    def _item(
        self, source: Question | Section, level: Level, slot: int, around: Item | None
    ) -> Item:
        is_instance = slot == FIRST and level.number > 0
        role = source.role if isinstance(source, Question) else None
        item = Item(
            path=source.path,
            tail=source.path[len(level.path) :].lstrip("/"),
            number=len(self.items),
            level=level.number,
            slot=slot,
            parent=0 if around is None or is_instance else around.slot,
            row=source.source_row,
            label_vi=source.label_vi,
            place=role or source.path,
            question=source if isinstance(source, Question) else None,
            section=source if isinstance(source, Section) else None,
        )
        self.items.append(item)
        if around is not None:
            self.around[item.number] = around.number
        return item
