"""Every setting: from the environment, from the file, or as it is declared."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.server.__main__ import cli
from sync.server.settings import PREFIX, Settings, SettingsError, explained, load_settings


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


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(SettingsError):
        load_settings({"SO_AN_SINH_SETTINGS": "/nowhere/server.toml"})


def test_the_command_prints_the_settings_of_here() -> None:
    runner = CliRunner(env={"SO_AN_SINH_TOKEN_SECONDS": "61"})
    printed = runner.invoke(cli, ["settings"]).output
    assert tomllib.loads(printed)["token_seconds"] == 61
    assert "Default: 900." in printed
