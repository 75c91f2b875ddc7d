"""One service's table changed with tomlkit: what differs is written, all else stays as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

Table = MutableMapping[str, Any]


def apply(table: Table, was: Mapping[str, Any], now: Mapping[str, Any], item: Callable[[Any], Any]) -> None:
    """Makes a table that says `was` say `now`; keys of neither stay. `item` makes what is put into it."""
    for key in was.keys() - now.keys():
        table.pop(key, None)
    for key, value in now.items():
        old, inner = was.get(key), table.get(key)
        if (key in was and old == value) or (key in table and inner == value):
            continue
        if isinstance(value, Mapping) and isinstance(old, Mapping) and isinstance(inner, MutableMapping):
            apply(inner, old, value, item)
        else:
            table[key] = item(value)


def toml_item(value: Any) -> Any:
    """A table under a header of its own, with the tables within it in one line; other values as they are."""
    import tomlkit  # noqa: PLC0415  (only when something is saved)

    if not isinstance(value, Mapping):
        return value
    table = tomlkit.table()
    for key, inner in value.items():
        table[key] = _in_one_line(inner)
    return table


def _in_one_line(value: Any) -> Any:
    import tomlkit  # noqa: PLC0415

    if not isinstance(value, Mapping):
        return value
    table = tomlkit.inline_table()
    for key, inner in value.items():
        table[key] = _in_one_line(inner)
    return table
