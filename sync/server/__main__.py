"""``so-an-sinh-server``: run the server, and set up its province."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from forms.vietnamese import clean
from sync.protocol.documents import RESTRICTED, DataSet, Role
from sync.server.box.commands import box_commands
from sync.server.collecting_commands import collecting_commands
from sync.server.database import migrate as migrate_tables
from sync.server.database import passes_by_itself
from sync.server.enrol_commands import enrol_file
from sync.server.enrolment import CODE_LIFE, new_code
from sync.server.export_commands import export_commands
from sync.server.fence import FenceError
from sync.server.ledger import write_down
from sync.server.logs import log_to_stderr
from sync.server.office_commands import list_all as list_all_offices
from sync.server.office_commands import office_communes
from sync.server.options import (
    DatabaseUrl,
    administering,
    fenced,
    leave,
    overridden,
    settings_here,
    who_commands,
)
from sync.server.pack_commands import (
    export_pack,
    list_packs,
    publish_form,
    publish_list,
    withdraw_form,
)
from sync.server.parcel_commands import parcel_commands
from sync.server.provinces import (
    ProvinceExistsError,
    UnknownDeviceError,
    UnknownOfficeError,
    check_office,
    create_office,
    create_province,
    list_devices,
    withdraw,
)
from sync.server.provinces import grant as grant_right
from sync.server.provinces import renew_epoch as renew_server_epoch
from sync.server.provinces import revoke as revoke_right
from sync.server.recovery_commands import recover, recovery_keys
from sync.server.serving import exit_on_sigterm, serve_as
from sync.server.settings import explained
from sync.server.training import run_training
from sync.server.watch_commands import health, verify_ledger
from sync.server.web import create_app

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)

cli.add_typer(recovery_keys, name="recovery-keys")
cli.add_typer(parcel_commands, name="parcel")
cli.add_typer(collecting_commands, name="collecting")
cli.add_typer(office_communes, name="office-commune")
cli.add_typer(box_commands, name="box")
cli.add_typer(export_commands, name="export")
cli.command("office-list")(list_all_offices)
cli.command()(recover)
cli.command()(health)
cli.command()(verify_ledger)
cli.command("publish-form")(publish_form)
cli.command("publish-list")(publish_list)
cli.command("withdraw-form")(withdraw_form)
cli.command("pack-list")(list_packs)
cli.command("pack-export")(export_pack)
cli.command("enrol-file")(enrol_file)

_RIGHTS = ", ".join(sorted(right.value for right in RESTRICTED))
Device = Annotated[UUID, typer.Option(help="Id of the device; device-list shows it.")]
Right = Annotated[str, typer.Option(help=f"A restricted data set: {_RIGHTS}.")]


def _right(name: str) -> DataSet:
    """The restricted data set of this name."""
    found = next((right for right in RESTRICTED if right.value == name), None)
    if found is None:
        raise typer.BadParameter(f"one of {_RIGHTS}", param_hint="--right")
    return found


@cli.command()
def settings() -> None:
    """Print every setting with its value here, as a TOML file with explanations."""
    typer.echo("\n".join(explained(settings_here())))


@cli.command()
def run(
    *,
    database_url: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    host: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of the setting.")] = None,
    certificate: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    key: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
) -> None:
    """Answer devices until SIGTERM. Prints the address when it is ready."""
    given = {
        "database_url": database_url,
        "host": host,
        "port": port,
        "certificate": certificate,
        "key": key,
    }
    found = overridden(settings_here(), given)
    try:
        with fenced(found) as engine:
            serve_as(found, create_app(engine, settings=found), announce=typer.echo)
    except FenceError as error:
        leave(str(error))


@cli.command()
def migrate(*, database_url: DatabaseUrl) -> None:
    """Bring the database to this program's version, and make the role that run works as."""
    try:
        with administering(database_url) as engine:
            migrate_tables(engine, role=settings_here().database_role)
    except FenceError as error:
        leave(str(error))
    except DBAPIError as error:
        if not passes_by_itself(error):
            raise
        leave("the database is busy or cannot be reached; nothing was changed: run it again")


@cli.command()
def province_init(
    *,
    database_url: DatabaseUrl,
    code: Annotated[str, typer.Option(help="Official 2-digit code.")],
    name: Annotated[str, typer.Option(help="Name as in the official list.")],
    training: Annotated[bool, typer.Option(help="A fictional province, never real data.")] = False,
) -> None:
    """Make this database the one of a province."""
    try:
        with administering(database_url) as engine, engine.begin() as connection:
            create_province(connection, code=code, name=name, training=training)
    except ProvinceExistsError as error:
        raise typer.BadParameter("this database belongs to a province already") from error


