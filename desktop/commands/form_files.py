"""What the commands about forms are given: forms by id or file, days, JSON files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.output import wrong_use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.mistakes import DefinitionProblem
    from forms.runtime.compiled import CompiledForm

#: A file of answers or values; one person's form has some kilobytes.
LARGEST_JSON = 5_000_000


def existing_file(path: Path) -> Path:
    """The path of a file that is there; else leaves with the reason."""
    if path.is_dir():
        wrong_use(f"'{path}' là thư mục. Ghi đường dẫn của một tệp.")
    if not path.exists():
        wrong_use(f"Không có tệp '{path}'. Xem lại đường dẫn.")
    return path


def form_of(id_or_file: str, *, version: str, on: date) -> CompiledForm:
    """A bundled form by its id, or the form of a file; else leaves with the reasons."""
    from forms.loading.files import FORMATS

    path = Path(id_or_file)
    if path.suffix.lower() in FORMATS or len(path.parts) > 1:
        return _form_of_file(existing_file(path))
    return bundled_form(id_or_file, version=version, on=on)


def bundled_form(form_id: str, *, version: str, on: date) -> CompiledForm:
    """The text of a bundled form: of that version, or in force on that day."""
    from forms.registry import FormRegistry, UnknownFormError

    registry = FormRegistry.bundled()
    try:
        return registry.get(form_id, version) if version else registry.in_force(form_id, on)
    except UnknownFormError:
        if form_id not in registry.form_ids():
            known = ", ".join(registry.form_ids())
            wrong_use(f"Không có biểu mẫu '{form_id}'. Các biểu mẫu: {known}.")
        versions = ", ".join(registry.versions(form_id))
        wrong_use(f"Biểu mẫu '{form_id}' không có bản này. Các bản: {versions}.")


def _form_of_file(path: Path) -> CompiledForm:
    from forms.loader import check_form

    checked = check_form(path)
    if checked.form is None:
        wrong_use("\n".join([f"Biểu mẫu '{path}' không dùng được:", *map(str, checked.problems)]))
    return checked.form


def day_of(written: str) -> date:
    """``--on``, or today; else leaves with the reason."""
    from forms.dates import parse_typed

    if not written:
        return date.today()  # noqa: DTZ011  # the officer's own calendar day
    parsed = parse_typed(written)
    if parsed is None:
        wrong_use(f"--on: '{written}' không phải ngày có trong lịch. Ghi ngày/tháng/năm.")
    return parsed.earliest()


def json_object(path: Path, *, needs: str) -> Mapping[str, object]:
    """The JSON object in a file, or the object under its key ``needs``; else leaves."""
    import msgspec

    content = _content(existing_file(path))
    try:
        value: object = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        wrong_use(f"Tệp '{path}' không phải JSON ({error}). Sửa tệp.")
    inner = value.get(needs) if isinstance(value, dict) and needs else value
    if not isinstance(inner, dict):
        shape = f'{{"{needs}": {{…}}}}' if needs else "{…}"
        wrong_use(f"Tệp '{path}' không có dạng {shape}. Sửa tệp.")
    return inner


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_JSON:
            wrong_use(f"Tệp '{path}' quá lớn (tối đa {LARGEST_JSON // 1_000_000} MB).")
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        content.decode("utf-8")
    except OSError as error:
        wrong_use(f"Không đọc được tệp '{path}' ({error.strerror}).")
    except UnicodeDecodeError:
        wrong_use(f"Tệp '{path}' không phải UTF-8. Lưu lại tệp với mã UTF-8.")
    return content


def problems_json(found: tuple[DefinitionProblem, ...]) -> list[dict[str, object]]:
    """Problems or notices of a definition for other programs."""
    return [
        {
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "code": one.code.name,
            "message": one.message,
        }
        for one in found
    ]
