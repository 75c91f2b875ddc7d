"""Changing the tables beside the services: one maintenance, the quiet hours, and the others that there is one of.

As with services, what the program does not know and what is not changed stays as it is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from trayapp.config.blocks import blocks_of, without_blocks
from trayapp.config.edit import apply, toml_item
from trayapp.config.lines import dotted
from trayapp.config.rewriting import changed, checked, read, with_newlines_of
from trayapp.config.save import NEW_FILE
from trayapp.config.writing import CannotSave

Place = tuple[str, ...]
"""Where a table stands: ("quiet_hours",) or ("maintenance", "backup")."""


def put_table(text: str, place: Place, table: Mapping[str, Any], known: Collection[str]) -> str:
    """The text with a table that says this, new or changed. Raises CannotSave.

    `table` is as `writing.declared_table` gives it; of the `known` keys, those that it has not are taken out.
    """
    before = text or NEW_FILE
    meant = read(before)
    outer, name = _around(meant, place), place[-1]
    if name not in outer:
        outer[name] = dict(table)
        gap = "\n" if before.endswith("\n") else "\n\n"
        return checked(before + with_newlines_of(before, gap + _block(place, table)), meant)
    if not isinstance(outer[name], dict):
        raise CannotSave(f"the file must be mended first: {dotted(place)}: must be a table")
    was = {key: value for key, value in outer[name].items() if key in known}
    apply(outer[name], was, table, lambda value: value)

    def change(document: Any) -> None:
        apply(_at(document, place), was, table, toml_item)

    blocks = blocks_of(before, place)
    if blocks is None or len(blocks) > 1:
        return checked(changed(before, change), meant)
    (block,) = blocks
    lines = changed(before[block.start : block.end], change)
    return checked(before[: block.start] + lines + before[block.end :], meant)


def remove_table(text: str, place: Place) -> str:
    """The text without the table and the comments that belong to it. Raises CannotSave."""
    meant = read(text)
    outer = _around(meant, place)
    if place[-1] not in outer:
        raise CannotSave(f"there is no [{dotted(place)}] in the file")
    del outer[place[-1]]
    if len(place) > 1 and not outer:
        del meant[place[0]]
    blocks = blocks_of(text, place)
    if blocks is not None:
        return checked(without_blocks(text, blocks), meant)
    raise CannotSave(f"[{dotted(place)}] is written in a way that cannot be changed from here; edit the file by hand")


def _block(place: Place, table: Mapping[str, Any]) -> str:
    import tomlkit  # noqa: PLC0415  (only when something is saved)

    document: Any = tomlkit.document()
    inner = document
    for name in place[:-1]:
        inner[name] = tomlkit.table(is_super_table=True)
        inner = inner[name]
    inner[place[-1]] = toml_item(table)
    return tomlkit.dumps(document)


def _around(document: dict[str, Any], place: Place) -> dict[str, Any]:
    """The table that the table stands in, made where there is none."""
    for name in place[:-1]:
        document = document.setdefault(name, {})
        if not isinstance(document, dict):
            raise CannotSave(f"the file must be mended first: {name}: must be a table")
    return document


def _at(document: Any, place: Place) -> Any:
    for name in place:
        document = document[name]
    return document
