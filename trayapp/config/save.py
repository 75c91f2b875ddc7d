"""Changing services.toml: one service is added, changed or removed, and not a byte of anything else.

Only the lines of that service are given to tomlkit. Every new text is read again and must say
what was meant, or it is not saved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from trayapp.config.blocks import blocks_of, without_blocks
from trayapp.config.document import LARGEST, Unreadable, read_document
from trayapp.config.edit import apply, toml_item
from trayapp.config.faults import has_password
from trayapp.config.files import write_atomically
from trayapp.config.load import every_kind, parse
from trayapp.config.locks import saving
from trayapp.config.rewriting import changed, checked, read, with_newlines_of
from trayapp.config.schema import SCHEMA_FILE, write_schema
from trayapp.config.tables import SERVICE_KEYS
from trayapp.config.writing import CannotSave, table_of
from trayapp.core.keys import declared_keys
from trayapp.probes.base import Kind

__all__ = [
    "NEW_FILE",
    "CannotSave",
    "Conflict",
    "add_service",
    "change",
    "new_id",
    "remove_service",
    "replace_service",
    "save",
    "table_of",
    "write_atomically",
]

NEW_FILE = f"#:schema {SCHEMA_FILE}\nversion = 1\n"
"""What a services.toml begins with; editors take the schema from its first line."""


class Conflict(Exception):
    """The file changed since the text was read. `ours` was to be saved, `theirs` is in the file."""

    def __init__(self, ours: str, theirs: str) -> None:
        super().__init__("services.toml was changed by somebody else meanwhile")
        self.ours = ours
        self.theirs = theirs


def add_service(text: str, service: str, table: Mapping[str, Any]) -> str:
    """The text with one more service at its end. `table` is as `table_of` gives it. Raises CannotSave."""
    import tomlkit  # noqa: PLC0415  (only when something is saved)

    before = text or NEW_FILE
    meant = read(before)
    services = meant.setdefault("services", {})
    if service in services:
        raise CannotSave(f'there is a service "{service}" already')
    services[service] = _without_passwords(table)
    within = tomlkit.table(is_super_table=True)
    within[service] = tomlkit.table()
    apply(within[service], {}, table, toml_item)
    block = tomlkit.dumps(tomlkit.document().add("services", within))
    gap = "\n" if before.endswith("\n") else "\n\n"
    return checked(before + with_newlines_of(before, gap + block), meant)


def replace_service(
    text: str, service: str, table: Mapping[str, Any], kinds: Mapping[str, type[Kind]] | None = None
) -> str:
    """The text with one service changed where it says something else than `table`. Raises CannotSave.

    What the program does not know, and what means the same in other words, stays as it is written.
    """
    meant = read(text)
    written = _service_table(meant, service)
    was = _said_now(text, service, written, every_kind() if kinds is None else kinds)
    apply(written, was, table, _without_passwords)

    def change(document: Any) -> None:
        apply(document["services"][service], was, table, toml_item)

    blocks = blocks_of(text, ("services", service))
    if blocks is None or len(blocks) > 1:
        return checked(changed(text, change), meant)
    (block,) = blocks
    lines = changed(text[block.start : block.end], change)
    return checked(text[: block.start] + lines + text[block.end :], meant)


def remove_service(text: str, service: str) -> str:
    """The text without a service and the comments that belong to it. Raises CannotSave."""
    meant = read(text)
    _service_table(meant, service)
    del meant["services"][service]
    blocks = blocks_of(text, ("services", service))
    if blocks is None:
        return checked(changed(text, lambda document: document["services"].pop(service)), meant)
    return checked(without_blocks(text, blocks), meant)


def new_id(name: str, taken: Collection[str]) -> str:
    """An id for a service of this name that no other has: "Büro-Router" is "buro-router", the next "buro-router-2"."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", letters.lower())[:60].strip("-") or "service"
    candidates = (slug if number == 1 else f"{slug}-{number}" for number in count(1))
    return next(candidate for candidate in candidates if candidate not in taken)


def save(path: Path, text: str, based_on: str) -> None:
    """Writes the text if the file still says what the text was made from. Raises Conflict, CannotSave, OSError."""
    with saving(path):
        theirs = _there(path)
        if theirs != based_on:
            raise Conflict(ours=text, theirs=theirs)
        _write(path, text)


def change(path: Path, make: Callable[[str], str]) -> None:
    """Writes what `make` makes of the file's text; nobody else changes it meanwhile. Raises what `make` raises,
    CannotSave, OSError.
    """
    with saving(path):
        _write(path, make(_there(path)))


def _there(path: Path) -> str:
    try:
        return read_document(path).text
    except FileNotFoundError:
        return ""
    except Unreadable as error:
        raise CannotSave(f"{path} cannot be read: {error.message}") from error


def _write(path: Path, text: str) -> None:
    if len(text.encode()) > LARGEST:
        raise CannotSave("services.toml would be larger than 1.5 MiB")
    if text.startswith(f"#:schema {SCHEMA_FILE}"):
        write_schema(path.parent)
    write_atomically(path, text)


def _service_table(document: Mapping[str, Any], service: str) -> dict[str, Any]:
    table = document.get("services", {}).get(service)
    if not isinstance(table, dict):
        raise CannotSave(f'there is no service "{service}" in the file')
    return table


def _said_now(
    text: str, service: str, written: Mapping[str, Any], kinds: Mapping[str, type[Kind]]
) -> Mapping[str, Any]:
    """What a service says in the file, as `table_of` words it; of one with a fault, what it says of known keys."""
    settings = parse(text, kinds).settings
    for known in settings.services if settings else ():
        if known.id == service and settings:
            return table_of(known, settings.defaults)
    said = {key: value for key, value in written.items() if key in SERVICE_KEYS}
    for name, kind in kinds.items():
        if name in written:
            table = written[name]
            said[name] = (
                {key: table[key] for key in declared_keys(kind) if key in table} if isinstance(table, dict) else table
            )
    return said


def _without_passwords(value: Any) -> Any:
    """A value that may be written: nothing in it is a URL with a password."""
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        _without_passwords(inner)
    if isinstance(value, str) and has_password(value):
        raise CannotSave("a password in an address is not written into the file; keep it in the keyring")
    return value
