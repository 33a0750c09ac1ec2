"""Half-typed forms in the register: one row for each, overwritten at every pause of typing.

Drafts belong to this file and to the user who typed them: they are not synced, make no change and
no line of the ledger. The save that holds everything in a draft removes it in its own transaction.

A draft of a restricted form is there only for users who have the right to the form, its author
included: whoever asks here gets what he would get without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from desktop.domain.drafts import DraftMark, FormDraft, WaitingDraft
from desktop.domain.people import PersonId
from desktop.store.driver import Driver
from desktop.store.register import Register
from desktop.store.rights import may_see_form
from sync.protocol.documents import DataSet

_DRAFTS = msgspec.json.Decoder(FormDraft)
_PURPOSE = "draft"
# A person whom a save has just made bears the id of the draft (see ``Records.save``).
_PERSON = (
    "CASE WHEN person_id = '' AND EXISTS (SELECT 1 FROM documents WHERE documents.id = drafts.id) "
    "THEN id ELSE person_id END"
)
# A writing that was overtaken (by a later one, or in the queue) changes nothing.
_PUT = (
    "INSERT INTO drafts (id, revision, author, person_id, form_id, full_name, at, content) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, "
    "person_id = excluded.person_id, full_name = excluded.full_name, at = excluded.at, "
    "content = excluded.content "
    "WHERE excluded.revision > revision"
)
_END = "DELETE FROM drafts WHERE id = ? AND revision <= ?"


def put_draft(register: Register, draft: FormDraft) -> None:
    """Write a draft in place of what was written of it before."""
    with register.writing() as transaction:
        transaction.driver.execute(
            _PUT,
            (
                draft.draft_id,
                draft.revision,
                draft.author,
                draft.person_id or "",
                draft.form_id,
                draft.full_name,
                draft.at,
                msgspec.json.encode(draft).decode(),
            ),
        )


def end_draft(driver: Driver, mark: DraftMark) -> None:
    """Within the transaction of a save: what it holds needs no draft; what came later stays."""
    driver.execute(_END, (mark.draft_id, mark.revision))


def remove_draft(register: Register, mark: DraftMark) -> None:
    """Forget a draft, unless it was written anew since."""
    with register.writing() as transaction:
        end_draft(transaction.driver, mark)


def draft_with_id(register: Register, draft_id: str) -> FormDraft | None:
    """A draft, whoever typed it; ``None`` for one that the register's user may not see."""
    with register.reading() as connection:
        row = connection.exec_driver_sql(
            f"SELECT content, {_PERSON} FROM drafts WHERE id = ?",  # noqa: S608 names of ours
            (draft_id,),
        ).first()
    return None if row is None else _visible(register, _draft(*row))


def draft_about(
    register: Register, person_id: PersonId, *, form_id: str, author: str
) -> FormDraft | None:
    """The latest draft of this user about a person's form."""
    with register.reading() as connection:
        row = connection.exec_driver_sql(
            "SELECT content, ? FROM drafts WHERE ? IN (person_id, id) AND form_id = ? "
            "AND author = ? ORDER BY at DESC, id DESC LIMIT 1",
            (person_id, person_id, form_id, author),
        ).first()
    return None if row is None else _visible(register, _draft(*row))


def waiting_drafts(register: Register) -> Sequence[WaitingDraft]:
    """Every draft that the register's user may see, the latest first."""
    rights = _rights(register)
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT id, author, {_PERSON}, full_name, at, form_id FROM drafts "  # noqa: S608 names of ours
            "ORDER BY at DESC, id DESC"
        ).all()
    return [
        WaitingDraft(
            draft_id=str(draft_id),
            author=str(author),
            person_id=PersonId(person_id) if person_id else None,
            full_name=str(full_name),
            at=str(at),
        )
        for draft_id, author, person_id, full_name, at, form_id in rows
        if may_see_form(rights, str(form_id))
    ]


def drafts_by_author(register: Register) -> dict[str, int]:
    """Whose drafts lie here, and how many.

    Restricted ones count, whoever asks: nobody may believe that nothing is left.
    """
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT author, count(*) FROM drafts GROUP BY author ORDER BY author"
        ).all()
    return {str(author): int(count) for author, count in rows}


def seal_draft(register: Register, draft: FormDraft) -> bytes:
    """A draft that cannot be written, closed under the register's key, to be held in memory."""
    with register.lending_key() as key:
        box = SecretBox(key.derived(_PURPOSE))
    return bytes(box.encrypt(msgspec.json.encode(draft)))


def unseal_draft(register: Register, sealed: bytes) -> FormDraft | None:
    """A sealed draft; ``None`` when the register has another key now."""
    with register.lending_key() as key:
        box = SecretBox(key.derived(_PURPOSE))
    try:
        return _DRAFTS.decode(box.decrypt(sealed))
    except CryptoError:
        return None


def _rights(register: Register) -> frozenset[DataSet]:
    with register.restricted() as view:
        return view.rights


def _visible(register: Register, draft: FormDraft) -> FormDraft | None:
    return draft if may_see_form(_rights(register), draft.form_id) else None


def _draft(content: str, person_id: str) -> FormDraft:
    """About the person that a save may have made after the draft was written."""
    return replace(_DRAFTS.decode(content), person_id=PersonId(person_id) if person_id else None)
