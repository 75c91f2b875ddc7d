"""One table whose keys are declared: from what was written to the value that it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from trayapp.config.faults import quoted
from trayapp.config.lines import Path, dotted
from trayapp.config.reading import WRONG, Reading
from trayapp.core.keys import DeclaredKey, Key
from trayapp.core.words import NOTHING

T = TypeVar("T")


class Mismatch(ValueError):
    """Keys that are right one by one do not fit together: each of `faults` is the key to look at, and a sentence."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {sentence}" for key, sentence in faults))
        self.faults = faults


def read_declared(
    reading: Reading,
    make: Callable[..., T],
    keys: Mapping[str, DeclaredKey],
    table: Any,
    path: Path,
    of_others: Mapping[str, Path] = NOTHING,
) -> T | None:
    """What `make` makes of the keys by their fields, or None after the faults were noted.

    `of_others` tells in which other table a key that is not known here would be. Keys that do not go
    together, for which `make` raises ValueError, are a fault of the whole table; a Mismatch names the keys.
    """
    complaints = reading.complaints
    if not isinstance(table, dict):
        complaints.error(path, f"must be a table [{dotted(path)}], not {quoted(table)}")
        return None
    before = complaints.errors
    reading.unknown([key for key in table if key not in keys], keys, path, of_others)
    values = reading.fields(keys, table, path)
    for name, declared in keys.items():
        if declared.required and name not in table:
            complaints.error((*path, name), f"is missing; add {_example(declared.key, name)}")
    if complaints.errors > before or any(value is WRONG for value in values.values()):
        return None
    try:
        return make(**{keys[name].field: value for name, value in values.items()})
    except Mismatch as error:
        for key, sentence in error.faults:
            complaints.error((*path, key), sentence)
    except ValueError as error:
        complaints.error(path, str(error))
    return None


def _example(key: Key, name: str) -> str:
    return f'{name} = "{key.placeholder}"' if key.placeholder else f"{name} = … ({key.help})"
