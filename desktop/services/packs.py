"""What the province published: checked, shown, taken over; by sync or from a file.

    forms = province_forms(register)          # the registry that every service works with
    packs = Packs(register=register, forms=forms, clock=now, author="Lê Thị Bình")
    news = packs.inspect(path)                # nothing is taken over
    news = packs.receive(path)                # raises PACK_… problems: then everything is as before

A pack counts by the signature of the province's key, which the register learned when it was
enrolled, over the connection that proves who answers. What came is taken over in one transaction;
records and drafts that were begun with an older text keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from threading import Lock

from desktop.assets import program_version
from desktop.domain.ledger import PROGRAM
from desktop.domain.packs import HeldPack, PackNews, RefusedPack, TextNews
from desktop.errors import AppError, Problem, UserError
from desktop.services.neighbours import Neighbours
from desktop.services.place import place_of
from desktop.store import packs as shelf
from desktop.store.packs import StoredPack
from desktop.store.register import Register
from forms.about import AboutError
from forms.mistakes import DefinitionError
from forms.published import (
    DifferentTextError,
    MisshapenTextError,
    PublishedForm,
    PublishedForms,
)
from forms.registry import FormRegistry, UnknownFormError
from forms.text_changes import changes_between
from sync.protocol.documents import learn_form
from sync.protocol.packs import (
    LARGEST_CONTENT_BYTES,
    FormText,
    FormTexts,
    OptionList,
    Pack,
    PackError,
    PackFault,
    PackKind,
    SignedPack,
    UnitList,
    opened_pack,
    opened_text,
    pack_named_by,
    published_form,
    published_options,
    read_pack_file,
    unpacked,
)

_FAULTS = {
    PackFault.NOT_A_PACK: Problem.PACK_NOT_ONE,
    PackFault.NEWER_FORMAT: Problem.PACK_NEWER,
    PackFault.DAMAGED: Problem.PACK_DAMAGED,
    PackFault.TOO_LARGE: Problem.PACK_TOO_LARGE,
    PackFault.UNKNOWN_SIGNER: Problem.PACK_SIGNER_UNKNOWN,
    PackFault.OTHER_PROVINCE: Problem.PACK_OTHER_PROVINCE,
}
#: The text, the signature and whatever else stands before the content.
_LARGEST_FILE_BYTES = LARGEST_CONTENT_BYTES + 128 * 1024
_KINDS = {kind.value: kind for kind in PackKind}


def province_forms(register: Register) -> PublishedForms:
    """The forms of the program and what the province published beside them."""
    forms = PublishedForms(FormRegistry.bundled())
    _renew(register, forms)
    return forms


class Packs:
    """The work behind "Cập nhật từ tỉnh"; any thread may call. Also the shelf of a sync."""

    def __init__(
        self,
        *,
        register: Register,
        forms: PublishedForms,
        clock: Callable[[], datetime],
        author: str = "",
        program: str | None = None,
    ) -> None:
        """``program`` is the version that looks at packs; ``None`` for the one installed."""
        self._register = register
        self._forms = forms
        self._clock = clock
        self._author = author or PROGRAM
        self._program = program_version() if program is None else program
        self._taking = Lock()

    def held(self) -> list[HeldPack]:
        """What is here, the newest first."""
        found = [stored.held for stored in shelf.stored_packs(self._register)]
        return sorted(found, key=lambda one: one.applied_at, reverse=True)

    def refused(self) -> list[RefusedPack]:
        """What came and was not taken."""
        return shelf.refused_packs(self._register)

    def inspect(self, path: Path) -> PackNews:
        """What a file would change; nothing is taken over. Raises the problems of ``receive``."""
        signed, content = _read(path)
        return self._judged(signed, content)[0]

    def receive(self, path: Path) -> PackNews:
        """Take a file over; again without any effect.

        Raises ``PACK_…`` problems for one that is refused: then everything is as it was.
        """
        return self._receive(*_read(path))

    # -- the shelf of a sync --

    def serial(self) -> int:
        """The server's serial that everything here is of."""
        return shelf.serial(self._register, program=self._program)

    def wants(self, signed: SignedPack) -> bool:
        """Is it signed by the province, of a kind that is known, and not here?"""
        if self._province() is None:
            return False
        try:
            pack = self._opened_text(signed)
        except UserError as error:
            self._note(signed, error)
            return False
        if pack.kind not in _KINDS:
            return False
        stored = shelf.stored_pack(self._register, pack.kind, pack.name)
        return stored is None or stored.held.news.number < pack.number

    def take(self, signed: SignedPack, content: bytes) -> None:
        """Take one over that a sync brought; why one is refused is kept and shown."""
        try:
            self._receive(signed, content)
        except UserError as error:
            self._note(signed, error)

    def has_seen(self, serial: int) -> None:
        """All that the server has was looked at; while nobody could check it, it comes again."""
        if self._province() is not None:
            shelf.keep_serial(self._register, serial, program=self._program)

    # -- checking --

    def _province(self) -> tuple[str, str] | None:
        """Code of the province, and its key."""
        place = place_of(self._register)
        if place is None:
            return None
        enrolled = place.enrolled
        key = enrolled.province_key
        if not key:  # enrolled by an older server: the directory names it
            key = Neighbours(self._register, device_id=enrolled.device).server_key
        return (enrolled.province_code, key) if key else None

    def _opened_text(self, signed: SignedPack) -> Pack:
        place = self._province()
        if place is None:
            raise UserError(Problem.PACK_NO_KEY)
        try:
            return opened_text(signed, province=place[0], key=place[1])
        except PackError as error:
            raise UserError(_FAULTS[error.fault]) from error

    def _judged(self, signed: SignedPack, content: bytes) -> tuple[PackNews, list[FormText]]:
        """What it changes, and which older texts stay. Raises ``PACK_…`` problems."""
        place = self._province()
        if place is None:
            raise UserError(Problem.PACK_NO_KEY)
        try:
            pack = opened_pack(signed, content, province=place[0], key=place[1]).pack
            if pack.kind not in _KINDS:
                raise UserError(Problem.PACK_NEWER)
            stored = shelf.stored_pack(self._register, pack.kind, pack.name)
            if stored is not None and _is_repeated(pack, stored):
                return replace(stored.held.news, is_repeated=True), stored.older
            return self._news(pack, content, stored)
        except PackError as error:
            raise UserError(_FAULTS[error.fault]) from error

    def _news(
        self, pack: Pack, content: bytes, stored: StoredPack | None
    ) -> tuple[PackNews, list[FormText]]:
        kind = _KINDS[pack.kind]
        texts: tuple[TextNews, ...] = ()
        withdrawn: tuple[str, ...] = ()
        drafts, older = 0, list[FormText]()
        if kind is PackKind.FORM:
            came = unpacked(content, FormTexts)
            if came.form_id != pack.name:
                raise UserError(Problem.PACK_UNUSABLE, name=pack.name)
            older = _left_out(came, stored)
            self._require_usable(published_form(came))
            form = published_form(_with(came, older))
            texts, withdrawn = self._text_news(form)
            drafts = self._affected_drafts(form, texts, withdrawn)
        elif kind is PackKind.OPTIONS:
            self._require_usable_options(unpacked(content, OptionList))
        elif kind is PackKind.UNITS:
            unpacked(content, UnitList)
        return PackNews(
            kind=kind,
            name=pack.name,
            title=pack.title,
            number=pack.number,
            in_force=pack.in_force,
            issued_at=pack.issued_at,
            items=pack.items,
            texts=texts,
            withdrawn=withdrawn,
            drafts=drafts,
        ), older

    def _require_usable(self, form: PublishedForm) -> None:
        try:
            self._forms.check(form)
        except DifferentTextError as error:
            raise UserError(
                Problem.PACK_DIFFERS, name=error.form_id, version=error.version
            ) from error
        except (DefinitionError, MisshapenTextError, AboutError, UnknownFormError) as error:
            raise UserError(Problem.PACK_UNUSABLE, name=form.form_id) from error

    def _require_usable_options(self, content: OptionList) -> None:
        try:
            self._forms.check_options(published_options(content))
        except MisshapenTextError as error:
            raise UserError(Problem.PACK_UNUSABLE, name=content.name) from error

    def _text_news(self, form: PublishedForm) -> tuple[tuple[TextNews, ...], tuple[str, ...]]:
        """The texts that are new here, and those that are taken back now."""
        before = self._known(form.form_id)
        after = PublishedForms(FormRegistry.bundled(), [form])
        versions = after.versions(form.form_id)
        news = [
            _first(after, form.form_id, versions[0]),
            *(_next(after, form.form_id, old, new) for old, new in pairwise(versions)),
        ]
        offered = set(self._offered(form.form_id))
        return (
            tuple(one for one in news if one.version not in before),
            tuple(one for one in sorted(form.withdrawn) if one in offered),
        )

    def _known(self, form_id: str) -> list[str]:
        try:
            return self._forms.versions(form_id)
        except UnknownFormError:
            return []

    def _offered(self, form_id: str) -> list[str]:
        try:
            return self._forms.for_new_records(form_id)
        except UnknownFormError:
            return []

    def _affected_drafts(
        self, form: PublishedForm, texts: Sequence[TextNews], withdrawn: Sequence[str]
    ) -> int:
        """Half-typed forms that were begun with a text before a new one, or with one taken back."""
        newest = max((one.version for one in texts), default="")
        older = [version for version in self._known(form.form_id) if version < newest]
        return shelf.count_drafts(self._register, form.form_id, [*older, *withdrawn])

    # -- taking over --

    def _receive(self, signed: SignedPack, content: bytes) -> PackNews:
        with self._taking:
            news, older = self._judged(signed, content)
            if news.is_repeated:
                return news
            at = self._clock()
            held = HeldPack(news=news, applied_at=at.isoformat(timespec="seconds"))
            shelf.put_pack(
                self._register,
                StoredPack(signed=signed, content=content, held=held, older=older),
                kind=news.kind.value,
                name=news.name,
                at=at,
                by=self._author,
            )
            _renew(self._register, self._forms)
            return news

    def _note(self, signed: SignedPack, error: AppError) -> None:
        try:
            pack = pack_named_by(signed)
        except PackError:
            return  # nothing that could be named
        at = self._clock()
        shelf.note_refusal(
            self._register,
            RefusedPack(
                title=pack.title,
                number=pack.number,
                problem=error.problem,
                at=at.isoformat(timespec="seconds"),
                parameters=tuple(sorted(error.parameters.items())),
            ),
            kind=pack.kind,
            name=pack.name,
            at=at,
            by=self._author,
        )


