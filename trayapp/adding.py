"""One more service in services.toml, from what somebody typed; a password in its address goes to the keyring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from trayapp.config.document import Unreadable, read_document
from trayapp.config.load import parse
from trayapp.config.origins import Kept
from trayapp.config.outside import MISSING
from trayapp.config.proposal import Proposal, propose, renamed
from trayapp.config.save import add_service, change
from trayapp.config.secrets import Secrets
from trayapp.probes.base import SecretUnavailable


def proposed(path: Path, target: str, words: Sequence[str] = (), *, name: str = "", group: str = "") -> Proposal:
    """The service that an address and "key=value" words mean, with an id that nobody in the file has.

    Raises BadTarget, and Unreadable where the file has to be mended first.
    """
    return propose(target, words, _taken(text_of(path)), name=name, group=group)


def add(path: Path, proposal: Proposal, secrets: Secrets) -> Proposal:
    """Keep its password, bound to where it may be sent, and add it to the file: both or neither. Blocks.

    Gives it as it was added, with another id where its own was taken meanwhile. Raises CannotSave, Unreadable,
    SecretUnavailable, OSError.
    """
    added = proposal

    def with_it(text: str) -> str:
        nonlocal added
        added = renamed(proposal, _taken(text))
        changed = add_service(text, added.service.id, added.table)
        undo.callback(_keep(secrets, added))
        return changed

    with ExitStack() as undo:
        change(path, with_it)
        undo.pop_all()
    return added


def _taken(text: str) -> list[str]:
    loaded = parse(text)
    if loaded.settings is None:
        raise Unreadable("it has to be mended first; `watchbell config check` says where")
    return [*(service.id for service in loaded.settings.services), *loaded.left_out]


def _keep(secrets: Secrets, proposal: Proposal) -> Callable[[], object]:
    """Keep its password; what is given takes that back."""
    name = proposal.secret
    if not name:
        return lambda: None
    before = _kept(secrets, name)
    secrets.set(name, proposal.secret_value, proposal.service.probe.target)
    if before is None:
        return lambda: secrets.delete(name)
    return lambda: secrets.set(name, before.value, *before.origins)


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
