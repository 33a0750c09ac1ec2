"""The training province on an embedded PostgreSQL: one command, nothing to set up."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import msgspec
import yaml
from sqlalchemy import Connection, Engine

from sync.protocol.documents import Role
from sync.server.database import migrate, open_engine
from sync.server.embedded import embedded_postgres
from sync.server.enrolment import new_code
from sync.server.provinces import create_office, create_province, has_province, office_named
from sync.server.serving import listen, serve
from sync.server.settings import Settings
from sync.server.web import create_app

_HOST = "127.0.0.1"


class _Commune(msgspec.Struct, frozen=True):
    code: str
    name: str


class _Office(msgspec.Struct, frozen=True):
    role: str
    name: str
    user: str
    communes: list[str]


class _Province(msgspec.Struct, frozen=True):
    """What the server needs of ``resources/training/province.yaml``."""

    code: str
    name: str
    communes: list[_Commune]
    offices: list[_Office]


class Announcement(msgspec.Struct, frozen=True):
    """What is printed when the server answers: where, and the one-time codes by role."""

    url: str
    codes: dict[str, str]


def run_training(*, folder: Path, port: int, announce: Callable[[str], None]) -> None:
    """Serve the training province from ``folder`` until told to stop; gives new codes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    with embedded_postgres(folder / "postgres") as database_url:
        settings = Settings()
        admin = open_engine(database_url)
        engine = open_engine(database_url, role=settings.database_role)
        try:
            migrate(admin, role=settings.database_role)
            codes = _prepare(admin)
            listening = listen(_HOST, port)
            url = f"http://{_HOST}:{listening.getsockname()[1]}"
            line = msgspec.json.encode(Announcement(url=url, codes=codes)).decode()
            serve(
                create_app(engine, settings=settings),
                listening=listening,
                on_ready=lambda: announce(line),
                stop_with_stdin=True,
            )
        finally:
            engine.dispose()
            admin.dispose()


def _prepare(engine: Engine) -> dict[str, str]:
    """The province with its offices, and a code for each of them by role."""
    table = (files("resources") / "training" / "province.yaml").read_text(encoding="utf-8")
    plan = msgspec.convert(yaml.safe_load(table), _Province)
    with engine.begin() as connection:
        if not has_province(connection):
            create_province(connection, code=plan.code, name=plan.name, training=True)
        return {office.role: _code_for(connection, plan, office) for office in plan.offices}


def _code_for(connection: Connection, plan: _Province, office: _Office) -> str:
    names = {commune.code: commune.name for commune in plan.communes}
    office_id = office_named(connection, office.name) or create_office(
        connection,
        name=office.name,
        role=Role(office.role),
        serves={code: names[code] for code in office.communes},
    )
    return new_code(connection, office_id=office_id, user_name=office.user)