def _renew(register: Register, forms: PublishedForms) -> None:
    """The registry as the register has it now; of what is newer than the program nothing."""
    found, options = [], []
    for stored in shelf.stored_packs(register):
        if stored.held.news.kind is PackKind.FORM:
            texts = unpacked(stored.content, FormTexts)
            found.append(published_form(_with(texts, stored.older)))
        elif stored.held.news.kind is PackKind.OPTIONS:
            options.append(published_options(unpacked(stored.content, OptionList)))
    forms.renew(found, options)
    for form in found:
        learn_form(form.form_id, forms.about(form.form_id).data_set)


def _with(texts: FormTexts, older: Sequence[FormText]) -> FormTexts:
    both = sorted([*older, *texts.texts], key=lambda text: text.version)
    return FormTexts(texts.form_id, both, texts.about, texts.withdrawn)


def _left_out(came: FormTexts, stored: StoredPack | None) -> list[FormText]:
    """Texts that are here and that this pack does not have: records may have been made with them.

    So it is when the server was restored from a backup. No new record begins with them.
    """
    if stored is None:
        return []
    before = _with(unpacked(stored.content, FormTexts), stored.older).texts
    versions = {text.version for text in came.texts}
    return [
        FormText(text.version, text.files, withdrawn=True)
        for text in before
        if text.version not in versions
    ]


