"""What a text of services.toml comes to, sorted so that a form can show it: by service and by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trayapp.config.lines import dotted
from trayapp.config.load import Loaded
from trayapp.core.words import Service


@dataclass(frozen=True, slots=True)
class Judgement:
    """The services that are right, and of the others what is wrong.

    Faults and warnings stand by id and by path inside the service: "interval", "http.url", or ""
    for the service as a whole. `elsewhere` are sentences about other tables of the file.
    """

    services: Mapping[str, Service]
    faults: Mapping[str, Mapping[str, str]]
    warnings: Mapping[str, Mapping[str, str]]
    elsewhere: tuple[str, ...] = ()


def judgement_of(loaded: Loaded, ids: Collection[str], refused: Mapping[str, str]) -> Judgement:
    """Sort what was said of a text; `refused` are sentences about services that cannot be written at all."""
    errors: dict[str, dict[str, str]] = {service_id: {"": sentence} for service_id, sentence in refused.items()}
    warnings: dict[str, dict[str, str]] = {}
    elsewhere = []
    roots = {dotted(("services", service_id)): service_id for service_id in ids}
    for fault in loaded.faults:
        root = max((root for root in roots if _is_under(fault.path, root)), key=len, default=None)
        if root is None:
            elsewhere.append(str(fault))
            continue
        inner = fault.path.removeprefix(root).removeprefix(".")
        said = (warnings if fault.warning else errors).setdefault(roots[root], {})
        said[inner] = f"{said[inner]}; {fault.message}" if inner in said else fault.message
    right = loaded.settings.services if loaded.settings else ()
    services = {service.id: service for service in right if service.id not in refused}
    return Judgement(services, errors, warnings, tuple(elsewhere))


def _is_under(path: str, root: str) -> bool:
    return path == root or path.startswith((f"{root}.", f"{root}["))
