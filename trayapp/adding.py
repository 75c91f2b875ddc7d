"""One more service in services.toml, from what somebody typed; a password in its address goes to the keyring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trayapp.config.document import Unreadable, read_document
from trayapp.config.load import parse
from trayapp.config.origins import Kept
from trayapp.config.outside import MISSING
from trayapp.config.proposal import Proposal, propose
from trayapp.config.save import add_service, save
from trayapp.config.secrets import Secrets
from trayapp.probes.base import SecretUnavailable


def proposed(path: Path, target: str, words: Sequence[str] = (), *, name: str = "", group: str = "") -> Proposal:
    """The service that an address and "key=value" words mean, with an id that nobody in the file has.

    Raises BadTarget, and Unreadable where the file has to be mended first.
    """
    loaded = parse(text_of(path))
    if loaded.settings is None:
        raise Unreadable("it has to be mended first; `watchbell config check` says where")
    taken = [*(service.id for service in loaded.settings.services), *loaded.left_out]
    return propose(target, words, taken, name=name, group=group)


def write(path: Path, proposal: Proposal) -> None:
    """Add it to the file. Raises CannotSave, Conflict, Unreadable, OSError."""
    basis = text_of(path)
    save(path, add_service(basis, proposal.service.id, proposal.table), basis)


def add(path: Path, proposal: Proposal, secrets: Secrets) -> None:
    """Keep its password, bound to where it may be sent, and add it to the file: both or neither. Blocks.

    Raises what `write` raises, and SecretUnavailable.
    """
    if not proposal.secret:
        write(path, proposal)
        return
    before = _kept(secrets, proposal.secret)
    secrets.set(proposal.secret, proposal.secret_value, proposal.service.probe.target)
    try:
        write(path, proposal)
    except BaseException:
        if before is None:
            secrets.delete(proposal.secret)
        else:
            secrets.set(proposal.secret, before.value, *before.origins)
        raise


def text_of(path: Path) -> str:
    """The text of services.toml; empty where there is no file. Raises Unreadable."""
    try:
        return read_document(path).text
    except FileNotFoundError:
        return ""


def _kept(secrets: Secrets, name: str) -> Kept | None:
    """What stands under this name now, left by a service of the same id that was removed."""
    try:
        return secrets.get(name)
    except SecretUnavailable as fault:
        if fault.cause != MISSING:
            raise
        return None
