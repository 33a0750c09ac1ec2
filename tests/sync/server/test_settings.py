"""Every setting: from the environment, from the file, or as it is declared."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, fields
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from sync.server.__main__ import cli
from sync.server.settings import PREFIX, Settings, SettingsError, explained, load_settings
from tests.support.server import Province, ServerProcess


def test_what_is_printed_is_a_file_that_says_the_same() -> None:
    lines = explained(Settings())
    assert tomllib.loads("\n".join(lines)) == asdict(Settings())
    comments = lines[::2]
    assert len(comments) == len(fields(Settings))
    assert all(line.startswith("# ") and PREFIX in line for line in comments)


def test_the_environment_stands_above_the_file_and_the_file_above_the_default(
    tmp_path: Path,
) -> None:
    path = tmp_path / "server.toml"
    path.write_text("token_seconds = 60\nmost_of_one = 2\n", encoding="utf-8")
    found = load_settings({"SO_AN_SINH_SETTINGS": str(path), "SO_AN_SINH_MOST_OF_ONE": "3"})
    assert (found.token_seconds, found.most_of_one) == (60, 3)
    assert found.refresh_days == Settings().refresh_days


@pytest.mark.parametrize(
    "file",
    ["token_second = 1", 'token_seconds = "soon"', "token_seconds = 0", "token_seconds"],
)
def test_a_wrong_file_is_told_before_the_server_starts(file: str, tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text(file, encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_settings({"SO_AN_SINH_SETTINGS": str(path)})
    assert "soon" not in str(told.value)
    runner = CliRunner(env={"SO_AN_SINH_SETTINGS": str(path)})
    result = runner.invoke(cli, ["settings"])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://a:hidden@b/c"),
        ("ADMIN_DATABASE_URL", "hidden"),
        ("PORT", "65536"),
        ("PORT", "hidden"),
        ("DATABASE_CONNECTIONS", "0"),
    ],
)
def test_a_wrong_value_is_told_by_its_name_alone(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as told:
        load_settings({f"SO_AN_SINH_{name}": value})
    assert name.lower() in str(told.value)
    assert "hidden" not in str(told.value)


def test_no_password_of_the_database_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    address = "postgresql://app:hidden@db/register?sslmode=require&password=hidden&options=x"
    path.write_text(f'database_url = "{address}"\n', encoding="utf-8")
    environment = {"SO_AN_SINH_SETTINGS": str(path), "SO_AN_SINH_ADMIN_DATABASE_URL": address}
    printed = CliRunner(env=environment).invoke(cli, ["settings"])
    assert printed.exit_code == 0
    assert "hidden" not in printed.output
    assert tomllib.loads(printed.output)["database_url"] == "postgresql://app:***@db/register"
    assert "hidden" not in repr(load_settings(environment))
    assert load_settings(environment).database_url == address


def test_where_to_listen_is_a_setting_that_the_command_line_may_override(
    postgres_url: str, province: Province
) -> None:
    del province
    with ServerProcess(postgres_url, settings={"SO_AN_SINH_HOST": "localhost"}) as server:
        assert server.url.startswith("http://localhost:")  # and the port is of the command line
        assert requests.get(server.url + "/ready", timeout=60).status_code == 200


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(SettingsError):
        load_settings({"SO_AN_SINH_SETTINGS": "/nowhere/server.toml"})


def test_the_command_prints_the_settings_of_here() -> None:
    runner = CliRunner(env={"SO_AN_SINH_TOKEN_SECONDS": "61"})
    printed = runner.invoke(cli, ["settings"]).output
    assert tomllib.loads(printed)["token_seconds"] == 61
    assert "Default: 900." in printed
