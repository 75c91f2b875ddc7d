"""One more service in services.toml, from what somebody typed."""

from __future__ import annotations

from pathlib import Path

from trayapp.config.document import read_document
from trayapp.config.load import parse
from trayapp.config.proposal import Proposal, propose
from trayapp.config.save import add_service, save


def proposed(path: Path, target: str) -> Proposal:
    """The service that an address means, with an id that nobody in the file has. Raises BadTarget, Unreadable."""
    loaded = parse(text_of(path))
    known = [service.id for service in loaded.settings.services] if loaded.settings is not None else []
    return propose(target, taken=[*known, *loaded.left_out])


def write(path: Path, proposal: Proposal) -> None:
    """Add it to the file. Raises CannotSave, Conflict, Unreadable, OSError."""
    basis = text_of(path)
    save(path, add_service(basis, proposal.service.id, proposal.table), basis)


def text_of(path: Path) -> str:
    """The text of services.toml; empty where there is no file. Raises Unreadable."""
    try:
        return read_document(path).text
    except FileNotFoundError:
        return ""
