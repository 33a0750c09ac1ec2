"""The second fence: what the database itself shows to the program that answers devices.

The first fence is the code that asks for a device's own rows only. Should a statement forget that,
PostgreSQL's row-level security still shows nothing foreign: ``run`` works as a role that owns
nothing, and every table with anybody's data has a policy on settings of the transaction. A
transaction that did not ``enter`` sees no such row at all. The role has no more than ``GRANTS``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Text,
    bindparam,
    cast,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError

#: Settings of a transaction that the policies read.
DEVICE, COMMUNES, BUCKETS, CODE = (
    f"so_an_sinh.{name}" for name in ("device", "communes", "buckets", "code")
)

#: What the role may do with each table; its history and what it exported cannot be changed by it.
GRANTS: Mapping[str, str] = MappingProxyType(
    {
        "province": "SELECT",
        "server_keys": "SELECT, INSERT",
        "communes": "SELECT",
        "offices": "SELECT",
        "office_communes": "SELECT",
        "collecting": "SELECT",
        "collecting_ends": "SELECT",
        "collecting_in_force": "SELECT",
        "collecting_offices": "SELECT",
        "office_scope": "SELECT",
        "devices": "SELECT, INSERT, UPDATE (revoked_at)",
        "device_epochs": "SELECT, INSERT, UPDATE",
        "parcels_received": "SELECT, INSERT",
        "parcels_sent": "SELECT, INSERT, UPDATE",
        "enrolment_codes": "SELECT, UPDATE (tries_left, device_id)",
        "challenges": "SELECT, INSERT, DELETE",
        "tokens": "SELECT, INSERT, DELETE",
        "refresh_tokens": "SELECT, INSERT, UPDATE (used_at), DELETE",
        "allowances": "SELECT, INSERT, UPDATE, DELETE",
        "buckets": "SELECT, INSERT, UPDATE",
        "document_places": "SELECT, INSERT, UPDATE",
        "documents": "SELECT, INSERT, UPDATE",
        "operations": "SELECT, INSERT",
        "pull_days": "SELECT, INSERT, UPDATE (rows, alarmed_at), DELETE",
        "ledger": "",  # through write_down
        "operators": "",
        "exports": "",
        "box_home": "",  # of a commune's box, which is the owner of its own database
        "box_pushes": "",
        "box_feeds": "",
        "box_rows": "",
        "publications": "SELECT",
    }
)
#: Tables without a policy, and why nobody's data is in them.
OPEN: Mapping[str, str] = MappingProxyType(
    {
        "province": "one row: the province's code and name",
        "server_keys": "one row: the server's own key",
        "communes": "official names of units",
        "offices": "names of offices",
        "office_communes": "which office serves which unit",
        "collecting": "which office collects for which unit, from which day",
        "collecting_ends": "when an office gave up what it still had",
        "collecting_in_force": "the same, of today",
        "collecting_offices": "the same, by office",
        "office_scope": "the same, of offices of every kind",
        "publications": "what the province publishes for every office; nobody's data",
        "allowances": "counts by ids and addresses, and of chores; the first sweep after a day"
        " without another forgets them",
    }
)
_FUNCTIONS = (
    "device_of_token(bytea)",
    "device_of_refresh(bytea)",
    "device_of_key(text)",
    "write_down(text)",
)
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
#: insufficient_privilege
_NOT_ALLOWED = "42501"
#: duplicate_object, unique_violation: of what somebody else had not committed when we looked
_MADE_MEANWHILE = frozenset({"42710", "23505"})


class FenceError(Exception):
    """The fence does not stand; the message tells the operator what to do."""


def check_name(role: str) -> str:
    """The name, if it can be a role's. Raises ``FenceError``."""
    if not _IDENTIFIER.fullmatch(role):
        raise FenceError("database_role: small letters, digits and underscores only")
    return role