@cli.command()
def renew_epoch(*, database_url: DatabaseUrl) -> None:
    """Run this after a backup was restored, before devices connect again.

    Each device then fetches its documents whole and sends again what the backup did not have.
    """
    with administering(database_url) as engine, engine.begin() as connection:
        renew_server_epoch(connection)
        write_down(connection, actor=who_commands(), action="epoch.renew", values={})


@cli.command()
def office_create(
    *,
    database_url: DatabaseUrl,
    name: Annotated[str, typer.Option(help="Name of the office.")],
    role: Annotated[Role, typer.Option(help="What the office does.")],
    commune: Annotated[list[str], typer.Option(help="CODE=NAME of a commune; repeat.")],
) -> None:
    """Make an office that serves these communes; prints its id."""
    pairs = [text.partition("=") for text in commune]
    if not all(code and clean(commune_name) for code, _, commune_name in pairs):
        raise typer.BadParameter("write CODE=NAME", param_hint="--commune")
    with administering(database_url) as engine, engine.begin() as connection:
        office_id = create_office(
            connection,
            name=name,
            role=role,
            serves={code: commune_name for code, _, commune_name in pairs},
        )
        told = {"office": str(office_id), "communes": [code for code, _, _ in pairs]}
        write_down(connection, actor=who_commands(), action="office.create", values=told)
    typer.echo(str(office_id))


@cli.command()
def enrol_code(
    *,
    database_url: DatabaseUrl,
    office: Annotated[UUID, typer.Option(help="Id of the office.")],
    user: Annotated[str, typer.Option(help="Who will work on the device.")],
    right: Annotated[
        list[str] | None, typer.Option(help=f"A restricted data set ({_RIGHTS}); repeat.")
    ] = None,
    days: Annotated[
        int,
        typer.Option(help="How long it lives; more than 1 for a request by file.", min=1, max=30),
    ] = CODE_LIFE.days,
) -> None:
    """Make a one-time code for a device; prints it, once."""
    rights = [_right(name) for name in right or ()]
    try:
        with administering(database_url) as engine, engine.begin() as connection:
            check_office(connection, office)
            life = timedelta(days=days)
            code = new_code(connection, office_id=office, user_name=user, rights=rights, life=life)
            told = {"office": str(office), "rights": [one.value for one in rights]}
            write_down(connection, actor=who_commands(), action="device.code", values=told)
    except UnknownOfficeError as error:
        raise typer.BadParameter("no such office", param_hint="--office") from error
    typer.echo(code)


@cli.command()
def device_list(*, database_url: DatabaseUrl) -> None:
    """Print each device: id, office, user, name, restricted data sets, whether it is revoked."""
    with administering(database_url) as engine, engine.begin() as connection:
        for device in list_devices(connection):
            typer.echo("\t".join(device))


@cli.command()
def device_grant(*, database_url: DatabaseUrl, device: Device, right: Right) -> None:
    """Let one device receive a restricted data set, from its next sync on."""
    _change_rights(database_url, device, _right(right), grant_right, "device.grant")


@cli.command()
def device_revoke(*, database_url: DatabaseUrl, device: Device, right: Right) -> None:
    """Take a restricted data set from a device; its next sync purges what it has of it."""
    _change_rights(database_url, device, _right(right), revoke_right, "device.revoke")


@cli.command()
def device_withdraw(*, database_url: DatabaseUrl, device: Device) -> None:
    """Refuse a device from its next request on: its PC was lost, stolen or handed over."""
    try:
        with administering(database_url) as engine, engine.begin() as connection:
            withdraw(connection, device)
            told = {"device": str(device)}
            write_down(connection, actor=who_commands(), action="device.withdraw", values=told)
    except UnknownDeviceError as error:
        raise typer.BadParameter("no such device", param_hint="--device") from error


def _change_rights(
    database_url: str,
    device: UUID,
    right: DataSet,
    change: Callable[[Connection, UUID, DataSet], None],
    action: str,
) -> None:
    try:
        with administering(database_url) as engine, engine.begin() as connection:
            change(connection, device, right)
            told = {"device": str(device), "right": right.value}
            write_down(connection, actor=who_commands(), action=action, values=told)
    except UnknownDeviceError as error:
        raise typer.BadParameter("no such device", param_hint="--device") from error


@cli.command()
def training(
    *,
    folder: Annotated[Path, typer.Option(help="Where its database lives.")],
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
) -> None:
    """Serve the fictional province until SIGTERM or the end of standard input."""
    run_training(folder=folder, port=port, announce=typer.echo)


def main() -> None:
    """The program's entry."""
    log_to_stderr()
    exit_on_sigterm()
    cli()


if __name__ == "__main__":
    main()
