"""The registry: which text of a form was in force on which day."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from forms.loader import DefinitionError
from forms.registry import FormRegistry, UnknownFormError
from forms.runtime.compiled import CompiledForm
from tests.forms.writing import write_form
from tests.support.children import joined


@pytest.fixture
def registry(tmp_path: Path) -> FormRegistry:
    for version in ("2022-08-15", "2026-01-01"):
        folder = tmp_path / "thu" / version
        folder.mkdir(parents=True)
        write_form(folder, [{"type": "text", "name": "a", "label": f"Từ {version}"}])
    (tmp_path / "empty").mkdir()
    return FormRegistry(tmp_path)


def label(form: CompiledForm) -> str:
    return form.definition.question("a").label_vi


def test_the_text_in_force_is_the_latest_begun(registry: FormRegistry) -> None:
    assert label(registry.in_force("thu", date(2025, 12, 31))) == "Từ 2022-08-15"
    assert label(registry.in_force("thu", date(2026, 1, 1))) == "Từ 2026-01-01"
    assert registry.form_ids() == ["thu"]
    assert registry.versions("thu") == ["2022-08-15", "2026-01-01"]


def test_before_its_first_text_a_form_is_unknown(registry: FormRegistry) -> None:
    with pytest.raises(UnknownFormError):
        registry.in_force("thu", date(2022, 8, 14))


@pytest.mark.parametrize(
    ("form_id", "version"),
    [("other", "2022-08-15"), ("thu", "2023-01-01"), ("../thu", "2022-08-15"), ("thu", "../x")],
)
def test_an_unknown_form_or_version_is_told(
    registry: FormRegistry, form_id: str, version: str
) -> None:
    with pytest.raises(UnknownFormError):
        registry.get(form_id, version)


def test_a_form_is_loaded_once_whoever_asks(registry: FormRegistry) -> None:
    found: list[CompiledForm] = []
    threads = [
        threading.Thread(target=lambda: found.append(registry.get("thu", "2022-08-15")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert len({id(form) for form in found}) == 1


def test_a_definition_with_mistakes_is_not_handed_out(tmp_path: Path) -> None:
    folder = tmp_path / "thu" / "2022-08-15"
    folder.mkdir(parents=True)
    write_form(folder, [{"type": "text", "name": "a", "label": ""}])
    with pytest.raises(DefinitionError):
        FormRegistry(tmp_path).get("thu", "2022-08-15")


def test_every_bundled_definition_says_the_folder_it_lies_in() -> None:
    bundled = FormRegistry.bundled()
    for form_id in bundled.form_ids():
        for version in bundled.versions(form_id):
            definition = bundled.get(form_id, version).definition
            assert (definition.form_id, definition.version) == (form_id, version)


def test_importing_the_runtime_does_not_import_pyxform() -> None:
    code = "import sys, forms.registry, forms.runtime.engine; sys.exit('pyxform' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_published_texts_are_looked_for_once_and_texts_in_the_making_each_time(
    tmp_path: Path,
) -> None:
    for version in ("2022-08-15", "2026-01-01"):
        folder = tmp_path / "thu" / version
        folder.mkdir(parents=True)
        (folder / "form.md").write_text("", encoding="utf-8")
    kept = FormRegistry(tmp_path, is_published=True)
    made = FormRegistry(tmp_path)
    for registry in (kept, made):
        assert registry.versions("thu") == ["2022-08-15", "2026-01-01"]
    (tmp_path / "thu" / "2026-01-01" / "form.md").unlink()
    assert kept.versions("thu") == ["2022-08-15", "2026-01-01"]
    assert made.versions("thu") == ["2022-08-15"]
    assert kept.form_ids() == made.form_ids() == ["thu"]
