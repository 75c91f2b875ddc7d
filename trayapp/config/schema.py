"""The JSON Schema of services.toml, for editors: derived from the same declarations that reading follows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trayapp.config.beside import SINGLE_TABLES
from trayapp.config.files import write_atomically
from trayapp.config.load import TABLES, every_kind
from trayapp.config.maintenance import Maintenance
from trayapp.config.tables import SERVICE_KEYS
from trayapp.config.writing import written_value
from trayapp.config.written import NAME_PATTERN, Elsewhere, anchored, shape_of, written_type
from trayapp.core.keys import DeclaredKey, declared_keys
from trayapp.probes.base import Kind

SCHEMA_FILE = "services.schema.json"


def json_schema(kinds: Mapping[str, type[Kind]] | None = None) -> dict[str, Any]:
    """The schema as JSON Schema 2020-12. `kinds` are all probe kinds unless given."""
    kinds = every_kind() if kinds is None else kinds
    shared = [_optional(declared) for declared in SERVICE_KEYS.values()]
    probes = [_member(name, _table(kind.__name__, _members(kind)), kind.__doc__ or "") for name, kind in kinds.items()]
    service: Any = _table("Service", [*shared, *probes])
    one_probe = Meta(extra_json_schema={"oneOf": [{"required": [name]} for name in kinds]})
    services = Annotated[
        dict[str, Annotated[service, one_probe]],
        Meta(extra_json_schema={"propertyNames": {"pattern": anchored(NAME_PATTERN)}}),
    ]
    window: Any = _table("Maintenance", _members(Maintenance))
    windows = Annotated[
        dict[str, window], Meta(extra_json_schema={"propertyNames": {"pattern": anchored(NAME_PATTERN)}})
    ]
    single = [
        _member(name, _table(cls.__name__, _members(cls)), cls.__doc__ or "") for name, cls in SINGLE_TABLES.items()
    ]
    known = {"services", "defaults", "maintenance", *SINGLE_TABLES}
    others: list[Member] = [(name, dict[str, Any] | UnsetType, UNSET) for name in TABLES if name not in known]
    root = msgspec.defstruct(
        "Watchbell",
        [
            ("version", Annotated[int, Meta(ge=1, le=1)] | UnsetType, UNSET),
            _member("defaults", _table("Defaults", shared), "What services say that do not say otherwise."),
            _member("services", services, "What is watched; the name of each table is the service's id."),
            _member("maintenance", windows, Maintenance.__doc__ or ""),
            *single,
            *others,
        ],
    )
    schema = msgspec.json.schema(root)
    schema["$defs"][Elsewhere.__name__] |= {"minProperties": 1, "maxProperties": 1}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def write_schema(folder: Path) -> None:
    """Writes the schema beside services.toml if it is not there as it should be."""
    text = json.dumps(json_schema(), indent=2) + "\n"
    path = folder / SCHEMA_FILE
    try:
        current = path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        current = False
    if not current:
        write_atomically(path, text)


Member = tuple[str, Any, Any] | tuple[str, Any]


def _table(name: str, members: list[Member]) -> Any:
    ordered = sorted(members, key=len)  # msgspec wants what is required first
    return msgspec.defstruct(name, ordered, forbid_unknown_fields=True)


def _members(cls: type) -> list[Member]:
    keys = declared_keys(cls).values()
    return [(declared.name, _described(declared)) if declared.required else _optional(declared) for declared in keys]


def _optional(declared: DeclaredKey) -> Member:
    return (declared.name, _described(declared) | UnsetType, UNSET)


def _member(name: str, table: Any, description: str) -> Member:
    return (name, Annotated[table, Meta(description=description)] | UnsetType, UNSET)


def _described(declared: DeclaredKey) -> Any:
    shape = shape_of(declared.type)
    unset = declared.default in (MISSING, None)
    extra = {} if unset else {"default": written_value(shape, declared.default)}
    meaning = Meta(title=declared.key.label, description=declared.key.help, extra_json_schema=extra)
    return Annotated[written_type(shape, declared.key), meaning]
