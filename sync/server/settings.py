"""Every setting of the server, declared once: its name, its default, its unit and what it is for.

A value comes from the environment (``SO_AN_SINH_<NAME>``), else from the TOML file that
``SO_AN_SINH_SETTINGS`` names (the same names in small letters), else it is the default here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "SO_AN_SINH_"
#: The variable that names the TOML file.
FILE_VARIABLE = f"{PREFIX}SETTINGS"


class SettingsError(ValueError):
    """A setting is unknown, or its value is none; the text names it without its value."""


def _setting(default: Any, told: str) -> Any:
    return field(default=default, metadata={"told": told})


def _address(told: str) -> Any:
    """An address of the database; its password is never printed."""
    return field(default="", metadata={"told": told, "is_address": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one server process works."""

    database_url: str = _address(
        "postgresql://login:password@host/database: what run connects to. The login needs no more"
        " than to be a member of database_role."
    )
    admin_database_url: str = _address(
        "The same for migrate and all other commands, as the owner of the tables. Empty: the same"
        " address, whose login then owns the tables."
    )
    database_role: str = _setting(
        "so_an_sinh_app", "The role that run works as, behind the fence; migrate makes it."
    )
    database_connections: int = _setting(
        16, "Connections of one process; more only wait for the same disk."
    )
    host: str = _setting("127.0.0.1", "Address that run listens on; 0.0.0.0 for all.")
    port: int = _setting(8443, "Port that run listens on; 0 takes a free one.")
    certificate: str = _setting("", "PEM file; then HTTPS.")
    key: str = _setting("", "PEM file of the private key.")
    stop_seconds: int = _setting(15, "How long SIGTERM lets requests inside finish.")
    challenge_seconds: int = _setting(60, "How long a device may take to sign a nonce.")
    token_seconds: int = _setting(900, "Life of an access token.")
    refresh_days: int = _setting(30, "Life of a refresh token that nobody used.")
    login_failures: int = _setting(
        5, "Wrong signatures of one device from one address before the next must wait."
    )
    login_longest_wait_seconds: int = _setting(
        900, "The wait doubles with each further failure up to this; then it is forgotten."
    )
    enrolments_per_hour: int = _setting(
        10, "Refused enrolments of one address in an hour before it must wait."
    )
    device_requests_per_minute: int = _setting(600, "Requests of one device in the long run.")
    device_burst: int = _setting(1_200, "Requests of one device at once, before the rate counts.")
    pull_alarm_rows: int = _setting(
        5_000, "Rows that a device may pull in a day without anybody being told."
    )
    pull_alarm_of_all: int = _setting(
        3, "Told when it pulled so many times what lies in its buckets, in a day."
    )
    pull_alarm_of_mean: int = _setting(
        3, "Told when it pulled so many times the mean of its last 30 days, in a day."
    )
    pull_alarm_shown_days: int = _setting(7, "How long health shows that a device pulled much.")
    most_requests: int = _setting(
        256, "Requests inside one process at once, those that wait for the database among them."
    )
    most_body_mib: int = _setting(256, "MiB of bodies inside one process at once.")
    most_of_one: int = _setting(8, "Requests of one device inside one process at once.")

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int) and value < (0 if one.name == "port" else 1):
                raise SettingsError(f"{one.name} must be 1 or more")
            if one.metadata.get("is_address") and value:
                _check_address(one.name, value)
        if self.port > _LARGEST_PORT:
            raise SettingsError(f"port must be {_LARGEST_PORT} or less")

    def admin_address(self) -> str:
        """What every command but ``run`` connects to."""
        return self.admin_database_url or self.database_url

    def __repr__(self) -> str:
        return "Settings()"  # addresses hold passwords


_LARGEST_PORT = 65_535


def _check_address(name: str, value: str) -> None:
    try:
        is_postgresql = make_url(value).get_backend_name() == "postgresql"
    except ArgumentError:
        is_postgresql = False
    if not is_postgresql:
        raise SettingsError(f"{name} must begin with postgresql:// and be a valid address")


def load_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of this environment and the file that it names. Raises ``SettingsError``."""
    known = {one.name for one in fields(Settings)}
    found: dict[str, object] = {}
    if path := environment.get(FILE_VARIABLE):
        found |= _of_file(Path(path))
        if unknown := sorted(set(found) - known):
            raise SettingsError(f"unknown in the settings file: {', '.join(unknown)}")
    for name in known:
        if (text := environment.get(PREFIX + name.upper())) is not None:
            found[name] = text
    try:
        return msgspec.convert(found, Settings, strict=False)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, SettingsError):
            raise error.__cause__ from error
        raise SettingsError("of the wrong kind: " + _place_of(error)) from error


def _of_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError("the settings file cannot be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("the settings file is not TOML") from error


def _place_of(error: msgspec.ValidationError) -> str:
    return str(error).rpartition("$.")[2].rstrip("`")


def explained(settings: Settings) -> list[str]:
    """Each setting as a comment and a line of the TOML file."""
    lines = []
    for one in fields(settings):
        value = getattr(settings, one.name)
        default = "" if value == one.default else f" Default: {one.default}."
        if one.metadata.get("is_address") and value:
            value, default = _without_secrets(value), ""
        lines += [
            f"# {one.metadata['told']}{default}  [{PREFIX}{one.name.upper()}]",
            f"{one.name} = {json.dumps(value, ensure_ascii=False)}",
        ]
    return lines


def _without_secrets(address: str) -> str:
    # The part after the question mark may hold a password as well.
    return make_url(address).set(query={}).render_as_string(hide_password=True)