def _set(setting: str, value: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
    """The call that sets it until the end of the transaction; the value is named like it."""
    name = setting.partition(".")[2]
    return func.set_config(setting, bindparam(name, type_=Text) if value is None else value, True)


_STAND_AS = select(_set(DEVICE))
_STAND_AS_BEARER = select(
    _set(DEVICE, cast(func.device_of_token(bindparam("token_hash", type_=LargeBinary)), Text))
)
_ENTER = select(_set(DEVICE), _set(COMMUNES), _set(BUCKETS))


def stand_as(connection: Connection, device_id: UUID) -> None:
    """This transaction is of this device: it sees the rows that are its own, no documents yet."""
    connection.execute(_STAND_AS, {"device": str(device_id)})


def stand_as_bearer(connection: Connection, token_hash: bytes) -> UUID | None:
    """This transaction is of the device that the token was given to; ``None`` without one."""
    told = connection.scalar(_STAND_AS_BEARER, {"token_hash": token_hash})
    return UUID(told) if told else None


def enter(
    connection: Connection,
    device_id: UUID,
    *,
    communes: Collection[str],
    buckets: Collection[str],
) -> None:
    """From here to its end this transaction sees what belongs to the device."""
    connection.execute(
        _ENTER,
        {
            "device": str(device_id),
            "communes": ",".join(sorted(communes)),
            "buckets": ",".join(sorted(buckets)),
        },
    )


def show_code(connection: Connection, selector: str) -> None:
    """From here on this transaction sees the enrolment code that begins so."""
    connection.execute(select(func.set_config(CODE, selector, True)))


def build(connection: Connection, role: str) -> None:
    """Make the role, if it is not there, and give it exactly what it needs.

    Raises ``FenceError`` where the login may not do that.
    """
    check_name(role)
    try:
        _make(connection, role)
        for statement in _grants(connection, role):
            connection.execute(text(statement))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
            raise
        raise FenceError(_HOW_TO_MAKE.format(role=role)) from error
    if found := list(_weaknesses(connection, role)):
        raise FenceError(_HOW_TO_MEND.format(role=role, found="; ".join(found)))


def _make(connection: Connection, role: str) -> None:
    """A role is of all databases of the cluster: one of them may be making it at this moment."""
    if connection.scalar(text("SELECT to_regrole(:role) IS NOT NULL"), {"role": role}):
        return
    try:
        with connection.begin_nested():
            connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _MADE_MEANWHILE:
            raise


_HOW_TO_MAKE = (
    "this login may not make or equip the role {role} that the server works as. Let who administers"
    " the database run, once: CREATE ROLE {role} NOLOGIN; GRANT {role} TO <the login of migrate>"
    " WITH ADMIN OPTION; then migrate again, as the owner of the database"
)
_HOW_TO_MEND = (
    "the role {role} may more than the server needs ({found}): let who administers the database"
    " take that from it, then migrate again"
)


def _grants(connection: Connection, role: str) -> Iterator[str]:
    has = connection.execute(_HAS, {"role": role}).one()
    if not has.connects:
        yield f"GRANT CONNECT ON DATABASE {has.database} TO {role}"
    if has.stages:  # earlier versions gave it that; nothing is staged any more
        yield f"REVOKE TEMPORARY ON DATABASE {has.database} FROM {role}"
    if not has.enters:
        yield f"GRANT USAGE ON SCHEMA public TO {role}"
    if has.makes:  # in clusters upgraded from before PostgreSQL 15 everybody may
        yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    found = inspect(connection)
    there = {*found.get_table_names(), *found.get_view_names()}
    for table, rights in GRANTS.items():
        if rights and table in there:
            yield f"GRANT {rights} ON {table} TO {role}"
    for function in _FUNCTIONS:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {role}"
    version = connection.dialect.server_version_info or (0,)
    right = "SET" if version >= (16,) else "MEMBER"
    if not connection.scalar(select(func.pg_has_role(role, right))):
        yield f"GRANT {role} TO CURRENT_USER"


_HAS = text(
    """
    SELECT quote_ident(current_database()) AS database,
        has_database_privilege(:role, current_database(), 'CONNECT') AS connects,
        EXISTS (SELECT FROM pg_database, aclexplode(datacl)
            WHERE datname = current_database() AND grantee = CAST(:role AS regrole)
            AND privilege_type = 'TEMPORARY') AS stages,
        has_schema_privilege(:role, 'public', 'USAGE') AS enters,
        has_schema_privilege(:role, 'public', 'CREATE') AS makes
    """
)


def check(connection: Connection) -> None:
    """Does this connection work behind the fence? Raises ``FenceError`` with what to do."""
    role = connection.execute(select(func.current_user())).scalar_one()
    if found := list(_weaknesses(connection, role)):
        raise FenceError(_HOW_TO_MEND.format(role=role, found="; ".join(found)))


def explained(error: DBAPIError, role: str) -> FenceError | None:
    """What a connection that never came about has to do with the role; ``None`` if nothing."""
    told = str(error.orig)
    if (f'"{role}"' in told and 'parameter "role"' in told) or f'role "{role}"' in told:
        return FenceError(
            f"the server works as the role {role}, which is not there or not given to this login:"
            " run migrate, or: GRANT {role} TO <the login of run>".replace("{role}", role)
        )
    return None


def _weaknesses(connection: Connection, role: str) -> Iterator[str]:
    """Why this role is no fence."""
    row = connection.execute(_LOOKED_AT, {"role": role}).one()
    if row.rolsuper:
        yield "it is a superuser"
        return
    if row.rolbypassrls:
        yield "it passes row-level security by"
    if row.rolcreaterole or row.rolcreatedb:
        yield "it may make roles or databases"
    if row.owns:
        yield "it owns tables"
    if row.makes:
        yield "it may make tables"
    if row.unfenced:
        yield f"without a policy: {', '.join(sorted(row.unfenced))}"


_LOOKED_AT = text(
    """
    SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
        EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace
            AND pg_has_role(r.oid, c.relowner, 'USAGE')) AS owns,
        has_schema_privilege(r.oid, 'public', 'CREATE') AS makes,
        (SELECT array_agg(c.relname) FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
            AND NOT c.relrowsecurity AND c.relname <> ALL (:open)
            AND has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE')) AS unfenced
    FROM pg_roles AS r WHERE r.rolname = :role
    """
).bindparams(open=list(OPEN))
