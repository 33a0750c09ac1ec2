"""Finding a household by the number the commune gave it."""

from __future__ import annotations

from desktop.domain.people import HouseholdId
from desktop.store.register import Register
from sync.protocol.documents import DataSet, bucket_of


def household_with_code(
    register: Register, *, commune_code: str, code: str, hamlet: str
) -> HouseholdId | None:
    """The household of this commune with this code, in this hamlet when one is given.

    Codes are numbered per hamlet in some communes, so that one code may stand for several
    households; without a hamlet only a code that is the only one of its kind is found.
    """
    bucket = bucket_of(commune_code, DataSet.REGISTER)
    with register.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT h.id FROM households AS h JOIN documents AS d ON d.doc = h.doc "
            "WHERE h.code = ?1 AND d.bucket = ?2 "
            "AND (?3 = '' OR h.hamlet = ?3 OR h.hamlet = '') ORDER BY h.hamlet = '', h.id LIMIT 2",
            (code, bucket, hamlet),
        ).all()
    is_certain = len(found) == 1 or (found and hamlet)
    return HouseholdId(str(found[0][0])) if is_certain else None
