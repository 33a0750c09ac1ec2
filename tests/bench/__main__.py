"""``python -m tests.bench NAME [--json]``: one measurement, with its baseline in the same run.

Every module beside this one with ``run(*, json: bool) -> dict[str, object]`` is a measurement; it
prints what a person wants to read unless ``json`` is asked for. The last line of output is always
one JSON object.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence

import tests.bench


def names() -> list[str]:
    """Every measurement there is."""
    found = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--json", action="store_true", help="only the last line, one JSON object")
    parser.add_argument("--full", action="store_true", help="the long form, where there is one")
    options = parser.parse_args(arguments)
    module = importlib.import_module(f"tests.bench.{options.name}")
    run = module.run_full if options.full else module.run
    figures: dict[str, object] = run(json=options.json)
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