def _is_repeated(pack: Pack, stored: StoredPack) -> bool:
    """Exactly this one is here. Raises for an older one, and for another one of its number."""
    number = stored.held.news.number
    if pack.number < number:
        raise UserError(Problem.PACK_OLDER, held=str(number), number=str(pack.number))
    if pack.number > number:
        return False
    if pack.sha256 != pack_named_by(stored.signed).sha256:
        raise UserError(Problem.PACK_DIFFERS, name=pack.name, version=str(pack.number))
    return True


def _first(forms: PublishedForms, form_id: str, version: str) -> TextNews:
    questions = forms.get(form_id, version).definition.questions()
    return TextNews(version=version, added=tuple(one.label_vi for one in questions))


def _next(forms: PublishedForms, form_id: str, old: str, new: str) -> TextNews:
    changes = changes_between(
        forms.get(form_id, old).definition,
        forms.get(form_id, new).definition,
        forms.declared(form_id, new),
    )
    return TextNews(
        version=new,
        after=old,
        added=changes.added,
        changed=changes.changed,
        retired=changes.retired,
    )


def _read(path: Path) -> tuple[SignedPack, bytes]:
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise UserError(Problem.PACK_TOO_LARGE)
        return read_pack_file(path.read_bytes())
    except OSError as error:
        raise UserError(Problem.PACK_GONE) from error
    except PackError as error:
        raise UserError(_FAULTS[error.fault]) from error
