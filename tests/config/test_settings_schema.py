"""The JSON Schema says what reading does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from trayapp.config.beside import SINGLE_TABLES
from trayapp.config.maintenance import Maintenance
from trayapp.config.schema import SCHEMA_FILE, json_schema, write_schema
from trayapp.core.keys import declared_keys
from trayapp.core.words import Service
from trayapp.probes import PROBES


def definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json_schema()["$defs"][name]
    return found


def test_every_declared_key_is_in_the_schema_with_its_meaning() -> None:
    for cls in (Service, *PROBES.values(), Maintenance, *SINGLE_TABLES.values()):
        found = definition(cls.__name__)
        assert found["additionalProperties"] is False
        for name, declared in declared_keys(cls).items():
            assert found["properties"][name]["title"] == declared.key.label
            assert found["properties"][name]["description"] == declared.key.help
            assert (name in found.get("required", ())) == declared.required


def test_a_service_has_exactly_one_probe_and_defaults_have_none() -> None:
    service = json_schema()["$defs"]["Watchbell"]["properties"]["services"]["additionalProperties"]
    assert service["oneOf"] == [{"required": [kind]} for kind in PROBES]
    assert not PROBES.keys() & definition("Defaults")["properties"].keys()


def test_bounds_defaults_and_patterns_are_told() -> None:
    service = definition("Service")["properties"]
    assert service["failure_threshold"].items() >= {"minimum": 1, "maximum": 100, "default": 3}.items()
    assert service["interval"]["default"] == "60s"
    assert re.search(service["interval"]["pattern"], "5m")
    assert not re.search(service["interval"]["pattern"], "5m\n")
    network = next(choice for choice in service["network"]["anyOf"] if choice.get("type") == "string")
    assert re.search(network["pattern"], "vpn:tun0")
    assert definition("Http")["properties"]["expect_status"]["default"] == ["200-299"]


def test_maintenance_has_ids_and_quiet_hours_begin_with_from() -> None:
    root = definition("Watchbell")["properties"]
    assert root["maintenance"]["propertyNames"] == root["services"]["propertyNames"]
    assert definition("QuietHours")["required"] == ["from", "to"]
    assert definition("Notifications")["properties"]["reminder"]["default"] == "4h"


def test_a_string_may_stand_elsewhere() -> None:
    header = definition("Http")["properties"]["headers"]["additionalProperties"]
    assert {"$ref": "#/$defs/Elsewhere"} in header["anyOf"]
    elsewhere = definition("Elsewhere")
    assert set(elsewhere["properties"]) == {"secret", "env", "file"}
    assert (elsewhere["minProperties"], elsewhere["maxProperties"]) == (1, 1)


def test_the_schema_is_written_beside_the_file_once(tmp_path: Path) -> None:
    write_schema(tmp_path)
    first = (tmp_path / SCHEMA_FILE).stat().st_ino
    write_schema(tmp_path)
    assert (tmp_path / SCHEMA_FILE).stat().st_ino == first
    (tmp_path / SCHEMA_FILE).write_text("{}")
    write_schema(tmp_path)
    assert json.loads((tmp_path / SCHEMA_FILE).read_text()) == json_schema()
